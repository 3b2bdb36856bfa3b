//! Groups of enterprises: clusters, key enterprises, parks.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::{Binary, Json},
};
use uuid::Uuid;

use super::members::{MemberChangeName, MembersChanged, PopulationOut};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            failures::{ChangeFailure, CreateFailure, ReadFailure, UploadFailure},
            instant::Instant,
            json_body::JsonBody,
            page::{self, paged},
            upload,
            word::{Code, CursorText},
        },
    },
    domain::enterprise_group::GroupId,
    service::{
        Service,
        population::{
            groups::{
                CountedGroup, GroupChange, GroupMembersRequest, NewGroup, change_group_members, create_group,
                get_group, list_groups, update_group,
            },
            named::Named,
        },
    },
};

/// Operations on groups of enterprises.
#[derive(Default)]
pub struct GroupsApi;

/// A group of enterprises.
#[derive(Object)]
#[oai(rename = "EnterpriseGroup", skip_serializing_if_is_none)]
struct GroupOut {
    /// Identifier.
    id: Uuid,
    /// Kind, as named by the bureau: 块状经济, 重点企业, 园区.
    kind: String,
    /// Name, unique within its kind.
    name: String,
    /// Start date of the group.
    starts_on: NaiveDate,
    /// End date of the group; absent if it has no end.
    ends_on: Option<NaiveDate>,
    /// Number of current members within the caller's scope.
    members: u64,
    /// Name of the user who created the group.
    created_by: String,
    /// Version.
    version: i64,
    /// Time of creation.
    created_at: Instant,
}

impl From<CountedGroup> for GroupOut {
    fn from(counted: CountedGroup) -> Self {
        let CountedGroup { group, members } = counted;
        Self {
            id: group.id.0,
            kind: group.kind,
            name: group.name,
            starts_on: group.starts_on,
            ends_on: group.ends_on,
            members,
            created_by: group.created_by,
            version: group.version,
            created_at: group.created_at.into(),
        }
    }
}

/// A new group.
#[derive(Object)]
#[oai(rename = "NewEnterpriseGroup", deny_unknown_fields)]
struct NewGroupIn {
    /// Kind, as named by the bureau, such as 块状经济, 重点企业 or 园区; at most 40 characters.
    kind: Code,
    /// Name, unique within its kind; at most 100 characters.
    name: Code,
    /// Start date of the group.
    starts_on: NaiveDate,
    /// End date of the group; absent if it has no end.
    ends_on: Option<NaiveDate>,
}

/// Changes of a group; absent fields do not change.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EnterpriseGroupPatch {
    /// Name.
    name: Option<Code>,
    /// End date of the group.
    ends_on: Option<NaiveDate>,
}

/// A change of the members of a group.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct GroupMembersChange {
    /// Whether the enterprises are added or removed.
    change: MemberChangeName,
    /// Enterprises: either `query` or `enterprise_ids`.
    population: PopulationOut,
    /// First day of the membership, or, for a removal, first day without it; today by default.
    on: Option<NaiveDate>,
    /// Dry run: the outcome is reported and nothing is stored. False by default.
    dry_run: Option<bool>,
}

paged! {
    /// A page of groups.
    EnterpriseGroupPage as GroupsListed {
        /// The groups, sorted by name.
        items: GroupOut,
    }
}

