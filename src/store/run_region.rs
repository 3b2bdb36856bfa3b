//! The index of a region that a run computed. It is written once and never changed.

use entity::{prelude::RunRegion as RegionEntity, run_region};
use sea_orm::{EntityTrait as _, Set};

use super::{Connection, StoreError, json};
use crate::domain::run::{RegionResult, RunId};

/// Adds what a run computed.
pub async fn insert_region(conn: &impl Connection, run: RunId, result: &RegionResult) -> Result<(), StoreError> {
    let row = run_region::ActiveModel {
        run_id: Set(run.0),
        figures: Set(json::to_text(&result.figures)?),
        outcome: Set(json::to_text(&result.outcome)?),
    };
    RegionEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// What a run computed; none for a run over enterprises. It is of no enterprise, and whoever sees the run may see it.
pub async fn find_region(conn: &impl Connection, run: RunId) -> Result<Option<RegionResult>, StoreError> {
    let row = RegionEntity::find_by_id(run.0).one(conn).await?;
    row.map(|row| {
        Ok(RegionResult {
            figures: json::from_text(&row.figures)?,
            outcome: json::from_text(&row.outcome)?,
        })
    })
    .transpose()
}
