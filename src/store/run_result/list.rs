//! The results of a run by credit code.

use entity::{prelude::RunResult as ResultEntity, run_result};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::{Ranked, ranking_rows, results_of};
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        page::{Cursor, Page, PageRequest},
        run::{RankingRow, RunId},
    },
    store::{Connection, StoreError, keyset},
};

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
