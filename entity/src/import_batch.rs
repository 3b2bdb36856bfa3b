//! An import of many returns at once.
//!
//! `options` is JSON as text: shown as it was written, members in the same order.

use sea_orm::entity::prelude::*;

/// A row of `import_batch`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batch")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Round.
    pub round_id: Uuid,
    /// The job that carries it out.
    pub job_id: Uuid,
    /// Kind by name.
    pub kind: String,
    /// Name of the file or folder as handed in.
    pub filename: String,
    /// SHA-256 of the file, or of the list of a folder's files.
    pub source_sha256: String,
    /// By which rules.
    #[sea_orm(column_type = "Text")]
    pub options: String,
    /// Report only.
    pub dry_run: bool,
    /// Files that were left out because they are no one's return (`.DS_Store` and the like).
    pub left_out: i32,
    /// Who handed it in.
    pub created_by: String,
    /// Kind of scope: `county` or `town`.
    pub scope_kind: String,
    /// Area code of the scope; absent for the county.
    pub scope_value: Option<String>,
    /// When.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
