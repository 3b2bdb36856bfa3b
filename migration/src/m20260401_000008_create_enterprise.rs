//! The registry of enterprises.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, json_binary, pk_uuid, string, string_null, text,
        timestamp_with_time_zone,
    },
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
            .table("enterprise")
            .col(pk_uuid("id"))
            .col(string("uscc"))
            .col(string("org_code"))
            .col(string("name"))
            .col(text("search_text"))
            .col(json_binary("former_names"))
            .col(string("area_code"))
            .col(string("industry_code"))
            .col(big_integer_null("employees"))
            .col(string_null("revenue_wan_yuan"))
            .col(string_null("assets_wan_yuan"))
            .col(string_null("size_class"))
            .col(string_null("uscc_exception"))
            .col(boolean("active"))
            .col(big_integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(unique("enterprise", &["uscc"])).await?;
        manager.create_index(index("enterprise", &["area_code"])).await?;
        manager.create_index(index("enterprise", &["industry_code"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("enterprise").to_owned()).await
    }
}
