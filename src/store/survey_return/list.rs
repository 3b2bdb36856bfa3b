//! Returns as they are listed.

use entity::{
    enterprise,
    prelude::{Enterprise as EnterpriseEntity, SurveyReturn as ReturnEntity},
    survey_return,
};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _};

use super::from_row;
use crate::{
    domain::{
        access::Scope,
        page::{Cursor, Page, PageRequest},
        survey_return::{ReturnFilter, ReturnRow, ReturnState},
    },
    store::{Connection, StoreError, keyset, scope, text},
};

/// Returns by the credit code of their enterprise.
pub async fn list_returns(
    conn: &impl Connection,
    scope: &Scope,
    filter: &ReturnFilter,
    page: &PageRequest,
) -> Result<Page<ReturnRow>, StoreError> {
    let select = ReturnEntity::find()
        .filter(scope::enterprises(scope))
        .filter(matching(filter));
    let select = keyset::ascending(select, enterprise::Column::Uscc, survey_return::Column::Id, page);
    let rows = select.find_also_related(EnterpriseEntity).all(conn).await?;
    let returns = rows.into_iter().map(return_row).collect::<Result<_, _>>()?;
    Ok(keyset::page(returns, page, |row: &ReturnRow| Cursor {
        key: row.uscc.clone(),
        id: row.survey_return.id.0,
    }))
}

/// Condition that a return, joined with its enterprise, is one that the filter shows.
fn matching(filter: &ReturnFilter) -> Condition {
    let ReturnFilter {
        round,
        states,
        corrections,
        area,
        enterprise,
        search,
    } = filter;
    let wanted = (!states.is_empty()).then(|| survey_return::Column::State.is_in(states.iter().map(|s| s.name())));
    // The return of an enterprise that was taken out of its round keeps its correction; nobody waits for it.
    let corrections = (!corrections.is_empty()).then(|| {
        survey_return::Column::CorrectionState
            .is_in(corrections.iter().map(|state| state.name()))
            .and(survey_return::Column::State.ne(ReturnState::Removed.name()))
    });
    Condition::all()
        .add_option(corrections)
        .add_option(round.map(|round| survey_return::Column::RoundId.eq(round.0)))
        .add_option(wanted)
        .add_option(
            area.as_deref()
                .map(|code| scope::within_area(enterprise::Column::AreaCode, code)),
        )
        .add_option(enterprise.map(|id| survey_return::Column::EnterpriseId.eq(id.0)))
        .add_option(
            search
                .as_deref()
                .map(|term| text::contains(enterprise::Column::SearchText, term)),
        )
}

fn return_row((row, owner): (survey_return::Model, Option<enterprise::Model>)) -> Result<ReturnRow, StoreError> {
    let owner = owner.ok_or_else(|| StoreError::Corrupt(format!("return {} without enterprise", row.id)))?;
    Ok(ReturnRow {
        survey_return: from_row(&row)?,
        uscc: owner.uscc,
        enterprise_name: owner.name,
        area_code: owner.area_code,
        industry_code: owner.industry_code,
    })
}
