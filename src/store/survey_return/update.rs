//! Changes of returns at the versions expected.

use std::collections::BTreeMap;

use entity::{prelude::SurveyReturn as ReturnEntity, survey_return};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _, Set,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::require;
use crate::{
    domain::{access::Scope, survey_return::SurveyReturn},
    store::{Connection, StoreError, json, version},
};

/// Returns of one update: each binds 13 values, and SQLite allows 32 766.
const UPDATED_AT_ONCE: usize = 500;

/// Changes the state and the figures of a return; gives the new version. Round and enterprise stay.
pub async fn update_return(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: &SurveyReturn,
    expected_version: i64,
) -> Result<i64, StoreError> {
    let mut changed = survey_return.clone();
    changed.version = expected_version;
    update_returns(conn, scope, &mut [&mut changed]).await?;
    Ok(changed.version)
}

/// Changes the state and the figures of returns that are at the versions given, and gives them their new ones. A return
/// at another version: `VersionConflict`, and the transaction is to be dropped. Two statements for every 500 returns.
pub async fn update_returns(
    conn: &impl Connection,
    scope: &Scope,
    returns: &mut [&mut SurveyReturn],
) -> Result<(), StoreError> {
    use survey_return::Column::{
        AcceptedRevisionId, Block, CorrectionState, Id, LatestRevisionId, Review, RevisionNumber, State, UpdatedAt,
        Version, Warn,
    };
    require(conn, scope, returns.iter().map(|survey_return| survey_return.id)).await?;
    let changed_here = OnConflict::column(Id)
        .update_columns([
            State,
            LatestRevisionId,
            AcceptedRevisionId,
            RevisionNumber,
            Block,
            Warn,
            CorrectionState,
            Review,
            Version,
            UpdatedAt,
        ])
        .action_and_where(
            Expr::col((ReturnEntity, Version))
                .add(1)
                .eq(Expr::col(("excluded", Version))),
        )
        .to_owned();
    for chunk in returns.chunks_mut(UPDATED_AT_ONCE) {
        let rows = chunk.iter().map(|survey_return| changed_row(survey_return));
        let updated = ReturnEntity::insert_many(rows.collect::<Result<Vec<_>, _>>()?)
            .on_conflict(changed_here.clone())
            .exec_without_returning(conn)
            .await?;
        if updated != chunk.len() as u64 {
            return Err(conflict(conn, chunk).await?);
        }
        for survey_return in chunk {
            survey_return.version = version::next(survey_return.version);
        }
    }
    Ok(())
}

/// The version of the first of these returns that is not at the version expected.
async fn conflict(conn: &impl Connection, expected: &[&mut SurveyReturn]) -> Result<StoreError, StoreError> {
    let found: Vec<(Uuid, i64)> = ReturnEntity::find()
        .select_only()
        .columns([survey_return::Column::Id, survey_return::Column::Version])
        .filter(survey_return::Column::Id.is_in(expected.iter().map(|expected| expected.id.0)))
        .into_tuple()
        .all(conn)
        .await?;
    let found: BTreeMap<Uuid, i64> = found.into_iter().collect();
    let versions = || {
        expected
            .iter()
            .map(|expected| (expected.version, found.get(&expected.id.0).copied()))
    };
    // Those that were at their versions have their new ones by now, within this transaction.
    let is_new = |(expected, found): &(i64, Option<i64>)| *found == Some(version::next(*expected));
    let other = versions().find(|one| !is_new(one)).or_else(|| versions().next());
    Ok(version::refused(other.and_then(|(_, found)| found)))
}

/// The row that a return becomes.
fn changed_row(survey_return: &SurveyReturn) -> Result<survey_return::ActiveModel, StoreError> {
    Ok(survey_return::ActiveModel {
        id: Set(survey_return.id.0),
        round_id: Set(survey_return.round.0),
        enterprise_id: Set(survey_return.enterprise.0),
        state: Set(survey_return.state.name().to_owned()),
        latest_revision_id: Set(survey_return.latest.map(|id| id.0)),
        accepted_revision_id: Set(survey_return.accepted.map(|id| id.0)),
        revision_number: Set(survey_return.revision_number),
        block: Set(survey_return.block),
        warn: Set(survey_return.warn),
        correction_state: Set(survey_return.standing().correction.map(|state| state.name().to_owned())),
        review: Set(Some(json::to_json(&survey_return.review)?)),
        version: Set(version::next(survey_return.version)),
        updated_at: Set(survey_return.updated_at),
    })
}
