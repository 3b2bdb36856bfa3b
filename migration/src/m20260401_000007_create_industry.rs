//! Industry classifications by edition.

use sea_orm_migration::{
    prelude::*,
    schema::{string, string_null, text},
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
            .table("industry")
            .col(string("edition"))
            .col(string("code"))
            .col(string("name"))
            .col(text("search_text"))
            .col(string("level"))
            .col(string_null("parent"))
            .primary_key(Index::create().col("edition").col("code"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("industry", &["edition", "parent"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("industry").to_owned()).await
    }
}
