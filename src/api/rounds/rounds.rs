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
            json_body::JsonBody,
            page::{self, paged},
            problem::{ChangeFailure, CreateFailure, ReadFailure},
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
        /// The rounds, newest first.
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
        cursor: Query<Option<CursorText>>,
    ) -> Result<RoundsFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"rounds")?;
        let found = rounds::read::list_rounds(&service, auth.principal(), &asked.request).await?;
        Ok(RoundsFound::of(found, &asked)?)
    }

    /// Create a round
    ///
    /// For the administrator. Needed are `code`, `title`, `year`, `questionnaire_id`, `opens_on`, `closes_on` and
    /// `population`: either `{"query": {…}}` (by area, industry, size class) or `{"enterprise_ids": […]}`; `{}` asks every
    /// active enterprise. The population is frozen as it is now, and so are the code lists and factor tables; every enterprise asked has a
    /// return at once.
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
}
