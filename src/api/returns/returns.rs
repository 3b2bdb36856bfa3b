//! Returns: templates out, workbooks in, findings, submission and review.

use std::{collections::BTreeMap, sync::Arc};

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Header, Path, Query},
    payload::{Binary, Json},
    types::Any,
};
use serde_json::Value;
use survey::{
    answer::Claim,
    cell::{Place, Provenance},
    finding::{Conversion, Finding, Findings},
    questionnaire::{Action, RuleClass},
};
use uuid::Uuid;

use super::justifications::JustificationOut;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            instant::Instant,
            language::TemplateLanguage,
            page,
            problem::{Bilingual, ChangeFailure, ReadFailure, UploadFailure},
            upload,
            word::Word,
        },
    },
    domain::{
        enterprise::EnterpriseId,
        revision::RevisionSummary,
        round::RoundId,
        survey_return::{
            ReturnEvent, ReturnFilter, ReturnId, ReturnRow, ReturnState, Revision, RevisionId, SurveyReturn,
        },
    },
    service::{
        Service, returns,
        returns::{
            accept::accept_return,
            convert::{Chosen, convert_answers},
            justify::{Counted, counted_for},
            send_back::send_back_return,
            submit::submit_return,
            upload::{Upload, upload_return},
        },
        templates::issue::issue_template,
    },
};

/// Return operations.
#[derive(Default)]
pub struct ReturnsApi;

/// State of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "ReturnState")]
enum StateName {
    /// Nothing uploaded yet.
    NotStarted,
    /// Uploaded, not submitted.
    Draft,
    /// Submitted, waiting for review.
    Submitted,
    /// Sent back for correction.
    Returned,
    /// Accepted.
    Accepted,
}

impl From<ReturnState> for StateName {
    fn from(state: ReturnState) -> Self {
        match state {
            ReturnState::NotStarted => Self::NotStarted,
            ReturnState::Draft => Self::Draft,
            ReturnState::Submitted => Self::Submitted,
            ReturnState::Returned => Self::Returned,
            ReturnState::Accepted => Self::Accepted,
        }
    }
}

impl From<StateName> for ReturnState {
    fn from(state: StateName) -> Self {
        match state {
            StateName::NotStarted => Self::NotStarted,
            StateName::Draft => Self::Draft,
            StateName::Submitted => Self::Submitted,
            StateName::Returned => Self::Returned,
            StateName::Accepted => Self::Accepted,
        }
    }
}

/// The return of one enterprise in one round.
#[derive(Object)]
#[oai(rename = "SurveyReturn", skip_serializing_if_is_none)]
struct ReturnOut {
    /// Identifier.
    id: Uuid,
    /// Round.
    round_id: Uuid,
    /// Enterprise.
    enterprise_id: Uuid,
    /// State.
    state: StateName,
    /// The newest revision.
    latest_revision_id: Option<Uuid>,
    /// The revision in force; it stays until its replacement is accepted.
    accepted_revision_id: Option<Uuid>,
    /// Number of the newest revision, 0 when there is none.
    revision_number: i32,
    /// Blocking findings of the newest revision.
    block: i32,
    /// Warnings of the newest revision.
    warn: i32,
    /// Version.
    version: i64,
    /// When last changed.
    updated_at: Instant,
}

impl From<SurveyReturn> for ReturnOut {
    fn from(found: SurveyReturn) -> Self {
        Self {
            id: found.id.0,
            round_id: found.round.0,
            enterprise_id: found.enterprise.0,
            state: found.state.into(),
            latest_revision_id: found.latest.map(|id| id.0),
            accepted_revision_id: found.accepted.map(|id| id.0),
            revision_number: found.revision_number,
            block: found.block,
            warn: found.warn,
            version: found.version,
            updated_at: found.updated_at.into(),
        }
    }
}

/// A return in a list, with its enterprise.
#[derive(Object)]
#[oai(rename = "ReturnRow")]
struct ReturnRowOut {
    /// The return.
    survey_return: ReturnOut,
    /// Credit code of the enterprise.
    uscc: String,
    /// Name of the enterprise.
    enterprise_name: String,
    /// Area code of the enterprise.
    area_code: String,
    /// Industry code of the enterprise.
    industry_code: String,
}

impl From<ReturnRow> for ReturnRowOut {
    fn from(row: ReturnRow) -> Self {
        Self {
            survey_return: row.survey_return.into(),
            uscc: row.uscc,
            enterprise_name: row.enterprise_name,
            area_code: row.area_code,
            industry_code: row.industry_code,
        }
    }
}

