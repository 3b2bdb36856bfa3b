//! What must hold for any return, on random figures under the shipped methodologies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use index::{
    card::{Facts, NodeKind, Scored},
    compile::CompiledCard,
    exact::Fixed,
};
use proptest::{prelude::*, sample::subsequence};
use serde_json::Value;
use survey::{
    expression::{self, Scope},
    finding::{Finding, Findings},
    questionnaire::{Action, RuleClass},
    text::Text,
};

use crate::shipped::{INDEX, LEVEL, document, enterprise};

static INDEX_METHODOLOGY: LazyLock<CompiledCard> = LazyLock::new(|| enterprise(INDEX));
static LEVEL_METHODOLOGY: LazyLock<CompiledCard> = LazyLock::new(|| enterprise(LEVEL));
static INDICATORS: LazyLock<Vec<Value>> = LazyLock::new(|| document(INDEX)["indicators"].as_array().unwrap().clone());

/// A return made up of the figures alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct MadeUp {
    pub(crate) scope: Scope,
    pub(crate) not_relevant: BTreeSet<String>,
}

impl Facts for MadeUp {
    fn scope(&self) -> &Scope {
        &self.scope
    }
    fn is_relevant(&self, question: &str) -> bool {
        !self.not_relevant.contains(question)
    }
}

