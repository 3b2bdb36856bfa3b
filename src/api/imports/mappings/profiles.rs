//! Spreadsheets of other systems: a mapping is proposed, previewed, confirmed and kept.

use std::{collections::BTreeMap, sync::Arc};

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Header, Path, Query},
    payload::{Binary, Json},
    types::Any,
};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;
use workbook::mapping::{Field, Key, KeyKind, Mapping, Shape};

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            instant::Instant,
            page,
            problem::{Bilingual, ChangeFailure, CreateFailure, ReadFailure, UploadFailure},
            upload,
            word::Word,
        },
        returns::returns::{FindingsOut, ProvenanceOut},
    },
    domain::{
        mapping::{MappingProfile, ProfileId},
        round::RoundId,
    },
    service::{
        Service, imports,
        imports::mapping::{PreviewRow, Proposed},
        returns::justify::Counted,
    },
};

/// Mapping operations.
#[derive(Default)]
pub struct MappingsApi;

/// Where enterprises stand in a spreadsheet.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "MappingShape")]
enum ShapeName {
    /// One row for each, below a header: places are columns (`C`).
    Rows,
    /// One sheet for each, labels beside values: places are cells (`C7`).
    Sheets,
}

/// What tells whose figures they are.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "MappingKey")]
enum KeyName {
    /// 统一社会信用代码.
    Uscc,
    /// The exact registered name.
    Name,
}

/// One column or cell that answers a question.
#[derive(Object)]
#[oai(rename = "MappingField", deny_unknown_fields, skip_serializing_if_is_none)]
struct FieldDocument {
    /// Column (`D`) or cell (`C7`).
    at: String,
    /// Question code.
    question: String,
    /// Column code, for a table question.
    column: Option<String>,
    /// Row of the table question, from 0.
    row: Option<u32>,
    /// What a figure is multiplied with to come into the unit of the question, as a decimal string.
    unit_factor: Option<Decimal>,
}

/// How the spreadsheet of another system is read.
#[derive(Object)]
#[oai(rename = "Mapping", deny_unknown_fields, skip_serializing_if_is_none)]
struct MappingDocument {
    /// Where enterprises stand.
    shape: ShapeName,
    /// The sheet with the rows; the first that holds something when absent.
    sheet: Option<String>,
    /// The last row of the header, from 1: for rows.
    header_row: Option<u32>,
    /// What tells whose figures they are.
    key: KeyName,
    /// Column or cell of the key.
    key_at: String,
    /// Which columns or cells answer which questions.
    fields: Vec<FieldDocument>,
}

impl From<Mapping> for MappingDocument {
    fn from(mapping: Mapping) -> Self {
        let (shape, sheet, header_row) = match mapping.shape {
            Shape::Rows { sheet, header_row } => (ShapeName::Rows, sheet, Some(header_row)),
            Shape::Sheets => (ShapeName::Sheets, None, None),
        };
        let field = |field: Field| FieldDocument {
            at: field.at,
            question: field.question,
            column: field.column,
            row: field.row,
            unit_factor: field.unit_factor,
        };
        Self {
            shape,
            sheet,
            header_row,
            key: match mapping.key.kind {
                KeyKind::Uscc => KeyName::Uscc,
                KeyKind::Name => KeyName::Name,
            },
            key_at: mapping.key.at,
            fields: mapping.fields.into_iter().map(field).collect(),
        }
    }
}

impl From<MappingDocument> for Mapping {
    fn from(document: MappingDocument) -> Self {
        let field = |field: FieldDocument| Field {
            at: field.at,
            question: field.question,
            column: field.column,
            row: field.row,
            unit_factor: field.unit_factor,
        };
        Self {
            shape: match document.shape {
                ShapeName::Rows => Shape::Rows {
                    sheet: document.sheet,
                    // Without a header row the first row is one.
                    header_row: document.header_row.unwrap_or(1),
                },
                ShapeName::Sheets => Shape::Sheets,
            },
            key: Key {
                kind: match document.key {
                    KeyName::Uscc => KeyKind::Uscc,
                    KeyName::Name => KeyKind::Name,
                },
                at: document.key_at,
            },
            fields: document.fields.into_iter().map(field).collect(),
        }
    }
}