/// A page of returns.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ReturnPage {
    /// The returns, by credit code.
    items: Vec<ReturnRowOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// A cell of a workbook.
#[derive(Object)]
#[oai(rename = "Place")]
pub(crate) struct PlaceOut {
    /// Sheet name as found in the file.
    sheet: String,
    /// A1 reference.
    cell: String,
}

impl From<Place> for PlaceOut {
    fn from(place: Place) -> Self {
        Self {
            sheet: place.sheet,
            cell: place.cell,
        }
    }
}

/// Class of a rule.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "RuleClass")]
enum ClassName {
    /// The answer is not of the right form.
    Syntactical,
    /// The answers contradict each other.
    Validity,
    /// The answers are unlikely.
    Quality,
    /// The return looks odd beside others.
    Macro,
}

/// What a finding does.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "FindingAction")]
enum ActionName {
    /// Must be corrected.
    Block,
    /// Must be corrected or justified.
    Warn,
    /// A note.
    Info,
}

/// One finding.
#[derive(Object)]
#[oai(rename = "Finding", skip_serializing_if_is_none)]
struct FindingOut {
    /// Which finding of the return this is, from upload to upload; with it a warning is justified. Absent in revisions of
    /// before there were keys.
    key: Option<String>,
    /// Code of the edit rule or built-in check.
    rule: String,
    /// Class of the rule.
    class: ClassName,
    /// What it does.
    action: ActionName,
    /// First question concerned.
    question: Option<String>,
    /// All cells concerned.
    places: Vec<PlaceOut>,
    /// The text of the first cell, as typed.
    value: Option<String>,
    /// What is wrong and what to do.
    message: Bilingual,
    /// Conversions of units that would settle it, for the filler to choose from.
    offers: Vec<ConversionOut>,
    /// What the enterprise said to it, while that counts.
    justification: Option<JustificationOut>,
}

/// A number taken as entered in a unit that fillers mistake for the question's own.
#[derive(Object)]
#[oai(rename = "Conversion")]
struct ConversionOut {
    /// Question code.
    question: String,
    /// The unit it was entered in.
    unit: String,
    /// The number as entered, a decimal string.
    entered: String,
    /// The number in the question's unit, a decimal string.
    converted: String,
}

impl From<Conversion> for ConversionOut {
    fn from(offer: Conversion) -> Self {
        Self {
            question: offer.question,
            unit: offer.unit,
            entered: offer.entered.to_string(),
            converted: offer.converted.to_string(),
        }
    }
}

/// Conversions to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewConversions {
    /// The conversions chosen; each must be offered by a finding of the newest revision.
    #[oai(validator(min_items = 1, max_items = 200))]
    conversions: Vec<ChosenConversion>,
}

/// A conversion that a finding offers.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ChosenConversion {
    /// Question code.
    question: Word,
    /// The unit that the number was entered in.
    unit: Word,
}

impl From<ChosenConversion> for Chosen {
    fn from(chosen: ChosenConversion) -> Self {
        Self {
            question: chosen.question.0,
            unit: chosen.unit.0,
        }
    }
}

impl FindingOut {
    fn of(finding: Finding, counted: &mut Counted) -> Self {
        let justification = counted.remove(&finding.key).map(Into::into);
        let class = match finding.class {
            RuleClass::Syntactical => ClassName::Syntactical,
            RuleClass::Validity => ClassName::Validity,
            RuleClass::Quality => ClassName::Quality,
            RuleClass::Macro => ClassName::Macro,
        };
        let action = match finding.action {
            Action::Block => ActionName::Block,
            Action::Warn => ActionName::Warn,
            Action::Info => ActionName::Info,
        };
        Self {
            key: (!finding.key.is_empty()).then_some(finding.key),
            justification,
            rule: finding.rule,
            class,
            action,
            question: finding.question,
            places: finding.places.into_iter().map(Into::into).collect(),
            value: finding.value,
            message: finding.message.into(),
            offers: finding.offers.into_iter().map(Into::into).collect(),
        }
    }
}

