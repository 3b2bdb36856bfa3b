//! Keyset paging: conditions and limits for [`crate::domain::page`].

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::Expr,
};

use crate::domain::page::{Cursor, Page, PageRequest};

/// Orders by `key` and then `id`, begins after the cursor and takes one row more than the page holds.
pub(super) fn ascending<E: EntityTrait>(
    select: Select<E>,
    key: impl ColumnTrait,
    id: impl ColumnTrait,
    page: &PageRequest,
) -> Select<E> {
    let select = select.order_by_asc(key).order_by_asc(id).limit(rows(page));
    match &page.after {
        Some(cursor) => select.filter(after(key, id, cursor)),
        None => select,
    }
}

/// Orders by `id`, the newest first, begins after the cursor and takes one row more than the page holds.
/// Identifiers are ordered by time, so that the key of the cursor is not needed.
pub(super) fn newest_first<E: EntityTrait>(select: Select<E>, id: impl ColumnTrait, page: &PageRequest) -> Select<E> {
    let select = select.order_by_desc(id).limit(rows(page));
    match &page.after {
        Some(cursor) => select.filter(id.lt(cursor.id)),
        None => select,
    }
}

/// Condition that a row comes after the cursor in the order of `key` and `id`.
pub(super) fn after(key: impl ColumnTrait, id: impl ColumnTrait, cursor: &Cursor) -> Expr {
    Expr::tuple([key.into_expr(), id.into_expr()])
        .gt(Expr::tuple([Expr::val(cursor.key.as_str()), Expr::val(cursor.id)]))
}

/// One row more than the page holds tells whether there is a next page.
pub(super) fn rows(page: &PageRequest) -> u64 {
    limit(page) + 1
}

/// The page from at most [`rows`] rows.
pub(super) fn page<T>(rows: Vec<T>, page: &PageRequest, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    Page::from_surplus(rows, limit(page), cursor)
}

/// A limit beyond what the API allows is not trusted here either.
fn limit(page: &PageRequest) -> u64 {
    page.limit.clamp(1, PageRequest::MAX)
}
