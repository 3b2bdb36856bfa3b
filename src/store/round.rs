//! Rounds and their populations.

use chrono::{DateTime, Utc};
use entity::{
    enterprise,
    prelude::{
        Enterprise as EnterpriseEntity, Round as RoundEntity, RoundMember as MemberEntity, SurveyReturn as ReturnEntity,
    },
    round, round_member, survey_return,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
};
use uuid::Uuid;

use super::{Connection, StoreError, insert::insert_all, json, keyset, scope, survey_return::state, version};
use crate::domain::{
    access::Scope,
    count::count,
    document::DocumentId,
    enterprise::{Enterprise, EnterpriseId},
    page::{Cursor, Page, PageRequest},
    round::{Round, RoundId, RoundProgress},
    survey_return::{ReturnId, ReturnState},
};

/// Members of one statement, far below what it may bind.
const REMOVED_AT_ONCE: usize = 1000;

/// Adds a round without members. Duplicate `round_code`.
pub async fn insert_round(conn: &impl Connection, round: &Round) -> Result<(), StoreError> {
    RoundEntity::insert(row(round)?).exec_without_returning(conn).await?;
    Ok(())
}

/// Adds enterprises to the population of a round, each with a return that is not started. Duplicate `round_member`.
pub async fn add_members(
    conn: &impl Connection,
    round: RoundId,
    members: &[(EnterpriseId, ReturnId)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let enterprises: Vec<EnterpriseId> = members.iter().map(|(enterprise, _)| *enterprise).collect();
    restore_members(conn, round, &enterprises).await?;
    let returns = members.iter().map(|(enterprise, id)| survey_return::ActiveModel {
        id: Set(id.0),
        round_id: Set(round.0),
        enterprise_id: Set(enterprise.0),
        state: Set(ReturnState::NotStarted.name().to_owned()),
        latest_revision_id: Set(None),
        accepted_revision_id: Set(None),
        revision_number: Set(0),
        block: Set(0),
        warn: Set(0),
        correction_state: Set(None),
        review: Set(None),
        version: Set(1),
        updated_at: Set(now),
    });
    insert_all(conn, returns.collect()).await
}

/// Puts enterprises back into the population of a round; their returns are there already. Duplicate `round_member`.
pub async fn restore_members(
    conn: &impl Connection,
    round: RoundId,
    members: &[EnterpriseId],
) -> Result<(), StoreError> {
    let population = members.iter().map(|enterprise| round_member::ActiveModel {
        round_id: Set(round.0),
        enterprise_id: Set(enterprise.0),
    });
    insert_all(conn, population.collect()).await
}

/// Takes enterprises out of the population of a round; their returns stay.
pub async fn remove_members(
    conn: &impl Connection,
    round: RoundId,
    members: &[EnterpriseId],
) -> Result<(), StoreError> {
    for chunk in members.chunks(REMOVED_AT_ONCE) {
        MemberEntity::delete_many()
            .filter(round_member::Column::RoundId.eq(round.0))
            .filter(round_member::Column::EnterpriseId.is_in(chunk.iter().map(|id| id.0)))
            .exec(conn)
            .await?;
    }
    Ok(())
}

/// The round with this identifier.
pub async fn find_round(conn: &impl Connection, id: RoundId) -> Result<Round, StoreError> {
    RoundEntity::find_by_id(id.0)
        .one(conn)
        .await?
        .ok_or(StoreError::NotFound)
        .and_then(round)
}

/// The round with this code.
pub async fn find_round_by_code(conn: &impl Connection, code: &str) -> Result<Option<Round>, StoreError> {
    RoundEntity::find()
        .filter(round::Column::Code.eq(code))
        .one(conn)
        .await?
        .map(round)
        .transpose()
}

/// Rounds, the newest first.
pub async fn list_rounds(conn: &impl Connection, page: &PageRequest) -> Result<Page<Round>, StoreError> {
    let select = keyset::newest_first(RoundEntity::find(), round::Column::Id, page);
    let rounds = select
        .all(conn)
        .await?
        .into_iter()
        .map(round)
        .collect::<Result<_, _>>()?;
    Ok(keyset::page(rounds, page, |round: &Round| Cursor {
        key: round.code.clone(),
        id: round.id.0,
    }))
}

/// Changes a round; gives the new version. The identifier, the members and when it was made stay.
pub async fn update_round(conn: &impl Connection, round: &Round, expected_version: i64) -> Result<i64, StoreError> {
    let version = version::next(expected_version);
    let mut change = row(round)?;
    change.id = sea_orm::NotSet;
    change.created_at = sea_orm::NotSet;
    change.version = Set(version);
    let updated = RoundEntity::update_many()
        .set(change)
        .filter(round::Column::Id.eq(round.id.0))
        .filter(round::Column::Version.eq(expected_version))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(version);
    }
    let current = RoundEntity::find_by_id(round.id.0)
        .select_only()
        .column(round::Column::Version)
        .into_tuple()
        .one(conn)
        .await?;
    Err(version::refused(current))
}

