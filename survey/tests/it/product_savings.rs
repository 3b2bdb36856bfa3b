//! Energy saved by product is data too: a questionnaire that asks for products says how.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use survey::{
    answer::{Answer, AnswerRow},
    questionnaire::Questionnaire,
    survey::{RoundContext, Survey},
    tables::FactorSettings,
};

use crate::shipped::{EXAMPLES, answers, data, tables};

/// The shipped questionnaire with a table of products and what they save.
fn survey() -> Survey {
    let mut document: Value = serde_json::from_slice(&data("questionnaire_integration.json")).unwrap();
    let questions = document["questions"].as_array_mut().unwrap();
    let at = questions.iter().position(|question| question["code"] == "V02").unwrap();
    let mut products = questions[at].clone();
    let label = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    let number = |code: &str, unit: &str, zh: &str, en: &str| json!({ "code": code, "label": label(zh, en), "type": "number", "unit": unit, "required": true, "decimals": 4 });
    products["code"] = json!("V09");
    products["row"] = json!("V09");
    products["label"] = label("产品单耗表", "Energy by product");
    products["relevance"] = json!("true");
    products["columns"] = json!([
        { "code": "name", "label": label("产品", "Product"), "type": "text", "unit": "", "required": true },
        number("output", "", "产量", "Output"),
        number("unit_tce", "tce", "单耗", "Energy for one"),
        number("unit_tce_before", "tce", "上一年单耗", "Energy for one, the year before"),
    ]);
    questions.insert(at + 1, products);
    document["derived"].as_array_mut().unwrap().push(json!({
        "code": "product_saving_tce",
        "label": label("产品节能量（节约为正）", "Energy saved by product (positive for a saving)"),
        "unit": "tce",
        "decimals": 2,
        "expression": "sum(V09.map(r, (r.unit_tce_before - r.unit_tce) * r.output))",
        "needs": ["V09"],
        "guard": "true",
        "source": "GB/T 13234",
        "confidence": "proposed",
    }));
    let mut settings: Value = serde_json::from_slice(&data("factor_settings.json")).unwrap();
    let figures = settings["accounting"]["figures"].as_array_mut().unwrap();
    figures.push(json!("product_saving_tce"));
    let mut tables = Arc::unwrap_or_clone(tables());
    tables.settings = FactorSettings::parse(settings.to_string().as_bytes()).unwrap();
    let questionnaire = Questionnaire::parse(document.to_string().as_bytes()).unwrap();
    Survey::compile(questionnaire, Arc::new(tables)).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn savings_by_product_are_accounted_where_products_are_asked_for() {
    let survey = survey();
    let mut answers = answers(&EXAMPLES["enterprises"][2]["answers"]);
    let product = |name: &str, figures: [&str; 3]| -> AnswerRow {
        let cells = ["output", "unit_tce", "unit_tce_before"].into_iter().zip(figures);
        let numbers = cells.map(|(code, figure)| (code.to_owned(), Answer::Number(figure.parse::<Decimal>().unwrap())));
        numbers
            .chain([("name".to_owned(), Answer::Text(name.to_owned()))])
            .collect()
    };
    let rows = vec![
        product("cable", ["1000", "0.25", "0.3125"]),
        product("wire", ["400", "0.5", "0.4375"]),
    ];
    answers.insert("V09".to_owned(), Answer::Table(rows));
    let evaluation = survey.evaluate(&answers, &RoundContext::new(), None);
    let account = survey.energy_account(&evaluation).unwrap();
    let saving = account
        .figures
        .iter()
        .find(|figure| figure.code == "product_saving_tce");
    // 62.5 tce less for cable, 25 more for wire.
    assert_eq!(saving.unwrap().value, Some(37.5));
    // Those by output value and by measures stand beside it.
    for other in ["energy_saving_tce", "it_saving_tce"] {
        assert!(account.figures.iter().any(|figure| figure.code == other), "{other}");
    }
}
