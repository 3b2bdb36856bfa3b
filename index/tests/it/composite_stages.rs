//! Stages of a composite: over a table of units and over the returns of a round, with their reasons, the way to the next one
//! and their probabilities.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::Arc,
};

use index::{
    card::{Figure, Scored},
    compile::{Compiled, CompiledComposite, OverReturns},
    composite::{Column, Matrix, Method, YearInput},
    document::Methodology,
    exact::Fixed,
    exchange::ParameterTable,
    explain::{Change, distance_together, improvement_together},
    ladder::{Attained, AttainedKind},
    outline::{main_tree, outline},
    returns::{CompositeScores, Figures, UnitFigures},
    robustness::{Draw, Draws, Prepared, Request, replicate},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use survey::expression::Scope;

use crate::{
    composite_documents::document,
    properties::MadeUp,
    shipped::{INDEX, LEVEL, SURVEY, enterprise},
};

/// Figures are scores: the digital block of two indicators, weighted 2 and 1, the output block of one.
fn fields(stages: &Value) -> Value {
    json!({
        "questionnaire": "integration-2026",
        "tree": [
            { "code": "R" },
            { "code": "D", "parent": "R", "weight": 3 },
            { "code": "P", "parent": "R", "weight": 1 },
            { "code": "network", "parent": "D", "weight": 2 },
            { "code": "computers", "parent": "D", "weight": 1 },
            { "code": "productivity", "parent": "P" },
        ],
        "sources": {
            "network": { "expression": "equip_network_rate", "needs": ["equip_network_rate"] },
            "computers": { "expression": "D04", "needs": ["D04"] },
            "productivity": { "expression": "revenue_per_head", "needs": ["revenue_per_head"] },
        },
        "normalisation": { "all": { "method": "none" } },
        "publication": { "decimals": 2 },
        "stages": stages,
    })
}

fn rule(stage: u32, expression: &str) -> Value {
    json!({
        "stage": stage,
        "label": { "zh": format!("阶段{stage}"), "en": format!("stage {stage}") },
        "expression": expression,
    })
}

fn rules() -> Value {
    json!([rule(3, "D >= 60.0 && P >= 60.0"), rule(2, "R >= 40.0"), rule(1, "true"),])
}

fn compiled(stages: &Value) -> CompiledComposite {
    compiled_of(fields(stages))
}

fn compiled_of(fields: Value) -> CompiledComposite {
    let methodology = Methodology::Composite(Box::new(document(fields)));
    let compiled = methodology.compile(&SURVEY);
    compiled
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
        .composite()
        .unwrap()
}

/// Network, computers, productivity.
type Row = [Option<f64>; 3];

fn figures(methodology: &CompiledComposite, row: Row) -> Figures {
    let mut scope = Scope::new();
    for (name, figure) in ["equip_network_rate", "D04", "revenue_per_head"].into_iter().zip(row) {
        scope.set(name, figure);
    }
    let facts = MadeUp {
        scope,
        ..MadeUp::default()
    };
    methodology.figures(&facts, &BTreeSet::new())
}

fn score(methodology: &CompiledComposite, rows: &[Row]) -> CompositeScores {
    let units = (0..).zip(rows).map(|(at, row): (u32, _)| UnitFigures {
        unit: format!("u{at}"),
        figures: figures(methodology, *row),
        last_year: None,
        groups: Vec::new(),
    });
    methodology.score(2026, units.collect()).unwrap()
}

fn all(network: f64, computers: f64, productivity: f64) -> Row {
    [Some(network), Some(computers), Some(productivity)]
}

fn rows() -> Vec<Row> {
    vec![
        all(60.0, 60.0, 60.0),
        // D is 50, P is 70: the digital block is short.
        all(50.0, 50.0, 70.0),
        // Both are short.
        all(40.0, 50.0, 50.0),
        all(9.0, 9.0, 9.0),
        // No digital block: it cannot be 60, and the total is that of the output.
        [None, None, Some(80.0)],
        // Nothing at all: not ranked.
        [None; 3],
        // 59.996, published as 60.
        all(59.994, 60.0, 60.0),
    ]
}

#[test]
fn there_is_one_main_score() {
    let check = |scored: &Scored, methodology: OverReturns, expected: &str| {
        assert_eq!(scored.main_node().unwrap().code, expected.into());
        assert_eq!(main_tree(outline(&methodology))[0].code, expected.into());
    };
    let composite = compiled(&json!({ "rules": rules() }));
    let scores = score(&composite, &rows());
    assert_eq!(scores.main_node(), "R");
    let scored = scores.scored(&composite, 0);
    assert_eq!(scored.main_score().map(Fixed::to_f64), scores.score(0));
    check(&scored, OverReturns::Together(Arc::new(composite)), "R");
    let mut middle_sized = MadeUp::default();
    middle_sized.scope.set("A11", "M");
    for (name, expected) in [(INDEX, "X"), (LEVEL, "total")] {
        let card = enterprise(name);
        let scored = card.score(&middle_sized, &BTreeSet::new());
        check(&scored, OverReturns::Each(Arc::new(card)), expected);
    }
}

#[test]
fn every_unit_that_is_ranked_has_a_stage_with_its_reason() {
    let methodology = compiled(&json!({ "rules": rules() }));
    let scores = score(&methodology, &rows());
    let stages = [Some(3), Some(2), Some(2), Some(1), Some(2), None, Some(2)];
    assert_eq!(scores.result().development_stages, Some(stages.to_vec()));
    assert_eq!(scores.result().levels, None);
    for (unit, stage) in stages.into_iter().enumerate() {
        let attained = scores.attained(&methodology, unit);
        assert_eq!(attained.as_ref().map(|attained| attained.value), stage, "{unit}");
        let scored = scores.scored(&methodology, unit);
        assert_eq!(
            (&scored.attained, scored.not_scored.is_some()),
            (&attained, stage.is_none())
        );
    }
    let attained = |unit: usize| scores.attained(&methodology, unit).unwrap();
    let first = attained(0);
    assert_eq!(
        (first.kind, first.label.en.as_str(), first.rule.as_str()),
        (AttainedKind::Stage, "stage 3", "D >= 60.0 && P >= 60.0")
    );
    assert!(first.missed.is_empty());
    let short = &attained(1).missed[0];
    let number = |text: &str| Fixed::parse(text);
    assert_eq!(
        (
            short.value,
            short.condition.as_str(),
            short.found,
            short.required,
            short.short_by
        ),
        (3, "D >= 60.0", number("50"), number("60"), number("10"))
    );
    assert_eq!(
        short.message.en,
        "Stage “stage 3” requires a score of at least 60 for D; the enterprise has 50, which is 10 short."
    );
    let low: Attained = attained(3);
    assert_eq!(low.missed.iter().map(|row| row.value).collect::<Vec<_>>(), [3, 2]);
    let lacking = &attained(4).missed[0];
    assert_eq!((lacking.found, lacking.required), (None, number("60")));
    assert_eq!(
        lacking.message.en,
        "Stage “stage 3” requires a score of at least 60 for D; the enterprise has no score for it."
    );
    let over_returns = Compiled::Composite(Box::new(methodology)).over_returns().unwrap();
    assert_eq!(over_returns.rungs(), [3, 2, 1]);
}

#[test]
fn published_scores_are_compared_where_the_document_says_so() {
    let methodology = compiled(&json!({ "on": "published", "rules": rules() }));
    let scores = score(&methodology, &rows());
    assert_eq!(scores.attained(&methodology, 6).unwrap().value, 3);
    let more = compiled(&json!({ "on": "published", "rules": [rule(2, "D > 60.0"), rule(1, "true")] }));
    let scores = score(&more, &[all(60.004, 60.004, 0.0), all(60.005, 60.005, 0.0)]);
    assert_eq!(scores.result().development_stages, Some(vec![Some(1), Some(2)]));
}

#[test]
fn the_distance_is_told_condition_by_condition() {
    let methodology = compiled(&json!({ "on": "published", "rules": rules() }));
    let scores = score(&methodology, &rows());
    let distance = |unit: usize| distance_together(&scores.scored(&methodology, unit), &methodology);
    assert_eq!(distance(0), None, "nothing is above");
    assert_eq!(distance(5), None, "it is not ranked");
    let check = |unit: usize, value: u32, expected: &[(&str, bool, Option<&str>)]| {
        let found = distance(unit).unwrap();
        assert_eq!(found.value, value);
        let conditions: Vec<_> = found
            .conditions
            .iter()
            .map(|condition| {
                (
                    condition.node.as_deref().unwrap_or_default(),
                    condition.holds,
                    condition.short_by,
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(node, holds, short_by)| (*node, *holds, short_by.and_then(Fixed::parse)))
            .collect();
        assert_eq!(conditions, expected);
    };
    check(1, 3, &[("D", false, Some("10")), ("P", true, None)]);
    // D is 43.333..., published as 43.33.
    check(2, 3, &[("D", false, Some("16.67")), ("P", false, Some("10"))]);
    check(3, 2, &[("R", false, Some("31"))]);
    check(4, 3, &[("D", false, None), ("P", true, None)]);
}

/// The figures of a unit with changes made.
fn changed(row: Row, changes: &[&Change], by: f64) -> Row {
    let mut row = row;
    for change in changes {
        let at = ["network", "computers", "productivity"];
        let at = at.iter().position(|code| *code == &*change.gains[0].code).unwrap();
        let Figure::Number(to) = &change.to else {
            panic!("{change:?}")
        };
        row[at] = Some(to.to_f64() + by);
    }
    row
}

#[test]
fn the_smallest_changes_reach_the_next_stage() {
    let methodology = compiled(&json!({ "rules": rules() }));
    // The best of the run decide how far a figure may go.
    let mut rows = rows();
    rows.push(all(100.0, 100.0, 100.0));
    let scores = score(&methodology, &rows);
    let check = |unit: usize, single: &[&str], together: Option<&[&str]>| {
        let found = improvement_together(&scores, &methodology, unit).unwrap().unwrap();
        let next = scores.attained(&methodology, unit).unwrap().value + 1;
        assert_eq!((found.value, found.label.en), (next, format!("stage {next}")));
        let codes = |changes: &[Change]| -> Vec<String> {
            changes.iter().map(|change| change.gains[0].code.to_string()).collect()
        };
        assert_eq!(codes(&found.single), single, "{unit}");
        let mut proposed: Vec<Vec<&Change>> = found.single.iter().map(|change| vec![change]).collect();
        let combination = found.combination.as_deref();
        assert_eq!(
            combination.map(codes),
            together.map(|codes| codes.iter().map(ToString::to_string).collect())
        );
        proposed.extend(combination.map(|changes| changes.iter().collect()));
        for changes in proposed {
            let stage = |by: f64| {
                let figures = figures(&methodology, changed(rows[unit], &changes, by));
                let then = scores.frozen(&methodology, unit, figures).unwrap();
                then.attained(&methodology, unit).unwrap().value
            };
            assert!(stage(0.0) >= next, "{unit}: {changes:?}");
            assert!(stage(-0.02) < next, "{unit}: {changes:?}");
        }
    };
    // 10 of D are 15 of networks or 30 of computers.
    check(1, &["network", "computers"], Some(&["network"]));
    check(2, &[], Some(&["productivity", "network"]));
    // 31 of R are 62 of networks; 91 of anything else are 23 of R.
    check(3, &["network"], Some(&["network"]));
    assert_eq!(improvement_together(&scores, &methodology, 0).unwrap(), None);
    assert_eq!(improvement_together(&scores, &methodology, 5).unwrap(), None);
}

#[test]
fn only_whole_numbers_are_proposed_where_a_question_takes_them() {
    let methodology = compiled(&json!({ "rules": [rule(2, "D >= 50.5"), rule(1, "true")] }));
    let rows = [all(50.0, 50.0, 7.0), all(90.0, 90.0, 7.0)];
    let scores = score(&methodology, &rows);
    let found = improvement_together(&scores, &methodology, 0).unwrap().unwrap();
    let told: Vec<_> = found
        .single
        .iter()
        .map(|change| (&*change.gains[0].code, &change.to))
        .collect();
    // Half a point of D is three quarters of networks, or one and a half computers, of which there are whole ones only.
    let number = |text: &str| Figure::Number(Fixed::parse(text).unwrap());
    assert_eq!(told, [("network", &number("50.75")), ("computers", &number("52"))]);
}

/// What is proposed reaches the next stage; to outdo another is to have more than it.
#[test]
fn the_smallest_changes_outdo_as_many_others_as_a_stage_asks_for() {
    let rules = json!([rule(3, "R >= 4.0"), rule(2, "R >= 2.0"), rule(1, "true")]);
    let mut fields = fields(&json!({ "rules": rules }));
    fields["aggregation"] = json!({ "nodes": { "R": { "mean": "copeland" } } });
    let methodology = compiled_of(fields);
    let rows: Vec<Row> = [10.0, 20.0, 30.0, 40.0, 50.0]
        .map(|figure| all(figure, figure, 7.0))
        .to_vec();
    let scores = score(&methodology, &rows);
    // Four losses to four wins.
    let stages = [1, 1, 1, 2, 3].map(Some).to_vec();
    assert_eq!(scores.result().development_stages, Some(stages));
    let found = improvement_together(&scores, &methodology, 2).unwrap().unwrap();
    let to: Vec<(String, Fixed)> = found
        .single
        .iter()
        .map(|change| match change.to {
            Figure::Number(to) => (change.gains[0].code.to_string(), to),
            _ => panic!("{change:?}"),
        })
        .collect();
    // Three wins need more than 40 of D, of which networks are two thirds: 45 and a step. Computers would have to be more
    // than 60, which nobody has.
    assert_eq!(to, [("network".to_owned(), Fixed::parse("45.001").unwrap())]);
    let stage = |by: f64| {
        let changed = changed(rows[2], &[&found.single[0]], by);
        let then = scores.frozen(&methodology, 2, figures(&methodology, changed)).unwrap();
        then.attained(&methodology, 2).unwrap().value
    };
    assert_eq!((stage(0.0), stage(-0.001)), (2, 1));
}

#[test]
fn a_condition_that_is_no_plain_comparison_decides_but_tells_no_way() {
    let rules = json!([rule(2, "(D >= 60.0 || P >= 60.0) && R > 10.0"), rule(1, "true")]);
    let methodology = compiled(&json!({ "rules": rules }));
    let scores = score(&methodology, &rows());
    // Without D the other operand decides, as it would in the other order.
    let stages = [2, 2, 1, 1, 2].map(Some).into_iter().chain([None, Some(2)]);
    assert_eq!(scores.result().development_stages, Some(stages.collect()));
    let missed = &scores.attained(&methodology, 2).unwrap().missed[0];
    assert_eq!((missed.found, missed.required), (None, None));
    let distance = distance_together(&scores.scored(&methodology, 2), &methodology).unwrap();
    let told: Vec<_> = distance
        .conditions
        .iter()
        .map(|c| (c.node.as_deref(), c.holds))
        .collect();
    assert_eq!(told, [(None, false), (Some("R"), true)]);
    assert_eq!(improvement_together(&scores, &methodology, 2).unwrap(), None);
    assert_eq!(methodology.method.score_stages(), None);
}

#[test]
fn replications_tell_the_probability_of_each_stage() {
    let methodology = compiled(&json!({ "rules": rules() }));
    let scores = score(&methodology, &rows());
    let stages = methodology.method.score_stages().unwrap();
    assert_eq!(stages.numbers(), [1, 2, 3]);
    let prepared = Prepared {
        data: scores.result().composite.normalised.clone(),
        tree: methodology.method.tree.clone(),
        aggregation: methodology.method.plan.aggregation,
    };
    // As it is, and with an output that weighs all: then 70 is a total of more than 40, and so is 50.
    let draw = |weight: f64| Draw {
        settings: Vec::new(),
        weights: vec![weight],
    };
    let draws = Draws {
        codes: vec!["D".to_owned()],
        draws: vec![draw(3.0), draw(0.0)],
        ..Draws::default()
    };
    let request = Request {
        first: &[],
        node: scores.main_node(),
        cuts: &[],
        stages: Some(&stages),
        rank_precision: methodology.method.rank_precision(),
        level_precision: methodology.method.level_precision(),
        threads: NonZeroUsize::MIN,
        keep: false,
        watch: None,
    };
    let found = replicate(&prepared, &draws, &request, |_, _| Ok(Cow::Borrowed(&prepared))).unwrap();
    let probabilities: Vec<Vec<f64>> = found
        .units
        .iter()
        .map(|unit| stages.probabilities(&unit.levels))
        .collect();
    assert_eq!(probabilities[0], [0.0, 0.0, 1.0]);
    assert_eq!(probabilities[1], [0.0, 1.0, 0.0]);
    assert_eq!(probabilities[3], [1.0, 0.0, 0.0]);
    assert!(probabilities[5].is_empty(), "it is not ranked");
}

/// The method of a document over a table.
fn method(rules: &Value) -> Method {
    let document = document(fields(&json!({ "rules": rules })));
    let method = document.method(None, &ParameterTable::default());
    method.unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn stages(method: &Method, rows: &[Row]) -> Vec<Option<u32>> {
    let units: Vec<String> = (0..rows.len()).map(|row| format!("u{row}")).collect();
    let columns = (0..).zip(method.tree.indicators()).map(|(at, code): (usize, _)| {
        let cells = rows.iter().map(|row| row[at]);
        Column::new(code, cells).unwrap()
    });
    let year = YearInput {
        year: None,
        data: Matrix::new(units.clone(), columns.collect()).unwrap(),
        denominators: Matrix::new(units, Vec::new()).unwrap(),
        groups: BTreeMap::new(),
    };
    method.run(vec![year]).unwrap().remove(0).development_stages.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_higher_score_never_lowers_a_stage_that_asks_for_least_scores(
        limits in prop::collection::vec((0..3_usize, 0..100_u32), 1..6),
        row in prop::array::uniform3(prop::option::weighted(0.9, 0.0..100.0_f64)),
        raised in 0..3_usize,
        more in 0.0..50.0_f64,
    ) {
        let count = u32::try_from(limits.len()).unwrap();
        let mut rules: Vec<Value> = (0..count).zip(&limits).map(|(at, (node, limit))| {
            let node = ["R", "D", "P"][*node];
            rule(count + 1 - at, &format!("{node} >= {limit}.0 && R >= {at}.0"))
        }).collect();
        rules.push(rule(1, "true"));
        let mut higher = row;
        higher[raised] = row[raised].map(|figure| figure + more);
        let found = stages(&method(&json!(rules)), &[row, higher]);
        prop_assert!(found[1] >= found[0], "{found:?}");
        prop_assert_eq!(found[0].is_some(), row.iter().any(Option::is_some));
    }
}

#[test]
fn a_limit_is_reached_however_it_is_written() {
    let label = json!({ "zh": "级", "en": "level" });
    // 59.999999999 counts as 60 in every form, and a condition on a missing score does not hold in either order.
    let near = all(59.999_999_999, 59.999_999_999, 59.999_999_999);
    for (expression, expected) in [
        ("R >= 60.0", [Some(2), Some(2)]),
        ("(R >= 60.0)", [Some(2), Some(2)]),
        ("60.0 <= R", [Some(2), Some(2)]),
        ("!(R < 60.0)", [Some(2), Some(2)]),
        ("D >= 60.0 || P >= 99.0", [Some(2), Some(1)]),
        ("D >= 60.0 || P >= 60.0", [Some(2), Some(2)]),
        ("P >= 60.0 || D >= 60.0", [Some(2), Some(2)]),
    ] {
        let rules = json!([
            { "stage": 2, "label": label, "expression": expression },
            { "stage": 1, "label": label, "expression": "true" },
        ]);
        let methodology = compiled(&json!({ "rules": rules }));
        let scores = score(&methodology, &[near, [None, None, Some(80.0)]]);
        assert_eq!(
            scores.result().development_stages,
            Some(expected.to_vec()),
            "{expression}"
        );
    }
}