/// How far the returns of a round have come, counted over the enterprises that the scope shows.
pub async fn progress(conn: &impl Connection, scope: &Scope, round: RoundId) -> Result<RoundProgress, StoreError> {
    let counts: Vec<(String, i64)> = ReturnEntity::find()
        .select_only()
        .column(survey_return::Column::State)
        .column_as(survey_return::Column::Id.count(), "returns")
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
        .group_by(survey_return::Column::State)
        .into_tuple()
        .all(conn)
        .await?;
    let mut progress = RoundProgress::default();
    for (name, returns) in counts {
        let returns: u64 = count(returns);
        let state = state(&name)?;
        if state != ReturnState::Removed {
            progress.population += returns;
        }
        let counter = match state {
            ReturnState::NotStarted => &mut progress.not_started,
            ReturnState::Draft => &mut progress.draft,
            ReturnState::Submitted => &mut progress.submitted,
            ReturnState::Returned => &mut progress.returned,
            ReturnState::Accepted => &mut progress.accepted,
            ReturnState::Removed => &mut progress.removed,
        };
        *counter += returns;
    }
    Ok(progress)
}

/// The population of a round that the scope shows, in the order in which the enterprises were registered.
pub async fn members(conn: &impl Connection, scope: &Scope, round: RoundId) -> Result<Vec<EnterpriseId>, StoreError> {
    let ids: Vec<Uuid> = MemberEntity::find()
        .select_only()
        .column(round_member::Column::EnterpriseId)
        .filter(round_member::Column::RoundId.eq(round.0))
        .filter(scope::rows_of(scope, round_member::Column::EnterpriseId))
        .order_by_asc(round_member::Column::EnterpriseId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(EnterpriseId).collect())
}

/// Every enterprise asked that the scope shows, of one area (or one below it) where that is stated, by credit code.
pub async fn members_in(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    area: Option<&str>,
) -> Result<Vec<Enterprise>, StoreError> {
    let asked = MemberEntity::find()
        .select_only()
        .column(round_member::Column::EnterpriseId)
        .filter(round_member::Column::RoundId.eq(round.0))
        .into_query();
    let mut select = EnterpriseEntity::find()
        .filter(scope::enterprises(scope))
        .filter(enterprise::Column::Id.in_subquery(asked));
    if let Some(area) = area {
        select = select.filter(scope::within_area(enterprise::Column::AreaCode, area));
    }
    let found = select.order_by_asc(enterprise::Column::Uscc).all(conn).await?;
    found.into_iter().map(super::enterprise::enterprise).collect()
}

fn row(round: &Round) -> Result<round::ActiveModel, StoreError> {
    Ok(round::ActiveModel {
        id: Set(round.id.0),
        code: Set(round.code.clone()),
        title: Set(round.title.clone()),
        year: Set(round.year),
        questionnaire_id: Set(round.questionnaire.0),
        reference: Set(json::to_json(&round.reference)?),
        accepted_versions: Set(json::to_json(&round.accepted_versions)?),
        opens_on: Set(round.opens_on),
        closes_on: Set(round.closes_on),
        population: Set(json::to_json(&round.population)?),
        previous_round_id: Set(round.previous.map(|previous| previous.0)),
        warnings_must_be_justified: Set(round.warnings_must_be_justified),
        version: Set(round.version),
        created_at: Set(round.created_at),
    })
}

fn round(row: round::Model) -> Result<Round, StoreError> {
    Ok(Round {
        id: RoundId(row.id),
        code: row.code,
        title: row.title,
        year: row.year,
        questionnaire: DocumentId(row.questionnaire_id),
        reference: json::from_json(row.reference)?,
        accepted_versions: json::from_json(row.accepted_versions)?,
        opens_on: row.opens_on,
        closes_on: row.closes_on,
        population: json::from_json(row.population)?,
        previous: row.previous_round_id.map(RoundId),
        warnings_must_be_justified: row.warnings_must_be_justified,
        version: row.version,
        created_at: row.created_at,
    })
}
