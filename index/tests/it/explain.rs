//! The explanation of a score.

use std::collections::BTreeSet;

use index::{
    card::{Facts, Figure, MissingReason, NodeKind, Scored},
    compile::CompiledCard,
    exact::Fixed,
    explain::{self, Change, ExplainNode},
};
use survey::{
    expression::{Scope, Value},
    survey::Evaluation,
};

use serde_json::json;

use crate::shipped::{EXAMPLES, INDEX, LEVEL, compiled, document, enterprise, evaluation};

fn scored(methodology: &CompiledCard, at: usize) -> Scored {
    methodology.score(&evaluation(&EXAMPLES["enterprises"][at]["answers"]), &BTreeSet::new())
}

fn walk<'a>(nodes: &'a [ExplainNode], visit: &mut impl FnMut(&'a ExplainNode)) {
    for node in nodes {
        visit(node);
        walk(&node.children, visit);
    }
}

#[test]
fn a_figure_comes_from_all_questions_behind_it() {
    let methodology = enterprise(INDEX);
    let trees = explain::tree(&scored(&methodology, 2), &methodology);
    let mut found = 0;
    walk(&trees, &mut |node| {
        if node.source.as_deref() == Some("energy_saving_rate") {
            found += 1;
            // Energy used now and before, and what it is divided by: through three layers of derived values.
            for question in ["Q01", "Q12P", "F03", "F04P"] {
                assert!(
                    node.questions.iter().any(|code| code == question),
                    "{}: {question}",
                    node.code
                );
            }
        }
    });
    assert!(found > 0);
}

