//! Returns: one enterprise in one round.
//!
//! `latest_revision_id` and `accepted_revision_id` carry no foreign key: revisions refer to returns, and SQLite cannot add a
//! constraint after both tables are made.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, integer, pk_uuid, string, timestamp_with_time_zone, uuid, uuid_null},
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
            .table("survey_return")
            .col(pk_uuid("id"))
            .col(uuid("round_id"))
            .col(uuid("enterprise_id"))
            .col(string("state"))
            .col(uuid_null("latest_revision_id"))
            .col(uuid_null("accepted_revision_id"))
            .col(integer("revision_number"))
            .col(integer("block"))
            .col(integer("warn"))
            .col(big_integer("version"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_survey_return_round_id")
                    .from("survey_return", "round_id")
                    .to("round", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_survey_return_enterprise_id")
                    .from("survey_return", "enterprise_id")
                    .to("enterprise", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(unique("survey_return", &["round_id", "enterprise_id"]))
            .await?;
        manager
            .create_index(index("survey_return", &["round_id", "state"]))
            .await?;
        manager.create_index(index("survey_return", &["enterprise_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("survey_return").to_owned())
            .await
    }
}
