//! Named, dated groups of the registry: clusters, key enterprises, parks.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, date, date_null, pk_uuid, string, timestamp_with_time_zone},
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
            .table("enterprise_group")
            .col(pk_uuid("id"))
            .col(string("kind"))
            .col(string("name"))
            .col(date("starts_on"))
            .col(date_null("ends_on"))
            .col(string("created_by"))
            .col(big_integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(unique("enterprise_group", &["kind", "name"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("enterprise_group").to_owned())
            .await
    }
}
