//! Every value of the worked examples.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use survey::{
    answer::Answers,
    cell::{Place, Provenances},
    expression,
    finding::{Finding, Findings},
    reading::Reading,
    survey::{DerivedResult, Evaluation, RoundContext},
};

use crate::{
    oracle,
    shipped::{EXAMPLES, SURVEY, answers},
};

/// Expected values are printed with the decimals of the derived value; this much of the last place may be rounding.
const OF_THE_LAST_PLACE: f64 = 0.6;

fn list(name: &str) -> &'static [Value] {
    EXAMPLES[name].as_array().unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// A reading in which every question stands in its own cell.
fn reading(answers: &Answers) -> Reading {
    let place = |question: &survey::questionnaire::Question| Place {
        sheet: question.section.clone(),
        cell: format!("C{}", SURVEY.position(&question.code).unwrap() + 1),
    };
    let places: BTreeMap<String, Place> = SURVEY
        .questionnaire()
        .questions
        .iter()
        .map(|q| (q.code.clone(), place(q)))
        .collect();
    Reading {
        places,
        ..Reading::of_answers(answers.clone(), Provenances::new())
    }
}

fn rules(findings: &Findings) -> Vec<String> {
    let mut codes: Vec<String> = findings
        .items
        .iter()
        .flat_map(Finding::rules)
        .map(str::to_owned)
        .filter(|code| code.starts_with("CK"))
        .collect();
    codes.sort();
    codes
}

#[test]
fn every_energy_case_is_accounted_step_by_step() {
    for case in list("energy") {
        let mut raw = case["answers"].clone();
        raw["A10"] = "C3831".into();
        raw["A11"] = "M".into();
        let evaluation = SURVEY.evaluate(&answers(&raw), &RoundContext::new(), None);
        let account = SURVEY.energy_account(&evaluation).unwrap();
        let id = &case["id"];
        assert!(
            account.year.agrees && account.year_before.agrees,
            "{id}: the lines sum to the totals"
        );
        let near = |found: Option<f64>, want: &Value| {
            let want = want.as_f64().unwrap();
            assert!(
                found.is_some_and(|found| (found - want).abs() <= 5e-6 * want.abs().max(1.0)),
                "{id}: {found:?}, expected {want}"
            );
        };
        for (code, want) in case["expected"].as_object().unwrap() {
            match code.as_str() {
                "energy_tce" => near(account.year.energy_tce, want),
                "energy_tce_before" => near(account.year_before.energy_tce, want),
                "co2_t" => near(account.year.co2_t, want),
                // The factor of gas from its measured calorific value.
                "gas_factor" => {
                    let mut lines = account.year.lines.iter().filter_map(|line| line.factor.as_ref());
                    let gas = lines.find(|factor| factor.code == "natural_gas").unwrap();
                    assert!(gas.measured);
                    near(Some(gas.tce_per_unit), want);
                }
                _ => {
                    let figure = account.figures.iter().find(|figure| figure.code == *code).unwrap();
                    near(figure.value, want);
                }
            }
        }
        for line in &account.year.lines {
            let factor = line.factor.as_ref().map_or(1.0, |factor| factor.tce_per_unit);
            let amount = line.quantity.unwrap_or(0.0) * factor;
            assert!(
                (line.energy_tce.abs() - amount.abs()).abs() < 1e-9,
                "{id} {}",
                line.question
            );
        }
        // 0.31 against 0.1229 kgce a kWh, for electricity alone.
        let electricity = case["answers"]["Q01"].as_f64().unwrap_or(0.0);
        let more = account.year.equivalent_tce.unwrap() - account.year.energy_tce.unwrap();
        assert!((more - electricity * (3.1 - 1.229)).abs() < 1e-9, "{id}: {more}");
    }
}

#[test]
fn enterprises_have_their_derived_values() {
    for enterprise in list("enterprises") {
        let id = &enterprise["id"];
        let evaluation = SURVEY.evaluate(&answers(&enterprise["answers"]), &RoundContext::new(), None);
        assert!(evaluation.ignored.is_empty(), "{id}: {:?}", evaluation.ignored);
        let expected = enterprise["expected"]["derived"].as_object().unwrap();
        for derived in &SURVEY.questionnaire().derived {
            let name = &derived.code;
            match (expected.get(name), evaluation.derived.get(name)) {
                (None, None) => {}
                (Some(Value::String(text)), Some(DerivedResult::Text(found))) => assert_eq!(text, found, "{id} {name}"),
                (Some(Value::Number(number)), Some(DerivedResult::Number(found))) => {
                    let tolerance = OF_THE_LAST_PLACE * 10_f64.powi(-i32::try_from(derived.decimals).unwrap());
                    let number = number.as_f64().unwrap();
                    assert!(
                        (number - found).abs() <= tolerance,
                        "{id} {name}: {found}, expected {number}"
                    );
                }
                (expected, found) => panic!("{id} {name}: {found:?}, expected {expected:?}"),
            }
        }
    }
}

