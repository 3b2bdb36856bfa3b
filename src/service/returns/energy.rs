//! The energy account of a revision, step by step, with the factors that its round has frozen.

use survey::{accounting::EnergyAccount, survey::RoundContext};

use super::read::get_revision;
use crate::{
    domain::{access::Principal, survey_return::RevisionId},
    service::{
        Service,
        blocking::blocking,
        error::{ServiceError, codes},
    },
    store,
};

/// The energy account of a revision that the caller may read.
pub async fn account_energy(
    service: &Service,
    caller: &Principal,
    id: RevisionId,
) -> Result<EnergyAccount, ServiceError> {
    let revision = get_revision(service, caller, id).await?;
    let conn = service.db.read();
    let survey_return = store::survey_return::find_return(conn, &caller.scope, revision.survey_return).await?;
    let round = store::round::find_round(conn, survey_return.round).await?;
    let form = service.form(&round).await?;
    blocking(move || {
        let evaluation = form.survey.evaluate(&revision.answers, &RoundContext::default(), None);
        form.survey
            .energy_account(&evaluation)
            .ok_or_else(|| ServiceError::new(codes::returns::NO_ACCOUNTING))
    })
    .await
}
