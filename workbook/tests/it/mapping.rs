//! Spreadsheets of other systems: proposed from labels, read as confirmed.

#![expect(clippy::unwrap_used, reason = "what a test needs and cannot make ends it")]

use rust_decimal::Decimal;
use survey::{
    answer::Answer,
    cell::{Provenance, RawValue},
    questionnaire::Questionnaire,
    reading::Reading,
};
use workbook::{
    extract::{Limits, RawWorkbook, extract},
    mapping::{Compiled, Field, Key, KeyKind, Mapping, Shape, propose, rows},
};

use crate::support;

fn book(rows: &[&[&str]]) -> RawWorkbook {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("数据").unwrap();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(*cells) {
            match text.parse::<f64>() {
                Ok(number) => drop(sheet.write_number(row, column, number).unwrap()),
                Err(_) if text.is_empty() => {}
                Err(_) => drop(sheet.write_string(row, column, *text).unwrap()),
            }
        }
    }
    extract(&workbook.save_to_buffer().unwrap(), &Limits::default()).unwrap()
}

/// A money question with its unit, and one that it is mistaken for.
fn money(questionnaire: &Questionnaire) -> (String, String, String, String) {
    let found = questionnaire.questions.iter().find_map(|question| {
        let unit = questionnaire.units.get(&question.unit)?;
        let mistaken = unit.mistaken_for.first()?;
        Some((
            question.code.clone(),
            question.label.zh.clone(),
            mistaken.unit.clone(),
            mistaken.multiply_by.to_string(),
        ))
    });
    found.unwrap()
}

#[test]
fn a_list_with_a_header_is_proposed_with_its_units() {
    let questionnaire = support::questionnaire();
    let (code, label, unit, factor) = money(&questionnaire);
    let header = format!("1、{label}（{unit}）");
    let raw = book(&[
        &["全镇汇总表", "", "", ""],
        &["序号", "企业信用代码", &header, "备注"],
        &["1", "91330111XY00010156", "1200000", "无"],
        &["", "", "", ""],
        &["2", "91330111XY00010236", "350000", ""],
    ]);
    let proposal = propose(&raw, &questionnaire, &support::synonyms(), None).unwrap();
    assert_eq!(
        proposal.mapping,
        Mapping {
            shape: Shape::Rows {
                sheet: Some("数据".to_owned()),
                header_row: 2
            },
            key: Key {
                kind: KeyKind::Uscc,
                at: "B".to_owned()
            },
            fields: vec![Field {
                at: "C".to_owned(),
                question: code.clone(),
                column: None,
                row: None,
                unit_factor: Some(factor.parse().unwrap()),
            }],
        }
    );
    assert!(proposal.scores[0].score > 0.99 && proposal.scores[0].unit_known);
    let unmatched = proposal
        .unmatched
        .iter()
        .map(|label| label.at.as_str())
        .collect::<Vec<_>>();
    assert_eq!(unmatched, ["A", "D"]);

    let compiled = Compiled::new(proposal.mapping, &questionnaire).unwrap();
    let read = rows(&compiled, &raw)
        .iter()
        .filter_map(|row| compiled.read(row))
        .collect::<Vec<_>>();
    assert_eq!(read.len(), 2, "the blank row is no enterprise");
    assert_eq!(
        (read[1].name.as_str(), read[1].key.as_deref()),
        ("数据!5", Some("91330111XY00010236"))
    );
    let cell = &read[1].cells[0];
    assert_eq!(
        (cell.place.cell.as_str(), &cell.value),
        ("C5", &RawValue::Number(350_000.0))
    );
}

