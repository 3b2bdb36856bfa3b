//! Score functions as documents write them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use survey::document::DocumentFault;

use crate::{codes::MethodologyCode, exact::Fixed};

/// How the value of an indicator becomes its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScoreFunction {
    /// Points by option code.
    OptionPoints {
        /// Points of every option of the question.
        points: BTreeMap<String, Fixed>,
        /// Whether one option is chosen or the points of several add up.
        #[serde(default)]
        select: Select,
    },
    /// The first interval that holds, from the top.
    Steps {
        /// Intervals with rising upper limits; the last has none.
        steps: Vec<Step>,
        /// Half the width of the middle interval, for the reader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance: Option<Fixed>,
    },
    /// A straight line between the points, the end score outside.
    LinearBands {
        /// Points `[x, score]` with rising x.
        points: Vec<(Fixed, Fixed)>,
    },
    /// The share of the options that were chosen, in percent.
    MultiShare {
        /// The number of options that count.
        of: u32,
        /// The option that means none of the others and does not count.
        none_code: String,
    },
    /// Points by level.
    LevelPoints {
        /// Points of every level of the question.
        points: BTreeMap<String, Fixed>,
    },
    /// Points for yes and for no.
    Boolean {
        /// Points for yes.
        #[serde(rename = "true")]
        yes: Fixed,
        /// Points for no.
        #[serde(rename = "false")]
        no: Fixed,
    },
}

/// Whether one option is chosen or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// One.
    #[default]
    One,
    /// Several; their points add up.
    Many,
}

/// An interval of a step function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Upper limit; none means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Fixed>,
    /// Whether the limit itself belongs to the interval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_inclusive: bool,
    /// Score.
    pub score: Fixed,
    /// The option of the official form that the interval stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
}

/// The kinds there are, as written.
const KINDS: [&str; 6] = [
    "option_points",
    "steps",
    "linear_bands",
    "multi_share",
    "level_points",
    "boolean",
];

/// A fault for every score function of an unknown kind: the likeliest slip of an author deserves more than the first of
/// them.
pub(super) fn unknown_kinds(document: &Value) -> Vec<DocumentFault> {
    let mut faults = Vec::new();
    for list in ["items", "indicators"] {
        let entries = document
            .get(list)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (at, entry) in entries.iter().enumerate() {
            let kind = entry.pointer("/score/kind").and_then(Value::as_str);
            if let Some(kind) = kind.filter(|kind| !KINDS.contains(kind)) {
                let known = KINDS.join(", ");
                faults.push(DocumentFault::of(
                    MethodologyCode::ScoreUnknownKind,
                    format!("/{list}/{at}/score/kind"),
                    format!("没有名为 {kind} 的计分方式，可用：{known}。"),
                    format!("There is no score kind {kind}; use one of {known}."),
                ));
            }
        }
    }
    faults
}
