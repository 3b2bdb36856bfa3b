//! Which enterprise belonged to which group from when until when.

use sea_orm_migration::{
    prelude::*,
    schema::{date, date_null, uuid},
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
            .table("enterprise_group_member")
            .col(uuid("group_id"))
            .col(uuid("enterprise_id"))
            .col(date("joined_on"))
            .col(date_null("left_on"))
            .primary_key(Index::create().col("group_id").col("enterprise_id").col("joined_on"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_enterprise_group_member_group_id")
                    .from("enterprise_group_member", "group_id")
                    .to("enterprise_group", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_enterprise_group_member_enterprise_id")
                    .from("enterprise_group_member", "enterprise_id")
                    .to("enterprise", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(index("enterprise_group_member", &["enterprise_id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("enterprise_group_member").to_owned())
            .await
    }
}
