//! The history of a return.

use std::collections::BTreeMap;

use entity::{prelude::ReturnEvent as EventEntity, return_event};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{of_seen_return, require, state};
use crate::{
    domain::{
        access::Scope,
        survey_return::{ReturnEvent, ReturnId, ReturnState, RevisionId},
    },
    store::{Connection, StoreError, insert::insert_all, json},
};

/// Adds a step to the history of a return that the scope shows. Duplicate `event_number`.
pub async fn insert_event(conn: &impl Connection, scope: &Scope, event: &ReturnEvent) -> Result<(), StoreError> {
    insert_events(conn, scope, std::slice::from_ref(event)).await
}

/// Adds steps to the histories of returns that the scope shows. Duplicate `event_number`.
pub async fn insert_events(conn: &impl Connection, scope: &Scope, events: &[ReturnEvent]) -> Result<(), StoreError> {
    require(conn, scope, events.iter().map(|event| event.survey_return)).await?;
    let rows = events.iter().map(event_row).collect::<Result<_, _>>()?;
    insert_all(conn, rows).await
}

fn event_row(event: &ReturnEvent) -> Result<return_event::ActiveModel, StoreError> {
    Ok(return_event::ActiveModel {
        return_id: Set(event.survey_return.0),
        number: Set(event.number),
        from_state: Set(event.from.name().to_owned()),
        to_state: Set(event.to.name().to_owned()),
        revision_id: Set(event.revision.map(|id| id.0)),
        actor: Set(event.actor.clone()),
        at: Set(event.at),
        reason: Set(event.reason.clone()),
        detail: Set(Some(json::to_json(&event.detail)?)),
    })
}

/// The number of the last step of each of these returns; none for a return without steps.
pub async fn last_event_numbers(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, i32>, StoreError> {
    let rows: Vec<(Uuid, Option<i32>)> = EventEntity::find()
        .select_only()
        .column(return_event::Column::ReturnId)
        .expr(Expr::col(return_event::Column::Number).max())
        .filter(return_event::Column::ReturnId.is_in(returns.iter().map(|id| id.0)))
        .filter(of_seen_return(scope, return_event::Column::ReturnId))
        .group_by(return_event::Column::ReturnId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, last)| (ReturnId(id), last.unwrap_or(0)))
        .collect())
}

/// The state in which each of these returns was before it was taken out of its round the last time.
pub async fn states_before_removal(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, ReturnState>, StoreError> {
    let rows: Vec<(Uuid, String)> = EventEntity::find()
        .select_only()
        .column(return_event::Column::ReturnId)
        .column(return_event::Column::FromState)
        .filter(return_event::Column::ReturnId.is_in(returns.iter().map(|id| id.0)))
        .filter(return_event::Column::ToState.eq(ReturnState::Removed.name()))
        .filter(of_seen_return(scope, return_event::Column::ReturnId))
        .order_by_asc(return_event::Column::ReturnId)
        .order_by_asc(return_event::Column::Number)
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(id, from)| Ok((ReturnId(id), state(&from)?)))
        .collect()
}

/// The history of a return by number; none when the scope does not show it.
pub async fn events_of(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
) -> Result<Vec<ReturnEvent>, StoreError> {
    let rows = EventEntity::find()
        .filter(return_event::Column::ReturnId.eq(survey_return.0))
        .filter(of_seen_return(scope, return_event::Column::ReturnId))
        .order_by_asc(return_event::Column::Number)
        .all(conn)
        .await?;
    rows.into_iter().map(event).collect()
}

fn event(row: return_event::Model) -> Result<ReturnEvent, StoreError> {
    Ok(ReturnEvent {
        survey_return: ReturnId(row.return_id),
        number: row.number,
        from: state(&row.from_state)?,
        to: state(&row.to_state)?,
        revision: row.revision_id.map(RevisionId),
        actor: row.actor,
        at: row.at,
        reason: row.reason,
        detail: row.detail.map(json::from_json).transpose()?.unwrap_or_default(),
    })
}