/// A figure for every indicator, some blank, some questions not relevant, some agreed not to apply.
fn returns() -> impl Strategy<Value = (MadeUp, BTreeSet<String>)> {
    let sources: BTreeMap<String, BoxedStrategy<expression::Value>> = INDICATORS
        .iter()
        .map(|indicator| {
            (
                indicator["source"].as_str().unwrap().to_owned(),
                figure(&indicator["score"]),
            )
        })
        .collect();
    let (names, figures): (Vec<String>, Vec<_>) = sources.into_iter().unzip();
    let questions: Vec<String> = INDICATORS
        .iter()
        .flat_map(|indicator| indicator["depends_on"].as_array().unwrap())
        .map(|question| question.as_str().unwrap().to_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let few = || subsequence(questions.clone(), 0..6);
    (figures, few(), few()).prop_map(move |(figures, not_relevant, not_applicable)| {
        let mut made_up = MadeUp {
            not_relevant: not_relevant.into_iter().collect(),
            ..MadeUp::default()
        };
        for (name, figure) in names.iter().zip(figures) {
            made_up.scope.set(name.as_str(), figure);
        }
        made_up.scope.set("A11", "M");
        (made_up, not_applicable.into_iter().collect())
    })
}

/// A figure that a score function takes, or a blank.
fn figure(score: &Value) -> BoxedStrategy<expression::Value> {
    let codes = || score["points"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let some = match score["kind"].as_str().unwrap() {
        "option_points" => prop::sample::select(codes()).prop_map(expression::Value::text).boxed(),
        "level_points" => (0..codes().len())
            .prop_map(|level| expression::Value::from(level as f64))
            .boxed(),
        "multi_share" => {
            let options = ["A", "B", "C", "D", "E", "F", "G", "H"].to_vec();
            subsequence(options, 0..=8).prop_map(expression::Value::texts).boxed()
        }
        // Tenths of a millionth, so that ties at the sixth decimal are common; most of them inside the bands.
        _ => (-200_000_000_i64..1_100_000_000)
            .prop_map(|n| expression::Value::from(n as f64 / 1e7))
            .boxed(),
    };
    prop_oneof![9 => some, 1 => Just(expression::Value::Null)].boxed()
}

fn score(made_up: &MadeUp, not_applicable: &BTreeSet<String>) -> Scored {
    INDEX_METHODOLOGY.score(made_up, not_applicable)
}

/// Indicators and weights of every block of the document.
fn block_weights() -> BTreeMap<String, Vec<(String, i128)>> {
    let mut blocks: BTreeMap<String, Vec<(String, i128)>> = BTreeMap::new();
    for indicator in INDICATORS.iter() {
        let text = |field: &str| indicator[field].as_str().unwrap().to_owned();
        let weight = i128::from(indicator["weight"].as_i64().unwrap());
        blocks.entry(text("block")).or_default().push((text("code"), weight));
    }
    blocks
}

/// A score as a whole number of its fourth decimals.
fn ten_thousandths(score: Fixed) -> i128 {
    let text = score.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{fraction:0<4}").parse().unwrap()
}

/// The quotient of two whole numbers, half away from zero; the terms are not negative here.
fn half_up(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
}

#[test]
fn a_block_left_out_without_consent_leaves_no_result() {
    let of_block_c = INDICATORS.iter().filter(|indicator| indicator["block"] == "C");
    let questions = of_block_c.flat_map(|indicator| indicator["depends_on"].as_array().unwrap());
    let not_relevant = questions
        .map(|question| question.as_str().unwrap().to_owned())
        .collect();
    let scored = score(
        &MadeUp {
            not_relevant,
            ..MadeUp::default()
        },
        &BTreeSet::new(),
    );
    assert_eq!(scored.not_scored.unwrap().code, "block_left_out");
    assert_eq!(
        scored.totals.keys().map(|code| &**code).collect::<Vec<_>>(),
        ["B", "E", "G", "I", "S"]
    );
    assert_eq!(scored.attained, None);
}

#[test]
fn an_open_blocking_finding_keeps_a_return_from_being_scored() {
    let finding = |action| Finding {
        key: String::new(),
        fingerprint: String::new(),
        rule: "CK044".to_owned(),
        class: RuleClass::Validity,
        action,
        question: None,
        places: Vec::new(),
        value: None,
        message: Text::default(),
        offers: Vec::new(),
        folded: Vec::new(),
    };
    let refused = |action| INDEX_METHODOLOGY.refuse_open_findings(&Findings::collect(vec![finding(action)]));
    assert_eq!(
        refused(Action::Block).unwrap().not_scored.unwrap().code,
        "open_block_finding"
    );
    assert_eq!(refused(Action::Warn), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn contributions_and_rounding_sum_to_every_score((made_up, not_applicable) in returns()) {
        let scored = score(&made_up, &not_applicable);
        for (code, total) in &scored.totals {
            let leaves = scored.nodes.iter().filter(|node| node.kind == NodeKind::Indicator);
            let contributed: Fixed = leaves.filter_map(|leaf| leaf.contributions.get(code)).copied().sum();
            let residual = scored.node(code).unwrap().rounding_residual.unwrap();
            prop_assert_eq!(contributed + residual, *total);
            // At most three roundings of half a ten-thousandth lie between an indicator and the index.
            prop_assert!(residual.abs() <= Fixed::parse("0.000151").unwrap(), "{}: {}", code, residual);
        }
    }

    #[test]
    fn effective_weights_sum_to_the_whole((made_up, not_applicable) in returns()) {
        let scored = score(&made_up, &not_applicable);
        for (block, indicators) in block_weights() {
            let own = indicators.iter().map(|(code, _)| scored.node(code).unwrap());
            let sum: Fixed = own.filter_map(|node| node.effective_weight).sum();
            if scored.totals.contains_key(&*block) {
                prop_assert!((sum - Fixed::PERCENT).abs() <= Fixed::parse("0.0000001").unwrap(), "{}", sum);
            } else {
                prop_assert_eq!(sum, Fixed::ZERO);
            }
        }
    }

    #[test]
    fn blocks_and_aggregates_equal_whole_number_arithmetic((made_up, not_applicable) in returns()) {
        let scored = score(&made_up, &not_applicable);
        let mut blocks = BTreeMap::new();
        for (block, indicators) in block_weights() {
            let counted: Vec<(i128, i128)> = indicators
                .iter()
                .filter_map(|(code, weight)| Some((*weight, ten_thousandths(scored.node(code).unwrap().score?))))
                .collect();
            let weight: i128 = counted.iter().map(|(weight, _)| weight).sum();
            if weight > 0 {
                let sum: i128 = counted.iter().map(|(weight, score)| weight * score).sum();
                blocks.insert(block.clone(), half_up(sum, weight));
            }
            prop_assert_eq!(blocks.get(&block).copied(), scored.totals.get(&*block).copied().map(ten_thousandths));
        }
        if let [Some(b), Some(s), Some(i), Some(c), Some(e)] = ["B", "S", "I", "C", "E"].map(|code| blocks.get(code)) {
            let l = half_up(20 * b + 30 * s + 30 * i + 20 * c, 100);
            prop_assert_eq!(ten_thousandths(scored.totals["L"]), l);
            prop_assert_eq!(ten_thousandths(scored.totals["X"]), half_up(80 * l + 20 * e, 100));
        }
    }

    #[test]
    fn scores_stay_within_their_bounds((made_up, not_applicable) in returns()) {
        let scored = score(&made_up, &not_applicable);
        for score in scored.nodes.iter().filter_map(|node| node.score) {
            prop_assert!(Fixed::ZERO <= score && score <= Fixed::PERCENT);
        }
        let level = LEVEL_METHODOLOGY.score(&made_up, &not_applicable);
        prop_assert!(level.totals["total"] <= Fixed::PERCENT);
        prop_assert!(level.attained.is_some());
    }

    #[test]
    fn more_of_what_is_better_is_never_worse(
        (made_up, not_applicable) in returns(),
        at in 0_usize..6,
        more in 0.0..50.0_f64,
    ) {
        let higher = INDICATORS.iter().filter(|indicator| {
            let numeric = ["steps", "linear_bands"].contains(&indicator["score"]["kind"].as_str().unwrap());
            numeric && indicator["direction"] == "higher_is_better"
        });
        let source = higher.clone().nth(at % higher.count()).unwrap()["source"].as_str().unwrap();
        let mut raised = made_up.clone();
        raised.scope.set(source, made_up.scope.get(source).as_f64().map(|x| x + more));
        let (before, after) = (score(&made_up, &not_applicable), score(&raised, &not_applicable));
        prop_assert_eq!(before.totals.keys().collect::<Vec<_>>(), after.totals.keys().collect::<Vec<_>>());
        for (code, score) in &before.totals {
            prop_assert!(after.totals[code] >= *score, "{} of {}", code, source);
        }
    }

    #[test]
    fn the_same_return_gives_the_same_bytes((made_up, not_applicable) in returns()) {
        let bytes = || serde_json::to_vec(&score(&made_up, &not_applicable)).unwrap();
        prop_assert_eq!(bytes(), bytes());
    }
}
