//! Hostile and broken files: each is refused with its own code, or read right; none takes long or brings the process
//! down.

use proptest::prelude::*;
use workbook::extract::{Limits, RawWorkbook, extract};

use crate::package::{EndRecord, MAIN, Parts, RawEntry, raw_zip};

/// The code of a refusal, or `read`.
fn outcome(bytes: &[u8], limits: &Limits) -> &'static str {
    match extract(bytes, limits) {
        Ok(_) => "read",
        Err(error) => {
            let message = error.message();
            assert!(!message.zh.is_empty() && !message.en.is_empty(), "{error}");
            error.code()
        }
    }
}

fn check(bytes: &[u8], expected: &str) {
    assert_eq!(outcome(bytes, &Limits::default()), expected);
}

fn check_parts(parts: &Parts, expected: &str) {
    check(&parts.zip(), expected);
}

fn read(parts: &Parts) -> RawWorkbook {
    extract(&parts.zip(), &Limits::default()).expect("a readable workbook")
}

fn plain() -> Parts {
    Parts::with_data(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#)
}

#[test]
fn hand_built_workbooks_are_read_when_they_are_honest() {
    check_parts(&plain(), "read");
    check(&raw_zip(&plain().entries(), &EndRecord::default()), "read");
}

#[test]
fn cut_off_files_are_named_so() {
    let whole = plain().zip();
    for length in [5, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        check(&whole[..length], "workbook.truncated");
    }
}

#[test]
fn containers_with_a_second_reading_are_refused() {
    let entries = plain().entries();
    let with = |change: &dyn Fn(&mut Vec<RawEntry>)| {
        let mut entries = entries.clone();
        change(&mut entries);
        raw_zip(&entries, &EndRecord::default())
    };
    let extra = |name: &str| RawEntry::stored(name, b"<worksheet/>");
    check(
        &with(&|e| e.push(extra("xl/worksheets/sheet1.xml"))),
        "workbook.unsafe_names",
    );
    check(
        &with(&|e| e.push(extra("XL/Worksheets/SHEET1.xml"))),
        "workbook.unsafe_names",
    );
    check(
        &with(&|e| e.push(extra("xl\\worksheets\\sheet1.xml"))),
        "workbook.unsafe_names",
    );
    check(&with(&|e| e.push(extra("../evil.xml"))), "workbook.unsafe_names");
    check(&with(&|e| e.push(extra("xl/../../evil.xml"))), "workbook.unsafe_names");
    check(&with(&|e| e.push(extra("/etc/passwd"))), "workbook.unsafe_names");
    check(&with(&|e| e.push(extra("C:/evil.xml"))), "workbook.unsafe_names");
    check(&with(&|e| e.push(extra("a\0b"))), "workbook.unsafe_names");
    check(
        &with(&|e| e[4].local_name = "xl/worksheets/sheet9.xml".into()),
        "workbook.unsafe_names",
    );
    check(&with(&|e| e[4].flags = 1), "workbook.encrypted");
    check(&with(&|e| e[4].method = 12), "workbook.damaged");
    check(&with(&|e| e[4].crc ^= 1), "workbook.damaged");
}

#[test]
fn false_end_records_are_refused() {
    let entries = plain().entries();
    let with = |end: EndRecord| raw_zip(&entries, &end);
    check(
        &with(EndRecord {
            entries: Some(6),
            ..EndRecord::default()
        }),
        "workbook.damaged",
    );
    check(
        &with(EndRecord {
            entries: Some(9),
            ..EndRecord::default()
        }),
        "workbook.damaged",
    );
    check(
        &with(EndRecord {
            entries: Some(2001),
            ..EndRecord::default()
        }),
        "workbook.too_many_entries",
    );
    check(
        &with(EndRecord {
            start: Some(0),
            ..EndRecord::default()
        }),
        "workbook.damaged",
    );
    check(
        &with(EndRecord {
            start: Some(u32::MAX - 1),
            ..EndRecord::default()
        }),
        "workbook.damaged",
    );
    check(
        &with(EndRecord {
            trailing: b"appended".to_vec(),
            ..EndRecord::default()
        }),
        "read",
    );
    // What is appended may hold nothing of another container.
    for trailing in [&b"PK\x03\x04"[..], b"PK\x01\x02", b"PK\x05\x06"] {
        check(
            &with(EndRecord {
                trailing: trailing.to_vec(),
                ..EndRecord::default()
            }),
            "workbook.truncated",
        );
    }
    // A second workbook behind the first: the directory is not where the file begins.
    let twice = [with(EndRecord::default()), with(EndRecord::default())].concat();
    check(&twice, "workbook.damaged");
}

#[test]
fn zip64_is_read_when_true_and_refused_when_not() {
    let entries = plain().entries();
    check(
        &raw_zip(
            &entries,
            &EndRecord {
                zip64: true,
                ..EndRecord::default()
            },
        ),
        "read",
    );
    let with_sizes = |inflated: u64, compressed: u64| {
        let mut entries = entries.clone();
        entries[4].compressed = u32::MAX;
        entries[4].inflated = u32::MAX;
        entries[4].extra = [&[1, 0, 16, 0][..], &inflated.to_le_bytes(), &compressed.to_le_bytes()].concat();
        raw_zip(&entries, &EndRecord::default())
    };
    let size = u64::try_from(entries[4].data.len()).expect("small");
    check(&with_sizes(1 << 40, size), "workbook.damaged");
    check(&with_sizes(u64::MAX, u64::MAX), "workbook.zip_bomb");
    let mut without_field = entries.clone();
    without_field[4].inflated = u32::MAX;
    check(&raw_zip(&without_field, &EndRecord::default()), "workbook.damaged");
}

#[test]
fn bombs_are_refused_before_and_while_they_inflate() {
    let zeros = "0".repeat(4 * 1024 * 1024);
    let bomb = plain().set("xl/media/a.xml", zeros.as_bytes()).zip();
    check(&bomb, "workbook.zip_bomb");
    let limits = Limits {
        total_bytes: 1000,
        ..Limits::default()
    };
    assert_eq!(outcome(&plain().zip(), &limits), "workbook.zip_bomb");
    let limits = Limits {
        part_bytes: 10,
        ..Limits::default()
    };
    assert_eq!(outcome(&plain().zip(), &limits), "workbook.zip_bomb");

    // A deflated sheet that says it is small.
    let sheet = format!(
        r#"<worksheet xmlns="{MAIN}"><sheetData>{}</sheetData></worksheet>"#,
        " ".repeat(100_000)
    );
    let mut bytes = plain().set("xl/worksheets/sheet1.xml", &sheet).zip();
    let size = u32::try_from(sheet.len()).expect("small").to_le_bytes();
    let positions: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| *w == size)
        .map(|(at, _)| at)
        .collect();
    assert!(!positions.is_empty());
    for at in positions {
        bytes[at..at + 4].copy_from_slice(&200u32.to_le_bytes());
    }
    check(&bytes, "workbook.damaged");

    // Many entries over the same data.
    let mut entries = plain().entries();
    for number in 0..100 {
        let mut shared = entries[0].clone();
        shared.name = format!("xl/media/{number}.bin");
        shared.offset = Some(0);
        entries.push(shared);
    }
    check(&raw_zip(&entries, &EndRecord::default()), "workbook.zip_bomb");
}

