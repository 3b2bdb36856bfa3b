//! Mapping profiles. They hold no enterprise data: who may use one may see all of them.

use entity::{mapping_profile, prelude::MappingProfile as ProfileEntity};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set};

use super::{Connection, StoreError, grant, json, keyset, version};
use crate::domain::{
    mapping::{MappingProfile, ProfileId},
    page::{Cursor, Page, PageRequest},
};

/// Adds a profile. Duplicate `mapping_profile`.
pub async fn insert_profile(conn: &impl Connection, profile: &MappingProfile) -> Result<(), StoreError> {
    let (scope_kind, scope_value) = grant::scope_columns(&profile.scope);
    let row = mapping_profile::ActiveModel {
        id: Set(profile.id.0),
        name: Set(profile.name.clone()),
        questionnaire: Set(profile.questionnaire.clone()),
        mapping: Set(json::to_json(&profile.mapping)?.to_string()),
        version: Set(profile.version),
        created_by: Set(profile.created_by.clone()),
        scope_kind: Set(scope_kind),
        scope_value: Set(scope_value),
        created_at: Set(profile.created_at),
        updated_at: Set(profile.updated_at),
    };
    ProfileEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The profile with this identifier.
pub async fn find_profile(conn: &impl Connection, id: ProfileId) -> Result<MappingProfile, StoreError> {
    let row = ProfileEntity::find_by_id(id.0).one(conn).await?;
    row.ok_or(StoreError::NotFound).and_then(profile)
}

/// Profiles by name, of one questionnaire or of all.
pub async fn list_profiles(
    conn: &impl Connection,
    questionnaire: Option<&str>,
    page: &PageRequest,
) -> Result<Page<MappingProfile>, StoreError> {
    let of_one = Condition::all().add_option(questionnaire.map(|code| mapping_profile::Column::Questionnaire.eq(code)));
    let select = ProfileEntity::find().filter(of_one);
    let select = keyset::ascending(select, mapping_profile::Column::Name, mapping_profile::Column::Id, page);
    let profiles = select
        .all(conn)
        .await?
        .into_iter()
        .map(profile)
        .collect::<Result<_, _>>()?;
    Ok(keyset::page(profiles, page, |profile: &MappingProfile| Cursor {
        key: profile.name.clone(),
        id: profile.id.0,
    }))
}

/// Changes name and mapping of a profile; gives the new version.
pub async fn update_profile(
    conn: &impl Connection,
    profile: &MappingProfile,
    expected_version: i64,
) -> Result<i64, StoreError> {
    let version = version::next(expected_version);
    let change = mapping_profile::ActiveModel {
        name: Set(profile.name.clone()),
        mapping: Set(json::to_json(&profile.mapping)?.to_string()),
        version: Set(version),
        updated_at: Set(profile.updated_at),
        ..Default::default()
    };
    let this = mapping_profile::Column::Id.eq(profile.id.0);
    let updated = ProfileEntity::update_many()
        .set(change)
        .filter(this.clone())
        .filter(mapping_profile::Column::Version.eq(expected_version))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(version);
    }
    let current = ProfileEntity::find()
        .select_only()
        .column(mapping_profile::Column::Version)
        .filter(this)
        .into_tuple()
        .one(conn)
        .await?;
    Err(version::refused(current))
}

fn profile(row: mapping_profile::Model) -> Result<MappingProfile, StoreError> {
    Ok(MappingProfile {
        id: ProfileId(row.id),
        name: row.name,
        questionnaire: row.questionnaire,
        mapping: json::from_text(&row.mapping)?,
        version: row.version,
        created_by: row.created_by,
        scope: grant::scope(&row.scope_kind, row.scope_value)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