/// Why a field was proposed.
#[derive(Object)]
#[oai(rename = "MappingScore", skip_serializing_if_is_none)]
struct ScoreOut {
    /// Where.
    at: String,
    /// The label as it stands there.
    label: String,
    /// Question code.
    question: String,
    /// How alike the labels are, 0 to 1.
    score: f64,
    /// The unit written beside the label.
    unit: Option<String>,
    /// Whether that unit is the question's own, or one that is known how to convert; ask a person when not.
    unit_known: bool,
}

/// A label that answers no question as far as can be told.
#[derive(Object)]
#[oai(rename = "UnmatchedLabel")]
struct UnmatchedOut {
    /// Where.
    at: String,
    /// The label as it stands there.
    label: String,
}

/// A mapping that a person is asked to look at, correct and confirm.
#[derive(Object)]
#[oai(rename = "MappingProposal")]
struct ProposalOut {
    /// SHA-256 under which the file is kept for the preview.
    file_sha256: String,
    /// Sheets that people see and that hold something.
    sheets: Vec<String>,
    /// The mapping.
    mapping: MappingDocument,
    /// Why each field was proposed.
    scores: Vec<ScoreOut>,
    /// Labels without a question.
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

/// What is previewed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewMappingPreview {
    /// The file, as its proposal named it.
    file_sha256: Word,
    /// The mapping.
    mapping: MappingDocument,
    /// How many rows, 10 when absent.
    #[oai(validator(minimum(value = "1"), maximum(value = "50")))]
    rows: Option<u32>,
}

/// A row as it would be read.
#[derive(Object)]
#[oai(rename = "MappingPreviewRow", skip_serializing_if_is_none)]
struct PreviewRowOut {
    /// Sheet and row, or the sheet.
    name: String,
    /// The key as it stands there.
    key: Option<String>,
    /// The return that it would go to.
    return_id: Option<Uuid>,
    /// Credit code of the enterprise.
    uscc: Option<String>,
    /// Name of the enterprise.
    enterprise_name: Option<String>,
    /// Why the row would be refused whatever it says.
    code: Option<String>,
    /// The sentence to the code.
    message: Option<Bilingual>,
    /// Answers by question code, in the form of a revision's.
    answers: Any<Value>,
    /// Where each answer stood, and what was done to it.
    provenance: BTreeMap<String, ProvenanceOut>,
    /// What would be found.
    findings: FindingsOut,
}

impl From<PreviewRow> for PreviewRowOut {
    fn from(row: PreviewRow) -> Self {
        let (code, message) = row.problem.map(|error| (error.code, error.message.into())).unzip();
        let (return_id, uscc, enterprise_name) = match row.owner {
            Some((id, uscc, name)) => (Some(id.0), Some(uscc), Some(name)),
            None => (None, None, None),
        };
        Self {
            name: row.name,
            key: row.key,
            return_id,
            uscc,
            enterprise_name,
            code,
            message,
            answers: Any(serde_json::to_value(&row.answers).unwrap_or_default()),
            provenance: row
                .provenance
                .into_iter()
                .map(|(code, provenance)| (code, provenance.into()))
                .collect(),
            findings: FindingsOut::of(row.findings, Counted::new()),
        }
    }
}

/// The first rows as they would be read.
#[derive(Object)]
#[oai(rename = "MappingPreview")]
struct PreviewOut {
    /// The rows.
    items: Vec<PreviewRowOut>,
}

/// A mapping that a person confirms.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewMappingProfile {
    /// Name, unique for the questionnaire.
    name: Word,
    /// The round whose questionnaire it is for.
    round_id: Uuid,
    /// The mapping.
    mapping: MappingDocument,
}

/// A mapping profile.
#[derive(Object)]
#[oai(rename = "MappingProfile")]
struct ProfileOut {
    /// Identifier.
    id: Uuid,
    /// Name.
    name: String,
    /// Code of the questionnaire.
    questionnaire: String,
    /// The mapping.
    mapping: MappingDocument,
    /// Version.
    version: i64,
    /// Who confirmed it first.
    created_by: String,
    /// When made.
    created_at: Instant,
    /// When last changed.
    updated_at: Instant,
}

impl From<MappingProfile> for ProfileOut {
    fn from(profile: MappingProfile) -> Self {
        Self {
            id: profile.id.0,
            name: profile.name,
            questionnaire: profile.questionnaire,
            mapping: profile.mapping.into(),
            version: profile.version,
            created_by: profile.created_by,
            created_at: profile.created_at.into(),
            updated_at: profile.updated_at.into(),
        }
    }
}

/// A page of mapping profiles.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct MappingProfilePage {
    /// The profiles, by name.
    items: Vec<ProfileOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
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

