//! Rounds.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::{Binary, Json},
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            instant::Instant,
            language::TemplateLanguage,
            page,
            problem::{ChangeFailure, CreateFailure, ReadFailure},
            upload,
            word::Word,
        },
        returns::returns::WorkbookFound,
    },
    domain::{
        document::DocumentId,
        enterprise::{EnterpriseFilter, EnterpriseId},
        round::{Population, Round, RoundId, RoundProgress},
    },
    service::{
        Service, rounds,
        rounds::{create::NewRound, update::RoundChange},
        templates,
        templates::issue_bulk::BulkRequest,
    },
};

/// Round operations.
#[derive(Default)]
pub struct RoundsApi;

/// A round.
#[derive(Object)]
#[oai(rename = "Round", skip_serializing_if_is_none)]
struct RoundOut {
    /// Identifier.
    id: Uuid,
    /// Code.
    code: String,
    /// Title.
    title: String,
    /// Year in which it is asked.
    year: i32,
    /// The questionnaire.
    questionnaire_id: Uuid,
    /// Older versions of it whose templates are still read.
    accepted_version_ids: Vec<Uuid>,
    /// The code lists and factor tables frozen for it.
    reference_ids: Vec<Uuid>,
    /// First day for returns.
    opens_on: NaiveDate,
    /// Last day for returns.
    closes_on: NaiveDate,
    /// Who is asked, as it was stated.
    population: PopulationOut,
    /// Whether a return is submitted only once every warning is justified.
    warnings_must_be_justified: bool,
    /// The round before.
    previous_round_id: Option<Uuid>,
    /// Version.
    version: i64,
    /// When made.
    created_at: Instant,
}

impl From<Round> for RoundOut {
    fn from(round: Round) -> Self {
        Self {
            id: round.id.0,
            code: round.code,
            title: round.title,
            year: round.year,
            questionnaire_id: round.questionnaire.0,
            accepted_version_ids: round.accepted_versions.into_iter().map(|id| id.0).collect(),
            reference_ids: round.reference.into_iter().map(|id| id.0).collect(),
            opens_on: round.opens_on,
            closes_on: round.closes_on,
            population: round.population.into(),
            warnings_must_be_justified: round.warnings_must_be_justified,
            previous_round_id: round.previous.map(|id| id.0),
            version: round.version,
            created_at: round.created_at.into(),
        }
    }
}

/// Who is asked: a query over the registry, or a list. One of the two.
#[derive(Object)]
#[oai(rename = "Population", skip_serializing_if_is_none, deny_unknown_fields)]
struct PopulationOut {
    /// All enterprises that the query shows.
    query: Option<PopulationQuery>,
    /// These enterprises.
    enterprise_ids: Option<Vec<Uuid>>,
}

/// A query over the registry. Without conditions it shows all enterprises.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
struct PopulationQuery {
    /// Area code, of a town or of an area above it.
    area: Option<Word>,
    /// Beginning of the industry code.
    industry: Option<Word>,
    /// Size class: large, medium, small or micro.
    size_class: Option<Word>,
}

impl From<Population> for PopulationOut {
    fn from(population: Population) -> Self {
        match population {
            Population::Query(filter) => Self {
                query: Some(PopulationQuery {
                    area: filter.area.map(Word),
                    industry: filter.industry.map(Word),
                    size_class: filter.size_class.map(Word),
                }),
                enterprise_ids: None,
            },
            Population::List(ids) => Self {
                query: None,
                enterprise_ids: Some(ids.into_iter().map(|id| id.0).collect()),
            },
        }
    }
}

impl From<PopulationOut> for Population {
    /// A list wins over a query; neither of them means everybody who is active.
    fn from(population: PopulationOut) -> Self {
        match (population.enterprise_ids, population.query) {
            (Some(ids), _) => Self::List(ids.into_iter().map(EnterpriseId).collect()),
            (None, query) => {
                let query = query.unwrap_or(PopulationQuery {
                    area: None,
                    industry: None,
                    size_class: None,
                });
                Self::Query(EnterpriseFilter {
                    search: None,
                    area: query.area.map(|word| word.0),
                    industry: query.industry.map(|word| word.0),
                    size_class: query.size_class.map(|word| word.0),
                    active: Some(true),
                })
            }
        }
    }
}

