//! Revisions of returns, never changed.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, json_binary, pk_uuid, string, timestamp_with_time_zone, uuid},
};

use crate::index::{index, unique};

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
            .table("revision")
            .col(pk_uuid("id"))
            .col(uuid("return_id"))
            .col(integer("number"))
            .col(string("blob_sha256"))
            .col(string("filename"))
            .col(json_binary("answers"))
            .col(json_binary("provenance"))
            .col(json_binary("findings"))
            .col(string("created_by"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_revision_return_id")
                    .from("revision", "return_id")
                    .to("survey_return", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_revision_blob_sha256")
                    .from("revision", "blob_sha256")
                    .to("blob", "sha256"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(unique("revision", &["return_id", "number"]))
            .await?;
        manager
            .create_index(index("revision", &["return_id", "blob_sha256"]))
            .await?;
        manager.create_index(index("revision", &["blob_sha256"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("revision").to_owned()).await
    }
}