#[test]
fn other_packages_are_named() {
    let docx = Parts(vec![(
        "_rels/.rels".into(),
        br#"<Relationships><Relationship Id="1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#
            .to_vec(),
    )])
    .set("word/document.xml", "<document/>");
    check_parts(&docx, "workbook.word");
    let ods = Parts(Vec::new())
        .set("mimetype", "application/vnd.oasis")
        .set("content.xml", "<a/>");
    check_parts(&ods, "workbook.damaged");
    check_parts(&Parts(Vec::new()).set("企业/填报.xlsx", "PK"), "workbook.archive");
    check_parts(&Parts(Vec::new()).set("readme.txt", "hello"), "workbook.not_xlsx");
    let xlsb = plain()
        .edit("_rels/.rels", "workbook.xml", "workbook.bin")
        .set("xl/workbook.bin", "\0");
    check_parts(&xlsb, "workbook.damaged");
    check_parts(&plain().without("xl/workbook.xml"), "workbook.damaged");
    check_parts(&plain().without("xl/worksheets/sheet1.xml"), "workbook.damaged");
    check_parts(&plain().without("_rels/.rels"), "workbook.not_xlsx");
    let external = plain().edit(
        "xl/_rels/workbook.xml.rels",
        "worksheets/sheet1.xml\"",
        "http://example.com/\" TargetMode=\"External\"",
    );
    check_parts(&external, "workbook.damaged");
}

