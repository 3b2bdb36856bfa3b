//! Runs and the steps of their lives.

use chrono::{DateTime, Utc};
use entity::{
    prelude::{Run as RunEntity, RunEvent as EventEntity, RunResult as ResultEntity},
    run, run_event, run_result,
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Set, sea_query::SimpleExpr,
};

use super::{Connection, StoreError, keyset, version};
use crate::domain::{
    document::DocumentId,
    page::{Cursor, Page, PageRequest},
    round::RoundId,
    run::{Run, RunEvent, RunFilter, RunId, RunState},
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
        seed: Set(run.seed),
        state: Set(run.state.name().to_owned()),
        version: Set(run.version),
        supersedes_run_id: Set(run.supersedes.map(|id| id.0)),
        returns: Set(run.returns),
        scored: Set(run.scored),
        created_by: Set(run.created_by.clone()),
        created_at: Set(run.created_at),
    };
    RunEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The run with this identifier; one that is still computing is not there yet.
pub async fn find_run(conn: &impl Connection, id: RunId) -> Result<Run, StoreError> {
    RunEntity::find_by_id(id.0)
        .filter(seen())
        .one(conn)
        .await?
        .ok_or(StoreError::NotFound)
        .and_then(run)
}

/// Runs, the newest first.
pub async fn list_runs(
    conn: &impl Connection,
    filter: &RunFilter,
    page: &PageRequest,
) -> Result<Page<Run>, StoreError> {
    let RunFilter {
        round,
        methodology_code,
        state,
        public,
    } = filter;
    let condition = seen()
        .add_option(round.map(|round| run::Column::RoundId.eq(round.0)))
        .add_option(
            methodology_code
                .as_deref()
                .map(|code| run::Column::MethodologyCode.eq(code)),
        )
        .add_option(state.map(|state| run::Column::State.eq(state.name())))
        .add_option(public.then(is_public));
    let select = keyset::newest_first(RunEntity::find().filter(condition), run::Column::Id, page);
    let runs = select.all(conn).await?.into_iter().map(run).collect::<Result<_, _>>()?;
    Ok(keyset::page(runs, page, |run: &Run| Cursor {
        key: run.methodology_code.clone(),
        id: run.id.0,
    }))
}

/// Runs that are or were in force.
pub(super) fn is_public() -> SimpleExpr {
    let states = RunState::ALL.into_iter().filter(|state| state.is_public());
    run::Column::State.is_in(states.map(RunState::name))
}

/// The run in force for a round and a methodology, whatever its version.
pub async fn published_run(
    conn: &impl Connection,
    round: RoundId,
    methodology_code: &str,
) -> Result<Option<Run>, StoreError> {
    let row = RunEntity::find()
        .filter(run::Column::RoundId.eq(round.0))
        .filter(run::Column::MethodologyCode.eq(methodology_code))
        .filter(run::Column::State.eq(RunState::Published.name()))
        .one(conn)
        .await?;
    row.map(run).transpose()
}

/// States the hashes and counts of a run whose results are all stored, and shows it. NotFound when it is not computing.
pub async fn complete_run(conn: &impl Connection, run: &Run) -> Result<(), StoreError> {
    let change = run::ActiveModel {
        inputs_sha256: Set(run.inputs_sha256.clone()),
        results_sha256: Set(run.results_sha256.clone()),
        returns: Set(run.returns),
        scored: Set(run.scored),
        state: Set(run.state.name().to_owned()),
        ..Default::default()
    };
    let completed = RunEntity::update_many()
        .set(change)
        .filter(run::Column::Id.eq(run.id.0))
        .filter(run::Column::State.eq(RunState::Computing.name()))
        .exec(conn)
        .await?;
    if completed.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// Moves a run to its state, with what it supersedes; gives the new version. Nothing else of a run ever changes.
/// Duplicate `published_run` when another one of its round and methodology is in force.
pub async fn update_run_state(conn: &impl Connection, run: &Run, expected_version: i64) -> Result<i64, StoreError> {
    let version = version::next(expected_version);
    let change = run::ActiveModel {
        state: Set(run.state.name().to_owned()),
        supersedes_run_id: Set(run.supersedes.map(|id| id.0)),
        version: Set(version),
        ..Default::default()
    };
    let this = seen().add(run::Column::Id.eq(run.id.0));
    let updated = RunEntity::update_many()
        .set(change)
        .filter(this.clone())
        .filter(run::Column::Version.eq(expected_version))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(version);
    }
    let current = RunEntity::find()
        .select_only()
        .column(run::Column::Version)
        .filter(this)
        .into_tuple()
        .one(conn)
        .await?;
    Err(version::refused(current))
}

