//! What is uncertain, as a document.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{columns::is_column_of_draws, error::RobustnessError};

/// Choices that could have been made otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Settings of the methodology, each with its alternatives.
    #[serde(default)]
    pub uncertain: Vec<Uncertain>,
    /// Weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightUncertainty>,
    /// Scores from which a level begins, rising: below the first is level 0.
    #[serde(default)]
    pub cuts: Vec<f64>,
}

/// One setting and what it could be instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uncertain {
    /// Name of the setting, unique in the design; a column of the draws.
    pub name: String,
    /// Where it stands in the methodology document, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What it could be.
    #[serde(flatten)]
    pub alternatives: Alternatives,
}

/// What a setting could be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alternatives {
    /// One of several values by name, all equally likely.
    Choices(BTreeMap<String, Value>),
    /// A number, evenly spread from the first to the second.
    Range([f64; 2]),
}

/// How weights could be otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightUncertainty {
    /// Each weight moves by itself.
    Noise(Vec<NoiseOn>),
    /// One of several sets, all equally likely: of experts, of methods.
    Sets(BTreeMap<String, WeightSet>),
}

/// Noise on the weights of some nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoiseOn {
    /// Codes of the nodes; none for all indicators and aggregates but the roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<String>>,
    /// A weight becomes `w (1 + factor (2 u - 1))` with u uniform from 0 to 1; 0.25 moves it by a quarter at most.
    pub factor: f64,
}

/// Weights by code; a node that is not named keeps its own.
pub type WeightSet = BTreeMap<String, f64>;

/// The name under which sets of weights are drawn.
pub(super) const WEIGHTS: &str = "weights";

impl Design {
    /// Refuses names that stand twice or mean another column of the draws, settings of which one is a part of the other,
    /// settings without alternatives, ranges without width, factors outside 0 to 1, and cuts that do not rise.
    pub fn check(&self) -> Result<(), RobustnessError> {
        let is_taken = |name: &str| name.trim().is_empty() || is_column_of_draws(name);
        if let Some(bad) = self.uncertain.iter().find(|uncertain| is_taken(&uncertain.name)) {
            return Err(RobustnessError::BadName { name: bad.name.clone() });
        }
        let mut names: Vec<&str> = self.uncertain.iter().map(|u| u.name.as_str()).collect();
        names.push(WEIGHTS);
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(RobustnessError::DuplicateName {
                name: pair[0].to_owned(),
            });
        }
        for (at, uncertain) in self.uncertain.iter().enumerate() {
            let mut before = self.uncertain.iter().take(at);
            if let Some(other) = before.find(|other| overlap(&other.pointer, &uncertain.pointer)) {
                return Err(RobustnessError::Overlapping {
                    name: uncertain.name.clone(),
                    other: other.name.clone(),
                });
            }
        }
        for uncertain in &self.uncertain {
            let known = match &uncertain.alternatives {
                Alternatives::Choices(choices) => !choices.is_empty(),
                Alternatives::Range([low, high]) => low.is_finite() && high.is_finite() && low < high,
            };
            if !known {
                return Err(RobustnessError::NoAlternative {
                    name: uncertain.name.clone(),
                });
            }
        }
        match &self.weights {
            Some(WeightUncertainty::Sets(sets)) if sets.is_empty() => {
                return Err(RobustnessError::NoAlternative {
                    name: WEIGHTS.to_owned(),
                });
            }
            Some(WeightUncertainty::Noise(noise)) => {
                if let Some(bad) = noise.iter().find(|n| !(0.0..=1.0).contains(&n.factor)) {
                    return Err(RobustnessError::BadSetting {
                        setting: "factor",
                        value: bad.factor,
                    });
                }
            }
            _ => {}
        }
        match self.cuts.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(RobustnessError::BadSetting {
                setting: "cuts",
                value: pair[1],
            }),
            None => Ok(()),
        }
    }

    /// Names of the parameters of a sensitivity analysis: the settings in order, then the weights.
    pub fn parameters(&self) -> Vec<String> {
        let settings = self.uncertain.iter().map(|u| u.name.clone());
        settings
            .chain(self.weights.iter().map(|_| WEIGHTS.to_owned()))
            .collect()
    }

    /// Codes of the nodes that are named as having uncertain weights.
    pub(super) fn named_weights(&self) -> Vec<&String> {
        match &self.weights {
            Some(WeightUncertainty::Noise(noise)) => noise.iter().flat_map(|noise| &noise.codes).flatten().collect(),
            Some(WeightUncertainty::Sets(sets)) => sets.values().flat_map(BTreeMap::keys).collect(),
            None => Vec::new(),
        }
    }

    /// The methodology with the settings of one draw put in their places.
    pub fn apply(&self, methodology: &Value, draw: &super::Draw) -> Result<Value, RobustnessError> {
        let mut document = methodology.clone();
        for (uncertain, setting) in self.uncertain.iter().zip(&draw.settings) {
            let value = match (&uncertain.alternatives, setting) {
                (Alternatives::Choices(choices), super::Setting::Choice(label)) => choices.get(label).cloned(),
                (Alternatives::Range(_), super::Setting::Number(number)) => Some(Value::from(*number)),
                _ => None,
            };
            let value = value.ok_or_else(|| RobustnessError::UnknownAlternative {
                name: uncertain.name.clone(),
                value: setting.to_string(),
            })?;
            put(&mut document, &uncertain.pointer, value).ok_or_else(|| RobustnessError::NoSuchPlace {
                name: uncertain.name.clone(),
                pointer: uncertain.pointer.clone(),
            })?;
        }
        Ok(document)
    }
}

