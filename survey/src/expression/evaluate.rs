//! Evaluation of a checked tree.
//!
//! `&&`, `||` and `?:` evaluate from left to right and only what they need. Division by zero and results that are not
//! finite are faults where they happen. An evaluation that takes too many steps ends with a fault.

use std::{borrow::Cow, cell::Cell};

use super::{
    EvaluationFault, Function, Scope, Term, Value,
    node::{Arithmetic, Each, Node, Order, Part},
    value::NULL,
};

type Outcome<T> = Result<T, EvaluationFault>;

/// The value of a tree whose free names are `names`.
pub(super) fn evaluate(root: &Node, names: &[String], scope: &Scope) -> Outcome<Value> {
    let values: Vec<&Value> = names.iter().map(|name| scope.get(name)).collect();
    let steps = Cell::new(MOST_STEPS);
    let frame = Frame {
        names: &values,
        local: None,
        depth: 0,
        steps: &steps,
    };
    value_of(root, &frame).map(Cow::into_owned)
}

/// The summands of a tree with their values.
pub(super) fn terms(root: &Node, names: &[String], scope: &Scope) -> Outcome<Vec<Term>> {
    let values: Vec<&Value> = names.iter().map(|name| scope.get(name)).collect();
    let steps = Cell::new(MOST_STEPS);
    let frame = Frame {
        names: &values,
        local: None,
        depth: 0,
        steps: &steps,
    };
    let mut found = Vec::new();
    collect_terms(root, 1.0, &mut found);
    found
        .into_iter()
        .map(|(node, sign)| {
            let mut used = Vec::new();
            names_in(node, &mut used);
            let names = used.into_iter().filter_map(|index| names.get(index).cloned()).collect();
            Ok(Term {
                names,
                value: sign * double(value_of(node, &frame)?.as_ref())?,
            })
        })
        .collect()
}

/// What names and loop variables stand for.
struct Frame<'f> {
    names: &'f [&'f Value],
    local: Option<(&'f Value, &'f Frame<'f>)>,
    /// Number of enclosing loops.
    depth: usize,
    /// How many nodes may still be evaluated.
    steps: &'f Cell<u32>,
}

/// How many nodes one evaluation may take, loops within loops included: some thousand times what a rule over a table of a
/// hundred rows takes, and a few milliseconds.
const MOST_STEPS: u32 = 200_000;

impl<'f> Frame<'f> {
    fn name(&self, index: usize) -> &'f Value {
        self.names.get(index).copied().unwrap_or(&NULL)
    }

    /// The variable of the loop at `depth`, the outermost being 0.
    fn local(&'f self, depth: usize) -> &'f Value {
        let mut frame = self;
        while let Some((value, outer)) = frame.local {
            if frame.depth == depth + 1 {
                return value;
            }
            frame = outer;
        }
        &NULL
    }
}

/// The recursion goes through this function alone: what needs room on the stack stands in functions of its own.
fn value_of<'f>(node: &'f Node, frame: &'f Frame<'f>) -> Outcome<Cow<'f, Value>> {
    let owned = |value: Value| Ok(Cow::Owned(value));
    let steps = frame.steps.get().checked_sub(1).ok_or(EvaluationFault::TooLong)?;
    frame.steps.set(steps);
    match node {
        Node::Literal(value) => Ok(Cow::Borrowed(value)),
        Node::Name(index) => Ok(Cow::Borrowed(frame.name(*index))),
        Node::Local(depth) => Ok(Cow::Borrowed(frame.local(*depth))),
        Node::Field(row, column) => field(value_of(row, frame)?, column),
        Node::Not(operand) => owned(Value::Bool(!condition(operand, frame)?)),
        Node::Negate(operand) => owned(negate(value_of(operand, frame)?.as_ref())?),
        Node::And(left, right) => owned(Value::Bool(junction(false, left, right, frame)?)),
        Node::Or(left, right) => owned(Value::Bool(junction(true, left, right, frame)?)),
        Node::If(test, then, otherwise) => value_of(if condition(test, frame)? { then } else { otherwise }, frame),
        Node::Equal(left, right) => owned(Value::Bool(value_of(left, frame)? == value_of(right, frame)?)),
        Node::Order(order, left, right) => owned(Value::Bool(ordered(
            *order,
            value_of(left, frame)?.as_ref(),
            value_of(right, frame)?.as_ref(),
        )?)),
        Node::Arithmetic(operation, left, right) => owned(arithmetic(
            *operation,
            value_of(left, frame)?.as_ref(),
            value_of(right, frame)?.as_ref(),
        )?),
        Node::In(item, list) => owned(contains(item, list, frame)?),
        Node::List(elements) => owned(list(elements, frame)?),
        Node::Each(each, list, body) => owned(for_each(*each, value_of(list, frame)?.as_ref(), body, frame)?),
        Node::Matches(target, pattern) => {
            owned(Value::Bool(pattern.is_match(text(value_of(target, frame)?.as_ref())?)))
        }
        Node::Part(part, target, wanted) => owned(has_part(*part, target, wanted, frame)?),
        Node::Size(operand) => owned(size(value_of(operand, frame)?.as_ref())?),
        Node::Call(function, arguments) => owned(call(function, arguments, frame)?),
    }
}

