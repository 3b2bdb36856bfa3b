//! The filler has numbers converted that were entered in another unit. The workbook stays as it is; the revision that
//! comes of it keeps the original number and says what was done to it.

use survey::{finding::Conversion, survey::WantedConversion};

use super::{
    open::require_open,
    read::find,
    upload::{NewRevision, Uploaded, check_upload, store_revision},
};
use crate::{
    domain::{
        access::Principal,
        return_step::{ReturnStep, StepRefused},
        survey_return::{ReturnId, Revision},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
        templates::situation::Situation,
    },
    store,
};

/// A conversion that was offered and is asked for.
pub struct Chosen {
    /// Question code.
    pub question: String,
    /// The unit that the number was entered in.
    pub unit: String,
}

/// Makes conversions that findings of the newest revision offer; gives the revision that comes of it.
pub async fn convert_answers(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    chosen: &[Chosen],
) -> Result<Uploaded, ServiceError> {
    caller.may(Action::FillReturns)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    if survey_return.version != expected_version {
        return Err(ServiceError::new(codes::general::VERSION_MISMATCH));
    }
    ReturnStep::Convert.taken_by(caller.role, survey_return.standing())?;
    let latest = survey_return.latest.ok_or(StepRefused::NothingUploaded)?;
    let latest = store::survey_return::find_revision(service.db.read(), &caller.scope, latest).await?;
    let mut conversions = WantedConversion::made(&latest.provenance);
    let mut said = Vec::new();
    for Chosen { question, unit } in chosen {
        let offer = offered(&latest, question, unit)
            .ok_or_else(|| ServiceError::new(codes::returns::CONVERSION_NOT_OFFERED).because(question))?;
        conversions.retain(|made| made.question != offer.question);
        conversions.push(WantedConversion {
            question: offer.question.clone(),
            unit: offer.unit.clone(),
            raw: None,
        });
        said.push(format!(
            "{}: {} {} → {}",
            offer.question, offer.entered, offer.unit, offer.converted
        ));
    }
    if said.is_empty() {
        return Err(ServiceError::new(codes::returns::CONVERSION_NOT_OFFERED));
    }
    let situation = Situation::load(service, caller, &survey_return).await?;
    require_open(service, &situation.round, &survey_return)?;
    let bytes = service
        .blobs
        .get(&latest.blob_sha256)
        .await
        .map_err(ServiceError::internal)?;
    let mut checked = check_upload(service, &situation, &bytes, conversions).await?;
    // What its index sheet says was taken when it was uploaded; something else may have been said since.
    checked.justifications.clear();
    let new = NewRevision {
        filename: latest.filename,
        sha256: latest.blob_sha256,
        size: bytes.len(),
        checked,
        step: ReturnStep::Convert,
        reason: Some(said.join("; ")),
    };
    store_revision(service, caller, survey_return, new).await
}

fn offered<'r>(revision: &'r Revision, question: &str, unit: &str) -> Option<&'r Conversion> {
    let offers = revision.findings.items.iter().flat_map(|finding| &finding.offers);
    offers
        .into_iter()
        .find(|offer| offer.question == question && offer.unit == unit)
}
