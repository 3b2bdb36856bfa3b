//! The import through which a revision was handed in; absent for an upload of the enterprise's own.

use sea_orm_migration::{prelude::*, schema::uuid_null};

/// Adds the column.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = uuid_null("import_id");
        manager
            .alter_table(Table::alter().table("revision").add_column(column).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("revision").drop_column("import_id").to_owned())
            .await
    }
}
