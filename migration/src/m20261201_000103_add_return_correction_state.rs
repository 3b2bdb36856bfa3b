//! The state of the correction of an accepted return, by which lists are filtered.

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
        let column = string_null("correction_state");
        manager
            .alter_table(Table::alter().table("survey_return").add_column(column).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("survey_return")
                    .drop_column("correction_state")
                    .to_owned(),
            )
            .await
    }
}
