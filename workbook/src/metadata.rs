//! The marks of a template: which form, for whom, for which round. They stand in a very hidden sheet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::{codes::FileCode, error::AnchorError, issue::TemplateIssue, language::Language, layout::Layout};

pub use crate::issue::TemplateKind;

/// The mark in the first cell of the metadata sheet.
pub(crate) const MARK: &str = "#ronghe.template";
/// The format version this crate writes; it reads this and every earlier one.
pub const FORMAT_VERSION: u32 = 2;
/// Prefix of the keys that map sheet codes to sheet names.
pub(crate) const SHEET_KEY: &str = "sheet:";
/// The key of the seal.
pub(crate) const SEAL_KEY: &str = "seal";
/// The defined name that repeats the seal: it survives where the hidden sheet was cleared.
pub const SEAL_NAME: &str = "_ronghe.seal";

/// The marks of a template. Nothing in them may be trusted before the seal is verified ([`crate::seal`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateMetadata {
    /// Format version of the template.
    pub format_version: u32,
    /// What it is for.
    pub kind: TemplateKind,
    /// Id of this issue of the template.
    pub template_id: String,
    /// Questionnaire code.
    pub questionnaire: String,
    /// Questionnaire version.
    pub questionnaire_version: String,
    /// Variant, where the template was made for one.
    pub variant: Option<String>,
    /// [`Layout::hash`] of the layout that was written.
    pub layout_hash: String,
    /// Enterprise id; empty unless the template is for one enterprise.
    pub enterprise_id: String,
    /// Unified social credit code; empty unless the template is for one enterprise.
    pub enterprise_uscc: String,
    /// Code of the area whose enterprises a bulk template lists; absent for the whole county.
    pub area: Option<String>,
    /// Rows of each table question that a bulk template has columns for.
    pub table_rows: Option<u32>,
    /// Round id.
    pub round_id: String,
    /// Round code.
    pub round_code: String,
    /// Language of the template.
    pub language: Language,
    /// The year in which it is asked; absent in templates that were made before rounds named their years.
    pub survey_year: Option<i32>,
    /// When it was issued, as the caller wrote it.
    pub issued_at: String,
    /// Random text of this issue, so that no two seals are alike; empty in templates of format 1.
    pub nonce: String,
    /// The caller's seal over [`TemplateMetadata::sealed_text`], where there is one.
    pub seal: Option<String>,
    /// Sheet code to the sheet name as issued.
    pub sheets: BTreeMap<String, String>,
}

/// What a return is expected to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Questionnaire code.
    pub questionnaire: String,
    /// Questionnaire version.
    pub questionnaire_version: String,
    /// Layout hash of the questionnaire and variant as it is today.
    pub layout_hash: String,
    /// Round id.
    pub round_id: String,
    /// Enterprise id.
    pub enterprise_id: String,
    /// Unified social credit code.
    pub enterprise_uscc: String,
}

/// Why a return is not what was expected (WF24, WF26).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum Mismatch {
    /// Another questionnaire.
    Questionnaire {
        /// Code in the file.
        found: String,
        /// Code expected.
        expected: String,
    },
    /// Another version of the questionnaire.
    Version {
        /// Version in the file.
        found: String,
        /// Version expected.
        expected: String,
    },
    /// Another round.
    Round {
        /// Round code in the file.
        found: String,
    },
    /// Another enterprise.
    Enterprise {
        /// Credit code in the file.
        found: String,
        /// Credit code expected.
        expected: String,
    },
    /// The same version with another layout: the template was made elsewhere or its marks were changed.
    Layout {
        /// Hash in the file.
        found: String,
        /// Hash expected.
        expected: String,
    },
}

