//! What is printed or read without opening a workbook: the report on a return as a CSV and as a page, results as pages, and
//! the letters that hand out one-time codes.

pub mod csv;
mod html;
pub mod league;
pub mod letters;
pub mod page;
pub mod result;

use survey::{
    finding::Finding,
    report::{FindingLine, Report},
    text::Text,
};
use workbook::language::Language;

/// A text in the language that was asked for.
fn say(language: Language, text: &Text) -> String {
    match language {
        Language::Zh => text.zh.clone(),
        Language::En => text.en.clone(),
        Language::Both if text.zh == text.en => text.zh.clone(),
        Language::Both => format!("{} {}", text.zh, text.en),
    }
}

fn words(language: Language, zh: &str, en: &str) -> String {
    say(language, &Text::new(zh, en))
}

/// What else is wrong for the same cause, each with its rule.
fn folded(language: Language, finding: &Finding) -> impl Iterator<Item = String> {
    let folded = finding.folded.iter();
    folded.map(move |folded| format!("{} {}", folded.rule, say(language, &folded.message)))
}

/// The reason of a justification in words, and what was said besides; empty where there is none.
fn justification<'l>(language: Language, line: &'l FindingLine, report: &Report) -> (String, &'l str) {
    let Some(said) = &line.justification else {
        return (String::new(), "");
    };
    let reason = report.reasons.iter().find(|reason| reason.code == said.reason);
    let reason = reason.map_or_else(String::new, |reason| say(language, &reason.label));
    (reason, &said.text)
}
