//! The ranking of a run.

use entity::{prelude::RunResult as ResultEntity, run_result};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, Func, NullOrdering},
};

use super::{Ranked, ranking_rows, results_of};
use crate::{
    domain::{
        access::Scope,
        page::{Cursor, Page, PageRequest},
        run::{RankingFilter, RankingRow, RunId},
    },
    store::{Connection, StoreError, keyset, scope, text},
};

/// Results by rank, those without a rank last, equal ranks by credit code. The scope goes by the registry as it is now, the
/// filter by area, industry, size and name as they were when the run was made.
pub async fn ranking(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    filter: &RankingFilter,
    page: &PageRequest,
) -> Result<Page<RankingRow>, StoreError> {
    let condition = results_of(scope, run)
        .add(matching(filter))
        .add_option(page.after.as_ref().map(ranked_after));
    let rows = ResultEntity::find()
        .filter(condition)
        .order_by_with_nulls(run_result::Column::Rank, Order::Asc, NullOrdering::Last)
        .order_by_asc(run_result::Column::Uscc)
        .order_by_asc(run_result::Column::EnterpriseId)
        .limit(keyset::rows(page))
        .into_partial_model::<Ranked>()
        .all(conn)
        .await?;
    Ok(keyset::page(ranking_rows(rows)?, page, rank_cursor))
}

fn matching(filter: &RankingFilter) -> Condition {
    let RankingFilter {
        area,
        industry,
        band,
        size_class,
        search,
    } = filter;
    // Names and codes as they were when the run was made, in whatever case.
    let found = |term: &str| {
        let lower = |column: run_result::Column| Expr::expr(Func::lower(column.into_expr()));
        Condition::any()
            .add(text::contains_expr(lower(run_result::Column::EnterpriseName), term))
            .add(text::contains_expr(lower(run_result::Column::Uscc), term))
    };
    Condition::all()
        .add_option(
            area.as_deref()
                .map(|code| scope::within_area(run_result::Column::AreaCode, code)),
        )
        .add_option(
            industry
                .as_deref()
                .map(|prefix| text::starts_with(run_result::Column::IndustryCode, prefix)),
        )
        .add_option(band.map(|band| run_result::Column::Band.eq(band)))
        .add_option(size_class.as_deref().map(|size| run_result::Column::SizeClass.eq(size)))
        .add_option(search.as_deref().map(found))
}

/// The place of a row in the ranking: `rank/uscc`, the rank empty where there is none.
fn rank_cursor(row: &RankingRow) -> Cursor {
    let rank = row.rank.map_or_else(String::new, |rank| rank.to_string());
    Cursor {
        key: format!("{rank}/{}", row.uscc),
        id: row.enterprise.0,
    }
}

/// Condition that a result comes after the cursor. A cursor without a readable rank stands among those without one.
fn ranked_after(cursor: &Cursor) -> Condition {
    let (rank, uscc) = cursor.key.split_once('/').unwrap_or(("", ""));
    let place = Cursor {
        key: uscc.to_owned(),
        id: cursor.id,
    };
    let later = keyset::after(run_result::Column::Uscc, run_result::Column::EnterpriseId, &place);
    match rank.parse::<i32>() {
        Ok(rank) => Condition::any()
            .add(run_result::Column::Rank.gt(rank))
            .add(run_result::Column::Rank.is_null())
            .add(run_result::Column::Rank.eq(rank).and(later)),
        Err(_) => Condition::all().add(run_result::Column::Rank.is_null()).add(later),
    }
}
