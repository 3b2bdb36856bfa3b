//! Published documents, immutable and versioned.

use sea_orm_migration::{
    prelude::*,
    schema::{pk_uuid, string, text, timestamp_with_time_zone},
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
            .table("document")
            .col(pk_uuid("id"))
            .col(string("kind"))
            .col(string("code"))
            .col(string("version"))
            .col(string("title_zh"))
            .col(string("title_en"))
            .col(string("sha256"))
            .col(text("content"))
            .col(timestamp_with_time_zone("published_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(unique("document", &["kind", "code", "version"]))
            .await?;
        manager.create_index(index("document", &["code"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("document").to_owned()).await
    }
}
