//! Every way a methodology is refused: one edit of a shipped document, the code and the place of its fault.

use std::collections::BTreeSet;

use index::document::Methodology;
use serde_json::{Value, json};
use survey::document::DocumentFault;

use crate::shipped::{INDEX, LEVEL, REGION, SURVEY, data, document};

/// What is done to the document.
enum Edit {
    /// The value at a pointer is replaced, or a field added to the object above it.
    Set(&'static str, Value),
    /// The field at a pointer is taken away.
    Remove(&'static str),
    /// Two items of the list at a pointer change places.
    Swap(&'static str, usize, usize),
}
use Edit::{Remove, Set, Swap};

fn edited(name: &str, edits: &[Edit]) -> Value {
    let mut document = document(name);
    for edit in edits {
        let (Set(pointer, _) | Remove(pointer) | Swap(pointer, ..)) = edit;
        let (above, key) = pointer.rsplit_once('/').unwrap();
        match edit {
            Set(_, value) if document.pointer(pointer).is_some() => {
                *document.pointer_mut(pointer).unwrap() = value.clone();
            }
            Set(_, value) => {
                document
                    .pointer_mut(above)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .insert(key.to_owned(), value.clone());
            }
            Remove(_) => {
                let removed = document
                    .pointer_mut(above)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .remove(key);
                assert!(removed.is_some(), "{pointer}");
            }
            Swap(_, a, b) => document
                .pointer_mut(pointer)
                .unwrap()
                .as_array_mut()
                .unwrap()
                .swap(*a, *b),
        }
    }
    document
}

fn faults(name: &str, edits: &[Edit]) -> Vec<DocumentFault> {
    let bytes = serde_json::to_vec(&edited(name, edits)).unwrap();
    match Methodology::parse(&bytes).and_then(|methodology| methodology.compile(&SURVEY).map(|_| ())) {
        Ok(()) => Vec::new(),
        Err(faults) => faults,
    }
}

/// The edited document has a fault of this code at this place, in two languages.
fn check(name: &str, edits: &[Edit], code: &str, pointer: &str) {
    let faults = faults(name, edits);
    let found = faults
        .iter()
        .find(|fault| fault.code == code && fault.pointer == pointer);
    let fault = found.unwrap_or_else(|| panic!("no {code} at {pointer}, but {faults:#?}"));
    assert!(
        !fault.message.zh.is_empty() && !fault.message.en.is_empty(),
        "{fault:?}"
    );
}

#[test]
fn the_shipped_documents_have_no_fault() {
    for name in [LEVEL, INDEX, REGION] {
        assert_eq!(faults(name, &[]), []);
        let read = Methodology::parse(&data(name)).unwrap();
        assert_eq!(read.locked(), name == LEVEL);
        assert!(!read.compile(&SURVEY).unwrap().over_returns().unwrap().relative());
    }
}

#[test]
fn shapes() {
    let refused = |text: &str| Methodology::parse(text.as_bytes()).unwrap_err().remove(0);
    assert_eq!(refused("{").code, "json.syntax");
    assert_eq!(refused("[]").code, "methodology.unknown_shape");
    check(INDEX, &[Remove("/blocks")], "methodology.unknown_shape", "");
    check(
        INDEX,
        &[Set("/weight_total", json!(100))],
        "json.shape",
        "/weight_total",
    );
    check(
        INDEX,
        &[Set("/indicators/3/score/bonus", json!(1))],
        "json.shape",
        "/indicators/3/score",
    );
    check(
        INDEX,
        &[Remove("/indicators/3/label/zh")],
        "json.shape",
        "/indicators/3/label",
    );
    check(
        INDEX,
        &[Set("/indicators/3/weight", json!("5"))],
        "json.shape",
        "/indicators/3/weight",
    );
    check(
        INDEX,
        &[Set("/indicators/3/weight", json!(0.000_000_000_1))],
        "json.shape",
        "/indicators/3/weight",
    );
    check(
        LEVEL,
        &[Set("/rounding/mode", json!("half_even"))],
        "json.shape",
        "/rounding/mode",
    );
    check(
        INDEX,
        &[Set("/indicators/5/score/kind", json!("spline"))],
        "score.unknown_kind",
        "/indicators/5/score/kind",
    );
    check(
        LEVEL,
        &[Set("/items/1/score/kind", json!("spline"))],
        "score.unknown_kind",
        "/items/1/score/kind",
    );
}

#[test]
fn values_of_any_document() {
    check(
        LEVEL,
        &[Set("/scenes/2/label/en", json!(" "))],
        "text.missing",
        "/scenes/2/label/en",
    );
    check(REGION, &[Set("/title/zh", json!(""))], "text.missing", "/title/zh");
    check(
        INDEX,
        &[Set("/indicators/0/weight", json!(2e9))],
        "number.too_large",
        "/indicators/0/weight",
    );
    check(
        INDEX,
        &[Set("/rounding/item_decimals", json!(12))],
        "rounding.too_fine",
        "/rounding/item_decimals",
    );
    check(
        REGION,
        &[Set("/rounding/total_decimals", json!(12))],
        "rounding.too_fine",
        "/rounding/total_decimals",
    );
}

#[test]
fn references_to_the_questionnaire() {
    check(
        INDEX,
        &[Set("/questionnaire", json!("other-2026"))],
        "questionnaire.unknown",
        "/questionnaire",
    );
    check(
        INDEX,
        &[Set("/indicators/6/source", json!("no_such"))],
        "source.unknown",
        "/indicators/6/source",
    );
    check(
        LEVEL,
        &[Set("/items/1/source", json!("no_such"))],
        "source.unknown",
        "/items/1/source",
    );
    check(
        INDEX,
        &[Set("/indicators/6/source", json!("size_class"))],
        "source.type",
        "/indicators/6/score/kind",
    );
    check(
        INDEX,
        &[Set("/indicators/1/source", json!("N05"))],
        "source.type",
        "/indicators/1/score/kind",
    );
    check(
        INDEX,
        &[Set("/indicators/11/source", json!("D06"))],
        "source.type",
        "/indicators/11/score/kind",
    );
    let depends_on = "/indicators/6/depends_on";
    check(
        INDEX,
        &[Set(depends_on, json!(["D06", "D99"]))],
        "depends_on.unknown",
        "/indicators/6/depends_on/1",
    );
    check(INDEX, &[Set(depends_on, json!([]))], "depends_on.empty", depends_on);
    check(
        LEVEL,
        &[Set("/items/1/fill_in", json!(["X"]))],
        "fill_in.unknown",
        "/items/1/fill_in/0",
    );
    check(
        LEVEL,
        &[Set("/scenes/4/code", json!("N05"))],
        "scene.not_a_level",
        "/scenes/4/code",
    );
    check(
        LEVEL,
        &[Set("/scenes/0/constrained", json!(false))],
        "scene.constrained",
        "/scenes/0/constrained",
    );
}

#[test]
fn score_functions() {
    let at = "/indicators/1/score";
    check(
        INDEX,
        &[Remove("/indicators/1/score/points/B")],
        "score.option_missing",
        "/indicators/1/score/points",
    );
    check(
        INDEX,
        &[Set("/indicators/1/score/points/Z", json!(50))],
        "score.option_unknown",
        "/indicators/1/score/points/Z",
    );
    check(
        LEVEL,
        &[Remove("/items/0/score/points/E")],
        "score.option_missing",
        "/items/0/score/points",
    );
    check(
        INDEX,
        &[Set("/indicators/11/score/points/5", json!(100))],
        "score.option_unknown",
        "/indicators/11/score/points/5",
    );
    check(
        INDEX,
        &[Set("/indicators/8/score/of", json!(5))],
        "score.option_count",
        "/indicators/8/score/of",
    );
    check(
        INDEX,
        &[Set("/indicators/8/score/none_code", json!("B"))],
        "score.none_code",
        "/indicators/8/score/none_code",
    );
    check(
        INDEX,
        &[Set("/indicators/1/score/points/D", json!(90))],
        "score.cannot_reach_maximum",
        at,
    );
    check(
        INDEX,
        &[Set("/indicators/1/score/points/D", json!(101))],
        "score.exceeds_maximum",
        at,
    );
    check(
        INDEX,
        &[Set("/indicators/1/score/points/A", json!(-1))],
        "score.below_zero",
        at,
    );
    check(
        LEVEL,
        &[Set("/items/0/score/points/B", json!(1.5))],
        "score.cannot_reach_maximum",
        "/items/0/score",
    );
    let steps = "/indicators/6/score/steps";
    check(
        INDEX,
        &[Swap(steps, 1, 2)],
        "score.not_increasing",
        "/indicators/6/score/steps/2",
    );
    check(
        INDEX,
        &[Swap(steps, 3, 4)],
        "score.step_unreachable",
        "/indicators/6/score/steps/3",
    );
    check(
        INDEX,
        &[Set("/indicators/6/score/steps/4/to", json!(90))],
        "score.last_step_limited",
        "/indicators/6/score/steps/4",
    );
    check(INDEX, &[Set(steps, json!([]))], "score.too_few_points", steps);
    let bands = "/indicators/0/score/points";
    check(
        INDEX,
        &[Set(bands, json!([[0, 0], [0, 100]]))],
        "score.not_increasing",
        "/indicators/0/score/points/1",
    );
    check(INDEX, &[Set(bands, json!([[0, 100]]))], "score.too_few_points", bands);
    check(
        INDEX,
        &[Remove("/score_kinds/multi_share")],
        "score.kind_undocumented",
        "/indicators/8/score/kind",
    );
}

#[test]
fn weights_and_blocks() {
    check(
        INDEX,
        &[Set("/indicators/2/weight", json!(11))],
        "block.weight_sum",
        "/blocks/0",
    );
    check(
        INDEX,
        &[Set("/indicators/2/weight", json!(0))],
        "weight.not_positive",
        "/indicators/2/weight",
    );
    check(
        INDEX,
        &[Set("/blocks/1/weight", json!(35))],
        "block.group_weight_sum",
        "/blocks/0/weight",
    );
    check(
        INDEX,
        &[Set("/blocks/1/weight", json!(35))],
        "block.weight",
        "/blocks/1/weight",
    );
    check(
        INDEX,
        &[Set("/blocks/0/part_of", json!("X"))],
        "block.part_of",
        "/blocks/0/part_of",
    );
    check(
        INDEX,
        &[Set("/blocks/0/part_of", json!("topic"))],
        "topic.missing",
        "/blocks/0/part_of",
    );
    check(
        INDEX,
        &[Set("/indicators/2/block", json!("Q"))],
        "block.unknown",
        "/indicators/2/block",
    );
    check(
        INDEX,
        &[Set("/indicators/2/code", json!("B01"))],
        "code.duplicate",
        "/indicators/2/code",
    );
    check(
        INDEX,
        &[Set("/aggregates/1/code", json!("B"))],
        "code.duplicate",
        "/aggregates/1/code",
    );
    check(
        INDEX,
        &[Set("/block_score/expression", json!("max(score)"))],
        "block_score.unsupported",
        "/block_score/expression",
    );
    check(
        INDEX,
        &[Set("/topics/0/expression", json!("G + E"))],
        "topic.not_a_block",
        "/topics/0",
    );
}

#[test]
fn aggregates() {
    let formula = "/aggregates/0/expression";
    let set = |text: &str| [Set(formula, json!(text))];
    check(
        INDEX,
        &set("(20.0 * B + 30.0 * S + 30.0 * I + 20.0 * C) / 99.0"),
        "aggregate.disagrees",
        formula,
    );
    check(
        INDEX,
        &set("(20.0 * B + 30.0 * S + 30.0 * I) / 80.0"),
        "aggregate.disagrees",
        formula,
    );
    check(INDEX, &set("20.0 * B +"), "expression.syntax", formula);
    check(INDEX, &set("20.0 * B + Q"), "expression.unknown_name", formula);
    check(INDEX, &set("B > S"), "expression.result", formula);
    check(
        INDEX,
        &[Set("/aggregates/1/parts/L", json!(70))],
        "aggregate.part_sum",
        "/aggregates/1/parts",
    );
    check(
        INDEX,
        &[Set("/aggregates/1/parts/L", json!(70))],
        "aggregate.disagrees",
        "/aggregates/1/expression",
    );
    check(
        INDEX,
        &[Set("/aggregates/1/parts/Q", json!(0))],
        "aggregate.part_unknown",
        "/aggregates/1/parts/Q",
    );
    check(
        INDEX,
        &[Swap("/aggregates", 0, 1)],
        "aggregate.part_unknown",
        "/aggregates/0/parts/L",
    );
    check(
        INDEX,
        &[Set("/aggregates/1/parts/B", json!(0))],
        "aggregate.part_shared",
        "/aggregates/1/parts/B",
    );
}

#[test]
fn stages() {
    let rule = "/stages/rules/1/expression";
    check(INDEX, &[Set(rule, json!("B >= 50"))], "expression.int_and_double", rule);
    check(INDEX, &[Set(rule, json!("B + S"))], "expression.result", rule);
    check(INDEX, &[Set(rule, json!("Z >= 50.0"))], "expression.unknown_name", rule);
    let last = "/stages/rules/3/expression";
    check(INDEX, &[Set(last, json!("B >= 0.0"))], "stages.last_not_true", last);
    check(
        INDEX,
        &[Swap("/stages/rules", 0, 1)],
        "stages.order",
        "/stages/rules/1/stage",
    );
    check(
        INDEX,
        &[Set("/applies_when", json!("A11 == \"Q\""))],
        "expression.unreachable_option",
        "/applies_when",
    );
    let rate = "/aggregation_over_enterprises/rates/0/expression";
    check(INDEX, &[Set(rate, json!("N14"))], "expression.result", rate);
}

#[test]
fn levels() {
    check(
        LEVEL,
        &[Set("/items/0/path/2/weight", json!(50))],
        "item.path",
        "/items/0/path",
    );
    check(LEVEL, &[Set("/items/2/no", json!(4))], "item.number", "/items/2/no");
    check(
        LEVEL,
        &[Set("/items/2/dimension", json!("other"))],
        "item.dimension_unknown",
        "/items/2/dimension",
    );
    check(
        LEVEL,
        &[Set("/items/2/dimension", json!("effect"))],
        "dimension.weight",
        "/dimensions/0/weight",
    );
    check(
        LEVEL,
        &[Set("/items/2/max_points", json!(5))],
        "items.max_total",
        "/max_total",
    );
    check(
        LEVEL,
        &[Set("/items/2/code", json!("SME01"))],
        "code.duplicate",
        "/items/2/code",
    );
    check(
        LEVEL,
        &[Set("/dimensions/1/code", json!("base"))],
        "code.duplicate",
        "/dimensions/1/code",
    );
    check(
        LEVEL,
        &[Swap("/level_rule/levels", 0, 1)],
        "level_rule.order",
        "/level_rule/levels/1",
    );
    check(
        LEVEL,
        &[Set("/level_rule/levels/2/min_scenes", json!(9))],
        "level_rule.order",
        "/level_rule/levels/2",
    );
    check(
        LEVEL,
        &[Set("/level_rule/levels/4/min_score", json!(1))],
        "level_rule.last_row",
        "/level_rule/levels/4",
    );
    check(
        LEVEL,
        &[Set("/level_rule/levels/0/min_scenes", json!(17))],
        "level_rule.unreachable",
        "/level_rule/levels/0",
    );
    check(
        LEVEL,
        &[Set("/applies_when", json!("A99 == \"M\""))],
        "expression.unknown_name",
        "/applies_when",
    );
    check(
        LEVEL,
        &[Set("/evidence/0/items/0", json!("SME99"))],
        "evidence.item_unknown",
        "/evidence/0/items/0",
    );
    check(
        LEVEL,
        &[Set("/veto_items", json!(["SME01"]))],
        "veto.unsupported",
        "/veto_items",
    );
    let policy = "/missing_policy/not_relevant";
    check(
        LEVEL,
        &[Set(policy, json!("spread_in_block"))],
        "policy.unsupported",
        policy,
    );
}

#[test]
fn regions() {
    check(
        REGION,
        &[Set("/indicators/0/weight", json!(5))],
        "class.weight_sum",
        "/classes/0/weight",
    );
    check(
        REGION,
        &[Set("/classes/0/weight", json!(30))],
        "classes.weight_sum",
        "/classes",
    );
    check(
        REGION,
        &[Set("/class_weight_check/total", json!(66.15))],
        "class_weight_check.differs",
        "/class_weight_check/total",
    );
    check(
        REGION,
        &[Set("/indicators/0/class", json!("other"))],
        "class.unknown",
        "/indicators/0/class",
    );
    check(
        REGION,
        &[Set("/formula/direct", json!("Z = 50 * ln(X)"))],
        "formula.unsupported",
        "/formula/direct",
    );
    check(
        REGION,
        &[Set("/formula/inverse", json!("Z = 40 * log2(1 + X0 / X)"))],
        "formula.factors_differ",
        "/formula/inverse",
    );
    let point = "/formula/reference_points/1/z";
    check(REGION, &[Set(point, json!(79.2))], "formula.reference_point", point);
    check(
        REGION,
        &[Set("/aggregation/total", json!("max(Z)"))],
        "aggregation.unsupported",
        "/aggregation/total",
    );
    check(
        REGION,
        &[Remove("/indicators/7/survey")],
        "survey.missing",
        "/indicators/7/value_from",
    );
    let measure = "/indicators/7/survey/expression";
    check(REGION, &[Set(measure, json!("J07"))], "expression.result", measure);
}

#[test]
fn all_faults_are_told_at_once() {
    let edits = [
        Set("/indicators/2/weight", json!(11)),
        Set("/indicators/6/source", json!("no_such")),
        Set("/stages/rules/3/expression", json!("false")),
        Set("/title/en", json!("")),
    ];
    let codes: BTreeSet<String> = faults(INDEX, &edits).into_iter().map(|fault| fault.code).collect();
    let expected = [
        "block.weight_sum",
        "source.unknown",
        "stages.last_not_true",
        "text.missing",
    ];
    assert_eq!(codes, expected.map(String::from).into());
}
