//! Jobs: what was asked for, how far it is, how it ended.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{job, prelude::Job as JobEntity};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, UpdateMany,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Connection, StoreError, grant, json, keyset, text};
use crate::domain::{
    job::{Job, JobId, JobState, TaskKind},
    page::{Cursor, Page, PageRequest},
    run::RunId,
};

/// Adds a job.
pub async fn insert_job(conn: &impl Connection, job: &Job) -> Result<(), StoreError> {
    let (scope_kind, scope_value) = grant::scope_columns(&job.scope);
    let row = job::ActiveModel {
        id: Set(job.id.0),
        task: Set(json::to_text(&job.task)?),
        state: Set(job.state.name().to_owned()),
        done: Set(job.done),
        total: Set(job.total),
        result: Set(job.result.as_ref().map(Value::to_string)),
        error: Set(job.error.as_ref().map(Value::to_string)),
        created_by: Set(job.created_by.clone()),
        role: Set(grant::role_name(job.role)),
        scope_kind: Set(scope_kind),
        scope_value: Set(scope_value),
        created_at: Set(job.created_at),
        updated_at: Set(job.updated_at),
    };
    JobEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The job with this identifier.
pub async fn find_job(conn: &impl Connection, id: JobId) -> Result<Job, StoreError> {
    JobEntity::find_by_id(id.0)
        .one(conn)
        .await?
        .ok_or(StoreError::NotFound)
        .and_then(job)
}

/// Takes a waiting job for a worker; false when another has it or it has ended.
pub async fn claim_job(conn: &impl Connection, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let change = job::ActiveModel {
        state: Set(JobState::Running.name().to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    let claimed = in_state(&[JobState::Queued])
        .filter(job::Column::Id.eq(id.0))
        .set(change)
        .exec(conn)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Says how far a job is, which makes it running. NotFound when there is none or it has ended.
pub async fn set_job_progress(
    conn: &impl Connection,
    id: JobId,
    done: i64,
    total: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let change = job::ActiveModel {
        state: Set(JobState::Running.name().to_owned()),
        done: Set(done),
        total: Set(total),
        updated_at: Set(now),
        ..Default::default()
    };
    change_open(conn, id, change).await
}

/// Ends a job: with its result, or with the problem that stopped it. NotFound when there is none or it has ended.
pub async fn finish_job(
    conn: &impl Connection,
    id: JobId,
    outcome: Result<&Value, &Value>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let state = if outcome.is_ok() {
        JobState::Succeeded
    } else {
        JobState::Failed
    };
    let change = job::ActiveModel {
        state: Set(state.name().to_owned()),
        result: Set(outcome.ok().map(Value::to_string)),
        error: Set(outcome.err().map(Value::to_string)),
        updated_at: Set(now),
        ..Default::default()
    };
    change_open(conn, id, change).await
}

/// Says that a worker is still at the job, and keeps others from saying so until the transaction ends: pieces of one job
/// are written one after the other even if two workers took it up. NotFound when there is none or it has ended.
pub async fn hold_job(conn: &impl Connection, id: JobId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let change = job::ActiveModel {
        state: Set(JobState::Running.name().to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    change_open(conn, id, change).await
}

/// Ends a job because somebody asked for it: one that waits, or (with `running`) one that is being done. NotFound when
/// there is none in such a state.
pub async fn cancel_job(
    conn: &impl Connection,
    id: JobId,
    running: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let change = job::ActiveModel {
        state: Set(JobState::Cancelled.name().to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    let states: &[JobState] = if running {
        &[JobState::Queued, JobState::Running]
    } else {
        &[JobState::Queued]
    };
    let cancelled = in_state(states)
        .filter(job::Column::Id.eq(id.0))
        .set(change)
        .exec(conn)
        .await?;
    if cancelled.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// Puts a failed job back in the queue. NotFound when there is none that failed.
pub async fn reopen_job(conn: &impl Connection, id: JobId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let change = job::ActiveModel {
        state: Set(JobState::Queued.name().to_owned()),
        error: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    let failed = in_state(&[JobState::Failed]).filter(job::Column::Id.eq(id.0));
    if failed.set(change).exec(conn).await?.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// The jobs with these identifiers.
pub async fn find_jobs(conn: &impl Connection, ids: &[JobId]) -> Result<BTreeMap<JobId, Job>, StoreError> {
    let rows = JobEntity::find()
        .filter(job::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(conn)
        .await?;
    rows.into_iter().map(|row| Ok((JobId(row.id), job(row)?))).collect()
}

/// Jobs of one who asked, or of all, the newest first.
pub async fn list_jobs(
    conn: &impl Connection,
    created_by: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Job>, StoreError> {
    let of_one = Condition::all().add_option(created_by.map(|name| job::Column::CreatedBy.eq(name)));
    let select = keyset::newest_first(JobEntity::find().filter(of_one), job::Column::Id, page);
    let jobs = select.all(conn).await?.into_iter().map(job).collect::<Result<_, _>>()?;
    Ok(keyset::page(jobs, page, |job: &Job| Cursor {
        key: job.created_by.clone(),
        id: job.id.0,
    }))
}

/// The result of the newest robustness test of a run that has succeeded.
pub async fn newest_robustness(conn: &impl Connection, run: RunId) -> Result<Option<Value>, StoreError> {
    // As a task is written: its kind, then its run.
    let begin = format!(r#"{{"kind":"{}","run":"{run}","#, TaskKind::TestRobustness.name());
    let found: Option<Option<String>> = JobEntity::find()
        .select_only()
        .column(job::Column::Result)
        .filter(job::Column::State.eq(JobState::Succeeded.name()))
        .filter(text::starts_with(job::Column::Task, &begin))
        .order_by_desc(job::Column::Id)
        .into_tuple()
        .one(conn)
        .await?;
    found.flatten().as_deref().map(json::from_text).transpose()
}

/// Puts running jobs back in the queue, for the start of the only worker: nobody works at them any more.
pub async fn requeue_unfinished(conn: &impl Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let change = job::ActiveModel {
        state: Set(JobState::Queued.name().to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    in_state(&[JobState::Running]).set(change).exec(conn).await?;
    Ok(())
}

/// The jobs that wait, the oldest first.
pub async fn waiting_jobs(conn: &impl Connection) -> Result<Vec<JobId>, StoreError> {
    let waiting: Vec<Uuid> = JobEntity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::State.eq(JobState::Queued.name()))
        .order_by_asc(job::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(waiting.into_iter().map(JobId).collect())
}

fn in_state(states: &[JobState]) -> UpdateMany<JobEntity> {
    JobEntity::update_many().filter(job::Column::State.is_in(states.iter().map(|state| state.name())))
}

/// Changes a job that has not ended.
async fn change_open(conn: &impl Connection, id: JobId, change: job::ActiveModel) -> Result<(), StoreError> {
    let open = in_state(&[JobState::Queued, JobState::Running]).filter(job::Column::Id.eq(id.0));
    let changed = open.set(change).exec(conn).await?;
    if changed.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

fn job(row: job::Model) -> Result<Job, StoreError> {
    let state = JobState::from_name(&row.state);
    Ok(Job {
        id: JobId(row.id),
        task: json::from_text(&row.task)?,
        state: state.ok_or_else(|| StoreError::Corrupt(format!("unknown job state {}", row.state)))?,
        done: row.done,
        total: row.total,
        result: row.result.as_deref().map(json::from_text).transpose()?,
        error: row.error.as_deref().map(json::from_text).transpose()?,
        created_by: row.created_by,
        role: grant::role(&row.role)?,
        scope: grant::scope(&row.scope_kind, row.scope_value)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