/// One group.
#[derive(ApiResponse)]
enum GroupFound {
    /// The group.
    #[oai(status = 200)]
    Found(
        Json<GroupOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<CountedGroup> for GroupFound {
    fn from(counted: CountedGroup) -> Self {
        let etag = etag::of(counted.group.version);
        Self::Found(Json(counted.into()), etag)
    }
}

/// A group was made.
#[derive(ApiResponse)]
enum GroupCreated {
    /// Created.
    #[oai(status = 201)]
    Created(
        Json<GroupOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
        /// URL of the group.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Registry")]
impl GroupsApi {
    /// List groups of enterprises
    ///
    /// Sorted by name, each with the number of its current members within the caller's scope.
    #[oai(path = "/enterprise-groups", method = "get", operation_id = "list_enterprise_groups")]
    async fn list_enterprise_groups(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by kind of group.
        group_kind: Query<Option<Code>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<GroupsListed, ReadFailure> {
        let kind = group_kind.0.map(|word| word.0);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &("enterprise_groups", &kind))?;
        let found = list_groups(&service, auth.principal(), kind.as_deref(), &asked.request).await?;
        Ok(GroupsListed::of(found, &asked)?)
    }

    /// Create a group of enterprises
    ///
    /// Creates a group such as a cluster (块状经济), the key enterprises (重点企业) of a year or a park (园区); the bureau
    /// chooses the name of the kind. Members are added afterwards.
    #[oai(
        path = "/enterprise-groups",
        method = "post",
        operation_id = "create_enterprise_group"
    )]
    async fn create_enterprise_group(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewGroupIn>,
    ) -> Result<GroupCreated, CreateFailure> {
        let new = NewGroup {
            kind: body.0.kind.0,
            name: body.0.name.0,
            starts_on: body.0.starts_on,
            ends_on: body.0.ends_on,
        };
        let counted = create_group(&service, auth.principal(), new).await?;
        let (etag, location) = (
            etag::of(counted.group.version),
            format!("/api/v1/enterprise-groups/{}", counted.group.id),
        );
        Ok(GroupCreated::Created(Json(counted.into()), etag, location))
    }

    /// Get a group of enterprises
    ///
    /// Returns the group with the number of its current members within the caller's scope. `GET /enterprises?group_id=`
    /// lists the members.
    #[oai(
        path = "/enterprise-groups/:group_id",
        method = "get",
        operation_id = "get_enterprise_group"
    )]
    async fn get_enterprise_group(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        group_id: Path<Uuid>,
    ) -> Result<GroupFound, ReadFailure> {
        Ok(get_group(&service, auth.principal(), GroupId(group_id.0)).await?.into())
    }

    /// Update a group of enterprises
    ///
    /// Changes the name or the end date. From the following day the group has no members; earlier memberships stay on
    /// record.
    #[oai(
        path = "/enterprise-groups/:group_id",
        method = "patch",
        operation_id = "update_enterprise_group"
    )]
    async fn update_enterprise_group(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        group_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<EnterpriseGroupPatch>,
    ) -> Result<GroupFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let change = GroupChange {
            name: body.0.name.map(|name| name.0),
            ends_on: body.0.ends_on,
        };
        let id = GroupId(group_id.0);
        Ok(update_group(&service, auth.principal(), id, expected, change)
            .await?
            .into())
    }

    /// Add or remove members of a group
    ///
    /// Adds enterprises to the group, or ends their membership, from a given day. Earlier memberships stay on record
    /// with their dates.
    #[oai(
        path = "/enterprise-groups/:group_id/members",
        method = "post",
        operation_id = "update_group_members"
    )]
    async fn update_group_members(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        group_id: Path<Uuid>,
        body: JsonBody<GroupMembersChange>,
    ) -> Result<MembersChanged, CreateFailure> {
        let request = GroupMembersRequest {
            add: body.0.change == MemberChangeName::Add,
            named: Named::Population(body.0.population.try_into()?),
            on: body.0.on,
            dry_run: body.0.dry_run.unwrap_or(false),
        };
        let id = GroupId(group_id.0);
        Ok(change_group_members(&service, auth.principal(), id, request)
            .await?
            .into())
    }

    /// Add or remove members of a group by a list
    ///
    /// The request body is a spreadsheet in any readable format with a column of unified social credit codes (统一社会信用代码)
    /// or names (企业名称); a title above the column names is allowed. Returns the outcome for every row.
    #[oai(
        path = "/enterprise-groups/:group_id/members/imports",
        method = "post",
        operation_id = "import_group_members"
    )]
    async fn import_group_members(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        group_id: Path<Uuid>,
        /// Whether the enterprises are added or removed.
        change: Query<MemberChangeName>,
        /// First day of the membership, or, for a removal, first day without it; today by default.
        on: Query<Option<NaiveDate>>,
        /// Dry run: the outcome is reported and nothing is stored. False by default.
        dry_run: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<MembersChanged, UploadFailure> {
        let request = GroupMembersRequest {
            add: change.0 == MemberChangeName::Add,
            named: Named::List(upload::read(&service, body.0).await?),
            on: on.0,
            dry_run: dry_run.0.unwrap_or(false),
        };
        let id = GroupId(group_id.0);
        Ok(change_group_members(&service, auth.principal(), id, request)
            .await?
            .into())
    }
}
