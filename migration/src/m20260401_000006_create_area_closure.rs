//! Every area with every area below it, itself included: "in this area or below" is one lookup.

use sea_orm_migration::{prelude::*, schema::string};

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
            .table("area_closure")
            .col(string("ancestor"))
            .col(string("descendant"))
            .primary_key(Index::create().col("ancestor").col("descendant"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("area_closure").to_owned()).await
    }
}
