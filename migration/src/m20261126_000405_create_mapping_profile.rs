//! How spreadsheets of other systems are read: confirmed by a person, used again.
//!
//! `mapping` is JSON as text: shown as it was written.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, pk_uuid, string, string_null, text, timestamp_with_time_zone},
};

use crate::index::unique;

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
            .table("mapping_profile")
            .col(pk_uuid("id"))
            .col(string("name"))
            .col(string("questionnaire"))
            .col(text("mapping"))
            .col(big_integer("version"))
            .col(string("created_by"))
            .col(string("scope_kind"))
            .col(string_null("scope_value"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(unique("mapping_profile", &["questionnaire", "name"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("mapping_profile").to_owned())
            .await
    }
}