/// Findings: graver ones first, at most 2000 listed, all counted.
#[derive(Object)]
#[oai(rename = "Findings")]
pub(crate) struct FindingsOut {
    /// The findings.
    items: Vec<FindingOut>,
    /// Blocking findings in all.
    block: usize,
    /// Warnings in all.
    warn: usize,
    /// Notes in all.
    info: usize,
    /// Warnings that have no justification that counts.
    unjustified: usize,
    /// Whether nothing blocks the return from being submitted; a round may ask for justified warnings besides.
    submittable: bool,
}

impl FindingsOut {
    /// Findings with the justifications that count.
    pub(crate) fn of(findings: Findings, mut counted: Counted) -> Self {
        Self {
            unjustified: findings.warn.saturating_sub(counted.len()),
            submittable: !findings.blocks(),
            block: findings.block,
            warn: findings.warn,
            info: findings.info,
            items: findings
                .items
                .into_iter()
                .map(|finding| FindingOut::of(finding, &mut counted))
                .collect(),
        }
    }
}

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
    /// Who uploaded it.
    created_by: String,
    /// When.
    created_at: Instant,
    /// The import through which an officer handed it in; absent for an upload of the enterprise's own.
    import_id: Option<Uuid>,
}

impl From<RevisionSummary> for RevisionSummaryOut {
    fn from(summary: RevisionSummary) -> Self {
        Self {
            id: summary.id.0,
            number: summary.number,
            blob_sha256: summary.blob_sha256,
            filename: summary.filename,
            created_by: summary.created_by,
            created_at: summary.created_at.into(),
            import_id: summary.import.map(|id| id.0),
        }
    }
}

/// The revisions of a return.
#[derive(Object)]
struct RevisionList {
    /// Oldest first.
    items: Vec<RevisionSummaryOut>,
}

/// Where an answer stood and how it was read.
#[derive(Object)]
#[oai(rename = "Provenance")]
pub(crate) struct ProvenanceOut {
    /// Sheet.
    sheet: String,
    /// Cell.
    cell: String,
    /// The text as typed.
    raw: String,
    /// Number format code of the cell.
    number_format: String,
    /// Rules that turned the text into the answer; empty when none was needed.
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

/// The claim that a question does not apply. Whoever accepts the return agrees to it.
#[derive(Object)]
#[oai(rename = "Claim")]
struct ClaimOut {
    /// The reason, as the enterprise wrote it.
    reason: String,
    /// Where it stands.
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
    /// Return.
    return_id: Uuid,
    /// Number within the return.
    number: i32,
    /// SHA-256 of the uploaded workbook, hex.
    blob_sha256: String,
    /// Name of the uploaded file.
    filename: String,
    /// Answers by question code, each with its kind: `{"number": "286.5"}`, `{"choices": ["A"]}`. Numbers are decimal strings.
    answers: Any<Value>,
    /// Questions that the enterprise claims not to apply to it, by code.
    claims: BTreeMap<String, ClaimOut>,
    /// Where each answer stood, by question code; table cells as `CODE[row].column`.
    provenance: BTreeMap<String, ProvenanceOut>,
    /// Findings.
    findings: FindingsOut,
    /// Who uploaded it.
    created_by: String,
    /// When.
    created_at: Instant,
    /// The import through which an officer handed it in; absent for an upload of the enterprise's own.
    import_id: Option<Uuid>,
}

impl RevisionOut {
    fn of(revision: Revision, counted: Counted) -> Self {
        Self {
            id: revision.id.0,
            return_id: revision.survey_return.0,
            number: revision.number,
            blob_sha256: revision.blob_sha256,
            filename: revision.filename,
            answers: Any(serde_json::to_value(&revision.answers).unwrap_or_default()),
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
        }
    }
}

/// What became of an upload.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct UploadReport {
    /// The return as it stands now.
    survey_return: ReturnOut,
    /// The revision that was made; absent for a dry run.
    revision_id: Option<Uuid>,
    /// Its number; absent for a dry run.
    revision_number: Option<i32>,
    /// SHA-256 of the uploaded bytes, hex; absent for a dry run.
    blob_sha256: Option<String>,
    /// Whether these very bytes were uploaded before; then nothing has changed.
    repeated: bool,
    /// Everything that is wrong or doubtful.
    findings: FindingsOut,
}

/// A step in the life of a return.
#[derive(Object)]
#[oai(rename = "ReturnEvent", skip_serializing_if_is_none)]
struct EventOut {
    /// Number of the step, from 1.
    number: i32,
    /// State before.
    from: StateName,
    /// State after.
    to: StateName,
    /// Revision it was about.
    revision_id: Option<Uuid>,
    /// Who.
    actor: String,
    /// When.
    at: Instant,
    /// Why, where a reason is asked for.
    reason: Option<String>,
}

