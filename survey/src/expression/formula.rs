//! Expressions in the language of spreadsheets, so far as they have a counterpart there.
//!
//! A name stands for one cell that holds its value: a number, a text (a date as `YYYY-MM-DD`, an option code), TRUE or
//! FALSE; null is the empty text. A multiple choice stands for a text with a bar before and behind every code,
//! `|A|C|`. Names without such a cell, tables, regular expressions and functions over code lists have no counterpart:
//! then the whole expression has none. Faults (a division by zero) are errors of the spreadsheet, for the caller to catch
//! with `IFERROR`; what is not evaluated here is not evaluated there.

use super::{
    Expression, Value,
    node::{Arithmetic, Each, Node, Order},
};

/// The cell of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameCell {
    /// Reference, such as `$B$7`.
    pub reference: String,
    /// What it holds.
    pub kind: CellKind,
}

/// What the cell of a name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// A number.
    Number,
    /// A text, an option code or a date.
    Text,
    /// TRUE or FALSE.
    Bool,
    /// Option codes with bars around them.
    Codes,
}

/// The separator around each code of a multiple choice.
pub const CODE_BAR: char = '|';

/// The longest formula that Excel takes is 8 192 characters; some are left for what stands around it.
const LONGEST: usize = 7500;

impl Expression {
    /// The expression as a formula without `=`, where it has one. `cell` gives the cell of a name.
    pub fn formula(&self, cell: &dyn Fn(&str) -> Option<NameCell>) -> Option<String> {
        let spelling = Spelling {
            names: &self.names,
            cell,
        };
        let text = spelling.spell(&self.root, &Vec::new())?.text;
        (text.chars().count() <= LONGEST).then_some(text)
    }
}

/// A node as it is spelled.
struct Spelled {
    text: String,
    kind: CellKind,
    /// Whether it may be an error, so that it must not stand where it is evaluated without need.
    may_fail: bool,
}

impl Spelled {
    fn sure(kind: CellKind, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind,
            may_fail: false,
        }
    }

    fn of(kind: CellKind, text: String, parts: &[&Self]) -> Self {
        Self {
            text,
            kind,
            may_fail: parts.iter().any(|part| part.may_fail),
        }
    }
}

struct Spelling<'s> {
    names: &'s [String],
    cell: &'s dyn Fn(&str) -> Option<NameCell>,
}

/// What the variables of the enclosing loops stand for, the outermost first.
type Locals<'n> = Vec<&'n Node>;

