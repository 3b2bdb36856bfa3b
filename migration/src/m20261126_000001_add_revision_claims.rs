//! Questions that a return claims not to apply, with the reason.

use sea_orm_migration::{prelude::*, schema::json_binary};

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
            .table("revision")
            .add_column(json_binary("claims").default("{}"))
            .to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table("revision").drop_column("claims").to_owned();
        manager.alter_table(table).await
    }
}
