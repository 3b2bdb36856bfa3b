//! Submissions that the bureau records on behalf of enterprises, with their evidence.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Binary,
};
use uuid::Uuid;

use super::model::ReturnFound;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            failures::{ReadFailure, RecordFailure},
            instant::Instant,
            upload,
            word::{Code, FileName, Name},
        },
    },
    domain::survey_return::{RecordedSubmission, ReturnId},
    service::{
        Service,
        returns::{
            evidence::get_evidence,
            record_submission::{SignedCover, record_submission},
        },
    },
};

/// A submission recorded by the bureau on behalf of the enterprise.
#[derive(Object)]
#[oai(rename = "RecordedSubmission")]
pub(crate) struct SubmissionOut {
    /// Identifier of the revision submitted.
    revision_id: Uuid,
    /// Name of the person who signed for the enterprise.
    signed_by: String,
    /// Date of the signature.
    signed_on: NaiveDate,
    /// Name of the user who recorded the submission.
    recorded_by: String,
    /// Time of recording.
    recorded_at: Instant,
    /// SHA-256 of the scan in hexadecimal, for `GET /returns/{return_id}/evidence/{sha256}`.
    evidence_sha256: String,
    /// File name of the scan.
    evidence_filename: String,
    /// Media type of the scan by its content.
    evidence_media_type: String,
    /// Size of the scan in bytes.
    evidence_bytes: u64,
}

impl From<RecordedSubmission> for SubmissionOut {
    fn from(submission: RecordedSubmission) -> Self {
        let RecordedSubmission {
            revision,
            evidence,
            signed_by,
            signed_on,
            recorded_by,
            recorded_at,
        } = submission;
        Self {
            revision_id: revision.0,
            signed_by,
            signed_on,
            recorded_by,
            recorded_at: recorded_at.into(),
            evidence_sha256: evidence.sha256,
            evidence_filename: evidence.filename,
            evidence_media_type: evidence.media_type,
            evidence_bytes: evidence.size_bytes,
        }
    }
}

/// A scan.
#[derive(ApiResponse)]
enum EvidenceFound {
    /// The file as uploaded: PDF, JPEG or PNG.
    #[oai(status = 200, content_type = "application/octet-stream")]
    Found(
        Binary<Vec<u8>>,
        /// File name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// Operations on recorded submissions.
#[derive(Default)]
pub struct SubmissionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl SubmissionsApi {
    /// Record a submission
    ///
    /// Records the submission of an enterprise that sent its workbook by mail and signed on paper. The request body is
    /// a scan of the signed cover: PDF, JPEG or PNG, recognised by its content, at most 10 MB. The newest revision is
    /// submitted unchanged. The conditions are those of a submission by the enterprise: no errors and, if the round
    /// requires it, a justification of every query. Justifications in the workbook count as those of the enterprise.
    /// The name of the signatory, the scan and the recording officer are shown in the return, in lists, events,
    /// revisions and reports.
    #[oai(
        path = "/returns/:return_id/record-submission",
        method = "post",
        operation_id = "record_submission"
    )]
    async fn record_submission(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        /// Name of the person who signed for the enterprise.
        signed_by: Query<Name>,
        /// Date of the signature.
        signed_on: Query<NaiveDate>,
        /// File name of the scan.
        filename: Query<Option<FileName>>,
        body: Binary<Body>,
    ) -> Result<ReturnFound, RecordFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let cover = SignedCover {
            filename: filename.0.map(|name| name.0),
            bytes: upload::read(&service, body.0).await?,
            signed_by: signed_by.0.0,
            signed_on: signed_on.0,
        };
        let id = ReturnId(return_id.0);
        Ok(record_submission(&service, auth.principal(), id, expected, cover)
            .await?
            .into())
    }

    /// Download the evidence of a submission
    ///
    /// Returns the scan of the signature with which the bureau recorded a submission of this return.
    #[oai(
        path = "/returns/:return_id/evidence/:sha256",
        method = "get",
        operation_id = "get_submission_evidence"
    )]
    async fn get_submission_evidence(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// SHA-256 of the scan in hexadecimal.
        sha256: Path<Code>,
    ) -> Result<EvidenceFound, ReadFailure> {
        let id = ReturnId(return_id.0);
        let (evidence, bytes) = get_evidence(&service, auth.principal(), id, &sha256.0.0).await?;
        Ok(EvidenceFound::Found(
            Binary(bytes.into()),
            upload::attachment(&evidence.filename),
        ))
    }
}
