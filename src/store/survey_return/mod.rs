//! Returns, their revisions and their history.

mod events;
mod find;
mod for_comparison;
mod for_runs;
mod list;
mod newest;
mod response;
mod revisions;
mod update;

use std::collections::BTreeSet;

use entity::{prelude::SurveyReturn as ReturnEntity, survey_return};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _, Select,
};
use uuid::Uuid;

pub use self::{
    events::{events_of, insert_event, insert_events, last_event_numbers, states_before_removal},
    find::{find_return, find_return_of, find_returns, find_returns_of},
    for_comparison::{COMPARED_AT_ONCE, accepted_answers_of, changes_of, compared_returns},
    for_runs::{accepted_inputs, contents_of},
    list::list_returns,
    newest::{newest_by_blob, newest_of, newest_parts, newest_provenances},
    response::response,
    revisions::{
        find_revision, find_revision_by_blob, find_revisions, insert_revision, insert_revisions, require_revision,
        revisions_of,
    },
    update::{update_return, update_returns},
};
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        round::RoundId,
        survey_return::{ReturnId, ReturnState, RevisionId, SurveyReturn},
    },
    store::{Connection, StoreError, json, scope},
};

/// The state with this stored name.
pub(in crate::store) fn state(name: &str) -> Result<ReturnState, StoreError> {
    ReturnState::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("unknown return state {name}")))
}

fn seen(scope: &Scope) -> Select<ReturnEntity> {
    ReturnEntity::find().filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
}

/// Condition that `column` names a return that the scope shows.
pub(in crate::store) fn of_seen_return(scope: &Scope, column: impl sea_orm::ColumnTrait) -> Condition {
    if *scope == Scope::County {
        return Condition::all();
    }
    let seen = seen(scope).select_only().column(survey_return::Column::Id).into_query();
    Condition::all().add(column.in_subquery(seen))
}

/// NotFound unless the scope shows all of the returns.
pub(in crate::store) async fn require(
    conn: &impl Connection,
    scope: &Scope,
    ids: impl Iterator<Item = ReturnId>,
) -> Result<(), StoreError> {
    let ids: BTreeSet<Uuid> = ids.map(|id| id.0).collect();
    let wanted = ids.len() as u64;
    let returns = seen(scope)
        .filter(survey_return::Column::Id.is_in(ids))
        .count(conn)
        .await?;
    if returns == wanted {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

fn from_row(row: &survey_return::Model) -> Result<SurveyReturn, StoreError> {
    Ok(SurveyReturn {
        id: ReturnId(row.id),
        round: RoundId(row.round_id),
        enterprise: EnterpriseId(row.enterprise_id),
        state: state(&row.state)?,
        latest: row.latest_revision_id.map(RevisionId),
        accepted: row.accepted_revision_id.map(RevisionId),
        revision_number: row.revision_number,
        block: row.block,
        warn: row.warn,
        review: row.review.clone().map(json::from_json).transpose()?.unwrap_or_default(),
        version: row.version,
        updated_at: row.updated_at,
    })
}
