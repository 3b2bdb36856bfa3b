//! Packages and streams of careless writers that other programs open: read for what is in them, and no further.

use survey::cell::RawValue;
use workbook::extract::{Limits, RawWorkbook, extract};

use crate::{
    compound::{Lies, compound, number, record, stream},
    package::{MAIN, Parts},
};

const ROW: &str = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;

fn read(bytes: &[u8]) -> RawWorkbook {
    extract(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(bytes: &[u8]) -> String {
    match extract(bytes, &Limits::default()) {
        Ok(_) => "read".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

/// Sheets by name, with the first cell of each.
fn first_cells(workbook: &RawWorkbook) -> Vec<(String, Option<RawValue>)> {
    let first = |sheet: &workbook::extract::RawSheet| sheet.cells.first().map(|cell| cell.value.clone());
    workbook
        .sheets
        .iter()
        .map(|sheet| (sheet.name.clone(), first(sheet)))
        .collect()
}

#[test]
fn sheets_that_are_gone_but_for_their_names_are_left_out() {
    let with = |sheet: &str| {
        let parts = Parts::with_data(ROW).edit("xl/workbook.xml", "</sheets>", &format!("{sheet}</sheets>"));
        parts.zip()
    };
    for ghost in [
        r#"<sheet name="Module1" sheetId="9" r:id=""/>"#,
        r#"<sheet name="Module1" sheetId="9"/>"#,
        r#"<sheet name="Macro1" sheetId="9" state="veryHidden" r:id="rId77"/>"#,
    ] {
        let found = first_cells(&read(&with(ghost)));
        assert_eq!(found, [("表".to_owned(), Some(RawValue::Number(1.0)))], "{ghost}");
    }
    // A sheet that people see is missed.
    assert_eq!(
        refused(&with(r#"<sheet name="二" sheetId="9" r:id="rId77"/>"#)),
        "workbook.damaged"
    );
}

#[test]
fn parts_are_found_by_their_relationships_wherever_they_are() {
    let parts = Parts::with_data(r#"<row r="1"><c r="A1" t="s"><v>1</v></c></row>"#);
    let moved: Vec<(String, Vec<u8>)> = parts
        .0
        .into_iter()
        .map(|(name, content)| {
            let name = name
                .replace("xl/workbook.xml", "book/main.xml")
                .replace("xl/_rels/workbook.xml.rels", "book/_rels/main.xml.rels")
                .replace("xl/worksheets/sheet1.xml", "book/one.xml")
                .replace("xl/sharedStrings.xml", "texts.xml")
                .replace("xl/styles.xml", "book/looks.xml");
            let content = String::from_utf8(content)
                .expect("text")
                .replace("xl/workbook.xml", "/book/main.xml")
                .replace("worksheets/sheet1.xml", "one.xml")
                .replace("\"sharedStrings.xml", "\"../texts.xml")
                .replace("\"styles.xml", "\"looks.xml");
            (name, content.into_bytes())
        })
        .collect();
    let found = first_cells(&read(&Parts(moved).zip()));
    assert_eq!(found, [("表".to_owned(), Some(RawValue::Text("乙".to_owned())))]);
}

#[test]
fn blank_attributes_and_whole_merges_are_read() {
    let data = r#"<row r="1"><c r="A1" s="" t=""><v>1</v></c></row>"#;
    assert_eq!(read(&Parts::with_data(data).zip()).sheets[0].cells[0].style, 0);
    for (reference, last) in [
        ("K:K", (1_048_575, 10)),
        ("3:4", (3, 16_383)),
        ("$A$1:$B$2", (1, 1)),
        ("B:A", (1_048_575, 1)),
    ] {
        let sheet = format!(
            r#"<worksheet xmlns="{MAIN}"><sheetData>{ROW}</sheetData><mergeCells><mergeCell ref="{reference}"/></mergeCells></worksheet>"#
        );
        let merged = read(&Parts::with_sheet(&sheet).zip()).sheets[0].merged[0];
        assert_eq!((merged.last_row, merged.last_column), last, "{reference}");
    }
}

#[test]
fn an_open_document_without_its_first_part_is_one_all_the_same() {
    let content = r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="A"><table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;
    let with = |content: &str| {
        Parts(Vec::new())
            .set("content.xml", content)
            .set("META-INF/manifest.xml", "<m/>")
            .zip()
    };
    assert_eq!(
        first_cells(&read(&with(content))),
        [("A".to_owned(), Some(RawValue::Number(1.0)))]
    );
    let text = content.replace("office:spreadsheet", "office:text");
    assert_eq!(refused(&with(&text)), "workbook.word");
    assert_eq!(
        refused(&Parts(Vec::new()).set("content.xml", content).zip()),
        "workbook.not_xlsx"
    );
}

#[test]
fn files_of_other_programs_are_told_by_their_own_name() {
    let check = |name: &str, said: &str| {
        let error = extract(&Parts(Vec::new()).set(name, "x").zip(), &Limits::default()).expect_err(name);
        assert_eq!(error.code(), "workbook.other_program", "{name}");
        assert!(error.message().zh.contains(said), "{name}: {}", error.message().zh);
    };
    check("Index/Document.iwa", "Numbers");
    check("Index.zip", "Numbers");
    check("OFD.xml", "OFD");
    for (stream_name, said) in [("PowerPoint Document", "演示文稿"), ("__properties_version1.0", "邮件")] {
        let file = compound(stream_name, &stream(&[], &[]), &Lies::default());
        let error = extract(&file, &Limits::default()).expect_err(stream_name);
        assert!(error.message().zh.contains(said), "{}", error.message().zh);
    }
}

#[test]
fn streams_of_careless_writers_are_read() {
    let xls = |globals: &[Vec<u8>], sheet: &[Vec<u8>]| compound("Workbook", &stream(globals, sheet), &Lies::default());
    let text = |at: u8| record(0x00FD, &[0, 0, 0, 0, 0, 0, at, 0, 0, 0]);
    let strings = |count: u8| record(0x00FC, &[2, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, b'a', 1, 0, 0, b'b']);
    for count in [0, 1, 2, 9] {
        let found = first_cells(&read(&xls(&[strings(count)], &[text(1)])));
        assert_eq!(found[0].1, Some(RawValue::Text("b".to_owned())), "{count}");
    }
    // A format written as before Excel 97, and one whose letters are counted wrongly.
    let style = |format: u8| record(0x00E0, &[0, 0, format, 0, 1, 0]);
    let dated = record(0x041E, &[&[164, 0, 10][..], b"yyyy-mm-dd"].concat());
    let workbook = read(&xls(&[dated, style(164)], &[number(0, 0, 41063.0)]));
    assert_eq!(workbook.sheets[0].cells[0].value, RawValue::DateSerial(41063.0));
    let wild = record(0x041E, &[164, 0, 0xFF, 0xFF, 0, b'0']);
    assert_eq!(
        first_cells(&read(&xls(&[wild, style(164)], &[number(0, 0, 5.0)])))[0].1,
        Some(RawValue::Number(5.0))
    );
    // A sheet that is listed where it does not begin.
    let honest = stream(&[], &[number(0, 0, 7.0)]);
    let at = honest.windows(2).position(|two| two == [0x85, 0]).expect("a sheet") + 4;
    let offset = u32::from_le_bytes(honest[at..at + 4].try_into().expect("four"));
    for wrong in [0, offset - 20, offset + 1, offset + 20, u32::MAX] {
        let mut moved = honest.clone();
        moved[at..at + 4].copy_from_slice(&wrong.to_le_bytes());
        let found = first_cells(&read(&compound("Workbook", &moved, &Lies::default())));
        assert_eq!(found[0].1, Some(RawValue::Number(7.0)), "{wrong}");
    }
}

#[test]
fn only_streams_of_the_root_storage_are_the_workbook() {
    // The root names its first entry; the other "Workbook" stands in the storage of an embedded object.
    let own = stream(&[], &[number(0, 0, 7.0)]);
    let file = |root_child: u32| {
        let lies = Lies {
            bytes: vec![(1024 + 76, root_child.to_le_bytes().to_vec())],
            ..Lies::default()
        };
        compound("Workbook", &own, &lies)
    };
    assert_eq!(first_cells(&read(&file(1)))[0].1, Some(RawValue::Number(7.0)));
    // A root that names nothing is one of a careless writer: every stream is looked at.
    assert_eq!(first_cells(&read(&file(u32::MAX)))[0].1, Some(RawValue::Number(7.0)));
    // A root that names another entry has no workbook of its own.
    let mut other = file(2);
    let entry = 1024 + 2 * 128;
    let name: Vec<u8> = "Contents\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    other[entry..entry + name.len()].copy_from_slice(&name);
    other[entry + 64] = 18;
    other[entry + 66] = 2;
    other[entry + 68..entry + 80].copy_from_slice(&[0xFF; 12]);
    assert_eq!(refused(&other), "workbook.not_xlsx");
}
