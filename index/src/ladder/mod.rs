//! Ladders from scores to levels and stages, and what was reached on them.

mod attained;
mod level_row;
mod score_levels;
mod score_stages;
mod stage;

pub use attained::{Attained, AttainedKind, MissedRow, SceneCount};
pub use level_row::LevelRow;
pub use score_levels::ScoreLevels;
pub use score_stages::ScoreStages;
pub(crate) use stage::{Comparison, Operator, StageCondition, StageLadder, StageRow, unmet};
