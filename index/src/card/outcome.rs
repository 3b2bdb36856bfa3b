//! What became of the leaves and scenes of one return.

use super::{Figure, MissingReason};
use crate::exact::Fixed;

/// What became of a leaf: without a score it is left out.
pub(super) struct LeafOutcome {
    pub(super) figure: Option<Figure>,
    pub(super) score: Option<Fixed>,
    pub(super) missing: Option<MissingReason>,
}

/// What became of a scene.
pub(super) struct SceneOutcome {
    pub(super) level: Option<Fixed>,
    pub(super) missing: Option<MissingReason>,
}
