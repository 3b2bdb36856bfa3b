//! Results of a run, one an enterprise.
//!
//! `totals` and `detail` are text, not JSON: PostgreSQL would reorder the members of an object, and a frozen result must be
//! read back byte for byte on both databases.

use sea_orm_migration::{
    prelude::*,
    schema::{double_null, integer_null, string, text, uuid},
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
            .table("run_result")
            .col(uuid("run_id"))
            .col(uuid("enterprise_id"))
            .col(uuid("revision_id"))
            .col(string("area_code"))
            .col(string("industry_code"))
            .col(string("enterprise_name"))
            .col(string("uscc"))
            .col(double_null("score"))
            .col(integer_null("rank"))
            .col(integer_null("band"))
            .col(text("totals"))
            .col(text("detail"))
            .primary_key(Index::create().col("run_id").col("enterprise_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_result_run_id")
                    .from("run_result", "run_id")
                    .to("run", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_result_enterprise_id")
                    .from("run_result", "enterprise_id")
                    .to("enterprise", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("fk_run_result_revision_id")
                    .from("run_result", "revision_id")
                    .to("revision", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        manager
            .create_index(index("run_result", &["run_id", "rank", "uscc"]))
            .await?;
        manager
            .create_index(index("run_result", &["run_id", "area_code"]))
            .await?;
        manager
            .create_index(index("run_result", &["run_id", "industry_code"]))
            .await?;
        manager.create_index(index("run_result", &["enterprise_id"])).await?;
        manager.create_index(index("run_result", &["revision_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("run_result").to_owned()).await
    }
}
