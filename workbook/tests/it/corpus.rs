//! The hostile corpus: files that lie, explode or go round, each with what reading it must come to.
//!
//! It is a table: a name, how the file is made, and the code of the refusal, or `read` where there is a right reading.
//! `tests/it/hostile.rs` of the service reads every one in the limited child process; the fuzz targets begin from them.

use crate::{
    compound::{Lies, compound, number, record, stream},
    package::{EndRecord, MAIN, Parts, RawEntry, raw_zip},
};

/// One file of the corpus.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Any of these.
    pub(crate) expect: &'static [&'static str],
}

/// Every file of the corpus. They are made one by one, for some are large.
pub(crate) fn each(mut take: impl FnMut(Case)) {
    let mut case = |name: &str, bytes: Vec<u8>, expect: &'static [&'static str]| {
        take(Case {
            name: name.to_owned(),
            bytes,
            expect,
        });
    };
    containers(&mut case);
    sheets(&mut case);
    markup(&mut case);
    compound_files(&mut case);
    open_document(&mut case);
    texts(&mut case);
    pages(&mut case);
    xml_2003(&mut case);
    binary_parts(&mut case);
    mutations(&mut case);
}

type Take<'t> = &'t mut dyn FnMut(&str, Vec<u8>, &'static [&'static str]);

const ROW: &str = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
const BOMB: &[&str] = &["workbook.zip_bomb"];
const NAMES: &[&str] = &["workbook.unsafe_names"];
const DAMAGED: &[&str] = &["workbook.damaged"];
const DOCTYPE: &[&str] = &["workbook.doctype"];
const FAR: &[&str] = &["workbook.cell_out_of_range"];
const CELLS: &[&str] = &["workbook.too_many_cells"];
const LONG: &[&str] = &["workbook.text_too_long"];
const DEEP: &[&str] = &["workbook.too_deep"];
const READ: &[&str] = &["read"];
/// What a file with turned bytes may come to: anything but a crash, and never silence.
const ANY: &[&str] = &[
    "read",
    "workbook.damaged",
    "workbook.truncated",
    "workbook.unsafe_names",
    "workbook.zip_bomb",
    "workbook.encrypted",
    "workbook.not_xlsx",
    "workbook.legacy_xls",
    "workbook.cell_out_of_range",
    "workbook.too_many_entries",
    "workbook.too_many_cells",
    "workbook.too_many_sheets",
    "workbook.text_too_long",
    "workbook.too_deep",
    "workbook.doctype",
    "workbook.csv",
    "workbook.html",
    "workbook.archive",
    "workbook.word",
];

fn plain() -> Parts {
    Parts::with_data(ROW)
}

/// Texts one after another.
fn list(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |all, n| all + &each(n))
}

/// Sheet data of this text.
fn data(text: &str) -> Vec<u8> {
    Parts::with_data(text).zip()
}

