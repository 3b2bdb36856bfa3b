//! Operators on two operands and `?:`, and what they prove about missing values.

use cel::{IdedExpr, common::ast::operators};

use super::{
    super::{
        Type,
        node::{Arithmetic, Node, Order},
    },
    Checked, Checker, Present, Typed, dotted,
};

impl Checker<'_> {
    pub(super) fn and(&mut self, left: &IdedExpr, right: &IdedExpr, present: &Present) -> Checked {
        let left = self.bool(left, present)?;
        let right = self.bool(right, &union(present, &left.if_true))?;
        Ok(Typed {
            node: Node::And(Box::new(left.node), Box::new(right.node)),
            kind: Type::Bool,
            if_true: union(&left.if_true, &right.if_true),
            // False tells that one of them is false, not which.
            if_false: intersection(&left.if_false, &right.if_false),
        })
    }

    pub(super) fn or(&mut self, left: &IdedExpr, right: &IdedExpr, present: &Present) -> Checked {
        let left = self.bool(left, present)?;
        let right = self.bool(right, &union(present, &left.if_false))?;
        Ok(Typed {
            node: Node::Or(Box::new(left.node), Box::new(right.node)),
            kind: Type::Bool,
            if_true: intersection(&left.if_true, &right.if_true),
            if_false: union(&left.if_false, &right.if_false),
        })
    }

    pub(super) fn conditional(
        &mut self,
        test: &IdedExpr,
        then: &IdedExpr,
        otherwise: &IdedExpr,
        present: &Present,
    ) -> Checked {
        let test = self.bool(test, present)?;
        let place = otherwise;
        let then = self.check(then, &union(present, &test.if_true))?;
        let otherwise = self.check(otherwise, &union(present, &test.if_false))?;
        let kind = then
            .kind
            .join(&otherwise.kind)
            .ok_or_else(|| self.mixed(place, &then.kind, &otherwise.kind))?;
        Ok(Typed::new(
            Node::If(Box::new(test.node), Box::new(then.node), Box::new(otherwise.node)),
            kind,
        ))
    }

    pub(super) fn equal(&mut self, node: &IdedExpr, left: &IdedExpr, right: &IdedExpr, present: &Present) -> Checked {
        let (left_path, right_path) = (dotted(left), dotted(right));
        let (left, right) = (self.check(left, present)?, self.check(right, present)?);
        if !left.kind.comparable(&right.kind) {
            return Err(self.mixed(node, &left.kind, &right.kind));
        }
        if left.kind.never_equal(&right.kind) {
            return Err(self.unreachable(node, &left.kind, &right.kind));
        }
        // Unequal to null proves presence; equality with something present would too, but one rule is enough.
        let if_false = match (&left.kind, &right.kind) {
            (_, Type::Null) => left_path.into_iter().collect(),
            (Type::Null, _) => right_path.into_iter().collect(),
            _ => Present::new(),
        };
        Ok(Typed {
            node: Node::Equal(Box::new(left.node), Box::new(right.node)),
            kind: Type::Bool,
            if_true: Present::new(),
            if_false,
        })
    }

    pub(super) fn member(&mut self, node: &IdedExpr, item: &IdedExpr, list: &IdedExpr, present: &Present) -> Checked {
        let place = item;
        let item = self.check(item, present)?;
        let item = self.needed(place, item)?;
        let typed = self.check(list, present)?;
        let typed = self.needed(list, typed)?;
        let Type::List(element) = &typed.kind else {
            return Err(self.wrong_type(list, "list", &typed.kind));
        };
        if !item.kind.comparable(element) {
            return Err(self.mixed(node, &item.kind, element));
        }
        if item.kind.never_equal(element) {
            return Err(self.unreachable(place, &item.kind, element));
        }
        Ok(Typed::new(
            Node::In(Box::new(item.node), Box::new(typed.node)),
            Type::Bool,
        ))
    }

    pub(super) fn binary(
        &mut self,
        node: &IdedExpr,
        name: &str,
        left: &IdedExpr,
        right: &IdedExpr,
        present: &Present,
    ) -> Checked {
        let (left_place, right_place) = (left, right);
        let left = self.check(left, present)?;
        let left = self.needed(left_place, left)?;
        let right = self.check(right, present)?;
        let right = self.needed(right_place, right)?;
        let kind = match (&left.kind, &right.kind) {
            (Type::Double, Type::Double) => Type::Double,
            (Type::Int, Type::Int) => Type::Int,
            (Type::Text | Type::Code(_), Type::Text | Type::Code(_)) => Type::Text,
            (Type::Int, Type::Double) | (Type::Double, Type::Int) => return Err(self.int_and_double(node)),
            (left, right) => return Err(self.mixed(node, left, right)),
        };
        let (left, right) = (Box::new(left.node), Box::new(right.node));
        if let Some(order) = order(name) {
            return Ok(Typed::new(Node::Order(order, left, right), Type::Bool));
        }
        match (arithmetic(name), &kind) {
            (Some(operation), Type::Double) => Ok(Typed::new(Node::Arithmetic(operation, left, right), kind)),
            (Some(operation @ (Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply)), Type::Int)
            | (Some(operation @ Arithmetic::Add), Type::Text) => {
                Ok(Typed::new(Node::Arithmetic(operation, left, right), kind))
            }
            _ => Err(self.wrong_type(node, "double", &kind)),
        }
    }
}

fn union(one: &Present, two: &Present) -> Present {
    one.union(two).cloned().collect()
}

fn intersection(one: &Present, two: &Present) -> Present {
    one.intersection(two).cloned().collect()
}

pub(super) fn order(name: &str) -> Option<Order> {
    Some(match name {
        operators::LESS => Order::Less,
        operators::LESS_EQUALS => Order::LessEqual,
        operators::GREATER => Order::Greater,
        operators::GREATER_EQUALS => Order::GreaterEqual,
        _ => return None,
    })
}

pub(super) fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        operators::ADD => Arithmetic::Add,
        operators::SUBSTRACT => Arithmetic::Subtract,
        operators::MULTIPLY => Arithmetic::Multiply,
        operators::DIVIDE => Arithmetic::Divide,
        _ => return None,
    })
}
