//! One revision of a return: an uploaded workbook and what was read from it. Never changed.

use sea_orm::entity::prelude::*;

/// A row of `revision`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Return.
    pub return_id: Uuid,
    /// Number within the return, from 1.
    pub number: i32,
    /// SHA-256 of the uploaded workbook, hex.
    pub blob_sha256: String,
    /// Name of the uploaded file.
    pub filename: String,
    /// Answers by question code.
    #[sea_orm(column_type = "JsonBinary")]
    pub answers: Json,
    /// Questions that are claimed not to apply, by code, with reason and place.
    #[sea_orm(column_type = "JsonBinary")]
    pub claims: Json,
    /// Where each answer stood.
    #[sea_orm(column_type = "JsonBinary")]
    pub provenance: Json,
    /// Findings.
    #[sea_orm(column_type = "JsonBinary")]
    pub findings: Json,
    /// Who uploaded it.
    pub created_by: String,
    /// When.
    pub created_at: DateTimeUtc,
    /// The import through which it was handed in; absent for an upload of the enterprise's own.
    pub import_id: Option<Uuid>,
    /// Hash of the row it was read from, where it is only a part of the file.
    pub part_sha256: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
