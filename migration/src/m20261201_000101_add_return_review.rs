//! What the review of a return has left on it: why it was sent back.

use sea_orm_migration::{prelude::*, schema::json_binary_null};

/// Adds the column.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = json_binary_null("review");
        manager
            .alter_table(Table::alter().table("survey_return").add_column(column).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("survey_return").drop_column("review").to_owned())
            .await
    }
}
