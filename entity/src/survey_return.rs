//! The return of one enterprise in one round.

use sea_orm::entity::prelude::*;

/// A row of `survey_return`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "survey_return")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Round.
    pub round_id: Uuid,
    /// Enterprise.
    pub enterprise_id: Uuid,
    /// State by name.
    pub state: String,
    /// The newest revision.
    pub latest_revision_id: Option<Uuid>,
    /// The revision in force.
    pub accepted_revision_id: Option<Uuid>,
    /// Number of the newest revision, 0 when there is none.
    pub revision_number: i32,
    /// Blocking findings of the newest revision.
    pub block: i32,
    /// Warnings of the newest revision.
    pub warn: i32,
    /// State of the correction of an accepted return by name.
    pub correction_state: Option<String>,
    /// What its review has left on it.
    #[sea_orm(column_type = "JsonBinary")]
    pub review: Option<Json>,
    /// Version for optimistic locking.
    pub version: i64,
    /// When last changed.
    pub updated_at: DateTimeUtc,
    /// The enterprise.
    #[sea_orm(belongs_to, from = "enterprise_id", to = "id")]
    pub enterprise: BelongsTo<super::enterprise::Entity>,
    /// The newest revision.
    #[sea_orm(belongs_to, relation_enum = "LatestRevision", from = "latest_revision_id", to = "id")]
    pub latest_revision: BelongsTo<Option<super::revision::Entity>>,
    /// The revision in force.
    #[sea_orm(
        belongs_to,
        relation_enum = "AcceptedRevision",
        from = "accepted_revision_id",
        to = "id"
    )]
    pub accepted_revision: BelongsTo<Option<super::revision::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
