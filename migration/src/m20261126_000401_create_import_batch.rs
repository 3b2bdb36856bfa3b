//! Imports of many returns at once: what was handed in, by whom, by which rules.
//!
//! `options` is JSON as text: shown as it was written.

use sea_orm_migration::{
    prelude::*,
    schema::{boolean, integer, pk_uuid, string, string_null, text, timestamp_with_time_zone, uuid},
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
            .table("import_batch")
            .col(pk_uuid("id"))
            .col(uuid("round_id"))
            .col(uuid("job_id"))
            .col(string("kind"))
            .col(string("filename"))
            .col(string("source_sha256"))
            .col(text("options"))
            .col(boolean("dry_run"))
            .col(integer("left_out"))
            .col(string("created_by"))
            .col(string("scope_kind"))
            .col(string_null("scope_value"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_import_batch_round_id")
                    .from("import_batch", "round_id")
                    .to("round", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_import_batch_job_id")
                    .from("import_batch", "job_id")
                    .to("job", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("import_batch", &["round_id"])).await?;
        manager.create_index(index("import_batch", &["source_sha256"])).await?;
        manager.create_index(unique("import_batch", &["job_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_batch").to_owned()).await
    }
}
