//! An enterprise list from any spreadsheet: every row is taken, left unchanged or refused, and the report says which.

pub(super) mod cells;
pub(super) mod columns;
mod decide;
mod head;
mod matched;
mod meaning;
mod notes;
mod result;
mod rows;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use survey::{synonyms::ListColumn, text::Text};

pub use self::result::{EnterpriseImportResult, write_enterprise_import_result, write_result};
use self::{columns::read_list, decide::decide, rows::List};
use super::write_enterprise::current_tables;
use crate::{
    domain::{
        access::Principal,
        job::{Job, Task},
    },
    service::{
        Service,
        access::permission::Action,
        documents::catalogue::current_synonyms,
        error::{ServiceError, codes::FaultCode},
        jobs::take_on::take_on,
    },
    store,
};

/// The report of an import, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ImportReport {
    /// Number of rows read, without headings, totals and signatures.
    pub rows: usize,
    /// Number of enterprises added.
    pub created: usize,
    /// Number of enterprises changed.
    pub updated: usize,
    /// Number of enterprises already identical to the row.
    pub unchanged: usize,
    /// Number of rows refused.
    pub refused: usize,
    /// Outcome of each row, in order; at most 5000, refused rows first if there are more.
    pub outcomes: Vec<RowOutcome>,
    /// Remarks on the list as a whole: columns that were not used or were converted, and rows that are not enterprises.
    #[serde(default)]
    pub notes: Vec<ListNote>,
}

/// A remark on the list as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ListNote {
    /// Stable code.
    pub code: String,
    /// Cell of the list; absent if the remark concerns no cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Description and, if necessary, the action to take.
    pub message: Text,
}

impl ListNote {
    fn of(code: FaultCode, cell: Option<String>, message: Text) -> Self {
        Self {
            code: code.name.to_owned(),
            cell,
            message,
        }
    }
}

/// The member of the facts of an enterprise that a column fills.
fn pointer_of(column: ListColumn) -> &'static str {
    match column {
        ListColumn::Uscc => "/uscc",
        ListColumn::Name => "/name",
        ListColumn::Area => "/area_code",
        ListColumn::Industry => "/industry_code",
        ListColumn::Employees => "/employees",
        ListColumn::Revenue => "/revenue_wan_yuan",
        ListColumn::Assets => "/assets_wan_yuan",
        ListColumn::FormerNames => "/former_names",
        ListColumn::ParentUscc => "/parent_uscc",
        ListColumn::UsccException => "/uscc_exception",
    }
}

impl ImportReport {
    /// The most rows that are listed one by one.
    pub const CAP: usize = 5000;
}

/// Outcome of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RowOutcome {
    /// Row number in the spreadsheet.
    pub row: usize,
    /// Unified social credit code as read.
    pub uscc: String,
    /// Outcome.
    pub outcome: Outcome,
    /// Reasons for the refusal, each with its column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<RowFault>,
    /// Values read differently from the entry, such as a town given by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<RowFault>,
}

/// Outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Refused; nothing of the row was stored.
    Refused,
    /// Added.
    Created,
    /// Changed.
    Updated,
    /// Identical to the existing record.
    Unchanged,
}

/// An error in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RowFault {
    /// Stable code.
    pub code: String,
    /// Column name as written in the list.
    pub column: String,
    /// Cell of the list, such as `E5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Description of the error and how to correct it.
    pub message: Text,
}

/// Takes on the import of an enterprise list.
pub async fn queue_enterprise_import(
    service: &Service,
    caller: &Principal,
    bytes: Bytes,
    dry_run: bool,
) -> Result<Job, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let blob_sha256 = service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
    take_on(service, caller, Task::ImportEnterprises { blob_sha256, dry_run }).await
}

/// Imports a list. Good rows are written, bad ones are named; with `dry_run` nothing is written and the report is the same.
pub async fn import_enterprises(
    service: &Service,
    caller: &Principal,
    bytes: &Bytes,
    dry_run: bool,
) -> Result<ImportReport, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let words = current_synonyms(&service.db).await?;
    let found = read_list(service, bytes, &words).await?;
    let tables = current_tables(service).await?;
    let month = service.this_month();
    let list = List {
        head: &found.head,
        words: &words,
        tables: &tables,
    };
    let parsed = found.rows.iter().map(|row| list.parse(row, &month)).collect::<Vec<_>>();
    if dry_run {
        let (mut report, _) = decide(service, caller, service.db.read(), &list, parsed).await?;
        report.notes = found.notes;
        return Ok(report);
    }
    let txn = service.db.begin_write().await?;
    let (mut report, changes) = decide(service, caller, &txn, &list, parsed).await?;
    for (enterprise, version) in &changes.updated {
        store::enterprise::update_enterprise(&txn, &caller.scope, enterprise, *version).await?;
    }
    store::enterprise::insert_enterprises(&txn, &caller.scope, &changes.created).await?;
    txn.commit().await?;
    report.notes = found.notes;
    Ok(report)
}