impl Spelling<'_> {
    fn spell<'n>(&self, node: &'n Node, locals: &Locals<'n>) -> Option<Spelled> {
        let spell = |node: &'n Node| self.spell(node, locals);
        Some(match node {
            Node::Literal(value) => literal(value)?,
            Node::Name(index) => {
                let found = (self.cell)(self.names.get(*index)?)?;
                Spelled::sure(found.kind, found.reference)
            }
            Node::Local(depth) => {
                let item = *locals.get(*depth)?;
                // The item stands outside of its own loop.
                self.spell(item, &locals.get(..*depth)?.to_vec())?
            }
            Node::Not(operand) => {
                let operand = spell(operand)?;
                Spelled::of(CellKind::Bool, format!("NOT({})", operand.text), &[&operand])
            }
            Node::Negate(operand) => {
                let operand = spell(operand)?;
                Spelled::of(CellKind::Number, format!("(-{})", operand.text), &[&operand])
            }
            Node::And(left, right) => {
                let (left, right) = (spell(left)?, spell(right)?);
                let text = if right.may_fail {
                    format!("IF({},{},FALSE)", left.text, right.text)
                } else {
                    format!("AND({},{})", left.text, right.text)
                };
                Spelled::of(CellKind::Bool, text, &[&left, &right])
            }
            Node::Or(left, right) => {
                let (left, right) = (spell(left)?, spell(right)?);
                let text = if right.may_fail {
                    format!("IF({},TRUE,{})", left.text, right.text)
                } else {
                    format!("OR({},{})", left.text, right.text)
                };
                Spelled::of(CellKind::Bool, text, &[&left, &right])
            }
            Node::If(test, then, otherwise) => {
                let (test, then, otherwise) = (spell(test)?, spell(then)?, spell(otherwise)?);
                let text = format!("IF({},{},{})", test.text, then.text, otherwise.text);
                Spelled::of(then.kind, text, &[&test, &then, &otherwise])
            }
            Node::Equal(left, right) => self.equal(left, right, locals)?,
            Node::Order(order, left, right) => {
                let (left, right) = (spell(left)?, spell(right)?);
                let sign = match order {
                    Order::Less => "<",
                    Order::LessEqual => "<=",
                    Order::Greater => ">",
                    Order::GreaterEqual => ">=",
                };
                Spelled::of(
                    CellKind::Bool,
                    format!("({}{sign}{})", left.text, right.text),
                    &[&left, &right],
                )
            }
            Node::Arithmetic(operation, left, right) => arithmetic(*operation, &spell(left)?, &spell(right)?)?,
            Node::In(item, list) => self.contains(item, list, locals)?,
            Node::Each(each, list, body) => self.each(*each, list, body, locals)?,
            Node::Size(operand) => self.size(operand, locals)?,
            Node::Call(function, arguments) => self.call(function.name(), arguments, locals)?,
            Node::Field(..) | Node::List(_) | Node::Matches(..) | Node::Part(..) => return None,
        })
    }

    fn equal<'n>(&self, left: &'n Node, right: &'n Node, locals: &Locals<'n>) -> Option<Spelled> {
        if let Some(operand) = compared_with_null(left, right) {
            let operand = self.spell(operand, locals)?;
            return Some(Spelled::of(
                CellKind::Bool,
                format!("({}=\"\")", operand.text),
                &[&operand],
            ));
        }
        let (left, right) = (self.spell(left, locals)?, self.spell(right, locals)?);
        // Lists are equal in their order, which bars do not keep; and `=` between texts does not see capitals.
        let text = match (left.kind, right.kind) {
            (CellKind::Codes, _) | (_, CellKind::Codes) => return None,
            (CellKind::Text, CellKind::Text) => format!("EXACT({},{})", left.text, right.text),
            _ => format!("({}={})", left.text, right.text),
        };
        Some(Spelled::of(CellKind::Bool, text, &[&left, &right]))
    }

    fn contains<'n>(&self, item: &'n Node, list: &'n Node, locals: &Locals<'n>) -> Option<Spelled> {
        let options = match list {
            Node::List(options) => options
                .iter()
                .map(|option| self.equal(item, option, locals))
                .collect::<Option<Vec<_>>>()?,
            Node::Literal(Value::List(options)) => {
                let item = self.spell(item, locals)?;
                let same = |option: &Value| {
                    let option = literal(option)?;
                    let is_text = option.kind == CellKind::Text;
                    let text = if is_text {
                        format!("EXACT({},{})", item.text, option.text)
                    } else {
                        format!("({}={})", item.text, option.text)
                    };
                    Some(Spelled::of(CellKind::Bool, text, &[&item]))
                };
                options.iter().map(same).collect::<Option<Vec<_>>>()?
            }
            list => {
                let (item, list) = (self.spell(item, locals)?, self.spell(list, locals)?);
                if list.kind != CellKind::Codes || item.kind != CellKind::Text {
                    return None;
                }
                let text = format!(
                    "ISNUMBER(FIND(\"{CODE_BAR}\"&{}&\"{CODE_BAR}\",{}))",
                    item.text, list.text
                );
                return Some(Spelled::of(CellKind::Bool, text, &[&item, &list]));
            }
        };
        Some(joined("OR", "FALSE", &options))
    }

    fn each<'n>(&self, each: Each, list: &'n Node, body: &'n Node, locals: &Locals<'n>) -> Option<Spelled> {
        let bodies = self.bodies(list, body, locals)?;
        match each {
            Each::All => Some(joined("AND", "TRUE", &bodies)),
            Each::Exists => Some(joined("OR", "FALSE", &bodies)),
            Each::Filter | Each::Map => None,
        }
    }

    /// The body of a loop over a written-out list, once for each item.
    fn bodies<'n>(&self, list: &'n Node, body: &'n Node, locals: &Locals<'n>) -> Option<Vec<Spelled>> {
        let Node::List(items) = list else { return None };
        let with = |item: &'n Node| {
            let mut inner = locals.clone();
            inner.push(item);
            self.spell(body, &inner)
        };
        items.iter().map(with).collect()
    }

    fn size<'n>(&self, operand: &'n Node, locals: &Locals<'n>) -> Option<Spelled> {
        match operand {
            Node::List(items) => Some(Spelled::sure(CellKind::Number, items.len().to_string())),
            Node::Each(Each::Map, list, _) => self.size(list, locals),
            Node::Each(Each::Filter, list, body) => {
                let kept = self.bodies(list, body, locals)?;
                let counts: Vec<String> = kept.iter().map(|kept| format!("IF({},1,0)", kept.text)).collect();
                let parts: Vec<&Spelled> = kept.iter().collect();
                Some(Spelled::of(CellKind::Number, format!("({})", counts.join("+")), &parts))
            }
            operand => {
                let operand = self.spell(operand, locals)?;
                let text = match operand.kind {
                    // One bar more than codes.
                    CellKind::Codes => format!("(LEN({0})-LEN(SUBSTITUTE({0},\"{CODE_BAR}\",\"\"))-1)", operand.text),
                    CellKind::Text => format!("LEN({})", operand.text),
                    CellKind::Number | CellKind::Bool => return None,
                };
                Some(Spelled::of(CellKind::Number, text, &[&operand]))
            }
        }
    }

    fn call<'n>(&self, name: &str, arguments: &'n [Node], locals: &Locals<'n>) -> Option<Spelled> {
        match (name, arguments) {
            // N() of the empty text is 0.
            ("nz", [operand]) => {
                let operand = self.spell(operand, locals)?;
                Some(Spelled::of(
                    CellKind::Number,
                    format!("N({})", operand.text),
                    &[&operand],
                ))
            }
            ("double", [operand]) => self.spell(operand, locals),
            // SUM() passes over texts in cells, but not over texts that are computed: only names may stand in it.
            ("sum", [Node::List(items)]) => {
                let is_name = |item: &Node| matches!(item, Node::Name(_));
                if items.is_empty() || !items.iter().all(is_name) {
                    return None;
                }
                let items: Option<Vec<Spelled>> = items.iter().map(|item| self.spell(item, locals)).collect();
                Some(joined("SUM", "0", &items?)).map(|sum| Spelled {
                    kind: CellKind::Number,
                    ..sum
                })
            }
            _ => None,
        }
    }
}