#[test]
fn declarations_and_entities_are_refused() {
    let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]>"#;
    for part in [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
    ] {
        let parts = plain();
        let old = parts
            .0
            .iter()
            .find(|(name, _)| name == part)
            .expect("the part")
            .1
            .clone();
        let text = format!("{bomb}{}", String::from_utf8(old).expect("text"));
        check_parts(&parts.set(part, &text), "workbook.doctype");
    }
    check_parts(
        &Parts::with_data(r#"<row><c t="str"><v>&unknown;</v></c></row>"#),
        "workbook.damaged",
    );
    check_parts(
        &Parts::with_data(r#"<row><c t="str"><v>&#0;</v></c></row>"#),
        "workbook.damaged",
    );
}

#[test]
fn broken_xml_is_damaged() {
    for data in [
        "<row><c><v>1</v></row>",
        "<row",
        "<row><c r='A1' r='A2'/></row>",
        "<row><c><c/></c></row>",
        "</sheetData>",
    ] {
        check_parts(&Parts::with_data(data), "workbook.damaged");
    }
    check_parts(&Parts::with_sheet("<worksheet><sheetData>"), "workbook.damaged");
    check_parts(
        &Parts::with_data(r#"<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#),
        "workbook.damaged",
    );
    check_parts(
        &Parts::with_data(r#"<row><c t="s"><v>2</v></c></row>"#),
        "workbook.damaged",
    );
    check_parts(
        &Parts::with_data(r#"<row><c t="s"><v>-1</v></c></row>"#),
        "workbook.damaged",
    );
    check_parts(
        &Parts::with_data(r#"<row><c t="zzz"><v>1</v></c></row>"#),
        "workbook.damaged",
    );
    check_parts(
        &Parts::with_data(r#"<row><c s="-1"><v>1</v></c></row>"#),
        "workbook.damaged",
    );
    check_parts(
        &plain().set("xl/worksheets/sheet1.xml", b"<worksheet>\xC6\xF3</worksheet>"),
        "workbook.damaged",
    );
    check_parts(
        &plain().set("xl/worksheets/sheet1.xml", b"\xFF\xFE<\0w"),
        "workbook.damaged",
    );
}

#[test]
fn places_beyond_the_sheet_are_refused() {
    for cell in [
        "XFE1",
        "A1048577",
        "ZZZZZZZZZZ1",
        "AAAAAAAAAAAAAAAAAAAA99999999999999999999",
        "A0",
        "1A",
        "",
        "$A$1",
    ] {
        let data = format!(r#"<row><c r="{cell}"><v>1</v></c></row>"#);
        check_parts(&Parts::with_data(&data), "workbook.cell_out_of_range");
    }
    for row in ["0", "1048577", "99999999999999999999", "-1", "x"] {
        check_parts(
            &Parts::with_data(&format!(r#"<row r="{row}"/>"#)),
            "workbook.cell_out_of_range",
        );
    }
    check_parts(
        &Parts::with_data(r#"<row r="1048576"/><row/>"#),
        "workbook.cell_out_of_range",
    );
    check_parts(
        &Parts::with_data(r#"<row><c r="XFD1"/><c/></row>"#),
        "workbook.cell_out_of_range",
    );
    let merged = format!(
        r#"<worksheet xmlns="{MAIN}"><sheetData/><mergeCells><mergeCell ref="A1:XFE1"/></mergeCells></worksheet>"#
    );
    check_parts(&Parts::with_sheet(&merged), "workbook.cell_out_of_range");
}

#[test]
fn two_far_cells_are_two_cells() {
    let far = Parts::with_sheet(&format!(
        r#"<worksheet xmlns="{MAIN}"><dimension ref="A1:A1"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>
        <row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>"#
    ));
    let sheet = &read(&far).sheets[0];
    assert_eq!(sheet.cells.len(), 2);
    assert_eq!(
        sheet.cell(1_048_575, 16_383).map(|cell| &cell.value),
        Some(&survey::cell::RawValue::Number(2.0))
    );
}

#[test]
fn declared_counts_are_never_believed() {
    let strings =
        format!(r#"<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"><si><t>甲</t></si></sst>"#);
    let parts = Parts::with_data(r#"<row><c t="s"><v>0</v></c></row>"#).set("xl/sharedStrings.xml", strings);
    assert_eq!(
        read(&parts).sheets[0].cells[0].value,
        survey::cell::RawValue::Text("甲".into())
    );
}

#[test]
fn everything_countable_is_bounded() {
    let small = |change: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let cells = Parts::with_data(&format!("<row>{}</row>", "<c/>".repeat(11)));
    assert_eq!(
        outcome(&cells.zip(), &small(&|l| l.cells = 10)),
        "workbook.too_many_cells"
    );
    assert_eq!(
        outcome(&cells.zip(), &small(&|l| l.cells_per_sheet = 10)),
        "workbook.too_many_cells"
    );
    assert_eq!(outcome(&cells.zip(), &small(&|l| l.cells = 11)), "read");
    assert_eq!(
        outcome(&plain().zip(), &small(&|l| l.sheets = 0)),
        "workbook.too_many_sheets"
    );
    assert_eq!(
        outcome(&plain().zip(), &small(&|l| l.shared_strings = 1)),
        "workbook.too_many_strings"
    );
    assert_eq!(
        outcome(&plain().zip(), &small(&|l| l.styles = 3)),
        "workbook.too_many_styles"
    );
    assert_eq!(
        outcome(&plain().zip(), &small(&|l| l.entries = 6)),
        "workbook.too_many_entries"
    );
    assert_eq!(
        outcome(&plain().zip(), &small(&|l| l.file_bytes = 100)),
        "workbook.too_large"
    );
    let merged = format!(
        r#"<worksheet xmlns="{MAIN}"><sheetData/><mergeCells>{}</mergeCells></worksheet>"#,
        r#"<mergeCell ref="A1:B2"/>"#.repeat(3)
    );
    let merged = Parts::with_sheet(&merged).zip();
    assert_eq!(
        outcome(&merged, &small(&|l| l.merged_ranges = 2)),
        "workbook.too_many_merged_ranges"
    );
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    check_parts(&Parts::with_data(&deep), "workbook.too_deep");
    check_parts(
        &Parts::with_data(&format!("<row><c><is>{deep}</is></c></row>")),
        "workbook.too_deep",
    );
}

#[test]
fn long_texts_are_refused_wherever_they_stand() {
    let long = "长".repeat(32_768);
    let fits = "长".repeat(32_767);
    let inline = |text: &str| Parts::with_data(&format!(r#"<row><c t="inlineStr"><is><t>{text}</t></is></c></row>"#));
    check_parts(&inline(&long), "workbook.text_too_long");
    check_parts(&inline(&fits), "read");
    check_parts(
        &Parts::with_data(&format!(r#"<row><c t="str"><v>{long}</v></c></row>"#)),
        "workbook.text_too_long",
    );
    let in_runs = format!("<r><t>{fits}</t></r><r><t>长</t></r>");
    let strings = format!(r#"<sst xmlns="{MAIN}"><si>{in_runs}</si></sst>"#);
    check_parts(&plain().set("xl/sharedStrings.xml", strings), "workbook.text_too_long");
}

#[test]
fn one_long_string_in_many_cells_is_refused() {
    let strings = format!(r#"<sst xmlns="{MAIN}"><si><t>{}</t></si></sst>"#, "a".repeat(30_000));
    let cells = r#"<c t="s"><v>0</v></c>"#.repeat(3000);
    let parts = Parts::with_data(&format!("<row>{cells}</row>")).set("xl/sharedStrings.xml", strings);
    check_parts(&parts, "workbook.too_much_text");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever bytes are turned over, a file is read or refused with a message.
    #[test]
    fn damaged_bytes_never_bring_the_reader_down(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = raw_zip(&plain().entries(), &EndRecord::default());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        outcome(&bytes, &Limits::default());
    }

    /// A raw workbook from any bytes is an error or a workbook.
    #[test]
    fn bytes_from_the_pipe_need_not_be_trusted(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _any_answer = RawWorkbook::from_bytes(&bytes);
    }
}
