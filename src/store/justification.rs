//! Justifications of warnings, and those that were accepted together with a revision.

use std::collections::BTreeMap;

use entity::{
    acceptance, justification,
    prelude::{Acceptance as AcceptanceEntity, Justification as JustificationEntity},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};
use survey::justification::Justification;

use super::{
    Connection, StoreError,
    insert::insert_all,
    json,
    survey_return::{of_seen_return, require, require_revision},
};
use crate::domain::{
    access::Scope,
    justification::{Acceptance, RecordedJustification},
    survey_return::{ReturnId, RevisionId},
};

/// Everything that was said to the findings of a return, in the order in which it was said; none when the scope does
/// not show it.
pub async fn justifications_of(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
) -> Result<Vec<RecordedJustification>, StoreError> {
    let rows = JustificationEntity::find()
        .filter(justification::Column::ReturnId.eq(survey_return.0))
        .filter(of_seen_return(scope, justification::Column::ReturnId))
        .order_by_asc(justification::Column::Number)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(recorded).collect())
}

/// Everything that was said to the findings of each of these returns, in the order in which it was said. One statement.
pub async fn justifications_of_each(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, Vec<RecordedJustification>>, StoreError> {
    let rows = JustificationEntity::find()
        .filter(justification::Column::ReturnId.is_in(returns.iter().map(|id| id.0)))
        .filter(of_seen_return(scope, justification::Column::ReturnId))
        .order_by_asc(justification::Column::ReturnId)
        .order_by_asc(justification::Column::Number)
        .all(conn)
        .await?;
    let mut each: BTreeMap<ReturnId, Vec<RecordedJustification>> = BTreeMap::new();
    for row in rows {
        each.entry(ReturnId(row.return_id)).or_default().push(recorded(row));
    }
    Ok(each)
}

/// Adds justifications to a return that the scope shows. Duplicate `number`.
pub async fn insert_justifications(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
    new: &[RecordedJustification],
) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    require(conn, scope, std::iter::once(survey_return)).await?;
    let row = |new: &RecordedJustification| justification::ActiveModel {
        return_id: Set(survey_return.0),
        number: Set(new.number),
        revision_id: Set(new.revision.0),
        finding_key: Set(new.said.finding_key.clone()),
        fingerprint: Set(new.said.fingerprint.clone()),
        reason: Set(new.said.reason.clone()),
        explanation: Set(new.said.text.clone()),
        actor: Set(new.actor.clone()),
        at: Set(new.at),
    };
    insert_all(conn, new.iter().map(row).collect()).await
}

/// Freezes the justifications with which a revision is accepted. Duplicate when it was accepted before.
pub async fn insert_acceptance(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
    accepted: &Acceptance,
) -> Result<(), StoreError> {
    require(conn, scope, std::iter::once(survey_return)).await?;
    let row = acceptance::ActiveModel {
        revision_id: Set(accepted.revision.0),
        justifications: Set(json::to_json(&accepted.justifications)?),
        actor: Set(accepted.actor.clone()),
        at: Set(accepted.at),
    };
    AcceptanceEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The justifications with which a revision was accepted; absent when it was not.
pub async fn accepted_justifications(
    conn: &impl Connection,
    scope: &Scope,
    revision: RevisionId,
) -> Result<Option<Vec<RecordedJustification>>, StoreError> {
    require_revision(conn, scope, revision).await?;
    let row = AcceptanceEntity::find_by_id(revision.0).one(conn).await?;
    row.map(|row| json::from_json(row.justifications)).transpose()
}

fn recorded(row: justification::Model) -> RecordedJustification {
    RecordedJustification {
        number: row.number,
        said: Justification {
            finding_key: row.finding_key,
            fingerprint: row.fingerprint,
            reason: row.reason,
            text: row.explanation,
        },
        revision: RevisionId(row.revision_id),
        actor: row.actor,
        at: row.at,
    }
}