impl From<ReturnEvent> for EventOut {
    fn from(event: ReturnEvent) -> Self {
        Self {
            number: event.number,
            from: event.from.into(),
            to: event.to.into(),
            revision_id: event.revision.map(|id| id.0),
            actor: event.actor,
            at: event.at.into(),
            reason: event.reason,
        }
    }
}

/// The steps of a return.
#[derive(Object)]
struct EventList {
    /// Oldest first.
    items: Vec<EventOut>,
}

/// Why a return is sent back.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SendBack {
    /// The reason, for the enterprise to read.
    reason: Word,
}

/// A page of returns.
#[derive(ApiResponse)]
enum ReturnsFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<ReturnPage>),
}

/// One return.
#[derive(ApiResponse)]
enum ReturnFound {
    /// The return.
    #[oai(status = 200)]
    Found(
        Json<ReturnOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<SurveyReturn> for ReturnFound {
    fn from(found: SurveyReturn) -> Self {
        let etag = etag::of(found.version);
        Self::Found(Json(found.into()), etag)
    }
}

/// A workbook.
#[derive(ApiResponse)]
pub(crate) enum WorkbookFound {
    /// The workbook.
    #[oai(
        status = 200,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )]
    Found(
        Binary<Vec<u8>>,
        /// Name for the file.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// What was uploaded.
#[derive(ApiResponse)]
enum OriginalFound {
    /// The file, in whatever format it was uploaded.
    #[oai(status = 200, content_type = "application/octet-stream")]
    Found(
        Binary<Vec<u8>>,
        /// Name of the file as it was uploaded.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// A workbook was taken in.
#[derive(ApiResponse)]
enum Uploaded {
    /// Nothing was written: a dry run, or the same bytes again.
    #[oai(status = 200)]
    Unchanged(Json<UploadReport>),
    /// A revision was made.
    #[oai(status = 201)]
    Created(
        Json<UploadReport>,
        /// Address of the revision.
        #[oai(header = "Location")]
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

/// The steps of a return.
#[derive(ApiResponse)]
enum EventsFound {
    /// The steps.
    #[oai(status = 200)]
    Found(Json<EventList>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl ReturnsApi {
    /// List returns
    ///
    /// By credit code, within what the caller sees.
    #[oai(path = "/returns", method = "get", operation_id = "list_returns")]
    async fn list_returns(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Only this round.
        round_id: Query<Option<Uuid>>,
        /// Only these states; repeat the parameter for several.
        state: Query<Option<Vec<StateName>>>,
        /// Area code, of the town or of an area above it.
        area: Query<Option<String>>,
        /// Only this enterprise.
        enterprise_id: Query<Option<Uuid>>,
        /// Part of the enterprise's name or credit code.
        search: Query<Option<String>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<ReturnsFound, ReadFailure> {
        let filter = ReturnFilter {
            round: round_id.0.map(RoundId),
            states: state.0.unwrap_or_default().into_iter().map(Into::into).collect(),
            area: area.0,
            enterprise: enterprise_id.0.map(EnterpriseId),
            search: search.0,
        };
        let list = ("returns", &filter);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = returns::read::list_returns(&service, auth.principal(), &filter, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(ReturnsFound::Found(Json(ReturnPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Read a return
    ///
    /// Its state, its revisions' identifiers and the counts of findings.
    #[oai(path = "/returns/:return_id", method = "get", operation_id = "get_return")]
    async fn get_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
    ) -> Result<ReturnFound, ReadFailure> {
        Ok(
            returns::read::get_return(&service, auth.principal(), ReturnId(return_id.0))
                .await?
                .into(),
        )
    }

    /// Download the template of a return
    ///
    /// The workbook to fill in, written for this enterprise and round and signed, with last year's accepted values beside
    /// the cells.
    #[oai(
        path = "/returns/:return_id/template.xlsx",
        method = "get",
        operation_id = "get_return_template"
    )]
    async fn get_return_template(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// Language of the workbook, `zh` when absent.
        language: Query<Option<TemplateLanguage>>,
    ) -> Result<WorkbookFound, ReadFailure> {
        let language = language.0.unwrap_or_default().into();
        let template = issue_template(&service, auth.principal(), ReturnId(return_id.0), language).await?;
        Ok(WorkbookFound::Found(
            Binary(template.bytes),
            upload::attachment(&template.filename),
        ))
    }

    /// List the revisions of a return
    ///
    /// Oldest first, without answers.
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
            items: found.into_iter().map(Into::into).collect(),
        })))
    }

    /// Upload a filled workbook
    ///
    /// The raw body is the template, filled in: as .xlsx, or saved by another program as .xlsm, .xlsb, .xls, .ods or
    /// SpreadsheetML 2003. What it is, its content says, not its name; a format that cannot keep the marks of the template
    /// (.csv, a web page) is refused with a sentence that says how to save it. It is read in a limited process, checked in
    /// one pass and kept as a new revision with all findings. The same bytes again are recognised. With `dry_run` nothing
    /// is written and the report is the same.
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
        /// Name of the file on the filler's computer.
        #[oai(validator(max_length = 255))]
        filename: Query<Option<String>>,
        /// Report only, write nothing.
        dry_run: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<Uploaded, UploadFailure> {
        let upload = Upload {
            filename: filename.0,
            bytes: upload::read(&service, body.0).await?,
        };
        let dry_run = dry_run.0.unwrap_or(false);
        let uploaded = upload_return(&service, auth.principal(), ReturnId(return_id.0), upload, dry_run).await?;
        Ok(uploaded.into())
    }

    /// Read a revision
    ///
    /// With answers, provenance and findings.
    #[oai(path = "/revisions/:revision_id", method = "get", operation_id = "get_revision")]
    async fn get_revision(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        revision_id: Path<Uuid>,
    ) -> Result<RevisionFound, ReadFailure> {
        let revision = returns::read::get_revision(&service, auth.principal(), RevisionId(revision_id.0)).await?;
        let counted = counted_for(&service, auth.principal(), &revision).await?;
        Ok(RevisionFound::Found(Json(RevisionOut::of(revision, counted))))
    }

    /// Download the uploaded workbook of a revision
    ///
    /// Byte for byte as it was uploaded, in its own format: `Content-Disposition` gives the name it had.
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

    /// Convert units
    ///
    /// Makes conversions that findings of the newest revision offer, such as yuan to 10 000 yuan. The workbook stays as
    /// it is; a new revision comes of it that keeps every original number and says what was done to it.
    #[oai(
        path = "/returns/:return_id/conversions",
        method = "post",
        operation_id = "create_return_conversions"
    )]
    async fn create_return_conversions(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<NewConversions>,
    ) -> Result<Uploaded, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let chosen: Vec<Chosen> = body.0.conversions.into_iter().map(Into::into).collect();
        let uploaded = convert_answers(&service, auth.principal(), ReturnId(return_id.0), expected, &chosen).await?;
        Ok(uploaded.into())
    }

    /// Submit a return
    ///
    /// The enterprise says that its newest revision stands. It needs zero blocking findings and, where the round says so, a
    /// justification of every warning.
    #[oai(path = "/returns/:return_id/submit", method = "post", operation_id = "submit_return")]
    async fn submit_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        Ok(
            submit_return(&service, auth.principal(), ReturnId(return_id.0), expected)
                .await?
                .into(),
        )
    }

    /// Accept a return
    ///
    /// Its newest revision is in force from now on and never changes.
    #[oai(path = "/returns/:return_id/accept", method = "post", operation_id = "accept_return")]
    async fn accept_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        Ok(
            accept_return(&service, auth.principal(), ReturnId(return_id.0), expected)
                .await?
                .into(),
        )
    }

    /// Send a return back
    ///
    /// To its enterprise, with a reason. A revision accepted before stays in force.
    #[oai(
        path = "/returns/:return_id/send-back",
        method = "post",
        operation_id = "send_back_return"
    )]
    async fn send_back_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<SendBack>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let id = ReturnId(return_id.0);
        Ok(
            send_back_return(&service, auth.principal(), id, expected, &body.0.reason.0)
                .await?
                .into(),
        )
    }

    /// List the steps of a return
    ///
    /// Who did what, when and why, oldest first.
    #[oai(
        path = "/returns/:return_id/events",
        method = "get",
        operation_id = "list_return_events"
    )]
    async fn list_return_events(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
    ) -> Result<EventsFound, ReadFailure> {
        let events = returns::read::list_return_events(&service, auth.principal(), ReturnId(return_id.0)).await?;
        Ok(EventsFound::Found(Json(EventList {
            items: events.into_iter().map(Into::into).collect(),
        })))
    }
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
