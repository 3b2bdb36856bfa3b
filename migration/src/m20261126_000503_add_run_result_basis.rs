//! What else a result was computed from: the size class of the enterprise and the revision of the round before.

use sea_orm_migration::{
    prelude::*,
    schema::{string_null, uuid_null},
};

/// Adds the columns.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        manager
            .alter_table(
                Table::alter()
                    .table("run_result")
                    .add_column(string_null("size_class"))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("run_result")
                    .add_column(uuid_null("previous_revision_id"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("run_result")
                    .drop_column("previous_revision_id")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(Table::alter().table("run_result").drop_column("size_class").to_owned())
            .await
    }
}
