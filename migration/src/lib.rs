//! The schema, one change a file, for SQLite and PostgreSQL alike.
//!
//! A migration never names an entity (entities move on, migrations must not) and always runs inside a transaction, so
//! that a half-applied one cannot exist on either database. Servers do not migrate: `ronghe migrate` does.

#![expect(
    elided_lifetimes_in_paths,
    reason = "`MigrationTrait` hides the lifetime of `SchemaManager`, an impl must too"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod index;
mod m20260401_000001_create_user_account;
mod m20260401_000002_create_access_token;
mod m20260401_000003_create_api_key;
mod m20260401_000004_create_document;
mod m20260401_000005_create_area;
mod m20260401_000006_create_area_closure;
mod m20260401_000007_create_industry;
mod m20260401_000008_create_enterprise;
mod m20260401_000009_create_round;
mod m20260401_000010_create_round_member;
mod m20260401_000011_create_blob;
mod m20260401_000012_create_survey_return;
mod m20260401_000013_create_revision;
mod m20260401_000014_create_return_event;
mod m20260401_000015_create_run;
mod m20260401_000016_create_run_result;
mod m20260401_000017_create_job;
mod m20261126_000001_add_revision_claims;
mod m20261126_000201_create_justification;
mod m20261126_000202_create_acceptance;
mod m20261126_000203_add_round_warnings_must_be_justified;
mod m20261126_000301_create_signing_key;
mod m20261126_000302_add_accepted_versions;
mod m20261126_000401_create_import_batch;
mod m20261126_000402_create_import_item;
mod m20261126_000403_add_revision_import_id;
mod m20261126_000404_add_revision_part_sha256;
mod m20261126_000405_create_mapping_profile;
mod m20261126_000501_add_run_state;
mod m20261126_000502_create_run_event;
mod m20261126_000503_add_run_result_basis;
mod m20261126_000504_index_published_run;
mod m20261126_000505_index_run_score;
mod m20261126_000506_index_return_changes;
mod m20261126_000507_create_run_region;
mod m20261126_000508_add_enterprise_parent;
mod m20261201_000101_add_return_review;
mod m20261201_000102_add_return_event_detail;
mod m20261201_000103_add_return_correction_state;
mod m20261201_000104_add_import_item_submitted;
mod m20261201_000801_create_login_code;
mod m20261201_000802_create_enterprise_group;
mod m20261201_000803_create_enterprise_group_member;

/// All migrations in order.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260401_000001_create_user_account::Migration),
            Box::new(m20260401_000002_create_access_token::Migration),
            Box::new(m20260401_000003_create_api_key::Migration),
            Box::new(m20260401_000004_create_document::Migration),
            Box::new(m20260401_000005_create_area::Migration),
            Box::new(m20260401_000006_create_area_closure::Migration),
            Box::new(m20260401_000007_create_industry::Migration),
            Box::new(m20260401_000008_create_enterprise::Migration),
            Box::new(m20260401_000009_create_round::Migration),
            Box::new(m20260401_000010_create_round_member::Migration),
            Box::new(m20260401_000011_create_blob::Migration),
            Box::new(m20260401_000012_create_survey_return::Migration),
            Box::new(m20260401_000013_create_revision::Migration),
            Box::new(m20260401_000014_create_return_event::Migration),
            Box::new(m20260401_000015_create_run::Migration),
            Box::new(m20260401_000016_create_run_result::Migration),
            Box::new(m20260401_000017_create_job::Migration),
            Box::new(m20261126_000001_add_revision_claims::Migration),
            Box::new(m20261126_000201_create_justification::Migration),
            Box::new(m20261126_000202_create_acceptance::Migration),
            Box::new(m20261126_000203_add_round_warnings_must_be_justified::Migration),
            Box::new(m20261126_000301_create_signing_key::Migration),
            Box::new(m20261126_000302_add_accepted_versions::Migration),
            Box::new(m20261126_000401_create_import_batch::Migration),
            Box::new(m20261126_000402_create_import_item::Migration),
            Box::new(m20261126_000403_add_revision_import_id::Migration),
            Box::new(m20261126_000404_add_revision_part_sha256::Migration),
            Box::new(m20261126_000405_create_mapping_profile::Migration),
            Box::new(m20261126_000501_add_run_state::Migration),
            Box::new(m20261126_000502_create_run_event::Migration),
            Box::new(m20261126_000503_add_run_result_basis::Migration),
            Box::new(m20261126_000504_index_published_run::Migration),
            Box::new(m20261126_000505_index_run_score::Migration),
            Box::new(m20261126_000506_index_return_changes::Migration),
            Box::new(m20261126_000507_create_run_region::Migration),
            Box::new(m20261126_000508_add_enterprise_parent::Migration),
            Box::new(m20261201_000101_add_return_review::Migration),
            Box::new(m20261201_000102_add_return_event_detail::Migration),
            Box::new(m20261201_000801_create_login_code::Migration),
            Box::new(m20261201_000802_create_enterprise_group::Migration),
            Box::new(m20261201_000803_create_enterprise_group_member::Migration),
            Box::new(m20261201_000103_add_return_correction_state::Migration),
            Box::new(m20261201_000104_add_import_item_submitted::Migration),
        ]
    }
}
