//! Static check: from the syntax tree to a tree in which every operand has the right type.

mod binary;
mod calls;
mod refusals;

use std::collections::BTreeSet;

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, ListExpr, LiteralValue, SelectExpr, operators},
};

use self::binary::{arithmetic, order};

use super::{ExpressionFault, Type, TypeEnv, Value, node::Node, parse::Parsed};
use crate::codes::ExpressionCode;

/// A checked expression.
pub(super) struct Lowered {
    pub(super) root: Node,
    pub(super) result: Type,
    pub(super) names: Vec<String>,
    pub(super) functions: BTreeSet<String>,
    pub(super) proves: BTreeSet<String>,
}

/// Checks a parsed expression. `present` are nullable names known not to be null.
pub(super) fn lower(parsed: &Parsed, env: &TypeEnv, present: &BTreeSet<String>) -> Result<Lowered, ExpressionFault> {
    let mut checker = Checker {
        parsed,
        env,
        names: Vec::new(),
        functions: BTreeSet::new(),
        locals: Vec::new(),
    };
    let typed = checker.check(&parsed.tree, present)?;
    let proves = typed
        .if_true
        .into_iter()
        .filter(|path| checker.names.contains(path))
        .collect();
    Ok(Lowered {
        root: typed.node,
        result: typed.kind,
        names: checker.names,
        functions: checker.functions,
        proves,
    })
}

/// Paths (`F03`, `r.start`) known not to be null.
type Present = BTreeSet<String>;

/// A checked node: its type, and what is present if it turns out true or false.
struct Typed {
    node: Node,
    kind: Type,
    if_true: Present,
    if_false: Present,
}

impl Typed {
    fn new(node: Node, kind: Type) -> Self {
        Self {
            node,
            kind,
            if_true: Present::new(),
            if_false: Present::new(),
        }
    }
}

struct Checker<'c> {
    parsed: &'c Parsed,
    env: &'c TypeEnv,
    /// Free names in the order of first use.
    names: Vec<String>,
    functions: BTreeSet<String>,
    /// Variables of the enclosing loops, the outermost first.
    locals: Vec<(String, Type)>,
}

type Checked<T = Typed> = Result<T, ExpressionFault>;

