//! How many of the enterprises of a round have handed in.

use std::collections::BTreeMap;

use entity::{enterprise, prelude::SurveyReturn as ReturnEntity, survey_return};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Func, SimpleExpr},
};

use crate::{
    domain::{
        access::Scope,
        count::count,
        round::RoundId,
        run::{GroupBy, GroupResponse},
        survey_return::ReturnState,
    },
    store::{Connection, StoreError, scope},
};

/// How many of the enterprises of a round that the scope shows have handed in, in groups by key. They are grouped as the
/// registry has them now; those without a size class stand under an empty key.
pub async fn response(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    by: GroupBy,
) -> Result<Vec<GroupResponse>, StoreError> {
    let everybody = counts(conn, scope, round, by, Condition::all()).await?;
    let handed_in = Condition::any()
        .add(survey_return::Column::AcceptedRevisionId.is_not_null())
        .add(survey_return::Column::State.is_in([ReturnState::Submitted.name(), ReturnState::Accepted.name()]));
    let handed_in = counts(conn, scope, round, by, handed_in).await?;
    let groups = everybody.into_iter().map(|(key, asked)| GroupResponse {
        handed_in: handed_in.get(&key).copied().unwrap_or(0),
        key,
        asked,
    });
    Ok(groups.collect())
}

/// The returns of a round that fulfil a condition, counted by key.
async fn counts(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    by: GroupBy,
    condition: Condition,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let key = match by {
        GroupBy::Area => enterprise::Column::AreaCode.into_expr(),
        GroupBy::SizeClass => enterprise::Column::SizeClass.into_expr(),
        GroupBy::Industry { length } => SimpleExpr::from(Func::cust("substr").args([
            enterprise::Column::IndustryCode.into_expr(),
            // In the text of the statement: PostgreSQL must see the same expression in the list and in GROUP BY.
            Expr::cust("1"),
            Expr::cust(length.to_string()),
        ])),
    };
    let rows: Vec<(Option<String>, i64)> = ReturnEntity::find()
        .inner_join(enterprise::Entity)
        .select_only()
        .column_as(key.clone(), "group_key")
        .column_as(survey_return::Column::Id.count(), "returns")
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(scope::enterprises(scope))
        .filter(condition)
        .group_by(key.clone())
        .order_by_asc(key)
        .into_tuple()
        .all(conn)
        .await?;
    let counts = rows
        .into_iter()
        .map(|(key, returns)| (key.unwrap_or_default(), count(returns)));
    Ok(counts.collect())
}
