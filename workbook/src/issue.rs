//! One issue of a template: what it is for, for whom and when.

use serde::{Deserialize, Serialize};
use survey::{
    answer::{Answers, Claims},
    text::Text,
};

use crate::language::Language;

/// What a template is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateKind {
    /// The return of one enterprise.
    #[default]
    Return,
    /// Many returns of a round, one a row.
    Bulk,
    /// The return of an enterprise that is not in the registry yet: the credit code typed into it decides.
    Generic,
}

impl TemplateKind {
    /// The spelling in the metadata sheet.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Bulk => "bulk",
            Self::Generic => "generic",
        }
    }

    /// The kind of a spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Return, Self::Bulk, Self::Generic]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// For whom and when a template is issued.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TemplateIssue {
    /// Id of this issue.
    pub template_id: String,
    /// When it is issued, RFC 3339 with the offset of the county's clock; it is also the date of the file.
    pub issued_at: String,
    /// The enterprise.
    pub enterprise: Addressee,
    /// The round.
    pub round: RoundTitle,
    /// What the bureau prints at the head of the cover.
    #[serde(default)]
    pub heading: FormHeading,
    /// Language.
    pub language: Language,
    /// What it is for.
    pub kind: TemplateKind,
    /// Code of the area whose enterprises a bulk template lists.
    pub area: Option<String>,
    /// Random text of this issue.
    pub nonce: String,
    /// The seal over [`TemplateMetadata::of`](crate::metadata::TemplateMetadata::of) this issue ([`crate::seal`]), where the caller seals.
    pub seal: Option<String>,
    /// Last round's answers, shown in grey beside the cells of questions with `carry_mode` show.
    pub previous: Answers,
    /// Reasons why questions do not apply, where the template leaves the house with some.
    pub claims: Claims,
}

/// What the head of an official form says; what is absent is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormHeading {
    /// Number of the form (表号).
    #[serde(default)]
    pub form_number: Option<String>,
    /// Who has made it (制定机关).
    #[serde(default)]
    pub authority: Option<String>,
    /// Number of its approval (批准文号).
    #[serde(default)]
    pub approval_number: Option<String>,
    /// Until when it is valid (有效期).
    #[serde(default)]
    pub valid_until: Option<String>,
    /// Telephone of the bureau for questions.
    #[serde(default)]
    pub telephone: Option<String>,
}

/// The enterprise a template is addressed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// Id.
    pub id: String,
    /// Registered name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Town or subdistrict.
    pub town: String,
}

/// The round as the cover names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTitle {
    /// Id.
    pub id: String,
    /// Code, such as `2026`.
    pub code: String,
    /// Title.
    pub title: Text,
    /// First day, `YYYY-MM-DD`.
    pub opens_on: String,
    /// Last day, `YYYY-MM-DD`.
    pub due_on: String,
}
