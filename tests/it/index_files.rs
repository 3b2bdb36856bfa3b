//! The tables of `ronghe index` in the forms in which programs save them.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use encoding_rs::GB18030;
use serde_json::{Value, json};
use tempfile::TempDir;

const DATA: &str = "uCode,uName,zone,a,b\n甲,\"东,一\",北,1.5,10\n乙,西,北,,20\n丙,南,南,3.25,5\n丁,北,南,4,7.5\n";
const TREE: &str = "iCode,Type,Parent,Direction,Weight\na,Indicator,总,1,2\nb,Indicator,总,-1,1\n总,Aggregate,,1,1\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let methodology = json!({
        "kind": "composite", "code": "t", "version": "1",
        "ranks": { "within": ["zone"] },
    });
    fs::write(folder.path().join("m.json"), methodology.to_string()).unwrap();
    fs::write(folder.path().join("tree.csv"), TREE).unwrap();
    folder
}

fn compute(folder: &Path, data: &str, tree: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(["index", "compute", "--format", "json", "--methodology", "m.json"])
        .args(["--data", data, "--tree", tree, "--out", "out"])
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// The files of the results, which are removed.
#[track_caller]
fn results(folder: &Path, output: &Output) -> BTreeMap<String, Vec<u8>> {
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    let out = folder.join("out");
    let entries = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap());
    let files = entries.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read(entry.path()).unwrap())
    });
    let files = files.collect();
    fs::remove_dir_all(out).unwrap();
    files
}

