//! Results of runs. They are written once and never changed.

use entity::{
    prelude::{Run as RunEntity, RunResult as ResultEntity},
    revision, run, run_result,
};
use sea_orm::{
    ColumnTrait as _, Condition, DerivePartialModel, EntityTrait as _, ExprTrait as _, FromQueryResult, JoinType,
    Order, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, RelationTrait as _, Set,
    sea_query::{Alias, Expr, Func, NullOrdering, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    insert::insert_all,
    json, keyset,
    run::{is_public, run},
    scope, text,
};
use crate::domain::{
    access::Scope,
    enterprise::EnterpriseId,
    page::{Cursor, Page, PageRequest},
    run::{
        GroupBy, GroupFigures, PastResult, RankingFilter, RankingRow, RunFilter, RunId, RunInput, RunResult, RunState,
    },
    survey_return::RevisionId,
};

/// Adds results. Duplicate `run_result`.
pub async fn insert_results(conn: &impl Connection, results: &[RunResult]) -> Result<(), StoreError> {
    insert_all(conn, results.iter().map(row).collect()).await
}

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

/// The results of a run for these enterprises, by credit code. One statement.
pub async fn results_of_enterprises(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    enterprises: &[EnterpriseId],
) -> Result<Vec<RankingRow>, StoreError> {
    let these = run_result::Column::EnterpriseId.is_in(enterprises.iter().map(|id| id.0));
    let rows = ResultEntity::find()
        .filter(results_of(scope, run).add(these))
        .order_by_asc(run_result::Column::Uscc)
        .into_partial_model::<Ranked>()
        .all(conn)
        .await?;
    ranking_rows(rows)
}

/// The results of a run whose enterprises have none in another, by credit code.
pub async fn results_missing_in(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    other: RunId,
    page: &PageRequest,
) -> Result<Page<RankingRow>, StoreError> {
    let there = ResultEntity::find()
        .select_only()
        .column(run_result::Column::EnterpriseId)
        .filter(run_result::Column::RunId.eq(other.0))
        .into_query();
    let missing = results_of(scope, run).add(run_result::Column::EnterpriseId.not_in_subquery(there));
    let select = keyset::ascending(
        ResultEntity::find().filter(missing),
        run_result::Column::Uscc,
        run_result::Column::EnterpriseId,
        page,
    );
    let rows = select.into_partial_model::<Ranked>().all(conn).await?;
    Ok(keyset::page(ranking_rows(rows)?, page, |row: &RankingRow| Cursor {
        key: row.uscc.clone(),
        id: row.enterprise.0,
    }))
}

/// All results of a run without their explanations, by credit code: the light columns of a whole run in one statement.
pub async fn all_results(conn: &impl Connection, scope: &Scope, run: RunId) -> Result<Vec<RankingRow>, StoreError> {
    let rows = ResultEntity::find()
        .filter(results_of(scope, run))
        .order_by_asc(run_result::Column::Uscc)
        .into_partial_model::<Ranked>()
        .all(conn)
        .await?;
    ranking_rows(rows)
}

/// What went into a run, by credit code, as it was then. One statement.
pub async fn inputs_of(conn: &impl Connection, scope: &Scope, run: RunId) -> Result<Vec<RunInput>, StoreError> {
    let rows = ResultEntity::find()
        .join(JoinType::InnerJoin, run_result::Relation::Revision.def())
        .select_only()
        .column(run_result::Column::EnterpriseId)
        .column(run_result::Column::Uscc)
        .column_as(run_result::Column::EnterpriseName, "name")
        .column(run_result::Column::AreaCode)
        .column(run_result::Column::IndustryCode)
        .column(run_result::Column::SizeClass)
        .column(run_result::Column::RevisionId)
        .column(run_result::Column::PreviousRevisionId)
        .column(revision::Column::BlobSha256)
        .filter(results_of(scope, run))
        .order_by_asc(run_result::Column::Uscc)
        .into_model::<InputRow>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(input).collect())
}

/// The explanations of a run for these enterprises: scored nodes as JSON text.
pub async fn details(
    conn: &impl Connection,
    scope: &Scope,
    run: RunId,
    enterprises: &[EnterpriseId],
) -> Result<std::collections::BTreeMap<EnterpriseId, String>, StoreError> {
    let these = run_result::Column::EnterpriseId.is_in(enterprises.iter().map(|id| id.0));
    let rows: Vec<(Uuid, String)> = ResultEntity::find()
        .select_only()
        .column(run_result::Column::EnterpriseId)
        .column(run_result::Column::Detail)
        .filter(results_of(scope, run).add(these))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, detail)| (EnterpriseId(id), detail))
        .collect())
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
        return Ok(u64::try_from(rank).unwrap_or(1).saturating_sub(1 + u64::from(is_above)));
    }
    let scored: Option<i64> = ResultEntity::find()
        .select_only()
        .column_as(run_result::Column::Score.count(), "scored")
        .filter(of_run)
        .into_tuple()
        .one(conn)
        .await?;
    let scored = scored.and_then(|scored| u64::try_from(scored).ok()).unwrap_or(0);
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
        .map(|(band, count)| (band, count.unsigned_abs()))
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
        results: results.unsigned_abs(),
        scored: scored.unsigned_abs(),
        mean,
    });
    Ok(figures.collect())
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

