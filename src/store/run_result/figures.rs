//! Figures over the results of a run.

use entity::{prelude::RunResult as ResultEntity, run_result};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Alias, Expr, Func, NullOrdering, SimpleExpr},
};
use uuid::Uuid;

use super::results_of;
use crate::{
    domain::{
        access::Scope,
        count::count,
        enterprise::EnterpriseId,
        run::{GroupBy, GroupFigures, RankingRow, RunId},
    },
    store::{Connection, StoreError, json, text},
};

/// How many other results of a run have a higher score than this one, over the whole county as ranks are.
///
/// The rank of the next result at or below the score tells it; only below all others are they counted.
pub async fn results_above(
    conn: &impl Connection,
    run: RunId,
    score: f64,
    left_out: &RankingRow,
) -> Result<u64, StoreError> {
    let of_run = Condition::all().add(run_result::Column::RunId.eq(run.0));
    let next: Option<(f64, i32)> = ResultEntity::find()
        .select_only()
        .column(run_result::Column::Score)
        .column(run_result::Column::Rank)
        .filter(of_run.clone())
        .filter(run_result::Column::Score.lte(score))
        .filter(run_result::Column::EnterpriseId.ne(left_out.enterprise.0))
        .order_by_desc(run_result::Column::Score)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    if let Some((next, rank)) = next {
        let is_above = left_out.score.is_some_and(|own| own > next);
        let rank = u64::try_from(rank).map_err(|_| StoreError::Corrupt(format!("rank {rank}")))?;
        return Ok(rank.saturating_sub(1 + u64::from(is_above)));
    }
    let scored: Option<i64> = ResultEntity::find()
        .select_only()
        .column_as(run_result::Column::Score.count(), "scored")
        .filter(of_run)
        .into_tuple()
        .one(conn)
        .await?;
    let scored: u64 = scored.map_or(0, count);
    Ok(scored.saturating_sub(u64::from(left_out.score.is_some())))
}

/// How many results of a run fall into each level or stage, by band, those without one last.
pub async fn distribution(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
) -> Result<Vec<(Option<i32>, u64)>, StoreError> {
    let counts: Vec<(Option<i32>, i64)> = ResultEntity::find()
        .select_only()
        .column(run_result::Column::Band)
        .column_as(run_result::Column::EnterpriseId.count(), "results")
        .filter(results_of(scope, run))
        .group_by(run_result::Column::Band)
        .order_by_with_nulls(run_result::Column::Band, Order::Asc, NullOrdering::Last)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts
        .into_iter()
        .map(|(band, results)| (band, count(results)))
        .collect())
}

/// The results of a run in groups, by key, those without a key last.
pub async fn groups(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    by: GroupBy,
) -> Result<Vec<GroupFigures>, StoreError> {
    let key = match by {
        GroupBy::Area => run_result::Column::AreaCode.into_expr(),
        GroupBy::SizeClass => run_result::Column::SizeClass.into_expr(),
        GroupBy::Industry { length } => SimpleExpr::from(Func::cust("substr").args([
            run_result::Column::IndustryCode.into_expr(),
            // In the text of the statement: PostgreSQL must see the same expression in the list and in GROUP BY.
            Expr::cust("1"),
            Expr::cust(length.to_string()),
        ])),
    };
    let mean = Func::avg(run_result::Column::Score.into_expr()).cast_as(Alias::new("double precision"));
    let rows: Vec<(Option<String>, i64, i64, Option<f64>)> = ResultEntity::find()
        .select_only()
        .column_as(key.clone(), "group_key")
        .column_as(run_result::Column::EnterpriseId.count(), "results")
        .column_as(run_result::Column::Score.count(), "scored")
        .column_as(mean, "mean")
        .filter(results_of(scope, run))
        .group_by(key.clone())
        .order_by_with_nulls(key, Order::Asc, NullOrdering::Last)
        .into_tuple()
        .all(conn)
        .await?;
    let figures = rows.into_iter().map(|(key, results, scored, mean)| GroupFigures {
        key,
        results: count(results),
        scored: count(scored),
        mean,
    });
    Ok(figures.collect())
}

/// The main score of every result of a run, by enterprise.
pub async fn scores(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
) -> Result<Vec<(EnterpriseId, Option<f64>)>, StoreError> {
    let rows: Vec<(Uuid, Option<f64>)> = ResultEntity::find()
        .select_only()
        .column(run_result::Column::EnterpriseId)
        .column(run_result::Column::Score)
        .filter(results_of(scope, run))
        .order_by_asc(run_result::Column::EnterpriseId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, score)| (EnterpriseId(id), score)).collect())
}

/// Totals of the scored results of one industry and size class, one enterprise left out. Whose they are is not told.
pub async fn peer_totals(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    industry: &str,
    size_class: &str,
    left_out: EnterpriseId,
) -> Result<Vec<(f64, serde_json::Value)>, StoreError> {
    let peers = results_of(scope, run)
        .add(text::starts_with(run_result::Column::IndustryCode, industry))
        .add(run_result::Column::SizeClass.eq(size_class))
        .add(run_result::Column::Score.is_not_null())
        .add(run_result::Column::EnterpriseId.ne(left_out.0));
    let rows: Vec<(f64, String)> = ResultEntity::find()
        .select_only()
        .column(run_result::Column::Score)
        .column(run_result::Column::Totals)
        .filter(peers)
        .order_by_asc(run_result::Column::Score)
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(score, totals)| Ok((score, json::from_text(&totals)?)))
        .collect()
}
