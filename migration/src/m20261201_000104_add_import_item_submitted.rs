//! Whether the import recorded that the enterprise submits.

use sea_orm_migration::{prelude::*, schema::boolean};

/// Adds the column.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("submitted").default(false).to_owned();
        manager
            .alter_table(Table::alter().table("import_item").add_column(column).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("import_item").drop_column("submitted").to_owned())
            .await
    }
}