/// A new round.
#[derive(Object)]
#[oai(rename = "NewRound", deny_unknown_fields)]
struct NewRoundIn {
    /// Code, unique, 1 to 32 letters, digits or `- _ .`.
    code: Word,
    /// Title.
    title: Word,
    /// Year in which it is asked.
    year: i32,
    /// The questionnaire.
    questionnaire_id: Uuid,
    /// Older versions of it whose templates are still read.
    accepted_version_ids: Option<Vec<Uuid>>,
    /// First day for returns.
    opens_on: NaiveDate,
    /// Last day for returns.
    closes_on: NaiveDate,
    /// Who is asked.
    population: PopulationOut,
    /// The round before, whose accepted answers are shown for reference.
    previous_round_id: Option<Uuid>,
    /// Whether a return is submitted only once every warning is justified; no when absent.
    warnings_must_be_justified: Option<bool>,
}

/// What is changed of a round; what is absent stays.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RoundPatch {
    /// Another version of the questionnaire; only while nothing was uploaded. Templates of the version before stay accepted.
    questionnaire_id: Option<Uuid>,
    /// Title.
    title: Option<Word>,
    /// First day for returns.
    opens_on: Option<NaiveDate>,
    /// Last day for returns.
    closes_on: Option<NaiveDate>,
    /// Whether a return is submitted only once every warning is justified.
    warnings_must_be_justified: Option<bool>,
}

fn document_ids(ids: Option<Vec<Uuid>>) -> Vec<DocumentId> {
    ids.unwrap_or_default().into_iter().map(DocumentId).collect()
}

/// A page of rounds.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RoundPage {
    /// The rounds, newest first.
    items: Vec<RoundOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// How far a round has come, counted over what the caller sees.
#[derive(Object)]
#[oai(rename = "RoundProgress")]
struct RoundProgressOut {
    /// Enterprises asked.
    population: u64,
    /// Nothing uploaded yet.
    not_started: u64,
    /// Uploaded, not submitted.
    draft: u64,
    /// Submitted, waiting for review.
    submitted: u64,
    /// Sent back for correction.
    returned: u64,
    /// Accepted.
    accepted: u64,
}

impl From<RoundProgress> for RoundProgressOut {
    fn from(progress: RoundProgress) -> Self {
        let RoundProgress {
            population,
            not_started,
            draft,
            submitted,
            returned,
            accepted,
        } = progress;
        Self {
            population,
            not_started,
            draft,
            submitted,
            returned,
            accepted,
        }
    }
}

/// A page of rounds.
#[derive(ApiResponse)]
enum RoundsFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<RoundPage>),
}

