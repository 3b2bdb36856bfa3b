//! The revisions of a return.

use std::{collections::BTreeMap, sync::Arc};

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};
use survey::{
    answer::{Answer, Answers, Claim},
    cell::Provenance,
};
use uuid::Uuid;

use super::{findings::FindingsOut, model::PlaceOut, submissions::SubmissionOut, upload::Uploaded};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{ReadFailure, UploadFailure},
            instant::Instant,
            typed::Typed,
            upload,
            word::FileName,
        },
    },
    domain::{
        revision::RevisionSummary,
        survey_return::{RecordedSubmission, ReturnId, Revision, RevisionId},
    },
    service::{
        Service,
        error::ServiceError,
        returns,
        returns::{
            justify::{Counted, counted_for},
            upload::{Upload, upload_return},
        },
    },
};

/// A revision without its answers.
#[derive(Object)]
#[oai(rename = "RevisionSummary", skip_serializing_if_is_none)]
struct RevisionSummaryOut {
    /// Identifier.
    id: Uuid,
    /// Number within the return.
    number: i32,
    /// SHA-256 of the uploaded workbook, hex.
    blob_sha256: String,
    /// Name of the uploaded file.
    filename: String,
    /// Name of the user who uploaded the revision.
    created_by: String,
    /// Time of upload.
    created_at: Instant,
    /// Identifier of the import of an officer that created the revision; absent for an upload by the enterprise.
    import_id: Option<Uuid>,
    /// Submission of the revision recorded by the bureau on behalf of the enterprise; absent if there is none.
    submission: Option<SubmissionOut>,
}

impl RevisionSummaryOut {
    fn of(summary: RevisionSummary, submission: Option<RecordedSubmission>) -> Self {
        Self {
            id: summary.id.0,
            number: summary.number,
            blob_sha256: summary.blob_sha256,
            filename: summary.filename,
            created_by: summary.created_by,
            created_at: summary.created_at.into(),
            import_id: summary.import.map(|id| id.0),
            submission: submission.map(Into::into),
        }
    }
}

/// The revisions of a return.
#[derive(Object)]
struct RevisionList {
    /// The revisions, from oldest to newest.
    items: Vec<RevisionSummaryOut>,
}

/// Location of an answer and how it was read.
#[derive(Object)]
#[oai(rename = "Provenance")]
pub(crate) struct ProvenanceOut {
    /// Sheet.
    sheet: String,
    /// Cell reference in A1 notation.
    cell: String,
    /// Text as entered.
    raw: String,
    /// Number format code of the cell.
    number_format: String,
    /// Rules that converted the text into the answer; empty if none was needed.
    normalised_by: Vec<String>,
}

impl From<Provenance> for ProvenanceOut {
    fn from(provenance: Provenance) -> Self {
        Self {
            sheet: provenance.place.sheet,
            cell: provenance.place.cell,
            raw: provenance.raw,
            number_format: provenance.number_format,
            normalised_by: provenance.normalised_by,
        }
    }
}

/// A claim that a question does not apply. It is confirmed when the return is accepted.
#[derive(Object)]
#[oai(rename = "Claim")]
struct ClaimOut {
    /// Reason as written by the enterprise.
    reason: String,
    /// Location in the workbook.
    place: PlaceOut,
}

impl From<Claim> for ClaimOut {
    fn from(claim: Claim) -> Self {
        Self {
            reason: claim.reason,
            place: claim.place.into(),
        }
    }
}

/// A revision with its answers and findings.
#[derive(Object)]
#[oai(rename = "Revision", skip_serializing_if_is_none)]
struct RevisionOut {
    /// Identifier.
    id: Uuid,
    /// Identifier of the return.
    return_id: Uuid,
    /// Number within the return.
    number: i32,
    /// SHA-256 of the uploaded workbook, hex.
    blob_sha256: String,
    /// Name of the uploaded file.
    filename: String,
    /// Answers by question code, each with its kind: `{"number": "286.5"}`, `{"choices": ["A"]}`. Numbers are decimal strings.
    answers: BTreeMap<String, Typed<Answer>>,
    /// Questions claimed by the enterprise not to apply, by code.
    claims: BTreeMap<String, ClaimOut>,
    /// Location of each answer, by question code; table cells as `CODE[row].column`.
    provenance: BTreeMap<String, ProvenanceOut>,
    /// Findings.
    findings: FindingsOut,
    /// Name of the user who uploaded the revision.
    created_by: String,
    /// Time of upload.
    created_at: Instant,
    /// Identifier of the import of an officer that created the revision; absent for an upload by the enterprise.
    import_id: Option<Uuid>,
    /// Submission of the revision recorded by the bureau on behalf of the enterprise; absent if there is none.
    submission: Option<SubmissionOut>,
}

