//! Groups of enterprises and who belongs to them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    enterprise_group, enterprise_group_member,
    prelude::{EnterpriseGroup as GroupEntity, EnterpriseGroupMember as MemberEntity},
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, JoinType, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    RelationTrait as _, Set,
    sea_query::{Expr, SelectStatement},
};
use uuid::Uuid;

use super::{Connection, StoreError, insert::insert_all, keyset, scope, version};
use crate::domain::{
    access::Scope,
    count::count,
    enterprise::EnterpriseId,
    enterprise_group::{EnterpriseGroup, GroupId, InGroup},
    page::{Cursor, Page, PageRequest},
};

/// Members of one statement, far below what it may bind.
const AT_ONCE: usize = 1000;

/// Adds a group. Duplicate `enterprise_group`.
pub async fn insert_group(conn: &impl Connection, group: &EnterpriseGroup) -> Result<(), StoreError> {
    GroupEntity::insert(row(group)).exec_without_returning(conn).await?;
    Ok(())
}

/// The group with this identifier.
pub async fn find_group(conn: &impl Connection, id: GroupId) -> Result<EnterpriseGroup, StoreError> {
    let found = GroupEntity::find_by_id(id.0).one(conn).await?;
    found.map(group).ok_or(StoreError::NotFound)
}

/// Groups by name, of one kind where it is stated.
pub async fn list_groups(
    conn: &impl Connection,
    kind: Option<&str>,
    page: &PageRequest,
) -> Result<Page<EnterpriseGroup>, StoreError> {
    let of_kind = Condition::all().add_option(kind.map(|kind| enterprise_group::Column::Kind.eq(kind)));
    let select = GroupEntity::find().filter(of_kind);
    let select = keyset::ascending(
        select,
        enterprise_group::Column::Name,
        enterprise_group::Column::Id,
        page,
    );
    let groups = select.all(conn).await?.into_iter().map(group).collect();
    Ok(keyset::page(groups, page, |group: &EnterpriseGroup| Cursor {
        key: group.name.clone(),
        id: group.id.0,
    }))
}

/// Changes name and last day of a group; gives the new version.
pub async fn update_group(
    conn: &impl Connection,
    group: &EnterpriseGroup,
    expected_version: i64,
) -> Result<i64, StoreError> {
    let version = version::next(expected_version);
    let change = enterprise_group::ActiveModel {
        name: Set(group.name.clone()),
        ends_on: Set(group.ends_on),
        version: Set(version),
        ..Default::default()
    };
    let updated = GroupEntity::update_many()
        .set(change)
        .filter(enterprise_group::Column::Id.eq(group.id.0))
        .filter(enterprise_group::Column::Version.eq(expected_version))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(version);
    }
    let current = GroupEntity::find_by_id(group.id.0)
        .select_only()
        .column(enterprise_group::Column::Version)
        .into_tuple()
        .one(conn)
        .await?;
    Err(version::refused(current))
}

/// Members of a group that the scope shows: those that belong to it on a day or join it later, with the day.
pub async fn members_from(
    conn: &impl Connection,
    scope: &Scope,
    group: GroupId,
    on: NaiveDate,
) -> Result<BTreeMap<EnterpriseId, NaiveDate>, StoreError> {
    let rows: Vec<(Uuid, NaiveDate)> = MemberEntity::find()
        .select_only()
        .column(enterprise_group_member::Column::EnterpriseId)
        .column(enterprise_group_member::Column::JoinedOn)
        .filter(enterprise_group_member::Column::GroupId.eq(group.0))
        .filter(not_left(on))
        .filter(scope::rows_of(scope, enterprise_group_member::Column::EnterpriseId))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, joined)| (EnterpriseId(id), joined))
        .collect())
}

/// Adds members from a day on.
pub async fn add_members(
    conn: &impl Connection,
    group: GroupId,
    members: &[EnterpriseId],
    joined_on: NaiveDate,
) -> Result<(), StoreError> {
    let rows = members.iter().map(|member| enterprise_group_member::ActiveModel {
        group_id: Set(group.0),
        enterprise_id: Set(member.0),
        joined_on: Set(joined_on),
        left_on: Set(None),
    });
    insert_all(conn, rows.collect()).await
}

/// Ends the membership of those who belong to a group: from a day on they do no longer. One that had begun that day or later
/// never was.
pub async fn end_members(
    conn: &impl Connection,
    group: GroupId,
    members: &[EnterpriseId],
    left_on: NaiveDate,
) -> Result<(), StoreError> {
    for chunk in members.chunks(AT_ONCE) {
        let these = || {
            Condition::all()
                .add(enterprise_group_member::Column::GroupId.eq(group.0))
                .add(enterprise_group_member::Column::EnterpriseId.is_in(chunk.iter().map(|id| id.0)))
        };
        MemberEntity::delete_many()
            .filter(these())
            .filter(enterprise_group_member::Column::JoinedOn.gte(left_on))
            .exec(conn)
            .await?;
        MemberEntity::update_many()
            .col_expr(enterprise_group_member::Column::LeftOn, Expr::value(left_on))
            .filter(these())
            .filter(not_left(left_on))
            .exec(conn)
            .await?;
    }
    Ok(())
}