impl TemplateMetadata {
    /// The marks that writing `layout` for `issue` leaves.
    pub fn of(layout: &Layout, issue: &TemplateIssue) -> Self {
        let sheet_name = |name: &Text| issue.language.single(name).to_owned();
        Self {
            format_version: FORMAT_VERSION,
            kind: issue.kind,
            template_id: issue.template_id.clone(),
            questionnaire: layout.questionnaire.clone(),
            questionnaire_version: layout.version.clone(),
            variant: layout.variant.clone(),
            layout_hash: layout.hash(),
            enterprise_id: issue.enterprise.id.clone(),
            enterprise_uscc: issue.enterprise.uscc.clone(),
            area: issue.area.clone(),
            table_rows: None,
            round_id: issue.round.id.clone(),
            round_code: issue.round.code.clone(),
            language: issue.language,
            survey_year: Some(layout.survey_year),
            issued_at: issue.issued_at.clone(),
            nonce: issue.nonce.clone(),
            seal: issue.seal.clone(),
            sheets: layout
                .sheets
                .iter()
                .map(|sheet| (sheet.code.clone(), sheet_name(&sheet.name)))
                .collect(),
        }
    }

    /// The text that is sealed (signed) so that changed marks are noticed: every mark but the seal, one a line. Each
    /// key and value is preceded by its length in bytes, so that no other marks give the same text.
    pub fn sealed_text(&self) -> String {
        let line = |(key, value): (String, String)| format!("{}:{key}={}:{value}\n", key.len(), value.len());
        let marks = self.entries().into_iter().filter(|(key, _)| key != SEAL_KEY);
        marks.map(line).collect()
    }

    /// Whether the template is the expected one; the first difference, gravest first.
    pub fn matches(&self, expected: &Expected) -> Result<(), Mismatch> {
        let pair = |found: &str, expected: &str| (found.to_owned(), expected.to_owned());
        if self.questionnaire != expected.questionnaire {
            let (found, expected) = pair(&self.questionnaire, &expected.questionnaire);
            return Err(Mismatch::Questionnaire { found, expected });
        }
        if self.round_id != expected.round_id {
            return Err(Mismatch::Round {
                found: self.round_code.clone(),
            });
        }
        if self.enterprise_id != expected.enterprise_id || self.enterprise_uscc != expected.enterprise_uscc {
            let (found, expected) = pair(&self.enterprise_uscc, &expected.enterprise_uscc);
            return Err(Mismatch::Enterprise { found, expected });
        }
        if self.questionnaire_version != expected.questionnaire_version {
            let (found, expected) = pair(&self.questionnaire_version, &expected.questionnaire_version);
            return Err(Mismatch::Version { found, expected });
        }
        if self.layout_hash != expected.layout_hash {
            let (found, expected) = pair(&self.layout_hash, &expected.layout_hash);
            return Err(Mismatch::Layout { found, expected });
        }
        Ok(())
    }

    /// Keys and values in the order of the metadata sheet.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        let mut entries: Vec<(String, String)> = [
            ("format_version", self.format_version.to_string()),
            ("kind", self.kind.as_str().to_owned()),
            ("template_id", self.template_id.clone()),
            ("questionnaire", self.questionnaire.clone()),
            ("questionnaire_version", self.questionnaire_version.clone()),
            ("variant", or_empty(&self.variant)),
            ("layout_hash", self.layout_hash.clone()),
            ("enterprise_id", self.enterprise_id.clone()),
            ("enterprise_uscc", self.enterprise_uscc.clone()),
            ("area", or_empty(&self.area)),
            ("table_rows", or_empty(&self.table_rows.map(|rows| rows.to_string()))),
            ("round_id", self.round_id.clone()),
            ("round_code", self.round_code.clone()),
            ("language", self.language.as_str().to_owned()),
            ("issued_at", self.issued_at.clone()),
            ("nonce", self.nonce.clone()),
            (SEAL_KEY, or_empty(&self.seal)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        // Templates without it were sealed without it.
        entries.extend(
            self.survey_year
                .map(|year| ("survey_year".to_owned(), year.to_string())),
        );
        entries.extend(
            self.sheets
                .iter()
                .map(|(code, name)| (format!("{SHEET_KEY}{code}"), name.clone())),
        );
        entries
    }

