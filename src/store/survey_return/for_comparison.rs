//! The answers of returns that are compared with others.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{enterprise, prelude::SurveyReturn as ReturnEntity, revision, survey_return};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, JoinType, JsonValue, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, RelationTrait as _, sea_query::Expr,
};
use survey::answer::Answers;
use uuid::Uuid;

use super::seen;
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        revision::{ComparedReturn, ReturnChange},
        round::RoundId,
        survey_return::{ReturnId, ReturnState},
    },
    store::{Connection, StoreError, json, scope},
};

/// Returns that are read at once to be compared: their answers are tens of kilobytes each.
pub const COMPARED_AT_ONCE: usize = 200;

/// The returns of a round with an upload, and when each was changed last; only those changed at `since` or later.
pub async fn changes_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<ReturnChange>, StoreError> {
    let rows: Vec<(Uuid, i64, DateTime<Utc>)> = seen(scope)
        .select_only()
        .column(survey_return::Column::Id)
        .column(survey_return::Column::Version)
        .column(survey_return::Column::UpdatedAt)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::LatestRevisionId.is_not_null())
        .apply_if(since, |select, since| {
            select.filter(survey_return::Column::UpdatedAt.gte(since))
        })
        .order_by_asc(survey_return::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let change = |(id, version, updated_at)| ReturnChange {
        id: ReturnId(id),
        version,
        updated_at,
    };
    Ok(rows.into_iter().map(change).collect())
}

/// The answers of these returns, newest and in force, for comparing; those taken out of the round are left out. At most
/// [`COMPARED_AT_ONCE`]. Two statements.
pub async fn compared_returns(
    conn: &impl Connection,
    scope: &Scope,
    ids: &BTreeSet<ReturnId>,
) -> Result<Vec<ComparedReturn>, StoreError> {
    let these = || {
        seen(scope)
            .filter(survey_return::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(survey_return::Column::State.ne(ReturnState::Removed.name()))
    };
    let answers = || Expr::col((revision::Entity, revision::Column::Answers)).cast_as("text");
    let newest: Vec<(Uuid, String, String)> = these()
        .join(JoinType::InnerJoin, survey_return::Relation::Enterprise.def())
        .join(JoinType::InnerJoin, survey_return::Relation::LatestRevision.def())
        .select_only()
        .column(survey_return::Column::Id)
        .column(enterprise::Column::IndustryCode)
        .expr(answers())
        .order_by_asc(survey_return::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let in_force: Vec<(Uuid, String)> = these()
        .join(JoinType::InnerJoin, survey_return::Relation::AcceptedRevision.def())
        .select_only()
        .column(survey_return::Column::Id)
        .expr(answers())
        .into_tuple()
        .all(conn)
        .await?;
    let mut in_force: BTreeMap<Uuid, String> = in_force.into_iter().collect();
    newest
        .into_iter()
        .map(|(id, industry_code, latest)| {
            let accepted = in_force.remove(&id);
            Ok(ComparedReturn {
                id: ReturnId(id),
                industry_code,
                latest: json::from_text(&latest)?,
                accepted: accepted.as_deref().map(json::from_text).transpose()?,
            })
        })
        .collect()
}

/// The answers in force of these enterprises in a round, for showing beside those of the next. One statement.
pub async fn accepted_answers_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, Answers>, StoreError> {
    let rows: Vec<(Uuid, JsonValue)> = ReturnEntity::find()
        .join(JoinType::InnerJoin, survey_return::Relation::AcceptedRevision.def())
        .select_only()
        .column(survey_return::Column::EnterpriseId)
        .column(revision::Column::Answers)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::EnterpriseId.is_in(enterprises.iter().map(|id| id.0)))
        .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(id, answers)| Ok((EnterpriseId(id), json::from_json(answers)?)))
        .collect()
}
