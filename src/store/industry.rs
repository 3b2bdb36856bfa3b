//! Industry classifications, by edition.

use std::collections::{BTreeMap, BTreeSet};

use entity::{industry, prelude::Industry as IndustryEntity};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Set, sea_query::SelectStatement,
};
use uuid::Uuid;

use super::{Connection, StoreError, insert::insert_all, keyset, text};
use crate::domain::{
    industry::{Industry, IndustryFilter},
    page::{Cursor, Page, PageRequest},
};

/// Puts these classes in the place of all of their edition. Duplicate `industry_code`.
pub async fn replace_industries(
    conn: &impl Connection,
    edition: &str,
    industries: &[Industry],
) -> Result<(), StoreError> {
    let old = IndustryEntity::delete_many().filter(industry::Column::Edition.eq(edition));
    old.exec(conn).await?;
    insert_all(conn, industries.iter().map(row).collect()).await
}

/// Classes of the newest edition by code. The newest is the greatest as a text: editions are years, or end in one.
pub async fn list_industries(
    conn: &impl Connection,
    filter: &IndustryFilter,
    page: &PageRequest,
) -> Result<Page<Industry>, StoreError> {
    let IndustryFilter { parent, level, search } = filter;
    let cursor = page.after.as_ref();
    let condition = Condition::all()
        .add(industry::Column::Edition.in_subquery(newest_edition()))
        .add_option(parent.as_deref().map(|parent| industry::Column::Parent.eq(parent)))
        .add_option(level.as_deref().map(|level| industry::Column::Level.eq(level)))
        .add_option(
            search
                .as_deref()
                .map(|term| text::contains(industry::Column::SearchText, term)),
        )
        .add_option(cursor.map(|cursor| industry::Column::Code.gt(cursor.key.as_str())));
    let rows = IndustryEntity::find()
        .filter(condition)
        .order_by_asc(industry::Column::Code)
        .limit(keyset::rows(page))
        .all(conn)
        .await?;
    let industries = rows.into_iter().map(industry).collect();
    // The code alone is unique within an edition.
    Ok(keyset::page(industries, page, |industry: &Industry| Cursor {
        key: industry.code.clone(),
        id: Uuid::nil(),
    }))
}

/// The names of classes of the newest edition by code; a code without a class has none.
pub async fn industry_names(
    conn: &impl Connection,
    codes: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let names: Vec<(String, String)> = IndustryEntity::find()
        .select_only()
        .column(industry::Column::Code)
        .column(industry::Column::Name)
        .filter(industry::Column::Edition.in_subquery(newest_edition()))
        .filter(industry::Column::Code.is_in(codes))
        .order_by_asc(industry::Column::Code)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(names.into_iter().collect())
}

fn newest_edition() -> SelectStatement {
    IndustryEntity::find()
        .select_only()
        .column_as(industry::Column::Edition.max(), "edition")
        .into_query()
}

fn row(industry: &Industry) -> industry::ActiveModel {
    industry::ActiveModel {
        edition: Set(industry.edition.clone()),
        code: Set(industry.code.clone()),
        name: Set(industry.name.clone()),
        search_text: Set(text::search_text([industry.code.as_str(), &industry.name])),
        level: Set(industry.level.clone()),
        parent: Set(industry.parent.clone()),
    }
}

fn industry(row: industry::Model) -> Industry {
    Industry {
        edition: row.edition,
        code: row.code,
        name: row.name,
        level: row.level,
        parent: row.parent,
    }
}
