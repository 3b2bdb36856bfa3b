//! What holds for every input.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_decimal::Decimal;
use survey::{
    answer::{Answer, Answers},
    cell::{DateSystem, Place, RawCell, RawValue},
    expression::{Expression, Scope},
    finding::{Finding, Findings},
    questionnaire::{Action, RuleClass},
    reading::Reading,
    survey::{DerivedResult, RoundContext},
    text::Text,
};

use crate::shipped::SURVEY;

fn raw(question: &str, value: RawValue) -> RawCell {
    RawCell {
        question: question.to_owned(),
        table: None,
        place: Place {
            sheet: "表".to_owned(),
            cell: "D12".to_owned(),
        },
        value,
        number_format: "General".to_owned(),
        formula: false,
    }
}

fn read_number(value: RawValue) -> Option<Decimal> {
    match SURVEY
        .read_answers(&[raw("F03", value)], DateSystem::From1900)
        .answers
        .remove("F03")
    {
        Some(Answer::Number(number)) => Some(number),
        _ => None,
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let number = prop_oneof![
        any::<i64>().prop_map(Decimal::from),
        (any::<i64>(), 0_u32..10).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        Just(Decimal::ZERO),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
    ];
    let text = prop_oneof![
        "[A-F0-4]",
        "20[0-9]{2}-0[1-9]-1[0-9]",
        ".{0,8}",
        Just("M".to_owned()),
        Just("S".to_owned())
    ];
    let leaf = prop_oneof![
        number.prop_map(Answer::Number),
        text.clone().prop_map(Answer::Text),
        text.clone().prop_map(Answer::Choice),
        text.clone().prop_map(Answer::Date),
        prop::collection::vec(text, 0..4).prop_map(Answer::Choices),
        any::<bool>().prop_map(Answer::Boolean),
    ];
    let column = prop::sample::select(vec!["name", "status", "start", "finish", "invest", "saving_tce", "zz"]);
    let row = prop::collection::btree_map(column.prop_map(str::to_owned), leaf.clone(), 0..6);
    prop_oneof![8 => leaf, 1 => prop::collection::vec(row, 0..4).prop_map(Answer::Table)]
}

/// Any kind of answer to any question.
fn any_answers() -> impl Strategy<Value = Answers> {
    let codes: Vec<String> = SURVEY
        .questionnaire()
        .questions
        .iter()
        .map(|question| question.code.clone())
        .collect();
    prop::collection::btree_map(prop::sample::select(codes), any_answer(), 0..120)
}

fn any_raw_value() -> impl Strategy<Value = RawValue> {
    let written = "[0-9０-９,，. 　%％()（）\\-—~约左右万元台年月日A-Fa-f√/、;]{0,12}";
    prop_oneof![
        any::<f64>().prop_map(RawValue::Number),
        any::<f64>().prop_map(RawValue::DateSerial),
        (0.0..100_000.0).prop_map(RawValue::DateSerial),
        any::<bool>().prop_map(RawValue::Boolean),
        written.prop_map(RawValue::Text),
        ".{0,20}".prop_map(RawValue::Text),
        Just(RawValue::FormulaWithoutValue),
        Just(RawValue::Blank),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_rendered_number_reads_back(mantissa in any::<i64>(), scale in 0_u32..8) {
        let number = Decimal::new(mantissa, scale);
        prop_assert_eq!(read_number(RawValue::Text(number.to_string())), Some(number));
        let grouped = group(number.abs());
        prop_assert_eq!(read_number(RawValue::Text(grouped.clone())), Some(number.abs()), "{}", grouped);
        let wide: String = number.to_string().chars().map(widen).collect();
        prop_assert_eq!(read_number(RawValue::Text(wide)), Some(number));
        prop_assert_eq!(read_number(RawValue::Text(format!("{}万元", number.abs()))), Some(number.abs()));
    }

    #[test]
    fn a_number_cell_keeps_its_exact_value(number in -1e12_f64..1e12) {
        let read = read_number(RawValue::Number(number)).unwrap();
        prop_assert_eq!(read.to_string().parse::<f64>().unwrap().to_bits(), number.to_bits());
    }

    #[test]
    fn reading_never_panics_and_is_deterministic(values in prop::collection::vec((0_usize..187, any_raw_value()), 0..40)) {
        let questions = &SURVEY.questionnaire().questions;
        let cells: Vec<RawCell> =
            values.into_iter().map(|(index, value)| raw(&questions[index].code, value)).collect();
        let reading = SURVEY.read_answers(&cells, DateSystem::From1900);
        prop_assert_eq!(&reading, &SURVEY.read_answers(&cells, DateSystem::From1900));
        for (code, answer) in &reading.answers {
            let provenance = &reading.provenance[code];
            prop_assert!(!provenance.raw.is_empty() || *answer == Answer::Table(Vec::new()));
        }
        let evaluation = SURVEY.evaluate(&reading.answers, &RoundContext::new(), None);
        SURVEY.check(&reading, &evaluation, &BTreeSet::new());
    }

    #[test]
    fn evaluation_never_panics(answers in any_answers(), previous in any_answers()) {
        let round = RoundContext::new().with("peer_n", 40.0).with("twin_share", f64::NAN).with("duplicate_uscc", 1.0);
        let evaluation = SURVEY.evaluate(&answers, &round, Some(&previous));
        prop_assert_eq!(evaluation.answers.len() + evaluation.ignored.len(), answers.len());
        for (name, value) in &evaluation.derived {
            let DerivedResult::Number(number) = value else { continue };
            prop_assert!(number.is_finite(), "{}", name);
        }
        let reading = Reading { answers, ..Reading::default() };
        let findings = SURVEY.check(&reading, &evaluation, &BTreeSet::new());
        prop_assert_eq!(findings.total(), findings.items.len());
        // Evaluating what was kept changes nothing.
        let again = SURVEY.evaluate(&evaluation.answers, &round, Some(&previous));
        prop_assert_eq!((&again.answers, &again.relevant, &again.derived), (&evaluation.answers, &evaluation.relevant, &evaluation.derived));
    }

    #[test]
    fn findings_never_lose_a_count(actions in prop::collection::vec(0_u8..3, 0..3000)) {
        let action = |n: &u8| [Action::Block, Action::Warn, Action::Info][usize::from(*n)];
        let finding = |(index, n): (usize, &u8)| Finding {
            key: String::new(),
            fingerprint: String::new(),
            rule: index.to_string(),
            class: RuleClass::Quality,
            action: action(n),
            question: None,
            places: Vec::new(),
            value: None,
            message: Text::default(),
            offers: Vec::new(),
            folded: Vec::new(),
        };
        let findings = Findings::collect(actions.iter().enumerate().map(finding).collect());
        prop_assert_eq!(findings.total(), actions.len());
        prop_assert_eq!(findings.items.len(), actions.len().min(Findings::CAP));
        prop_assert_eq!(findings.block, actions.iter().filter(|n| action(n) == Action::Block).count());
        prop_assert!(findings.items.is_sorted_by_key(|finding| (finding.action, finding.rule.parse::<usize>().unwrap())));
    }

    #[test]
    fn compiling_any_text_never_panics(text in "[A-Z0-9a-z.<>=!&|?:()\\[\\]\", +*/-]{0,40}") {
        if let Ok(expression) = Expression::compile(&text, SURVEY.environment()) {
            expression.value(&Scope::new());
        }
    }
}

fn group(number: Decimal) -> String {
    let written = number.to_string();
    let (whole, fraction) = written
        .split_once('.')
        .map_or((written.as_str(), None), |(w, f)| (w, Some(f)));
    let digits: Vec<char> = whole.chars().collect();
    let groups: Vec<String> = digits.rchunks(3).rev().map(|group| group.iter().collect()).collect();
    let whole = groups.join(",");
    fraction.map_or(whole.clone(), |fraction| format!("{whole}.{fraction}"))
}

fn widen(c: char) -> char {
    if c.is_ascii_graphic() {
        char::from_u32(u32::from(c) + 0xFEE0).unwrap()
    } else {
        c
    }
}
