//! That an enterprise belonged to a group for a time.

use sea_orm::entity::prelude::*;

/// A row of `enterprise_group_member`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enterprise_group_member")]
pub struct Model {
    /// Group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: Uuid,
    /// Enterprise.
    #[sea_orm(primary_key, auto_increment = false)]
    pub enterprise_id: Uuid,
    /// First day on which it belongs to the group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub joined_on: Date,
    /// First day on which it no longer does; absent while it does.
    pub left_on: Option<Date>,
    /// The group.
    #[sea_orm(belongs_to, from = "group_id", to = "id")]
    pub group: BelongsTo<super::enterprise_group::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
