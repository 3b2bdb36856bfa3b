//! A mapping is proposed and previewed before it is kept.

use std::{collections::BTreeMap, sync::Arc};

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};
use survey::answer::Answer;
use uuid::Uuid;

use super::model::MappingDocument;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CreateFailure, UploadFailure},
            json_body::JsonBody,
            problem::Bilingual,
            typed::Typed,
            upload,
            word::{Code, Name},
        },
        returns::{
            findings::FindingsOut,
            revisions::{ProvenanceOut, typed_answers},
        },
    },
    domain::round::RoundId,
    service::{
        Service,
        error::ServiceError,
        imports,
        imports::mapping::{PreviewRow, Proposed},
        returns::justify::Counted,
    },
};

/// Operations on mappings that are not kept yet.
#[derive(Default)]
pub struct MappingPreviewsApi;

/// Basis of a proposed field.
#[derive(Object)]
#[oai(rename = "MappingScore", skip_serializing_if_is_none)]
struct ScoreOut {
    /// Column or cell.
    at: String,
    /// Label as written in the file.
    label: String,
    /// Question code.
    question: String,
    /// Similarity of the labels, 0 to 1.
    score: f64,
    /// Unit written beside the label.
    unit: Option<String>,
    /// Whether this unit is that of the question or can be converted; if false, a person has to confirm the unit.
    unit_known: bool,
}

/// A label for which no question was found.
#[derive(Object)]
#[oai(rename = "UnmatchedLabel")]
struct UnmatchedOut {
    /// Column or cell.
    at: String,
    /// Label as written in the file.
    label: String,
}

/// A proposed mapping, to be checked, corrected and confirmed by a person.
#[derive(Object)]
#[oai(rename = "MappingProposal")]
struct ProposalOut {
    /// SHA-256 of the file, which is kept for the preview.
    file_sha256: String,
    /// Visible sheets with content.
    sheets: Vec<String>,
    /// The mapping.
    mapping: MappingDocument,
    /// Basis of each field proposed.
    scores: Vec<ScoreOut>,
    /// Labels for which no question was found.
    unmatched: Vec<UnmatchedOut>,
}

impl From<Proposed> for ProposalOut {
    fn from(proposed: Proposed) -> Self {
        let proposal = proposed.proposal;
        let score = |score: workbook::mapping::FieldScore| ScoreOut {
            at: score.at,
            label: score.label,
            question: score.question,
            score: score.score,
            unit: score.unit,
            unit_known: score.unit_known,
        };
        let unmatched = |label: workbook::mapping::Unmatched| UnmatchedOut {
            at: label.at,
            label: label.label,
        };
        Self {
            file_sha256: proposed.file_sha256,
            sheets: proposed.sheets,
            mapping: proposal.mapping.into(),
            scores: proposal.scores.into_iter().map(score).collect(),
            unmatched: proposal.unmatched.into_iter().map(unmatched).collect(),
        }
    }
}

/// The mapping and the file to preview.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewMappingPreview {
    /// SHA-256 of the file as given in the proposal.
    file_sha256: Code,
    /// The mapping.
    mapping: MappingDocument,
    /// Number of rows; 10 by default.
    #[oai(validator(minimum(value = "1"), maximum(value = "50")))]
    rows: Option<u32>,
}

/// Preview of one row.
#[derive(Object)]
#[oai(rename = "MappingPreviewRow", skip_serializing_if_is_none)]
struct PreviewRowOut {
    /// Sheet and row, or the sheet.
    name: String,
    /// Key as written in the file.
    key: Option<String>,
    /// Identifier of the return to which the row would be imported.
    return_id: Option<Uuid>,
    /// Unified social credit code of the enterprise.
    uscc: Option<String>,
    /// Name of the enterprise.
    enterprise_name: Option<String>,
    /// Stable code of the reason why the row would be refused whatever its content.
    code: Option<String>,
    /// Explanation of the code.
    message: Option<Bilingual>,
    /// Answers by question code, in the same form as in a revision.
    answers: BTreeMap<String, Typed<Answer>>,
    /// Location of each answer and how it was read.
    provenance: BTreeMap<String, ProvenanceOut>,
    /// Findings that the row would have.
    findings: FindingsOut,
}

impl TryFrom<PreviewRow> for PreviewRowOut {
    type Error = ServiceError;

    fn try_from(row: PreviewRow) -> Result<Self, ServiceError> {
        let (code, message) = row.problem.map(|error| (error.code, error.message.into())).unzip();
        let (return_id, uscc, enterprise_name) = match row.owner {
            Some((id, uscc, name)) => (Some(id.0), Some(uscc), Some(name)),
            None => (None, None, None),
        };
        Ok(Self {
            name: row.name,
            key: row.key,
            return_id,
            uscc,
            enterprise_name,
            code,
            message,
            answers: typed_answers(&row.answers)?,
            provenance: row
                .provenance
                .into_iter()
                .map(|(code, provenance)| (code, provenance.into()))
                .collect(),
            findings: FindingsOut::of(row.findings, Counted::new()),
        })
    }
}

/// Preview of the first rows.
#[derive(Object)]
#[oai(rename = "MappingPreview")]
struct PreviewOut {
    /// The rows.
    items: Vec<PreviewRowOut>,
}

/// A proposal.
#[derive(ApiResponse)]
enum ProposalMade {
    /// The proposal.
    #[oai(status = 200)]
    Made(Json<ProposalOut>),
}

/// A preview.
#[derive(ApiResponse)]
enum PreviewMade {
    /// The preview.
    #[oai(status = 200)]
    Made(Json<PreviewOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Imports")]
impl MappingPreviewsApi {
    /// Propose a mapping for a spreadsheet
    ///
    /// The request body is a spreadsheet of another system with one row, or one sheet, for each enterprise. Its labels
    /// are compared with those of the questionnaire; the proposal includes the scores of the comparison and the units
    /// found. Check the proposal, preview it, and save it as a profile.
    #[oai(
        path = "/rounds/:round_id/mapping-proposals",
        method = "post",
        operation_id = "create_mapping_proposal"
    )]
    async fn create_mapping_proposal(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Name of the sheet; by default the sheet shown first.
        sheet: Query<Option<Name>>,
        body: Binary<Body>,
    ) -> Result<ProposalMade, UploadFailure> {
        let bytes = upload::read_import(&service, body.0).await?;
        let round = RoundId(round_id.0);
        let proposed =
            imports::mapping::propose_mapping(&service, auth.principal(), round, bytes, sheet.0.map(|word| word.0))
                .await?;
        Ok(ProposalMade::Made(Json(proposed.into())))
    }

    /// Preview a mapping
    ///
    /// Returns the first rows with their enterprises, answers, provenance and findings. Nothing is stored.
    #[oai(
        path = "/rounds/:round_id/mapping-previews",
        method = "post",
        operation_id = "create_mapping_preview"
    )]
    async fn create_mapping_preview(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        body: JsonBody<NewMappingPreview>,
    ) -> Result<PreviewMade, CreateFailure> {
        let NewMappingPreview {
            file_sha256,
            mapping,
            rows,
        } = body.0;
        let rows = usize::try_from(rows.unwrap_or(10)).unwrap_or(imports::mapping::PREVIEW_ROWS);
        let (round, caller) = (RoundId(round_id.0), auth.principal());
        let found =
            imports::mapping::preview_mapping(&service, caller, round, &file_sha256.0, mapping.into(), rows).await?;
        Ok(PreviewMade::Made(Json(PreviewOut {
            items: found.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
        })))
    }
}
