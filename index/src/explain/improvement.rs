//! What would reach the next level or stage, whatever scored the enterprise.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::{card::Figure, exact::Fixed};

/// Changes that reach the next level or stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Improvement {
    /// Number of the next level or stage.
    pub value: u32,
    /// Label.
    pub label: Text,
    /// Changes each of which reaches the next level or stage alone, smallest first.
    pub single: Vec<Change>,
    /// Changes that together reach the next level or stage; absent if no combination does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combination: Option<Vec<Change>>,
}

/// A change of one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Question or derived value.
    pub source: Arc<str>,
    /// Label of the indicator or scene that uses the value.
    pub label: Arc<Text>,
    /// Unit of the value; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Current value; absent if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Figure>,
    /// Value after the change.
    pub to: Figure,
    /// Codes of the questions behind the value.
    pub questions: Vec<String>,
    /// Scores that the change would raise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gains: Vec<Gain>,
    /// Size of the change as a share of the range of the score, 0 to 1.
    pub share: Fixed,
}

/// A score that the change would raise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gain {
    /// Code of the indicator.
    pub code: Arc<str>,
    /// Current score; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Fixed>,
    /// Score after the change.
    pub to: Fixed,
}

/// Most changes that are listed as reaching it alone.
const LISTED: usize = 20;

/// Changes each of which reaches it alone, the smallest first, not too many of them.
pub(super) fn listed(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut listed: Vec<Change> = changes.collect();
    listed.sort_by(|a, b| a.share.cmp(&b.share).then_with(|| a.source.cmp(&b.source)));
    listed.truncate(LISTED);
    listed
}
