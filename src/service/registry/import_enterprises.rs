//! An enterprise list from any spreadsheet: every row is taken, left unchanged or refused, and the report says which.

pub(super) mod columns;
mod decide;
mod rows;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use self::{
    columns::read_rows,
    decide::decide,
    rows::{List, parse_row},
};
use super::write_enterprise::current_tables;
use crate::{
    domain::{
        access::Principal,
        job::{Job, Task},
    },
    service::{Service, access::permission::Action, error::ServiceError, jobs::take_on::take_on},
    store,
};

/// The report of an import, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ImportReport {
    /// Rows read, the header not counted.
    pub rows: usize,
    /// Enterprises added.
    pub created: usize,
    /// Enterprises changed.
    pub updated: usize,
    /// Enterprises that already were as the row says.
    pub unchanged: usize,
    /// Rows refused.
    pub refused: usize,
    /// What became of each row, in order; at most [`ImportReport::CAP`], refused rows first when there are more.
    pub outcomes: Vec<RowOutcome>,
}

impl ImportReport {
    /// The most rows that are listed one by one.
    pub const CAP: usize = 5000;
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RowOutcome {
    /// Row number as the spreadsheet shows it, the header being row 1.
    pub row: usize,
    /// Credit code as read.
    pub uscc: String,
    /// Outcome.
    pub outcome: Outcome,
    /// Why it was refused, each with its column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<RowFault>,
}

/// Outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Refused: nothing of it was written.
    Refused,
    /// Added.
    Created,
    /// Changed.
    Updated,
    /// Already as the row says.
    Unchanged,
}

/// One fault of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RowFault {
    /// Stable code.
    pub code: String,
    /// Column title.
    pub column: String,
    /// What and what to do.
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
    let (columns, rows) = read_rows(service, bytes).await?;
    let tables = current_tables(service).await?;
    let month = service.this_month();
    let parsed = rows
        .iter()
        .map(|row| parse_row(row, &columns, &tables, &month))
        .collect::<Vec<_>>();
    let list = List {
        columns: &columns,
        tables: &tables,
    };
    if dry_run {
        let (report, _) = decide(service, caller, service.db.read(), &list, parsed).await?;
        return Ok(report);
    }
    let txn = service.db.begin_write().await?;
    let (report, changes) = decide(service, caller, &txn, &list, parsed).await?;
    for (enterprise, version) in &changes.updated {
        store::enterprise::update_enterprise(&txn, &caller.scope, enterprise, *version).await?;
    }
    store::enterprise::insert_enterprises(&txn, &caller.scope, &changes.created).await?;
    txn.commit().await?;
    Ok(report)
}
