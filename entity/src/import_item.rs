//! One file or row of an import and what became of it.
//!
//! `message` and `faults` are JSON as text: shown as they were written, members in the same order.

use sea_orm::entity::prelude::*;

/// A row of `import_item`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_item")]
pub struct Model {
    /// Import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// Position within the import, from 1; of a sheet the row number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Name of the file, or sheet and row.
    pub name: String,
    /// SHA-256 of the file or row, once read.
    pub sha256: Option<String>,
    /// State by name.
    pub state: String,
    /// Credit code of the enterprise, once known.
    pub uscc: Option<String>,
    /// Name of the enterprise, once known.
    pub enterprise_name: Option<String>,
    /// The return, once known.
    pub return_id: Option<Uuid>,
    /// The revision made or recognised.
    pub revision_id: Option<Uuid>,
    /// Its number.
    pub revision_number: Option<i32>,
    /// Blocking findings.
    pub block: i32,
    /// Warnings.
    pub warn: i32,
    /// Notes.
    pub info: i32,
    /// Whether it was recorded that the enterprise submits.
    pub submitted: bool,
    /// Why it was refused, or not submitted.
    pub code: Option<String>,
    /// The sentence to the code.
    #[sea_orm(column_type = "Text")]
    pub message: Option<String>,
    /// What exactly is wrong.
    #[sea_orm(column_type = "Text")]
    pub faults: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
