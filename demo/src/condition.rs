//! Conditions of the generator language: when a step, a fault or a row counts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::answer::Answer;

/// Tests by name; all must hold. Empty holds always.
pub type Condition = BTreeMap<String, Test>;

/// A test of one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Test {
    /// The answer is this yes or no.
    Flag(bool),
    /// The answer is this text or option, or the chosen options contain it.
    Text(String),
    /// One or more comparisons; all must hold.
    Compare(Comparison),
}

/// Comparisons of one name; those given must all hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The number is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The number is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The answer is one of these, or the chosen options contain one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_of: Option<Vec<String>>,
    /// The answer is none of these, nor do the chosen options contain one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none_of: Option<Vec<String>>,
    /// Whether there is an answer at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<bool>,
}

impl Test {
    /// Whether the test holds for an answer and its number; both may be missing.
    pub(super) fn holds(&self, answer: Option<&Answer>, number: Option<f64>) -> bool {
        match self {
            Self::Flag(expected) => answer == Some(&Answer::Boolean(*expected)),
            Self::Text(expected) => answer.is_some_and(|answer| mentions(answer, expected)),
            Self::Compare(comparison) => comparison.holds(answer, number),
        }
    }
}

impl Comparison {
    fn holds(&self, answer: Option<&Answer>, number: Option<f64>) -> bool {
        let mentions_one = |codes: &[String]| answer.is_some_and(|a| codes.iter().any(|code| mentions(a, code)));
        self.at_least.is_none_or(|limit| number.is_some_and(|x| x >= limit))
            && self.below.is_none_or(|limit| number.is_some_and(|x| x < limit))
            && self.any_of.as_ref().is_none_or(|codes| mentions_one(codes))
            && self.none_of.as_ref().is_none_or(|codes| !mentions_one(codes))
            && self
                .answered
                .is_none_or(|expected| expected == (answer.is_some() || number.is_some()))
    }
}

fn mentions(answer: &Answer, expected: &str) -> bool {
    match answer {
        Answer::Text(text) | Answer::Choice(text) | Answer::Date(text) => text == expected,
        Answer::Choices(codes) => codes.iter().any(|code| code == expected),
        Answer::Number(_) | Answer::Boolean(_) | Answer::Table(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(test: serde_json::Value, answer: Option<&Answer>, number: Option<f64>, expected: bool) {
        let test: Test = serde_json::from_value(test).unwrap();
        assert_eq!(test.holds(answer, number), expected, "{test:?} of {answer:?}");
    }

    #[test]
    fn tests_hold_or_not() {
        use serde_json::json;
        let (choices, choice) = (
            Answer::Choices(vec!["B".into(), "C".into()]),
            Answer::Choice("B".into()),
        );
        let (choices, choice) = (Some(&choices), Some(&choice));
        check(json!(true), Some(&Answer::Boolean(true)), None, true);
        check(json!(true), None, None, false);
        check(json!("B"), choice, None, true);
        check(json!("C"), choices, None, true);
        check(json!("D"), choices, None, false);
        check(json!({"any_of": ["C", "D"]}), choices, None, true);
        check(json!({"none_of": ["C", "D"]}), choices, None, false);
        check(json!({"none_of": ["C", "D"]}), None, None, true);
        check(json!({"at_least": 2, "below": 3}), None, Some(2.0), true);
        check(json!({"at_least": 2, "below": 3}), None, Some(3.0), false);
        check(json!({"below": 3}), None, None, false);
        check(json!({"answered": true}), choice, None, true);
        check(json!({"answered": false}), None, None, true);
    }
}
