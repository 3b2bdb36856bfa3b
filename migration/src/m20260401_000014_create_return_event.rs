//! Steps in the life of a return.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, string, text_null, timestamp_with_time_zone, uuid, uuid_null},
};

use crate::index::index;

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
            .table("return_event")
            .col(uuid("return_id"))
            .col(integer("number"))
            .col(string("from_state"))
            .col(string("to_state"))
            .col(uuid_null("revision_id"))
            .col(string("actor"))
            .col(timestamp_with_time_zone("at"))
            .col(text_null("reason"))
            .primary_key(Index::create().col("return_id").col("number"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_return_event_return_id")
                    .from("return_event", "return_id")
                    .to("survey_return", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_return_event_revision_id")
                    .from("return_event", "revision_id")
                    .to("revision", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("return_event", &["revision_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("return_event").to_owned()).await
    }
}
