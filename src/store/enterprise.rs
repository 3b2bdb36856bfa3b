//! The registry of enterprises.

use std::collections::{BTreeMap, BTreeSet};

use entity::{enterprise, prelude::Enterprise as EnterpriseEntity};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set,
};
use uuid::Uuid;

use super::{
    Connection, StoreError, area::area_with_descendants, enterprise_group::members_on, insert::insert_all, json,
    keyset, scope, text, version,
};
use crate::domain::{
    access::Scope,
    enterprise::{Enterprise, EnterpriseFacts, EnterpriseFilter, EnterpriseId},
    page::{Cursor, Page, PageRequest},
};

/// Values of one IN list, far below what a statement may bind.
const LOOKED_UP_AT_ONCE: usize = 1000;

/// Adds an enterprise. Duplicate `uscc`.
pub async fn insert_enterprise(
    conn: &impl Connection,
    scope: &Scope,
    enterprise: &Enterprise,
) -> Result<(), StoreError> {
    insert_enterprises(conn, scope, std::slice::from_ref(enterprise)).await
}

/// Adds enterprises, all or (when the transaction is dropped after an error) none. Duplicate `uscc`; NotFound when the
/// scope would not show one of them.
pub async fn insert_enterprises(
    conn: &impl Connection,
    scope: &Scope,
    enterprises: &[Enterprise],
) -> Result<(), StoreError> {
    if !covers(conn, scope, enterprises).await? {
        return Err(StoreError::NotFound);
    }
    let rows: Vec<enterprise::ActiveModel> = enterprises.iter().map(row).collect::<Result<_, _>>()?;
    insert_all(conn, rows).await
}

/// The enterprise with this identifier.
pub async fn find_enterprise(
    conn: &impl Connection,
    scope: &Scope,
    id: EnterpriseId,
) -> Result<Enterprise, StoreError> {
    let row = seen(scope).filter(enterprise::Column::Id.eq(id.0)).one(conn).await?;
    row.ok_or(StoreError::NotFound).and_then(enterprise)
}

/// The enterprises with these identifiers.
pub async fn find_enterprises(
    conn: &impl Connection,
    scope: &Scope,
    ids: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, Enterprise>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(LOOKED_UP_AT_ONCE) {
        let these = enterprise::Column::Id.is_in(chunk.iter().map(|id| id.0));
        for row in seen(scope).filter(these).all(conn).await? {
            found.insert(EnterpriseId(row.id), enterprise(row)?);
        }
    }
    Ok(found)
}

/// The enterprises with these credit codes, by code.
pub async fn find_enterprises_by_uscc(
    conn: &impl Connection,
    scope: &Scope,
    usccs: &[String],
) -> Result<BTreeMap<String, Enterprise>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in usccs.chunks(LOOKED_UP_AT_ONCE) {
        let codes = chunk.iter().map(String::as_str);
        for row in seen(scope)
            .filter(enterprise::Column::Uscc.is_in(codes))
            .all(conn)
            .await?
        {
            found.insert(row.uscc.clone(), enterprise(row)?);
        }
    }
    Ok(found)
}

/// The enterprises with these exact names, by name; several may share one.
pub async fn find_enterprises_by_name(
    conn: &impl Connection,
    scope: &Scope,
    names: &[String],
) -> Result<BTreeMap<String, Vec<Enterprise>>, StoreError> {
    let mut found: BTreeMap<String, Vec<Enterprise>> = BTreeMap::new();
    for chunk in names.chunks(LOOKED_UP_AT_ONCE) {
        let rows = seen(scope)
            .filter(enterprise::Column::Name.is_in(chunk.iter().map(String::as_str)))
            .order_by_asc(enterprise::Column::Uscc)
            .all(conn)
            .await?;
        for row in rows {
            found.entry(row.name.clone()).or_default().push(enterprise(row)?);
        }
    }
    Ok(found)
}

/// Changes an enterprise; gives the new version. The identifier and when it was made stay.
pub async fn update_enterprise(
    conn: &impl Connection,
    scope: &Scope,
    enterprise: &Enterprise,
    expected_version: i64,
) -> Result<i64, StoreError> {
    let version = version::next(expected_version);
    let mut change = row(enterprise)?;
    change.id = sea_orm::NotSet;
    change.created_at = sea_orm::NotSet;
    change.version = Set(version);
    let this = scope::enterprises(scope).add(enterprise::Column::Id.eq(enterprise.id.0));
    let updated = EnterpriseEntity::update_many()
        .set(change)
        .filter(this.clone())
        .filter(enterprise::Column::Version.eq(expected_version))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(version);
    }
    let current = EnterpriseEntity::find()
        .select_only()
        .column(enterprise::Column::Version)
        .filter(this)
        .into_tuple()
        .one(conn)
        .await?;
    Err(version::refused(current))
}

