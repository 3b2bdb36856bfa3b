//! Slips that no spreadsheet shows: a year in a cell for dates, invisible marks, full width, the unit of a column.

use rust_decimal::Decimal;
use survey::cell::{DateSystem, RawValue};

use crate::{
    reading::{cell, check, text},
    shipped::SURVEY,
};

#[test]
fn a_year_in_a_cell_for_dates_is_no_day_of_1905() {
    for value in [
        RawValue::DateSerial(2012.0),
        RawValue::Number(2012.0),
        text("2012"),
        text("2012年"),
        text("２０１２ 年"),
        RawValue::DateSerial(1900.0),
        RawValue::DateSerial(2100.0),
    ] {
        check("A06", value, "-", "WF12.year");
    }
    check("A06", RawValue::DateSerial(2012.6), "2012-06-01", "WF12.month");
    check("A06", RawValue::DateSerial(2012.06), "2012-06-01", "WF12.month");
    check("A06", RawValue::DateSerial(2012.1), "-", "WF12.ambiguous");
    check("A06", RawValue::DateSerial(201_206.0), "2012-06-01", "WF12.month");
    check("A06", RawValue::DateSerial(20_120_603.0), "2012-06-03", "WF12");
    // The days before and behind those that are years are days.
    check("A06", RawValue::DateSerial(1899.0), "1905-03-13", "");
    check("A06", RawValue::DateSerial(2101.0), "1905-10-01", "");
    let of_1904 = SURVEY.read_answers(&[cell("A06", RawValue::DateSerial(2012.0))], DateSystem::From1904);
    assert_eq!(of_1904.findings[0].rule, "WF12.year");
}

#[test]
fn a_number_in_a_cell_for_dates_says_what_the_cell_shows() {
    let told = |question: &str| {
        let reading = SURVEY.read_answers(&[cell(question, RawValue::DateSerial(46024.0))], DateSystem::From1900);
        (reading.findings[0].rule.clone(), reading.findings[0].message.zh.clone())
    };
    let (rule, message) = told("F03");
    assert_eq!(rule, "type.number_date");
    assert!(
        message.contains("日期格式") && message.contains("2026-01-02"),
        "{message}"
    );
    for question in ["A01", "A07", "A14"] {
        let (_, message) = told(question);
        assert!(
            message.contains("2026-01-02") && !message.contains("46024"),
            "{message}"
        );
    }
}

#[test]
fn what_cannot_be_seen_is_left_out_and_told() {
    check(
        "A02",
        text("91330111\u{200B}XY00010156"),
        "91330111XY00010156",
        "WF06.text",
    );
    check(
        "A02",
        text("\u{FEFF}91330111XY00010156"),
        "91330111XY00010156",
        "WF06.text",
    );
    check("A02", text("91330111xy00010156"), "91330111XY00010156", "WF06.text");
    check(
        "A02",
        text("９１３３０１１１ＸＹ０００１０１５６"),
        "91330111XY00010156",
        "WF06.text",
    );
    check("A02", text("9133 0111 XY00 0101 56"), "91330111XY00010156", "WF06.text");
    check("A17", text("０５７１－６３３０１２３４"), "0571-63301234", "WF06.text");
    check("A01", text("杭州\u{200B}某公司"), "杭州某公司", "WF06.text");
    check("A01", text("杭州（某）公司Ａ"), "杭州（某）公司Ａ", "");
    check("A17", text("0571-63301234"), "0571-63301234", "");
    // A code that is wrong stays as it was typed, for its own rule to say so.
    check("A02", text("91330111xy00010150"), "91330111xy00010150", "");
    check("F03", text("12\u{200B}3"), "123", "WF06");
    check("F03", text("\u{202D}123\u{202C}"), "123", "WF06");
    check("A06", text("2012-\u{200B}06-03"), "2012-06-03", "WF12");
}

#[test]
fn only_a_figure_may_be_zero() {
    let told = |question: &str| {
        let reading = SURVEY.read_answers(&[cell(question, text("/"))], DateSystem::From1900);
        reading.findings[0].message.zh.clone()
    };
    assert!(told("F03").contains("填 0"));
    for question in ["A02", "A06", "A07", "A17"] {
        assert!(!told(question).contains('0'), "{}", told(question));
    }
}

#[test]
fn digits_that_are_left_are_counted() {
    let reading = SURVEY.read_answers(&[cell("A17", text("1.38E+10"))], DateSystem::From1900);
    assert!(
        reading.findings[0].message.zh.contains("前 3 位"),
        "{:?}",
        reading.findings
    );
}

/// A column in another unit than its question, and a cell with a unit of its own.
#[test]
fn a_unit_in_a_cell_is_not_applied_on_top_of_that_of_its_column() {
    let check = |column: &str, value: RawValue, expected: Result<&str, (&str, &str)>| {
        let cells = [cell("F03", value)];
        let factor: Decimal = column.parse().unwrap();
        let reading = SURVEY.read_in_columns(&cells, DateSystem::From1900, &|_| Some(factor));
        let described = format!("{column} {cells:?} {:?}", reading.findings);
        match expected {
            Ok(number) => {
                let survey::answer::Answer::Number(read) = &reading.answers["F03"] else {
                    panic!("{described}")
                };
                assert_eq!(read.to_string(), number, "{described}");
            }
            Err((unit, other)) => {
                assert!(!reading.answers.contains_key("F03"), "{described}");
                let message = &reading.findings[0].message.zh;
                assert!(
                    message.contains(&format!("以{unit}计")) && message.contains(other),
                    "{described}"
                );
            }
        }
    };
    // The figure of the column; it comes into the unit of the question later, by the factor alone.
    check("0.0001", text("2730900元"), Ok("2730900"));
    check("0.0001", text("2,730,900 元"), Ok("2730900"));
    check("0.0001", RawValue::Number(2_730_900.0), Ok("2730900"));
    check("0.1", text("2730.9千元"), Ok("2730.9"));
    check("1", text("273.09万元"), Ok("273.09"));
    check("0.0001", text("273.09万元"), Err(("元", "2,730,900")));
    check("0.0001", text("2730.9千元"), Err(("元", "2,730,900")));
    check("1", text("2730900元"), Err(("万元", "273.09")));
    check("10000", text("273.09万元"), Err(("亿元", "0.027309")));
    let reading = SURVEY.read_in_columns(&[cell("F03", text("273万元"))], DateSystem::From1900, &|_| {
        "0.0001".parse().ok()
    });
    let offer = &reading.findings[0].offers[0];
    assert_eq!(
        (offer.entered.to_string(), offer.converted.to_string()),
        ("0.0273".to_owned(), "273".to_owned())
    );
}
