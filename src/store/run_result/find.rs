//! The result of an enterprise and the explanations of several.

use entity::{prelude::RunResult as ResultEntity, run_result};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::results_of;
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        run::{RunId, RunResult},
        survey_return::RevisionId,
    },
    store::{Connection, StoreError, json},
};

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