    /// The marks from the keys and values of a metadata sheet.
    pub(crate) fn from_entries(entries: &BTreeMap<String, String>) -> Result<Self, AnchorError> {
        let optional = |key: &str| entries.get(key).filter(|value| !value.is_empty()).cloned();
        let or_empty = |key: &str| optional(key).unwrap_or_default();
        let required = |key: &str| optional(key).ok_or_else(|| AnchorError::MetadataDamaged { key: key.to_owned() });
        let damaged = |key: &str| AnchorError::MetadataDamaged { key: key.to_owned() };
        let format_version = required("format_version")?
            .parse()
            .map_err(|_| damaged("format_version"))?;
        if format_version > FORMAT_VERSION {
            return Err(AnchorError::NewerFormat {
                found: format_version,
                known: FORMAT_VERSION,
            });
        }
        let kind = match optional("kind") {
            Some(kind) => TemplateKind::parse(&kind).ok_or_else(|| damaged("kind"))?,
            // Format 1 knew no other.
            None if format_version == 1 => TemplateKind::Return,
            None => return Err(damaged("kind")),
        };
        // Only the template of one enterprise names one.
        let of_enterprise = |key: &str| match kind {
            TemplateKind::Return => required(key),
            TemplateKind::Bulk | TemplateKind::Generic => Ok(or_empty(key)),
        };
        let sheet = |(key, name): (&String, &String)| Some((key.strip_prefix(SHEET_KEY)?.to_owned(), name.clone()));
        Ok(Self {
            format_version,
            kind,
            template_id: required("template_id")?,
            questionnaire: required("questionnaire")?,
            questionnaire_version: required("questionnaire_version")?,
            variant: optional("variant"),
            layout_hash: required("layout_hash")?,
            enterprise_id: of_enterprise("enterprise_id")?,
            enterprise_uscc: of_enterprise("enterprise_uscc")?,
            area: optional("area"),
            table_rows: optional("table_rows")
                .map(|rows| rows.parse().map_err(|_| damaged("table_rows")))
                .transpose()?,
            round_id: required("round_id")?,
            round_code: required("round_code")?,
            language: Language::parse(&required("language")?).ok_or_else(|| damaged("language"))?,
            survey_year: optional("survey_year")
                .map(|year| year.parse().map_err(|_| damaged("survey_year")))
                .transpose()?,
            issued_at: required("issued_at")?,
            nonce: or_empty("nonce"),
            seal: optional(SEAL_KEY),
            sheets: entries.iter().filter_map(sheet).collect(),
        })
    }
}

impl Mismatch {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Questionnaire { .. } => FileCode::WrongQuestionnaire.code(),
            Self::Version { .. } => FileCode::WrongVersion.code(),
            Self::Round { .. } => FileCode::WrongRound.code(),
            Self::Enterprise { .. } => FileCode::WrongEnterprise.code(),
            Self::Layout { .. } => FileCode::LayoutChanged.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::Questionnaire { found, expected } => Text::new(
                format!("这是另一张调查表（{found}），本期应填 {expected}。请下载本期调查表填写。"),
                format!(
                    "This is another questionnaire ({found}); this round asks {expected}. Download the form of this round."
                ),
            ),
            Self::Version { found, expected } => Text::new(
                format!(
                    "这是旧版调查表（{found}），现行版本为 {expected}。请下载现行版本，把数据粘贴进去（只粘贴数值）后上传。"
                ),
                format!(
                    "This is version {found} of the form; version {expected} is in force. Download it, paste your figures into it (values only) and upload it."
                ),
            ),
            Self::Round { found } => Text::new(
                format!("这是另一期（{found}）的调查表。请下载本期调查表填写。"),
                format!("This is the form of another round ({found}). Download the form of this round."),
            ),
            Self::Enterprise { found, expected } => Text::new(
                format!("这是发给另一家企业（{found}）的调查表，本企业代码为 {expected}。请上传发给本企业的调查表。"),
                format!(
                    "This form was issued to another enterprise ({found}); yours is {expected}. Upload the form that was issued to you."
                ),
            ),
            Self::Layout { .. } => Text::new(
                "调查表的结构与系统发放的不一致。请重新下载调查表，把数据粘贴进去（只粘贴数值）后上传。",
                "The structure of the form differs from what was issued. Download the form again, paste your figures into it (values only) and upload it.",
            ),
        }
    }
}
