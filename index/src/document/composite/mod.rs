//! The document of a composite indicator over many units: everything that decides it, in the order in which it is done.
//!
//! Whatever is left out has the default of COINr's function of that step; a step whose field is absent is not done, except
//! normalisation and aggregation, which always are.

mod join;
mod prepare;
mod result;
mod scale;
mod treat;
mod tree;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{questionnaire::Confidence, text::Text};

use super::Reference;

pub use join::{AggregationRule, MeanRule, MissingRule, NodeRule, Penalty};
pub use prepare::{
    CompositeStep, Denomination, DenominatorRule, EmptyFill, FillMethod, ImputationRule, IndicatorFill, ScreenBy,
    ScreeningRule,
};
pub use result::{CompositeStages, Cut, CutRule, PanelBounds, PanelRule, Publication, RankRule, ScoreForm};
pub use scale::{ConstantRule, NormalisationRule, ScaleRule};
pub use treat::{IndicatorTreatment, LimitRule, StepRule, TreatmentRule};
pub use tree::{CompositeNode, WeightOrigin, WeightSet};

/// A methodology that gives units a composite indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeMethodology {
    /// Always `composite`.
    pub kind: CompositeKind,
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title; needed to publish it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Whether the product must not offer to edit it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// Confidence of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Code of the questionnaire that `sources` are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub questionnaire: Option<String>,
    /// The indicator tree. Absent: that of the iMeta table that is handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Vec<CompositeNode>>,
    /// Weights that take the place of those of the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightSet>,
    /// The order of the steps before normalisation. Absent: denominate, impute, screen, treat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<CompositeStep>>,
    /// Division of indicators that grow with the size of a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denomination: Option<Denomination>,
    /// Filling of missing values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imputation: Option<ImputationRule>,
    /// Leaving out units of which too little is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<ScreeningRule>,
    /// Treatment of outliers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<TreatmentRule>,
    /// Bringing indicators to one scale.
    #[serde(default)]
    pub normalisation: NormalisationRule,
    /// The way up the tree.
    #[serde(default)]
    pub aggregation: AggregationRule,
    /// Several years.
    #[serde(default)]
    pub panel: PanelRule,
    /// Ranks.
    #[serde(default)]
    pub ranks: RankRule,
    /// Levels by cuts of a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<CutRule>,
    /// Stages by conditions over the scores of several nodes; a methodology has levels or stages, not both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<CompositeStages>,
    /// What is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<Publication>,
    /// For each indicator where its value comes from in a run over returns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, IndicatorSource>,
    /// Documents it leans on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// The kind of this document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompositeKind {
    /// A composite indicator over many units.
    #[default]
    Composite,
}

fn one() -> f64 {
    1.0
}

/// Where the value of an indicator comes from in a run over returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorSource {
    /// CEL expression over answers and derived values that gives a number.
    pub expression: String,
    /// Names that must be present; where one is missing, so is the indicator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}
