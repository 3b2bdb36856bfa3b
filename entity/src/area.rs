//! An administrative area.

use sea_orm::entity::prelude::*;

/// A row of `area`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    /// Code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Name.
    pub name: String,
    /// Code, name and former names in lower case, one a line, for searching.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Level: province, city, county or town.
    pub level: String,
    /// Code of the area above.
    pub parent: Option<String>,
    /// First month, `YYYY-MM`.
    pub valid_from: Option<String>,
    /// Month from which it is no more, `YYYY-MM`.
    pub valid_to: Option<String>,
    /// Code of the area that followed it.
    pub succeeded_by: Option<String>,
    /// Former names, a JSON array of strings.
    #[sea_orm(column_type = "JsonBinary")]
    pub former_names: Json,
}

impl ActiveModelBehavior for ActiveModel {}