impl RevisionOut {
    fn of(revision: Revision, counted: Counted, submission: Option<RecordedSubmission>) -> Result<Self, ServiceError> {
        Ok(Self {
            id: revision.id.0,
            return_id: revision.survey_return.0,
            number: revision.number,
            blob_sha256: revision.blob_sha256,
            filename: revision.filename,
            answers: typed_answers(&revision.answers)?,
            claims: revision
                .claims
                .into_iter()
                .map(|(code, claim)| (code, claim.into()))
                .collect(),
            provenance: revision
                .provenance
                .into_iter()
                .map(|(code, provenance)| (code, provenance.into()))
                .collect(),
            findings: FindingsOut::of(revision.findings, counted),
            created_by: revision.created_by,
            created_at: revision.created_at.into(),
            import_id: revision.import.map(|id| id.0),
            submission: submission.map(Into::into),
        })
    }
}

/// Answers by question code.
pub(crate) fn typed_answers(answers: &Answers) -> Result<BTreeMap<String, Typed<Answer>>, ServiceError> {
    let typed = |(code, answer): (&String, &Answer)| Ok((code.clone(), Typed::of(answer)?));
    answers.iter().map(typed).collect()
}

/// What was uploaded.
#[derive(ApiResponse)]
enum OriginalFound {
    /// The file in the format in which it was uploaded.
    #[oai(status = 200, content_type = "application/octet-stream")]
    Found(
        Binary<Vec<u8>>,
        /// File name as uploaded.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// The revisions of a return.
#[derive(ApiResponse)]
enum RevisionsFound {
    /// The revisions.
    #[oai(status = 200)]
    Found(Json<RevisionList>),
}

/// One revision.
#[derive(ApiResponse)]
enum RevisionFound {
    /// The revision.
    #[oai(status = 200)]
    Found(Json<RevisionOut>),
}

/// Operations on the revisions of a return.
#[derive(Default)]
pub struct RevisionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl RevisionsApi {
    /// List the revisions of a return
    ///
    /// Sorted from oldest to newest, without answers.
    #[oai(
        path = "/returns/:return_id/revisions",
        method = "get",
        operation_id = "list_return_revisions"
    )]
    async fn list_return_revisions(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
    ) -> Result<RevisionsFound, ReadFailure> {
        let found = returns::read::list_revisions(&service, auth.principal(), ReturnId(return_id.0)).await?;
        Ok(RevisionsFound::Found(Json(RevisionList {
            items: found
                .into_iter()
                .map(|(summary, submission)| RevisionSummaryOut::of(summary, submission))
                .collect(),
        })))
    }

    /// Upload a filled workbook
    ///
    /// The request body is the filled template as .xlsx, or saved by another program as .xlsm, .xlsb, .xls, .ods or
    /// SpreadsheetML 2003. The format is recognised by content, not by name; a format that cannot keep the marks of the
    /// template (.csv, a web page) is refused with instructions for saving it. The file is read in a limited process,
    /// checked in one pass and stored as a new revision with all findings. Uploading the same bytes again returns the
    /// existing revision. With `dry_run`, nothing is stored and the report is the same.
    #[oai(
        path = "/returns/:return_id/revisions",
        method = "post",
        operation_id = "create_return_revision"
    )]
    async fn create_return_revision(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// File name on the user's computer.
        filename: Query<Option<FileName>>,
        /// Dry run: the outcome is reported and nothing is stored. False by default.
        dry_run: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<Uploaded, UploadFailure> {
        let upload = Upload {
            filename: filename.0.map(|name| name.0),
            bytes: upload::read(&service, body.0).await?,
        };
        let dry_run = dry_run.0.unwrap_or(false);
        let uploaded = upload_return(&service, auth.principal(), ReturnId(return_id.0), upload, dry_run).await?;
        Ok(uploaded.into())
    }

    /// Get a revision
    ///
    /// Returns the revision with answers, provenance and findings.
    #[oai(path = "/revisions/:revision_id", method = "get", operation_id = "get_revision")]
    async fn get_revision(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        revision_id: Path<Uuid>,
    ) -> Result<RevisionFound, ReadFailure> {
        let revision = returns::read::get_revision(&service, auth.principal(), RevisionId(revision_id.0)).await?;
        let counted = counted_for(&service, auth.principal(), &revision).await?;
        let submission = returns::read::submission_of(&service, auth.principal(), &revision).await?;
        Ok(RevisionFound::Found(Json(RevisionOut::of(
            revision, counted, submission,
        )?)))
    }

    /// Download the uploaded workbook of a revision
    ///
    /// Returns the bytes as uploaded, in the original format. `Content-Disposition` contains the original file name.
    #[oai(
        path = "/revisions/:revision_id/workbook.xlsx",
        method = "get",
        operation_id = "get_revision_workbook"
    )]
    async fn get_revision_workbook(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        revision_id: Path<Uuid>,
    ) -> Result<OriginalFound, ReadFailure> {
        let (revision, bytes) =
            returns::read::get_revision_workbook(&service, auth.principal(), RevisionId(revision_id.0)).await?;
        Ok(OriginalFound::Found(
            Binary(bytes.into()),
            upload::attachment(&revision.filename),
        ))
    }
}
