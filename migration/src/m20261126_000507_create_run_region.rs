//! The index of a region that a run computed.
//!
//! `figures` and `outcome` are text, not JSON: a frozen result comes out byte for byte as it was computed.

use sea_orm_migration::{
    prelude::*,
    schema::{pk_uuid, text},
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
            .table("run_region")
            .col(pk_uuid("run_id"))
            .col(text("figures"))
            .col(text("outcome"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_region_run_id")
                    .from("run_region", "run_id")
                    .to("run", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("run_region").to_owned()).await
    }
}
