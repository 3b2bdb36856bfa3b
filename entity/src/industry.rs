//! A class of an industry classification.

use sea_orm::entity::prelude::*;

/// A row of `industry`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "industry")]
pub struct Model {
    /// Edition of the classification.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition: String,
    /// Code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Name.
    pub name: String,
    /// Code and name in lower case, one a line, for searching.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Level within the classification.
    pub level: String,
    /// Code of the class above.
    pub parent: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
