//! The life of a run: its state, the version that a step names, its seed, and the run it took the place of.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string, uuid_null},
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
                    .table("run")
                    .add_column(string("state").default("draft"))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("run")
                    .add_column(big_integer("version").default(1))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("run")
                    .add_column(big_integer("seed").default(0))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("run")
                    .add_column(uuid_null("supersedes_run_id"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("run").drop_column("supersedes_run_id").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("run").drop_column("seed").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("run").drop_column("version").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("run").drop_column("state").to_owned())
            .await
    }
}
