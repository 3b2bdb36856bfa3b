//! Frozen runs and their results.

use entity::{
    prelude::{Run as RunEntity, RunResult as ResultEntity},
    run, run_result,
};
use sea_orm::{
    ColumnTrait as _, Condition, DerivePartialModel, EntityTrait as _, ExprTrait as _, Order, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::NullOrdering,
};
use uuid::Uuid;

use super::{Connection, StoreError, insert::insert_all, json, keyset, scope, text};
use crate::domain::{
    access::Scope,
    document::DocumentId,
    enterprise::EnterpriseId,
    page::{Cursor, Page, PageRequest},
    round::RoundId,
    run::{RankingFilter, RankingRow, Run, RunId, RunResult},
    survey_return::RevisionId,
};

/// Adds a run without results.
pub async fn insert_run(conn: &impl Connection, run: &Run) -> Result<(), StoreError> {
    let row = run::ActiveModel {
        id: Set(run.id.0),
        round_id: Set(run.round.0),
        methodology_id: Set(run.methodology.0),
        methodology_code: Set(run.methodology_code.clone()),
        methodology_version: Set(run.methodology_version.clone()),
        inputs_sha256: Set(run.inputs_sha256.clone()),
        results_sha256: Set(run.results_sha256.clone()),
        engine_version: Set(run.engine_version.clone()),
        returns: Set(run.returns),
        scored: Set(run.scored),
        created_by: Set(run.created_by.clone()),
        created_at: Set(run.created_at),
    };
    RunEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Adds results. Duplicate `run_result`.
pub async fn insert_results(conn: &impl Connection, results: &[RunResult]) -> Result<(), StoreError> {
    insert_all(conn, results.iter().map(row).collect()).await
}

/// The run with this identifier.
pub async fn find_run(conn: &impl Connection, id: RunId) -> Result<Run, StoreError> {
    RunEntity::find_by_id(id.0)
        .one(conn)
        .await?
        .map(run)
        .ok_or(StoreError::NotFound)
}

/// Runs of one round or of all, the newest first.
pub async fn list_runs(
    conn: &impl Connection,
    round: Option<RoundId>,
    page: &PageRequest,
) -> Result<Page<Run>, StoreError> {
    let of_round = Condition::all().add_option(round.map(|round| run::Column::RoundId.eq(round.0)));
    let select = keyset::newest_first(RunEntity::find().filter(of_round), run::Column::Id, page);
    let runs = select.all(conn).await?.into_iter().map(run).collect();
    Ok(keyset::page(runs, page, |run: &Run| Cursor {
        key: run.methodology_code.clone(),
        id: run.id.0,
    }))
}

/// Results by rank, those without a rank last, equal ranks by credit code. The scope goes by the registry as it is now, the
/// filter by area and industry as they were when the run was made.
pub async fn ranking(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    filter: &RankingFilter,
    page: &PageRequest,
) -> Result<Page<RankingRow>, StoreError> {
    let RankingFilter { area, industry, band } = filter;
    let condition = results_of(scope, run)
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
    let ranked = rows.into_iter().map(ranking_row).collect::<Result<_, _>>()?;
    Ok(keyset::page(ranked, page, rank_cursor))
}

/// The result of an enterprise in a run.
pub async fn find_result(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    enterprise: EnterpriseId,
) -> Result<RunResult, StoreError> {
    let row = ResultEntity::find()
        .filter(results_of(scope, run).add(run_result::Column::EnterpriseId.eq(enterprise.0)))
        .one(conn)
        .await?;
    row.ok_or(StoreError::NotFound).and_then(result)
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
        .map(|(band, count)| (band, count.unsigned_abs()))
        .collect())
}

fn results_of(scope: &Scope, run: RunId) -> Condition {
    scope::rows_of(scope, run_result::Column::EnterpriseId).add(run_result::Column::RunId.eq(run.0))
}

/// The place of a row in the ranking: `rank/uscc`, the rank empty where there is none.
fn rank_cursor(row: &RankingRow) -> Cursor {
    let rank = row.rank.map(|rank| rank.to_string()).unwrap_or_default();
    Cursor {
        key: format!("{rank}/{}", row.uscc),
        id: row.enterprise.0,
    }
}

/// Condition that a result comes after the cursor. A cursor without a readable rank stands among those without one.
fn ranked_after(cursor: &Cursor) -> Condition {
    let (rank, uscc) = cursor.key.split_once('/').unwrap_or_default();
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

/// A result without its explanation.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "ResultEntity")]
struct Ranked {
    enterprise_id: Uuid,
    uscc: String,
    enterprise_name: String,
    area_code: String,
    industry_code: String,
    score: Option<f64>,
    rank: Option<i32>,
    band: Option<i32>,
    totals: String,
}

fn ranking_row(row: Ranked) -> Result<RankingRow, StoreError> {
    Ok(RankingRow {
        enterprise: EnterpriseId(row.enterprise_id),
        uscc: row.uscc,
        enterprise_name: row.enterprise_name,
        area_code: row.area_code,
        industry_code: row.industry_code,
        score: row.score,
        rank: row.rank,
        band: row.band,
        totals: json::from_text(&row.totals)?,
    })
}

fn run(row: run::Model) -> Run {
    Run {
        id: RunId(row.id),
        round: RoundId(row.round_id),
        methodology: DocumentId(row.methodology_id),
        methodology_code: row.methodology_code,
        methodology_version: row.methodology_version,
        inputs_sha256: row.inputs_sha256,
        results_sha256: row.results_sha256,
        engine_version: row.engine_version,
        returns: row.returns,
        scored: row.scored,
        created_by: row.created_by,
        created_at: row.created_at,
    }
}

fn row(result: &RunResult) -> run_result::ActiveModel {
    run_result::ActiveModel {
        run_id: Set(result.run.0),
        enterprise_id: Set(result.enterprise.0),
        revision_id: Set(result.revision.0),
        area_code: Set(result.area_code.clone()),
        industry_code: Set(result.industry_code.clone()),
        enterprise_name: Set(result.enterprise_name.clone()),
        uscc: Set(result.uscc.clone()),
        score: Set(result.score),
        rank: Set(result.rank),
        band: Set(result.band),
        totals: Set(result.totals.to_string()),
        detail: Set(result.detail.to_string()),
    }
}

fn result(row: run_result::Model) -> Result<RunResult, StoreError> {
    Ok(RunResult {
        run: RunId(row.run_id),
        enterprise: EnterpriseId(row.enterprise_id),
        revision: RevisionId(row.revision_id),
        area_code: row.area_code,
        industry_code: row.industry_code,
        enterprise_name: row.enterprise_name,
        uscc: row.uscc,
        score: row.score,
        rank: row.rank,
        band: row.band,
        totals: json::from_text(&row.totals)?,
        detail: json::from_text(&row.detail)?,
    })
}
