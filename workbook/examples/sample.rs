//! Samples for the eye and for other programs.
//!
//! `sample write FOLDER` writes the shipped form into a folder: blank in three languages, for one variant, filled in.
//! `sample read FILE` prints what is read from a returned form as JSON.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the shared fixtures are those of the tests"
)]

#[path = "../tests/it/support.rs"]
mod support;

use std::{env, error::Error, fs, io::Write, path::Path};

use support::Form;
use survey::text::Text;
use workbook::{
    anchor::{ReturnWorkbook, anchor},
    extract::{Limits, extract},
    language::Language,
    layout::Layout,
    prefill::{Prefill, carried},
    template::write,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", folder] => write_samples(Path::new(folder)),
        ["read", file] => print_return(Path::new(file)),
        _ => Err("usage: sample write FOLDER | sample read FILE".into()),
    }
}

fn write_samples(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let form = Form::shipped();
    for language in [Language::Zh, Language::En, Language::Both] {
        let bytes = form.write(&support::issue(language), &Prefill::new());
        fs::write(folder.join(format!("blank_{}.xlsx", language.as_str())), bytes)?;
    }
    let previous = support::worked_answers(&form.questionnaire, 2);
    let issue = workbook::template::TemplateIssue {
        previous: previous.clone(),
        ..support::issue(Language::Zh)
    };
    let layout = Layout::of(&form.questionnaire, &form.lists, Some("M"));
    let mut prefill = carried(&form.questionnaire, &form.lists, &previous, Language::Zh);
    prefill.retain(|key, _| layout.cells().contains(key));
    let bytes = write(&layout, &form.questionnaire, &form.lists, &issue, &prefill)?;
    fs::write(folder.join("carried_m.xlsx"), bytes)?;
    for enterprise in 0..5 {
        let answers = support::worked_answers(&form.questionnaire, enterprise);
        let bytes = form.filled(&answers, Language::Zh);
        fs::write(folder.join(format!("filled_{}.xlsx", enterprise + 1)), bytes)?;
    }
    Ok(())
}

fn print_return(file: &Path) -> Result<(), Box<dyn Error>> {
    let form = Form::shipped();
    let bytes = fs::read(file)?;
    let document = match understand(&form, &bytes) {
        Ok(found) => serde_json::json!({
            "metadata": found.metadata, "dates": found.dates, "notices": found.notices, "cells": found.cells,
        }),
        Err((code, message)) => serde_json::json!({ "error": code, "message": message }),
    };
    std::io::stdout().write_all(serde_json::to_string_pretty(&document)?.as_bytes())?;
    Ok(())
}

fn understand(form: &Form, bytes: &[u8]) -> Result<ReturnWorkbook, (&'static str, Text)> {
    let raw = extract(bytes, &Limits::default()).map_err(|error| (error.code(), error.message()))?;
    anchor(&raw, &form.questionnaire, &form.lists).map_err(|error| (error.code(), error.message()))
}
