//! Mappings that a person confirmed.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::model::MappingDocument;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            failures::{ChangeFailure, CreateFailure, ReadFailure},
            instant::Instant,
            json_body::JsonBody,
            page::{self, paged},
            word::{Code, CursorText, Name},
        },
    },
    domain::{
        mapping::{MappingProfile, ProfileId},
        round::RoundId,
    },
    service::{Service, imports},
};

/// A mapping confirmed by a person.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewMappingProfile {
    /// Name, unique for the questionnaire.
    name: Name,
    /// Identifier of the round whose questionnaire the mapping is for.
    round_id: Uuid,
    /// The mapping.
    mapping: MappingDocument,
}

/// A mapping profile.
#[derive(Object)]
#[oai(rename = "MappingProfile")]
struct ProfileOut {
    /// Identifier.
    id: Uuid,
    /// Name.
    name: String,
    /// Code of the questionnaire.
    questionnaire: String,
    /// The mapping.
    mapping: MappingDocument,
    /// Version.
    version: i64,
    /// Name of the user who created the profile.
    created_by: String,
    /// Time of creation.
    created_at: Instant,
    /// Time of the last change.
    updated_at: Instant,
}

impl From<MappingProfile> for ProfileOut {
    fn from(profile: MappingProfile) -> Self {
        Self {
            id: profile.id.0,
            name: profile.name,
            questionnaire: profile.questionnaire,
            mapping: profile.mapping.into(),
            version: profile.version,
            created_by: profile.created_by,
            created_at: profile.created_at.into(),
            updated_at: profile.updated_at.into(),
        }
    }
}

paged! {
    /// A page of mapping profiles.
    MappingProfilePage as ProfilesFound {
        /// The mapping profiles, sorted by name.
        items: ProfileOut,
    }
}

/// One mapping profile.
#[derive(ApiResponse)]
enum ProfileFound {
    /// The profile.
    #[oai(status = 200)]
    Found(
        Json<ProfileOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<MappingProfile> for ProfileFound {
    fn from(profile: MappingProfile) -> Self {
        let etag = etag::of(profile.version);
        Self::Found(Json(profile.into()), etag)
    }
}

/// A mapping profile was made.
#[derive(ApiResponse)]
enum ProfileCreated {
    /// The profile.
    #[oai(status = 201)]
    Created(
        Json<ProfileOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
        /// URL of the profile.
        #[oai(header = "Location")]
        String,
    ),
}

/// Operations on mapping profiles.
#[derive(Default)]
pub struct MappingProfilesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Imports")]
impl MappingProfilesApi {
    /// List mapping profiles
    ///
    /// Sorted by name, for one questionnaire or for all.
    #[oai(path = "/mapping-profiles", method = "get", operation_id = "list_mapping_profiles")]
    async fn list_mapping_profiles(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Code of the questionnaire.
        questionnaire: Query<Option<Code>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ProfilesFound, ReadFailure> {
        let questionnaire = questionnaire.0.map(|code| code.0);
        let list = ("mapping_profiles", &questionnaire);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let code = questionnaire.as_deref();
        let found = imports::mapping_profiles::list_profiles(&service, auth.principal(), code, &asked.request).await?;
        Ok(ProfilesFound::of(found, &asked)?)
    }

    /// Create a mapping profile
    ///
    /// Saves a mapping confirmed by the caller. Every code and place is checked against the questionnaire of the round.
    #[oai(path = "/mapping-profiles", method = "post", operation_id = "create_mapping_profile")]
    async fn create_mapping_profile(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewMappingProfile>,
    ) -> Result<ProfileCreated, CreateFailure> {
        let NewMappingProfile {
            name,
            round_id,
            mapping,
        } = body.0;
        let round = RoundId(round_id);
        let profile =
            imports::mapping_profiles::create_profile(&service, auth.principal(), round, name.0, mapping.into())
                .await?;
        let (etag, location) = (
            etag::of(profile.version),
            format!("/api/v1/mapping-profiles/{}", profile.id),
        );
        Ok(ProfileCreated::Created(Json(profile.into()), etag, location))
    }

    /// Get a mapping profile
    ///
    /// Returns the mapping with its version.
    #[oai(
        path = "/mapping-profiles/:profile_id",
        method = "get",
        operation_id = "get_mapping_profile"
    )]
    async fn get_mapping_profile(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        profile_id: Path<Uuid>,
    ) -> Result<ProfileFound, ReadFailure> {
        let id = ProfileId(profile_id.0);
        Ok(imports::mapping_profiles::get_profile(&service, auth.principal(), id)
            .await?
            .into())
    }

    /// Replace a mapping profile
    ///
    /// Available to officers responsible for the same area or for the county. Imports already started keep their
    /// mapping.
    #[oai(
        path = "/mapping-profiles/:profile_id",
        method = "put",
        operation_id = "replace_mapping_profile"
    )]
    async fn replace_mapping_profile(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        profile_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<NewMappingProfile>,
    ) -> Result<ProfileFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let NewMappingProfile {
            name,
            round_id,
            mapping,
        } = body.0;
        let (id, round) = (ProfileId(profile_id.0), RoundId(round_id));
        let content = (name.0, mapping.into());
        let profile =
            imports::mapping_profiles::update_profile(&service, auth.principal(), id, expected, round, content).await?;
        Ok(profile.into())
    }
}