impl Checker<'_> {
    fn check(&mut self, node: &IdedExpr, present: &Present) -> Checked {
        match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(_) | Expr::Select(_) => self.path(node, present),
            Expr::Call(call) => self.call(node, call, present),
            Expr::List(list) => self.list(node, list, present),
            Expr::Comprehension(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                Err(self.unsupported(node, "{ }"))
            }
        }
    }

    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Checked {
        Ok(match literal {
            LiteralValue::Boolean(value) => Typed::new(Node::Literal(Value::Bool(*value.inner())), Type::Bool),
            LiteralValue::Double(value) => Typed::new(Node::Literal(Value::Double(*value.inner())), Type::Double),
            LiteralValue::Int(value) => Typed::new(Node::Literal(Value::Int(*value.inner())), Type::Int),
            LiteralValue::Null => Typed::new(Node::Literal(Value::Null), Type::Null),
            LiteralValue::String(value) => {
                let text = value.inner().to_string();
                Typed::new(Node::Literal(Value::Text(text.clone())), Type::code([text]))
            }
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => return Err(self.unsupported(node, "b\"\", 1u")),
        })
    }

    /// A name, a loop variable, or a column of either.
    fn path(&mut self, node: &IdedExpr, present: &Present) -> Checked {
        if let Some(path) = dotted(node) {
            let root = path.split_once('.').map_or(path.as_str(), |(root, _)| root);
            if let Some(depth) = self.locals.iter().position(|(name, _)| name == root) {
                if path == root {
                    let kind = self.locals.get(depth).map_or(Type::Null, |(_, kind)| kind.clone());
                    return Ok(Typed::new(Node::Local(depth), narrowed(kind, &path, present)));
                }
            } else if let Some(kind) = self.env.type_of(&path) {
                let kind = narrowed(kind.clone(), &path, present);
                return Ok(Typed::new(Node::Name(self.index_of(path)), kind));
            }
        }
        let Expr::Select(select) = &node.expr else {
            return Err(self.unknown_name(node, &shown_name(node)));
        };
        self.column(node, select, present)
    }

    fn column(&mut self, node: &IdedExpr, select: &SelectExpr, present: &Present) -> Checked {
        if select.test {
            return Err(self.unsupported(node, "has()"));
        }
        let path = dotted(node);
        let known_root = match &select.operand.expr {
            Expr::Ident(name) => self.env.type_of(name).is_some() || self.locals.iter().any(|(local, _)| local == name),
            _ => true,
        };
        if !known_root {
            return Err(self.unknown_name(node, &shown_name(node)));
        }
        let row = self.check(&select.operand, present)?;
        let row = self.needed(&select.operand, row)?;
        let Type::Row(columns) = &row.kind else {
            return Err(self.wrong_type(node, "row", &row.kind));
        };
        let Some(kind) = columns.get(&select.field) else {
            return Err(self.unknown_name(node, &select.field));
        };
        let kind = match &path {
            Some(path) => narrowed(kind.clone(), path, present),
            None => kind.clone(),
        };
        Ok(Typed::new(Node::Field(Box::new(row.node), select.field.clone()), kind))
    }

    fn list(&mut self, node: &IdedExpr, list: &ListExpr, present: &Present) -> Checked {
        let mut nodes = Vec::with_capacity(list.elements.len());
        let mut kind: Option<Type> = None;
        for element in &list.elements {
            let typed = self.check(element, present)?;
            kind = Some(match kind {
                None => typed.kind,
                Some(before) => before
                    .join(&typed.kind)
                    .ok_or_else(|| self.mixed(element, &before, &typed.kind))?,
            });
            nodes.push(typed.node);
        }
        let kind = kind.ok_or_else(|| self.unsupported(node, "[]"))?;
        Ok(Typed::new(Node::List(nodes), kind.list()))
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr, present: &Present) -> Checked {
        if let Some(target) = &call.target {
            return self.method(node, target, call, present);
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_NOT, [operand]) => {
                let typed = self.bool(operand, present)?;
                let (if_true, if_false) = (typed.if_false, typed.if_true);
                Ok(Typed {
                    node: Node::Not(Box::new(typed.node)),
                    kind: Type::Bool,
                    if_true,
                    if_false,
                })
            }
            (operators::NEGATE, [operand]) => {
                let typed = self.check(operand, present)?;
                let typed = self.needed(operand, typed)?;
                if !matches!(typed.kind, Type::Double | Type::Int) {
                    return Err(self.wrong_type(operand, "double", &typed.kind));
                }
                Ok(Typed::new(Node::Negate(Box::new(typed.node)), typed.kind))
            }
            (operators::LOGICAL_AND, [left, right]) => self.and(left, right, present),
            (operators::LOGICAL_OR, [left, right]) => self.or(left, right, present),
            (operators::CONDITIONAL, [test, then, otherwise]) => self.conditional(test, then, otherwise, present),
            (operators::EQUALS, [left, right]) => self.equal(node, left, right, present),
            (operators::NOT_EQUALS, [left, right]) => {
                let equal = self.equal(node, left, right, present)?;
                let (if_true, if_false) = (equal.if_false, equal.if_true);
                Ok(Typed {
                    node: Node::Not(Box::new(equal.node)),
                    kind: Type::Bool,
                    if_true,
                    if_false,
                })
            }
            (operators::IN, [item, list]) => self.member(node, item, list, present),
            (name, [left, right]) if order(name).is_some() || arithmetic(name).is_some() => {
                self.binary(node, name, left, right, present)
            }
            (name, arguments) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                self.function(node, name, arguments, present)
            }
            (name, _) => Err(self.unsupported(node, name)),
        }
    }

    fn bool(&mut self, node: &IdedExpr, present: &Present) -> Checked {
        let typed = self.check(node, present)?;
        let typed = self.needed(node, typed)?;
        if typed.kind == Type::Bool {
            Ok(typed)
        } else {
            Err(self.wrong_type(node, "bool", &typed.kind))
        }
    }

    fn text(&mut self, node: &IdedExpr, present: &Present) -> Checked<Node> {
        let typed = self.check(node, present)?;
        let typed = self.needed(node, typed)?;
        if typed.kind.fits(&Type::Text) {
            Ok(typed.node)
        } else {
            Err(self.wrong_type(node, "string", &typed.kind))
        }
    }

    /// A value is needed here: a nullable one is refused unless missing values may be faults.
    fn needed(&self, node: &IdedExpr, typed: Typed) -> Checked {
        match &typed.kind {
            Type::Nullable(inner) if self.env.missing_faults() => {
                let kind = (**inner).clone();
                Ok(Typed { kind, ..typed })
            }
            Type::Nullable(_) | Type::Null => {
                let name = shown_name(node);
                Err(ExpressionFault::new(
                    ExpressionCode::MissingValue,
                    self.parsed.at(node),
                    format!("此处的{name}可能没有值。请把它列入 needs，或先与 null 比较，或用 nz()。"),
                    format!(
                        "{name} may have no value here. List it in needs, compare it with null first, or use nz()."
                    ),
                ))
            }
            _ => Ok(typed),
        }
    }

    fn index_of(&mut self, name: String) -> usize {
        if let Some(index) = self.names.iter().position(|known| *known == name) {
            return index;
        }
        self.names.push(name);
        self.names.len() - 1
    }
}

/// `a.b.c` of a name or of fields selected on one.
fn dotted(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", dotted(&select.operand)?, select.field)),
        _ => None,
    }
}

/// The name of a node in a message, blank for what is no name.
fn shown_name(node: &IdedExpr) -> String {
    dotted(node).unwrap_or_default()
}

fn narrowed(kind: Type, path: &str, present: &Present) -> Type {
    if present.contains(path) { kind.present() } else { kind }
}
