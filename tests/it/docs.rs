//! The handbook is complete: every error code has its row, and the table is generated from the code.

use std::fmt::Write as _;

use ronghe::{api::http, service::error};

const ERRORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");

#[test]
fn every_error_code_stands_in_the_handbook() {
    let mut text = String::from(
        "# 错误代码 Error codes\n\nGenerated from the code; `UPDATE=1 cargo test --test it docs::` rewrites it.\n\n| code | status | 中文 | English |\n|---|---|---|---|\n",
    );
    for code in error::codes::all() {
        writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            code.name,
            http::problem::status_code(code.kind),
            code.zh,
            code.en
        )
        .unwrap();
    }
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

#[test]
fn the_handbook_has_both_languages_and_its_links_lead_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["filling", "bureau", "integration", "method", "composite", "limits"] {
        for language in ["zh", "en"] {
            let path = root.join("docs").join(language).join(format!("{page}.md"));
            assert!(path.is_file(), "{}", path.display());
        }
    }
    for page in ["README.md", "docs/zh/integration.md", "docs/en/integration.md"] {
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