fn compared_with_null<'n>(left: &'n Node, right: &'n Node) -> Option<&'n Node> {
    match (left, right) {
        (Node::Literal(Value::Null), other) | (other, Node::Literal(Value::Null)) => Some(other),
        _ => None,
    }
}

fn joined(function: &str, of_none: &str, parts: &[Spelled]) -> Spelled {
    if parts.is_empty() {
        return Spelled::sure(CellKind::Bool, of_none);
    }
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let parts: Vec<&Spelled> = parts.iter().collect();
    Spelled::of(CellKind::Bool, format!("{function}({})", texts.join(",")), &parts)
}

fn arithmetic(operation: Arithmetic, left: &Spelled, right: &Spelled) -> Option<Spelled> {
    let kinds = (left.kind, right.kind);
    let sign = match (operation, kinds) {
        (Arithmetic::Add, (CellKind::Text, CellKind::Text)) => "&",
        (_, (CellKind::Number, CellKind::Number)) => match operation {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
        },
        _ => return None,
    };
    let mut spelled = Spelled::of(kinds.0, format!("({}{sign}{})", left.text, right.text), &[left, right]);
    spelled.may_fail |= matches!(operation, Arithmetic::Divide);
    Some(spelled)
}

fn literal(value: &Value) -> Option<Spelled> {
    Some(match value {
        // Never with an exponent; a negative number in brackets, so that no two signs meet.
        Value::Double(number) if *number < 0.0 => Spelled::sure(CellKind::Number, format!("({number})")),
        Value::Double(number) => Spelled::sure(CellKind::Number, number.to_string()),
        Value::Int(number) if *number < 0 => Spelled::sure(CellKind::Number, format!("({number})")),
        Value::Int(number) => Spelled::sure(CellKind::Number, number.to_string()),
        Value::Bool(yes) => Spelled::sure(CellKind::Bool, if *yes { "TRUE" } else { "FALSE" }),
        // Longer texts cannot stand in a formula.
        Value::Text(text) if text.chars().count() <= 255 => {
            Spelled::sure(CellKind::Text, format!("\"{}\"", text.replace('"', "\"\"")))
        }
        Value::Null | Value::Text(_) | Value::List(_) | Value::Row(_) => return None,
    })
}
