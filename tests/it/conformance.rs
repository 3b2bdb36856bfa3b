//! Every kind of value through every format and writer: tests/workbooks/conformance/kinds.json says what a cell is given
//! and what reading it must find; docs/conformance.md shows the outcome.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use rust_xlsxwriter::{Format, Formula, Workbook};
use serde::Deserialize;
use serde_json::Value;
use survey::cell::RawValue;
use workbook::extract::{FileFormat, Limits, RawWorkbook, Visibility, extract};

use crate::foreign::{node_modules, office, python, run};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/workbooks/conformance");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conformance.md");

/// One kind of value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    #[serde(rename = "kind")]
    code: String,
    zh: String,
    en: String,
    give: Value,
    expect: Expect,
    /// By format (`csv`), or by writer and format (`sheetjs/html`): what is found there instead.
    #[serde(default)]
    except: BTreeMap<String, Expect>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    value: RawValue,
    #[serde(default = "general")]
    format: String,
    #[serde(default)]
    formula: bool,
}

fn general() -> String {
    "General".to_owned()
}

/// A file with every kind of value in it.
struct Made {
    writer: &'static str,
    /// Format as this house names it, or a variant of it.
    variant: &'static str,
    format: FileFormat,
    path: PathBuf,
    /// What the format keeps of merges, hidden rows and columns, hidden and very hidden sheets.
    keeps: &'static [Fact],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    Merge,
    HiddenRow,
    HiddenColumn,
    HiddenSheet,
    VeryHiddenSheet,
}

use Fact::{HiddenColumn, HiddenRow, HiddenSheet, Merge, VeryHiddenSheet};

const ALL: &[Fact] = &[Merge, HiddenRow, HiddenColumn, HiddenSheet, VeryHiddenSheet];
const NONE: &[Fact] = &[];

#[test]
fn every_kind_of_value_survives_every_format_and_writer() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(format!("{FOLDER}/kinds.json")).unwrap();
    let kinds: Vec<Kind> = serde_json::from_str(&text).unwrap();
    let files = make(folder.path(), &kinds);
    let (mut wrong, mut cases) = (Vec::new(), 0);
    let mut table: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut facts: Vec<(String, Vec<bool>)> = Vec::new();
    for made in &files {
        let name = format!("{}/{}", made.writer, made.variant);
        let bytes = std::fs::read(&made.path).unwrap();
        let read = extract(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read.format, made.format, "{name}");
        for kind in &kinds {
            cases += 1;
            let expected = kind
                .except
                .get(&name)
                .or_else(|| kind.except.get(made.variant))
                .unwrap_or(&kind.expect);
            let found = found(&read, &kind.code);
            if found.as_ref() != Some(expected) {
                wrong.push(format!("{name} {}: {found:?}, not {expected:?}", kind.code));
            }
            table
                .entry(&kind.code)
                .or_default()
                .push(found.as_ref().map_or_else(String::new, shown));
        }
        let kept = kept(&read);
        for fact in ALL {
            cases += 1;
            if kept.contains(fact) != made.keeps.contains(fact) {
                wrong.push(format!("{name}: {fact:?} kept: {}", kept.contains(fact)));
            }
        }
        facts.push((name, ALL.iter().map(|fact| kept.contains(fact)).collect()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases >= 120, "{cases} cases");
    let page = page(&kinds, &files, &table, &facts, cases);
    #[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let committed = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        committed == page,
        "docs/conformance.md is not current: run `UPDATE=1 cargo test --test it conformance::`"
    );
}