/// A sheet of this text around its data.
fn sheet(text: &str) -> Vec<u8> {
    Parts::with_sheet(&format!(r#"<worksheet xmlns="{MAIN}">{text}</worksheet>"#)).zip()
}

fn containers(case: Take<'_>) {
    let entries = plain().entries();
    let with = |change: &dyn Fn(&mut Vec<RawEntry>)| {
        let mut entries = entries.clone();
        change(&mut entries);
        raw_zip(&entries, &EndRecord::default())
    };
    let named = |name: &str| with(&|e| e.push(RawEntry::stored(name, b"<a/>")));
    let zeros = vec![b' '; 8 << 20];
    case("bomb by ratio", plain().set("xl/media/a.xml", &zeros).zip(), BOMB);
    case("bomb in the sheet itself", data(&" ".repeat(8 << 20)), BOMB);
    let inner = plain().set("xl/media/a.xml", &zeros).zip();
    case(
        "bomb inside a picture, never opened",
        plain().set("xl/media/a.zip", &inner).zip(),
        READ,
    );
    let giant = |inflated: u64| {
        with(&|e| {
            e[4].compressed = u32::MAX;
            e[4].inflated = u32::MAX;
            e[4].method = 8;
            let compressed = u64::try_from(e[4].data.len()).expect("small");
            e[4].extra = [&[1, 0, 16, 0][..], &inflated.to_le_bytes(), &compressed.to_le_bytes()].concat();
        })
    };
    case("ten gigabytes declared", giant(10 << 30), BOMB);
    case("all of memory declared", giant(u64::MAX), BOMB);
    case(
        "overlapping entries",
        with(&|e| {
            e.extend(
                (0..100)
                    .map(|n| {
                        let mut shared = e[0].clone();
                        shared.name = format!("xl/media/{n}.bin");
                        shared.offset = Some(0);
                        shared
                    })
                    .collect::<Vec<_>>(),
            );
        }),
        BOMB,
    );
    case("part twice", named("xl/worksheets/sheet1.xml"), NAMES);
    case("part twice in another case", named("XL/worksheets/SHEET1.xml"), NAMES);
    case(
        "part twice with a backslash",
        named("xl\\worksheets\\sheet1.xml"),
        NAMES,
    );
    case("name out of the package", named("../../etc/passwd"), NAMES);
    case("name with dots inside", named("xl/./../x.xml"), NAMES);
    case("absolute name", named("/etc/passwd"), NAMES);
    case("name with a drive", named("C:\\x.xml"), NAMES);
    case("name with a zero", named("xl/a\0.xml"), NAMES);
    case("empty name", named(""), NAMES);
    case(
        "another name in the local header",
        with(&|e| e[4].local_name = "xl/worksheets/sheet9.xml".into()),
        NAMES,
    );
    case("encrypted entry", with(&|e| e[4].flags = 1), &["workbook.encrypted"]);
    for method in [1_u16, 9, 12, 14, 93, 99] {
        case(
            &format!("compression method {method}"),
            with(&|e| e[4].method = method),
            DAMAGED,
        );
    }
    case("wrong checksum", with(&|e| e[4].crc ^= 1), DAMAGED);
    case(
        "data descriptor without sizes",
        with(&|e| e[4].flags = 8),
        &["read", "workbook.damaged"],
    );
    case("stored with two sizes", with(&|e| e[4].inflated += 1), DAMAGED);
    let ending = |end: EndRecord| raw_zip(&entries, &end);
    case(
        "too few entries counted",
        ending(EndRecord {
            entries: Some(2),
            ..EndRecord::default()
        }),
        DAMAGED,
    );
    case(
        "too many entries counted",
        ending(EndRecord {
            entries: Some(60_000),
            ..EndRecord::default()
        }),
        &["workbook.too_many_entries"],
    );
    case(
        "directory elsewhere",
        ending(EndRecord {
            start: Some(7),
            ..EndRecord::default()
        }),
        DAMAGED,
    );
    case(
        "bytes behind the end",
        ending(EndRecord {
            trailing: vec![0; 100],
            ..EndRecord::default()
        }),
        READ,
    );
    case(
        "two archives",
        [ending(EndRecord::default()), ending(EndRecord::default())].concat(),
        DAMAGED,
    );
    let mut zip64 = ending(EndRecord {
        zip64: true,
        ..EndRecord::default()
    });
    case("honest zip64", zip64.clone(), READ);
    let at = zip64.len() - 22 - 20 + 8;
    zip64[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    case("zip64 record beyond the end", zip64, DAMAGED);
    let many: Vec<RawEntry> = (0..3000)
        .map(|n| RawEntry::stored(&format!("xl/media/{n}"), b""))
        .collect();
    case(
        "three thousand entries",
        raw_zip(&[entries.clone(), many].concat(), &EndRecord::default()),
        &["workbook.too_many_entries"],
    );
    case("only the magic", b"PK\x03\x04".to_vec(), &["workbook.truncated"]);
}

fn sheets(case: Take<'_>) {
    case(
        "two far cells",
        data(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#),
        READ,
    );
    for reference in [
        "XFE1",
        "A1048577",
        "A0",
        "ZZZZZZZZZZZZZZZZ1",
        "A99999999999999999999",
        "A-1",
        "甲1",
    ] {
        case(
            &format!("reference {reference}"),
            data(&format!(r#"<row><c r="{reference}"><v>1</v></c></row>"#)),
            FAR,
        );
    }
    case(
        "reference of a megabyte",
        data(&format!(
            r#"<row><c r="{}"><v>1</v></c></row>"#,
            "A1B2C3D4".repeat(1 << 17)
        )),
        &["workbook.cell_out_of_range", "workbook.zip_bomb"],
    );
    case("row of four billion", data(r#"<row r="4294967296"/>"#), FAR);
    case(
        "cell twice",
        data(r#"<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#),
        DAMAGED,
    );
    let merges = |count: usize| {
        let list: String = list(count, |n| {
            format!(r#"<mergeCell ref="A{}:C{}"/>"#, n % 90 + 1, n % 97 + 3)
        });
        sheet(&format!("<sheetData>{ROW}</sheetData><mergeCells>{list}</mergeCells>"))
    };
    case("overlapping merges", merges(500), READ);
    case(
        "a hundred thousand merges",
        merges(100_000),
        &["workbook.too_many_merged_ranges"],
    );
    let sheets = list(10_000, |n| format!(r#"<sheet name="{n}" sheetId="{n}" r:id="rId1"/>"#));
    case(
        "ten thousand sheets",
        plain()
            .edit("xl/workbook.xml", "<sheets>", &format!("<sheets>{sheets}"))
            .zip(),
        &["workbook.too_many_sheets"],
    );
    let strings =
        format!(r#"<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"><si><t>甲</t></si></sst>"#);
    case(
        "four billion strings counted",
        Parts::with_data(r#"<row><c t="s"><v>0</v></c></row>"#)
            .set("xl/sharedStrings.xml", strings)
            .zip(),
        READ,
    );
    case(
        "string that is not there",
        data(r#"<row><c t="s"><v>4294967295</v></c></row>"#),
        DAMAGED,
    );
    case(
        "dimension lies small",
        sheet(&format!(
            r#"<dimension ref="A1"/><sheetData>{ROW}<row r="9"><c r="Z9"><v>1</v></c></row></sheetData>"#
        )),
        READ,
    );
    case(
        "dimension lies large",
        sheet(&format!(
            r#"<dimension ref="A1:XFD1048576"/><sheetData>{ROW}</sheetData>"#
        )),
        READ,
    );
    case(
        "spans lie",
        data(r#"<row r="1" spans="1:16384"><c r="A1"><v>1</v></c></row>"#),
        READ,
    );
    let formats: String = list(200_000, |n| format!(r#"<xf numFmtId="{}"/>"#, n % 50));
    case(
        "two hundred thousand styles",
        plain()
            .set(
                "xl/styles.xml",
                format!(r#"<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>"#),
            )
            .zip(),
        &["workbook.too_many_styles"],
    );
    case(
        "style that is not there",
        data(r#"<row><c s="4000000000"><v>1</v></c></row>"#),
        READ,
    );
    case(
        "shared formula that names itself",
        data(
            r#"<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A9">A1</f><v>1</v></c><c r="B1"><f t="shared" si="7"/></c></row>"#,
        ),
        READ,
    );
    let links: String = list(20_000, |n| format!(r#"<hyperlink ref="A{n}" r:id="x{n}"/>"#));
    case(
        "twenty thousand links",
        sheet(&format!("<sheetData>{ROW}</sheetData><hyperlinks>{links}</hyperlinks>")),
        READ,
    );
    case(
        "two million blank cells",
        data(&format!("<row>{}</row>", "<c/>".repeat(16_000)).repeat(130)),
        &["workbook.too_many_cells", "workbook.zip_bomb"],
    );
    case(
        "rows without end",
        data(&"<row/>".repeat(1_100_000)),
        &["workbook.cell_out_of_range", "workbook.zip_bomb"],
    );
    let hidden: String = list(50_000, |n| {
        format!(r#"<col min="{}" max="16384" hidden="1"/>"#, n % 16_000 + 1)
    });
    case(
        "overlapping hidden columns",
        sheet(&format!("<cols>{hidden}</cols><sheetData>{ROW}</sheetData>")),
        READ,
    );
    let long = "长".repeat(32_768);
    case(
        "text too long",
        data(&format!(r#"<row><c t="inlineStr"><is><t>{long}</t></is></c></row>"#)),
        LONG,
    );
    let strings = format!(r#"<sst xmlns="{MAIN}"><si><t>{}</t></si></sst>"#, "a".repeat(30_000));
    case(
        "one text in many cells",
        Parts::with_data(&format!("<row>{}</row>", r#"<c t="s"><v>0</v></c>"#.repeat(3000)))
            .set("xl/sharedStrings.xml", strings)
            .zip(),
        &["workbook.too_much_text"],
    );
}

fn markup(case: Take<'_>) {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    case("deep elements", data(&deep), DEEP);
    case(
        "deep elements in a text",
        data(&format!("<row><c><is>{deep}</is></c></row>")),
        DEEP,
    );
    let with_head = |head: &str| {
        let sheet = format!(
            r#"{head}<worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>&d;</v></c></row></sheetData></worksheet>"#
        );
        Parts::with_sheet(&sheet).zip()
    };
    let letter = |n: usize| char::from(b'a' + u8::try_from(n).expect("a letter"));
    let laughs = list(12, |n| {
        let before = format!("&{};", letter(n)).repeat(10);
        format!(r#"<!ENTITY {} "{before}">"#, letter(n + 1))
    });
    case(
        "billion laughs",
        with_head(&format!(r#"<!DOCTYPE a [<!ENTITY a "ha">{laughs}]>"#)),
        DOCTYPE,
    );
    case(
        "external entity",
        with_head(r#"<!DOCTYPE a [<!ENTITY d SYSTEM "file:///etc/passwd">]>"#),
        DOCTYPE,
    );
    case("plain doctype", with_head("<!DOCTYPE worksheet>"), DOCTYPE);
    case("unknown entity", with_head(""), DAMAGED);
    case(
        "reference to nothing",
        data(r#"<row><c t="str"><v>&#0;</v></c></row>"#),
        DAMAGED,
    );
    case(
        "reference beyond characters",
        data(r#"<row><c t="str"><v>&#x110000;</v></c></row>"#),
        DAMAGED,
    );
    let attributes: String = list(100_000, |n| format!(r#" a{n}="1""#));
    case(
        "a hundred thousand attributes",
        data(&format!("<row><c{attributes}><v>1</v></c></row>")),
        &["read", "workbook.zip_bomb"],
    );
    case("attribute twice", data(r#"<row><c r="A1" r="A2"/></row>"#), DAMAGED);
    case(
        "attribute of four megabytes",
        data(&format!(
            r#"<row><c a="{}"><v>1</v></c></row>"#,
            "x1y2z3w4".repeat(1 << 19)
        )),
        &["read", "workbook.zip_bomb"],
    );
    case(
        "invalid bytes",
        plain()
            .set("xl/worksheets/sheet1.xml", b"<worksheet>\xC6\xF3</worksheet>")
            .zip(),
        DAMAGED,
    );
    let text = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{ROW}</sheetData></worksheet>"#);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    case(
        "sheet in UTF-16",
        plain().set("xl/worksheets/sheet1.xml", &utf16).zip(),
        READ,
    );
    case(
        "half of a UTF-16 character",
        plain().set("xl/worksheets/sheet1.xml", &utf16[..utf16.len() - 1]).zip(),
        DAMAGED,
    );
    case("unclosed element", sheet("<sheetData><row>"), DAMAGED);
    case("closed too often", data("</sheetData></worksheet></a>"), DAMAGED);
    case(
        "row end inside a section of text",
        data("<row><c t=\"str\"><v><![CDATA[</row>]]></v></c></row>"),
        READ,
    );
    case("unclosed comment", data("<!-- "), DAMAGED);
    case("cell inside a cell", data("<row><c><c/></c></row>"), DAMAGED);
}

fn compound_files(case: Take<'_>) {
    let honest = stream(&[], &[number(0, 0, 1.0)]);
    let with = |lies: Lies| compound("Workbook", &honest, &lies);
    let fat = |fat: Vec<(usize, u32)>| with(Lies { fat, ..Lies::default() });
    let bytes = |at: usize, bytes: &[u8]| {
        with(Lies {
            bytes: vec![(at, bytes.to_vec())],
            ..Lies::default()
        })
    };
    case("honest xls", with(Lies::default()), READ);
    case(
        "only the header",
        with(Lies::default())[..512].to_vec(),
        &["workbook.truncated"],
    );
    case(
        "half of an xls",
        with(Lies::default())[..2500].to_vec(),
        &["workbook.truncated"],
    );
    case(
        "stream that goes round",
        fat(vec![(9, 2)]),
        &["read", "workbook.damaged"],
    );
    case("directory that goes round", fat(vec![(1, 1)]), DAMAGED);
    case(
        "stream that ends early",
        fat(vec![(3, u32::MAX - 1)]),
        &["workbook.truncated"],
    );
    case(
        "stream into nowhere",
        fat(vec![(3, 0x00FF_FFFF)]),
        &["workbook.truncated", "workbook.damaged"],
    );
    case("sector of two gigabytes", bytes(30, &[31, 0]), DAMAGED);
    case("small sectors of a bit", bytes(32, &[0, 0]), DAMAGED);
    case(
        "allocation list that goes round",
        bytes(68, &[1, 0, 0, 0]),
        &["workbook.damaged", "workbook.truncated"],
    );
    case(
        "directory nowhere",
        bytes(48, &[0xF0, 0xFF, 0xFF, 0x0F]),
        &["workbook.truncated"],
    );
    case(
        "allocation nowhere",
        bytes(76, &[0xF0, 0xFF, 0xFF, 0x0F]),
        &["workbook.truncated"],
    );
    case(
        "stream of four gigabytes",
        bytes(512 + 512 + 128 + 120, &[0xFF; 4]),
        &["workbook.truncated"],
    );
    case(
        "small streams only",
        bytes(56, &[0xFF; 4]),
        &["workbook.truncated", "workbook.damaged"],
    );
    let junk: Vec<u8> = (0..20_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    case(
        "junk behind the magic",
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &junk[..]].concat(),
        &["workbook.damaged", "workbook.truncated"],
    );
    case(
        "Word document",
        compound("WordDocument", &honest, &Lies::default()),
        &["workbook.word"],
    );
    case(
        "other document",
        compound("Message", &honest, &Lies::default()),
        &["workbook.not_xlsx"],
    );
    case(
        "encrypted package",
        compound("EncryptedPackage", &honest, &Lies::default()),
        &["workbook.encrypted"],
    );
    let of = |globals: &[Vec<u8>], sheet: &[Vec<u8>]| compound("Workbook", &stream(globals, sheet), &Lies::default());
    case("password", of(&[record(0x002F, &[0; 6])], &[]), &["workbook.encrypted"]);
    case(
        "four billion strings in xls",
        of(&[record(0x00FC, &[0xFF; 8])], &[number(0, 0, 1.0)]),
        READ,
    );
    case(
        "string over the end",
        of(&[record(0x00FC, &[1, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 1, 0x4E])], &[]),
        DAMAGED,
    );
    case(
        "string with endless runs",
        of(
            &[record(
                0x00FC,
                &[
                    1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0x0C, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, b'a',
                ],
            )],
            &[],
        ),
        DAMAGED,
    );
    case(
        "shared string nowhere",
        of(&[], &[record(0x00FD, &[0, 0, 0, 0, 0, 0, 9, 0, 0, 0])]),
        DAMAGED,
    );
    case("cell cut off", of(&[], &[record(0x0203, &[0, 0, 0])]), DAMAGED);
    case(
        "formula whose text never comes",
        of(
            &[],
            &[record(
                0x0006,
                &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0],
            )],
        ),
        READ,
    );
    case(
        "merges cut off",
        of(&[], &[record(0x00E5, &[0xFF, 0xFF, 0, 0])]),
        DAMAGED,
    );
    case("cell in a far column", of(&[], &[number(0, u16::MAX, 1.0)]), FAR);
    case(
        "cell twice in xls",
        of(&[], &[number(0, 0, 1.0), number(0, 0, 2.0)]),
        DAMAGED,
    );
    let mut wild = honest.clone();
    let at = wild.windows(2).position(|two| two == [0x85, 0]).expect("a sheet") + 4;
    wild[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    case("sheet nowhere", compound("Workbook", &wild, &Lies::default()), READ);
    case("bare stream", honest, READ);
    case(
        "Excel 4",
        b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00".to_vec(),
        &["workbook.legacy_xls"],
    );
}

/// A package of OpenDocument with these tables.
fn ods(tables: &str, manifest: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="t" xmlns:text="x" xmlns:style="s"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    Parts(Vec::new())
        .set("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        .set("content.xml", content)
        .set("META-INF/manifest.xml", manifest)
        .zip()
}

fn open_document(case: Take<'_>) {
    let rows = |rows: &str| ods(&format!(r#"<table:table table:name="A">{rows}</table:table>"#), "<m/>");
    let cells = |cells: &str| rows(&format!("<table:table-row>{cells}</table:table-row>"));
    let one = r#"<table:table-cell office:value-type="float" office:value="1"/>"#;
    case("honest ods", cells(one), READ);
    case(
        "two billion blank columns",
        cells(&format!(
            r#"{one}<table:table-cell table:number-columns-repeated="2147483648"/>"#
        )),
        READ,
    );
    case(
        "two billion columns",
        cells(
            r#"<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="2147483648"/>"#,
        ),
        FAR,
    );
    case(
        "two billion blank rows",
        rows(r#"<table:table-row table:number-rows-repeated="2147483648"><table:table-cell/></table:table-row>"#),
        READ,
    );
    case(
        "two billion rows",
        rows(&format!(
            r#"<table:table-row table:number-rows-repeated="2147483648">{one}</table:table-row>"#
        )),
        &["workbook.too_many_cells", "workbook.cell_out_of_range"],
    );
    case(
        "a million rows of a thousand",
        rows(
            r#"<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="1000" office:value-type="float" office:value="1"/></table:table-row>"#,
        ),
        CELLS,
    );
    case(
        "two billion hidden columns",
        rows(&format!(
            r#"<table:table-column table:visibility="collapse" table:number-columns-repeated="2147483648"/><table:table-row>{one}</table:table-row>"#
        )),
        READ,
    );
    case(
        "two billion spaces",
        cells(
            r#"<table:table-cell office:value-type="string"><text:p><text:s text:c="2147483648"/></text:p></table:table-cell>"#,
        ),
        LONG,
    );
    case(
        "merge over everything",
        cells(
            r#"<table:table-cell table:number-columns-spanned="4294967295" table:number-rows-spanned="4294967295" office:value-type="float" office:value="1"/>"#,
        ),
        FAR,
    );
    case(
        "number that is none",
        cells(r#"<table:table-cell office:value-type="float" office:value="x"/>"#),
        DAMAGED,
    );
    case(
        "infinite number",
        cells(r#"<table:table-cell office:value-type="float" office:value="1e999"/>"#),
        DAMAGED,
    );
    case(
        "ten thousand tables",
        ods(&"<table:table/>".repeat(10_000), "<m/>"),
        &["workbook.too_many_sheets"],
    );
    case("deep groups", rows(&"<table:table-row-group>".repeat(1000)), DEEP);
    case(
        "encrypted ods",
        ods("", "<manifest:encryption-data/>"),
        &["workbook.encrypted"],
    );
    case(
        "doctype in ods",
        Parts(Vec::new())
            .set("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            .set("content.xml", "<!DOCTYPE a><a/>")
            .zip(),
        DOCTYPE,
    );
    case(
        "no content",
        Parts(Vec::new())
            .set("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            .set("content.xml", "<a/>")
            .zip(),
        DAMAGED,
    );
    let styles = r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:s="s" xmlns:t="t"><office:automatic-styles><s:style s:name="a" s:family="table-cell" s:parent-style-name="b"/><s:style s:name="b" s:family="table-cell" s:parent-style-name="a"/></office:automatic-styles><office:body><office:spreadsheet><t:table><t:table-row><t:table-cell t:style-name="a" office:value-type="boolean" office:boolean-value="true"/></t:table-row></t:table></office:spreadsheet></office:body></office:document-content>"#;
    case(
        "styles that go round",
        Parts(Vec::new())
            .set("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            .set("content.xml", styles)
            .zip(),
        READ,
    );
}

fn texts(case: Take<'_>) {
    case("ten million columns", vec![b','; 10_000_000], CELLS);
    case(
        "seventeen thousand columns",
        format!("{}x", "1,".repeat(17_000)).into_bytes(),
        FAR,
    );
    case("unclosed quotation mark", b"a,\"b\nc,d\n".to_vec(), DAMAGED);
    case(
        "quotation mark over the file",
        format!("a,\"{}", "b,c\n".repeat(100_000)).into_bytes(),
        LONG,
    );
    case("zeros in a text", b"a,b\0c\n".to_vec(), &["workbook.not_xlsx"]);
    case(
        "more rows than a sheet",
        "1\n".repeat(1_100_000).into_bytes(),
        &["workbook.too_many_cells", "workbook.cell_out_of_range"],
    );
    case(
        "bytes of no encoding",
        [b"a,b\n".repeat(2000), b"\xFF\xFF\xFE".to_vec()].concat(),
        DAMAGED,
    );
    case(
        "half of a UTF-16 text",
        b"\xFF\xFEa\0,\0b\0,\0\x4E".to_vec(),
        &["read", "workbook.damaged"],
    );
    case(
        "only separators and quotes",
        b"\"\"\"\"\"\",,,;;;\t\t\n\n\n".to_vec(),
        &["read", "workbook.damaged"],
    );
}

fn pages(case: Take<'_>) {
    let table = |inside: &str| format!("<html><table>{inside}</table></html>").into_bytes();
    case(
        "a billion columns in a page",
        table("<tr><td colspan=1000000000>a<td>b"),
        FAR,
    );
    case(
        "a billion rows in a page",
        table("<tr><td rowspan=1000000000>a<td>b<tr><td>c"),
        READ,
    );
    case(
        "span that is negative",
        table("<tr><td colspan=-5 rowspan=0>a<td>b"),
        READ,
    );
    case(
        "a million nested tables",
        "<table><tr><td>".repeat(1_000_000).into_bytes(),
        DEEP,
    );
    case(
        "many tables",
        "<table><tr><td>a</table>".repeat(1000).into_bytes(),
        &["workbook.too_many_sheets"],
    );
    let spans = "<td rowspan=1000000>a".repeat(16_000);
    case(
        "rows under sixteen thousand spans",
        table(&format!("<tr>{spans}{}", "<tr><td>b".repeat(20_000))),
        &["workbook.too_much_work", "workbook.cell_out_of_range"],
    );
    case("unclosed comment in a page", table("<tr><td>a<!-- <td>"), READ);
    case("unclosed tag", table("<tr><td>a<td x='"), READ);
    case(
        "page of references",
        table(&format!("<tr><td>{}", "&amp;&#x4E2D;&#0;&#xFFFFFFFF;&".repeat(1000))),
        READ,
    );
    case(
        "cell of a megabyte",
        table(&format!("<tr><td>{}", "a".repeat(1 << 20))),
        LONG,
    );
    let attributes: String = list(200_000, |n| format!(" a{n}=1"));
    case(
        "two hundred thousand attributes",
        table(&format!("<tr><td{attributes}>1")),
        READ,
    );
    case(
        "script without end",
        b"<html><table><tr><td>1</td></tr></table><script>".to_vec(),
        READ,
    );
    case(
        "page without a table",
        b"<html><body>1</body></html>".to_vec(),
        &["workbook.html"],
    );
    case(
        "mail of a page",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n".to_vec(),
        &["workbook.html"],
    );
}

fn xml_2003(case: Take<'_>) {
    let rows = |rows: &str| {
        format!(r#"<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table>{rows}</Table></Worksheet></Workbook>"#).into_bytes()
    };
    let cell = r#"<Cell><Data ss:Type="Number">1</Data></Cell>"#;
    case("honest xml", rows(&format!("<Row>{cell}</Row>")), READ);
    case(
        "row of a billion",
        rows(&format!(r#"<Row ss:Index="1000000000">{cell}</Row>"#)),
        FAR,
    );
    case(
        "column of a billion",
        rows(r#"<Row><Cell ss:Index="1000000000"><Data ss:Type="Number">1</Data></Cell></Row>"#),
        FAR,
    );
    case("index of nothing", rows(r#"<Row><Cell ss:Index="0"/></Row>"#), FAR);
    case(
        "merge of a billion",
        rows(
            r#"<Row><Cell ss:MergeAcross="1000000000" ss:MergeDown="1000000000"><Data ss:Type="Number">1</Data></Cell></Row>"#,
        ),
        FAR,
    );
    case(
        "a billion hidden rows",
        rows(&format!(r#"<Row ss:Hidden="1" ss:Span="1000000000">{cell}</Row>"#)),
        READ,
    );
    case(
        "number that is none in xml",
        rows(r#"<Row><Cell><Data ss:Type="Number">x</Data></Cell></Row>"#),
        DAMAGED,
    );
    case(
        "deep text",
        rows(&format!(
            r#"<Row><Cell><Data ss:Type="String">{}</Data></Cell></Row>"#,
            "<B>".repeat(1000)
        )),
        DEEP,
    );
    let laughing = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>"#;
    case("doctype in xml", laughing.as_bytes().to_vec(), DOCTYPE);
    case(
        "half of an xml",
        rows(&format!("<Row>{cell}</Row>"))[..200].to_vec(),
        DAMAGED,
    );
}

/// An `.xlsb` whose only sheet has these records.
fn xlsb(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let part = |records: &[(u16, Vec<u8>)]| -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, data) in records {
            if *kind < 128 {
                bytes.push(u8::try_from(*kind).expect("short"));
            } else {
                bytes.extend([
                    u8::try_from(kind & 0x7F).expect("short") | 0x80,
                    u8::try_from(kind >> 7).expect("short"),
                ]);
            }
            bytes.push(u8::try_from(data.len()).expect("short"));
            bytes.extend(data);
        }
        bytes
    };
    let wide = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [
            u32::try_from(units.len() / 2).expect("short").to_le_bytes().to_vec(),
            units,
        ]
        .concat()
    };
    let listed = [vec![0; 8], wide("rId1"), wide("A")].concat();
    plain()
        .edit("_rels/.rels", "workbook.xml", "workbook.bin")
        .without("xl/workbook.xml")
        .without("xl/_rels/workbook.xml.rels")
        .set("xl/workbook.bin", part(&[(156, listed)]))
        .set(
            "xl/_rels/workbook.bin.rels",
            r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#,
        )
        .set("xl/worksheets/sheet1.bin", part(records))
        .zip()
}

fn binary_parts(case: Take<'_>) {
    let row = |row: u32| (0, [row.to_le_bytes().to_vec(), vec![0; 13]].concat());
    let real = |column: u32| {
        (
            5,
            [
                column.to_le_bytes().to_vec(),
                vec![0; 4],
                1.5_f64.to_le_bytes().to_vec(),
            ]
            .concat(),
        )
    };
    case("honest xlsb", xlsb(&[row(0), real(0)]), READ);
    case("far row in xlsb", xlsb(&[row(u32::MAX), real(0)]), FAR);
    case("far column in xlsb", xlsb(&[row(0), real(u32::MAX)]), FAR);
    case("cell cut off in xlsb", xlsb(&[row(0), (5, vec![0; 9])]), DAMAGED);
    case(
        "text longer than its record",
        xlsb(&[row(0), (6, [vec![0; 8], vec![0xFF, 0xFF, 0xFF, 0x7F]].concat())]),
        DAMAGED,
    );
    case("string nowhere in xlsb", xlsb(&[row(0), (7, vec![0; 12])]), DAMAGED);
    case("cell twice in xlsb", xlsb(&[row(0), real(3), real(3)]), DAMAGED);
    let mut cut = plain()
        .edit("_rels/.rels", "workbook.xml", "workbook.bin")
        .set("xl/workbook.bin", [0x9C, 0x01, 0xFF, 0xFF, 0xFF, 0x7F])
        .zip();
    case("record of 256 megabytes", cut.clone(), DAMAGED);
    cut.truncate(cut.len() - 30);
    case("half of an xlsb", cut, &["workbook.truncated"]);
}

/// Turned and cut files, the same on every run.
fn mutations(case: Take<'_>) {
    let row = (0, vec![0; 17]);
    let text = (6, [vec![0; 8], vec![2, 0, 0, 0, 0x2D, 0x4E, 0x87, 0x65]].concat());
    let bases: [(&str, Vec<u8>); 6] = [
        ("xlsx", raw_zip(&plain().entries(), &EndRecord::default())),
        ("deflated xlsx", plain().zip()),
        ("xls", compound("Workbook", &stream(&[record(0x00FC, &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, b'a'])], &[number(0, 0, 1.0), number(5, 1, 2.0)]), &Lies::default())),
        ("xlsb", xlsb(&[row, text])),
        ("ods", ods(r#"<table:table table:name="A"><table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table>"#, "<m/>")),
        ("xml", br#"<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row><Cell><Data Type="Number">1</Data></Cell></Row></Table></Worksheet></Workbook>"#.to_vec()),
    ];
    for (name, base) in bases {
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move || {
            // xorshift64
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed >> 33).expect("31 bits")
        };
        for number in 0..20 {
            let mut turned = base.clone();
            for _ in 0..=number % 5 {
                let at = random() % turned.len();
                turned[at] ^= u8::try_from(1 << (random() % 8)).expect("a bit");
            }
            case(&format!("{name} with turned bits {number}"), turned, ANY);
        }
        for part in 1..4 {
            case(
                &format!("{name} cut at {part}/4"),
                base[..base.len() * part / 4].to_vec(),
                ANY,
            );
        }
    }
}
