//! Imports of many returns, and the files or rows of each.
//!
//! Functions about items take the batch itself, which [`find_import`] alone gives out within scope.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    import_batch, import_item,
    prelude::{ImportBatch as BatchEntity, ImportItem as ItemEntity},
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use serde::Serialize;
use uuid::Uuid;

use super::{Connection, StoreError, grant, insert::insert_all, json, keyset};
use crate::domain::{
    access::Scope,
    count::count,
    import::{ImportBatch, ImportCounts, ImportId, ImportItem, ImportKind, ItemState},
    job::JobId,
    page::{Cursor, Page, PageRequest},
    round::RoundId,
    survey_return::{ReturnId, RevisionId},
};

/// Items of one upsert: each binds 17 values, and PostgreSQL allows 65 535, SQLite 32 766.
const UPSERTED_AT_ONCE: usize = 500;

/// Adds an import with its items.
pub async fn insert_import(
    conn: &impl Connection,
    batch: &ImportBatch,
    items: &[ImportItem],
) -> Result<(), StoreError> {
    let (scope_kind, scope_value) = grant::scope_columns(&batch.scope);
    let row = import_batch::ActiveModel {
        id: Set(batch.id.0),
        round_id: Set(batch.round.0),
        job_id: Set(batch.job.0),
        kind: Set(batch.kind.name().to_owned()),
        filename: Set(batch.filename.clone()),
        source_sha256: Set(batch.source_sha256.clone()),
        options: Set(to_text(&batch.options)?),
        dry_run: Set(batch.options.dry_run),
        left_out: Set(batch.left_out),
        created_by: Set(batch.created_by.clone()),
        scope_kind: Set(scope_kind),
        scope_value: Set(scope_value),
        created_at: Set(batch.created_at),
    };
    BatchEntity::insert(row).exec_without_returning(conn).await?;
    let items = items
        .iter()
        .map(|item| item_row(batch, item))
        .collect::<Result<_, _>>()?;
    insert_all(conn, items).await
}

/// The import with this identifier, if the caller's scope is the county or the one it was handed in with.
pub async fn find_import(conn: &impl Connection, scope: &Scope, id: ImportId) -> Result<ImportBatch, StoreError> {
    let row = BatchEntity::find()
        .filter(seen(scope))
        .filter(import_batch::Column::Id.eq(id.0))
        .one(conn)
        .await?;
    row.ok_or(StoreError::NotFound).and_then(batch)
}

/// Imports, the newest first.
pub async fn list_imports(
    conn: &impl Connection,
    scope: &Scope,
    round: Option<RoundId>,
    page: &PageRequest,
) -> Result<Page<ImportBatch>, StoreError> {
    let of_round = Condition::all().add_option(round.map(|round| import_batch::Column::RoundId.eq(round.0)));
    let select = BatchEntity::find().filter(seen(scope)).filter(of_round);
    let rows = keyset::newest_first(select, import_batch::Column::Id, page)
        .all(conn)
        .await?;
    let batches = rows.into_iter().map(batch).collect::<Result<_, _>>()?;
    Ok(keyset::page(batches, page, |batch: &ImportBatch| Cursor {
        key: String::new(),
        id: batch.id.0,
    }))
}

/// Imports of the same source into the same round with the same scope, the newest first: at most ten.
pub async fn imports_of_source(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    source_sha256: &str,
) -> Result<Vec<ImportBatch>, StoreError> {
    let (kind, value) = grant::scope_columns(scope);
    let same_scope = match value {
        Some(value) => import_batch::Column::ScopeValue.eq(value),
        None => import_batch::Column::ScopeValue.is_null(),
    };
    let rows = BatchEntity::find()
        .filter(import_batch::Column::SourceSha256.eq(source_sha256))
        .filter(import_batch::Column::RoundId.eq(round.0))
        .filter(import_batch::Column::ScopeKind.eq(kind))
        .filter(same_scope)
        .order_by_desc(import_batch::Column::Id)
        .limit(10)
        .all(conn)
        .await?;
    rows.into_iter().map(batch).collect()
}

/// All items that wait for their turn, in order: number and name.
pub async fn waiting_items(conn: &impl Connection, batch: &ImportBatch) -> Result<Vec<ImportItem>, StoreError> {
    let rows = items_of(batch)
        .filter(import_item::Column::State.eq(ItemState::Waiting.name()))
        .order_by_asc(import_item::Column::Ordinal)
        .all(conn)
        .await?;
    rows.into_iter().map(item).collect()
}

