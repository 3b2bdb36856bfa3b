//! Keys that seal templates.

use sea_orm_migration::{
    prelude::*,
    schema::{pk_uuid, string, timestamp_with_time_zone, timestamp_with_time_zone_null},
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
            .table("signing_key")
            .col(pk_uuid("id"))
            .col(string("secret"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("retired_at"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signing_key").to_owned()).await
    }
}
