//! Long work that is looked at later.
//!
//! `task`, `result` and `error` are text: they are shown as they were written, members in the same order.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, pk_uuid, string, string_null, text, text_null, timestamp_with_time_zone},
};

use crate::index::index;

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
            .table("job")
            .col(pk_uuid("id"))
            .col(text("task"))
            .col(string("state"))
            .col(big_integer("done"))
            .col(big_integer("total"))
            .col(text_null("result"))
            .col(text_null("error"))
            .col(string("created_by"))
            .col(string("role"))
            .col(string("scope_kind"))
            .col(string_null("scope_value"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("job", &["state"])).await?;
        manager.create_index(index("job", &["created_by"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("job").to_owned()).await
    }
}
