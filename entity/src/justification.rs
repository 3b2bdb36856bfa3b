//! What an enterprise said to a warning. Rows are added, never changed: the last one about a finding counts.

use sea_orm::entity::prelude::*;

/// A row of `justification`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "justification")]
pub struct Model {
    /// Return.
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: Uuid,
    /// Number within the return, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The revision that was the newest when it was given.
    pub revision_id: Uuid,
    /// Which finding.
    pub finding_key: String,
    /// The values it was raised on.
    pub fingerprint: String,
    /// Code of the reason.
    pub reason: String,
    /// Explanation.
    #[sea_orm(column_type = "Text")]
    pub explanation: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