/// A page of mapping profiles.
#[derive(ApiResponse)]
enum ProfilesFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<MappingProfilePage>),
}

/// One mapping profile.
#[derive(ApiResponse)]
enum ProfileFound {
    /// The profile.
    #[oai(status = 200)]
    Found(
        Json<ProfileOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<MappingProfile> for ProfileFound {
    fn from(profile: MappingProfile) -> Self {
        let etag = etag::of(profile.version);
        Self::Found(Json(profile.into()), etag)
    }
}

/// A mapping profile was made.
#[derive(ApiResponse)]
enum ProfileCreated {
    /// The profile.
    #[oai(status = 201)]
    Created(
        Json<ProfileOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
        /// Address of the profile.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Imports")]
impl MappingsApi {
    /// Propose how a spreadsheet is read
    ///
    /// The raw body is a spreadsheet of another system with a row, or a sheet, per enterprise. Its labels are compared with
    /// those of the questionnaire; the scores are shown, units are told where they are written. A proposal only: look at it,
    /// preview it, and keep it as a profile.
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
        /// The sheet; the first that people see when absent.
        sheet: Query<Option<String>>,
        body: Binary<Body>,
    ) -> Result<ProposalMade, UploadFailure> {
        let bytes = upload::read_import(&service, body.0).await?;
        let round = RoundId(round_id.0);
        let proposed = imports::mapping::propose_mapping(&service, auth.principal(), round, bytes, sheet.0).await?;
        Ok(ProposalMade::Made(Json(proposed.into())))
    }

    /// Preview how a spreadsheet would be read
    ///
    /// The first rows with their enterprises, answers, provenance and findings. Nothing is written.
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
        body: Json<NewMappingPreview>,
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
            items: found.into_iter().map(Into::into).collect(),
        })))
    }

    /// List mapping profiles
    ///
    /// By name, of one questionnaire or of all.
    #[oai(path = "/mapping-profiles", method = "get", operation_id = "list_mapping_profiles")]
    async fn list_mapping_profiles(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Code of the questionnaire.
        questionnaire: Query<Option<String>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<ProfilesFound, ReadFailure> {
        let list = ("mapping_profiles", &questionnaire.0);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let code = questionnaire.0.as_deref();
        let found = imports::mapping_profiles::list_profiles(&service, auth.principal(), code, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(ProfilesFound::Found(Json(MappingProfilePage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Keep a mapping
    ///
    /// Confirmed by whoever keeps it; every code and place is checked against the questionnaire of the round.
    #[oai(path = "/mapping-profiles", method = "post", operation_id = "create_mapping_profile")]
    async fn create_mapping_profile(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: Json<NewMappingProfile>,
    ) -> Result<ProfileCreated, CreateFailure> {
        let NewMappingProfile {
            name,
            round_id,
            mapping,
        } = body.0;
        let round = RoundId(round_id);
        let profile =
            imports::mapping_profiles::create_profile(&service, auth.principal(), round, name.0, mapping.into())
                .await?;
        let (etag, location) = (
            etag::of(profile.version),
            format!("/api/v1/mapping-profiles/{}", profile.id),
        );
        Ok(ProfileCreated::Created(Json(profile.into()), etag, location))
    }

    /// Read a mapping profile
    ///
    /// The mapping with its version.
    #[oai(
        path = "/mapping-profiles/:profile_id",
        method = "get",
        operation_id = "get_mapping_profile"
    )]
    async fn get_mapping_profile(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        profile_id: Path<Uuid>,
    ) -> Result<ProfileFound, ReadFailure> {
        let id = ProfileId(profile_id.0);
        Ok(imports::mapping_profiles::get_profile(&service, auth.principal(), id)
            .await?
            .into())
    }

    /// Replace a mapping profile
    ///
    /// By those who look after the same area, or the county. Imports that were taken on keep the mapping they began with.
    #[oai(
        path = "/mapping-profiles/:profile_id",
        method = "put",
        operation_id = "replace_mapping_profile"
    )]
    async fn replace_mapping_profile(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        profile_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<NewMappingProfile>,
    ) -> Result<ProfileFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let NewMappingProfile {
            name,
            round_id,
            mapping,
        } = body.0;
        let (id, round) = (ProfileId(profile_id.0), RoundId(round_id));
        let content = (name.0, mapping.into());
        let profile =
            imports::mapping_profiles::update_profile(&service, auth.principal(), id, expected, round, content).await?;
        Ok(profile.into())
    }
}
