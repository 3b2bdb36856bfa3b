//! Administrative areas, as the published list of areas says.

use sea_orm_migration::{
    prelude::*,
    schema::{json_binary, string, string_null, text},
};

use crate::index::index;

/// Creates the table.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("area")
            .col(string("code").primary_key())
            .col(string("name"))
            .col(text("search_text"))
            .col(string("level"))
            .col(string_null("parent"))
            .col(string_null("valid_from"))
            .col(string_null("valid_to"))
            .col(string_null("succeeded_by"))
            .col(json_binary("former_names"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("area", &["parent"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("area").to_owned()).await
    }
}
