//! Two indices of a region beside each other, and an index with other figures.

use std::collections::BTreeMap;

use index::{
    document::MissingSubstitute,
    exact::Fixed,
    region::{
        BaseOrigin, CompiledRegion, RegionCause, RegionChange, RegionError, RegionFigures, RegionIndicatorChange,
        RegionScored, RegionTally, RegionValue, TriedFigure,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    shipped::{REGION, compiled, document, evaluation, region},
    worked_examples::{list, not_applicable},
};

const STATISTICS: [&str; 4] = ["RG01", "RG02", "RG05", "RG21"];
const MEASURED: [&str; 2] = ["RG08", "RG13"];

fn figures(values: &[(&str, f64, Option<f64>, Option<f64>)]) -> RegionFigures {
    let value = |(code, base, value, last_year): &(&str, f64, Option<f64>, Option<f64>)| {
        let known = RegionValue {
            base: *base,
            value: *value,
            last_year: *last_year,
            enterprises: None,
        };
        ((*code).to_owned(), known)
    };
    RegionFigures {
        base_from: BaseOrigin::MeanOfRegions,
        values: values.iter().map(value).collect(),
    }
}

/// What the worked examples say together.
fn tally(region: &CompiledRegion) -> RegionTally {
    let mut tally = region.tally();
    for example in list("enterprises") {
        tally.add(&region.measure(&evaluation(&example["answers"]), &not_applicable(example)));
    }
    tally
}

fn scored(
    region: &CompiledRegion,
    figures: &RegionFigures,
    now: &RegionTally,
    last_year: &RegionTally,
) -> RegionScored {
    region.score(&region.values(figures, now, last_year)).unwrap()
}

fn of<'c>(change: &'c RegionChange, code: &str) -> &'c RegionIndicatorChange {
    let is_it = |one: &&RegionIndicatorChange| {
        [&one.now, &one.before]
            .into_iter()
            .flatten()
            .any(|one| one.code == code)
    };
    change.indicators.iter().find(is_it).unwrap()
}

/// The shipped methodology without one indicator, its weight at another of its class.
fn without(code: &str, heir: &str) -> CompiledRegion {
    let mut document = document(REGION);
    let indicators = document["indicators"].as_array_mut().unwrap();
    let at = indicators.iter().position(|one| one["code"] == code).unwrap();
    let gone = indicators.remove(at)["weight"].as_f64().unwrap();
    let heir = indicators.iter_mut().find(|one| one["code"] == heir).unwrap();
    heir["weight"] = json!(heir["weight"].as_f64().unwrap() + gone);
    compiled(document.to_string().as_bytes()).region().unwrap()
}

#[test]
fn a_region_replaces_what_is_missing_and_says_so() {
    let region = region();
    let value = |value: Option<f64>, last_year: Option<f64>| RegionValue {
        base: 1.0,
        value,
        last_year,
        enterprises: None,
    };
    let values = BTreeMap::from([
        ("RG01".to_owned(), value(Some(1.0), None)),
        ("RG02".to_owned(), value(None, Some(3.0))),
        ("RG21".to_owned(), value(Some(0.0), Some(1.0))),
    ]);
    let scored = region.score(&values).unwrap();
    let found = |code: &str| {
        let indicator = scored
            .indicators
            .iter()
            .find(|indicator| indicator.code == code)
            .unwrap();
        (indicator.z.map(|z| z.to_string()), json!(indicator.substitute))
    };
    assert_eq!(found("RG01"), (Some("50".into()), Value::Null));
    assert_eq!(found("RG02"), (Some("100".into()), json!("last_year_value")));
    assert_eq!(found("RG21"), (Some("50".into()), json!("last_year_value")));
    // (4 * 50 + 4 * 100) / 8 for the class that has values; nothing for the class without any.
    assert_eq!(found("RG03"), (Some("75".into()), json!("class_mean")));
    assert_eq!(found("RG09"), (None, Value::Null));
    let with_index = scored.classes.iter().filter(|class| class.index.is_some());
    let with_index: Vec<&str> = with_index.map(|class| class.code.as_str()).collect();
    assert_eq!(with_index, ["base", "benefit"]);
    // Classes of 25 and 25: the mean of 75 and 50.
    assert_eq!(scored.total.unwrap().to_string(), "62.5");

    let refused = |values| region.score(&values).unwrap_err().code();
    assert_eq!(
        refused(BTreeMap::from([("RG99".to_owned(), value(None, None))])),
        "region.unknown_indicator"
    );
    let no_base = RegionValue {
        base: 0.0,
        value: Some(1.0),
        ..RegionValue::default()
    };
    assert_eq!(
        refused(BTreeMap::from([("RG01".to_owned(), no_base)])),
        "region.no_base"
    );
}

