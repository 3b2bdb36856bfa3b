//! Numbers of the generator language: constants, names, chance and arithmetic, written as a tree in the profile.

use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{condition::Condition, dice::Dice, draft::Draft};

/// How a number comes about: a constant, a name, or an operation.
///
/// A name is a trait (`maturity`), the code of a question answered before (`F03`), a number of the enterprise's stratum
/// (`industry.energy_per_output`), a column set before in the same table row (`row.invest`) or an energy factor in force,
/// in tce per unit of the form (`factor.electricity`).
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Term {
    /// A constant.
    Number(f64),
    /// The value of a name.
    Name(String),
    /// An operation on other terms.
    Operation(Box<Operation>),
}

/// An operation of the generator language. A missing operand makes the result missing, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Uniform between two bounds.
    Between(f64, f64),
    /// Normal: mean and standard deviation.
    Normal(f64, f64),
    /// Lognormal: median and standard deviation of the logarithm.
    Lognormal(f64, f64),
    /// Product.
    Times(Vec<Term>),
    /// Sum; missing operands are skipped.
    Plus(Vec<Term>),
    /// The first less all others; missing ones among the others are skipped.
    Less(Vec<Term>),
    /// The first divided by the second; missing when the second is zero.
    Over(Term, Term),
    /// The smallest.
    Smallest(Vec<Term>),
    /// The greatest.
    Greatest(Vec<Term>),
    /// A broken line through points with rising x; flat beyond its ends.
    Along {
        /// Where on the x axis.
        at: Term,
        /// Points as x and y.
        points: Vec<(f64, f64)>,
    },
    /// One term or another.
    If {
        /// The condition.
        when: Condition,
        /// When it holds.
        then: Term,
        /// When it does not.
        otherwise: Term,
    },
    /// The sum of a column over those rows of a table whose columns satisfy the condition; missing cells are skipped.
    Rows {
        /// Code of the table question.
        table: String,
        /// Code of the column.
        column: String,
        /// Condition on columns, as `row.CODE`.
        when: Condition,
    },
}

impl Term {
    /// The value for an enterprise in the making; none when something it needs is missing.
    pub(super) fn draw(&self, draft: &Draft<'_>, dice: &mut Dice) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Name(name) => draft.number(name),
            Self::Operation(operation) => operation.draw(draft, dice),
        }
    }
}

impl Operation {
    fn draw(&self, draft: &Draft<'_>, dice: &mut Dice) -> Option<f64> {
        match self {
            Self::Between(low, high) => Some(dice.between(*low, *high)),
            Self::Normal(mean, deviation) => Some(dice.normal(*mean, *deviation)),
            Self::Lognormal(median, spread) => Some(dice.lognormal(*median, *spread)),
            Self::Times(terms) => all(terms, draft, dice).map(|values| values.iter().product()),
            Self::Plus(terms) => Some(terms.iter().filter_map(|term| term.draw(draft, dice)).sum()),
            Self::Less(terms) => {
                let (first, others) = terms.split_first()?;
                let first = first.draw(draft, dice)?;
                Some(
                    others
                        .iter()
                        .filter_map(|term| term.draw(draft, dice))
                        .fold(first, |left, x| left - x),
                )
            }
            Self::Over(above, below) => {
                let (above, below) = (above.draw(draft, dice)?, below.draw(draft, dice)?);
                let quotient = above / below;
                quotient.is_finite().then_some(quotient)
            }
            Self::Smallest(terms) => all(terms, draft, dice)?.into_iter().reduce(f64::min),
            Self::Greatest(terms) => all(terms, draft, dice)?.into_iter().reduce(f64::max),
            Self::Along { at, points } => Some(on_line(points, at.draw(draft, dice)?)),
            Self::If { when, then, otherwise } => {
                if draft.satisfies(when) {
                    then.draw(draft, dice)
                } else {
                    otherwise.draw(draft, dice)
                }
            }
            Self::Rows { table, column, when } => Some(draft.sum_of_rows(table, column, when)),
        }
    }
}

fn all(terms: &[Term], draft: &Draft<'_>, dice: &mut Dice) -> Option<Vec<f64>> {
    terms.iter().map(|term| term.draw(draft, dice)).collect()
}

fn on_line(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.iter().position(|(px, _)| x < *px);
    match after {
        Some(0) => points.first().map_or(0.0, |(_, y)| *y),
        None => points.last().map_or(0.0, |(_, y)| *y),
        Some(after) => match points.get(after - 1..=after) {
            Some([(x0, y0), (x1, y1)]) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
            _ => 0.0,
        },
    }
}

// Written by hand because an untagged enum would answer every mistake with "did not match any variant".
impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TermVisitor)
    }
}

struct TermVisitor;

impl<'de> Visitor<'de> for TermVisitor {
    type Value = Term;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a number, a name or an operation")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Term, E> {
        Ok(Term::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Term, E> {
        Ok(Term::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Term, E> {
        Ok(Term::Number(value as f64))
    }

    fn visit_str<E>(self, name: &str) -> Result<Term, E> {
        Ok(Term::Name(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Term, A::Error> {
        Operation::deserialize(MapAccessDeserializer::new(map)).map(|operation| Term::Operation(Box::new(operation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;

    fn check(term: serde_json::Value, expected: Option<f64>) {
        let term: Term = serde_json::from_value(term).unwrap();
        let mut draft = Draft::default();
        draft.set_trait("two", 2.0);
        assert_eq!(term.draw(&draft, &mut Dice::new(1, 0, "term")), expected, "{term:?}");
    }

    #[test]
    fn arithmetic() {
        use serde_json::json;
        check(json!(1.5), Some(1.5));
        check(json!("two"), Some(2.0));
        check(json!("absent"), None);
        check(json!({"times": ["two", 3, 0.5]}), Some(3.0));
        check(json!({"times": ["two", "absent"]}), None);
        check(json!({"plus": ["two", "absent", 1]}), Some(3.0));
        check(json!({"less": [10, "two", "absent", 3]}), Some(5.0));
        check(json!({"less": ["absent", 1]}), None);
        check(json!({"over": [1, "two"]}), Some(0.5));
        check(json!({"over": [1, 0]}), None);
        check(json!({"smallest": [3, "two", 5]}), Some(2.0));
        check(json!({"greatest": [3, "two", 5]}), Some(5.0));
        check(
            json!({"along": {"at": "two", "points": [[0, 10], [4, 30]]}}),
            Some(20.0),
        );
        check(json!({"along": {"at": -1, "points": [[0, 10], [4, 30]]}}), Some(10.0));
        check(json!({"along": {"at": 4, "points": [[0, 10], [4, 30]]}}), Some(30.0));
        check(
            json!({"if": {"when": {"two": {"at_least": 2}}, "then": 7, "otherwise": 8}}),
            Some(7.0),
        );
        check(
            json!({"if": {"when": {"two": {"below": 2}}, "then": 7, "otherwise": 8}}),
            Some(8.0),
        );
        check(json!({"between": [4, 4]}), Some(4.0));
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| serde_json::from_str::<Term>(text).unwrap_err().to_string();
        assert!(message("true").contains("a number, a name or an operation"));
        assert!(message(r#"{"product": [1]}"#).contains("unknown variant `product`"));
        assert!(message(r#"{"along": {"at": 1, "point": []}}"#).contains("unknown field `point`"));
    }
}
