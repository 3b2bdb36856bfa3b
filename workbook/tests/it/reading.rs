//! What foreign writers leave in a workbook is read right.

use calamine::{Data, Reader, Xlsx};
use survey::cell::{DateSystem, RawValue};
use workbook::{
    extract::{Limits, RawCellAt, RawWorkbook, Visibility, extract},
    language::Language,
};

use crate::{
    package::{MAIN, Parts},
    support::{Form, worked_answers},
};

fn read(parts: &Parts) -> RawWorkbook {
    extract(&parts.zip(), &Limits::default()).expect("a readable workbook")
}

fn only_cell(cell: &str) -> RawCellAt {
    let workbook = read(&Parts::with_data(&format!(r#"<row r="1">{cell}</row>"#)));
    assert_eq!(workbook.sheets[0].cells.len(), 1, "{cell}");
    workbook.sheets[0].cells[0].clone()
}

#[test]
fn every_kind_of_cell_is_read() {
    let check = |cell: &str, value: RawValue, formula: bool| {
        let found = only_cell(cell);
        assert_eq!((found.value, found.formula), (value, formula), "{cell}");
    };
    let text = |text: &str| RawValue::Text(text.into());
    check("<c><v>1.5</v></c>", RawValue::Number(1.5), false);
    check("<c t=\"n\"><v> -1e-3 </v></c>", RawValue::Number(-0.001), false);
    check("<c><v>0.1</v></c>", RawValue::Number(0.1), false);
    check(
        "<c><v>12345678901234567890</v></c>",
        RawValue::Number(12_345_678_901_234_567_890.0),
        false,
    );
    check("<c><v>1e999</v></c>", text("1e999"), false);
    check("<c><v>nan</v></c>", text("nan"), false);
    check("<c t=\"s\"><v>1</v></c>", text("乙"), false);
    check("<c t=\"b\"><v>1</v></c>", RawValue::Boolean(true), false);
    check("<c t=\"b\"><v>0</v></c>", RawValue::Boolean(false), false);
    check(
        "<c t=\"e\"><v>#DIV/0!</v></c>",
        RawValue::Error("#DIV/0!".into()),
        false,
    );
    check(
        "<c t=\"inlineStr\"><is><t xml:space=\"preserve\"> a </t></is></c>",
        text(" a "),
        false,
    );
    check(
        "<c t=\"inlineStr\"><is><r><rPr><b/></rPr><t>富</t></r><r><t>文本</t></r><rPh sb=\"0\" eb=\"1\"><t>fu</t></rPh></is></c>",
        text("富文本"),
        false,
    );
    check(
        "<c t=\"str\"><f>A2</f><v>x &amp; y&#10;z</v></c>",
        text("x & y\nz"),
        true,
    );
    check("<c t=\"str\"><v><![CDATA[<b>]]></v></c>", text("<b>"), false);
    check("<c t=\"str\"><v>a_x000D_b</v></c>", text("a_x000D_b"), false);
    check("<c t=\"inlineStr\"><is><t>a_x000D_b</t></is></c>", text("a\rb"), false);
    check("<c><f>1+1</f><v>2</v></c>", RawValue::Number(2.0), true);
    check("<c><f>1+1</f></c>", RawValue::FormulaWithoutValue, true);
    check("<c><f>1+1</f><v></v></c>", RawValue::FormulaWithoutValue, true);
    check(
        "<c><f t=\"shared\" si=\"0\"/><v/></c>",
        RawValue::FormulaWithoutValue,
        true,
    );
    check("<c t=\"str\"><f>\"\"</f><v></v></c>", RawValue::Blank, true);
    check(
        "<c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>",
        RawValue::Error("#DIV/0!".into()),
        true,
    );
    check("<c s=\"1\"><v>46053</v></c>", RawValue::DateSerial(46053.0), false);
    check("<c t=\"d\"><v>2026-01-31</v></c>", RawValue::DateSerial(46053.0), false);
    check(
        "<c t=\"d\"><v>2026-01-31T12:00:00Z</v></c>",
        RawValue::DateSerial(46053.5),
        false,
    );
    check("<c t=\"d\"><v>1900-01-31</v></c>", text("1900-01-31"), false);
}

#[test]
fn cells_that_hold_nothing_are_left_out() {
    for cell in [
        "<c/>",
        "<c s=\"2\"/>",
        "<c t=\"s\"/>",
        "<c t=\"inlineStr\"><is/></c>",
        "<c t=\"str\"><v></v></c>",
        "<c><v> </v></c>",
    ] {
        let workbook = read(&Parts::with_data(&format!("<row>{cell}</row>")));
        assert!(workbook.sheets[0].cells.is_empty(), "{cell}");
    }
}

#[test]
fn positions_may_be_left_out() {
    let workbook = read(&Parts::with_data(
        r#"<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row><row r="9"><c><v>5</v></c></row>"#,
    ));
    let places: Vec<(u32, u32)> = workbook.sheets[0]
        .cells
        .iter()
        .map(|cell| (cell.row, cell.column))
        .collect();
    assert_eq!(places, [(0, 0), (0, 3), (0, 4), (1, 0), (8, 0)]);
}

#[test]
fn cells_out_of_order_are_sorted() {
    let workbook = read(&Parts::with_data(
        r#"<row r="2"><c r="B2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#,
    ));
    let places: Vec<(u32, u32)> = workbook.sheets[0]
        .cells
        .iter()
        .map(|cell| (cell.row, cell.column))
        .collect();
    assert_eq!(places, [(0, 0), (1, 1)]);
}

#[test]
fn styles_tell_formats_and_locks() {
    let workbook = read(&Parts::with_data(
        r#"<row><c s="0"><v>1</v></c><c s="2"><v>1</v></c><c s="3"><v>1</v></c><c s="99"><v>1</v></c></row>"#,
    ));
    let cells = &workbook.sheets[0].cells;
    let found: Vec<(&str, bool)> = cells
        .iter()
        .map(|cell| (workbook.number_format(cell), workbook.is_locked(cell)))
        .collect();
    assert_eq!(
        found,
        [("General", true), ("0.00%", false), ("@", true), ("General", true)]
    );
}

#[test]
fn the_date_system_is_that_of_the_file() {
    let parts = Parts::with_data(r#"<row><c s="1"><v>10</v></c><c t="d"><v>1904-01-03</v></c></row>"#);
    let parts = parts.edit("xl/workbook.xml", "<sheets>", r#"<workbookPr date1904="1"/><sheets>"#);
    let workbook = read(&parts);
    assert_eq!(workbook.dates, DateSystem::From1904);
    let values: Vec<&RawValue> = workbook.sheets[0].cells.iter().map(|cell| &cell.value).collect();
    assert_eq!(values, [&RawValue::DateSerial(10.0), &RawValue::DateSerial(2.0)]);
}

#[test]
fn strict_prefixed_and_utf16_parts_are_read_alike() {
    let strict = r#"<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>"#;
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let strict_relations = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    let expected = RawValue::Text("甲".into());
    let parts = Parts::with_sheet(strict)
        .edit("_rels/.rels", relations, strict_relations)
        .edit("xl/_rels/workbook.xml.rels", relations, strict_relations)
        .edit("xl/workbook.xml", relations, strict_relations);
    assert_eq!(read(&parts).sheets[0].cells[0].value, expected);

    let plain = format!(
        r#"<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>甲</v></c></row></sheetData></worksheet>"#
    );
    let little: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(plain.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let big: Vec<u8> = [0xFE, 0xFF]
        .into_iter()
        .chain(plain.encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let utf8: Vec<u8> = [&b"\xEF\xBB\xBF"[..], plain.as_bytes()].concat();
    for bytes in [little, big, utf8] {
        assert_eq!(
            read(&Parts::with_sheet("").set("xl/worksheets/sheet1.xml", bytes)).sheets[0].cells[0].value,
            expected
        );
    }
}

#[test]
fn visibility_hiding_merging_and_protection_are_read() {
    let sheet = format!(
        r#"<worksheet xmlns="{MAIN}"><cols><col min="1" max="1" hidden="1"/><col min="2" max="3" hidden="true"/><col min="5" max="5"/></cols>
        <sheetData><row r="1" hidden="1"/><row r="2" hidden="1"/><row r="5" hidden="1"/></sheetData>
        <sheetProtection sheet="1" objects="1"/><mergeCells count="1"><mergeCell ref="C3:B2"/></mergeCells></worksheet>"#
    );
    let parts = Parts::with_sheet(&sheet).edit("xl/workbook.xml", "sheetId", r#"state="veryHidden" sheetId"#);
    let sheet = &read(&parts).sheets[0];
    assert_eq!(sheet.visibility, Visibility::VeryHidden);
    assert_eq!(sheet.hidden_rows, [(0, 1), (4, 4)]);
    assert_eq!(sheet.hidden_columns, [(0, 2)]);
    assert!(sheet.protected);
    let merged = sheet.merged[0];
    assert_eq!(
        (
            merged.first_row,
            merged.first_column,
            merged.last_row,
            merged.last_column
        ),
        (1, 1, 2, 2)
    );
}

#[test]
fn what_is_never_run_is_reported() {
    let parts = Parts::with_data("")
        .set("xl/vbaProject.bin", "macro")
        .set("xl/embeddings/oleObject1.bin", "object")
        .edit(
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            r#"<Relationship Id="rId9" Type="x/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>"#,
        );
    let workbook = read(&parts);
    assert!(workbook.macros && workbook.embedded_objects && workbook.external_links);
    let workbook = read(&Parts::with_data(""));
    assert!(!(workbook.macros || workbook.embedded_objects || workbook.external_links));
}

#[test]
fn the_pipe_loses_nothing() {
    let form = Form::shipped();
    let bytes = form.filled(&worked_answers(&form.questionnaire, 2), Language::Zh);
    let workbook = extract(&bytes, &Limits::default()).expect("readable");
    let piped = workbook.to_bytes().expect("encodable");
    assert!(piped.len() < 200_000, "{}", piped.len());
    assert_eq!(RawWorkbook::from_bytes(&piped).expect("decodable"), workbook);
}

/// calamine is a reader of other hands: on an honest workbook both see the same cells.
#[test]
fn calamine_reads_the_same() {
    let form = Form::shipped();
    for enterprise in 0..5 {
        let bytes = form.filled(&worked_answers(&form.questionnaire, enterprise), Language::Zh);
        let ours = extract(&bytes, &Limits::default()).expect("readable");
        let mut theirs = Xlsx::new(std::io::Cursor::new(&bytes)).expect("readable");
        let names: Vec<String> = ours.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        assert_eq!(theirs.sheet_names(), names);
        for sheet in &ours.sheets {
            let range = theirs.worksheet_range(&sheet.name).expect("the sheet");
            let (rows, columns) = range.start().unwrap_or_default();
            let theirs: Vec<(u32, u32, String)> = range
                .used_cells()
                .map(|(row, column, value)| (rows + to_u32(row), columns + to_u32(column), shown(value)))
                .collect();
            let ours: Vec<(u32, u32, String)> = sheet
                .cells
                .iter()
                .map(|cell| (cell.row, cell.column, shown_raw(&cell.value)))
                .collect();
            assert_eq!(ours, theirs, "{}", sheet.name);
        }
    }
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).expect("small")
}

fn shown(value: &Data) -> String {
    match value {
        Data::DateTime(date) => date.as_f64().to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        other => other.to_string(),
    }
}

fn shown_raw(value: &RawValue) -> String {
    match value {
        RawValue::Text(text) | RawValue::Error(text) => text.clone(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(yes) => yes.to_string(),
        RawValue::Blank | RawValue::FormulaWithoutValue => String::new(),
    }
}
