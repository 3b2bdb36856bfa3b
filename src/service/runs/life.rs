//! The life of a run: draft, frozen, published, superseded. Results never change on the way; who did which step is kept.

use super::read::get_run;
use crate::{
    domain::{
        access::Principal,
        run::{Run, RunEvent, RunId, RunState},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
    store::db::{StoreError, WriteTxn},
};

/// Decides upon a draft: this is what will be published.
pub async fn freeze_run(
    service: &Service,
    caller: &Principal,
    id: RunId,
    expected_version: i64,
) -> Result<Run, ServiceError> {
    caller.may(Action::FreezeRuns)?;
    let txn = service.db.begin_write().await?;
    let run = store::run::find_run(&txn, id).await?;
    let changed = step(service, &txn, caller, run, expected_version, RunState::Frozen).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Puts a frozen run in force. The run of the same round and methodology that was in force is superseded in the same step.
pub async fn publish_run(
    service: &Service,
    caller: &Principal,
    id: RunId,
    expected_version: i64,
) -> Result<Run, ServiceError> {
    caller.may(Action::PublishRuns)?;
    let txn = service.db.begin_write().await?;
    let mut run = store::run::find_run(&txn, id).await?;
    if let Some(before) = store::run::published_run(&txn, run.round, &run.methodology_code).await?
        && before.id != id
    {
        run.supersedes = Some(before.id);
        let version = before.version;
        step(service, &txn, caller, before, version, RunState::Superseded).await?;
    }
    let changed = step(service, &txn, caller, run, expected_version, RunState::Published).await?;
    txn.commit().await?;
    Ok(changed)
}

/// The steps of a run, the oldest first.
pub async fn list_run_events(service: &Service, caller: &Principal, id: RunId) -> Result<Vec<RunEvent>, ServiceError> {
    let run = get_run(service, caller, id).await?;
    Ok(store::run::run_events(service.db.read(), run.id).await?)
}

async fn step(
    service: &Service,
    txn: &WriteTxn,
    caller: &Principal,
    mut run: Run,
    expected_version: i64,
    to: RunState,
) -> Result<Run, ServiceError> {
    if run.version != expected_version {
        return Err(StoreError::VersionConflict { current: run.version }.into());
    }
    let leads_on = matches!(
        (run.state, to),
        (RunState::Draft, RunState::Frozen)
            | (RunState::Frozen, RunState::Published)
            | (RunState::Published, RunState::Superseded)
    );
    if !leads_on {
        return Err(ServiceError::new(codes::runs::WRONG_STATE));
    }
    let from = std::mem::replace(&mut run.state, to);
    run.version = match store::run::update_run_state(txn, &run, expected_version).await {
        // Somebody else has published meanwhile.
        Err(StoreError::Duplicate { .. }) => return Err(ServiceError::new(codes::general::VERSION_MISMATCH)),
        other => other?,
    };
    let event = RunEvent {
        run: run.id,
        number: store::run::run_events(txn, run.id)
            .await?
            .last()
            .map_or(0, |event| event.number)
            + 1,
        from: Some(from),
        to,
        actor: caller.name.clone(),
        at: service.now(),
    };
    store::run::insert_run_event(txn, &event).await?;
    Ok(run)
}
