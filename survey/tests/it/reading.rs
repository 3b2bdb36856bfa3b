//! What is read from single cells, case by case, and how cells come together.

use survey::{
    answer::Answer,
    cell::{DateSystem, Place, RawCell, RawValue, TableCell},
    finding::Finding,
    questionnaire::Action,
    reading::Reading,
};

use crate::shipped::SURVEY;

pub(crate) fn cell(question: &str, value: RawValue) -> RawCell {
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

pub(crate) fn text(text: &str) -> RawValue {
    RawValue::Text(text.to_owned())
}

fn read(cells: &[RawCell]) -> Reading {
    SURVEY.read_answers(cells, DateSystem::From1900)
}

/// An answer in short: numbers and texts as they are, choices joined by `+`, `-` for none.
fn short(answer: Option<&Answer>) -> String {
    match answer {
        None => "-".to_owned(),
        Some(Answer::Number(number)) => number.to_string(),
        Some(Answer::Text(text) | Answer::Choice(text) | Answer::Date(text)) => text.clone(),
        Some(Answer::Choices(codes)) => codes.join("+"),
        Some(Answer::Boolean(value)) => value.to_string(),
        Some(Answer::Table(rows)) => format!("{} rows", rows.len()),
    }
}

fn codes(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// One value in one cell: the answer and the codes of what was found.
#[track_caller]
pub(crate) fn check(question: &str, value: RawValue, answer: &str, found: &str) {
    let described = format!("{question} {value:?}");
    let reading = read(&[cell(question, value)]);
    assert_eq!(short(reading.answers.get(question)), answer, "{described}");
    assert_eq!(codes(&reading.findings), found, "{described}");
    let blocked = reading.findings.iter().any(|finding| finding.action == Action::Block);
    assert_eq!(
        reading.unreadable.contains(question),
        blocked,
        "{described}: unreadable means blocked"
    );
    for finding in &reading.findings {
        assert_eq!(finding.places.len(), 1, "{described}");
        assert!(
            !finding.message.zh.contains(['{', '}']) && !finding.message.en.contains('{'),
            "{:?}",
            finding.message
        );
    }
    let normalised = reading
        .provenance
        .get(question)
        .map(|provenance| provenance.normalised_by.join(" "));
    assert_eq!(normalised.is_some(), answer != "-", "{described}");
    assert_eq!(
        normalised.unwrap_or_default().is_empty(),
        found.is_empty() || answer == "-" || found == "WF38",
        "{described}"
    );
}

#[test]
fn plain_numbers() {
    check("F03", RawValue::Number(286.5), "286.5", "");
    check("F03", RawValue::Number(0.1), "0.1", "");
    check("F03", RawValue::Number(1e15), "1000000000000000", "");
    check("F03", RawValue::Number(-0.0), "0", "");
    check("F07", RawValue::Number(-12.25), "-12.25", "");
    check("F03", RawValue::Blank, "-", "");
    check("F03", text(""), "-", "");
    check("F03", text(" \u{3000}"), "-", "");
    check("F03", text("286.50"), "286.5", "");
    check("F07", text("-3"), "-3", "");
    check("F03", RawValue::Number(1e300), "-", "type.range");
    check("F03", RawValue::Number(1e-40), "-", "type.range");
    check("F03", RawValue::Number(f64::NAN), "-", "type.number");
    check("F03", RawValue::Number(f64::INFINITY), "-", "type.number");
    check("F03", text("99999999999999999999999999999999"), "-", "type.range");
    check("F03", RawValue::Boolean(true), "-", "type.number");
    check("F03", RawValue::DateSerial(45000.0), "-", "type.number_date");
}

#[test]
fn numbers_in_other_forms() {
    check("F03", text("１２３．５"), "123.5", "WF06");
    check("F03", text(" 500 "), "500", "WF06");
    check("F03", text("1,234,567.8"), "1234567.8", "WF06");
    check("F03", text("1，234"), "1234", "WF06");
    check("F03", text("1 234"), "1234", "WF06");
    check("F03", text("+5"), "5", "WF06");
    check("F03", text(".5"), "0.5", "");
    check("F03", text("500万元"), "500", "WF06");
    check("F03", text("500 万元"), "500", "WF06");
    check("D06", text("500台"), "500", "WF06");
    check("D06", text("500套"), "500", "WF06");
    check("D06", text("500台（套）"), "500", "WF06");
    check("Q01", text("3.2万千瓦时"), "3.2", "WF06");
    check("Q01", text("3.2万KWH"), "3.2", "WF06");
    check("F03", text("12,34"), "-", "type.number");
    check("F03", text("1,2345"), "-", "type.number");
    check("F03", text("1.2.3"), "-", "type.number");
    check("F03", text("1 2"), "-", "type.number");
    check("F03", text("."), "-", "type.number");
    check("F03", text("五百"), "-", "type.number");
    check("F03", text("500只"), "-", "type.number");
    check("F03", text("1e5"), "-", "type.number");
    check("F03", text("=1+2"), "-", "type.number");
}

#[test]
fn other_units_are_asked_about_with_both_numbers() {
    check("F03", text("5000元"), "-", "WF06.unit");
    check("F03", text("1.2亿元"), "-", "WF06.unit");
    check("Q02", text("300kg"), "-", "WF06.unit");
    check("D06", text("85%"), "-", "WF06.unit");
    let reading = read(&[cell("F03", text("5,000元"))]);
    let message = &reading.findings[0].message;
    assert!(
        message.zh.contains("5,000") && message.zh.contains("0.5") && message.zh.contains("万元"),
        "{message:?}"
    );
    assert_eq!(reading.findings[0].value.as_deref(), Some("5,000元"));
}

#[test]
fn percentages() {
    check("U02", RawValue::Number(85.0), "85", "");
    check("U02", RawValue::Number(0.85), "0.85", "");
    check("U02", text("85%"), "85", "WF05");
    check("U02", text("85％"), "85", "WF05");
    check("U02", text("0.85"), "0.85", "");
    check("U02", RawValue::Number(8500.0), "8500", "");
    let formatted = |question: &str, number: f64, format: &str| {
        let reading = read(&[RawCell {
            number_format: format.to_owned(),
            ..cell(question, RawValue::Number(number))
        }]);
        (short(reading.answers.get(question)), codes(&reading.findings))
    };
    let found = |answer: &str, codes: &str| (answer.to_owned(), codes.to_owned());
    assert_eq!(formatted("U02", 0.85, "0%"), found("85", "WF05"));
    assert_eq!(formatted("U02", 0.1234, "0.00%"), found("12.34", "WF05"));
    assert_eq!(formatted("U02", 85.0, "0.00\"%\""), found("85", ""));
    assert_eq!(formatted("U02", 85.0, "0\\%"), found("85", ""));
    assert_eq!(formatted("D06", 0.85, "0%"), found("-", "WF06.unit"));
}

#[test]
fn approximate_numbers_are_not_taken() {
    for written in [
        "约500",
        "大约 500",
        "500左右",
        "500-600",
        "500~600",
        "500－600",
        "500—600",
        "500至600",
        "500到600",
        "近500",
        "500多",
        "500余台",
        "500以上",
        ">500",
        "≥500",
        "500+",
        "超过500",
        "不足 5",
    ] {
        check("D06", text(written), "-", "WF07");
    }
}

#[test]
fn marks_for_missing_are_blank() {
    for mark in ["/", "-", "—", "——", "－", "无", "不详", " / "] {
        check("F03", text(mark), "-", "WF08");
        check("A04", text(mark), "-", "WF08.word");
        check("N10", text(mark), "-", "WF08.word");
    }
    check("V01", text("无"), "false", "WF36");
    check("V01", text("/"), "-", "WF08.word");
}

#[test]
fn negatives() {
    check("F07", text("(123)"), "-123", "WF09");
    check("F07", text("（1,234.5）"), "-1234.5", "WF09");
    check("F07", text("—123"), "-123", "WF09");
    check("F07", text("–123"), "-123", "WF09");
    check("F07", text("－123"), "-123", "WF06");
    check("F07", text("(-123)"), "-", "type.number");
    check("F07", text("--5"), "-", "type.number");
}

#[test]
fn codes_kept_as_numbers() {
    check("A02", RawValue::Number(913_301_110_001_234_560.0), "-", "WF10");
    check("A02", RawValue::Number(123_456_789_012_345.0), "-", "WF10");
    check("A02", text("9.13301E+17"), "-", "WF10.text");
    check("A17", RawValue::Number(13_800_000_001.0), "13800000001", "");
    check("A10", RawValue::Number(913_301_110_001_234_560.0), "-", "WF10");
    check("A08", RawValue::Number(330_111_112.0), "330111112", "");
    check("A08", text("330111112.0"), "330111112", "WF11");
    check("A07", text("01"), "1", "WF11");
    check("A08", text("330111999"), "-", "type.choice");
}

#[test]
fn dates() {
    check("A06", text("2012-06-03"), "2012-06-03", "");
    check("A06", text("2012-6-3"), "2012-06-03", "WF12");
    check("A06", text("2012/6/3"), "2012-06-03", "WF12");
    check("A06", text("2012.6.3"), "2012-06-03", "WF12");
    check("A06", text("2012年6月3日"), "2012-06-03", "WF12");
    check("A06", text("2012 年 6 月 3 日"), "2012-06-03", "WF12");
    check("A06", text("２０１２年６月３号"), "2012-06-03", "WF12");
    check("A06", text("20120603"), "2012-06-03", "WF12");
    check("A06", text("2012-06-03 00:00:00"), "2012-06-03", "WF12");
    check("A06", text("2012-06-03T08:30:00"), "2012-06-03", "WF12");
    check("A06", text("2012年6月"), "2012-06-01", "WF12.month");
    check("A06", text("2012.6"), "2012-06-01", "WF12.month");
    check("A06", text("2012-06"), "2012-06-01", "WF12.month");
    check("A06", text("201206"), "2012-06-01", "WF12.month");
    check("A06", RawValue::Number(2012.6), "2012-06-01", "WF12.month");
    check("A06", RawValue::Number(2012.12), "2012-12-01", "WF12.month");
    check("A06", RawValue::Number(2012.1), "-", "WF12.ambiguous");
    check("A06", RawValue::Number(20_120_603.0), "2012-06-03", "WF12");
    check("A06", RawValue::Number(201_206.0), "2012-06-01", "WF12.month");
    check("A06", RawValue::Number(41063.0), "2012-06-03", "WF12");
    check("A06", RawValue::DateSerial(41063.0), "2012-06-03", "");
    check("A06", RawValue::DateSerial(41063.75), "2012-06-03", "");
    check("A06", RawValue::DateSerial(59.0), "1900-02-28", "");
    check("A06", RawValue::DateSerial(60.0), "-", "type.date");
    check("A06", RawValue::DateSerial(61.0), "1900-03-01", "");
    check("A06", RawValue::DateSerial(-1.0), "-", "type.date");
    check("A06", RawValue::DateSerial(f64::NAN), "-", "type.date");
    check("A06", text("2012-02-30"), "-", "type.date");
    check("A06", text("2012"), "-", "WF12.year");
    check("A06", text("6/3/2012"), "-", "type.date");
    check("A06", text("12-6-3"), "-", "type.date");
    check("A06", text("1812-06-03"), "-", "type.date");
    check("A06", text("去年"), "-", "type.date");
    check("A06", RawValue::Boolean(true), "-", "type.date");
    let in_1904 = |value: RawValue| {
        let reading = SURVEY.read_answers(&[cell("A06", value)], DateSystem::From1904);
        short(reading.answers.get("A06"))
    };
    assert_eq!(in_1904(RawValue::DateSerial(39601.0)), "2012-06-03");
    assert_eq!(in_1904(RawValue::DateSerial(0.0)), "1904-01-01");
    assert_eq!(in_1904(RawValue::Number(39601.0)), "2012-06-03");
}

#[test]
fn formulas_without_a_value() {
    for question in ["F03", "A01", "A06", "N10", "V01", "U01"] {
        check(question, RawValue::Error("#DIV/0!".to_owned()), "-", "WF17");
        check(question, RawValue::FormulaWithoutValue, "-", "WF17");
    }
}

#[test]
fn single_choices() {
    check("N10", text("C"), "C", "");
    check("N10", text(" C "), "C", "");
    check("N10", text("Ｃ"), "C", "");
    check("N10", text("c"), "C", "WF36");
    check("N10", text("有全企业的专项规划"), "C", "");
    check("N10", text("C 有全企业的专项规划"), "C", "");
    check("N10", text("C.有全企业的专项规划"), "C", "");
    check("N10", text("C、有全企业的专项规划"), "C", "");
    check("N10", text("写在各业务规划中，未单列"), "B", "");
    check("N10", text("写在各业务规划中。未单列！"), "B", "WF36.unsure");
    check("N10", text("B 写在各业务规划中未单列"), "B", "WF36.unsure");
    check("N10", text("B 有全企业的专项规划"), "-", "WF35");
    check("N10", text("A、B"), "-", "WF35");
    check("N10", text("AB"), "-", "WF35");
    check("N10", text("A B"), "-", "WF35");
    check("N10", text("没有规划;有全企业的专项规划"), "-", "WF35");
    check("N10", text("A、A"), "A", "");
    check("N10", text("E"), "-", "type.choice");
    check("N10", text("√"), "-", "type.choice");
    check("N10", text("有规划"), "-", "type.choice");
    check("A07", RawValue::Number(1.0), "1", "");
    check("A07", RawValue::Number(1.5), "-", "type.choice");
    check("A08", text("龙门镇"), "330111112", "");
    check("A10", text("C2442 体育器材及配件制造"), "-", "type.choice");
    check("A10", text("C2442"), "C2442", "");
}

#[test]
fn multiple_choices() {
    check("N01", text("B"), "B", "");
    check("N01", text("B、C"), "B+C", "");
    check("N01", text("C,B"), "B+C", "");
    check("N01", text("C；B，D"), "B+C+D", "");
    check("N01", text("B C\nD"), "B+C+D", "");
    check("N01", text("B/C"), "B+C", "");
    check("N01", text("B、B"), "B", "");
    check("N01", text("BCD"), "B+C+D", "WF36");
    check("N01", text("b,c"), "B+C", "WF36");
    check("N01", text("车间有工业控制网，自动控制在网上运行"), "B", "");
    check("N01", text("车间有工业控制网，自动控制在网上运行、C"), "B+C", "");
    check(
        "N01",
        text("B 车间有工业控制网，自动控制在网上运行；D 自建或租用5G工业网，移动设备可协同作业"),
        "B+D",
        "",
    );
    check("N01", text("A、B"), "A+B", "");
    check("N01", text("B、Q"), "-", "type.choice");
    check("N01", text("全部"), "-", "type.choice");
    check("N01", text("、"), "-", "type.choice");
    check("U01", text("能源计划 监测"), "B+D", "");
    check("W08", text("4G/5G"), "E", "");
    check("W08", text("Wi-Fi、4G/5G"), "D+E", "");
}

#[test]
fn levels() {
    check("K01", RawValue::Number(3.0), "3", "");
    check("K01", text("3"), "3", "");
    check("K01", text("1 用CAD、CAE、EDA一类软件画图建模。"), "1", "");
    check("K01", text("用CAD、CAE、EDA一类软件画图建模"), "1", "WF36.unsure");
    check("K01", text("未开展，或全靠手工"), "0", "");
    check("K01", text("2-3"), "-", "WF07");
    check("K01", text("很高"), "-", "type.choice");
    check("K01", text("三级"), "-", "type.choice_meant");
    check("K01", text("不适用"), "-", "not_applicable.cell");
    check("F03", text("不适用"), "-", "not_applicable.cell");
    check("F03", text("N/A"), "-", "not_applicable.cell");
}

#[test]
fn booleans() {
    check("V01", RawValue::Boolean(true), "true", "");
    check("V01", text("是"), "true", "");
    check("V01", text("否"), "false", "");
    for yes in ["有", "Y", "y", "yes", "1", "√", "✓", "TRUE", "Ｙ"] {
        check("V01", text(yes), "true", "WF36");
    }
    for no in ["没有", "N", "0", "×", "FALSE"] {
        check("V01", text(no), "false", "WF36");
    }
    check("V01", RawValue::Number(1.0), "true", "WF36");
    check("V01", RawValue::Number(2.0), "-", "type.boolean");
    check("V01", text("也许"), "-", "type.boolean");
}

#[test]
fn texts() {
    check("A01", text(" 示例（杭州）有限公司\n"), "示例（杭州）有限公司", "");
    check("A01", text("a\u{0}b\u{7}"), "ab", "");
    check("A17", text("+86 571 00000001"), "+86 571 00000001", "WF38");
    check("R07", text("=HYPERLINK(\"x\")"), "=HYPERLINK(\"x\")", "WF38");
    check("R07", text("@某"), "@某", "WF38");
    check("R07", text(&"字".repeat(2000)), &"字".repeat(2000), "");
    check("R07", text(&"字".repeat(2001)), "-", "bound.length");
    check("A01", RawValue::DateSerial(41063.0), "-", "type.text");
    check("A01", RawValue::Boolean(true), "-", "type.text");
    check("A09", RawValue::Number(12.5), "12.5", "");
}

fn table_cell(question: &str, row: u32, column: &str, at: &str, value: RawValue) -> RawCell {
    RawCell {
        table: Some(TableCell {
            row,
            column: column.to_owned(),
        }),
        place: Place {
            sheet: "V".to_owned(),
            cell: at.to_owned(),
        },
        ..cell(question, value)
    }
}

#[test]
fn tables_skip_blank_rows() {
    let reading = read(&[
        table_cell("V02", 0, "name", "B3", RawValue::Blank),
        table_cell("V02", 0, "invest", "G3", text("—")),
        table_cell("V02", 2, "name", "B5", text("项目二")),
        table_cell("V02", 2, "saving_tce", "I5", text("1,200")),
        table_cell("V02", 2, "status", "D5", text("已投运")),
        table_cell("V02", 1, "name", "B4", text("项目一")),
        table_cell("V02", 1, "saving_tce", "I4", text("约30")),
    ]);
    let Some(Answer::Table(rows)) = reading.answers.get("V02") else {
        panic!("{reading:?}")
    };
    assert_eq!(rows.len(), 2);
    assert_eq!(short(rows[0].get("name")), "项目一");
    assert_eq!(short(rows[1].get("status")), "RUN");
    assert_eq!(short(rows[1].get("saving_tce")), "1200");
    assert_eq!(codes(&reading.findings), "WF07 WF06");
    assert_eq!(reading.places["V02[1].name"].cell, "B5");
    assert_eq!(reading.places["V02"].cell, "B3");
    assert_eq!(reading.provenance["V02[1].saving_tce"].normalised_by, ["WF06"]);
    assert_eq!(
        reading.unreadable.iter().map(String::as_str).collect::<Vec<_>>(),
        ["V02", "V02[0].saving_tce"]
    );
}

#[test]
fn a_question_met_twice_is_refused() {
    let at = |at: &str, value: RawValue| RawCell {
        place: Place {
            sheet: "F".to_owned(),
            cell: at.to_owned(),
        },
        ..cell("F03", value)
    };
    let reading = read(&[at("D4", RawValue::Number(1.0)), at("D9", RawValue::Number(2.0))]);
    assert_eq!(short(reading.answers.get("F03")), "-");
    assert_eq!(codes(&reading.findings), "WF16");
    let cells: Vec<&str> = reading.findings[0]
        .places
        .iter()
        .map(|place| place.cell.as_str())
        .collect();
    assert_eq!(cells, ["D4", "D9"]);
    // A blank beside it is no second answer.
    let reading = read(&[at("D4", RawValue::Blank), at("D9", RawValue::Number(2.0))]);
    assert_eq!(
        (short(reading.answers.get("F03")), reading.places["F03"].cell.as_str()),
        ("2".to_owned(), "D9")
    );
}

#[test]
fn cells_of_unknown_questions_are_listed() {
    let reading = read(&[cell("X99", text("1")), table_cell("V02", 0, "colour", "B3", text("1"))]);
    assert_eq!(codes(&reading.findings), "cell.unknown cell.unknown");
    assert!(reading.answers.is_empty());
}

#[test]
fn findings_come_in_the_order_of_the_questionnaire() {
    let reading = read(&[
        cell("U02", text("85%")),
        cell("F03", text("1,234")),
        cell("A06", text("2012.6.3")),
    ]);
    assert_eq!(codes(&reading.findings), "WF12 WF06 WF05");
    assert_eq!(
        reading,
        read(&[
            cell("A06", text("2012.6.3")),
            cell("U02", text("85%")),
            cell("F03", text("1,234"))
        ])
    );
}

#[test]
fn advice_fits_the_control() {
    let said = |question: &str, value: RawValue| {
        let reading = SURVEY.read_answers(&[cell(question, value)], DateSystem::From1900);
        let finding = reading.findings.first().expect("something is said").clone();
        (finding.action, finding.message.zh)
    };
    let check = |question: &str, typed: &str, action: Action, expected: &str| {
        let label = &SURVEY.question(question).unwrap().label.zh;
        assert_eq!(
            said(question, text(typed)),
            (action, expected.replace("{}", label)),
            "{typed}"
        );
    };
    let level = &SURVEY.options("K10")[3].label.zh;
    let level = level.trim_end_matches('。');
    let (_, meant) = said("K10", text("三级"));
    assert!(
        meant.contains("须从下拉列表选择，“三级”不是列表中的选项，是否为“3 ") && meant.contains(level),
        "{meant}"
    );
    check(
        "F03",
        "详见附件",
        Action::Block,
        "“{}”填报的“详见附件”不是数字。请直接填写数值。",
    );
    check(
        "F03",
        "约43200",
        Action::Block,
        "“{}”填报的“约43200”为约数。请填写账面准确数。",
    );
    check(
        "F01",
        "695人",
        Action::Info,
        "“{}”填报的“695人”已按 695 识别。如有误，请更正。",
    );
    check(
        "A06",
        "2026.4.1",
        Action::Info,
        "“{}”填报的“2026.4.1”已按 2026 年 4 月 1 日 识别。如有误，请更正。",
    );
    check(
        "K10",
        "不适用",
        Action::Block,
        "“{}”填报的是“不适用”。请将本格清空，并在“不适用的写明原因”栏写明原因。",
    );
    check(
        "F03",
        "不适用",
        Action::Block,
        "“{}”填报的是“不适用”。本题不能填报为不适用，请填写；数为零的填 0。",
    );
}
