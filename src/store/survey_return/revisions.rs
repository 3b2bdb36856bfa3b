//! The revisions of a return.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{prelude::Revision as RevisionEntity, revision};
use sea_orm::{
    ColumnTrait as _, DerivePartialModel, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Select, Set,
};
use uuid::Uuid;

use super::{of_seen_return, require};
use crate::{
    domain::{
        access::Scope,
        import::ImportId,
        revision::RevisionSummary,
        survey_return::{ReturnId, Revision, RevisionId},
    },
    store::{Connection, StoreError, insert::insert_all, json},
};

/// Adds a revision to a return that the scope shows. Its blob must have been recorded. Duplicate `revision_number`.
pub async fn insert_revision(conn: &impl Connection, scope: &Scope, revision: &Revision) -> Result<(), StoreError> {
    insert_revisions(conn, scope, std::slice::from_ref(revision)).await
}

/// Adds revisions to returns that the scope shows, in as few statements as the database takes. Their blobs must have
/// been recorded. Duplicate `revision_number`.
pub async fn insert_revisions(conn: &impl Connection, scope: &Scope, revisions: &[Revision]) -> Result<(), StoreError> {
    require(conn, scope, revisions.iter().map(|revision| revision.survey_return)).await?;
    let rows = revisions.iter().map(revision_row).collect::<Result<_, _>>()?;
    insert_all(conn, rows).await
}

fn revision_row(revision: &Revision) -> Result<revision::ActiveModel, StoreError> {
    Ok(revision::ActiveModel {
        id: Set(revision.id.0),
        return_id: Set(revision.survey_return.0),
        number: Set(revision.number),
        blob_sha256: Set(revision.blob_sha256.clone()),
        filename: Set(revision.filename.clone()),
        answers: Set(json::to_json(&revision.answers)?),
        claims: Set(json::to_json(&revision.claims)?),
        provenance: Set(json::to_json(&revision.provenance)?),
        findings: Set(json::to_json(&revision.findings)?),
        created_by: Set(revision.created_by.clone()),
        created_at: Set(revision.created_at),
        import_id: Set(revision.import.map(|id| id.0)),
        part_sha256: Set(revision.part_sha256.clone()),
    })
}

/// The revision with this identifier.
pub async fn find_revision(conn: &impl Connection, scope: &Scope, id: RevisionId) -> Result<Revision, StoreError> {
    let row = revisions(scope).filter(revision::Column::Id.eq(id.0)).one(conn).await?;
    row.ok_or(StoreError::NotFound).and_then(revision)
}

/// The revisions with these identifiers that the scope shows. One statement.
pub async fn find_revisions(
    conn: &impl Connection,
    scope: &Scope,
    ids: &[RevisionId],
) -> Result<BTreeMap<RevisionId, Revision>, StoreError> {
    let rows = revisions(scope)
        .filter(revision::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((RevisionId(row.id), revision(row)?)))
        .collect()
}

/// NotFound unless the scope shows the revision; nothing of it is read.
pub async fn require_revision(conn: &impl Connection, scope: &Scope, id: RevisionId) -> Result<(), StoreError> {
    let found = revisions(scope)
        .select_only()
        .column(revision::Column::Id)
        .filter(revision::Column::Id.eq(id.0))
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    found.map(drop).ok_or(StoreError::NotFound)
}

/// The newest revision of a return that was read from this very workbook.
pub async fn find_revision_by_blob(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
    blob_sha256: &str,
) -> Result<Option<Revision>, StoreError> {
    let row = revisions(scope)
        .filter(revision::Column::ReturnId.eq(survey_return.0))
        .filter(revision::Column::BlobSha256.eq(blob_sha256))
        .order_by_desc(revision::Column::Number)
        .one(conn)
        .await?;
    row.map(revision).transpose()
}

/// The revisions of a return by number; none when the scope does not show it.
pub async fn revisions_of(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
) -> Result<Vec<RevisionSummary>, StoreError> {
    let rows = revisions(scope)
        .filter(revision::Column::ReturnId.eq(survey_return.0))
        .order_by_asc(revision::Column::Number)
        .into_partial_model::<SummaryRow>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(summary).collect())
}

fn revisions(scope: &Scope) -> Select<RevisionEntity> {
    RevisionEntity::find().filter(of_seen_return(scope, revision::Column::ReturnId))
}

fn revision(row: revision::Model) -> Result<Revision, StoreError> {
    Ok(Revision {
        id: RevisionId(row.id),
        survey_return: ReturnId(row.return_id),
        number: row.number,
        blob_sha256: row.blob_sha256,
        filename: row.filename,
        answers: json::from_json(row.answers)?,
        claims: json::from_json(row.claims)?,
        provenance: json::from_json(row.provenance)?,
        findings: json::from_json(row.findings)?,
        created_by: row.created_by,
        created_at: row.created_at,
        import: row.import_id.map(ImportId),
        part_sha256: row.part_sha256,
    })
}

/// A revision without its three documents.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "RevisionEntity")]
struct SummaryRow {
    id: Uuid,
    return_id: Uuid,
    number: i32,
    blob_sha256: String,
    filename: String,
    created_by: String,
    created_at: DateTime<Utc>,
    import_id: Option<Uuid>,
}

fn summary(row: SummaryRow) -> RevisionSummary {
    RevisionSummary {
        id: RevisionId(row.id),
        survey_return: ReturnId(row.return_id),
        number: row.number,
        blob_sha256: row.blob_sha256,
        filename: row.filename,
        created_by: row.created_by,
        created_at: row.created_at,
        import: row.import_id.map(ImportId),
    }
}
