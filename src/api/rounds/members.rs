//! Enterprises that come into a round and go out of it.

use std::sync::Arc;

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};
use uuid::Uuid;

use super::model::PopulationOut;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            json_body::JsonBody,
            problem::{Bilingual, CreateFailure, UploadFailure},
            upload,
            word::Prose,
        },
    },
    domain::round::RoundId,
    service::{
        Service,
        population::{
            change_members::{ChangeRequest, MemberChange, MemberOutcome, MemberReport, Outcome, change_members},
            named::Named,
        },
    },
};

/// Operations on the enterprises of a round.
#[derive(Default)]
pub struct RoundMembersApi;

/// Enterprises to be added to a round.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewMembers {
    /// Enterprises: give either a query or a list of identifiers.
    population: PopulationOut,
    /// Why; recorded in the events of every return.
    reason: Prose,
    /// Report only, write nothing; no when absent.
    dry_run: Option<bool>,
}

/// Enterprises to be taken out of a round.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RemovedMembers {
    /// Enterprises: give either a query or a list of identifiers.
    population: PopulationOut,
    /// Why; recorded in the events of every return.
    reason: Prose,
    /// Take out those too that have handed in something. Their data stays on record and no longer counts. No when absent.
    including_answered: Option<bool>,
    /// Report only, write nothing; no when absent.
    dry_run: Option<bool>,
}

/// What a list does to a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum MemberChangeName {
    /// Its enterprises are added.
    Add,
    /// Its enterprises are taken out.
    Remove,
}

/// Outcome for an enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum MemberOutcomeName {
    /// It is asked from now on and has a return.
    Added,
    /// It had been taken out and is asked again; its return stands as it stood.
    Restored,
    /// It is asked no longer.
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

/// What became of an enterprise.
#[derive(Object)]
#[oai(rename = "MemberOutcome", skip_serializing_if_is_none)]
struct MemberOutcomeOut {
    /// Row of the uploaded list.
    row: Option<usize>,
    /// The enterprise, where it is known.
    enterprise_id: Option<Uuid>,
    /// Credit code; as written where the registry does not know it.
    uscc: String,
    /// Name; as written where the registry does not know it.
    name: String,
    /// Its return.
    return_id: Option<Uuid>,
    /// Outcome.
    outcome: MemberOutcomeName,
    /// Stable code of why it was refused.
    code: Option<String>,
    /// Why it was refused and what to do.
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

/// What became of each enterprise.
#[derive(Object)]
#[oai(rename = "MemberReport")]
struct MemberReportOut {
    /// Added to the round.
    added: usize,
    /// Put back into the round.
    restored: usize,
    /// Taken out of the round.
    removed: usize,
    /// Already as wanted.
    unchanged: usize,
    /// Refused.
    refused: usize,
    /// Every enterprise, in the order of the list or by credit code.
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

/// What became of each enterprise.
#[derive(ApiResponse)]
enum MembersChanged {
    /// The outcome of each.
    #[oai(status = 200)]
    Changed(Json<MemberReportOut>),
}

impl From<MemberReport> for MembersChanged {
    fn from(report: MemberReport) -> Self {
        Self::Changed(Json(report.into()))
    }
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Rounds")]
impl RoundMembersApi {
    /// Add enterprises to a round
    ///
    /// One, several, or all of a query; each has a return at once and can download its template. One that was taken out
    /// before is put back and its return stands as it stood. Needs a reason, which is recorded with who and when.
    #[oai(
        path = "/rounds/:round_id/members",
        method = "post",
        operation_id = "create_round_members"
    )]
    async fn create_round_members(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        body: JsonBody<NewMembers>,
    ) -> Result<MembersChanged, CreateFailure> {
        let request = ChangeRequest {
            change: MemberChange::Add,
            named: Named::Population(body.0.population.try_into()?),
            reason: body.0.reason.0,
            dry_run: body.0.dry_run.unwrap_or(false),
        };
        Ok(change_members(&service, auth.principal(), RoundId(round_id.0), request)
            .await?
            .into())
    }

    /// Take enterprises out of a round
    ///
    /// One, several, or all of a query. One that has handed in something is refused unless `including_answered` says
    /// otherwise. Its return gets the state `removed`: it stays on record with all revisions, and counts neither in the
    /// progress nor in runs. Needs a reason, which is recorded with who and when.
    #[oai(
        path = "/rounds/:round_id/members/remove",
        method = "post",
        operation_id = "delete_round_members"
    )]
    async fn delete_round_members(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        body: JsonBody<RemovedMembers>,
    ) -> Result<MembersChanged, CreateFailure> {
        let request = ChangeRequest {
            change: MemberChange::Remove {
                including_answered: body.0.including_answered.unwrap_or(false),
            },
            named: Named::Population(body.0.population.try_into()?),
            reason: body.0.reason.0,
            dry_run: body.0.dry_run.unwrap_or(false),
        };
        Ok(change_members(&service, auth.principal(), RoundId(round_id.0), request)
            .await?
            .into())
    }

    /// Change the enterprises of a round by a list
    ///
    /// The raw body is a spreadsheet of any readable format with a column of credit codes (统一社会信用代码) or of names
    /// (企业名称); a title may stand above. The outcome of every row is told.
    #[oai(
        path = "/rounds/:round_id/members/imports",
        method = "post",
        operation_id = "import_round_members"
    )]
    async fn import_round_members(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Whether the enterprises are added or taken out.
        change: Query<MemberChangeName>,
        /// Why; recorded in the events of every return.
        reason: Query<Prose>,
        /// Take out those too that have handed in something; no when absent.
        including_answered: Query<Option<bool>>,
        /// Report only, write nothing.
        dry_run: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<MembersChanged, UploadFailure> {
        let request = ChangeRequest {
            change: match change.0 {
                MemberChangeName::Add => MemberChange::Add,
                MemberChangeName::Remove => MemberChange::Remove {
                    including_answered: including_answered.0.unwrap_or(false),
                },
            },
            named: Named::List(upload::read(&service, body.0).await?),
            reason: reason.0.0,
            dry_run: dry_run.0.unwrap_or(false),
        };
        Ok(change_members(&service, auth.principal(), RoundId(round_id.0), request)
            .await?
            .into())
    }
}