#[test]
fn the_tree_holds_every_node_once_and_adds_up() {
    for name in [INDEX, LEVEL] {
        let methodology = enterprise(name);
        let scored = scored(&methodology, 2);
        let trees = explain::tree(&scored, &methodology);
        let mut codes = Vec::new();
        walk(&trees, &mut |node| {
            codes.push(node.code.clone());
            assert!(
                !node.formula.zh.is_empty() && !node.formula.en.is_empty(),
                "{}",
                node.code
            );
            if node.kind == NodeKind::Indicator {
                assert!(!node.questions.is_empty(), "{}", node.code);
            } else if node.kind != NodeKind::Scene {
                let direct: Fixed = node.children.iter().filter_map(|child| child.contribution).sum();
                // Half a unit of the last decimal, and the ninth decimal of each child.
                assert!(
                    (node.score.unwrap() - direct).abs() <= Fixed::parse("0.0000501").unwrap(),
                    "{}",
                    node.code
                );
            }
        });
        assert_eq!(
            codes,
            scored.nodes.iter().map(|node| node.code.clone()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn the_whole_comes_first_and_formulas_can_be_read() {
    let methodology = enterprise(INDEX);
    let trees = explain::tree(&scored(&methodology, 0), &methodology);
    assert_eq!(trees.iter().map(|tree| &*tree.code).collect::<Vec<_>>(), ["X", "G"]);
    assert_eq!(
        trees[0].children.iter().map(|child| &*child.code).collect::<Vec<_>>(),
        ["L", "E"]
    );
    let mut formulas = Vec::new();
    walk(&trees, &mut |node| {
        formulas.push((&*node.code, node.formula.en.as_str()));
    });
    let starts = |code: &str, start: &str| {
        let (_, found) = formulas.iter().find(|(own, _)| *own == code).unwrap();
        assert!(found.starts_with(start), "{code}: {found}");
    };
    starts("X", "Weighted mean of the scores below it. ");
    starts(
        "B07",
        "The first interval that holds: ≤ 10 → 0, ≤ 20 → 25, ≤ 40 → 50, ≤ 60 → 75, otherwise → 100. ",
    );
    starts(
        "B11",
        "Straight line between the points, the end score outside: 0 → 0, 3 → 100. ",
    );
    starts("B09", "Chosen options ÷ 4 × 100; option A does not count. ");
    starts("S01", "Points of the level: 0 0, 1 25, 2 50, 3 75, 4 100. ");
}

#[test]
fn a_score_survives_json() {
    for name in [INDEX, LEVEL] {
        let methodology = enterprise(name);
        let scored = scored(&methodology, 3);
        let text = serde_json::to_string(&scored).unwrap();
        assert_eq!(serde_json::from_str::<Scored>(&text).unwrap(), scored);
        let trees = explain::tree(&scored, &methodology);
        let text = serde_json::to_string(&trees).unwrap();
        assert_eq!(serde_json::from_str::<Vec<ExplainNode>>(&text).unwrap(), trees);
    }
}

#[test]
fn the_next_rung_is_told_condition_by_condition() {
    for name in [INDEX, LEVEL] {
        let methodology = enterprise(name);
        for at in 0..5 {
            let scored = scored(&methodology, at);
            let Some(attained) = &scored.attained else {
                assert!(explain::distance(&scored, &methodology).is_none());
                continue;
            };
            let Some(next) = explain::distance(&scored, &methodology) else {
                assert_eq!(
                    methodology.rungs().first(),
                    Some(&attained.value),
                    "only the top has no next"
                );
                continue;
            };
            let missed = attained.missed.last().unwrap();
            assert_eq!((next.value, &next.label), (missed.value, &missed.label));
            let first = next.conditions.iter().find(|condition| !condition.holds).unwrap();
            assert_eq!(
                (&first.condition, first.found, first.required, first.short_by),
                (&missed.condition, missed.found, missed.required, missed.short_by)
            );
            for condition in next.conditions.iter().filter(|condition| condition.holds) {
                assert_eq!(condition.short_by, None);
            }
        }
    }
}

#[test]
fn what_is_proposed_reaches_the_next_rung_and_nothing_of_it_can_be_spared() {
    let mut combinations = 0;
    for name in [INDEX, LEVEL] {
        let methodology = enterprise(name);
        for at in 0..5 {
            let scored = scored(&methodology, at);
            let Some(found) = explain::improvement(&scored, &methodology) else {
                continue;
            };
            assert!(found.single.is_sorted_by(|a, b| a.share <= b.share));
            for change in &found.single {
                assert!(
                    reached(&methodology, at, &[change], found.value),
                    "{name} {at}: {change:?}"
                );
            }
            let Some(combination) = &found.combination else {
                continue;
            };
            combinations += 1;
            let all: Vec<&Change> = combination.iter().collect();
            assert!(reached(&methodology, at, &all, found.value), "{name} {at}: {all:#?}");
            for spared in 0..all.len() {
                let mut fewer = all.clone();
                fewer.remove(spared);
                assert!(
                    !reached(&methodology, at, &fewer, found.value),
                    "{name} {at}: without {:?}",
                    all[spared]
                );
            }
        }
    }
    assert!(combinations >= 5, "{combinations}");
}

#[test]
fn only_whole_numbers_are_proposed_where_a_question_takes_them() {
    let check = |score: serde_json::Value, expected: &[&str]| {
        let mut index = document(INDEX);
        let indicators = index["indicators"].as_array_mut().unwrap();
        // So much that it alone decides.
        for own in indicators.iter_mut().filter(|own| own["block"] == "B") {
            own["weight"] = json!(if own["code"] == "B05" { 90 } else { 1 });
        }
        let computers = indicators.iter_mut().find(|own| own["code"] == "B05").unwrap();
        computers["source"] = json!("D04");
        computers["score"] = score;
        let methodology = compiled(index.to_string().as_bytes()).enterprise().unwrap();
        for (at, expected) in expected.iter().enumerate() {
            let found = explain::improvement(&scored(&methodology, at), &methodology);
            let changes = found.iter().flat_map(|found| &found.single);
            let of_computers: Vec<_> = changes.filter(|change| &*change.source == "D04").collect();
            let told = match of_computers.as_slice() {
                [] => String::new(),
                [change] => {
                    let Figure::Number(to) = &change.to else {
                        panic!("{change:?}")
                    };
                    let value = found.as_ref().unwrap().value;
                    assert!(reached(&methodology, at, &[change], value), "{at}: {change:?}");
                    to.to_string()
                }
                more => panic!("{more:?}"),
            };
            assert_eq!(told, *expected, "{at}");
        }
    };
    check(
        json!({ "kind": "linear_bands", "points": [[0, 0], [1000, 100]] }),
        &["", "384", "359", "", "375"],
    );
    check(
        json!({ "kind": "steps", "steps": [{ "to": 1000.5, "to_inclusive": true, "score": 0 }, { "score": 100 }] }),
        &["", "1001", "1001", "1001", "1001"],
    );
}

/// A return whose figures are those of a worked example with some changed.
struct Changed {
    base: Evaluation,
    scope: Scope,
}

impl Facts for Changed {
    fn scope(&self) -> &Scope {
        &self.scope
    }
    fn is_relevant(&self, question: &str) -> bool {
        self.base.relevant.contains(question)
    }
}

/// Whether a worked example with these changes is scored as having the rung, by scoring it again as a whole.
fn reached(methodology: &CompiledCard, at: usize, changes: &[&Change], rung: u32) -> bool {
    let base = evaluation(&EXAMPLES["enterprises"][at]["answers"]);
    let mut scope = base.scope().clone();
    for change in changes {
        let value = match &change.to {
            Figure::Boolean(value) => Value::Bool(*value),
            Figure::Number(number) => Value::Double(number.to_f64()),
            Figure::Choice(code) => Value::text(code),
            Figure::Choices(codes) => Value::texts(codes),
        };
        scope.set(change.source.clone(), value);
    }
    let scored = methodology.score(&Changed { base, scope }, &BTreeSet::new());
    let rungs = methodology.rungs();
    let place = |value: u32| rungs.iter().position(|found| *found == value).unwrap();
    place(scored.attained.unwrap().value) <= place(rung)
}

#[test]
fn weight_of_what_is_left_out_goes_to_its_siblings() {
    let methodology = enterprise(INDEX);
    let mut answers = EXAMPLES["enterprises"][2]["answers"].clone();
    answers["N10"] = serde_json::Value::Null;
    let scored = methodology.score(&evaluation(&answers), &BTreeSet::from(["N11".to_owned()]));
    let missing = explain::missing(&scored, &methodology);
    let zeroed: Vec<&str> = missing.zeroed.iter().map(|zeroed| &*zeroed.code).collect();
    assert_eq!(zeroed, ["B02"], "a blank keeps its weight and scores zero");
    assert_eq!(missing.zeroed[0].questions, ["N10"]);
    let [moved] = missing.moved.as_slice() else {
        panic!("{:?}", missing.moved);
    };
    assert_eq!((&*moved.node, moved.left_out.len()), ("B", 1));
    assert_eq!(
        (&*moved.left_out[0].code, moved.left_out[0].weight),
        ("B03", Fixed::from_int(10))
    );
    assert_eq!(moved.left_out[0].missing, Some(MissingReason::NotApplicable));
    let given: Fixed = moved.receivers.iter().map(|receiver| receiver.weight).sum();
    let got: Fixed = moved.receivers.iter().map(|receiver| receiver.effective_weight).sum();
    assert_eq!(given, Fixed::from_int(90));
    // Each rounded to nine decimals.
    assert!(
        (got - Fixed::PERCENT).abs() <= Fixed::parse("0.00000001").unwrap(),
        "{got}"
    );
}
