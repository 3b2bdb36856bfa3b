//! One-time codes with which the holder of an account sets its first password.

use sea_orm_migration::{
    prelude::*,
    schema::{pk_uuid, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
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
            .table("login_code")
            .col(pk_uuid("id"))
            .col(uuid("user_id"))
            .col(string("code_sha256"))
            .col(string("created_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .col(timestamp_with_time_zone_null("replaced_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_login_code_user_id")
                    .from("login_code", "user_id")
                    .to("user_account", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(unique("login_code", &["code_sha256"])).await?;
        manager.create_index(index("login_code", &["user_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("login_code").to_owned()).await
    }
}
