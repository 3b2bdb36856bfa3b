//! The language of a template, and the few words that every template has.

use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::options::Choice;

/// The language in which a template is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
    /// Chinese with English below.
    Both,
}

impl Language {
    /// The spelling in the metadata sheet.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Both => "both",
        }
    }

    /// The language of a spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Zh, Self::En, Self::Both]
            .into_iter()
            .find(|language| language.as_str() == text)
    }

    /// A text for a cell of its own; two languages stand on two lines.
    pub(crate) fn block(self, text: &Text) -> String {
        self.join(text, "\n")
    }

    /// A text within a line.
    pub(crate) fn inline(self, text: &Text) -> String {
        self.join(text, " ")
    }

    /// A short name that exists in one language only, such as that of a sheet.
    pub(crate) fn single(self, text: &Text) -> &str {
        if self == Self::En { &text.en } else { &text.zh }
    }

    /// An option as it stands in drop-down lists and answer cells: code, blank, label. The label stands in one language
    /// even where the template has both: it is an answer, and is read back word by word.
    pub(crate) fn choice(self, choice: Choice<'_>) -> String {
        format!("{} {}", choice.code, self.single(choice.label))
    }

    /// The answer to a yes/no question as it stands in cells.
    pub(crate) fn yes_no(self, yes: bool) -> &'static str {
        match (self, yes) {
            (Self::En, true) => "Yes",
            (Self::En, false) => "No",
            (_, true) => "是",
            (_, false) => "否",
        }
    }

    fn join(self, text: &Text, separator: &str) -> String {
        match self {
            Self::Zh => text.zh.clone(),
            Self::En => text.en.clone(),
            Self::Both if text.en.is_empty() || text.en == text.zh => text.zh.clone(),
            Self::Both => format!("{}{separator}{}", text.zh, text.en),
        }
    }
}
