//! What is known of uploaded files.

use entity::{blob, prelude::Blob as BlobEntity};
use sea_orm::{EntityTrait as _, Set, sea_query::OnConflict};

use super::{Connection, StoreError};
use crate::domain::blob::Blob;

/// Records an uploaded file. One that is known stays as it was: the same SHA-256 is the same file.
pub async fn record_blob(conn: &impl Connection, new: &Blob) -> Result<(), StoreError> {
    record_blobs(conn, std::slice::from_ref(new)).await
}

/// Records uploaded files in one statement.
pub async fn record_blobs(conn: &impl Connection, new: &[Blob]) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    BlobEntity::insert_many(new.iter().map(row))
        .on_conflict(OnConflict::column(blob::Column::Sha256).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

fn row(new: &Blob) -> blob::ActiveModel {
    blob::ActiveModel {
        sha256: Set(new.sha256.clone()),
        size_bytes: Set(new.size_bytes),
        media_type: Set(new.media_type.clone()),
        created_at: Set(new.created_at),
    }
}

/// The file with this SHA-256.
pub async fn find_blob(conn: &impl Connection, sha256: &str) -> Result<Option<Blob>, StoreError> {
    let row = BlobEntity::find_by_id(sha256.to_owned()).one(conn).await?;
    Ok(row.map(|row| Blob {
        sha256: row.sha256,
        size_bytes: row.size_bytes,
        media_type: row.media_type,
        created_at: row.created_at,
    }))
}
