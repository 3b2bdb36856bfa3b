//! Rounds: one questionnaire, one year, one population.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, date, integer, json_binary, pk_uuid, string, timestamp_with_time_zone, uuid, uuid_null},
};

use crate::index::unique;

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
            .table("round")
            .col(pk_uuid("id"))
            .col(string("code"))
            .col(string("title"))
            .col(integer("year"))
            .col(uuid("questionnaire_id"))
            .col(json_binary("reference"))
            .col(date("opens_on"))
            .col(date("closes_on"))
            .col(json_binary("population"))
            .col(uuid_null("previous_round_id"))
            .col(big_integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_round_questionnaire_id")
                    .from("round", "questionnaire_id")
                    .to("document", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_round_previous_round_id")
                    .from("round", "previous_round_id")
                    .to("round", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(unique("round", &["code"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("round").to_owned()).await
    }
}