#[test]
fn the_returns_of_a_round_give_the_survey_indicators() {
    let region = region();
    let mut tally = region.tally();
    let (mut planned, mut counted) = (0_u32, 0_u32);
    for example in list("enterprises") {
        let measured = region.measure(&evaluation(&example["answers"]), &not_applicable(example));
        tally.add(&measured);
        let scored = region.scored_return(&measured);
        let node = scored.node("RG08").unwrap();
        assert_eq!(scored.not_scored.as_ref().unwrap().code, "region_only");
        let answer = &example["answers"]["N10"];
        assert_eq!(node.value.is_none(), answer.is_null(), "{node:?}");
        assert_eq!(node.missing.is_some(), answer.is_null(), "{node:?}");
        counted += u32::from(!answer.is_null());
        planned += u32::from(*answer == "C" || *answer == "D");
    }
    assert!(planned > 0 && planned < counted);
    let figures: RegionFigures =
        serde_json::from_value(json!({ "base_from": "own_first_year", "values": { "RG08": { "base": 20.0 } } }))
            .unwrap();
    region.check_figures(&figures).unwrap();
    let values = region.values(&figures, &tally, &region.tally());
    let value = values["RG08"];
    assert_eq!(value.value, Some(100.0 * f64::from(planned) / f64::from(counted)));
    assert_eq!((value.last_year, value.enterprises), (None, Some(counted as usize)));
    let scored = region.score(&values).unwrap();
    let ratio = value.value.unwrap() / 20.0;
    let expected = Fixed::from_observed(50.0 * (1.0 + ratio).log2(), 4);
    assert_eq!(
        scored.indicators.iter().find(|one| one.code == "RG08").unwrap().z,
        expected
    );
    // Nobody answered: last year's figure of the same enterprises stands in.
    let values = region.values(&figures, &region.tally(), &tally);
    let stood_in = region.score(&values).unwrap();
    let one = stood_in.indicators.iter().find(|one| one.code == "RG08").unwrap();
    assert_eq!(
        (one.z, one.substitute),
        (expected, Some(MissingSubstitute::LastYearValue))
    );
}

#[test]
fn wrong_figures_of_a_region_are_all_named() {
    let region = region();
    let check = |values: Value, expected: &[&str]| {
        let figures = json!({ "base_from": "mean_of_regions", "values": values });
        let figures: RegionFigures = serde_json::from_value(figures).unwrap();
        let faults = region.check_figures(&figures).err().unwrap_or_default();
        let codes: Vec<&str> = faults.iter().map(RegionError::code).collect();
        assert_eq!(codes, expected, "{faults:?}");
    };
    check(
        json!({ "RG01": { "base": 2.0, "value": 3.0 }, "RG08": { "base": 20.0 } }),
        &[],
    );
    check(
        json!({ "RG01": { "base": 0.0 }, "RG02": { "base": -1.0 }, "RG08": { "base": 1.0, "last_year": 2.0 }, "X": { "base": 1.0 } }),
        &[
            "region.no_base",
            "region.no_base",
            "region.from_survey",
            "region.unknown_indicator",
        ],
    );
    let infinite = RegionValue {
        base: 1.0,
        value: Some(f64::INFINITY),
        ..RegionValue::default()
    };
    let figures = RegionFigures {
        base_from: BaseOrigin::MeanOfRegions,
        values: BTreeMap::from([("RG01".to_owned(), infinite)]),
    };
    assert_eq!(
        region.check_figures(&figures).unwrap_err()[0].code(),
        "region.not_finite"
    );
}