fn make(folder: &Path, kinds: &[Kind]) -> Vec<Made> {
    let kinds_file = format!("{FOLDER}/kinds.json");
    let source = folder.join("openpyxl.xlsx");
    run(Command::new(python())
        .arg(format!("{FOLDER}/openpyxl_write.py"))
        .arg(&kinds_file)
        .arg(&source));
    run(Command::new("node")
        .env("NODE_PATH", node_modules())
        .arg(format!("{FOLDER}/sheetjs_write.cjs"))
        .arg(&kinds_file)
        .arg(folder));
    run(Command::new("node")
        .env("NODE_PATH", node_modules())
        .arg(format!("{FOLDER}/exceljs_write.cjs"))
        .arg(&kinds_file)
        .arg(folder.join("exceljs.xlsx")));
    std::fs::write(folder.join("rust.xlsx"), of_rust_xlsxwriter(kinds)).unwrap();
    let mut files = vec![
        Made {
            writer: "openpyxl",
            variant: "xlsx",
            format: FileFormat::Xlsx,
            path: source.clone(),
            keeps: ALL,
        },
        Made {
            writer: "rust_xlsxwriter",
            variant: "xlsx",
            format: FileFormat::Xlsx,
            path: folder.join("rust.xlsx"),
            keeps: ALL,
        },
        Made {
            writer: "exceljs",
            variant: "xlsx",
            format: FileFormat::Xlsx,
            path: folder.join("exceljs.xlsx"),
            keeps: ALL,
        },
    ];
    // LibreOffice turns very hidden into hidden.
    let most = &[Merge, HiddenRow, HiddenColumn, HiddenSheet][..];
    for (filter, suffix, variant, format, keeps) in [
        ("xlsx:Calc MS Excel 2007 XML", "xlsx", "xlsx", FileFormat::Xlsx, most),
        ("xls:MS Excel 97", "xls", "xls", FileFormat::Xls, most),
        ("ods:calc8", "ods", "ods", FileFormat::Ods, most),
        (
            "fods:OpenDocument Spreadsheet Flat XML",
            "fods",
            "fods",
            FileFormat::Ods,
            most,
        ),
        ("html:HTML (StarCalc)", "html", "html", FileFormat::Html, &[Merge]),
        (
            "csv:Text - txt - csv (StarCalc):44,34,76,1",
            "csv",
            "csv",
            FileFormat::Csv,
            NONE,
        ),
    ] {
        let target = folder.join(format!("libreoffice_{variant}"));
        convert(folder, &source, filter, &target);
        files.push(Made {
            writer: "libreoffice",
            variant,
            format,
            path: target.join(format!("openpyxl.{suffix}")),
            keeps,
        });
    }
    for (kind, suffix, variant, format, keeps) in [
        ("xlsx", "xlsx", "xlsx", FileFormat::Xlsx, ALL),
        ("xlsb", "xlsb", "xlsb", FileFormat::Xlsb, ALL),
        (
            "biff8",
            "xls",
            "xls",
            FileFormat::Xls,
            &[Merge, HiddenColumn, HiddenSheet, VeryHiddenSheet],
        ),
        (
            "biff5",
            "xls",
            "xls_biff5",
            FileFormat::Xls,
            &[HiddenSheet, VeryHiddenSheet],
        ),
        ("ods", "ods", "ods", FileFormat::Ods, &[Merge]),
        ("fods", "fods", "fods", FileFormat::Ods, &[Merge]),
        ("html", "html", "html", FileFormat::Html, NONE),
        ("xlml", "xml", "xml2003", FileFormat::Xml2003, ALL),
        ("csv", "csv", "csv", FileFormat::Csv, NONE),
        ("txt", "txt", "txt", FileFormat::Csv, NONE),
    ] {
        files.push(Made {
            writer: "sheetjs",
            variant,
            format,
            path: folder.join(format!("sheetjs_{kind}.{suffix}")),
            keeps,
        });
    }
    files
}

/// Converts with LibreOffice; the result stands in `target` under the name of the source.
pub(crate) fn convert(folder: &Path, source: &Path, filter: &str, target: &Path) {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    run(Command::new(office())
        .args([&profile, "--headless", "--convert-to", filter, "--outdir"])
        .arg(target)
        .arg(source));
}

fn of_rust_xlsxwriter(kinds: &[Kind]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("values").unwrap();
    for (row, kind) in (0..).zip(kinds) {
        sheet.write(row, 0, &kind.code).unwrap();
        let give = &kind.give;
        let format = give["format"]
            .as_str()
            .map_or_else(Format::new, |code| Format::new().set_num_format(code));
        let number = give["number"].as_f64().or_else(|| give["date"].as_f64());
        if let Some(number) = number {
            sheet.write_with_format(row, 1, number, &format).unwrap();
        } else if let Some(text) = give["text"].as_str() {
            sheet.write_with_format(row, 1, text, &format).unwrap();
        } else if let Some(yes) = give["boolean"].as_bool() {
            sheet.write(row, 1, yes).unwrap();
        } else if let Some(formula) = give["formula"].as_str() {
            let cached = ["cached", "cached_error"]
                .into_iter()
                .find_map(|key| give.get(key))
                .unwrap();
            let cached = cached.as_str().map_or_else(|| cached.to_string(), str::to_owned);
            sheet.write(row, 1, Formula::new(formula).set_result(cached)).unwrap();
        }
    }
    let layout = book.add_worksheet().set_name("layout").unwrap();
    layout.merge_range(0, 0, 1, 1, "merged", &Format::new()).unwrap();
    layout.write(3, 0, "hidden row").unwrap();
    layout.set_row_hidden(3).unwrap();
    layout.write(0, 3, "hidden column").unwrap();
    layout.set_column_hidden(3).unwrap();
    let hidden = book.add_worksheet().set_name("hidden").unwrap();
    hidden.write(0, 0, "hidden sheet").unwrap();
    hidden.set_hidden(true);
    let secret = book.add_worksheet().set_name("secret").unwrap();
    secret.write(0, 0, "very hidden sheet").unwrap();
    secret.set_very_hidden(true);
    book.save_to_buffer().unwrap()
}

