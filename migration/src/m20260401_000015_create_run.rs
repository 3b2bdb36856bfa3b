//! Frozen runs of a methodology over a round.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, pk_uuid, string, timestamp_with_time_zone, uuid},
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
            .table("run")
            .col(pk_uuid("id"))
            .col(uuid("round_id"))
            .col(uuid("methodology_id"))
            .col(string("methodology_code"))
            .col(string("methodology_version"))
            .col(string("inputs_sha256"))
            .col(string("results_sha256"))
            .col(string("engine_version"))
            .col(big_integer("returns"))
            .col(big_integer("scored"))
            .col(string("created_by"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_round_id")
                    .from("run", "round_id")
                    .to("round", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_methodology_id")
                    .from("run", "methodology_id")
                    .to("document", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("run", &["round_id"])).await?;
        manager.create_index(index("run", &["methodology_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("run").to_owned()).await
    }
}
