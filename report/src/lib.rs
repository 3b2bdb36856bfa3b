//! The report on a return for people who do not open the workbook: a CSV and a page to print. Results as pages to print.

pub mod csv;
mod html;
pub mod league;
pub mod page;
pub mod result;

use survey::{questionnaire::Action, text::Text};
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

fn severity(action: Action) -> Text {
    match action {
        Action::Block => Text::new("须改正", "to correct"),
        Action::Warn => Text::new("须改正或说明", "to correct or justify"),
        Action::Info => Text::new("提示", "note"),
    }
}
