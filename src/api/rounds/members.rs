//! Enterprises that come into a round and go out of it.

use std::sync::Arc;

use poem::{Body, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Binary,
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CreateFailure, UploadFailure},
            json_body::JsonBody,
            upload,
            word::Prose,
        },
        registry::members::{MemberChangeName, MembersChanged, PopulationOut},
    },
    domain::round::RoundId,
    service::{
        Service,
        population::{
            change_members::{ChangeRequest, MemberChange, change_members},
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
