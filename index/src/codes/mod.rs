//! Stable codes of this crate, each with its meaning and what to do.

mod analysis;
mod composite;
mod methodology;
mod table;

pub use analysis::{RegionCode, RobustnessCode, StatisticsCode, WeightCode};
pub use composite::CompositeCode;
pub use methodology::MethodologyCode;
use survey::codes::{Row, rows};
pub use table::TableCode;

/// Every code that this crate gives, room by room.
pub fn all_codes() -> Vec<Row> {
    rows::<MethodologyCode>()
        .chain(rows::<CompositeCode>())
        .chain(rows::<TableCode>())
        .chain(rows::<WeightCode>())
        .chain(rows::<StatisticsCode>())
        .chain(rows::<RobustnessCode>())
        .chain(rows::<RegionCode>())
        .collect()
}
