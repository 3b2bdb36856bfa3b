//! Changing a round: its dates, its title, the version of its questionnaire.

use chrono::NaiveDate;

use super::create::{is_version_of, optional, other_questionnaire, require_year};
use crate::{
    domain::{
        access::{Principal, Scope},
        document::DocumentId,
        round::{Round, RoundId},
    },
    service::{
        Service,
        access::permission::Action,
        error::{Fault, ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// What may be changed of a round; what is absent stays. The population never changes.
pub struct RoundChange {
    /// Another version of the questionnaire, so long as nobody has answered. The one before stays accepted.
    pub questionnaire: Option<DocumentId>,
    /// Title.
    pub title: Option<String>,
    /// First day for returns.
    pub opens_on: Option<NaiveDate>,
    /// Last day for returns.
    pub closes_on: Option<NaiveDate>,
    /// Whether a return is submitted only once every warning is justified; it counts for what is submitted from now on.
    pub warnings_must_be_justified: Option<bool>,
}

/// Changes title or dates of a round.
pub async fn update_round(
    service: &Service,
    caller: &Principal,
    id: RoundId,
    expected_version: i64,
    change: RoundChange,
) -> Result<Round, ServiceError> {
    caller.may(Action::WriteRounds)?;
    let txn = service.db.begin_write().await?;
    let mut round = store::round::find_round(&txn, id).await?;
    if let Some(version) = change.questionnaire.filter(|version| *version != round.questionnaire) {
        move_to_version(service, &txn, &mut round, version).await?;
    }
    round.title = change.title.unwrap_or(round.title);
    round.opens_on = change.opens_on.unwrap_or(round.opens_on);
    round.closes_on = change.closes_on.unwrap_or(round.closes_on);
    round.warnings_must_be_justified = change
        .warnings_must_be_justified
        .unwrap_or(round.warnings_must_be_justified);
    if round.closes_on < round.opens_on {
        let fault = Fault::at("/closes_on", codes::rounds::DATES);
        return Err(ServiceError::new(codes::rounds::INVALID).with_faults([fault]));
    }
    round.version = store::round::update_round(&txn, &round, expected_version).await?;
    txn.commit().await?;
    Ok(round)
}

/// Moves a round to another version of its questionnaire. Templates that are out already stay accepted; what has been
/// read already would not have been read with this version, so that nothing may have come in yet.
async fn move_to_version(
    service: &Service,
    txn: &WriteTxn,
    round: &mut Round,
    version: DocumentId,
) -> Result<(), ServiceError> {
    let current = store::document::find_document(txn, round.questionnaire).await?;
    let next = optional(store::document::find_document(txn, version).await)?;
    if !next.is_some_and(|next| is_version_of(&next, Some(&current))) {
        let fault = other_questionnaire("/questionnaire_id");
        return Err(ServiceError::new(codes::rounds::INVALID).with_faults([fault]));
    }
    let progress = store::round::progress(
        txn,
        &Scope::whole_county("a round is unused only if nobody has started"),
        round.id,
    )
    .await?;
    if progress.not_started != progress.population {
        return Err(ServiceError::new(codes::rounds::ALREADY_ANSWERED));
    }
    require_year(service, version, round.year, "/questionnaire_id").await?;
    let catalogue = &service.catalogue;
    catalogue
        .form(&service.db, version, &round.reference, Some(round.year))
        .await?;
    round.accepted_versions.retain(|accepted| *accepted != version);
    round.accepted_versions.push(round.questionnaire);
    round.questionnaire = version;
    Ok(())
}
