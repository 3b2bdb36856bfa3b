//! Hash of the row that a revision was read from, where it is only a part of the file.

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
        let column = string_null("part_sha256");
        manager
            .alter_table(Table::alter().table("revision").add_column(column).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("revision").drop_column("part_sha256").to_owned())
            .await
    }
}
