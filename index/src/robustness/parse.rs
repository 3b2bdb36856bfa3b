//! Reading what is uncertain from a file.

use serde_json::Value;
use survey::document::{DocumentFault, parse_json};

use super::design::Design;
use crate::codes::RobustnessCode;

impl Design {
    /// Reads a document. A setting has either choices or a range, weights have either noise or sets: both at once are
    /// refused, since nothing tells which is meant.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let document: Value = parse_json(bytes)?;
        let settings = document.get("uncertain").and_then(Value::as_array);
        let mut faults: Vec<DocumentFault> = settings
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(at, setting)| one_of(setting, ["choices", "range"], &format!("/uncertain/{at}")))
            .collect();
        let weights = document.get("weights");
        faults.extend(weights.and_then(|weights| one_of(weights, ["noise", "sets"], "/weights")));
        if faults.is_empty() {
            parse_json(bytes)
        } else {
            Err(faults)
        }
    }
}

/// The fault of an object that has both or neither of two members.
fn one_of(object: &Value, members: [&str; 2], pointer: &str) -> Option<DocumentFault> {
    let object = object.as_object()?;
    let [first, second] = members;
    match (object.contains_key(first), object.contains_key(second)) {
        (true, true) => Some(DocumentFault::of(
            RobustnessCode::TwoAlternatives,
            format!("{pointer}/{second}"),
            format!("{first} 与 {second} 不能同时写出，请删去其中之一。"),
            format!("{first} and {second} cannot stand together; remove one of them."),
        )),
        (false, false) => Some(DocumentFault::of(
            RobustnessCode::NoAlternative,
            pointer,
            format!("没有备选值，请写出 {first} 或 {second}。"),
            format!("There are no alternatives; give {first} or {second}."),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_has_choices_or_a_range_and_weights_noise_or_sets() {
        let check = |document: Value, expected: &[(&str, &str)]| {
            let faults = Design::parse(document.to_string().as_bytes()).err().unwrap_or_default();
            let found: Vec<_> = faults
                .iter()
                .map(|fault| (fault.code.as_str(), fault.pointer.as_str()))
                .collect();
            assert_eq!(found, expected, "{document}");
        };
        let setting = |more: Value| {
            let mut setting = json!({ "name": "s", "pointer": "/x" });
            setting
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            setting
        };
        let choices = setting(json!({ "choices": { "a": 1 } }));
        let both = setting(json!({ "choices": { "a": 1 }, "range": [1, 2] }));
        check(json!({ "uncertain": [choices] }), &[]);
        check(json!({}), &[]);
        check(
            json!({ "uncertain": [choices, both, setting(json!({}))] }),
            &[
                ("robustness.two_alternatives", "/uncertain/1/range"),
                ("robustness.no_alternative", "/uncertain/2"),
            ],
        );
        check(
            json!({ "weights": { "noise": [], "sets": {} } }),
            &[("robustness.two_alternatives", "/weights/sets")],
        );
        check(json!({ "weights": {} }), &[("robustness.no_alternative", "/weights")]);
        check(json!({ "uncertain": [1] }), &[("json.shape", "/uncertain/0")]);
    }
}
