//! Recording that an enterprise submits: its workbook came by mail, its signature on paper. Not a figure is changed.

use bytes::Bytes;
use chrono::NaiveDate;

use super::{
    evidence::{Signature, blob_of, check_scan, check_signature},
    read::find,
    steps::Taken,
    submit::submit_newest,
};
use crate::{
    domain::{
        access::Principal,
        return_step::ReturnStep,
        survey_return::{ReturnId, SurveyReturn},
    },
    service::{Service, access::permission::Action, error::ServiceError},
    store,
};

/// What shows that an enterprise submits.
pub struct SignedCover {
    /// Name of the scan, shown, never trusted.
    pub filename: Option<String>,
    /// The scan.
    pub bytes: Bytes,
    /// Who signed for the enterprise.
    pub signed_by: String,
    /// The date of the signature.
    pub signed_on: NaiveDate,
}

/// Records that an enterprise submits its newest revision. It needs what the enterprise's own submission needs; what its
/// workbook says to warnings counts as its own.
pub async fn record_submission(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    cover: SignedCover,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::RecordSubmissions)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let round = store::round::find_round(service.db.read(), survey_return.round).await?;
    let signed_by = check_signature(service, &round, &cover.signed_by, cover.signed_on)?;
    let evidence = check_scan(service, cover.filename.as_deref(), &cover.bytes)?;
    ReturnStep::RecordSubmission.taken_by(caller.role, survey_return.standing())?;
    service.blobs.put(cover.bytes).await.map_err(ServiceError::internal)?;
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    store::blob::record_blob(&txn, &blob_of(service, &evidence)).await?;
    let signature = Signature {
        evidence,
        signed_by,
        signed_on: cover.signed_on,
    };
    let taken = Taken::plain(ReturnStep::RecordSubmission);
    let changed = submit_newest(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        (taken, Some(signature)),
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}