#[test]
fn enterprises_have_their_findings() {
    for enterprise in list("enterprises") {
        let answers = answers(&enterprise["answers"]);
        let evaluation = SURVEY.evaluate(&answers, &RoundContext::new(), None);
        let claims: BTreeSet<String> = texts(&enterprise["not_applicable"]).into_iter().collect();
        let findings = SURVEY.check(&reading(&answers), &evaluation, &claims);
        let found: Vec<&str> = findings.items.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(
            found,
            texts(&enterprise["expected"]["findings"]),
            "{}",
            enterprise["id"]
        );
    }
}

#[test]
fn relevance_follows_the_variant() {
    for enterprise in list("enterprises") {
        let answers = answers(&enterprise["answers"]);
        let industrial = enterprise["answers"]["A11"] == "M";
        let Evaluation { relevant, .. } = SURVEY.evaluate(&answers, &RoundContext::new(), None);
        assert_eq!(relevant.contains("F04"), industrial, "{}", enterprise["id"]);
        assert_eq!(relevant.contains("Z01"), !industrial, "{}", enterprise["id"]);
        assert_eq!(
            relevant.contains("V02"),
            enterprise["answers"]["V01"] == true,
            "{}",
            enterprise["id"]
        );
    }
}

#[test]
fn every_rule_has_a_case_that_breaks_it() {
    let mut broken = BTreeSet::new();
    for case in list("rule_cases") {
        let rule = case["rule"].as_str().unwrap();
        let base = list("enterprises")
            .iter()
            .find(|enterprise| enterprise["id"] == case["base"])
            .unwrap();
        let mut raw = base["answers"].clone();
        for (code, value) in case["set"].as_object().unwrap() {
            raw[code] = value.clone();
        }
        let answers = answers(&raw);
        let previous = case.get("prev").map(crate::shipped::answers);
        let round = case["ctx"]
            .as_object()
            .into_iter()
            .flatten()
            .fold(RoundContext::new(), |round, (name, value)| match value {
                Value::Bool(value) => round.with(name, *value),
                value => round.with(name, value.as_f64().unwrap()),
            });
        let evaluation = SURVEY.evaluate(&answers, &round, previous.as_ref());
        let findings = SURVEY.check(&reading(&answers), &evaluation, &BTreeSet::new());
        let told = |finding: &&Finding| finding.rules().any(|code| code == rule);
        let found = findings.items.iter().find(told);
        let found = found.unwrap_or_else(|| panic!("{rule} does not fire, only {:?}", rules(&findings)));
        let defined = SURVEY
            .questionnaire()
            .edit_rules
            .iter()
            .find(|defined| defined.code == rule)
            .unwrap();
        if found.rule == rule && found.offers.is_empty() {
            let asked = |cell: &&String| answers.contains_key(*cell) || defined.expression.contains(*cell);
            let cells = defined.cells.iter().filter(asked).count();
            assert_eq!(
                found.places.len(),
                cells,
                "{rule}: one place per cell that is filled in"
            );
        }
        let folded = found.folded.iter().find(|folded| folded.rule == rule);
        let message = folded.map_or(&found.message, |folded| &folded.message);
        for text in [&message.zh, &message.en] {
            assert!(!text.contains(['{', '}', '—']), "{rule}: {text}");
            assert!(
                !text.contains("null") && !text.contains("prev.") && !text.contains("ctx."),
                "{rule}: {text}"
            );
        }
        broken.insert(rule);
    }
    assert_eq!(broken.len(), SURVEY.questionnaire().edit_rules.len());
}

#[test]
fn energy_cases() {
    for case in list("energy") {
        let mut raw = case["answers"].clone();
        raw["A10"] = "C3831".into();
        raw["A11"] = "M".into();
        let evaluation = SURVEY.evaluate(&answers(&raw), &RoundContext::new(), None);
        for (name, expected) in case["expected"].as_object().unwrap() {
            let Some(DerivedResult::Number(found)) = evaluation.derived.get(name) else {
                panic!("{name}")
            };
            let expected = expected.as_f64().unwrap();
            assert!(
                (found - expected).abs() <= 5e-6 * expected.abs().max(1.0),
                "{} {name}: {found}",
                case["id"]
            );
        }
    }
}

