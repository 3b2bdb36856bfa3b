//! The invariants of ARCHITECTURE.md, checked over `use` lines, paths and manifests.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The Rust files below a folder of the project.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Code without comments: a word in a comment is no dependency.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    // Unit tests may look at the environment for their switches.
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = product.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether code says a crate or module: `word::` or `use word;`, as a whole word.
fn says(code: &str, word: &str) -> bool {
    let mut rest = code;
    while let Some(at) = rest.find(word) {
        let before = rest[..at].chars().next_back();
        let after = &rest[at + word.len()..];
        let whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        if whole && (after.starts_with("::") || after.starts_with(';')) {
            return true;
        }
        rest = after;
    }
    false
}

#[track_caller]
fn nobody_says(folder: &str, words: &[&str]) {
    let files = files(folder);
    assert!(!files.is_empty(), "{folder} is empty");
    for file in files {
        let code = code(&file);
        for word in words {
            assert!(!says(&code, word), "{} says {word}", file.display());
        }
    }
}

/// Dependencies of a crate, tests' own left out.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest)).unwrap();
    let section = text
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap()
        .to_owned();
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_pure_crates_know_no_http_no_database_no_clock_and_no_randomness() {
    for name in ["survey", "workbook", "index", "designation", "demo"] {
        nobody_says(
            &format!("{name}/src"),
            &[
                "poem",
                "poem_openapi",
                "sea_orm",
                "sqlx",
                "tokio",
                "rand",
                "uuid",
                "Utc::now",
                "SystemTime",
                "Instant",
                "std::net",
                "std::env",
            ],
        );
        for forbidden in [
            "poem",
            "poem-openapi",
            "sea-orm",
            "sqlx",
            "tokio",
            "rand",
            "uuid",
            "reqwest",
            "entity",
            "migration",
        ] {
            assert!(
                !dependencies(&format!("{name}/Cargo.toml"))
                    .iter()
                    .any(|found| found == forbidden),
                "{name} depends on {forbidden}"
            );
        }
    }
}

#[test]
fn workbook_and_index_do_not_know_each_other() {
    nobody_says("workbook/src", &["index"]);
    nobody_says("index/src", &["workbook"]);
    assert!(!dependencies("workbook/Cargo.toml").contains(&"index".to_owned()));
    assert!(!dependencies("index/Cargo.toml").contains(&"workbook".to_owned()));
}

#[test]
fn poem_is_said_in_api_and_the_server_is_started_in_startup_alone() {
    for folder in [
        "src/service",
        "src/store",
        "src/domain",
        "src/jobs",
        "src/cli",
        "src/report",
    ] {
        nobody_says(folder, &["poem", "poem_openapi"]);
    }
}

#[test]
fn sea_orm_is_said_in_store_alone() {
    for folder in [
        "src/service",
        "src/api",
        "src/domain",
        "src/jobs",
        "src/cli",
        "src/report",
    ] {
        nobody_says(folder, &["sea_orm", "entity", "sqlx"]);
    }
}

#[test]
fn neither_the_api_nor_the_command_line_calls_the_store() {
    nobody_says("src/api", &["store", "crate::store"]);
    nobody_says("src/cli", &["store", "crate::store"]);
}

#[test]
fn the_domain_knows_nobody_above_it() {
    nobody_says(
        "src/domain",
        &["crate::store", "crate::service", "crate::api", "crate::jobs"],
    );
    nobody_says(
        "src/store",
        &["crate::service", "crate::api", "crate::jobs", "crate::cli"],
    );
    nobody_says("src/service", &["crate::api", "crate::cli"]);
}

#[test]
fn no_question_indicator_or_rule_code_lives_in_the_product() {
    let codes = domain_codes();
    for folder in [
        "survey/src",
        "workbook/src",
        "index/src",
        "designation/src",
        "demo/src",
        "src",
    ] {
        for file in files(folder) {
            let text = fs::read_to_string(&file).unwrap();
            // Unit tests may name what they test.
            let product = text.split("#[cfg(test)]").next().unwrap();
            if file.file_name().is_some_and(|name| name == "tests.rs")
                || file.components().any(|part| part.as_os_str() == "tests")
            {
                continue;
            }
            let literals = product
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .flat_map(|line| line.split('"').skip(1).step_by(2));
            for literal in literals {
                assert!(
                    !codes.contains(literal),
                    "{} holds the domain code \"{literal}\"",
                    file.display()
                );
            }
        }
    }
}

/// All codes of questions, derived values, rules and indicators that are long enough to be told from ordinary words.
fn domain_codes() -> std::collections::BTreeSet<String> {
    let questionnaire: serde_json::Value =
        serde_json::from_str(ronghe::shipped::file("questionnaire_integration.json").unwrap()).unwrap();
    let index: serde_json::Value =
        serde_json::from_str(ronghe::shipped::file("methodology_integration_index.json").unwrap()).unwrap();
    let level: serde_json::Value =
        serde_json::from_str(ronghe::shipped::file("methodology_sme_level_2024.json").unwrap()).unwrap();
    let lists = [
        &questionnaire["questions"],
        &questionnaire["edit_rules"],
        &index["indicators"],
        &level["items"],
        &level["scenes"],
    ];
    let mut codes = std::collections::BTreeSet::new();
    for list in lists {
        codes.extend(
            list.as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["code"].as_str().unwrap().to_owned()),
        );
    }
    codes
}

#[test]
fn the_scanner_sees_what_it_is_meant_to_see() {
    assert!(says("use poem::Route;", "poem"));
    assert!(says("let x = sea_orm::Value;", "sea_orm"));
    assert!(!says("use poem_openapi::Object;", "poem"));
    assert!(!says("let index = 3;", "index"));
}
