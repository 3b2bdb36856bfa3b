//! Returns by identifier, round and enterprise.

use std::collections::BTreeMap;

use entity::{
    enterprise,
    prelude::{Enterprise as EnterpriseEntity, SurveyReturn as ReturnEntity},
    survey_return,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{from_row, seen};
use crate::{
    domain::{
        access::Scope,
        enterprise::{Enterprise, EnterpriseId},
        round::RoundId,
        survey_return::{ReturnId, SurveyReturn},
    },
    store::{Connection, StoreError, enterprise::enterprise, scope},
};

/// Enterprises of one statement, far below what it may bind.
const FOUND_AT_ONCE: usize = 5000;

/// The return with this identifier.
pub async fn find_return(conn: &impl Connection, scope: &Scope, id: ReturnId) -> Result<SurveyReturn, StoreError> {
    let row = seen(scope).filter(survey_return::Column::Id.eq(id.0)).one(conn).await?;
    from_row(&row.ok_or(StoreError::NotFound)?)
}

/// The return of an enterprise in a round; absent when it was not asked.
pub async fn find_return_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprise: EnterpriseId,
) -> Result<Option<SurveyReturn>, StoreError> {
    let row = seen(scope)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::EnterpriseId.eq(enterprise.0))
        .one(conn)
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// The returns with these identifiers that the scope shows.
pub async fn find_returns(
    conn: &impl Connection,
    scope: &Scope,
    ids: &[ReturnId],
) -> Result<BTreeMap<ReturnId, SurveyReturn>, StoreError> {
    let rows = seen(scope)
        .filter(survey_return::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(conn)
        .await?;
    rows.iter().map(|row| Ok((ReturnId(row.id), from_row(row)?))).collect()
}

/// The returns of these enterprises in a round, each with its enterprise; who was not asked is left out.
pub async fn find_returns_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, (SurveyReturn, Enterprise)>, StoreError> {
    let mut rows = Vec::new();
    for chunk in enterprises.chunks(FOUND_AT_ONCE) {
        let found = ReturnEntity::find()
            .filter(scope::enterprises(scope))
            .filter(survey_return::Column::RoundId.eq(round.0))
            .filter(survey_return::Column::EnterpriseId.is_in(chunk.iter().map(|id| id.0)))
            .find_also_related(EnterpriseEntity)
            .all(conn)
            .await?;
        rows.extend(found);
    }
    let pair = |(row, owner): (survey_return::Model, Option<enterprise::Model>)| {
        let owner = owner.ok_or_else(|| StoreError::Corrupt(format!("return {} without enterprise", row.id)))?;
        Ok((EnterpriseId(owner.id), (from_row(&row)?, enterprise(owner)?)))
    };
    rows.into_iter().map(pair).collect()
}