#[test]
fn energy_totals_are_the_sum_of_their_terms() {
    let raw = serde_json::json!({ "A10": "C3831", "A11": "M", "Q01": 50, "Q02": 100, "Q12": 10 });
    let evaluation = SURVEY.evaluate(&answers(&raw), &RoundContext::new(), None);
    let terms = SURVEY.terms(&evaluation, "energy_tce").unwrap();
    let of = |name: &str| terms.iter().find(|term| term.names[0] == name).unwrap().value;
    assert!((of("Q01") - 61.45).abs() < 1e-9 && (of("Q02") - 71.43).abs() < 1e-9 && (of("Q12") + 10.0).abs() < 1e-9);
    let total: f64 = terms.iter().map(|term| term.value).sum();
    assert!(matches!(evaluation.derived["energy_tce"], DerivedResult::Number(found) if (found - total).abs() < 1e-9));
    assert_eq!(
        SURVEY.terms(&evaluation, "co2_intensity"),
        None,
        "not computable without output"
    );
}

#[test]
fn size_cases() {
    for case in list("size_classes") {
        let number = |name: &str| case.get(name).and_then(Value::as_f64);
        let found = SURVEY.tables().sizes.classify(
            case["industry"].as_str().unwrap(),
            number("employees").unwrap(),
            number("revenue").unwrap(),
            number("assets"),
        );
        assert_eq!(found, case["expected"].as_str().unwrap(), "{case}");
    }
}

#[test]
fn the_round_settings_are_those_of_the_examples() {
    let settings = &SURVEY.tables().settings;
    let expected = &EXAMPLES["settings"];
    assert_eq!(settings.energy_set, expected["factor_set"]);
    assert_eq!(settings.energy_edition, expected["factor_edition"]);
    assert_eq!(settings.grid_year, expected["grid"]["year"]);
    assert_eq!(settings.grid_region, expected["grid"]["region_code"]);
}

#[test]
fn every_expression_agrees_with_the_interpreter_of_the_cel_crate() {
    // The other road to every value: the crate's own interpreter, with the same functions and names.
    for enterprise in list("enterprises") {
        let evaluation = SURVEY.evaluate(&answers(&enterprise["answers"]), &RoundContext::new(), None);
        let scope = evaluation.scope();
        let context = oracle::context(scope);
        let questionnaire = SURVEY.questionnaire();
        let derived = questionnaire
            .derived
            .iter()
            .map(|d| (&d.needs, &d.guard, &d.expression));
        let rules = questionnaire
            .edit_rules
            .iter()
            .map(|r| (&r.needs, &r.when, &r.expression));
        let mut compared = 0;
        for (needs, guard, text) in derived.chain(rules) {
            let known: BTreeSet<String> = needs.iter().cloned().collect();
            if needs.iter().any(|name| scope.get(name).is_null()) || oracle::value(guard, &context) != "true" {
                continue;
            }
            let guard = expression::Expression::compile_given(guard, SURVEY.environment(), &known).unwrap();
            assert!(guard.holds(scope), "{}", guard.text());
            let present = known.union(guard.proves()).cloned().collect();
            let ours = expression::Expression::compile_given(text, SURVEY.environment(), &present).unwrap();
            assert_eq!(
                oracle::value(text, &context),
                ours.value(scope).to_string(),
                "{} {text}",
                enterprise["id"]
            );
            compared += 1;
        }
        assert!(compared > 50, "{} compared only {compared}", enterprise["id"]);
    }
}

#[test]
fn a_message_of_compared_values_holds_them() {
    // An expression names what it compares: numbers stand in the message with their values, anything else by name.
    for (rule, guarded) in SURVEY.rule_expressions() {
        for text in [&rule.message.zh, &rule.message.en] {
            let slots: Vec<&str> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .collect();
            let reads = |slot: &str, name: &str| {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
                slot.split(|c: char| !is_name(c)).any(|word| word == name)
            };
            let names = guarded.expression.names();
            for name in names {
                let shown = slots.iter().any(|slot| reads(slot, name));
                let labelled = slots.iter().any(|slot| reads(slot, &format!("{name}.label")));
                let is_number = SURVEY
                    .environment()
                    .type_of(name)
                    .is_some_and(|kind| kind.present() == expression::Type::Double);
                // Sixteen levels are told as one.
                let is_many = names.len() > 6;
                assert!(
                    shown || is_many || (labelled && !is_number) || name.starts_with("ctx.duplicate"),
                    "{}: {name} is not in {text}",
                    rule.code
                );
            }
            let named = |cell: &String| slots.contains(&format!("{cell}.code").as_str());
            let whole_return = names.iter().all(|name| name.starts_with("ctx."));
            let few = rule.cells.len() <= 5;
            assert!(
                whole_return || !few || rule.cells.iter().all(named) || rule.cells.iter().any(named),
                "{}: no cell is named in {text}",
                rule.code
            );
        }
    }
}
