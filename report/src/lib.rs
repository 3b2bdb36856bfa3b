//! What is printed or read without opening a workbook: the report on a return as a CSV and as a page, results as pages, and
//! the letters that hand out one-time codes.

pub mod csv;
mod html;
pub mod league;
pub mod letters;
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
