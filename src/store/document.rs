//! Published documents.

use chrono::{DateTime, Utc};
use entity::{document, prelude::Document as DocumentEntity};
use sea_orm::{
    ColumnTrait as _, DerivePartialModel, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Select, Set,
};
use uuid::Uuid;

use super::{Connection, StoreError, keyset};
use crate::domain::{
    document::{Document, DocumentContent, DocumentId, DocumentKind},
    page::{Cursor, Page, PageRequest},
};

/// Adds a document. Duplicate `document` when its kind, code and version exist, whatever their content: whether that is
/// the same content is for the caller to look at.
pub async fn insert_document(conn: &impl Connection, new: &DocumentContent) -> Result<(), StoreError> {
    let DocumentContent { document, content } = new;
    let row = document::ActiveModel {
        id: Set(document.id.0),
        kind: Set(document.kind.name().to_owned()),
        code: Set(document.code.clone()),
        version: Set(document.version.clone()),
        title_zh: Set(document.title_zh.clone()),
        title_en: Set(document.title_en.clone()),
        sha256: Set(document.sha256.clone()),
        content: Set(content.clone()),
        published_at: Set(document.published_at),
    };
    DocumentEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The document with this identifier, without its content.
pub async fn find_document(conn: &impl Connection, id: DocumentId) -> Result<Document, StoreError> {
    one(conn, DocumentEntity::find_by_id(id.0))
        .await?
        .ok_or(StoreError::NotFound)
}

/// The documents with these identifiers, without their contents, by identifier. One statement.
pub async fn find_documents(conn: &impl Connection, ids: &[DocumentId]) -> Result<Vec<Document>, StoreError> {
    let rows = DocumentEntity::find()
        .filter(document::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(document::Column::Id)
        .into_partial_model::<Row>()
        .all(conn)
        .await?;
    rows.into_iter().map(document).collect()
}

/// The document of this kind, code and version.
pub async fn find_document_by(
    conn: &impl Connection,
    kind: DocumentKind,
    code: &str,
    version: &str,
) -> Result<Option<Document>, StoreError> {
    let select = with_code(kind, code).filter(document::Column::Version.eq(version));
    one(conn, select).await
}

/// The version published last of this kind and code.
pub async fn latest_document(
    conn: &impl Connection,
    kind: DocumentKind,
    code: &str,
) -> Result<Option<Document>, StoreError> {
    let select = with_code(kind, code)
        .order_by_desc(document::Column::PublishedAt)
        .order_by_desc(document::Column::Id);
    one(conn, select).await
}

/// Documents of one kind or of all, the newest first.
pub async fn list_documents(
    conn: &impl Connection,
    kind: Option<DocumentKind>,
    page: &PageRequest,
) -> Result<Page<Document>, StoreError> {
    let mut select = DocumentEntity::find();
    if let Some(kind) = kind {
        select = select.filter(document::Column::Kind.eq(kind.name()));
    }
    let select = keyset::newest_first(select, document::Column::Id, page);
    let rows = select.into_partial_model::<Row>().all(conn).await?;
    let documents = rows.into_iter().map(document).collect::<Result<_, _>>()?;
    Ok(keyset::page(documents, page, |document: &Document| Cursor {
        key: document.code.clone(),
        id: document.id.0,
    }))
}

/// The content of a document, byte for byte as it was loaded.
pub async fn content(conn: &impl Connection, id: DocumentId) -> Result<String, StoreError> {
    let content = DocumentEntity::find_by_id(id.0)
        .select_only()
        .column(document::Column::Content)
        .into_tuple()
        .one(conn)
        .await?;
    content.ok_or(StoreError::NotFound)
}

/// A row without its content.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "DocumentEntity")]
struct Row {
    id: Uuid,
    kind: String,
    code: String,
    version: String,
    title_zh: String,
    title_en: String,
    sha256: String,
    published_at: DateTime<Utc>,
}

fn with_code(kind: DocumentKind, code: &str) -> Select<DocumentEntity> {
    DocumentEntity::find()
        .filter(document::Column::Kind.eq(kind.name()))
        .filter(document::Column::Code.eq(code))
}

async fn one(conn: &impl Connection, select: Select<DocumentEntity>) -> Result<Option<Document>, StoreError> {
    select
        .into_partial_model::<Row>()
        .one(conn)
        .await?
        .map(document)
        .transpose()
}

fn document(row: Row) -> Result<Document, StoreError> {
    let kind = DocumentKind::from_name(&row.kind);
    Ok(Document {
        id: DocumentId(row.id),
        kind: kind.ok_or_else(|| StoreError::Corrupt(format!("unknown document kind {}", row.kind)))?,
        code: row.code,
        version: row.version,
        title_zh: row.title_zh,
        title_en: row.title_en,
        sha256: row.sha256,
        published_at: row.published_at,
    })
}
