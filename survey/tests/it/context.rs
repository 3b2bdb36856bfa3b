//! A return beside last round's and beside the others of its round.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use survey::{
    answer::Answers,
    reading::Reading,
    survey::{Neighbour, Neighbours, RoundContext},
};

use crate::shipped::{EXAMPLES, SURVEY, answers};

/// A worked enterprise (industry, all energy questions) with some answers changed.
fn changed(changes: &Value) -> Answers {
    let mut raw = EXAMPLES["enterprises"][2]["answers"].clone();
    for (code, value) in changes.as_object().unwrap() {
        raw[code] = value.clone();
    }
    answers(&raw)
}

#[test]
fn a_return_is_seen_beside_the_others_of_its_round() {
    let base = changed(&json!({}));
    let neighbour = |answers: &Answers, accepted: bool| {
        let evaluation = SURVEY.evaluate(answers, &RoundContext::new(), None);
        Neighbour {
            print: SURVEY.fingerprint(answers),
            accepted: accepted.then(|| SURVEY.peer_figures("2221", &evaluation)),
        }
    };
    let rules = |answers: &Answers, previous: Option<&Answers>, others: &[Neighbour]| {
        let mut neighbours = Neighbours::default();
        for (id, other) in others.iter().enumerate() {
            neighbours.put(id, other.clone());
        }
        let context = SURVEY.context(answers, previous, Some("2221"), Some(neighbours.others(&others.len())));
        let evaluation = SURVEY.evaluate(answers, &context, previous);
        let reading = Reading {
            answers: answers.clone(),
            ..Reading::default()
        };
        let found = SURVEY.check(&reading, &evaluation, &BTreeSet::new());
        let rules: BTreeSet<String> = found.items.into_iter().map(|finding| finding.rule).collect();
        rules
    };
    let alone = rules(&base, None, &[]);
    assert!(
        ["CK165", "CK166", "CK167", "CK170"]
            .iter()
            .all(|rule| !alone.contains(*rule))
    );
    let same = rules(&base, None, &[neighbour(&base, false)]);
    assert!(
        same.contains("CK165") && same.contains("CK167"),
        "the same code and the same numbers"
    );
    let other_code = changed(&json!({ "A02": "91330111XY00010156" }));
    let twin = rules(&base, None, &[neighbour(&other_code, false)]);
    assert!(
        !twin.contains("CK165") && twin.contains("CK167"),
        "another code, the same numbers"
    );
    assert!(
        rules(&base, Some(&base), &[]).contains("CK166"),
        "last round's numbers once more"
    );
    let peers: Vec<Neighbour> = (1..=40)
        .map(|times| neighbour(&changed(&json!({ "F04": 100_000 + times })), true))
        .collect();
    assert!(
        rules(&base, None, &peers).contains("CK170"),
        "its energy intensity is not that of its industry"
    );
    assert!(
        !rules(&base, None, &peers[..29]).contains("CK170"),
        "too few peers to say so"
    );
}
