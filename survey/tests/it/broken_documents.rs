//! Each way in which a questionnaire can be wrong is refused with its code at its place.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use survey::{
    document::DocumentFault,
    questionnaire::Questionnaire,
    survey::Survey,
    tables::{AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, SizeClassRules},
};

use crate::shipped::{SURVEY, data, tables};

/// Faults of the shipped questionnaire after a change at each of the given places.
fn faults_of(changes: &[(&str, Value)]) -> Vec<DocumentFault> {
    let mut document: Value = serde_json::from_slice(&data("questionnaire_integration.json")).unwrap();
    for (pointer, value) in changes {
        if let Some(place) = document.pointer_mut(pointer) {
            *place = value.clone();
        } else {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap()[key] = value.clone();
        }
    }
    let bytes = serde_json::to_vec(&document).unwrap();
    match Questionnaire::parse(&bytes) {
        Ok(questionnaire) => Survey::compile(questionnaire, tables()).err().unwrap_or_default(),
        Err(faults) => faults,
    }
}

/// `@CODE` in a pointer stands for the position of that question, derived value or rule.
fn place(pointer: &str) -> String {
    let questionnaire = SURVEY.questionnaire();
    let position = |code: &str| {
        let questions = questionnaire.questions.iter().map(|question| &question.code);
        let derived = questionnaire.derived.iter().map(|derived| &derived.code);
        let rules = questionnaire.edit_rules.iter().map(|rule| &rule.code);
        let in_questions = questions.clone().position(|known| known == code);
        let in_derived = derived.clone().position(|known| known == code);
        in_questions
            .or(in_derived)
            .or_else(|| rules.clone().position(|known| known == code))
            .unwrap()
    };
    let segments = pointer.split('/').map(|segment| match segment.strip_prefix('@') {
        Some(code) => position(code).to_string(),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A change, and the code and place of the fault it must raise.
struct Case {
    pointer: String,
    value: Value,
    code: &'static str,
    at: String,
}

fn case(pointer: &str, value: Value, code: &'static str, at: &str) -> Case {
    Case {
        pointer: place(pointer),
        value,
        code,
        at: place(at),
    }
}

impl Case {
    /// The items of the document it touches, such as `/questions/12`.
    fn items(&self) -> BTreeSet<String> {
        let item = |pointer: &str| pointer.split('/').take(3).collect::<Vec<_>>().join("/");
        BTreeSet::from([item(&self.pointer), item(&self.at)])
    }

    fn is_in(&self, faults: &[DocumentFault]) -> bool {
        faults
            .iter()
            .any(|fault| fault.code == self.code && fault.pointer == self.at)
    }
}

/// Checks cases, as many as touch different items in one document: compiling takes long without optimisation.
/// A case whose fault is hidden behind another's is checked alone.
fn check_all(cases: impl IntoIterator<Item = Case>) {
    let mut batches: Vec<Vec<Case>> = Vec::new();
    for case in cases {
        let items = case.items();
        let free = |batch: &&mut Vec<Case>| batch.iter().all(|other| other.items().is_disjoint(&items));
        match batches.iter_mut().find(free) {
            Some(batch) => batch.push(case),
            None => batches.push(vec![case]),
        }
    }
    for batch in batches {
        let changes: Vec<(&str, Value)> = batch.iter().map(|c| (c.pointer.as_str(), c.value.clone())).collect();
        let faults = faults_of(&changes);
        assert!(
            faults
                .iter()
                .all(|fault| !fault.message.zh.is_empty() && !fault.message.en.is_empty())
        );
        for case in batch.iter().filter(|case| !case.is_in(&faults)) {
            let alone = faults_of(&[(&case.pointer, case.value.clone())]);
            let found: Vec<(&str, &str)> = alone.iter().map(|f| (f.code.as_str(), f.pointer.as_str())).collect();
            assert!(
                case.is_in(&alone),
                "{}: expected {} at {}, found {found:?}",
                case.pointer,
                case.code,
                case.at
            );
        }
    }
}

#[test]
fn the_shipped_questionnaire_is_valid() {
    assert_eq!(faults_of(&[]), []);
}

#[test]
fn shape() {
    check_all([
        case("/survey_year", json!("2026"), "json.shape", "/survey_year"),
        case(
            "/questions/@F03/type",
            json!("euro"),
            "json.shape",
            "/questions/@F03/type",
        ),
        case(
            "/questions/@F03/colour",
            json!("red"),
            "json.shape",
            "/questions/@F03/colour",
        ),
        case("/sections/0/label/fr", json!("x"), "json.shape", "/sections/0/label/fr"),
    ]);
}

#[test]
fn texts() {
    check_all([
        case("/title/en", json!(""), "text.missing", "/title/en"),
        case(
            "/questions/@F03/label/zh",
            json!("  "),
            "text.missing",
            "/questions/@F03/label/zh",
        ),
        case(
            "/edit_rules/@CK044/message/en",
            json!(""),
            "text.missing",
            "/edit_rules/@CK044/message/en",
        ),
    ]);
}

#[test]
fn codes_and_references() {
    check_all([
        case(
            "/questions/@F04/code",
            json!("F03"),
            "code.duplicate",
            "/questions/@F04/code",
        ),
        case(
            "/questions/@F04/code",
            json!("F 4"),
            "code.form",
            "/questions/@F04/code",
        ),
        case(
            "/derived/@cost_per_100/code",
            json!("F03"),
            "code.duplicate",
            "/derived/@cost_per_100/code",
        ),
        case(
            "/edit_rules/@CK002/code",
            json!("CK001"),
            "code.duplicate",
            "/edit_rules/@CK002/code",
        ),
        case("/sections/1/code", json!("A"), "code.duplicate", "/sections/1/code"),
        case(
            "/questions/@F03/section",
            json!("Y"),
            "section.unknown",
            "/questions/@F03/section",
        ),
        case("/sections/12/code", json!("Y"), "section.empty", "/sections/12"),
        case(
            "/questions/@F03/unit",
            json!("美元"),
            "unit.unknown",
            "/questions/@F03/unit",
        ),
        case(
            "/questions/@F03/period",
            json!("y9"),
            "period.unknown",
            "/questions/@F03/period",
        ),
        case(
            "/questions/@F03P/carry_from",
            json!("F99"),
            "carry_from.unknown",
            "/questions/@F03P/carry_from",
        ),
        case(
            "/questions/@F03P/carry_from",
            json!("F04"),
            "carry_from.other_row",
            "/questions/@F03P/carry_from",
        ),
        case(
            "/questions/@F03Q/carry_from",
            json!("F03"),
            "carry_from.period",
            "/questions/@F03Q/carry_from",
        ),
        case(
            "/questions/@F03/label/zh",
            json!("营业收入（{y7}年）"),
            "placeholder.unknown",
            "/questions/@F03/label/zh",
        ),
        case(
            "/questions/@F03/help/en",
            json!("In {now}"),
            "placeholder.unknown",
            "/questions/@F03/help/en",
        ),
        case(
            "/sections/0/help/zh",
            json!("填{y1年的数"),
            "placeholder.unknown",
            "/sections/0/help/zh",
        ),
        case(
            "/variant_question",
            json!("A07"),
            "variant.question",
            "/variant_question",
        ),
        case(
            "/variant_question",
            json!("A99"),
            "question.unknown",
            "/variant_question",
        ),
        case("/last_survey_year", json!(2024), "years.order", "/last_survey_year"),
        case(
            "/questions/@F03P/carry_mode",
            json!("show"),
            "carry_from.mode",
            "/questions/@F03P/carry_mode",
        ),
        case(
            "/questions/@Q02/factor_code",
            json!("peat"),
            "factor.unknown",
            "/questions/@Q02/factor_code",
        ),
        case(
            "/questions/@Q02/factor_code",
            json!("heat"),
            "factor.unit",
            "/questions/@Q02/factor_code",
        ),
        case(
            "/questions/@Q02/co2_code",
            json!("peat"),
            "co2.unknown",
            "/questions/@Q02/co2_code",
        ),
        case(
            "/questions/@Q02/co2_code",
            json!("natural_gas"),
            "co2.unit",
            "/questions/@Q02/co2_code",
        ),
        case(
            "/edit_rules/@CK044/cells/1",
            json!("D99"),
            "cells.unknown",
            "/edit_rules/@CK044/cells/1",
        ),
        case(
            "/edit_rules/@CK044/cells",
            json!([]),
            "cells.missing",
            "/edit_rules/@CK044/cells",
        ),
        case(
            "/edit_rules/@CK044/needs/0",
            json!("D99"),
            "needs.unknown",
            "/edit_rules/@CK044/needs/0",
        ),
        case(
            "/derived/@cost_per_100/unit",
            json!("美元"),
            "unit.unknown",
            "/derived/@cost_per_100/unit",
        ),
    ]);
}

#[test]
fn options_and_bounds() {
    check_all([
        case(
            "/questions/@A08/options_ref/file",
            json!("towns.csv"),
            "options_ref.file",
            "/questions/@A08/options_ref/file",
        ),
        case(
            "/questions/@A08/options_ref/value",
            json!("id"),
            "options_ref.column",
            "/questions/@A08/options_ref/value",
        ),
        case(
            "/questions/@A08/options_ref/where",
            json!({ "level": "village" }),
            "options_ref.empty",
            "/questions/@A08/options_ref/where",
        ),
        case(
            "/questions/@N10/options",
            json!([]),
            "options.missing",
            "/questions/@N10/options",
        ),
        case(
            "/questions/@N10/options/1/code",
            json!("A"),
            "code.duplicate",
            "/questions/@N10/options/1/code",
        ),
        case(
            "/questions/@F03/options_ref",
            towns(),
            "options.unexpected",
            "/questions/@F03/options",
        ),
        case(
            "/questions/@N01/none_code",
            json!("Z"),
            "none_code.unknown",
            "/questions/@N01/none_code",
        ),
        case(
            "/edit_rules/@CK023/action",
            json!("warn"),
            "none_code.rule_missing",
            "/questions/@N01/none_code",
        ),
        case(
            "/questions/@K01/options/4/code",
            json!("5"),
            "level.code",
            "/questions/@K01/options/4/code",
        ),
        case(
            "/questions/@R06/max_items",
            json!(0),
            "max_items.zero",
            "/questions/@R06/max_items",
        ),
        case("/questions/@U02/max", json!(1), "percent.range", "/questions/@U02/min"),
        case("/questions/@K01/min", json!(9), "bounds.order", "/questions/@K01/min"),
        case(
            "/questions/@A01/max",
            json!(9),
            "bounds.not_numeric",
            "/questions/@A01/min",
        ),
        case(
            "/questions/@F03/decimals",
            json!(null),
            "decimals.missing",
            "/questions/@F03/decimals",
        ),
        case(
            "/questions/@V02/columns",
            json!([]),
            "columns.mismatch",
            "/questions/@V02/columns",
        ),
        case(
            "/questions/@V02/columns/1/code",
            json!("name"),
            "code.duplicate",
            "/questions/@V02/columns/1/code",
        ),
        case(
            "/questions/@V02/columns/2/options",
            json!(null),
            "options.missing",
            "/questions/@V02/columns/2/options",
        ),
    ]);
}

fn towns() -> Value {
    json!({ "file": "areas_fuyang.csv", "value": "code", "label": "name", "where": { "level": "town" } })
}

#[test]
fn expressions() {
    let rule = "/edit_rules/@CK044/expression";
    check_all([
        case(rule, json!("D07 <= "), "expression.syntax", rule),
        case(rule, json!("D07 <= D99"), "expression.unknown_name", rule),
        case(rule, json!("D07 <= max(D06)"), "expression.unknown_function", rule),
        case(rule, json!("D07 <= 5"), "expression.int_and_double", rule),
        case(rule, json!("D07 == \"5\""), "expression.type", rule),
        case(rule, json!("D07"), "expression.type", rule),
        case(rule, json!("D07 <= F03"), "expression.missing_value", rule),
        case(rule, json!("nz(D07, D06) > 0.0"), "expression.arity", rule),
        case(rule, json!("factor(\"peat\") > D07"), "expression.unknown_code", rule),
        case(rule, json!("listed(\"towns\", \"x\")"), "expression.unknown_code", rule),
        case(
            rule,
            json!("N10 == \"Z\" || D07 <= D06"),
            "expression.unreachable_option",
            rule,
        ),
        case(
            "/edit_rules/@CK156/expression",
            json!("size_class != \"tiny\""),
            "expression.unreachable_option",
            "/edit_rules/@CK156/expression",
        ),
        case(
            "/edit_rules/@CK099/when",
            json!("ctx.weather == null"),
            "expression.unknown_name",
            "/edit_rules/@CK099/when",
        ),
        case(
            "/edit_rules/@CK001/expression",
            json!("A02.matches(\"(\")"),
            "expression.regex",
            "/edit_rules/@CK001/expression",
        ),
    ]);
    let derived = "/derived/@revenue_per_head/expression";
    check_all([
        case(derived, json!("energy_tce / F01"), "expression.unknown_name", derived),
        case(derived, json!("F03 > F01"), "derived.type", derived),
        case(
            "/derived/@revenue_per_head/guard",
            json!("F01"),
            "expression.type",
            "/derived/@revenue_per_head/guard",
        ),
        case(
            "/questions/@A12/relevance",
            json!("A12 == \"DL\""),
            "relevance.looks_ahead",
            "/questions/@A12/relevance",
        ),
        case(
            "/questions/@F04/relevance",
            json!("V01 == true"),
            "relevance.looks_ahead",
            "/questions/@F04/relevance",
        ),
        case(
            "/sections/0/relevance",
            json!("F03 != null"),
            "relevance.looks_ahead",
            "/sections/0/relevance",
        ),
        case(
            "/questions/@F04/relevance",
            json!("energy_tce == null"),
            "expression.unknown_name",
            "/questions/@F04/relevance",
        ),
    ]);
}

#[test]
fn environment() {
    let at = "/expression_environment/functions/0/name";
    check_all([
        case(at, json!("zz"), "function.unknown", at),
        case(
            at,
            json!("sum"),
            "code.duplicate",
            "/expression_environment/functions/1/name",
        ),
        case(
            "/expression_environment/functions/4",
            json!({ "name": "nz", "signature": "", "label": { "zh": "x", "en": "x" } }),
            "function.undeclared",
            "/derived/@coal_factor/expression",
        ),
        case(
            "/expression_environment/language",
            json!("SQL"),
            "environment.language",
            "/expression_environment/language",
        ),
        case(
            "/expression_environment/context/0/type",
            json!("int"),
            "context.type",
            "/expression_environment/context/0/type",
        ),
    ]);
}

#[test]
fn messages_of_rules() {
    let message = "/edit_rules/@CK044/message/zh";
    let slot = |text: &str| case(message, json!(text), "message.slot", message);
    check_all([
        slot("“{D07”不对"),
        slot("“D07}”不对"),
        slot("{D07; 斤}"),
        slot("{V02}"),
        slot("{size_class}"),
        slot("{{D07}}"),
        case(message, json!("{D99}"), "expression.unknown_name", message),
        case(message, json!("{D07.title}"), "expression.type", message),
        case(message, json!("{D07 - D05}"), "expression.missing_value", message),
        case(
            "/edit_rules/@CK044/relation",
            json!(null),
            "relation.missing",
            "/edit_rules/@CK044/relation",
        ),
        case(
            "/edit_rules/@CK044/relation/en",
            json!("{D07} is small"),
            "relation.value",
            "/edit_rules/@CK044/relation",
        ),
    ]);
}

#[test]
fn all_faults_are_reported_at_once() {
    let faults = faults_of(&[
        ("/title/en", json!("")),
        (&place("/questions/@F03/unit"), json!("美元")),
        (&place("/edit_rules/@CK044/expression"), json!("D07 <= D99")),
        (&place("/derived/@revenue_per_head/expression"), json!("F03 /")),
    ]);
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "text.missing",
            "unit.unknown",
            "expression.syntax",
            "expression.unknown_name"
        ]
    );
}

#[test]
fn tables_are_checked_too() {
    let edited = |file: &str, from: &str, to: &str| {
        let text = String::from_utf8(data(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let check = |result: Result<(), Vec<DocumentFault>>, code: &str, at: &str| {
        let faults = result.expect_err(code);
        assert_eq!(
            (faults[0].code.as_str(), faults[0].pointer.as_str()),
            (code, at),
            "{faults:?}"
        );
    };
    let areas = |from, to| AreaTable::parse(&edited("areas_fuyang.csv", from, to)).map(drop);
    check(
        areas("330111002,春江街道", "330111001,春江街道"),
        "csv.duplicate",
        "7:code",
    );
    check(
        areas("330111001,富春街道,town,330111", "330111001,富春街道,town,330112"),
        "csv.unknown_code",
        "6:parent",
    );
    check(
        areas("330111001,富春街道,town", "330111001,富春街道,hamlet"),
        "csv.unknown_word",
        "6:level",
    );
    check(
        areas("330111001,富春街道,town,330111", "330111001,富春街道,town,330111002"),
        "area.parent_level",
        "6:parent",
    );
    check(
        areas("2015-02,,,富阳市", "2015-13,,,富阳市"),
        "area.month",
        "4:valid_from",
    );
    check(
        areas("2015-02,330111,", "2015-02,330112,"),
        "csv.unknown_code",
        "5:succeeded_by",
    );
    check(areas("code,name", "code,title"), "csv.column_missing", "1:name");
    check(areas("330111001,富春街道", "330111001,富,春街道"), "csv.width", "6");
    let industries = |from, to| IndustryTable::parse("2017", &edited("industry_gbt4754_2017.csv", from, to)).map(drop);
    check(
        industries("A01,01,大类,A,", "A01,01,大类,A011,"),
        "industry.parent_level",
        "3:parent",
    );
    check(industries("A01,01,大类", "A01,1,大类"), "industry.code", "3:code");
    let energy = |from, to| EnergyFactors::parse(&edited("energy_factors.csv", from, to)).map(drop);
    check(
        energy("Raw coal,kg,0.7143", "Raw coal,kg,0.143"),
        "factor.against_ncv",
        "2:kgce_per_unit",
    );
    check(
        energy("Raw coal,kg,0.7143", "Raw coal,kg,x"),
        "csv.not_a_number",
        "2:kgce_per_unit",
    );
    check(
        energy("0.4286,12560,0.2857", "0.4286,12560,0.4287"),
        "factor.range",
        "5:low",
    );
    let co2 = |from, to| Co2Factors::parse(&edited("co2_factors.csv", from, to)).map(drop);
    check(
        co2("0.93,1.7418", "0.93,1.7481"),
        "factor.against_parts",
        "2:tco2_per_unit",
    );
    check(
        co2("19.57,26.1,0.93", ",26.1,0.93"),
        "factor.parts_missing",
        "2:tco2_per_unit",
    );
    let grid = |from, to| GridFactors::parse(&edited("grid_factors.csv", from, to)).map(drop);
    check(grid("0.5568", "5.568"), "factor.unit", "2:kgco2_per_kwh");
    check(
        grid("2022,100000,全国,0.5366", "2021,100000,全国,0.5366"),
        "csv.duplicate",
        "3:region_code",
    );
    let sizes = |from, to| SizeClassRules::parse(&edited("size_classes.json", from, to)).map(drop);
    check(
        sizes("\"code\": \"other\"", "\"code\": \"others\""),
        "size.other_missing",
        "/industries",
    );
    check(
        sizes("\"code\": \"retail\"", "\"code\": \"wholesale\""),
        "code.duplicate",
        "/industries/4/code",
    );
    check(
        sizes("\"class\": \"small\"", "\"class\": \"tiny\""),
        "size.classes",
        "/industries/1/classes",
    );
    check(FactorSettings::parse(b"{").map(drop), "json.syntax", "1:1");
}

#[test]
fn settings_must_name_factors_that_exist() {
    let mut tables = (*tables()).clone();
    tables.settings.energy_edition = "1990".to_owned();
    tables.settings.grid_year = "1990".to_owned();
    let mut codes: Vec<String> = tables
        .validate()
        .unwrap_err()
        .into_iter()
        .map(|fault| fault.code)
        .collect();
    // The accounting names every fuel of the edition, and each is missed by itself.
    codes.dedup();
    assert_eq!(codes, ["settings.accounting", "settings.energy_set", "settings.grid"]);
    // Without them the questionnaire's own references fail as well.
    let faults = Survey::compile(crate::shipped::questionnaire(), Arc::new(tables)).unwrap_err();
    assert!(faults.iter().any(|fault| fault.code == "factor.unknown"));
}

#[test]
fn areas_and_industries_are_found() {
    let tables = tables();
    let codes = |path: Vec<&survey::tables::areas::Area>| path.iter().map(|area| area.code.clone()).collect::<Vec<_>>();
    assert_eq!(
        codes(tables.areas.path("330111006")),
        ["330000", "330100", "330111", "330111006"]
    );
    assert_eq!(tables.areas.children("330111").count(), 24);
    assert!(tables.areas.is_within("330111006", "330100") && !tables.areas.is_within("330100", "330111006"));
    assert_eq!(
        tables.areas.get("330111006").unwrap().former_names,
        ["受降镇", "高桥镇"]
    );
    let old = tables.areas.get("330183").unwrap();
    assert!(old.exists_in("2015-01") && !old.exists_in("2015-02"));
    let industries = &tables.industries;
    assert_eq!(industries.edition(), "GB/T 4754-2017");
    let path: Vec<&str> = industries
        .path("C3831")
        .iter()
        .map(|industry| industry.code.as_str())
        .collect();
    assert_eq!(path, ["C", "C38", "C383", "C3831"]);
    assert!(tables.listed("industry", "C3831") && !tables.listed("industry", "C383"));
    assert!(tables.listed("areas", "330111006") && !tables.listed("areas", "330183"));
    assert_eq!(SURVEY.options("A08").len(), 24);
    assert_eq!(SURVEY.options("A10").len(), 1381);
}