fn contains<'f>(item: &'f Node, list: &'f Node, frame: &'f Frame<'f>) -> Outcome<Value> {
    let list = value_of(list, frame)?;
    Ok(Value::Bool(items(&list)?.contains(value_of(item, frame)?.as_ref())))
}

fn list<'f>(elements: &'f [Node], frame: &'f Frame<'f>) -> Outcome<Value> {
    let values: Outcome<Vec<Value>> = elements
        .iter()
        .map(|element| value_of(element, frame).map(Cow::into_owned))
        .collect();
    values.map(Value::List)
}

fn has_part<'f>(part: Part, target: &'f Node, wanted: &'f Node, frame: &'f Frame<'f>) -> Outcome<Value> {
    let (target, wanted) = (value_of(target, frame)?, value_of(wanted, frame)?);
    let (target, wanted) = (text(&target)?, text(&wanted)?);
    Ok(Value::Bool(match part {
        Part::Contains => target.contains(wanted),
        Part::StartsWith => target.starts_with(wanted),
        Part::EndsWith => target.ends_with(wanted),
    }))
}

fn call<'f>(function: &'f Function, arguments: &'f [Node], frame: &'f Frame<'f>) -> Outcome<Value> {
    let values: Outcome<Vec<Cow<'_, Value>>> = arguments.iter().map(|argument| value_of(argument, frame)).collect();
    let values = values?;
    let borrowed: Vec<&Value> = values.iter().map(AsRef::as_ref).collect();
    for (value, parameter) in borrowed.iter().zip(function.parameters()) {
        if value.is_null() && !parameter.is_nullable() {
            return Err(EvaluationFault::Missing);
        }
    }
    function.call(&borrowed)
}

fn condition<'f>(node: &'f Node, frame: &'f Frame<'f>) -> Outcome<bool> {
    match value_of(node, frame)?.as_ref() {
        Value::Bool(value) => Ok(*value),
        Value::Null => Err(EvaluationFault::Missing),
        _ => Err(EvaluationFault::WrongType),
    }
}

/// `&&` and `||`: the value that decides them decides whatever the other operand gives, a fault included, in either order. So
/// it is in CEL.
fn junction<'f>(decides: bool, left: &'f Node, right: &'f Node, frame: &'f Frame<'f>) -> Outcome<bool> {
    match condition(left, frame) {
        Ok(value) if value == decides => Ok(decides),
        Ok(_) => condition(right, frame),
        Err(fault) => condition(right, frame)
            .ok()
            .filter(|value| *value == decides)
            .ok_or(fault),
    }
}

fn for_each(each: Each, list: &Value, body: &Node, frame: &Frame<'_>) -> Outcome<Value> {
    let mut kept = Vec::new();
    for item in items(list)? {
        let inner = Frame {
            names: frame.names,
            local: Some((item, frame)),
            depth: frame.depth + 1,
            steps: frame.steps,
        };
        match each {
            Each::All if !condition(body, &inner)? => return Ok(Value::Bool(false)),
            Each::Exists if condition(body, &inner)? => return Ok(Value::Bool(true)),
            Each::Filter if condition(body, &inner)? => kept.push(item.clone()),
            Each::All | Each::Exists | Each::Filter => {}
            Each::Map => kept.push(value_of(body, &inner)?.into_owned()),
        }
    }
    Ok(match each {
        Each::All => Value::Bool(true),
        Each::Exists => Value::Bool(false),
        Each::Filter | Each::Map => Value::List(kept),
    })
}

fn field<'f>(row: Cow<'f, Value>, column: &str) -> Outcome<Cow<'f, Value>> {
    match row {
        Cow::Borrowed(Value::Row(fields)) => Ok(Cow::Borrowed(fields.get(column).unwrap_or(&NULL))),
        Cow::Owned(Value::Row(mut fields)) => Ok(Cow::Owned(fields.remove(column).unwrap_or(Value::Null))),
        other => Err(wrong(&other)),
    }
}

fn ordered(order: Order, left: &Value, right: &Value) -> Outcome<bool> {
    let found = match (left, right) {
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        // By code points, which is the order of the dates YYYY-MM-DD.
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (left, right) => return Err(wrong_pair(left, right)),
    };
    let found = found.ok_or(EvaluationFault::OutOfRange)?;
    Ok(match order {
        Order::Less => found.is_lt(),
        Order::LessEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterEqual => found.is_ge(),
    })
}

