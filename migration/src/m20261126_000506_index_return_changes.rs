//! What has changed in a round of late is found over an index, not by looking at all its returns.

use sea_orm_migration::prelude::*;

use crate::index::index;

/// Creates the index.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let changes = index("survey_return", &["round_id", "updated_at"]);
        manager.create_index(changes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let changes = Index::drop()
            .name("idx_survey_return_round_id_updated_at")
            .table("survey_return")
            .to_owned();
        manager.drop_index(changes).await
    }
}
