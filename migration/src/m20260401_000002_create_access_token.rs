//! Logins: the SHA-256 of each bearer token.

use sea_orm_migration::{
    prelude::*,
    schema::{pk_uuid, string, timestamp_with_time_zone, uuid},
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
            .table("access_token")
            .col(pk_uuid("id"))
            .col(uuid("user_id"))
            .col(string("token_sha256"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_access_token_user_id")
                    .from("access_token", "user_id")
                    .to("user_account", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(unique("access_token", &["token_sha256"])).await?;
        manager.create_index(index("access_token", &["user_id"])).await?;
        manager.create_index(index("access_token", &["expires_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("access_token").to_owned()).await
    }
}
