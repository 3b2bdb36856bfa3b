//! Compiling the rules of stages: a conjunction is taken apart, so that the reason of a stage can name the condition.

use std::sync::Arc;

use survey::{
    expression::{Expression, Scope, Type, TypeEnv},
    text::Text,
};

use super::{aggregate::score_types, faults::Faults, sources::wrong_type};
use crate::{
    codes::MethodologyCode,
    document::StageRule,
    exact::Fixed,
    ladder::{Comparison, Operator, StageCondition, StageLadder, StageRow},
};

/// Checks the rules over the scores of nodes: from the highest stage down, the last always true.
pub(super) fn compile(
    rules: &[StageRule],
    nodes: impl IntoIterator<Item = (Arc<str>, Arc<Text>)>,
    faults: &mut Faults,
) -> StageLadder {
    let (nodes, labels): (Vec<Arc<str>>, Vec<Arc<Text>>) = nodes.into_iter().unzip();
    check_order(rules, faults);
    let types = score_types(nodes.iter().map(|node| &**node));
    let mut rows = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let pointer = format!("/stages/rules/{at}/expression");
        match Expression::compile(&rule.expression, &types) {
            Ok(expression) if *expression.result() == Type::Bool => rows.push(StageRow {
                stage: rule.stage,
                label: rule.label.clone(),
                text: rule.expression.clone(),
                conditions: conditions(expression, &types, &nodes),
            }),
            Ok(expression) => wrong_type(&expression, &Type::Bool, &pointer, faults),
            Err(fault) => faults.add_expression(&pointer, fault),
        }
    }
    StageLadder { nodes, labels, rows }
}

fn check_order(rules: &[StageRule], faults: &mut Faults) {
    for (at, pair) in rules.windows(2).enumerate() {
        if let [above, below] = pair
            && below.stage >= above.stage
        {
            faults.add(
                MethodologyCode::StagesOrder,
                format!("/stages/rules/{}/stage", at + 1),
                "阶段须从高到低排列。",
                "Stages stand from the highest down.",
            );
        }
    }
    if rules.last().is_none_or(|rule| rule.expression.trim() != "true") {
        faults.add(
            MethodologyCode::StagesLastNotTrue,
            format!("/stages/rules/{}/expression", rules.len().saturating_sub(1)),
            "最后一条须恒成立，写作 true，否则有的企业没有阶段。",
            "The last rule must always hold: write true; else some enterprise would have no stage.",
        );
    }
}

/// The conditions that must all hold; the whole expression as one where it is no conjunction.
fn conditions(expression: Expression, types: &TypeEnv, nodes: &[Arc<str>]) -> Vec<StageCondition> {
    let parts: Option<Vec<Expression>> = conjuncts(expression.text())
        .into_iter()
        .map(|text| {
            Expression::compile(text, types)
                .ok()
                .filter(|part| *part.result() == Type::Bool)
        })
        .collect();
    let parts = parts.unwrap_or_else(|| vec![expression]);
    parts
        .into_iter()
        .map(|expression| StageCondition {
            comparison: comparison(&expression, nodes),
            limits: limits(&expression, nodes),
            expression,
        })
        .collect()
}

fn limits(expression: &Expression, nodes: &[Arc<str>]) -> Vec<(usize, f64)> {
    let place = |name: &str| nodes.iter().position(|node| **node == *name);
    let limits = expression.limits().into_iter();
    limits.filter_map(|(name, limit)| Some((place(name)?, limit))).collect()
}

/// The operands of the outermost `&&`, without parentheses around them. A text with `||` or `?` outside parentheses binds
/// weaker and stays whole.
fn conjuncts(text: &str) -> Vec<&str> {
    let text = bare(text);
    match operands(text).as_slice() {
        [_] => vec![text],
        parts => parts.iter().copied().flat_map(conjuncts).collect(),
    }
}

/// The text without parentheses that surround all of it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    let Some(inner) = inner else { return text };
    // The first bracket is closed by the last only if the depth inside never falls below zero; quotes stay out of it.
    let mut depth = 0_i32;
    for byte in inner.bytes() {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        if depth < 0 || matches!(byte, b'"' | b'\'') {
            return text;
        }
    }
    if depth == 0 { bare(inner) } else { text }
}

fn operands(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut depth, mut quote, mut start, mut parts) = (0_usize, None, 0, Vec::new());
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        match (quote, byte) {
            // An escaped character, whatever it is.
            (Some(_), b'\\') => at += 1,
            (Some(open), _) => quote = Some(open).filter(|open| byte != *open),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'?' | b'|') if depth == 0 => return vec![text],
            (None, b'&') if depth == 0 && bytes.get(at + 1) == Some(&b'&') => {
                parts.push(text[start..at].trim());
                at += 1;
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(text[start..].trim());
    parts
}

/// The condition as a comparison of a score with a number, where it is one and gives what the expression gives at the
/// limit and on both sides of it.
fn comparison(expression: &Expression, nodes: &[Arc<str>]) -> Option<Comparison> {
    // Two-character operators first: `>=` begins with `>`.
    const OPERATORS: [(&str, Operator); 6] = [
        (">=", Operator::GreaterEqual),
        ("<=", Operator::LessEqual),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        (">", Operator::Greater),
        ("<", Operator::Less),
    ];
    let (name, operator, limit) = OPERATORS.iter().find_map(|(text, operator)| {
        let (left, right) = expression.text().split_once(text)?;
        let (left, right) = (left.trim(), right.trim());
        match (Fixed::parse(right), Fixed::parse(left)) {
            (Some(limit), _) => Some((left, *operator, limit)),
            // Written the other way round.
            (None, Some(limit)) => Some((right, operator.mirrored(), limit)),
            (None, None) => None,
        }
    })?;
    let node = nodes.iter().position(|node| **node == *name)?;
    let same = [limit - Fixed::ONE, limit, limit + Fixed::ONE]
        .into_iter()
        .all(|score| {
            let mut scope = Scope::new();
            scope.set(name, score.to_f64());
            expression.holds(&scope) == operator.holds(score, limit)
        });
    same.then_some(Comparison { node, operator, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conjunction_is_taken_apart() {
        let check = |text: &str, expected: &[&str]| assert_eq!(conjuncts(text), expected, "{text}");
        check("true", &["true"]);
        check("B >= 60.0 && S >= 60.0", &["B >= 60.0", "S >= 60.0"]);
        check("a&&(b && c)&&d", &["a", "b", "c", "d"]);
        check("((B >= 60.0))", &["B >= 60.0"]);
        check("(a) || (b)", &["(a) || (b)"]);
        check("(a || b)", &["a || b"]);
        check("a && b || c", &["a && b || c"]);
        check("a && (b || c)", &["a", "b || c"]);
        check("a ? b : c && d", &["a ? b : c && d"]);
        check(
            "x == \"&&\" && y == 'it\\'s && that'",
            &["x == \"&&\"", "y == 'it\\'s && that'"],
        );
    }
}