#[test]
fn a_change_tells_what_each_indicator_brought_and_why() {
    let region = region();
    let nothing = region.tally();
    let before = scored(
        &region,
        &figures(&[
            ("RG01", 1.0, Some(1.0), None),
            ("RG02", 1.0, Some(1.0), None),
            ("RG21", 1.0, Some(1.0), None),
        ]),
        &nothing,
        &nothing,
    );
    // RG01 trebles (index 100), the base of RG02 is a third (100), RG21 is as it was.
    let now = scored(
        &region,
        &figures(&[
            ("RG01", 1.0, Some(3.0), None),
            ("RG02", 0.5, Some(1.5), None),
            ("RG21", 1.0, Some(1.0), None),
        ]),
        &nothing,
        &nothing,
    );
    let change = now.change_from(&before);
    assert_eq!(of(&change, "RG01").causes, [RegionCause::Value]);
    assert_eq!(of(&change, "RG02").causes, [RegionCause::Value, RegionCause::Base]);
    assert_eq!(of(&change, "RG21").causes, []);
    // Its class has moved, and with it what stands in for the indicator without a value.
    assert_eq!(of(&change, "RG03").causes, [RegionCause::Substitute]);
    let weight = of(&change, "RG01").now.as_ref().unwrap().weight.to_f64();
    let whole: f64 = now
        .indicators
        .iter()
        .filter(|one| one.z.is_some())
        .map(|one| one.weight.to_f64())
        .sum();
    let brought = of(&change, "RG01").contribution.unwrap();
    assert!((brought - weight / whole * 50.0).abs() < 1e-12, "{brought}");
    assert!(of(&change, "RG21").contribution.unwrap().abs() <= 0.0);
    let base = change.classes.iter().find(|class| class.code == "base").unwrap();
    assert_eq!(
        (base.index.change.map(Fixed::to_f64), change.classes.len()),
        (Some(50.0), now.classes.len())
    );
    assert!(change.rounding_residual.unwrap().abs() < 1e-4);
}

#[test]
fn a_change_of_the_methodology_is_told_apart() {
    let region = region();
    let nothing = region.tally();
    let given = figures(&[
        ("RG01", 1.0, Some(1.0), None),
        ("RG02", 1.0, Some(3.0), None),
        ("RG21", 1.0, Some(3.0), None),
    ]);
    let before = scored(&region, &given, &nothing, &nothing);
    let other = without("RG02", "RG01");
    let now = scored(&other, &other.fitting(given.clone()), &nothing, &nothing);
    let change = now.change_from(&before);
    assert_eq!(of(&change, "RG02").causes, [RegionCause::Left]);
    assert_eq!(of(&change, "RG01").causes, [RegionCause::Weight]);
    assert!(of(&change, "RG02").now.is_none());
    // And the other way round.
    let back = before.change_from(&now);
    assert_eq!(of(&back, "RG02").causes, [RegionCause::Joined]);
    let total = |change: &RegionChange| change.total.change.unwrap().to_f64();
    assert!((total(&change) + total(&back)).abs() < 1e-12);
    // An indicator gets an index: the others weigh less.
    let more = figures(&[
        ("RG01", 1.0, Some(1.0), None),
        ("RG02", 1.0, Some(3.0), None),
        ("RG21", 1.0, Some(3.0), None),
        ("RG13", 1.0, None, None),
    ]);
    let with_survey = scored(&region, &more, &tally(&region), &nothing);
    let change = with_survey.change_from(&before);
    assert_eq!(of(&change, "RG21").causes, [RegionCause::Others]);
    assert_eq!(of(&change, "RG13").causes, [RegionCause::Value, RegionCause::Base]);
    // Nothing to compare with.
    let empty = scored(&region, &figures(&[]), &nothing, &nothing);
    let change = with_survey.change_from(&empty);
    assert_eq!((change.total.change, change.rounding_residual), (None, None));
    assert!(change.indicators.iter().all(|one| one.contribution.is_none()));
    assert_eq!(of(&change, "RG01").causes, [RegionCause::Value, RegionCause::Base]);
}

