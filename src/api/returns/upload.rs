//! What an upload answers with.

use poem_openapi::{ApiResponse, Object, payload::Json};
use uuid::Uuid;

use super::{findings::FindingsOut, model::ReturnOut};
use crate::service::returns;

/// The outcome of an upload.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct UploadReport {
    /// The return after the upload.
    survey_return: ReturnOut,
    /// Identifier of the revision created; absent in a dry run.
    revision_id: Option<Uuid>,
    /// Number of the revision; absent in a dry run.
    revision_number: Option<i32>,
    /// SHA-256 of the uploaded bytes, hex; absent in a dry run.
    blob_sha256: Option<String>,
    /// Whether the same bytes were uploaded before; if so, nothing changes.
    repeated: bool,
    /// All findings.
    findings: FindingsOut,
}

/// A workbook was taken in.
#[derive(ApiResponse)]
pub(super) enum Uploaded {
    /// Nothing was stored, because of a dry run or because the content is identical to an earlier upload.
    #[oai(status = 200)]
    Unchanged(Json<UploadReport>),
    /// A revision was created.
    #[oai(status = 201)]
    Created(
        Json<UploadReport>,
        /// URL of the revision.
        #[oai(header = "Location")]
        String,
    ),
}

impl From<returns::upload::Uploaded> for Uploaded {
    fn from(uploaded: returns::upload::Uploaded) -> Self {
        let made = uploaded.revision;
        let location = made.as_ref().map(|made| format!("/api/v1/revisions/{}", made.id));
        let report = Json(UploadReport {
            survey_return: uploaded.survey_return.into(),
            revision_id: made.as_ref().map(|made| made.id.0),
            revision_number: made.as_ref().map(|made| made.number),
            blob_sha256: made.map(|made| made.blob_sha256),
            repeated: uploaded.repeated,
            findings: FindingsOut::of(uploaded.findings, uploaded.counted),
        });
        match location {
            Some(location) if !uploaded.repeated => Self::Created(report, location),
            _ => Self::Unchanged(report),
        }
    }
}
