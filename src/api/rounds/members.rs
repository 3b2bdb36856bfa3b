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

/// Enterprises to add to a round.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewMembers {
    /// Enterprises: either `query` or `enterprise_ids`.
    population: PopulationOut,
    /// Reason, recorded in the events of every return.
    reason: Prose,
    /// Dry run: the outcome is reported and nothing is stored. False by default.
    dry_run: Option<bool>,
}

/// Enterprises to remove from a round.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RemovedMembers {
    /// Enterprises: either `query` or `enterprise_ids`.
    population: PopulationOut,
    /// Reason, recorded in the events of every return.
    reason: Prose,
    /// Whether to remove enterprises that have already uploaded data as well. Their data stays on record and no longer
    /// counts. False by default.
    including_answered: Option<bool>,
    /// Dry run: the outcome is reported and nothing is stored. False by default.
    dry_run: Option<bool>,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Rounds")]
impl RoundMembersApi {
    /// Add enterprises to a round
    ///
    /// Adds one enterprise, several, or all that a query selects. Each has a return at once and can download its
    /// template. An enterprise removed earlier is restored with its return in the previous state. Requires a reason,
    /// which is recorded with the user and the time.
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

    /// Remove enterprises from a round
    ///
    /// Removes one enterprise, several, or all that a query selects. An enterprise that has already uploaded data is
    /// refused unless `including_answered` is true. The return gets the state `removed`: it stays on record with all
    /// revisions and counts neither in the progress nor in runs. Requires a reason, which is recorded with the user and
    /// the time.
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

    /// Add or remove enterprises of a round by a list
    ///
    /// The request body is a spreadsheet in any readable format with a column of unified social credit codes (统一社会信用代码)
    /// or names (企业名称); a title above the column names is allowed. Returns the outcome for every row.
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
        /// Whether the enterprises are added or removed.
        change: Query<MemberChangeName>,
        /// Reason, recorded in the events of every return.
        reason: Query<Prose>,
        /// Whether to remove enterprises that have already uploaded data as well; false by default.
        including_answered: Query<Option<bool>>,
        /// Dry run: the outcome is reported and nothing is stored. False by default.
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
