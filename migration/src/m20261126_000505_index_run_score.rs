//! Where a score would stand in a run is counted over an index, not over the results.

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
        manager.create_index(index("run_result", &["run_id", "score"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let score = Index::drop()
            .name("idx_run_result_run_id_score")
            .table("run_result")
            .to_owned();
        manager.drop_index(score).await
    }
}
