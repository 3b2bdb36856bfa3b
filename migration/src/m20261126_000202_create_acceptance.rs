//! What was accepted together with a revision.

use sea_orm_migration::{
    prelude::*,
    schema::{json_binary, pk_uuid, string, timestamp_with_time_zone},
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
            .table("acceptance")
            .col(pk_uuid("revision_id"))
            .col(json_binary("justifications"))
            .col(string("actor"))
            .col(timestamp_with_time_zone("at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_acceptance_revision_id")
                    .from("acceptance", "revision_id")
                    .to("revision", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("acceptance").to_owned()).await
    }
}
