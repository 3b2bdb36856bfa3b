//! Users that can log in.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, boolean, pk_uuid, string, string_null, text, timestamp_with_time_zone},
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
            .table("user_account")
            .col(pk_uuid("id"))
            .col(string("login"))
            .col(text("password_hash"))
            .col(string("display_name"))
            .col(string("role"))
            .col(string("scope_kind"))
            .col(string_null("scope_value"))
            .col(boolean("disabled"))
            .col(big_integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(unique("user_account", &["login"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("user_account").to_owned()).await
    }
}
