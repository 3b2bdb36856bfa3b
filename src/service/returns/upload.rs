//! A return comes in: original kept, read in a limited child, anchored, checked, stored as a new revision.

use bytes::Bytes;
use survey::survey::WantedConversion;

use super::{
    check_workbook::{CheckedWorkbook, read_workbook},
    filing::{Filer, Filing, file_revisions},
    read::find,
    situation::{Situation, require_open},
};
use crate::{
    blobs::sha256_hex,
    domain::{
        access::Principal,
        survey_return::{ReturnId, ReturnState, Revision, SurveyReturn},
    },
    service::{Service, access::permission::Action, error::ServiceError},
    store,
};

/// What became of an upload.
pub struct Imported {
    /// The return as it stands now.
    pub survey_return: SurveyReturn,
    /// The revision made, or the one that these very bytes had made before.
    pub revision: Revision,
    /// Whether these very bytes were uploaded before; then nothing has changed.
    pub repeated: bool,
}

/// An uploaded file.
pub struct Upload {
    /// Name the filler's computer gave it; shown, never trusted. Without one it is named by its format.
    pub filename: Option<String>,
    /// Content.
    pub bytes: Bytes,
}

/// Imports an uploaded workbook as a new revision of a return.
pub async fn import_return(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    upload: Upload,
) -> Result<Imported, ServiceError> {
    caller.may(Action::FillReturns)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let sha256 = sha256_hex(&upload.bytes);
    if let Some(revision) =
        store::survey_return::find_revision_by_blob(service.db.read(), &caller.scope, id, &sha256).await?
        && Some(revision.id) == survey_return.latest
    {
        return Ok(Imported {
            survey_return,
            revision,
            repeated: true,
        });
    }
    let situation = Situation::load(service, caller, &survey_return).await?;
    require_open(service, &situation.round)?;
    if survey_return.state == ReturnState::Submitted {
        return Err(ServiceError::new("return.wrong_state"));
    }
    let conversions = conversions_so_far(service, caller, &survey_return).await?;
    let checked = check_upload(service, &situation, &upload.bytes, conversions).await?;
    let stored = service
        .blobs
        .put(upload.bytes.clone())
        .await
        .map_err(ServiceError::internal)?;
    store_revision(
        service,
        caller,
        survey_return,
        NewRevision {
            filename: upload
                .filename
                .unwrap_or_else(|| format!("return.{}", checked.format.extension())),
            sha256: stored,
            size: upload.bytes.len(),
            checked,
            reason: None,
        },
    )
    .await
}

/// Reads and checks a workbook as an upload would, and writes nothing.
pub async fn dry_run(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    bytes: &[u8],
) -> Result<CheckedWorkbook, ServiceError> {
    caller.may(Action::FillReturns)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    let conversions = conversions_so_far(service, caller, &survey_return).await?;
    check_upload(service, &situation, bytes, conversions).await
}

/// The conversions of units that the filler has asked for up to now. They hold for later uploads too, as long as the
/// cell says what it said.
async fn conversions_so_far(
    service: &Service,
    caller: &Principal,
    survey_return: &SurveyReturn,
) -> Result<Vec<WantedConversion>, ServiceError> {
    let Some(latest) = survey_return.latest else {
        return Ok(Vec::new());
    };
    let latest = store::survey_return::find_revision(service.db.read(), &caller.scope, latest).await?;
    Ok(WantedConversion::made(&latest.provenance))
}

pub(crate) async fn check_upload(
    service: &Service,
    situation: &Situation,
    bytes: &[u8],
    conversions: Vec<WantedConversion>,
) -> Result<CheckedWorkbook, ServiceError> {
    let raw = read_workbook(&service.reader, bytes).await?;
    situation.check(service, raw, conversions).await
}

/// A revision to be stored.
pub(crate) struct NewRevision {
    pub(crate) filename: String,
    pub(crate) sha256: String,
    pub(crate) size: usize,
    pub(crate) checked: CheckedWorkbook,
    /// What was done to it, where it is not simply what was uploaded.
    pub(crate) reason: Option<String>,
}

pub(crate) async fn store_revision(
    service: &Service,
    caller: &Principal,
    seen: SurveyReturn,
    new: NewRevision,
) -> Result<Imported, ServiceError> {
    let filing = Filing {
        survey_return: seen.id,
        filename: new.filename,
        blob_sha256: new.sha256,
        part_sha256: None,
        size: new.size,
        media_type: new.checked.format.media_type(),
        reading: new.checked.reading,
        findings: new.checked.findings,
        justifications: new.checked.justifications,
        reason: new.reason,
    };
    let filer = Filer {
        name: &caller.name,
        scope: &caller.scope,
        import: None,
    };
    let txn = service.db.begin_write().await?;
    let filed = file_revisions(service, &txn, &filer, vec![filing]).await?.pop();
    let (survey_return, revision) = filed.ok_or_else(|| ServiceError::internal("nothing was filed"))??;
    txn.commit().await?;
    service.round_figures.changed(survey_return.round);
    Ok(Imported {
        survey_return,
        revision,
        repeated: false,
    })
}
