//! The frozen population of each round.

use sea_orm_migration::{prelude::*, schema::uuid};

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
            .table("round_member")
            .col(uuid("round_id"))
            .col(uuid("enterprise_id"))
            .primary_key(Index::create().col("round_id").col("enterprise_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_round_member_round_id")
                    .from("round_member", "round_id")
                    .to("round", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_round_member_enterprise_id")
                    .from("round_member", "enterprise_id")
                    .to("enterprise", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("round_member", &["enterprise_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("round_member").to_owned()).await
    }
}
