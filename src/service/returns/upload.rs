//! A return comes in: original kept, read in a limited child, anchored, checked, stored as a new revision.

use bytes::Bytes;
use survey::{finding::Findings, survey::WantedConversion};

use super::{
    check_workbook::{CheckedWorkbook, check_returned},
    filing::{Filer, Filing, file_revisions},
    justify::{Counted, counted_for, counted_for_upload},
    open::require_open,
    read::find,
};
use crate::{
    blobs::sha256_hex,
    domain::{
        access::Principal,
        return_step::ReturnStep,
        survey_return::{CorrectionState, ReturnId, Revision, RevisionId, SurveyReturn},
    },
    service::{
        Service, access::permission::Action, error::ServiceError, templates::situation::Situation,
        workbooks::read::read_workbook,
    },
    store,
};

/// What became of an upload, or would become of it.
pub struct Uploaded {
    /// The return as it stands now.
    pub survey_return: SurveyReturn,
    /// The revision made, or the one that these very bytes had made before; none for a dry run.
    pub revision: Option<MadeRevision>,
    /// Everything that is wrong or doubtful.
    pub findings: Findings,
    /// The justifications that count.
    pub counted: Counted,
    /// Whether these very bytes were uploaded before; then nothing has changed.
    pub repeated: bool,
}

/// The revision that an upload made.
pub struct MadeRevision {
    /// Identifier.
    pub id: RevisionId,
    /// Number within the return.
    pub number: i32,
    /// SHA-256 of the workbook, hex.
    pub blob_sha256: String,
}

/// An uploaded file.
pub struct Upload {
    /// Name the filler's computer gave it; shown, never trusted. Without one it is named by its format.
    pub filename: Option<String>,
    /// Content.
    pub bytes: Bytes,
}

/// Takes in an uploaded workbook as a new revision of a return. With `dry_run` everything is asked and checked alike, and
/// nothing is written.
pub async fn upload_return(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    upload: Upload,
    dry_run: bool,
) -> Result<Uploaded, ServiceError> {
    caller.may(Action::FillReturns)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let sha256 = sha256_hex(&upload.bytes);
    if let Some(revision) =
        store::survey_return::find_revision_by_blob(service.db.read(), &caller.scope, id, &sha256).await?
        && Some(revision.id) == survey_return.latest
        && !awaits_upload(&survey_return)
    {
        return uploaded(service, caller, survey_return, revision, true).await;
    }
    let situation = Situation::load(service, caller, &survey_return).await?;
    require_open(service, &situation.round, &survey_return)?;
    ReturnStep::Upload.taken_by(caller.role, survey_return.standing())?;
    let conversions = conversions_so_far(service, caller, &survey_return).await?;
    let checked = check_upload(service, &situation, &upload.bytes, conversions).await?;
    if dry_run {
        let counted = counted_for_upload(service, caller, id, &checked.findings, checked.justifications).await?;
        return Ok(Uploaded {
            survey_return,
            revision: None,
            findings: checked.findings,
            counted,
            repeated: false,
        });
    }
    let stored = service
        .blobs
        .put(upload.bytes.clone())
        .await
        .map_err(ServiceError::internal)?;
    let new = NewRevision {
        filename: upload
            .filename
            .unwrap_or_else(|| format!("return.{}", checked.format.extension())),
        sha256: stored,
        size: upload.bytes.len(),
        checked,
        step: ReturnStep::Upload,
        reason: None,
    };
    store_revision(service, caller, survey_return, new).await
}

/// Whether a correction waits for its first upload: then the same file again says that the figures stand as they are.
fn awaits_upload(survey_return: &SurveyReturn) -> bool {
    survey_return.standing().correction == Some(CorrectionState::Open)
}

/// The conversions of units that the filler has asked for up to now. They hold for later uploads too, as long as the
/// cell says what it said.
async fn conversions_so_far(
    service: &Service,
    caller: &Principal,
    survey_return: &SurveyReturn,
) -> Result<Vec<WantedConversion>, ServiceError> {
    let id = survey_return.id;
    let newest = store::survey_return::newest_provenances(service.db.read(), &caller.scope, &[id]).await?;
    Ok(newest.get(&id).map_or_else(Vec::new, WantedConversion::made))
}

pub(crate) async fn check_upload(
    service: &Service,
    situation: &Situation,
    bytes: &[u8],
    conversions: Vec<WantedConversion>,
) -> Result<CheckedWorkbook, ServiceError> {
    let raw = read_workbook(&service.reader, bytes).await?;
    check_returned(service, situation, raw, conversions).await
}

/// A revision to be stored.
pub(crate) struct NewRevision {
    pub(crate) filename: String,
    pub(crate) sha256: String,
    pub(crate) size: usize,
    pub(crate) checked: CheckedWorkbook,
    /// As which step of the return.
    pub(crate) step: ReturnStep,
    /// What was done to it, where it is not simply what was uploaded.
    pub(crate) reason: Option<String>,
}

pub(crate) async fn store_revision(
    service: &Service,
    caller: &Principal,
    seen: SurveyReturn,
    new: NewRevision,
) -> Result<Uploaded, ServiceError> {
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
        said_by: caller.name.clone(),
        reason: new.reason,
    };
    let filer = Filer {
        name: &caller.name,
        scope: &caller.scope,
        role: caller.role,
        step: new.step,
        import: None,
    };
    let txn = service.db.begin_write().await?;
    let filed = file_revisions(service, &txn, &filer, vec![filing]).await?.pop();
    let (survey_return, revision) = filed.ok_or_else(|| ServiceError::internal("nothing was filed"))??;
    txn.commit().await?;
    service.round_figures.changed(survey_return.round);
    uploaded(service, caller, survey_return, revision, false).await
}

async fn uploaded(
    service: &Service,
    caller: &Principal,
    survey_return: SurveyReturn,
    revision: Revision,
    repeated: bool,
) -> Result<Uploaded, ServiceError> {
    let counted = counted_for(service, caller, &revision).await?;
    Ok(Uploaded {
        survey_return,
        revision: Some(MadeRevision {
            id: revision.id,
            number: revision.number,
            blob_sha256: revision.blob_sha256,
        }),
        findings: revision.findings,
        counted,
        repeated,
    })
}