/// The results of an enterprise over all runs, the newest run first.
pub async fn history(
    conn: &impl Connection,
    scope: &Scope,
    enterprise: EnterpriseId,
    filter: &RunFilter,
    page: &PageRequest,
) -> Result<Page<PastResult>, StoreError> {
    let RunFilter {
        round,
        methodology_code,
        state,
        public,
    } = filter;
    let condition = scope::rows_of(scope, run_result::Column::EnterpriseId)
        .add(run_result::Column::EnterpriseId.eq(enterprise.0))
        .add(run::Column::State.ne(RunState::Computing.name()))
        .add_option(round.map(|round| run::Column::RoundId.eq(round.0)))
        .add_option(
            methodology_code
                .as_deref()
                .map(|code| run::Column::MethodologyCode.eq(code)),
        )
        .add_option(state.map(|state| run::Column::State.eq(state.name())))
        .add_option(public.then(is_public));
    let select = ResultEntity::find()
        .join(JoinType::InnerJoin, run_result::Relation::Run.def())
        .filter(condition);
    let select = keyset::newest_first(select, run_result::Column::RunId, page);
    let rows = select.into_partial_model::<Ranked>().all(conn).await?;
    // The runs of the page in a second statement; a result never outlives its run.
    let runs: Vec<run::Model> = RunEntity::find()
        .filter(run::Column::Id.is_in(rows.iter().map(|row| row.run_id)))
        .all(conn)
        .await?;
    let mut past = Vec::with_capacity(rows.len());
    for row in rows {
        let of = runs.iter().find(|run| run.id == row.run_id);
        let of = of.ok_or_else(|| StoreError::Corrupt(format!("result without run {}", row.run_id)))?;
        past.push(PastResult {
            run: run(of.clone())?,
            result: ranking_row(row)?,
        });
    }
    Ok(keyset::page(past, page, |past: &PastResult| Cursor {
        key: past.run.methodology_code.clone(),
        id: past.run.id.0,
    }))
}

fn results_of(scope: &Scope, run: RunId) -> Condition {
    scope::rows_of(scope, run_result::Column::EnterpriseId).add(run_result::Column::RunId.eq(run.0))
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
    run_id: Uuid,
    enterprise_id: Uuid,
    revision_id: Uuid,
    previous_revision_id: Option<Uuid>,
    uscc: String,
    enterprise_name: String,
    area_code: String,
    industry_code: String,
    size_class: Option<String>,
    score: Option<f64>,
    rank: Option<i32>,
    band: Option<i32>,
    totals: String,
}

fn ranking_rows(rows: Vec<Ranked>) -> Result<Vec<RankingRow>, StoreError> {
    rows.into_iter().map(ranking_row).collect()
}

fn ranking_row(row: Ranked) -> Result<RankingRow, StoreError> {
    Ok(RankingRow {
        enterprise: EnterpriseId(row.enterprise_id),
        uscc: row.uscc,
        enterprise_name: row.enterprise_name,
        area_code: row.area_code,
        industry_code: row.industry_code,
        size_class: row.size_class,
        revision: RevisionId(row.revision_id),
        previous: row.previous_revision_id.map(RevisionId),
        score: row.score,
        rank: row.rank,
        band: row.band,
        totals: json::from_text(&row.totals)?,
    })
}

/// What went into a run, with the hash of its workbook.
#[derive(FromQueryResult)]
struct InputRow {
    enterprise_id: Uuid,
    uscc: String,
    name: String,
    area_code: String,
    industry_code: String,
    size_class: Option<String>,
    revision_id: Uuid,
    previous_revision_id: Option<Uuid>,
    blob_sha256: String,
}

fn input(row: InputRow) -> RunInput {
    RunInput {
        enterprise: EnterpriseId(row.enterprise_id),
        uscc: row.uscc,
        name: row.name,
        area_code: row.area_code,
        industry_code: row.industry_code,
        size_class: row.size_class,
        revision: RevisionId(row.revision_id),
        blob_sha256: row.blob_sha256,
        previous: row.previous_revision_id.map(RevisionId),
    }
}

fn row(result: &RunResult) -> run_result::ActiveModel {
    run_result::ActiveModel {
        run_id: Set(result.run.0),
        enterprise_id: Set(result.enterprise.0),
        revision_id: Set(result.revision.0),
        previous_revision_id: Set(result.previous.map(|id| id.0)),
        area_code: Set(result.area_code.clone()),
        industry_code: Set(result.industry_code.clone()),
        size_class: Set(result.size_class.clone()),
        enterprise_name: Set(result.enterprise_name.clone()),
        uscc: Set(result.uscc.clone()),
        score: Set(result.score),
        rank: Set(result.rank),
        band: Set(result.band),
        totals: Set(result.totals.to_string()),
        detail: Set(result.detail.clone()),
    }
}

fn result(row: run_result::Model) -> Result<RunResult, StoreError> {
    Ok(RunResult {
        run: RunId(row.run_id),
        enterprise: EnterpriseId(row.enterprise_id),
        revision: RevisionId(row.revision_id),
        previous: row.previous_revision_id.map(RevisionId),
        area_code: row.area_code,
        industry_code: row.industry_code,
        size_class: row.size_class,
        enterprise_name: row.enterprise_name,
        uscc: row.uscc,
        score: row.score,
        rank: row.rank,
        band: row.band,
        totals: json::from_text(&row.totals)?,
        detail: row.detail,
    })
}