/// Which of these items still wait.
pub async fn still_waiting(
    conn: &impl Connection,
    batch: &ImportBatch,
    ordinals: &[i32],
) -> Result<BTreeSet<i32>, StoreError> {
    let found: Vec<i32> = items_of(batch)
        .select_only()
        .column(import_item::Column::Ordinal)
        .filter(import_item::Column::Ordinal.is_in(ordinals.iter().copied()))
        .filter(import_item::Column::State.eq(ItemState::Waiting.name()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// The highest item number so far, 0 when there is none: where a spreadsheet was left.
pub async fn last_ordinal(conn: &impl Connection, batch: &ImportBatch) -> Result<i32, StoreError> {
    let last: Option<Option<i32>> = items_of(batch)
        .select_only()
        .expr(Expr::col(import_item::Column::Ordinal).max())
        .into_tuple()
        .one(conn)
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

/// Writes what became of items, as many as there are in one statement; items that are not there yet are added.
pub async fn put_items(conn: &impl Connection, batch: &ImportBatch, items: &[ImportItem]) -> Result<(), StoreError> {
    use import_item::Column::{
        Block, Code, EnterpriseName, Faults, ImportId, Info, Message, Name, Ordinal, ReturnId, RevisionId,
        RevisionNumber, Sha256, State, Submitted, Uscc, Warn,
    };
    let changed = OnConflict::columns([ImportId, Ordinal])
        .update_columns([
            Name,
            Sha256,
            State,
            Uscc,
            EnterpriseName,
            ReturnId,
            RevisionId,
            RevisionNumber,
            Block,
            Warn,
            Info,
            Submitted,
            Code,
            Message,
            Faults,
        ])
        .to_owned();
    for chunk in items.chunks(UPSERTED_AT_ONCE) {
        let rows: Vec<import_item::ActiveModel> = chunk
            .iter()
            .map(|item| item_row(batch, item))
            .collect::<Result<_, _>>()?;
        ItemEntity::insert_many(rows)
            .on_conflict(changed.clone())
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Leaves alone whatever still waits.
pub async fn cancel_items(conn: &impl Connection, job: JobId) -> Result<u64, StoreError> {
    let of_job = BatchEntity::find()
        .select_only()
        .column(import_batch::Column::Id)
        .filter(import_batch::Column::JobId.eq(job.0));
    let cancelled = ItemEntity::update_many()
        .col_expr(import_item::Column::State, Expr::value(ItemState::Cancelled.name()))
        .filter(import_item::Column::ImportId.in_subquery(sea_orm::QueryTrait::into_query(of_job)))
        .filter(import_item::Column::State.eq(ItemState::Waiting.name()))
        .exec(conn)
        .await?;
    Ok(cancelled.rows_affected)
}

/// The items of this import that were taken in or recognised for these returns: name and hash by return.
pub async fn settled_for(
    conn: &impl Connection,
    batch: &ImportBatch,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, ImportItem>, StoreError> {
    let settled = [ItemState::Taken, ItemState::Unchanged].map(ItemState::name);
    let rows = items_of(batch)
        .filter(import_item::Column::ReturnId.is_in(returns.iter().map(|id| id.0)))
        .filter(import_item::Column::State.is_in(settled))
        .order_by_asc(import_item::Column::Ordinal)
        .all(conn)
        .await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let item = item(row)?;
        if let Some(id) = item.survey_return {
            found.entry(id).or_insert(item);
        }
    }
    Ok(found)
}

/// Items in order; only those in these states, all when none is named. The key of a cursor is the item's number.
pub async fn list_items(
    conn: &impl Connection,
    batch: &ImportBatch,
    states: &[ItemState],
    page: &PageRequest,
) -> Result<Page<ImportItem>, StoreError> {
    let wanted = (!states.is_empty()).then(|| import_item::Column::State.is_in(states.iter().map(|s| s.name())));
    let after = page.after.as_ref().and_then(|cursor| cursor.key.parse::<i32>().ok());
    let rows = items_of(batch)
        .filter(
            Condition::all()
                .add_option(wanted)
                .add_option(after.map(|after| import_item::Column::Ordinal.gt(after))),
        )
        .order_by_asc(import_item::Column::Ordinal)
        .limit(keyset::rows(page))
        .all(conn)
        .await?;
    let items = rows.into_iter().map(item).collect::<Result<_, _>>()?;
    Ok(keyset::page(items, page, |item: &ImportItem| Cursor {
        key: item.ordinal.to_string(),
        id: batch.id.0,
    }))
}

/// Items by state. One statement for all imports asked about.
pub async fn count_items(
    conn: &impl Connection,
    batches: &[ImportBatch],
) -> Result<BTreeMap<ImportId, ImportCounts>, StoreError> {
    // Without a bound value: PostgreSQL would take the two places of one for two expressions.
    let blocked = Expr::cust("block > 0");
    let rows = ItemEntity::find()
        .select_only()
        .column(import_item::Column::ImportId)
        .column(import_item::Column::State)
        .expr_as(blocked.clone(), "blocked")
        .expr_as(Expr::col(import_item::Column::Ordinal).count(), "items")
        .filter(import_item::Column::ImportId.is_in(batches.iter().map(|batch| batch.id.0)))
        .group_by(import_item::Column::ImportId)
        .group_by(import_item::Column::State)
        .group_by(blocked)
        .into_model::<CountRow>()
        .all(conn)
        .await?;
    // An import whose items are not known yet counts none.
    let none = batches.iter().map(|batch| (batch.id, ImportCounts::default()));
    let mut counts: BTreeMap<ImportId, ImportCounts> = none.collect();
    for row in rows {
        let of_import = counts.entry(ImportId(row.import_id)).or_default();
        let items: u64 = count(row.items);
        of_import.items += items;
        let state = state(&row.state)?;
        match state {
            ItemState::Waiting => of_import.waiting += items,
            ItemState::Taken => of_import.taken += items,
            ItemState::Unchanged => of_import.unchanged += items,
            ItemState::Refused => of_import.refused += items,
            ItemState::Cancelled => of_import.cancelled += items,
        }
        if row.blocked && matches!(state, ItemState::Taken | ItemState::Unchanged) {
            of_import.with_blocking += items;
        }
    }
    Ok(counts)
}

#[derive(FromQueryResult)]
struct CountRow {
    import_id: Uuid,
    state: String,
    blocked: bool,
    items: i64,
}

fn items_of(batch: &ImportBatch) -> sea_orm::Select<ItemEntity> {
    ItemEntity::find().filter(import_item::Column::ImportId.eq(batch.id.0))
}

/// Condition that an import may be seen: by the county, and by those who share the scope it was handed in with.
fn seen(scope: &Scope) -> Condition {
    if *scope == Scope::County {
        return Condition::all();
    }
    let (kind, value) = grant::scope_columns(scope);
    Condition::all()
        .add(import_batch::Column::ScopeKind.eq(kind))
        .add(import_batch::Column::ScopeValue.eq(value))
}

fn state(name: &str) -> Result<ItemState, StoreError> {
    ItemState::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("unknown item state {name}")))
}

fn to_text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn item_row(batch: &ImportBatch, item: &ImportItem) -> Result<import_item::ActiveModel, StoreError> {
    let faults = (!item.faults.is_empty()).then(|| to_text(&item.faults)).transpose()?;
    Ok(import_item::ActiveModel {
        import_id: Set(batch.id.0),
        ordinal: Set(item.ordinal),
        name: Set(item.name.clone()),
        sha256: Set(item.sha256.clone()),
        state: Set(item.state.name().to_owned()),
        uscc: Set(item.uscc.clone()),
        enterprise_name: Set(item.enterprise_name.clone()),
        return_id: Set(item.survey_return.map(|id| id.0)),
        revision_id: Set(item.revision.map(|id| id.0)),
        revision_number: Set(item.revision_number),
        block: Set(item.block),
        warn: Set(item.warn),
        info: Set(item.info),
        submitted: Set(item.submitted),
        code: Set(item.code.clone()),
        message: Set(item.message.as_ref().map(to_text).transpose()?),
        faults: Set(faults),
    })
}

fn item(row: import_item::Model) -> Result<ImportItem, StoreError> {
    Ok(ImportItem {
        ordinal: row.ordinal,
        name: row.name,
        sha256: row.sha256,
        state: state(&row.state)?,
        uscc: row.uscc,
        enterprise_name: row.enterprise_name,
        survey_return: row.return_id.map(ReturnId),
        revision: row.revision_id.map(RevisionId),
        revision_number: row.revision_number,
        block: row.block,
        warn: row.warn,
        info: row.info,
        submitted: row.submitted,
        code: row.code,
        message: row.message.as_deref().map(json::from_text).transpose()?,
        faults: match row.faults.as_deref() {
            Some(faults) => json::from_text(faults)?,
            None => Vec::new(),
        },
    })
}

fn batch(row: import_batch::Model) -> Result<ImportBatch, StoreError> {
    let kind = ImportKind::from_name(&row.kind);
    Ok(ImportBatch {
        id: ImportId(row.id),
        round: RoundId(row.round_id),
        job: JobId(row.job_id),
        kind: kind.ok_or_else(|| StoreError::Corrupt(format!("unknown import kind {}", row.kind)))?,
        filename: row.filename,
        source_sha256: row.source_sha256,
        options: json::from_text(&row.options)?,
        left_out: row.left_out,
        created_by: row.created_by,
        scope: grant::scope(&row.scope_kind, row.scope_value)?,
        created_at: row.created_at,
    })
}
