//! The credit code of the parent of an enterprise.

use sea_orm_migration::{prelude::*, schema::string_null};

/// Adds the column.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("enterprise")
            .add_column(string_null("parent_uscc"))
            .to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table("enterprise").drop_column("parent_uscc").to_owned();
        manager.alter_table(table).await
    }
}