/// One round.
#[derive(ApiResponse)]
enum RoundFound {
    /// The round.
    #[oai(status = 200)]
    Found(
        Json<RoundOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<Round> for RoundFound {
    fn from(round: Round) -> Self {
        let etag = etag::of(round.version);
        Self::Found(Json(round.into()), etag)
    }
}

/// A round was made.
#[derive(ApiResponse)]
enum RoundCreated {
    /// Made.
    #[oai(status = 201)]
    Created(
        Json<RoundOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
        /// Address of the round.
        #[oai(header = "Location")]
        String,
    ),
}

/// Progress of a round.
#[derive(ApiResponse)]
enum ProgressFound {
    /// The counts.
    #[oai(status = 200)]
    Found(Json<RoundProgressOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Rounds")]
impl RoundsApi {
    /// List rounds
    ///
    /// Newest first.
    #[oai(path = "/rounds", method = "get", operation_id = "list_rounds")]
    async fn list_rounds(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<RoundsFound, ReadFailure> {
        let request = page::request(limit.0, cursor.0.as_deref(), &"rounds")?;
        let found = rounds::read::list_rounds(&service, auth.principal(), &request).await?;
        let next_cursor = page::next(found.next, &"rounds");
        Ok(RoundsFound::Found(Json(RoundPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Make a round
    ///
    /// The population is frozen as it is now, and so are the code lists and factor tables; every enterprise asked has a
    /// return at once.
    #[oai(path = "/rounds", method = "post", operation_id = "create_round")]
    async fn create_round(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: Json<NewRoundIn>,
    ) -> Result<RoundCreated, CreateFailure> {
        let body = body.0;
        let new = NewRound {
            code: body.code.0,
            title: body.title.0,
            year: body.year,
            questionnaire: DocumentId(body.questionnaire_id),
            accepted_versions: document_ids(body.accepted_version_ids),
            opens_on: body.opens_on,
            closes_on: body.closes_on,
            population: body.population.into(),
            previous: body.previous_round_id.map(RoundId),
            warnings_must_be_justified: body.warnings_must_be_justified.unwrap_or(false),
        };
        let round = rounds::create::create_round(&service, auth.principal(), new).await?;
        let (etag, location) = (etag::of(round.version), format!("/api/v1/rounds/{}", round.id));
        Ok(RoundCreated::Created(Json(round.into()), etag, location))
    }

    /// Read a round
    ///
    /// With the documents that are frozen for it.
    #[oai(path = "/rounds/:round_id", method = "get", operation_id = "get_round")]
    async fn get_round(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
    ) -> Result<RoundFound, ReadFailure> {
        Ok(rounds::read::get_round(&service, auth.principal(), RoundId(round_id.0))
            .await?
            .into())
    }

    /// Change a round
    ///
    /// Title and dates; the questionnaire only to another version of it and only while nothing was uploaded. The population
    /// stays as it is.
    #[oai(path = "/rounds/:round_id", method = "patch", operation_id = "update_round")]
    async fn update_round(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<RoundPatch>,
    ) -> Result<RoundFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let body = body.0;
        let change = RoundChange {
            questionnaire: body.questionnaire_id.map(DocumentId),
            title: body.title.map(|title| title.0),
            opens_on: body.opens_on,
            closes_on: body.closes_on,
            warnings_must_be_justified: body.warnings_must_be_justified,
        };
        Ok(
            rounds::update::update_round(&service, auth.principal(), RoundId(round_id.0), expected, change)
                .await?
                .into(),
        )
    }

    /// Tell how far a round has come
    ///
    /// Counts of returns by state, over what the caller sees.
    #[oai(
        path = "/rounds/:round_id/progress",
        method = "get",
        operation_id = "get_round_progress"
    )]
    async fn get_round_progress(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
    ) -> Result<ProgressFound, ReadFailure> {
        let progress = rounds::read::round_progress(&service, auth.principal(), RoundId(round_id.0)).await?;
        Ok(ProgressFound::Found(Json(progress.into())))
    }
    /// Download the bulk sheet of a round
    ///
    /// One row for each enterprise asked that the caller sees, one column for each question, signed for this round: for a
    /// town or a group that fills in for many.
    #[oai(
        path = "/rounds/:round_id/bulk-template.xlsx",
        method = "get",
        operation_id = "get_round_bulk_template"
    )]
    async fn get_round_bulk_template(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Area code, of a town or of an area above it; everybody within scope when absent.
        area: Query<Option<String>>,
        /// Language of the workbook, `zh` when absent.
        language: Query<Option<TemplateLanguage>>,
        /// Rows of each table question that get columns, 3 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "10")))]
        table_rows: Query<Option<u32>>,
    ) -> Result<WorkbookFound, ReadFailure> {
        let request = BulkRequest {
            area: area.0.filter(|area| !area.is_empty()),
            language: language.0.unwrap_or_default().into(),
            table_rows: table_rows.0,
        };
        let id = RoundId(round_id.0);
        let template = templates::issue_bulk::issue_bulk_template(&service, auth.principal(), id, request).await?;
        Ok(WorkbookFound::Found(
            Binary(template.bytes),
            upload::attachment(&template.filename),
        ))
    }

    /// Download the blank form of a round
    ///
    /// For an enterprise that is not in the registry yet: signed for this round, addressed to nobody. It is registered by
    /// the credit code that is filled in.
    #[oai(
        path = "/rounds/:round_id/blank-template.xlsx",
        method = "get",
        operation_id = "get_round_blank_template"
    )]
    async fn get_round_blank_template(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Language of the workbook, `zh` when absent.
        language: Query<Option<TemplateLanguage>>,
    ) -> Result<WorkbookFound, ReadFailure> {
        let (id, language) = (RoundId(round_id.0), language.0.unwrap_or_default().into());
        let template = templates::issue_blank::issue_generic_template(&service, auth.principal(), id, language).await?;
        Ok(WorkbookFound::Found(
            Binary(template.bytes),
            upload::attachment(&template.filename),
        ))
    }
}
