//! Inserting many rows at once.

use sea_orm::{ActiveModelTrait, EntityTrait, Iterable as _};

use super::{Connection, StoreError};

/// The most rows of one statement; larger ones are not faster.
const MOST_ROWS: usize = 500;
/// The most bound values of one statement: SQLite allows 32 766, PostgreSQL 65 535.
const MOST_VALUES: usize = 30_000;

/// Inserts all rows, as many in one statement as the database can take. Every column of every row must be set: a row
/// that leaves one out would send NULL, not the default.
pub(super) async fn insert_all<A>(conn: &impl Connection, rows: Vec<A>) -> Result<(), StoreError>
where
    A: ActiveModelTrait + Send,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count();
    let size = (MOST_VALUES / columns.max(1)).clamp(1, MOST_ROWS);
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<A> = rows.by_ref().take(size).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        <A::Entity as EntityTrait>::insert_many(chunk)
            .exec_without_returning(conn)
            .await?;
    }
}
