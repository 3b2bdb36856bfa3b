//! Whether a return of a round is submitted only once every warning is justified.

use sea_orm_migration::{prelude::*, schema::boolean};

/// Adds the column; rounds of before go on as they were.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("warnings_must_be_justified").default(false).to_owned();
        let change = Table::alter().table("round").add_column(column).to_owned();
        manager.alter_table(change).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter()
            .table("round")
            .drop_column("warnings_must_be_justified")
            .to_owned();
        manager.alter_table(change).await
    }
}
