//! Which enterprises are meant, and what became of each: of rounds and of groups alike.

use chrono::NaiveDate;
use poem_openapi::{ApiResponse, Enum, Object, payload::Json};
use uuid::Uuid;

use super::size_class::SizeClassName;
use crate::{
    api::http::{
        problem::Bilingual,
        word::{Code, Word},
    },
    domain::{
        enterprise::{EnterpriseFilter, EnterpriseId},
        enterprise_group::{GroupId, InGroup},
        round::Population,
    },
    service::{
        error::{Fault, ServiceError, codes},
        population::change_members::{MemberOutcome, MemberReport, Outcome},
    },
};

/// Enterprises surveyed: either `query` or `enterprise_ids`. Without either, every active enterprise.
#[derive(Object)]
#[oai(rename = "Population", skip_serializing_if_is_none, deny_unknown_fields)]
pub(in crate::api) struct PopulationOut {
    /// All enterprises that match the query.
    pub(in crate::api) query: Option<PopulationQuery>,
    /// Identifiers of the enterprises.
    pub(in crate::api) enterprise_ids: Option<Vec<Uuid>>,
}

/// Query over the registry. Without conditions, it matches all enterprises.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
pub(in crate::api) struct PopulationQuery {
    /// Area code of a town or of a higher area.
    pub(in crate::api) area: Option<Code>,
    /// Beginning of the industry code, such as `C`, `C38` or `C3831`.
    pub(in crate::api) industry: Option<Code>,
    /// Size class.
    pub(in crate::api) size_class: Option<SizeClassName>,
    /// Identifier of a group of enterprises, such as a cluster, the key enterprises of a year or a park.
    pub(in crate::api) group_id: Option<Uuid>,
    /// Date of membership in the group; today by default.
    pub(in crate::api) group_on: Option<NaiveDate>,
}

impl From<Population> for PopulationOut {
    fn from(population: Population) -> Self {
        match population {
            Population::Query(filter) => Self {
                query: Some(PopulationQuery {
                    area: filter.area.map(Word),
                    industry: filter.industry.map(Word),
                    size_class: filter.size_class.as_deref().and_then(SizeClassName::named),
                    group_id: filter.group.map(|group| group.id.0),
                    group_on: filter.group.and_then(|group| group.on),
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

impl TryFrom<PopulationOut> for Population {
    type Error = ServiceError;

    /// Neither of them means everybody who is active.
    fn try_from(population: PopulationOut) -> Result<Self, ServiceError> {
        Ok(match (population.enterprise_ids, population.query) {
            (Some(_), Some(_)) => {
                let fault = Fault::at("/population", codes::rounds::POPULATION_TWICE);
                return Err(ServiceError::new(codes::rounds::INVALID).with_faults([fault]));
            }
            (Some(ids), None) => Self::List(ids.into_iter().map(EnterpriseId).collect()),
            (None, query) => {
                let query = query.unwrap_or(PopulationQuery {
                    area: None,
                    industry: None,
                    size_class: None,
                    group_id: None,
                    group_on: None,
                });
                Self::Query(EnterpriseFilter {
                    search: None,
                    area: query.area.map(|word| word.0),
                    industry: query.industry.map(|word| word.0),
                    size_class: query.size_class.map(|class| class.name().to_owned()),
                    active: Some(true),
                    group: query.group_id.map(|id| InGroup {
                        id: GroupId(id),
                        on: query.group_on,
                    }),
                })
            }
        })
    }
}

/// Change of the members: add or remove enterprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(in crate::api) enum MemberChangeName {
    /// They are added.
    Add,
    /// They are taken out.
    Remove,
}

/// Outcome for an enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(in crate::api) enum MemberOutcomeName {
    /// It belongs to the round, where it has a return from now on, or to the group.
    Added,
    /// It had been taken out and is asked again; its return stands as it stood.
    Restored,
    /// It no longer belongs to the round or group.
    Removed,
    /// It already was as wanted.
    Unchanged,
    /// Nothing was done; `message` says why.
    Refused,
}

impl From<Outcome> for MemberOutcomeName {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Added => Self::Added,
            Outcome::Restored => Self::Restored,
            Outcome::Removed => Self::Removed,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Refused => Self::Refused,
        }
    }
}

/// Outcome for an enterprise.
#[derive(Object)]
#[oai(rename = "MemberOutcome", skip_serializing_if_is_none)]
pub(in crate::api) struct MemberOutcomeOut {
    /// Row of the uploaded list; absent without a list.
    row: Option<usize>,
    /// Identifier of the enterprise; absent if it is unknown.
    enterprise_id: Option<Uuid>,
    /// Unified social credit code; as given in the request if it is not in the registry.
    uscc: String,
    /// Name; as given in the request if it is not in the registry.
    name: String,
    /// Identifier of the return of the enterprise.
    return_id: Option<Uuid>,
    /// Outcome.
    outcome: MemberOutcomeName,
    /// Stable code of the reason for the refusal.
    code: Option<String>,
    /// Reason for the refusal and the action to take.
    message: Option<Bilingual>,
}

impl From<MemberOutcome> for MemberOutcomeOut {
    fn from(one: MemberOutcome) -> Self {
        let (code, message) = one.fault.map(|fault| (fault.code, fault.message.into())).unzip();
        Self {
            row: one.row,
            enterprise_id: one.enterprise.map(|id| id.0),
            uscc: one.uscc,
            name: one.name,
            return_id: one.survey_return.map(|id| id.0),
            outcome: one.outcome.into(),
            code,
            message,
        }
    }
}

/// Outcome for each enterprise.
#[derive(Object)]
#[oai(rename = "MemberReport")]
pub(in crate::api) struct MemberReportOut {
    /// Number of enterprises added.
    added: usize,
    /// Number of enterprises restored to a round from which they had been removed.
    restored: usize,
    /// Number of enterprises removed.
    removed: usize,
    /// Number of enterprises that required no change.
    unchanged: usize,
    /// Number of enterprises refused.
    refused: usize,
    /// Outcome for every enterprise, in the order of the list or by credit code.
    items: Vec<MemberOutcomeOut>,
}

impl From<MemberReport> for MemberReportOut {
    fn from(report: MemberReport) -> Self {
        Self {
            added: report.count(Outcome::Added),
            restored: report.count(Outcome::Restored),
            removed: report.count(Outcome::Removed),
            unchanged: report.count(Outcome::Unchanged),
            refused: report.count(Outcome::Refused),
            items: report.outcomes.into_iter().map(Into::into).collect(),
        }
    }
}

/// Outcome for each enterprise.
#[derive(ApiResponse)]
pub(in crate::api) enum MembersChanged {
    /// The outcome for each enterprise.
    #[oai(status = 200)]
    Changed(Json<MemberReportOut>),
}

impl From<MemberReport> for MembersChanged {
    fn from(report: MemberReport) -> Self {
        Self::Changed(Json(report.into()))
    }
}
