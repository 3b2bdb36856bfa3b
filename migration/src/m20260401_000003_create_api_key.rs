//! Keys of other systems.

use sea_orm_migration::{
    prelude::*,
    schema::{pk_uuid, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null},
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
            .table("api_key")
            .col(pk_uuid("id"))
            .col(string("name"))
            .col(string("role"))
            .col(string("scope_kind"))
            .col(string_null("scope_value"))
            .col(string("key_sha256"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(unique("api_key", &["key_sha256"])).await?;
        manager.create_index(index("api_key", &["name"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("api_key").to_owned()).await
    }
}