/// Whether one pointer leads to the place of the other or into it.
fn overlap(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(one, other) || within(other, one)
}

/// Replaces what stands at the pointer. Members that are missing on the way are added, since optional settings are absent;
/// what does not belong there is refused with the methodology.
fn put(document: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let mut place = document;
    if !pointer.is_empty() {
        for member in pointer.strip_prefix('/')?.split('/') {
            let member = member.replace("~1", "/").replace("~0", "~");
            place = match place {
                Value::Object(members) => members.entry(member).or_insert_with(|| Value::Object(Map::new())),
                Value::Array(items) => items.get_mut(member.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
    }
    *place = value;
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::robustness::{Draw, Setting};

    fn design(value: Value) -> Design {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_draw_is_put_into_the_methodology() {
        let design = design(json!({
            "uncertain": [
                { "name": "mean", "pointer": "/aggregation/mean", "choices": { "a": "arithmetic", "g": "geometric" } },
                { "name": "limit", "pointer": "/treatment/skew", "range": [1.5, 2.5] },
            ],
            "weights": { "noise": [{ "factor": 0.25 }] },
        }));
        design.check().unwrap();
        assert_eq!(design.parameters(), ["mean", "limit", "weights"]);
        let methodology = json!({ "aggregation": { "mean": "arithmetic" }, "treatment": {} });
        let draw = |label: &str| Draw {
            settings: vec![Setting::Choice(label.into()), Setting::Number(2.0)],
            weights: Vec::new(),
        };
        assert_eq!(
            design.apply(&methodology, &draw("g")).unwrap(),
            json!({ "aggregation": { "mean": "geometric" }, "treatment": { "skew": 2.0 } })
        );
        let code = |methodology: &Value, label: &str| design.apply(methodology, &draw(label)).unwrap_err().code();
        assert_eq!(code(&methodology, "x"), "robustness.unknown_alternative");
        assert_eq!(code(&json!({ "aggregation": "none" }), "a"), "robustness.no_such_place");
        assert_eq!(
            design.apply(&json!({}), &draw("a")).unwrap(),
            json!({ "aggregation": { "mean": "arithmetic" }, "treatment": { "skew": 2.0 } }),
            "settings that stand at their defaults are absent"
        );
    }

    #[test]
    fn a_design_that_cannot_be_drawn_is_refused() {
        let code = |value| design(value).check().unwrap_err().code();
        let setting = |name: &str| json!({ "name": name, "pointer": "/x", "choices": { "a": 1 } });
        assert_eq!(
            code(json!({ "uncertain": [setting("n"), setting("n")] })),
            "robustness.duplicate_name"
        );
        assert_eq!(
            code(json!({ "uncertain": [setting("weights")] })),
            "robustness.duplicate_name"
        );
        for taken in ["", " ", "replication", "block", "weight:a"] {
            assert_eq!(
                code(json!({ "uncertain": [setting(taken)] })),
                "robustness.bad_name",
                "{taken}"
            );
        }
        let at = |name: &str, pointer: &str| json!({ "name": name, "pointer": pointer, "choices": { "a": 1 } });
        for (one, other) in [("/x", "/x"), ("/x", "/x/y"), ("/x/y", "/x"), ("", "/x")] {
            let both = json!({ "uncertain": [at("one", one), at("other", other)] });
            assert_eq!(code(both), "robustness.overlapping", "{one} {other}");
        }
        design(json!({ "uncertain": [at("one", "/x/y"), at("other", "/x/yz")] }))
            .check()
            .unwrap();
        let empty = json!({ "name": "n", "pointer": "/x", "choices": {} });
        assert_eq!(code(json!({ "uncertain": [empty] })), "robustness.no_alternative");
        let narrow = json!({ "name": "n", "pointer": "/x", "range": [1.0, 1.0] });
        assert_eq!(code(json!({ "uncertain": [narrow] })), "robustness.no_alternative");
        assert_eq!(code(json!({ "weights": { "sets": {} } })), "robustness.no_alternative");
        assert_eq!(
            code(json!({ "weights": { "noise": [{ "factor": 1.5 }] } })),
            "robustness.bad_setting"
        );
        assert_eq!(code(json!({ "cuts": [60, 60] })), "robustness.bad_setting");
    }
}
