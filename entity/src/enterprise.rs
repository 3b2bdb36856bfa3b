//! An enterprise of the registry.

use sea_orm::entity::prelude::*;

/// A row of `enterprise`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enterprise")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 统一社会信用代码, 18 characters.
    #[sea_orm(unique)]
    pub uscc: String,
    /// Organisation code.
    pub org_code: String,
    /// Registered name.
    pub name: String,
    /// Credit code, name and former names in lower case, one a line, for searching.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Former names, a JSON array of strings.
    #[sea_orm(column_type = "JsonBinary")]
    pub former_names: Json,
    /// Credit code of its parent.
    pub parent_uscc: Option<String>,
    /// Area code of its town or street.
    pub area_code: String,
    /// Industry code.
    pub industry_code: String,
    /// Employees.
    pub employees: Option<i64>,
    /// Operating revenue, 万元: a decimal as text (SQLite would round a number).
    pub revenue_wan_yuan: Option<String>,
    /// Total assets, 万元: a decimal as text.
    pub assets_wan_yuan: Option<String>,
    /// Size class.
    pub size_class: Option<String>,
    /// Why a wrong check character was accepted.
    pub uscc_exception: Option<String>,
    /// Whether it takes part in rounds.
    pub active: bool,
    /// Version for optimistic locking.
    pub version: i64,
    /// When made.
    pub created_at: DateTimeUtc,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