/// A form, and what makes its bytes of a text.
type Form = (&'static str, Box<dyn Fn(&str) -> Vec<u8>>);

#[test]
fn a_table_is_the_same_in_every_encoding_and_with_every_separator() {
    let folder = folder();
    let folder = folder.path();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("data.csv", DATA.as_bytes());
    let expected = results(folder, &compute(folder, "data.csv", "tree.csv", &[]));
    assert!(expected.len() > 7, "{:?}", expected.keys());
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2], mark: &[u8]| {
        let units = text.encode_utf16().flat_map(unit);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    let with = |separator: &str, text: &str| {
        text.replace(',', separator)
            .replace(&format!("东{separator}一"), "东,一")
    };
    let forms: Vec<Form> = vec![
        ("GBK", Box::new(|text| GB18030.encode(text).0.into_owned())),
        (
            "UTF-8 with a mark",
            Box::new(|text| format!("\u{FEFF}{text}").into_bytes()),
        ),
        (
            "UTF-16LE",
            Box::new(move |text| utf16(text, u16::to_le_bytes, b"\xFF\xFE")),
        ),
        (
            "UTF-16BE",
            Box::new(move |text| utf16(text, u16::to_be_bytes, b"\xFE\xFF")),
        ),
        ("tabs", Box::new(move |text| with("\t", text).into_bytes())),
        ("semicolons", Box::new(move |text| with(";", text).into_bytes())),
        (
            "sep=",
            Box::new(move |text| format!("sep=;\r\n{}", with(";", text)).into_bytes()),
        ),
        ("CR LF", Box::new(|text| text.replace('\n', "\r\n").into_bytes())),
        ("CR", Box::new(|text| text.replace('\n', "\r").into_bytes())),
        // As Excel saves "Unicode text".
        (
            "UTF-16 with tabs",
            Box::new(move |text| utf16(&with("\t", text).replace('\n', "\r\n"), u16::to_le_bytes, b"\xFF\xFE")),
        ),
        (
            "blank lines and blanks around cells",
            Box::new(|text| text.replace('\n', " \n\n").replace(",1", ", 1").into_bytes()),
        ),
    ];
    for (form, of) in forms {
        write("other.csv", &of(DATA));
        write("tree2.csv", &of(TREE));
        let found = results(folder, &compute(folder, "other.csv", "tree2.csv", &[]));
        assert!(found == expected, "{form}");
    }
}

#[test]
fn what_cannot_be_read_names_its_place() {
    let folder = folder();
    let folder = folder.path();
    let check = |data: &[u8], expected: (&str, &str, &str)| {
        fs::write(folder.join("data.csv"), data).unwrap();
        let output = compute(folder, "data.csv", "tree.csv", &[]);
        assert_eq!(output.status.code(), Some(1));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let error = told["errors"].get(0).unwrap_or(&told);
        let pointer = error["pointer"].as_str().unwrap_or("");
        let message = error["message"]["en"].as_str().unwrap();
        assert_eq!(
            (error["code"].as_str().unwrap(), pointer),
            (expected.0, expected.1),
            "{told}"
        );
        assert!(message.contains(expected.2), "{message}");
        assert!(!folder.join("out").exists());
    };
    let comma = "uCode;a;b\nu;1,5;1\nv;2;3\n";
    check(comma.as_bytes(), ("table.not_a_number", "2:a", "decimal point"));
    check(
        b"uCode,a,b\n\nu,1,2\n\"v,3,4\nw,5,6\n",
        ("table.unreadable", "4:", "not closed"),
    );
    check(b"uCode,a,b\nu,1,2\nv,3\n", ("table.row_length", "3:", "2 cells"));
    check(b"uCode,a,b\nu,1,\xFF\xFF\n", ("input.unreadable", "", "data.csv"));
    check(b"PAR1 and nothing else", ("input.unreadable", "", "Parquet"));
}

#[test]
fn parquet_of_other_programs_is_read() {
    let folder = folder();
    let folder = folder.path();
    // Written by polars 2.1.0 (zstd) and pyarrow 26.0.1 (snappy, two groups of rows): texts, doubles with a gap, whole
    // numbers, yes and no, and a date that nobody asks for.
    fs::write(
        folder.join("data.csv"),
        "uCode,zone,a,b,c\n甲,n,1.5,1,1\nb,n,,2,0\nc,s,3.25,3,1\nd,s,4,4,1\n",
    )
    .unwrap();
    let tree = format!("{TREE}c,Indicator,总,1,1\n");
    fs::write(folder.join("tree.csv"), tree).unwrap();
    let expected = results(folder, &compute(folder, "data.csv", "tree.csv", &[]));
    let names = ["polars", "pyarrow"];
    let file = |name: &str| format!("{name}.parquet");
    for name in names {
        let file = file(name);
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/tables")
            .join(&file);
        fs::copy(fixture, folder.join(&file)).unwrap();
        let found = results(folder, &compute(folder, &file, "tree.csv", &[]));
        assert!(found == expected, "{name}");
    }
    fs::write(folder.join("tree.csv"), format!("{TREE}day,Indicator,总,1,1\n")).unwrap();
    let refused = compute(folder, &file(names[0]), "tree.csv", &[]);
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(told["errors"][0]["code"], "table.column_kind", "{told}");
}

#[test]
fn results_as_parquet_read_back_as_they_are() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("data.csv"), DATA).unwrap();
    let csv = results(folder, &compute(folder, "data.csv", "tree.csv", &[]));
    let parquet = results(
        folder,
        &compute(folder, "data.csv", "tree.csv", &["--tables", "parquet"]),
    );
    let as_csv = |name: &str| name.replace(".parquet", ".csv");
    assert_eq!(
        parquet.keys().map(|name| as_csv(name)).collect::<Vec<_>>(),
        csv.keys().cloned().collect::<Vec<_>>()
    );
    // Scores from 0 to 100 that are not scaled again are the same scores.
    let again = json!({
        "kind": "composite", "code": "t", "version": "1",
        "normalisation": { "all": { "method": "none" } },
    });
    fs::write(folder.join("m.json"), again.to_string()).unwrap();
    fs::write(folder.join("normalised.parquet"), &parquet["normalised.parquet"]).unwrap();
    let tree = TREE.replace(",-1,", ",1,");
    fs::write(folder.join("tree.csv"), tree).unwrap();
    let found = results(folder, &compute(folder, "normalised.parquet", "tree.csv", &[]));
    for name in ["normalised.csv", "aggregated.csv", "ranks.csv"] {
        assert_eq!(
            String::from_utf8_lossy(&found[name]),
            String::from_utf8_lossy(&csv[name]),
            "{name}"
        );
    }
}
