//! The checked tree of an expression.

use regex::Regex;

use super::{Function, Value};

/// A node whose operands have been checked to have the right types.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A constant.
    Literal(Value),
    /// A free name, by its index among the expression's names.
    Name(usize),
    /// The variable of an enclosing `all`, `exists`, `filter` or `map`, the outermost being 0.
    Local(usize),
    /// A column of a row.
    Field(Box<Node>, String),
    /// `!x`.
    Not(Box<Node>),
    /// `-x`.
    Negate(Box<Node>),
    /// `a && b`: `b` is not evaluated when `a` is false.
    And(Box<Node>, Box<Node>),
    /// `a || b`: `b` is not evaluated when `a` is true.
    Or(Box<Node>, Box<Node>),
    /// `test ? then : otherwise`.
    If(Box<Node>, Box<Node>, Box<Node>),
    /// `a == b`.
    Equal(Box<Node>, Box<Node>),
    /// `a < b` and the like.
    Order(Order, Box<Node>, Box<Node>),
    /// `a + b` and the like.
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    /// `x in list`.
    In(Box<Node>, Box<Node>),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `list.all(x, body)` and the like.
    Each(Each, Box<Node>, Box<Node>),
    /// `text.matches("pattern")`, anywhere in the text.
    Matches(Box<Node>, Regex),
    /// `text.contains(part)` and the like.
    Part(Part, Box<Node>, Box<Node>),
    /// `size(x)`.
    Size(Box<Node>),
    /// A call.
    Call(Function, Vec<Node>),
}

/// Comparison by order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Arithmetic on two numbers of one type; `Add` also joins texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// What is done with each item of a list.
#[derive(Clone, Copy, Debug)]
pub(super) enum Each {
    All,
    Exists,
    Filter,
    Map,
}

/// Where a part of a text is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Contains,
    StartsWith,
    EndsWith,
}
