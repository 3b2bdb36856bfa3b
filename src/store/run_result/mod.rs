//! Results of runs. They are written once and never changed.

mod figures;
mod find;
mod history;
mod inputs;
mod list;
mod ranking;

use entity::{prelude::RunResult as ResultEntity, run_result};
use sea_orm::{ColumnTrait as _, Condition, DerivePartialModel, Set};
use uuid::Uuid;

pub use self::{
    figures::{distribution, groups, peer_totals, results_above, scores},
    find::{details, find_result},
    history::history,
    inputs::inputs_of,
    list::{all_results, results_missing_in, results_of_enterprises},
    ranking::ranking,
};
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        run::{RankingRow, RunId, RunResult},
        survey_return::RevisionId,
    },
    store::{Connection, StoreError, insert::insert_all, json, scope},
};

/// Adds results. Duplicate `run_result`.
pub async fn insert_results(conn: &impl Connection, results: &[RunResult]) -> Result<(), StoreError> {
    insert_all(conn, results.iter().map(row).collect()).await
}

fn results_of(scope: &Scope, run: RunId) -> Condition {
    scope::rows_of(scope, run_result::Column::EnterpriseId).add(run_result::Column::RunId.eq(run.0))
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
