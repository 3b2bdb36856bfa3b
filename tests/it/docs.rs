//! The handbook is complete: every error code has its row, and the page is generated from the code.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use ronghe::{
    api::http::problem::status_code,
    reader::ChildFailure,
    service::error::{Kind, codes},
};
use survey::codes::Row;

const ERRORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");

/// The head of the page.
const HEAD: &str = "# 错误代码 Error codes

Generated from the code; `UPDATE=1 cargo test --test it docs::` rewrites it.

每个代码都是稳定的，句子可以改动。回答中的 `code` 是下面第一张表或工作簿、测算两张表中的代码；`errors` 中每一条另有自己的代码。

Codes are stable, sentences may change. The `code` of an answer stands in the first table, or in those of workbooks and of \
methodologies; each entry of `errors` has a code of its own.
";

/// The whole page of error codes.
fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## 回答 Answers\n\n| code | status | 中文 | English |\n|---|---|---|---|\n");
    let own = codes::all().map(|code| (code.name, code.kind, code.zh.to_owned(), code.en.to_owned()));
    let of_reader = ChildFailure::ALL.map(|failure| {
        let said = failure.message();
        (failure.code(), Kind::Unprocessable, said.zh, said.en)
    });
    for (name, kind, zh, en) in own.chain(of_reader) {
        writeln!(page, "| `{name}` | {} | {zh} | {en} |", status_code(kind)).unwrap();
    }
    section(
        &mut page,
        "请求中的错误 Faults of requests",
        FAULTS,
        codes::faults().map(|fault| (fault.name, fault.zh, fault.en)),
    );
    rows(
        &mut page,
        "工作簿和压缩包 Workbooks and archives",
        WORKBOOKS,
        &workbook::all_codes(),
    );
    rows(
        &mut page,
        "单元格、说明和文档 Cells, justifications and documents",
        CELLS,
        &survey::all_codes(),
    );
    rows(
        &mut page,
        "认定项目 Designation programmes",
        DOCUMENTS,
        &designation::all_codes(),
    );
    rows(&mut page, "示例县 Demonstration county", DOCUMENTS, &demo::all_codes());
    rows(
        &mut page,
        "评价方法和测算 Methodologies and what is computed",
        METHODOLOGIES,
        &index::codes::all_codes(),
    );
    let (errors, notices) = codes::command_line();
    let errors = errors.iter().map(|code| (code.name, code.zh, code.en));
    let notices = notices.iter().map(|notice| (notice.name, notice.zh, notice.en));
    section(&mut page, "命令行 Command line", COMMANDS, errors.chain(notices));
    page
}

const FAULTS: &str = "见于 `errors`，每一条带有位置。 They stand in `errors`, each with its place.";
const WORKBOOKS: &str = "整份文件被拒绝时状态为 422，超过大小时为 413；关于版面的提示见于审核问题。 \
A file that is refused as a whole is answered with 422, one that is too large with 413; notices about the layout stand among the findings.";
const CELLS: &str = "WF 代码和 `type.*` 等见于审核问题，其余见于 `errors`；花括号内是题项和单元格的内容。调查表自己的审核规则的代码由调查表规定。 \
WF codes, `type.*` and the like stand among the findings, the others in `errors`; in braces stand the question and what the cell holds. The rules of a questionnaire have codes of their own, given by it.";
const DOCUMENTS: &str = "见于 `document.invalid` 的 `errors`。 They stand in the `errors` of `document.invalid`.";
const METHODOLOGIES: &str = "文档的错误见于 `document.invalid` 的 `errors`；测算中遇到的 `composite.*`、`robustness.*` 状态为 422。 \
Faults of documents stand in the `errors` of `document.invalid`; `composite.*` and `robustness.*` that are met while computing are answered with 422.";
const COMMANDS: &str = "只见于命令行。 The command line alone gives these.";

fn rows(page: &mut String, title: &str, about: &str, rows: &[Row]) {
    let said = rows.iter().map(|row| {
        let zh = format!("{}{}", row.meaning.zh, row.remedy.zh);
        (row.code, zh, format!("{} {}", row.meaning.en, row.remedy.en))
    });
    section(page, title, about, said);
}

fn section(
    page: &mut String,
    title: &str,
    about: &str,
    rows: impl Iterator<Item = (&'static str, impl std::fmt::Display, impl std::fmt::Display)>,
) {
    write!(
        page,
        "\n## {title}\n\n{about}\n\n| code | 中文 | English |\n|---|---|---|\n"
    )
    .unwrap();
    for (code, zh, en) in rows {
        writeln!(page, "| `{code}` | {zh} | {en} |").unwrap();
    }
}

#[test]
fn every_error_code_stands_in_the_handbook() {
    let text = page();
    #[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(ERRORS, &text).unwrap();
    }
    let committed = std::fs::read_to_string(ERRORS).unwrap_or_default();
    assert!(
        committed == text,
        "docs/errors.md is not current: run `UPDATE=1 cargo test --test it docs::`"
    );
}

/// Text of the shape of a code that is none: endings of file names, and names.
const NO_CODES: [&str; 20] = [
    "csv", "db", "docx", "html", "ini", "json", "md", "ods", "parquet", "pdf", "py", "rs", "sqlite", "toml", "txt",
    "xls", "xlsb", "xlsx", "xml", "zip",
];
const NAMES: [&str; 3] = ["_ronghe.seal", "prev.x", "wang.wu"];

/// Whether a text between two quotation marks has the shape of a code, `word.word`.
fn looks_like_a_code(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let Some((room, what)) = text.split_once('.') else {
        return false;
    };
    is_word(room) && is_word(what) && !NO_CODES.contains(&what) && !NAMES.contains(&text)
}

/// Every `.rs` file below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_code_in_sources_and_tests_stands_in_the_handbook() {
    let page = page();
    let listed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in [
        "src",
        "survey/src",
        "workbook/src",
        "index/src",
        "designation/src",
        "tests/it",
    ] {
        sources(&root.join(folder), &mut files);
    }
    // The store names constraints of tables, which have the shape of codes.
    files.retain(|file| !file.starts_with(root.join("src/store")));
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for code in text.split('"').filter(|text| looks_like_a_code(text)) {
            assert!(listed.contains(code), "{}: {code} is on no list", file.display());
            seen += 1;
        }
    }
    assert!(seen > 400, "only {seen} codes were found");
}

#[test]
fn the_handbook_has_both_languages_and_its_links_lead_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in [
        "filling",
        "bureau",
        "integration",
        "method",
        "composite",
        "tables",
        "limits",
    ] {
        for language in ["zh", "en"] {
            let path = root.join("docs").join(language).join(format!("{page}.md"));
            assert!(path.is_file(), "{}", path.display());
        }
    }
    for page in [
        "README.md",
        "docs/zh/integration.md",
        "docs/en/integration.md",
        "docs/API-DESIGN.md",
        "docs/adding.md",
    ] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let folder = root.join(page).parent().unwrap().to_owned();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter(|link| !link.starts_with("http"))
        {
            assert!(folder.join(link).exists(), "{page}: {link} leads nowhere");
        }
    }
}
