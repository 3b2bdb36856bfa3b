//! Files that real users and their tools make (tests/fixtures/faults), and neighbours of them, through the front door: each
//! with the right value or the right message.

use std::{path::PathBuf, process::Command};

use poem::http::{Method, StatusCode};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use serde_json::{Value, json};
use survey::cell::RawValue;
use workbook::extract::{Limits, extract};

use crate::{
    app::{Actor, App},
    county,
};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/faults")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// What `ronghe check` says of a form.
fn checked(name: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(["check", fixture(name).to_str().unwrap(), "--format", "json"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{name}: {error}: {told}"))
}

/// Rules and Chinese messages of the findings.
fn findings(report: &Value) -> Vec<(String, String)> {
    let all = report["findings"].as_array().unwrap_or_else(|| panic!("{report}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.iter()
        .map(|finding| (text(&finding["rule"]), text(&finding["message"]["zh"])))
        .collect()
}

/// The message of one rule.
#[track_caller]
fn told(report: &Value, rule: &str) -> String {
    let all = findings(report);
    let found = all.iter().find(|(known, _)| known == rule);
    found.unwrap_or_else(|| panic!("no {rule} among {all:?}")).1.clone()
}

#[track_caller]
fn answer(report: &Value, question: &str) -> Value {
    let answer = report["answers"].get(question).unwrap_or(&Value::Null);
    answer
        .as_object()
        .and_then(|one| one.values().next())
        .unwrap_or(answer)
        .clone()
}

/// The form from which the others were made, as it is read today.
fn plain() -> Value {
    checked("empty_style_attribute.xlsx")
}

#[test]
fn forms_of_careless_writers_are_read_like_any_other() {
    let plain = plain();
    assert_eq!(answer(&plain, "F03"), json!("273.09"));
    for name in ["sheet_without_part.xlsx", "merge_whole_column.xlsx"] {
        let report = checked(name);
        assert_eq!(report["answers"], plain["answers"], "{name}");
    }
    // What is appended to a package is left alone.
    let (one, other) = (checked("zip_trailing_newline.xlsx"), checked("zip_trailing_bytes.xlsx"));
    assert_eq!((&one["code"], answer(&one, "F03")), (&Value::Null, json!("273.09")));
    assert_eq!(one["answers"], other["answers"]);
    let brackets = checked("labels_half_width_brackets.xlsx");
    assert!(
        findings(&brackets).iter().all(|(rule, _)| !rule.starts_with("WF25")),
        "{brackets}"
    );
    assert_eq!(answer(&brackets, "F03"), json!("273.09"));
}

#[test]
fn dates_and_figures_in_the_wrong_cell_are_told() {
    let year = checked("year_in_date_cell.xlsx");
    assert_eq!(answer(&year, "A06"), Value::Null);
    assert!(told(&year, "WF12.year").contains("2012"));
    let month = checked("year_month_in_date_cell.xlsx");
    assert_eq!(answer(&month, "A06"), json!("2012-06-01"));
    assert!(told(&month, "WF12.month").contains("2012.6"));
    let figure = checked("number_in_date_format.xlsx");
    let message = told(&figure, "type.number_date");
    assert!(
        message.contains("日期格式") && message.contains("2026-01-02"),
        "{message}"
    );
    assert_eq!(answer(&figure, "F03"), Value::Null);
}

#[test]
fn codes_and_telephones_are_read_or_told() {
    for name in ["code_lower_case.xlsx", "code_zero_width.xlsx"] {
        let report = checked(name);
        assert_eq!(answer(&report, "A02"), json!("91330111XY100009XP"), "{name}");
        assert!(told(&report, "WF06.text").contains("91330111XY100009XP"), "{name}");
        assert!(findings(&report).iter().all(|(rule, _)| rule != "CK001"), "{name}");
    }
    let slash = checked("code_slash.xlsx");
    assert!(!told(&slash, "WF08.word").contains('0'), "{slash}");
    let phone = checked("phone_lost_zero.xlsx");
    assert!(told(&phone, "CK008").contains("位数丢失"), "{phone}");
    assert!(findings(&plain()).iter().all(|(rule, _)| rule != "CK008"));
}

#[test]
fn messages_name_what_people_see() {
    let overwritten = checked("computed_cell_overwritten.xlsx");
    let message = told(&overwritten, "WF18.computed_overwritten");
    assert!(
        message.contains("人均营业收入") && message.contains("27.309"),
        "{message}"
    );
    assert!(
        !message.contains("27.308999") && !message.contains("revenue_per_head"),
        "{message}"
    );
    let gone = checked("row_codes_deleted_one_sheet.xlsx");
    let message = told(&gone, "WF14.codes_gone");
    assert!(
        message.contains("F 基本与财务数据") && message.contains("行代码"),
        "{message}"
    );
    assert!(findings(&gone).iter().all(|(rule, _)| rule != "WF14.sheet_missing"));
    let lock = checked("lock_file.xlsx");
    assert_eq!(lock["code"], "workbook.other_program");
    assert!(lock["message"]["zh"].as_str().unwrap().contains("~$"), "{lock}");
}

const LIST: &str = "/api/v1/enterprises/imports";

async fn listed(bureau: &Actor<'_>, name: &str, dry_run: bool, body: Vec<u8>) -> Value {
    let job = bureau
        .job(bureau.upload(&format!("{LIST}?dry_run={dry_run}"), body).await)
        .await;
    assert_eq!(job["state"], "succeeded", "{name}: {job}");
    job["result"].clone()
}

fn notes(report: &Value) -> Vec<&str> {
    let notes = report["notes"].as_array().unwrap();
    notes.iter().map(|note| note["code"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_the_fault_files_are_read_or_told_cell_by_cell() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    for name in [
        "list_heads_with_line_breaks.xlsx",
        "list_heads_with_spaces.xlsx",
        "xls_mini_stream_short.xls",
        "xls_sheet_listed_elsewhere.xls",
        "xls_strings_counted_zero.xls",
        "ods_without_mimetype.ods",
        "protected_agile.xlsx",
        "protected_standard.xlsx",
        "protected_rc4.xls",
        "protected_cryptoapi.xls",
    ] {
        let report = listed(&bureau, name, true, bytes(name)).await;
        assert_eq!(
            (&report["created"], &report["refused"]),
            (&json!(1), &json!(0)),
            "{name}: {report}"
        );
    }
    let job = bureau
        .job(bureau.upload(LIST, bytes("password_of_the_owner.xlsx")).await)
        .await;
    assert_eq!(job["error"]["code"], "workbook.encrypted", "{job}");
    let formula = listed(&bureau, "formula", true, bytes("list_formula_without_value.xlsx")).await;
    let fault = &formula["outcomes"][0]["faults"][0];
    assert_eq!(
        (&formula["refused"], &fault["code"], &fault["cell"], &fault["column"]),
        (
            &json!(1),
            &json!("import.cell_without_value"),
            &json!("E2"),
            &json!("从业人员")
        ),
        "{formula}"
    );
    let units = listed(&bureau, "units", false, bytes("list_unit_column_dropped.xlsx")).await;
    assert_eq!(notes(&units), ["import.column_converted", "import.column_converted"]);
    let search = "/api/v1/enterprises?search=91330111XY1000805H";
    let found = bureau.get(search).await.expect(StatusCode::OK).json();
    let found = &found["items"][0];
    assert_eq!(
        (
            &found["revenue_wan_yuan"],
            &found["assets_wan_yuan"],
            &found["employees"]
        ),
        (&json!("5000.5"), &json!("6000"), &json!(120)),
        "{found}"
    );
    assert!(found["size_class"].is_string(), "{found}");
    app.end().await;
}

/// A list as a bureau keeps it: title, unit line, heads of two rows, names instead of codes, remarks, totals, signatures.
fn bureau_list() -> Workbook {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("名单").unwrap();
    let write = |sheet: &mut Worksheet, row: u32, cells: &[&str]| {
        for (column, text) in (0_u16..).zip(cells) {
            match text.parse::<f64>() {
                Ok(number) if text.len() < 12 => drop(sheet.write_number(row, column, number).unwrap()),
                _ if text.is_empty() => {}
                _ => drop(sheet.write_string(row, column, *text).unwrap()),
            }
        }
    };
    write(sheet, 0, &["2025年度规上工业企业名单"]);
    write(sheet, 1, &["填报单位：富阳区经信局", "", "", "", "", "", "单位：元"]);
    write(
        sheet,
        2,
        &[
            "序号",
            "企业\n名称",
            "统一社会信用代码",
            "所属镇（街道）",
            "所属行业",
            "职工人数",
            "经济指标",
            "",
            "成立日期",
            "备注",
        ],
    );
    write(
        sheet,
        3,
        &["", "", "", "", "", "", "营业收入", "资产总计（万元）", "", ""],
    );
    write(
        sheet,
        4,
        &[
            "1",
            "甲公司",
            "91330111XY00010156",
            "大源镇",
            "电线、电缆制造",
            "320",
            "123456700",
            "8000",
            "2012年6月",
            "重点",
        ],
    );
    write(
        sheet,
        5,
        &[
            "2",
            "乙公司",
            "91330183 xy0001023a",
            "富阳区大源镇",
            "3831",
            "12人",
            "/",
            "",
            "",
            "",
        ],
    );
    write(sheet, 6, &["3", "丙公司", "", "大源镇", "C3831", "5", "", "", "", ""]);
    write(
        sheet,
        7,
        &["4", "丁公司", "91330111XY00010231", "大圆镇", "", "3", "", "", "", ""],
    );
    write(sheet, 8, &["合  计", "", "", "", "", "340", "123456700"]);
    write(
        sheet,
        9,
        &["填表人：张三", "", "审核人：李四", "", "", "", "2026-03-01"],
    );
    workbook
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_bureau_is_read_and_nothing_is_left_out_without_a_word() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let file = bureau_list().save_to_buffer().unwrap();
    let accepted = bureau.upload(LIST, file.clone()).await.expect(StatusCode::ACCEPTED);
    let job_path = accepted.header("location");
    let job = bureau.job(accepted).await;
    let report = &job["result"];
    assert_eq!(
        (&report["rows"], &report["created"], &report["refused"]),
        (&json!(4), &json!(2), &json!(2)),
        "{job}"
    );
    let mut seen = notes(report);
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            "import.column_converted",
            "import.column_unused",
            "import.column_unused",
            "import.row_passed_over",
            "import.row_passed_over"
        ],
        "{report}"
    );
    let outcomes = report["outcomes"].as_array().unwrap();
    let codes = |at: usize, of: &str| -> Vec<(String, String)> {
        let all = outcomes[at][of].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.iter()
            .map(|fault| (text(&fault["code"]), text(&fault["cell"])))
            .collect()
    };
    let pair = |code: &str, cell: &str| (code.to_owned(), cell.to_owned());
    assert_eq!(codes(0, "notes"), []);
    assert_eq!(
        codes(1, "notes"),
        [pair("import.cell_read_as", "C6"), pair("import.cell_read_as", "D6")]
    );
    assert_eq!(codes(2, "faults"), [pair("import.cell_blank", "C7")]);
    assert_eq!(
        codes(3, "faults"),
        [pair("import.cell_blank", "E8"), pair("enterprise.area_unknown", "D8")]
    );
    assert_eq!(
        outcomes[3]["faults"][1]["column"], "所属镇（街道）",
        "in the words of the list"
    );
    let found = bureau
        .get("/api/v1/enterprises?search=91330111XY00010156")
        .await
        .expect(StatusCode::OK)
        .json();
    let found = &found["items"][0];
    assert_eq!(
        (
            &found["industry_code"],
            &found["employees"],
            &found["revenue_wan_yuan"],
            &found["assets_wan_yuan"]
        ),
        (&json!("C3831"), &json!(320), &json!("12345.67"), &json!("8000")),
        "{found}"
    );

    // The list comes back with what became of each row.
    let result = bureau
        .get(&format!("{LIST}/{}/result", job_path.rsplit('/').next().unwrap()))
        .await;
    let result = result.expect(StatusCode::OK);
    let raw = extract(&result.body, &Limits::default()).unwrap();
    let sheet = &raw.sheets[0];
    let text = |row: u32, column: u32| match sheet.cell(row, column).map(|cell| &cell.value) {
        Some(RawValue::Text(text)) => text.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(
        (text(3, 10), text(4, 1), text(4, 10)),
        (
            "导入结果 outcome".to_owned(),
            "甲公司".to_owned(),
            "新增 created".to_owned()
        )
    );
    assert_eq!(text(6, 10), "未导入 refused");
    assert!(
        text(6, 11).contains("统一社会信用代码") && text(6, 11).contains("没有填写"),
        "{}",
        text(6, 11)
    );
    assert_eq!(sheet.cell(4, 5).unwrap().value, RawValue::Number(320.0), "as it came");
    assert!(
        raw.sheets[1]
            .cells
            .iter()
            .any(|cell| matches!(&cell.value, RawValue::Text(text) if text.contains("备注")))
    );
    let other = bureau
        .get(&format!("{LIST}/01990000-0000-7000-8000-000000000000/result"))
        .await;
    other.refused(StatusCode::NOT_FOUND, "not_found");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_of_lists_that_mean_something_else_are_named() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0_u16..).zip([
        "统一社会信用代码",
        "企业名称",
        "镇街",
        "行业代码",
        "从业人员",
        "营业收入(万元)",
    ]) {
        sheet.write_string(0, column, title).unwrap();
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (row, code) in (1_u32..).zip(["91330111XY00010156", "91330183XY0001023A", "91330111XY00010231", ""]) {
        sheet.write_string(row, 0, code).unwrap();
        sheet.write_string(row, 1, format!("公司{row}")).unwrap();
        sheet.write_string(row, 2, "大源镇").unwrap();
        sheet.write_number(row, 3, 3831.0).unwrap();
    }
    sheet
        .write_datetime_with_format(1, 4, ExcelDateTime::from_ymd(2026, 1, 2).unwrap(), &date)
        .unwrap();
    sheet.write_string(2, 5, "1200元").unwrap();
    sheet
        .write_formula(3, 5, Formula::new("=1/0").set_result("#DIV/0!"))
        .unwrap();
    sheet.write_number(4, 0, 913_301_110_001_015_600_f64).unwrap();
    let second = workbook.add_worksheet().set_name("说明").unwrap();
    second.write_string(0, 0, "口径").unwrap();
    let report = listed(&bureau, "cells", true, workbook.save_to_buffer().unwrap()).await;
    let told: Vec<(&str, &str)> = report["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let fault = &row["faults"][0];
            (fault["code"].as_str().unwrap(), fault["cell"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("import.cell_date_format", "E2"),
            ("import.cell_other_unit", "F3"),
            ("import.cell_without_value", "F4"),
            ("import.cell_digits_lost", "A5")
        ],
        "{report}"
    );
    assert_eq!(notes(&report), ["import.sheets_passed_over"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_the_fault_files_are_proposed_as_rows_and_read_in_their_units() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let (proposals, previews) = (
        format!("/api/v1/rounds/{}/mapping-proposals", county.round_id),
        format!("/api/v1/rounds/{}/mapping-previews", county.round_id),
    );
    for (name, header_row) in [
        ("map_footer_signatures.xlsx", 1),
        ("map_info_line_above.xlsx", 3),
        ("map_text_column_unit.xlsx", 1),
    ] {
        let proposal = admin
            .upload(&proposals, bytes(name))
            .await
            .expect(StatusCode::OK)
            .json();
        let mapping = &proposal["mapping"];
        assert_eq!(
            (&mapping["shape"], &mapping["header_row"], &mapping["key_at"]),
            (&json!("rows"), &json!(header_row), &json!("A")),
            "{name}: {proposal}"
        );
        let fields = mapping["fields"].as_array().unwrap();
        let questions: Vec<&str> = fields.iter().map(|field| field["question"].as_str().unwrap()).collect();
        assert_eq!(questions, ["A02", "A01", "F01", "F03", "A06"], "{name}");
        let body = json!({ "file_sha256": proposal["file_sha256"], "mapping": mapping });
        let preview = admin.post(&previews, body).await.expect(StatusCode::OK).json();
        let first = &preview["items"][0];
        assert_eq!(
            first["answers"]["F03"],
            json!({ "number": "273.09" }),
            "{name}: {preview}"
        );
        assert_eq!(first["answers"]["A06"], json!({ "date": "2012-02-11" }), "{name}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_a_web_page_is_told_to_send_the_file_itself() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri(LIST.parse().unwrap())
        .header("authorization", format!("Bearer {}", bureau.token))
        .content_type("multipart/form-data; boundary=x")
        .body("--x\r\n\r\n--x--");
    let answer = app.send(request).await;
    let problem = answer.refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
    assert!(
        problem["detail"].as_str().unwrap().contains("the file itself"),
        "{problem}"
    );
    app.end().await;
}

/// The same by the command line.
#[test]
fn a_list_is_imported_on_the_command_line_and_comes_back_with_its_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("list.xlsx"), bureau_list().save_to_buffer().unwrap()).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let data = path("county");
    run(&["load", "--data", &data]);
    let told = run(&[
        "enterprises",
        &path("list.xlsx"),
        "--out",
        &path("out.xlsx"),
        "--data",
        &data,
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(
        (&report["created"], &report["refused"]),
        (&json!(2), &json!(2)),
        "{report}"
    );
    let raw = extract(&std::fs::read(path("out.xlsx")).unwrap(), &Limits::default()).unwrap();
    assert_eq!(
        raw.sheets[0].cell(4, 10).unwrap().value,
        RawValue::Text("新增 created".to_owned())
    );
    let again = run(&["enterprises", &path("list.xlsx"), "--dry-run", "--data", &data]);
    let again = String::from_utf8_lossy(&again);
    assert!(again.contains("未变 2") && again.contains("第 9 行"), "{again}");
}