/// How many members each of these groups has on a day, of those that the scope shows.
pub async fn member_counts(
    conn: &impl Connection,
    scope: &Scope,
    groups: &[GroupId],
    on: NaiveDate,
) -> Result<BTreeMap<GroupId, u64>, StoreError> {
    let rows: Vec<(Uuid, i64)> = MemberEntity::find()
        .select_only()
        .column(enterprise_group_member::Column::GroupId)
        .column_as(enterprise_group_member::Column::EnterpriseId.count(), "members")
        .filter(enterprise_group_member::Column::GroupId.is_in(groups.iter().map(|id| id.0)))
        .filter(belongs(on))
        .filter(scope::rows_of(scope, enterprise_group_member::Column::EnterpriseId))
        .group_by(enterprise_group_member::Column::GroupId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, members)| (GroupId(id), count(members)))
        .collect())
}

/// The members of all groups of a kind on a day, by name of the group; a group that is not in force that day has none.
pub async fn members_by_group(
    conn: &impl Connection,
    scope: &Scope,
    kind: &str,
    on: NaiveDate,
) -> Result<BTreeMap<String, BTreeSet<EnterpriseId>>, StoreError> {
    let rows: Vec<(String, Uuid)> = MemberEntity::find()
        .join(
            JoinType::InnerJoin,
            enterprise_group_member::Relation::EnterpriseGroup.def(),
        )
        .select_only()
        .column(enterprise_group::Column::Name)
        .column(enterprise_group_member::Column::EnterpriseId)
        .filter(enterprise_group::Column::Kind.eq(kind))
        .filter(in_force(on))
        .filter(belongs(on))
        .filter(scope::rows_of(scope, enterprise_group_member::Column::EnterpriseId))
        .into_tuple()
        .all(conn)
        .await?;
    let mut found: BTreeMap<String, BTreeSet<EnterpriseId>> = BTreeMap::new();
    for (name, id) in rows {
        found.entry(name).or_default().insert(EnterpriseId(id));
    }
    Ok(found)
}

/// The enterprises that belong to a group on its day, as a subquery; those that have not left it where it names none.
pub(super) fn members_on(group: InGroup) -> SelectStatement {
    let held = match group.on {
        Some(on) => in_force(on).add(belongs(on)),
        None => Condition::all().add(enterprise_group_member::Column::LeftOn.is_null()),
    };
    MemberEntity::find()
        .join(
            JoinType::InnerJoin,
            enterprise_group_member::Relation::EnterpriseGroup.def(),
        )
        .select_only()
        .column(enterprise_group_member::Column::EnterpriseId)
        .filter(enterprise_group_member::Column::GroupId.eq(group.id.0))
        .filter(held)
        .into_query()
}

/// Condition that a membership holds on a day.
fn belongs(on: NaiveDate) -> Condition {
    not_left(on).add(enterprise_group_member::Column::JoinedOn.lte(on))
}

/// Condition that a membership has not ended by a day.
fn not_left(on: NaiveDate) -> Condition {
    let open = Condition::any()
        .add(enterprise_group_member::Column::LeftOn.is_null())
        .add(enterprise_group_member::Column::LeftOn.gt(on));
    Condition::all().add(open)
}

/// Condition that a group is in force on a day.
fn in_force(on: NaiveDate) -> Condition {
    let open = Condition::any()
        .add(enterprise_group::Column::EndsOn.is_null())
        .add(enterprise_group::Column::EndsOn.gte(on));
    Condition::all()
        .add(enterprise_group::Column::StartsOn.lte(on))
        .add(open)
}

fn row(group: &EnterpriseGroup) -> enterprise_group::ActiveModel {
    enterprise_group::ActiveModel {
        id: Set(group.id.0),
        kind: Set(group.kind.clone()),
        name: Set(group.name.clone()),
        starts_on: Set(group.starts_on),
        ends_on: Set(group.ends_on),
        created_by: Set(group.created_by.clone()),
        version: Set(group.version),
        created_at: Set(group.created_at),
    }
}

fn group(row: enterprise_group::Model) -> EnterpriseGroup {
    EnterpriseGroup {
        id: GroupId(row.id),
        kind: row.kind,
        name: row.name,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        created_by: row.created_by,
        version: row.version,
        created_at: row.created_at,
    }
}