#[test]
fn labels_beside_values_make_each_sheet_an_enterprise() {
    let questionnaire = support::questionnaire();
    let (code, label, ..) = money(&questionnaire);
    let raw = book(&[
        &["企业情况表", ""],
        &["统一社会信用代码", "91330111XY00010156"],
        &[&label, "12"],
    ]);
    let proposal = propose(&raw, &questionnaire, &support::synonyms(), None).unwrap();
    assert_eq!(proposal.mapping.shape, Shape::Sheets);
    assert_eq!(proposal.mapping.key.at, "B2");
    assert!(
        proposal
            .mapping
            .fields
            .iter()
            .any(|field| field.at == "B3" && field.question == code),
        "{:?}",
        proposal.mapping
    );
    let compiled = Compiled::new(proposal.mapping, &questionnaire).unwrap();
    let read = compiled.read(&rows(&compiled, &raw)[0]).unwrap();
    assert_eq!(
        (read.name.as_str(), read.key.as_deref()),
        ("数据", Some("91330111XY00010156"))
    );
    assert_eq!(
        propose(&book(&[&["天气", "晴"]]), &questionnaire, &support::synonyms(), None),
        None
    );
}

#[test]
fn figures_come_into_the_unit_of_the_question_and_keep_what_was_typed() {
    let questionnaire = support::questionnaire();
    let (code, label, unit, factor) = money(&questionnaire);
    let raw = book(&[
        &["uscc", &format!("{label}({unit})")],
        &["91330111XY00010156", "1200000"],
    ]);
    let proposal = propose(&raw, &questionnaire, &support::synonyms(), None).unwrap();
    let compiled = Compiled::new(proposal.mapping, &questionnaire).unwrap();
    let row = compiled.read(&rows(&compiled, &raw)[0]).unwrap();
    let typed = Decimal::from(1_200_000);
    let provenance = Provenance {
        place: row.cells[0].place.clone(),
        raw: "1200000".to_owned(),
        number_format: "General".to_owned(),
        normalised_by: vec![],
    };
    let mut reading = Reading::of_answers(
        [(code.clone(), Answer::Number(typed))].into(),
        [(code.clone(), provenance)].into(),
    );
    compiled.scale(&mut reading);
    let expected = factor.parse::<Decimal>().unwrap() * typed;
    assert_eq!(reading.answers[&code], Answer::Number(expected.normalize()));
    let provenance = &reading.provenance[&code];
    assert_eq!(
        (provenance.raw.as_str(), provenance.place.cell.as_str()),
        ("1200000", "B2")
    );
    assert_eq!(provenance.normalised_by, [format!("unit_factor:{factor}")]);
}

#[test]
fn what_does_not_fit_is_named_by_pointer() {
    let questionnaire = support::questionnaire();
    let (code, ..) = money(&questionnaire);
    let field = |at: &str, question: &str| Field {
        at: at.to_owned(),
        question: question.to_owned(),
        column: None,
        row: None,
        unit_factor: None,
    };
    let mut mapping = Mapping {
        shape: Shape::Rows {
            sheet: None,
            header_row: 0,
        },
        key: Key {
            kind: KeyKind::Uscc,
            at: "B2".to_owned(),
        },
        fields: vec![
            field("C", &code),
            field("C", "no such"),
            field("D", &code),
            field("7", &code),
        ],
    };
    mapping.fields[0].unit_factor = Some((-1).into());
    let faults = Compiled::new(mapping, &questionnaire).unwrap_err();
    let found = faults
        .iter()
        .map(|fault| (fault.pointer.as_str(), fault.code.as_str()))
        .collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            ("/shape/header_row", "mapping.header_row"),
            ("/key/at", "mapping.place"),
            ("/fields/0/unit_factor", "mapping.unit_factor"),
            ("/fields/1/at", "mapping.place_twice"),
            ("/fields/1/question", "mapping.unknown_question"),
            ("/fields/2/question", "mapping.question_twice"),
            ("/fields/3/at", "mapping.place"),
            ("/fields/3/question", "mapping.question_twice"),
        ]
    );
}

