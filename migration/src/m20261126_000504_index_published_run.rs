//! Of the runs of a round with one methodology, whatever its version, one is published at a time.

use sea_orm_migration::prelude::*;

use crate::index::unique;

/// Creates the index.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let published = unique("run", &["round_id", "methodology_code"])
            .and_where(Expr::col("state").eq("published"))
            .to_owned();
        manager.create_index(published).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let published = Index::drop()
            .name("uq_run_round_id_methodology_code")
            .table("run")
            .to_owned();
        manager.drop_index(published).await
    }
}
