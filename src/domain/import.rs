//! Imports of many returns at once: a batch, its rules, its single files or rows and what became of each.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use survey::{cell::Place, text::Text};

pub use super::identifiers::ImportId;
use super::{
    access::Scope,
    identifiers::{JobId, ReturnId, RevisionId, RoundId},
    mapping::AppliedMapping,
};

/// What was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// A ZIP with one workbook per enterprise.
    Zip,
    /// The workbooks of a folder, each kept under its own hash.
    Folder,
    /// A spreadsheet of another system, read by a mapping profile: an item is a row, or a sheet.
    Mapped,
    /// A filled bulk sheet that was issued here: an item is a row.
    Bulk,
}

impl ImportKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Zip, Self::Folder, Self::Mapped, Self::Bulk];

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Folder => "folder",
            Self::Mapped => "mapped",
            Self::Bulk => "bulk",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What happens to a file or row whose answers have blocking findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// It becomes a revision as an upload would; the findings stand at the return until they are corrected.
    #[default]
    File,
    /// It is refused with its findings.
    Refuse,
}

/// By which rules an import goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// Report only, write nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// What happens to blocking findings.
    #[serde(default)]
    pub blocked: Blocked,
    /// How it is recorded that the enterprises submit, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<ImportSubmission>,
    /// How the spreadsheet of another system is read, as it was confirmed when the import was taken on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<AppliedMapping>,
}

/// How an import records that the enterprises submit what it takes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSubmission {
    /// Who signed for the enterprises.
    pub signed_by: String,
    /// The date of the signatures.
    pub signed_on: NaiveDate,
    /// Name of the scan that covers every workbook without a scan of its own: a signed list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covering: Option<String>,
    /// Name and SHA-256 of the scans of a folder, whose bytes are kept already. Those of a ZIP stand in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<(String, String)>,
}

/// An import of many returns at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportBatch {
    /// Identifier.
    pub id: ImportId,
    /// Round.
    pub round: RoundId,
    /// The job that carries it out; its state is the state of the import.
    pub job: JobId,
    /// What was handed in.
    pub kind: ImportKind,
    /// Name of the file or folder, shown, never trusted.
    pub filename: String,
    /// SHA-256 of the file, or of the list of a folder's files: the same source again is recognised by it.
    pub source_sha256: String,
    /// Rules.
    pub options: ImportOptions,
    /// Files left out because they are no one's return (`.DS_Store`, `~$open.xlsx`).
    pub left_out: i32,
    /// Who handed it in.
    pub created_by: String,
    /// For which enterprises that may be.
    pub scope: Scope,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// State of a file or row of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Not looked at yet.
    Waiting,
    /// Taken in as a new revision (in a dry run: it would be).
    Taken,
    /// Already the newest revision of its return: nothing has changed.
    Unchanged,
    /// Refused with a code.
    Refused,
    /// Left alone because the import was cancelled before its turn.
    Cancelled,
}

impl ItemState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Taken,
        Self::Unchanged,
        Self::Refused,
        Self::Cancelled,
    ];

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Taken => "taken",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One thing that is wrong with a file or row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFault {
    /// Stable code.
    pub code: String,
    /// Where, if at a cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What and what to do.
    pub message: Text,
}

/// One file or row of an import and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportItem {
    /// Position from 1; of a sheet the row number.
    pub ordinal: i32,
    /// Name of the file, or sheet and row.
    pub name: String,
    /// SHA-256, once read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// State.
    pub state: ItemState,
    /// Credit code of the enterprise, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// Name of the enterprise, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enterprise_name: Option<String>,
    /// The return, once known.
    #[serde(rename = "return_id", skip_serializing_if = "Option::is_none")]
    pub survey_return: Option<ReturnId>,
    /// The revision made or recognised; absent in a dry run.
    #[serde(rename = "revision_id", skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// Its number; in a dry run the number it would get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_number: Option<i32>,
    /// Blocking findings.
    pub block: i32,
    /// Warnings.
    pub warn: i32,
    /// Notes.
    pub info: i32,
    /// Whether it was recorded that the enterprise submits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub submitted: bool,
    /// Why it was refused; of one that was taken in or recognised, why it was not submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The sentence to the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    /// What exactly is wrong, at most [`ImportItem::FAULTS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ItemFault>,
}

impl ImportItem {
    /// The most faults that are kept of one file or row.
    pub const FAULTS: usize = 50;

    /// A file or row that waits for its turn.
    pub fn waiting(ordinal: i32, name: String) -> Self {
        Self {
            ordinal,
            name,
            sha256: None,
            state: ItemState::Waiting,
            uscc: None,
            enterprise_name: None,
            survey_return: None,
            revision: None,
            revision_number: None,
            block: 0,
            warn: 0,
            info: 0,
            submitted: false,
            code: None,
            message: None,
            faults: Vec::new(),
        }
    }
}

/// How far an import is: counts over its files or rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ImportCounts {
    /// Number of files or rows in total.
    pub items: u64,
    /// Number not processed yet.
    pub waiting: u64,
    /// Number imported as new revisions.
    pub taken: u64,
    /// Number recognised as identical to the newest revision.
    pub unchanged: u64,
    /// Number refused.
    pub refused: u64,
    /// Number not processed because of a cancellation.
    pub cancelled: u64,
    /// Number imported or recognised with errors to correct.
    pub with_blocking: u64,
}
