//! Calls of functions and methods, and loops over lists.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, LiteralValue, operators},
};
use regex::RegexBuilder;

use super::{
    super::{
        ExpressionFault, Type, Value,
        functions::SIZE,
        node::{Each, Node, Part},
    },
    Checked, Checker, Present, Typed,
};
use crate::codes::ExpressionCode;

/// Memory a compiled regular expression may take; ten times what any form check needs.
const REGEX_BYTES: usize = 1 << 20;

impl Checker<'_> {
    pub(super) fn function(
        &mut self,
        node: &IdedExpr,
        name: &str,
        arguments: &[IdedExpr],
        present: &Present,
    ) -> Checked {
        self.functions.insert(name.to_owned());
        if name == SIZE {
            let [operand] = arguments else {
                return Err(self.arity(node, name, 1, arguments.len()));
            };
            return self.size(operand, present);
        }
        let Some(function) = self.env.functions().get(name).cloned() else {
            return Err(ExpressionFault::new(
                ExpressionCode::UnknownFunction,
                self.parsed.at(node),
                format!("没有函数“{name}”。请改用环境中声明的函数。"),
                format!("There is no function '{name}'. Use one of those the environment declares."),
            ));
        };
        if function.parameters().len() != arguments.len() {
            return Err(self.arity(node, name, function.parameters().len(), arguments.len()));
        }
        let mut nodes = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(function.parameters()) {
            let typed = self.check(argument, present)?;
            let typed = if parameter.is_nullable() {
                typed
            } else {
                self.needed(argument, typed)?
            };
            if let (Type::Code(given), Type::Code(allowed)) = (&typed.kind, parameter)
                && !given.is_subset(allowed)
            {
                return Err(self.unknown_code(argument, &typed.kind, parameter));
            }
            if !typed.kind.fits(parameter) {
                return Err(self.wrong_type(argument, &parameter.to_string(), &typed.kind));
            }
            nodes.push(typed.node);
        }
        let result = function.result().clone();
        let literals: Option<Vec<&Value>> = nodes
            .iter()
            .map(|node| {
                if let Node::Literal(value) = node {
                    Some(value)
                } else {
                    None
                }
            })
            .collect();
        // Functions are pure: what has only literal arguments is a constant.
        let constant = literals.and_then(|literals| function.call(&literals).ok());
        let node = match constant {
            Some(value) => Node::Literal(value),
            None => Node::Call(function, nodes),
        };
        Ok(Typed::new(node, result))
    }

    pub(super) fn size(&mut self, operand: &IdedExpr, present: &Present) -> Checked {
        let typed = self.check(operand, present)?;
        let typed = self.needed(operand, typed)?;
        match typed.kind {
            Type::List(_) | Type::Text | Type::Code(_) => Ok(Typed::new(Node::Size(Box::new(typed.node)), Type::Int)),
            other => Err(self.wrong_type(operand, "list", &other)),
        }
    }

    pub(super) fn method(&mut self, node: &IdedExpr, target: &IdedExpr, call: &CallExpr, present: &Present) -> Checked {
        let name = call.func_name.as_str();
        if let Some(each) = each(name) {
            let [variable, body] = call.args.as_slice() else {
                return Err(self.arity(node, name, 2, call.args.len()));
            };
            return self.each(each, target, variable, body, present);
        }
        let part = part(name);
        if part.is_none() && name != "matches" {
            return Err(ExpressionFault::new(
                ExpressionCode::UnknownFunction,
                self.parsed.at(node),
                format!("没有方法“{name}”。可用 matches、contains、startsWith、endsWith、all、exists、filter、map。"),
                format!(
                    "There is no method '{name}'. Use matches, contains, startsWith, endsWith, all, exists, filter or map."
                ),
            ));
        }
        let [argument] = call.args.as_slice() else {
            return Err(self.arity(node, name, 1, call.args.len()));
        };
        let subject = self.text(target, present)?;
        match part {
            Some(part) => {
                let wanted = self.text(argument, present)?;
                Ok(Typed::new(
                    Node::Part(part, Box::new(subject), Box::new(wanted)),
                    Type::Bool,
                ))
            }
            None => self.matches(subject, argument),
        }
    }

    pub(super) fn matches(&mut self, subject: Node, pattern: &IdedExpr) -> Checked {
        let Expr::Literal(LiteralValue::String(text)) = &pattern.expr else {
            return Err(self.wrong_type(pattern, "\"...\"", &Type::Text));
        };
        let regex = RegexBuilder::new(text.inner())
            .size_limit(REGEX_BYTES)
            .build()
            .map_err(|error| {
                ExpressionFault::new(
                    ExpressionCode::Regex,
                    self.parsed.at(pattern),
                    format!("正则表达式有误：{error}。请改正。"),
                    format!("The regular expression is wrong: {error}. Correct it."),
                )
            })?;
        Ok(Typed::new(Node::Matches(Box::new(subject), regex), Type::Bool))
    }

    pub(super) fn each(
        &mut self,
        each: Each,
        target: &IdedExpr,
        variable: &IdedExpr,
        body: &IdedExpr,
        present: &Present,
    ) -> Checked {
        let list = self.check(target, present)?;
        let list = self.needed(target, list)?;
        let Type::List(element) = &list.kind else {
            return Err(self.wrong_type(target, "list", &list.kind));
        };
        let Expr::Ident(name) = &variable.expr else {
            return Err(self.unsupported(variable, "x"));
        };
        let taken = self.env.type_of(name).is_some() || self.locals.iter().any(|(local, _)| local == name);
        if taken {
            return Err(ExpressionFault::new(
                ExpressionCode::ShadowedName,
                self.parsed.at(variable),
                format!("循环变量“{name}”与已有的名字重复。请换一个名字。"),
                format!("The loop variable '{name}' hides another name. Choose another."),
            ));
        }
        self.locals.push((name.clone(), (**element).clone()));
        let body = match each {
            Each::Map => self.check(body, present),
            Each::All | Each::Exists | Each::Filter => self.bool(body, present),
        };
        self.locals.pop();
        let body = body?;
        let kind = match each {
            Each::All | Each::Exists => Type::Bool,
            Each::Filter => list.kind.clone(),
            Each::Map => body.kind.list(),
        };
        Ok(Typed::new(
            Node::Each(each, Box::new(list.node), Box::new(body.node)),
            kind,
        ))
    }
}

fn each(name: &str) -> Option<Each> {
    Some(match name {
        operators::ALL => Each::All,
        operators::EXISTS => Each::Exists,
        operators::FILTER => Each::Filter,
        operators::MAP => Each::Map,
        _ => return None,
    })
}

fn part(name: &str) -> Option<Part> {
    Some(match name {
        "contains" => Part::Contains,
        "startsWith" => Part::StartsWith,
        "endsWith" => Part::EndsWith,
        _ => return None,
    })
}
