//! Rounds.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::model::{NewRoundIn, RoundOut, RoundPatch, RoundProgressOut};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            failures::{ChangeFailure, CreateFailure, ReadFailure},
            json_body::JsonBody,
            page::{self, paged},
            word::CursorText,
        },
    },
    domain::round::{Round, RoundId},
    service::{Service, rounds},
};

/// Round operations.
#[derive(Default)]
pub struct RoundsApi;

paged! {
    /// A page of rounds.
    RoundPage as RoundsFound {
        /// The rounds, from newest to oldest.
        items: RoundOut,
    }
}

/// One round.
#[derive(ApiResponse)]
enum RoundFound {
    /// The round.
    #[oai(status = 200)]
    Found(
        Json<RoundOut>,
        /// Version, to be sent in If-Match.
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
    /// Created.
    #[oai(status = 201)]
    Created(
        Json<RoundOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
        /// URL of the round.
        #[oai(header = "Location")]
        String,
    ),
}

/// Progress of a round.
#[derive(ApiResponse)]
enum ProgressFound {
    /// The number of returns in each state.
    #[oai(status = 200)]
    Found(Json<RoundProgressOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Rounds")]
impl RoundsApi {
    /// List rounds
    ///
    /// Sorted from newest to oldest.
    #[oai(path = "/rounds", method = "get", operation_id = "list_rounds")]
    async fn list_rounds(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<RoundsFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"rounds")?;
        let found = rounds::read::list_rounds(&service, auth.principal(), &asked.request).await?;
        Ok(RoundsFound::of(found, &asked)?)
    }

    /// Create a round
    ///
    /// Available to administrators. Required fields: `code`, `title`, `year`, `questionnaire_id`, `opens_on`,
    /// `closes_on` and `population`: either `{"query": {…}}` (by area, industry, size class or group) or
    /// `{"enterprise_ids": […]}`; `{}` surveys every active enterprise. Freezes the population, the code lists and the
    /// factor tables as they are now, and creates one return for each enterprise surveyed.
    #[oai(path = "/rounds", method = "post", operation_id = "create_round")]
    async fn create_round(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewRoundIn>,
    ) -> Result<RoundCreated, CreateFailure> {
        let round = rounds::create::create_round(&service, auth.principal(), body.0.try_into()?).await?;
        let (etag, location) = (etag::of(round.version), format!("/api/v1/rounds/{}", round.id));
        Ok(RoundCreated::Created(Json(round.into()), etag, location))
    }

    /// Get a round
    ///
    /// Returns the round with the documents frozen for it.
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

    /// Update a round
    ///
    /// Changes the title and the dates. The questionnaire can only be changed to another version of itself, and only
    /// while nothing has been uploaded. The population does not change.
    #[oai(path = "/rounds/:round_id", method = "patch", operation_id = "update_round")]
    async fn update_round(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<RoundPatch>,
    ) -> Result<RoundFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let change = body.0.into();
        Ok(
            rounds::update::update_round(&service, auth.principal(), RoundId(round_id.0), expected, change)
                .await?
                .into(),
        )
    }

    /// Get the progress of a round
    ///
    /// Returns the number of returns in each state, limited to the caller's scope.
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
}