fn arithmetic(operation: Arithmetic, left: &Value, right: &Value) -> Outcome<Value> {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) => {
            let result = match operation {
                Arithmetic::Add => left + right,
                Arithmetic::Subtract => left - right,
                Arithmetic::Multiply => left * right,
                Arithmetic::Divide if *right == 0.0 => return Err(EvaluationFault::DivisionByZero),
                Arithmetic::Divide => left / right,
            };
            if result.is_finite() {
                Ok(Value::Double(result))
            } else {
                Err(EvaluationFault::OutOfRange)
            }
        }
        (Value::Int(left), Value::Int(right)) => {
            let result = match operation {
                Arithmetic::Add => left.checked_add(*right),
                Arithmetic::Subtract => left.checked_sub(*right),
                Arithmetic::Multiply => left.checked_mul(*right),
                // Refused when compiled: the quotient of whole numbers is not what anybody means.
                Arithmetic::Divide => None,
            };
            result.map(Value::Int).ok_or(EvaluationFault::OutOfRange)
        }
        (Value::Text(left), Value::Text(right)) if matches!(operation, Arithmetic::Add) => {
            Ok(Value::Text(format!("{left}{right}")))
        }
        (left, right) => Err(wrong_pair(left, right)),
    }
}

fn negate(operand: &Value) -> Outcome<Value> {
    match operand {
        Value::Double(number) => Ok(Value::Double(-number)),
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or(EvaluationFault::OutOfRange),
        other => Err(wrong(other)),
    }
}

fn size(operand: &Value) -> Outcome<Value> {
    let count = match operand {
        Value::List(items) => items.len(),
        Value::Text(text) => text.chars().count(),
        other => return Err(wrong(other)),
    };
    i64::try_from(count)
        .map(Value::Int)
        .map_err(|_| EvaluationFault::OutOfRange)
}

fn items(value: &Value) -> Outcome<&[Value]> {
    value.as_list().ok_or_else(|| wrong(value))
}

fn text(value: &Value) -> Outcome<&str> {
    value.as_str().ok_or_else(|| wrong(value))
}

fn double(value: &Value) -> Outcome<f64> {
    value.as_f64().ok_or_else(|| wrong(value))
}

fn wrong(value: &Value) -> EvaluationFault {
    if value.is_null() {
        EvaluationFault::Missing
    } else {
        EvaluationFault::WrongType
    }
}

fn wrong_pair(left: &Value, right: &Value) -> EvaluationFault {
    if left.is_null() || right.is_null() {
        EvaluationFault::Missing
    } else {
        EvaluationFault::WrongType
    }
}

fn collect_terms<'n>(node: &'n Node, sign: f64, found: &mut Vec<(&'n Node, f64)>) {
    match node {
        Node::Arithmetic(Arithmetic::Add, left, right) => {
            collect_terms(left, sign, found);
            collect_terms(right, sign, found);
        }
        Node::Arithmetic(Arithmetic::Subtract, left, right) => {
            collect_terms(left, sign, found);
            collect_terms(right, -sign, found);
        }
        other => found.push((other, sign)),
    }
}

/// The names that a tree compares with numbers, each with the number, by their indices.
pub(super) fn limits(node: &Node, found: &mut Vec<(usize, f64)>) {
    if let Node::Order(_, one, two) | Node::Equal(one, two) = node {
        match (&**one, number_of(two), &**two, number_of(one)) {
            (Node::Name(name), Some(limit), ..) | (.., Node::Name(name), Some(limit)) => found.push((*name, limit)),
            _ => {}
        }
    }
    for_each_operand(node, &mut |operand| limits(operand, found));
}

fn number_of(node: &Node) -> Option<f64> {
    match node {
        Node::Literal(Value::Double(number)) => Some(*number),
        Node::Negate(operand) => number_of(operand).map(|number| -number),
        _ => None,
    }
}

fn names_in(node: &Node, used: &mut Vec<usize>) {
    if let Node::Name(index) = node
        && !used.contains(index)
    {
        used.push(*index);
    }
    for_each_operand(node, &mut |operand| names_in(operand, used));
}

fn for_each_operand(node: &Node, visit: &mut dyn FnMut(&Node)) {
    match node {
        Node::Literal(_) | Node::Local(_) | Node::Name(_) => {}
        Node::Field(one, _) | Node::Not(one) | Node::Negate(one) | Node::Matches(one, _) | Node::Size(one) => {
            visit(one);
        }
        Node::And(one, two)
        | Node::Or(one, two)
        | Node::Equal(one, two)
        | Node::Order(_, one, two)
        | Node::Arithmetic(_, one, two)
        | Node::In(one, two)
        | Node::Each(_, one, two)
        | Node::Part(_, one, two) => {
            visit(one);
            visit(two);
        }
        Node::If(one, two, three) => {
            for node in [one, two, three] {
                visit(node);
            }
        }
        Node::List(nodes) | Node::Call(_, nodes) => {
            for node in nodes {
                visit(node);
            }
        }
    }
}
