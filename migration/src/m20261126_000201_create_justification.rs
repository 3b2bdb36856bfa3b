//! What enterprises say to warnings; rows are added, never changed.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, string, text, timestamp_with_time_zone, uuid},
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
            .table("justification")
            .col(uuid("return_id"))
            .col(integer("number"))
            .col(uuid("revision_id"))
            .col(string("finding_key"))
            .col(string("fingerprint"))
            .col(string("reason"))
            .col(text("explanation"))
            .col(string("actor"))
            .col(timestamp_with_time_zone("at"))
            .primary_key(Index::create().col("return_id").col("number"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_justification_return_id")
                    .from("justification", "return_id")
                    .to("survey_return", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_justification_revision_id")
                    .from("justification", "revision_id")
                    .to("revision", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("justification", &["revision_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("justification").to_owned())
            .await
    }
}