/// Removes what runs that never finished have left: those still computing that began before a time.
pub async fn delete_unfinished(conn: &impl Connection, begun_before: DateTime<Utc>) -> Result<(), StoreError> {
    let condition = Condition::all()
        .add(run::Column::State.eq(RunState::Computing.name()))
        .add(run::Column::CreatedAt.lt(begun_before));
    delete_runs(conn, condition).await
}

/// Removes a run that is still computing, with the results it has.
pub async fn delete_computing(conn: &impl Connection, id: RunId) -> Result<(), StoreError> {
    let condition = Condition::all()
        .add(run::Column::State.eq(RunState::Computing.name()))
        .add(run::Column::Id.eq(id.0));
    delete_runs(conn, condition).await
}

async fn delete_runs(conn: &impl Connection, condition: Condition) -> Result<(), StoreError> {
    let runs = RunEntity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(condition.clone())
        .into_query();
    ResultEntity::delete_many()
        .filter(run_result::Column::RunId.in_subquery(runs))
        .exec(conn)
        .await?;
    RunEntity::delete_many().filter(condition).exec(conn).await?;
    Ok(())
}

/// Adds a step to the life of a run. Duplicate `event_number`.
pub async fn insert_run_event(conn: &impl Connection, event: &RunEvent) -> Result<(), StoreError> {
    let row = run_event::ActiveModel {
        run_id: Set(event.run.0),
        number: Set(event.number),
        from_state: Set(event.from.map(|state| state.name().to_owned())),
        to_state: Set(event.to.name().to_owned()),
        actor: Set(event.actor.clone()),
        at: Set(event.at),
    };
    EventEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The steps of a run, the oldest first.
pub async fn run_events(conn: &impl Connection, run: RunId) -> Result<Vec<RunEvent>, StoreError> {
    let rows = EventEntity::find()
        .filter(run_event::Column::RunId.eq(run.0))
        .order_by_asc(run_event::Column::Number)
        .all(conn)
        .await?;
    rows.into_iter().map(event).collect()
}

fn seen() -> Condition {
    Condition::all().add(run::Column::State.ne(RunState::Computing.name()))
}

fn state(name: &str) -> Result<RunState, StoreError> {
    RunState::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("unknown run state {name}")))
}

pub(super) fn run(row: run::Model) -> Result<Run, StoreError> {
    Ok(Run {
        id: RunId(row.id),
        round: RoundId(row.round_id),
        methodology: DocumentId(row.methodology_id),
        methodology_code: row.methodology_code,
        methodology_version: row.methodology_version,
        inputs_sha256: row.inputs_sha256,
        results_sha256: row.results_sha256,
        engine_version: row.engine_version,
        seed: row.seed,
        state: state(&row.state)?,
        version: row.version,
        supersedes: row.supersedes_run_id.map(RunId),
        returns: row.returns,
        scored: row.scored,
        created_by: row.created_by,
        created_at: row.created_at,
    })
}

fn event(row: run_event::Model) -> Result<RunEvent, StoreError> {
    Ok(RunEvent {
        run: RunId(row.run_id),
        number: row.number,
        from: row.from_state.as_deref().map(state).transpose()?,
        to: state(&row.to_state)?,
        actor: row.actor,
        at: row.at,
    })
}