/// Enterprises by credit code.
pub async fn list_enterprises(
    conn: &impl Connection,
    scope: &Scope,
    filter: &EnterpriseFilter,
    page: &PageRequest,
) -> Result<Page<Enterprise>, StoreError> {
    let select = seen(scope).filter(matching(filter));
    let select = keyset::ascending(select, enterprise::Column::Uscc, enterprise::Column::Id, page);
    let enterprises = select
        .all(conn)
        .await?
        .into_iter()
        .map(enterprise)
        .collect::<Result<_, _>>()?;
    Ok(keyset::page(enterprises, page, |enterprise: &Enterprise| Cursor {
        key: enterprise.facts.uscc.clone(),
        id: enterprise.id.0,
    }))
}

/// The identifiers of all enterprises that the filter shows, by credit code: the population of a round.
pub async fn enterprise_ids(
    conn: &impl Connection,
    scope: &Scope,
    filter: &EnterpriseFilter,
) -> Result<Vec<EnterpriseId>, StoreError> {
    let ids: Vec<Uuid> = seen(scope)
        .select_only()
        .column(enterprise::Column::Id)
        .filter(matching(filter))
        .order_by_asc(enterprise::Column::Uscc)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(EnterpriseId).collect())
}

/// Condition that an enterprise is one that the filter shows.
fn matching(filter: &EnterpriseFilter) -> Condition {
    let EnterpriseFilter {
        search,
        area,
        industry,
        size_class,
        active,
        group,
    } = filter;
    Condition::all()
        .add_option(
            search
                .as_deref()
                .map(|term| text::contains(enterprise::Column::SearchText, term)),
        )
        .add_option(
            area.as_deref()
                .map(|code| scope::within_area(enterprise::Column::AreaCode, code)),
        )
        .add_option(
            industry
                .as_deref()
                .map(|prefix| text::starts_with(enterprise::Column::IndustryCode, prefix)),
        )
        .add_option(
            size_class
                .as_deref()
                .map(|class| enterprise::Column::SizeClass.eq(class)),
        )
        .add_option(active.map(|active| enterprise::Column::Active.eq(active)))
        .add_option(group.map(|group| enterprise::Column::Id.in_subquery(members_on(group))))
}

fn seen(scope: &Scope) -> Select<EnterpriseEntity> {
    EnterpriseEntity::find().filter(scope::enterprises(scope))
}

/// Whether the scope would show all of these. In one statement, before they are there.
async fn covers(conn: &impl Connection, scope: &Scope, enterprises: &[Enterprise]) -> Result<bool, StoreError> {
    match scope {
        Scope::County => Ok(true),
        Scope::Enterprise(id) => Ok(enterprises.iter().all(|enterprise| enterprise.id == *id)),
        Scope::Town(code) => {
            let areas: BTreeSet<String> = area_with_descendants(conn, code).await?.into_iter().collect();
            let mut places = enterprises.iter().map(|enterprise| &enterprise.facts.area_code);
            Ok(places.all(|place| place == code || areas.contains(place)))
        }
    }
}

fn row(enterprise: &Enterprise) -> Result<enterprise::ActiveModel, StoreError> {
    let facts = &enterprise.facts;
    let searched = [&facts.uscc, &facts.name].into_iter().chain(&facts.former_names);
    Ok(enterprise::ActiveModel {
        id: Set(enterprise.id.0),
        uscc: Set(facts.uscc.clone()),
        org_code: Set(enterprise.org_code.clone()),
        name: Set(facts.name.clone()),
        search_text: Set(text::search_text(searched.map(String::as_str))),
        former_names: Set(json::to_json(&facts.former_names)?),
        parent_uscc: Set(facts.parent_uscc.clone()),
        area_code: Set(facts.area_code.clone()),
        industry_code: Set(facts.industry_code.clone()),
        employees: Set(facts.employees.map(i64::from)),
        revenue_wan_yuan: Set(facts.revenue_wan_yuan.map(|amount| amount.to_string())),
        assets_wan_yuan: Set(facts.assets_wan_yuan.map(|amount| amount.to_string())),
        size_class: Set(enterprise.size_class.clone()),
        uscc_exception: Set(enterprise.uscc_exception.clone()),
        active: Set(facts.active),
        version: Set(enterprise.version),
        created_at: Set(enterprise.created_at),
        updated_at: Set(enterprise.updated_at),
    })
}

/// The enterprise in a row.
pub(super) fn enterprise(row: enterprise::Model) -> Result<Enterprise, StoreError> {
    let employees = row.employees.map(u32::try_from).transpose();
    let facts = EnterpriseFacts {
        uscc: row.uscc,
        name: row.name,
        former_names: json::from_json(row.former_names)?,
        parent_uscc: row.parent_uscc,
        area_code: row.area_code,
        industry_code: row.industry_code,
        employees: employees.map_err(|error| StoreError::Corrupt(error.to_string()))?,
        revenue_wan_yuan: row.revenue_wan_yuan.as_deref().map(amount).transpose()?,
        assets_wan_yuan: row.assets_wan_yuan.as_deref().map(amount).transpose()?,
        active: row.active,
    };
    Ok(Enterprise {
        id: EnterpriseId(row.id),
        facts,
        org_code: row.org_code,
        uscc_exception: row.uscc_exception,
        size_class: row.size_class,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn amount(text: &str) -> Result<Decimal, StoreError> {
    Decimal::from_str_exact(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}
