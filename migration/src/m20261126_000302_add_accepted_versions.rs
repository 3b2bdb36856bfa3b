//! Older versions of its questionnaire that a round still reads.

use sea_orm_migration::{prelude::*, schema::json_binary};

/// Adds the column; rounds that exist accept their own version only.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter()
            .table("round")
            .add_column(json_binary("accepted_versions").default("[]"))
            .to_owned();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter()
            .table("round")
            .drop_column("accepted_versions")
            .to_owned();
        manager.alter_table(alter).await
    }
}