/// A list between a line of contacts and one of signatures is a list, wherever they stand and whoever fills them in.
#[test]
fn what_stands_above_and_below_a_list_makes_no_forms_of_it() {
    let questionnaire = support::questionnaire();
    let check = |rows: &[&[&str]], header_row: u32, key: &str, fields: &[(&str, &str, Option<&str>)]| {
        let proposal = propose(&book(rows), &questionnaire, &support::synonyms(), None).unwrap();
        let shape = Shape::Rows {
            sheet: Some("数据".to_owned()),
            header_row,
        };
        assert_eq!(
            (&proposal.mapping.shape, proposal.mapping.key.at.as_str()),
            (&shape, key),
            "{rows:?}"
        );
        let found: Vec<(&str, &str, Option<String>)> = proposal
            .mapping
            .fields
            .iter()
            .map(|field| {
                (
                    field.at.as_str(),
                    field.question.as_str(),
                    field.unit_factor.map(|factor| factor.to_string()),
                )
            })
            .collect();
        let expected: Vec<(&str, &str, Option<String>)> = fields
            .iter()
            .map(|(at, question, factor)| (*at, *question, factor.map(str::to_owned)))
            .collect();
        assert_eq!(found, expected, "{rows:?}");
    };
    let head: &[&str] = &["企业名称", "统一社会信用代码", "营业收入（元）", "联系电话"];
    let (one, two): (&[&str], &[&str]) = (
        &["甲公司", "91330111XY00010156", "2730900", "0571-1"],
        &["乙公司", "91330111XY00010236", "12", "0571-2"],
    );
    let fields = [
        ("A", "A01", None),
        ("B", "A02", None),
        ("C", "F03", Some("0.0001")),
        ("D", "A17", None),
    ];
    check(&[head, one, two], 1, "B", &fields);
    check(&[head, one], 1, "B", &fields);
    check(
        &[head, one, two, &["填表人：甲", "审核人：乙", "联系电话：1"]],
        1,
        "B",
        &fields,
    );
    check(&[head, one, &["填表人", "张三", "联系电话", "0571-3"]], 1, "B", &fields);
    check(
        &[&["填报单位：大源镇", "联系人：甲", "联系电话：1"], head, one, two],
        2,
        "B",
        &fields,
    );
    check(
        &[
            &["填报单位", "大源镇", "联系人", "甲"],
            &["联系电话", "0571-4", "填表日期", "2026-3-1"],
            head,
            one,
        ],
        3,
        "B",
        &fields,
    );
    check(
        &[&["2026年企业情况汇总表"], &["单位名称：大源镇人民政府"], head, one, two],
        3,
        "B",
        &fields,
    );
    let usual: &[&str] = &["公司名称", "信用代码", "职工人数", "用电量(万度)", "利润", "ERP使用"];
    check(
        &[usual, &["甲公司", "91330111XY00010156", "120", "95", "12", "否"]],
        1,
        "B",
        &[
            ("A", "A01", None),
            ("C", "F02", None),
            ("D", "Q01", None),
            ("E", "F07", None),
            ("F", "N14", None),
        ],
    );
    check(
        &[
            &["信用代码", "用电量（度）", "用气量（立方米）"],
            &["91330111XY00010156", "95", "12"],
        ],
        1,
        "A",
        &[("B", "Q01", Some("0.0001")), ("C", "Q07", Some("0.0001"))],
    );
}

#[test]
fn columns_of_two_years_answer_the_questions_of_their_years() {
    let mut questionnaire = support::questionnaire();
    for (period, zh) in [
        ("y1", "上年（2025年）"),
        ("y2", "前年（2024年）"),
        ("y3", "大前年（2023年）"),
    ] {
        questionnaire.periods.get_mut(period).unwrap().zh = zh.to_owned();
    }
    let raw = book(&[
        &[
            "信用代码",
            "2024年营业收入（万元）",
            "2025年营业收入（万元）",
            "2019年利润",
        ],
        &["91330111XY00010156", "1", "2", "3"],
    ]);
    let proposal = propose(&raw, &questionnaire, &support::synonyms(), None).unwrap();
    let found: Vec<(&str, &str)> = proposal
        .mapping
        .fields
        .iter()
        .map(|field| (field.at.as_str(), field.question.as_str()))
        .collect();
    assert_eq!(found, [("B", "F03P"), ("C", "F03")]);
    assert!(
        proposal.unmatched.iter().any(|label| label.at == "D"),
        "no question asks for 2019"
    );
}