/// What stands beside the name of a kind; a cell that is not there is blank.
fn found(read: &RawWorkbook, kind: &str) -> Option<Expect> {
    let sheet = read
        .sheets
        .iter()
        .find(|sheet| sheet.name == "values")
        .or(read.sheets.first())?;
    let name = sheet
        .cells
        .iter()
        .find(|cell| cell.column == 0 && cell.value == RawValue::Text(kind.to_owned()))?;
    let Some(cell) = sheet.cell(name.row, 1) else {
        return Some(Expect {
            value: RawValue::Blank,
            format: general(),
            formula: false,
        });
    };
    Some(Expect {
        value: cell.value.clone(),
        format: read.number_format(cell).to_owned(),
        formula: cell.formula,
    })
}

fn kept(read: &RawWorkbook) -> Vec<Fact> {
    let sheet = |name: &str| read.sheets.iter().find(|sheet| sheet.name == name);
    let layout = sheet("layout");
    let is_merged = layout.is_some_and(|layout| {
        layout
            .merged
            .iter()
            .any(|range| (range.first_row, range.first_column, range.last_row, range.last_column) == (0, 0, 1, 1))
    });
    [
        (Merge, is_merged),
        (HiddenRow, layout.is_some_and(|layout| layout.hidden_rows == [(3, 3)])),
        (
            HiddenColumn,
            layout.is_some_and(|layout| layout.hidden_columns == [(3, 3)]),
        ),
        (
            HiddenSheet,
            sheet("hidden").is_some_and(|sheet| sheet.visibility == Visibility::Hidden),
        ),
        (
            VeryHiddenSheet,
            sheet("secret").is_some_and(|sheet| sheet.visibility == Visibility::VeryHidden),
        ),
    ]
    .into_iter()
    .filter_map(|(fact, is_kept)| is_kept.then_some(fact))
    .collect()
}

/// The value, its format and whether it is a formula, on one line of a table.
fn shown(found: &Expect) -> String {
    let value = match &found.value {
        RawValue::Blank => "blank".to_owned(),
        RawValue::Text(text) => format!("“{text}”"),
        RawValue::Number(number) => number.to_string(),
        RawValue::DateSerial(serial) => format!("date {serial}"),
        RawValue::Boolean(yes) => yes.to_string().to_uppercase(),
        RawValue::Error(error) => error.clone(),
        RawValue::FormulaWithoutValue => "formula without value".to_owned(),
    };
    let format = if found.format == "General" {
        String::new()
    } else {
        format!(" `{}`", found.format)
    };
    let formula = if found.formula { " =" } else { "" };
    format!("{value}{format}{formula}")
        .replace('|', "\\|")
        .replace('\n', "⏎")
        .replace('<', "&lt;")
}

fn page(
    kinds: &[Kind],
    files: &[Made],
    table: &BTreeMap<&str, Vec<String>>,
    facts: &[(String, Vec<bool>)],
    cases: usize,
) -> String {
    let mut page = format!(
        "# 各种格式读出的值 What is read from which format\n\nGenerated: `UPDATE=1 cargo test --test it conformance::` rewrites it. {cases} cases, all as expected: {} kinds of value and {} facts of layout,\neach through {} files of {} writers (versions are pinned in tests/workbooks). `=` marks a formula, `⏎` a line end.\n\n",
        kinds.len(),
        ALL.len(),
        files.len(),
        files
            .iter()
            .map(|made| made.writer)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
    );
    for kind in kinds {
        writeln!(page, "## {} {}\n\n| found | where |\n|---|---|", kind.zh, kind.en).unwrap();
        let mut by_value: Vec<(&String, Vec<String>)> = Vec::new();
        for (value, made) in table[kind.code.as_str()].iter().zip(files) {
            let name = format!("{}/{}", made.writer, made.variant);
            match by_value.iter_mut().find(|(known, _)| *known == value) {
                Some((_, names)) => names.push(name),
                None => by_value.push((value, vec![name])),
            }
        }
        for (value, names) in by_value {
            writeln!(page, "| {value} | {} |", names.join(", ")).unwrap();
        }
        page.push('\n');
    }
    page.push_str("## 版式 Layout\n\n| file | merged cells | hidden row | hidden column | hidden sheet | very hidden sheet |\n|---|---|---|---|---|---|\n");
    for (name, kept) in facts {
        let marks: Vec<&str> = kept.iter().map(|kept| if *kept { "✓" } else { "–" }).collect();
        writeln!(page, "| {name} | {} |", marks.join(" | ")).unwrap();
    }
    page
}
