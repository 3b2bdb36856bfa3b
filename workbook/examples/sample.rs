//! Samples for the eye and for other programs.
//!
//! `sample write FOLDER` writes the shipped form into a folder: blank and as a bulk sheet in three languages, for one
//! variant, filled in.
//! `sample bulk ROWS FILE` writes a filled bulk sheet of so many rows, and prints the peak of memory in kB.
//! `sample read FILE` prints what is read from a returned form as JSON.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the shared fixtures are those of the tests"
)]

#[path = "../tests/it/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::{env, error::Error, fs, io::Write, path::Path};

use support::{Form, SURVEY};
use survey::text::Text;
use workbook::{
    anchor::{ReturnWorkbook, anchor},
    bulk::{self, BulkEntry, BulkLayout},
    extract::{Limits, extract},
    language::Language,
    layout::Layout,
    prefill::{Prefill, carried, raw_values},
    template::{write, write_live},
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", folder] => write_samples(Path::new(folder)),
        ["bulk", rows, file] => write_bulk(rows.parse()?, Path::new(file)),
        ["read", file] => print_return(Path::new(file)),
        _ => Err("usage: sample write FOLDER | sample bulk ROWS FILE | sample read FILE".into()),
    }
}

fn write_samples(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let form = Form::shipped();
    for language in [Language::Zh, Language::En, Language::Both] {
        let issue = support::issue(language);
        let layout = Layout::of(&form.questionnaire, &form.lists, None);
        let bytes = write_live(&layout, &SURVEY, &form.lists, &issue, &Prefill::new())?;
        fs::write(folder.join(format!("blank_{}.xlsx", language.as_str())), bytes)?;
        let layout = BulkLayout::of(&form.questionnaire, 3);
        let entry = BulkEntry {
            uscc: issue.enterprise.uscc.clone(),
            name: issue.enterprise.name.clone(),
            ..BulkEntry::default()
        };
        let bytes = bulk::write(&layout, &form.questionnaire, &form.lists, &issue, [entry])?;
        fs::write(folder.join(format!("bulk_{}.xlsx", language.as_str())), bytes)?;
    }
    let previous = support::worked_answers(&form.questionnaire, 2);
    let issue = workbook::template::TemplateIssue {
        previous: previous.clone(),
        ..support::issue(Language::Zh)
    };
    let layout = Layout::of(&form.questionnaire, &form.lists, Some("M"));
    let mut prefill = raw_values(
        &form.questionnaire,
        &form.lists,
        &carried(&form.questionnaire, &previous),
        Language::Zh,
    );
    prefill.retain(|key, _| layout.cells().contains(key));
    let bytes = write(&layout, &form.questionnaire, &form.lists, &issue, &prefill)?;
    fs::write(folder.join("carried_m.xlsx"), bytes)?;
    for enterprise in 0..5 {
        let answers = support::worked_answers(&form.questionnaire, enterprise);
        let layout = Layout::of(&form.questionnaire, &form.lists, None);
        let prefill = raw_values(&form.questionnaire, &form.lists, &answers, Language::Zh);
        let bytes = write_live(&layout, &SURVEY, &form.lists, &support::issue(Language::Zh), &prefill)?;
        fs::write(folder.join(format!("filled_{}.xlsx", enterprise + 1)), bytes)?;
    }
    Ok(())
}

fn write_bulk(rows: usize, file: &Path) -> Result<(), Box<dyn Error>> {
    let form = Form::shipped();
    let layout = BulkLayout::of(&form.questionnaire, 3);
    let prefills: Vec<Prefill> = (0..5)
        .map(|at| support::worked_answers(&form.questionnaire, at))
        .map(|answers| raw_values(&form.questionnaire, &form.lists, &answers, Language::Zh))
        .collect();
    let entries = (0..rows).zip(prefills.iter().cycle()).map(|(row, prefill)| BulkEntry {
        uscc: format!("91330111XY{row:08}"),
        name: format!("第{row}家示例企业"),
        prefill: prefill.clone(),
        ..BulkEntry::default()
    });
    let issue = support::issue(Language::Zh);
    let bytes = bulk::write(&layout, &form.questionnaire, &form.lists, &issue, entries)?;
    fs::write(file, bytes)?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or_default();
    writeln!(std::io::stdout(), "{peak}")?;
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
