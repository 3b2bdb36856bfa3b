//! The results of an enterprise over all runs.

use entity::{
    prelude::{Run as RunEntity, RunResult as ResultEntity},
    run, run_result,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, JoinType, QueryFilter as _, QuerySelect as _, RelationTrait as _};

use super::{Ranked, ranking_row};
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        page::{Cursor, Page, PageRequest},
        run::{PastResult, RunFilter, RunState},
    },
    store::{
        Connection, StoreError, keyset,
        run::{is_public, run},
        scope,
    },
};

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
