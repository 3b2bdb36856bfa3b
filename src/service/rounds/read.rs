//! Rounds and how far they have come.

use crate::{
    domain::{
        access::Principal,
        page::{Page, PageRequest},
        round::{Round, RoundId, RoundProgress},
    },
    service::{Service, access::permission::Action, error::ServiceError},
    store,
};

/// Rounds, newest first.
pub async fn list_rounds(
    service: &Service,
    caller: &Principal,
    page: &PageRequest,
) -> Result<Page<Round>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::round::list_rounds(service.db.read(), page).await?)
}

/// One round.
pub async fn get_round(service: &Service, caller: &Principal, id: RoundId) -> Result<Round, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::round::find_round(service.db.read(), id).await?)
}

/// The round with this code.
pub async fn round_by_code(service: &Service, caller: &Principal, code: &str) -> Result<Option<Round>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::round::find_round_by_code(service.db.read(), code).await?)
}

/// How far a round has come, counted over what the caller sees.
pub async fn round_progress(service: &Service, caller: &Principal, id: RoundId) -> Result<RoundProgress, ServiceError> {
    get_round(service, caller, id).await?;
    Ok(store::round::progress(service.db.read(), &caller.scope, id).await?)
}
