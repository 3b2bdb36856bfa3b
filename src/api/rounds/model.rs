//! A round and who is asked in it.

use chrono::NaiveDate;
use poem_openapi::Object;
use uuid::Uuid;

use crate::{
    api::{
        http::{
            instant::Instant,
            word::{Code, Name, Word},
        },
        registry::size_class::SizeClassName,
    },
    domain::{
        document::DocumentId,
        enterprise::{EnterpriseFilter, EnterpriseId},
        round::{Population, Round, RoundId, RoundProgress},
    },
    service::rounds::{create::NewRound, update::RoundChange},
};

/// A round.
#[derive(Object)]
#[oai(rename = "Round", skip_serializing_if_is_none)]
pub(super) struct RoundOut {
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
    /// Enterprises surveyed, as stated.
    population: PopulationOut,
    /// Whether all warnings must be justified before a return can be submitted.
    warnings_must_be_justified: bool,
    /// The round before.
    previous_round_id: Option<Uuid>,
    /// Version.
    version: i64,
    /// When it was created.
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

/// Enterprises surveyed: give either a query or a list of ids.
#[derive(Object)]
#[oai(rename = "Population", skip_serializing_if_is_none, deny_unknown_fields)]
struct PopulationOut {
    /// All enterprises that match the query.
    query: Option<PopulationQuery>,
    /// These enterprises.
    enterprise_ids: Option<Vec<Uuid>>,
}

/// A query over the registry. Without conditions it matches all enterprises.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
struct PopulationQuery {
    /// Area code, of a town or of an area above it.
    area: Option<Code>,
    /// Beginning of the industry code.
    industry: Option<Code>,
    /// Size class.
    size_class: Option<SizeClassName>,
}

impl From<Population> for PopulationOut {
    fn from(population: Population) -> Self {
        match population {
            Population::Query(filter) => Self {
                query: Some(PopulationQuery {
                    area: filter.area.map(Word),
                    industry: filter.industry.map(Word),
                    size_class: filter.size_class.as_deref().and_then(SizeClassName::named),
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
                    size_class: query.size_class.map(|class| class.name().to_owned()),
                    active: Some(true),
                })
            }
        }
    }
}

/// A new round.
#[derive(Object)]
#[oai(rename = "NewRound", deny_unknown_fields)]
pub(super) struct NewRoundIn {
    /// Code, unique, 1 to 32 letters, digits or `- _ .`.
    code: Code,
    /// Title.
    title: Name,
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
    /// Enterprises surveyed.
    population: PopulationOut,
    /// The round before, whose accepted answers are shown for reference.
    previous_round_id: Option<Uuid>,
    /// Whether all warnings must be justified before a return can be submitted; false when absent.
    warnings_must_be_justified: Option<bool>,
}

impl From<NewRoundIn> for NewRound {
    fn from(new: NewRoundIn) -> Self {
        let accepted = new.accepted_version_ids.unwrap_or_default();
        Self {
            code: new.code.0,
            title: new.title.0,
            year: new.year,
            questionnaire: DocumentId(new.questionnaire_id),
            accepted_versions: accepted.into_iter().map(DocumentId).collect(),
            opens_on: new.opens_on,
            closes_on: new.closes_on,
            population: new.population.into(),
            previous: new.previous_round_id.map(RoundId),
            warnings_must_be_justified: new.warnings_must_be_justified.unwrap_or(false),
        }
    }
}

/// Changes of a round; absent members do not change.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct RoundPatch {
    /// Another version of the questionnaire; only while nothing has been uploaded. Templates of the previous version
    /// are still accepted.
    questionnaire_id: Option<Uuid>,
    /// Title.
    title: Option<Name>,
    /// First day for returns.
    opens_on: Option<NaiveDate>,
    /// Last day for returns.
    closes_on: Option<NaiveDate>,
    /// Whether all warnings must be justified before a return can be submitted.
    warnings_must_be_justified: Option<bool>,
}

impl From<RoundPatch> for RoundChange {
    fn from(patch: RoundPatch) -> Self {
        Self {
            questionnaire: patch.questionnaire_id.map(DocumentId),
            title: patch.title.map(|title| title.0),
            opens_on: patch.opens_on,
            closes_on: patch.closes_on,
            warnings_must_be_justified: patch.warnings_must_be_justified,
        }
    }
}

/// Progress of a round, limited to the caller's scope.
#[derive(Object)]
#[oai(rename = "RoundProgress")]
pub(super) struct RoundProgressOut {
    /// Enterprises surveyed.
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
