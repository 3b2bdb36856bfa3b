//! Steps in the life of a run.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, string, string_null, timestamp_with_time_zone, uuid},
};

/// Creates the table.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("run_event")
            .col(uuid("run_id"))
            .col(integer("number"))
            .col(string_null("from_state"))
            .col(string("to_state"))
            .col(string("actor"))
            .col(timestamp_with_time_zone("at"))
            .primary_key(Index::create().col("run_id").col("number"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_event_run_id")
                    .from("run_event", "run_id")
                    .to("run", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("run_event").to_owned()).await
    }
}
