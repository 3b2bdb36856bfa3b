//! A round and who is asked in it.

use chrono::NaiveDate;
use poem_openapi::{Object, types::Example};
use uuid::Uuid;

use crate::{
    api::{
        http::{
            instant::Instant,
            word::{Code, Name, Word},
        },
        registry::members::{PopulationOut, PopulationQuery},
    },
    domain::{
        document::DocumentId,
        round::{Round, RoundId, RoundProgress},
    },
    service::{
        error::ServiceError,
        rounds::{create::NewRound, update::RoundChange},
    },
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
    /// Year of the survey.
    year: i32,
    /// Identifier of the questionnaire.
    questionnaire_id: Uuid,
    /// Identifiers of older versions of the questionnaire whose templates are still accepted.
    accepted_version_ids: Vec<Uuid>,
    /// Identifiers of the code lists and factor tables frozen for the round.
    reference_ids: Vec<Uuid>,
    /// First day of the period for returns.
    opens_on: NaiveDate,
    /// Last day of the period for returns.
    closes_on: NaiveDate,
    /// Enterprises surveyed, as stated when the round was created. Later additions and removals are shown by the
    /// returns.
    population: PopulationOut,
    /// Whether all queries must be justified before a return can be submitted.
    warnings_must_be_justified: bool,
    /// Identifier of the previous round; absent if there is none.
    previous_round_id: Option<Uuid>,
    /// Version.
    version: i64,
    /// Time of creation.
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

/// A new round.
#[derive(Object)]
#[oai(rename = "NewRound", deny_unknown_fields, example)]
pub(super) struct NewRoundIn {
    /// Code, unique, 1 to 32 letters, digits or `- _ .`.
    code: Code,
    /// Title.
    title: Name,
    /// Year of the survey.
    year: i32,
    /// Identifier of the questionnaire.
    questionnaire_id: Uuid,
    /// Identifiers of older versions of the questionnaire whose templates are still accepted.
    accepted_version_ids: Option<Vec<Uuid>>,
    /// First day of the period for returns.
    opens_on: NaiveDate,
    /// Last day of the period for returns.
    closes_on: NaiveDate,
    /// Enterprises to be surveyed.
    population: PopulationOut,
    /// Identifier of the previous round, whose accepted answers are shown for reference.
    previous_round_id: Option<Uuid>,
    /// Whether all queries must be justified before a return can be submitted; false by default.
    warnings_must_be_justified: Option<bool>,
}

/// A day of the calendar, for examples.
fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

impl Example for NewRoundIn {
    fn example() -> Self {
        Self {
            code: Word("2026".to_owned()),
            title: Word("2026年两化融合发展水平调查".to_owned()),
            year: 2026,
            questionnaire_id: Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001),
            accepted_version_ids: None,
            opens_on: day(2026, 11, 1),
            closes_on: day(2026, 12, 20),
            population: PopulationOut {
                query: Some(PopulationQuery {
                    area: Some(Word("330111".to_owned())),
                    industry: Some(Word("C".to_owned())),
                    size_class: None,
                    group_id: None,
                    group_on: None,
                }),
                enterprise_ids: None,
            },
            previous_round_id: None,
            warnings_must_be_justified: Some(true),
        }
    }
}

impl TryFrom<NewRoundIn> for NewRound {
    type Error = ServiceError;

    fn try_from(new: NewRoundIn) -> Result<Self, ServiceError> {
        let accepted = new.accepted_version_ids.unwrap_or_default();
        Ok(Self {
            code: new.code.0,
            title: new.title.0,
            year: new.year,
            questionnaire: DocumentId(new.questionnaire_id),
            accepted_versions: accepted.into_iter().map(DocumentId).collect(),
            opens_on: new.opens_on,
            closes_on: new.closes_on,
            population: new.population.try_into()?,
            previous: new.previous_round_id.map(RoundId),
            warnings_must_be_justified: new.warnings_must_be_justified.unwrap_or(false),
        })
    }
}

/// Changes of a round; absent fields do not change.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct RoundPatch {
    /// Identifier of another version of the questionnaire; only while nothing has been uploaded. Templates of the
    /// previous version are still accepted.
    questionnaire_id: Option<Uuid>,
    /// Title.
    title: Option<Name>,
    /// First day of the period for returns.
    opens_on: Option<NaiveDate>,
    /// Last day of the period for returns.
    closes_on: Option<NaiveDate>,
    /// Whether all queries must be justified before a return can be submitted.
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
    /// Number of enterprises surveyed.
    population: u64,
    /// Number of enterprises without an upload.
    not_started: u64,
    /// Number of returns uploaded and not submitted.
    draft: u64,
    /// Number of returns submitted and waiting for review.
    submitted: u64,
    /// Number of returns sent back for correction.
    returned: u64,
    /// Number of returns accepted.
    accepted: u64,
    /// Number of returns removed from the round; not part of the enterprises surveyed.
    removed: u64,
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
            removed,
        } = progress;
        Self {
            population,
            not_started,
            draft,
            submitted,
            returned,
            accepted,
            removed,
        }
    }
}
