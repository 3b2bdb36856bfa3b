//! A round of the survey.

use sea_orm::entity::prelude::*;

/// A row of `round`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Code.
    #[sea_orm(unique)]
    pub code: String,
    /// Title.
    pub title: String,
    /// Year in which it is asked.
    pub year: i32,
    /// The questionnaire, a document.
    pub questionnaire_id: Uuid,
    /// Documents of code lists and factor tables in force when it was made, a JSON array of identifiers.
    #[sea_orm(column_type = "JsonBinary")]
    pub reference: Json,
    /// Older versions of the questionnaire whose templates are still read, a JSON array of document identifiers.
    #[sea_orm(column_type = "JsonBinary")]
    pub accepted_versions: Json,
    /// First day for returns.
    pub opens_on: Date,
    /// Last day for returns.
    pub closes_on: Date,
    /// Who is asked, as it was stated.
    #[sea_orm(column_type = "JsonBinary")]
    pub population: Json,
    /// The round before.
    pub previous_round_id: Option<Uuid>,
    /// Whether a return is submitted only once every warning is justified.
    pub warnings_must_be_justified: bool,
    /// Version for optimistic locking.
    pub version: i64,
    /// When made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
