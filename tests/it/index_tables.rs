//! The handbook names every table that `ronghe index` writes, and every column of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::json;
use tempfile::TempDir;

/// The header of each table that was written, by command and name of the file.
type Written = BTreeMap<(&'static str, String), Vec<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command in a folder and notes what it has written into `out`.
fn run(folder: &TempDir, command: &'static str, arguments: &str, written: &mut Written) {
    let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(["index", command])
        .args(arguments.split(' '))
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments}: {output:?}");
    let out = folder.path().join("out");
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == "csv") {
            let mut table = csv::Reader::from_path(&path).unwrap();
            let header = table.headers().unwrap().iter().map(str::to_owned);
            written.entry((command, name)).or_default().extend(header);
        }
    }
    fs::remove_dir_all(out).unwrap();
}

const DATA: &str = "uCode,Time,zone,size,a,b,c\n\
    u,2019,n,10,1,9,1\nv,2019,n,20,2,7,1\nw,2019,s,10,3,8,\nx,2019,s,10,40,1,2\ny,2019,s,10,4,2,3\n\
    u,2020,n,10,2,9,1\nv,2020,n,20,2,6,1\nw,2020,s,10,3,8,4\nx,2020,s,10,50,1,2\ny,2020,s,10,4,2,3\n";
const TREE: &str = "iCode,Type,Parent,Direction,Denominator\na,Indicator,A,1,size\nb,Indicator,A,-1,\nc,Indicator,C,1,\n\
    A,Aggregate,I,1,\nC,Aggregate,I,1,\nI,Aggregate,,1,\nsize,Denominator,,,\n";
const NODES: [&str; 6] = ["a", "b", "c", "A", "C", "I"];
const UNITS: [&str; 5] = ["u", "v", "w", "x", "y"];
const SETTING: &str = "low";

fn written() -> Written {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    put("iData.csv", DATA.to_owned());
    put("iMeta.csv", TREE.to_owned());
    let methodology = |more: serde_json::Value| {
        let mut document = json!({
            "kind": "composite", "code": "t", "version": "1",
            "denomination": {}, "imputation": {}, "screening": {}, "treatment": {},
            "publication": { "decimals": 1 }, "ranks": { "within": ["zone"] },
        });
        let more = more.as_object().unwrap().clone();
        document.as_object_mut().unwrap().extend(more);
        document.to_string()
    };
    let label = json!({ "zh": "一", "en": "one" });
    let stages = json!({ "stages": { "rules": [{ "stage": 1, "label": label, "expression": "true" }] } });
    put(
        "levels.json",
        methodology(json!({ "levels": { "cuts": [{ "code": "L", "at_least": 50 }, { "code": "M" }] } })),
    );
    put("stages.json", methodology(stages));
    let uncertainty = json!({
        "uncertain": [{ "name": SETTING, "pointer": "/normalisation/all/low", "range": [0.0, 1.0] }],
        "weights": { "noise": [{ "factor": 1.0 }] },
    });
    put("u.json", uncertainty.to_string());
    put("complete.csv", DATA.replace(",\nx,2019", ",5\nx,2019"));

    let mut found = Written::new();
    let files = "--data iData.csv --tree iMeta.csv";
    for methodology in ["levels", "stages"] {
        let arguments = format!("{files} --methodology {methodology}.json --out out");
        run(&folder, "compute", &arguments, &mut found);
        let more = "--uncertainty u.json --replications 16 --sensitivity --keep --remove aggregates --first 2,3";
        run(&folder, "robustness", &format!("{arguments} {more}"), &mut found);
    }
    let more = "--unit u --topsis min-max --pairwise --out out";
    run(
        &folder,
        "stats",
        &format!("--data complete.csv --tree iMeta.csv {more}"),
        &mut found,
    );
    run(
        &folder,
        "weights",
        &format!("{files} --method equal --out out/weights.csv"),
        &mut found,
    );
    found
}

/// How the handbook writes a column that is named after something.
fn as_documented(column: &str) -> String {
    match column.split_once(':') {
        Some((kind, _)) => format!("`{kind}:"),
        None if column.starts_with("r_") => "`r_1`".to_owned(),
        None => format!("`{column}`"),
    }
}

#[test]
fn the_handbook_names_every_table_and_every_column() {
    let written = written();
    for (language, a_column_each) in [("en", "one column per"), ("zh", "一列")] {
        let page = fs::read_to_string(root().join("docs").join(language).join("tables.md")).unwrap();
        let sections = page.split("\n## ").skip(1);
        let sections: BTreeMap<&str, &str> = sections.filter_map(|section| section.split_once('\n')).collect();
        for ((command, file), header) in &written {
            let file = file.replace("zone", "GROUP");
            let section = sections[command];
            // Weights are written into one file, which has no name of its own.
            let row = if *command == "weights" {
                section
            } else {
                let cell = format!("`{file}`");
                let is_about = |line: &&str| line.split('|').nth(1).is_some_and(|names| names.contains(&cell));
                let row = section.lines().find(is_about);
                row.unwrap_or_else(|| panic!("{language}: {command} writes {file}, which the handbook does not name"))
            };
            for column in header {
                let is_named =
                    if column == SETTING || NODES.contains(&column.as_str()) || UNITS.contains(&column.as_str()) {
                        row.contains(a_column_each) || column == SETTING
                    } else {
                        row.contains(&as_documented(column))
                    };
                assert!(
                    is_named,
                    "{language}: the handbook does not name the column {column} of {file}: {row}"
                );
            }
        }
    }
}

/// What stands before the name of a table in the sources.
const NAMING: [&str; 6] = [
    ".add(\"",
    ".add_matrices(\"",
    ".add_parts(\"",
    "of_scores(tables, \"",
    "of_units(tables, \"",
    "add_kept(&mut tables, \"",
];

#[test]
fn every_table_that_the_sources_or_the_handbook_name_is_written_here() {
    let written: BTreeSet<String> = written()
        .into_keys()
        .map(|(_, file)| file.replace("zone", "GROUP"))
        .collect();
    let mut named = BTreeSet::new();
    for folder in ["src/cli/index", "src/cli/index/compute"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let calls = NAMING.iter().flat_map(|call| text.split(call).skip(1));
            named.extend(calls.map(|call| format!("{}.csv", call.split('"').next().unwrap())));
        }
    }
    assert!(named.len() > 20, "{named:?}");
    let page = fs::read_to_string(root().join("docs/en/tables.md")).unwrap();
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let files = rows.flat_map(|names| names.split('`').filter(|name| name.contains(".csv")));
    named.extend(files.map(str::to_owned));
    assert!(named.len() > 30, "{named:?}");
    let lost: Vec<&String> = named.difference(&written).collect();
    assert!(lost.is_empty(), "no test writes {lost:?}");
}
