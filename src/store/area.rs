//! The list of areas, as last published.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    area, area_closure,
    prelude::{Area as AreaEntity, AreaClosure as ClosureEntity},
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use uuid::Uuid;

use super::{Connection, StoreError, insert::insert_all, json, keyset, text};
use crate::domain::{
    area::{Area, AreaFilter},
    page::{Cursor, Page, PageRequest},
};

/// Puts these areas in the place of all that were there. Duplicate `area_code`.
pub async fn replace_areas(conn: &impl Connection, areas: &[Area]) -> Result<(), StoreError> {
    ClosureEntity::delete_many().exec(conn).await?;
    AreaEntity::delete_many().exec(conn).await?;
    let rows: Vec<area::ActiveModel> = areas.iter().map(row).collect::<Result<_, _>>()?;
    insert_all(conn, rows).await?;
    insert_all(conn, closure(areas)).await
}

/// The area with this code.
pub async fn find_area(conn: &impl Connection, code: &str) -> Result<Option<Area>, StoreError> {
    let row = AreaEntity::find_by_id(code.to_owned()).one(conn).await?;
    row.map(area).transpose()
}

/// Areas by code.
pub async fn list_areas(
    conn: &impl Connection,
    filter: &AreaFilter,
    page: &PageRequest,
) -> Result<Page<Area>, StoreError> {
    let AreaFilter { parent, level, search } = filter;
    let cursor = page.after.as_ref();
    let condition = Condition::all()
        .add_option(parent.as_deref().map(|parent| area::Column::Parent.eq(parent)))
        .add_option(level.as_deref().map(|level| area::Column::Level.eq(level)))
        .add_option(
            search
                .as_deref()
                .map(|term| text::contains(area::Column::SearchText, term)),
        )
        .add_option(cursor.map(|cursor| area::Column::Code.gt(cursor.key.as_str())));
    let rows = AreaEntity::find()
        .filter(condition)
        .order_by_asc(area::Column::Code)
        .limit(keyset::rows(page))
        .all(conn)
        .await?;
    let areas = rows.into_iter().map(area).collect::<Result<_, _>>()?;
    // The code alone is unique.
    Ok(keyset::page(areas, page, |area: &Area| Cursor {
        key: area.code.clone(),
        id: Uuid::nil(),
    }))
}

/// The names of areas by code; a code without an area has none.
pub async fn area_names(
    conn: &impl Connection,
    codes: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let names: Vec<(String, String)> = AreaEntity::find()
        .select_only()
        .column(area::Column::Code)
        .column(area::Column::Name)
        .filter(area::Column::Code.is_in(codes))
        .order_by_asc(area::Column::Code)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(names.into_iter().collect())
}

/// The codes of an area and of all areas below it, in order; nothing when there is no such area.
pub async fn area_with_descendants(conn: &impl Connection, code: &str) -> Result<Vec<String>, StoreError> {
    let codes = ClosureEntity::find()
        .select_only()
        .column(area_closure::Column::Descendant)
        .filter(area_closure::Column::Ancestor.eq(code))
        .order_by_asc(area_closure::Column::Descendant)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(codes)
}

/// Every area with itself and each area above it. A parent that stands in no row still counts as an area above; a
/// circle of parents ends where it closes.
fn closure(areas: &[Area]) -> Vec<area_closure::ActiveModel> {
    let parents: BTreeMap<&str, &str> = areas
        .iter()
        .filter_map(|area| Some((area.code.as_str(), area.parent.as_deref()?)))
        .collect();
    let mut pairs = BTreeSet::new();
    for area in areas {
        let mut above = Some(area.code.as_str());
        while let Some(ancestor) = above {
            if !pairs.insert((ancestor, area.code.as_str())) {
                break;
            }
            above = parents.get(ancestor).copied();
        }
    }
    pairs
        .into_iter()
        .map(|(ancestor, descendant)| area_closure::ActiveModel {
            ancestor: Set(ancestor.to_owned()),
            descendant: Set(descendant.to_owned()),
        })
        .collect()
}

fn row(area: &Area) -> Result<area::ActiveModel, StoreError> {
    let searched = [&area.code, &area.name].into_iter().chain(&area.former_names);
    Ok(area::ActiveModel {
        code: Set(area.code.clone()),
        name: Set(area.name.clone()),
        search_text: Set(text::search_text(searched.map(String::as_str))),
        level: Set(area.level.clone()),
        parent: Set(area.parent.clone()),
        valid_from: Set(area.valid_from.clone()),
        valid_to: Set(area.valid_to.clone()),
        succeeded_by: Set(area.succeeded_by.clone()),
        former_names: Set(json::to_json(&area.former_names)?),
    })
}

fn area(row: area::Model) -> Result<Area, StoreError> {
    Ok(Area {
        code: row.code,
        name: row.name,
        level: row.level,
        parent: row.parent,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        succeeded_by: row.succeeded_by,
        former_names: json::from_json(row.former_names)?,
    })
}
