//! The single files or rows of an import and what became of each. Their state is the truth of a batch.
//!
//! `message` and `faults` are JSON as text: shown as they were written.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, integer_null, string, string_null, text_null, uuid, uuid_null},
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
            .table("import_item")
            .col(uuid("import_id"))
            .col(integer("ordinal"))
            .col(string("name"))
            .col(string_null("sha256"))
            .col(string("state"))
            .col(string_null("uscc"))
            .col(string_null("enterprise_name"))
            .col(uuid_null("return_id"))
            .col(uuid_null("revision_id"))
            .col(integer_null("revision_number"))
            .col(integer("block"))
            .col(integer("warn"))
            .col(integer("info"))
            .col(string_null("code"))
            .col(text_null("message"))
            .col(text_null("faults"))
            .primary_key(Index::create().col("import_id").col("ordinal"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_import_item_import_id")
                    .from("import_item", "import_id")
                    .to("import_batch", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(index("import_item", &["import_id", "state"]))
            .await?;
        manager
            .create_index(index("import_item", &["import_id", "return_id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_item").to_owned()).await
    }
}
