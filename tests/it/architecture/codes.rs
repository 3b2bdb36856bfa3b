//! Nothing of the domain in Rust: questions, indicators and rules are named in documents alone.

use std::collections::BTreeSet;

use super::{lines, read};

#[test]
fn no_question_indicator_or_rule_code_lives_in_the_product() {
    let codes = domain_codes();
    let found = read().said.strings.iter().filter(|(_, _, text)| codes.contains(text));
    let found = lines(found.map(|(file, line, code)| format!("{file}:{line} holds the domain code \"{code}\"")));
    assert!(found.is_empty(), "{found}");
}

/// All codes of questions, derived values, rules and indicators that are long enough to be told from ordinary words.
fn domain_codes() -> BTreeSet<String> {
    let questionnaire: serde_json::Value =
        serde_json::from_str(ronghe::shipped::file("questionnaire_integration.json").unwrap()).unwrap();
    let index: serde_json::Value =
        serde_json::from_str(ronghe::shipped::file("methodology_integration_index.json").unwrap()).unwrap();
    let level: serde_json::Value =
        serde_json::from_str(ronghe::shipped::file("methodology_sme_level_2024.json").unwrap()).unwrap();
    let lists = [
        &questionnaire["questions"],
        &questionnaire["edit_rules"],
        &index["indicators"],
        &level["items"],
        &level["scenes"],
    ];
    let mut codes = BTreeSet::new();
    for list in lists {
        codes.extend(
            list.as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["code"].as_str().unwrap().to_owned()),
        );
    }
    codes
}