#[test]
fn figures_that_are_tried_take_the_place_of_those_of_the_run() {
    let region = region();
    let (now, last_year) = (tally(&region), region.tally());
    let given = figures(&[("RG01", 1.0, Some(1.0), Some(3.0)), ("RG08", 25.0, None, None)]);
    let outcome = scored(&region, &given, &now, &last_year);
    let tried = |code: &str, base: Option<f64>, value: Option<Option<f64>>| {
        region.what_if(
            &given,
            &outcome,
            &BTreeMap::from([(code.to_owned(), TriedFigure { base, value })]),
        )
    };
    let z = |scored: &RegionScored, code: &str| {
        let found = scored.indicators.iter().find(|one| one.code == code).unwrap();
        (found.z, found.substitute)
    };
    let fixed = |whole| Some(Fixed::from_int(whole));
    assert_eq!(
        z(&tried("RG01", None, Some(Some(3.0))).unwrap(), "RG01"),
        (fixed(100), None)
    );
    // Blank: last year's stands in.
    let last_year = Some(MissingSubstitute::LastYearValue);
    assert_eq!(
        z(&tried("RG01", None, Some(None)).unwrap(), "RG01"),
        (fixed(100), last_year)
    );
    // What the returns give can be tried too, and an indicator that had no base.
    assert_eq!(
        z(&tried("RG08", None, Some(Some(75.0))).unwrap(), "RG08"),
        (fixed(100), None)
    );
    assert_eq!(
        z(&tried("RG02", Some(2.0), Some(Some(2.0))).unwrap(), "RG02"),
        (fixed(50), None)
    );
    let check = |code: &str, base, value, expected: &str| {
        let faults = tried(code, base, value).unwrap_err();
        assert_eq!(faults.iter().map(RegionError::code).collect::<Vec<_>>(), [expected]);
    };
    check("RG99", Some(1.0), None, "region.unknown_indicator");
    check("RG02", None, Some(Some(1.0)), "region.no_base");
    check("RG01", Some(-1.0), None, "region.no_base");
    check("RG01", None, Some(Some(f64::INFINITY)), "region.not_finite");
}

fn any_value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![1 => Just(None), 1 => Just(Some(0.0)), 4 => (0.01..1000.0).prop_map(Some)]
}

fn given() -> impl Strategy<Value = RegionFigures> {
    let statistics = prop::collection::vec((0.01..100.0, any_value(), any_value()), STATISTICS.len());
    let bases = prop::collection::vec(prop::option::of(0.01..100.0), MEASURED.len());
    (statistics, bases).prop_map(|(statistics, bases)| {
        let statistics = STATISTICS.into_iter().zip(statistics);
        let statistics = statistics.map(|(code, (base, value, last_year))| (code, base, value, last_year));
        let measured = MEASURED.into_iter().zip(bases);
        let measured = measured.filter_map(|(code, base)| Some((code, base?, None, None)));
        figures(&statistics.chain(measured).collect::<Vec<_>>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn contributions_and_rounding_add_up_to_the_change(a in given(), b in given(), fewer in any::<bool>()) {
        let region = region();
        let other = if fewer { without("RG02", "RG01") } else { region.clone() };
        let (counted, nobody) = (tally(&region), region.tally());
        let before = scored(&region, &a, &counted, &nobody);
        let now = scored(&other, &other.fitting(b), &nobody, &counted);
        let change = now.change_from(&before);
        prop_assert_eq!(change.indicators.len(), 23);
        match (change.total.change, change.rounding_residual) {
            (Some(moved), Some(residual)) => {
                let sum: f64 = change.indicators.iter().filter_map(|one| one.contribution).sum();
                prop_assert!((sum + residual - moved.to_f64()).abs() < 1e-9);
                // Two totals of four decimals and two sets of weights of nothing but themselves.
                prop_assert!(residual.abs() <= 1.01e-4, "{}", residual);
            }
            (moved, residual) => prop_assert!(moved.is_none() && residual.is_none()),
        }
    }

    #[test]
    fn trying_nothing_gives_the_index_itself(given in given(), answered in any::<bool>()) {
        let region = region();
        let (counted, nobody) = (tally(&region), region.tally());
        let (now, last_year) = if answered { (counted, nobody) } else { (nobody, counted) };
        let outcome = scored(&region, &given, &now, &last_year);
        prop_assert_eq!(region.what_if(&given, &outcome, &BTreeMap::new()).unwrap(), outcome);
    }
}
