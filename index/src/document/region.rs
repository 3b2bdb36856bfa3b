//! The document of a regional index: indicators against the mean of a base year.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{questionnaire::Confidence, text::Text};

use super::{Reference, RoundingMode};
use crate::exact::Fixed;

/// A methodology that gives a region an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionMethodology {
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Whether the product must not offer to edit it.
    pub locked: bool,
    /// Whether one region's figures can move another's score.
    pub relative: bool,
    /// Confidence of the whole.
    pub confidence: Confidence,
    /// Classes in order.
    pub classes: Vec<RegionClass>,
    /// A published year that the class weights must reproduce.
    pub class_weight_check: ClassCheck,
    /// The base year.
    pub base_year: i32,
    /// The formula of one indicator.
    pub formula: RegionFormula,
    /// How indicators become classes and the total.
    pub aggregation: RegionAggregation,
    /// What becomes of missing values.
    pub missing_policy: RegionMissingPolicy,
    /// Rounding.
    pub rounding: RegionRounding,
    /// Published totals.
    pub series: Vec<YearTotal>,
    /// Confidence of the series.
    pub series_confidence: Confidence,
    /// Indicators in order.
    pub indicators: Vec<RegionIndicator>,
    /// Documents it leans on.
    pub references: Vec<Reference>,
}

/// A class of indicators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionClass {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Weight in percent: the sum of its indicators' weights.
    pub weight: Fixed,
}

/// A published year that the class weights must reproduce.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassCheck {
    /// Year.
    pub year: i32,
    /// Published index of every class.
    pub class_values: BTreeMap<String, Fixed>,
    /// Published total.
    pub total: Fixed,
    /// Confidence.
    pub confidence: Confidence,
    /// Description in words.
    pub note: Text,
}

/// The formula of one indicator: Z from its value X and the base mean X0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionFormula {
    /// `Z = k * log2(1 + X / X0)` with a number k.
    pub direct: String,
    /// `Z = k * log2(1 + X0 / X)` with the same k, for an indicator of which less is better.
    pub inverse: String,
    /// Where X0 comes from.
    pub x0: Text,
    /// Confidence.
    pub confidence: Confidence,
    /// Points that the formula must pass through.
    pub reference_points: Vec<ReferencePoint>,
    /// Description in words.
    pub note: Text,
}

/// A point of the formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferencePoint {
    /// X over X0.
    pub ratio: Fixed,
    /// Z, rounded as an indicator is.
    pub z: Fixed,
}

/// How indicators become classes and the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionAggregation {
    /// `sum(w * Z) / sum(w)`, over the indicators of the class.
    pub class: String,
    /// `sum(w * Z) / sum(w)`, over all indicators.
    pub total: String,
}

/// What becomes of missing values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionMissingPolicy {
    /// What stands in for a missing value, tried in this order.
    pub order: Vec<MissingSubstitute>,
    /// Whether a substituted value is flagged.
    pub flag: bool,
    /// What becomes of a value of zero or less under the inverse formula.
    pub zero_or_negative_inverse: UnusableValue,
}

/// Substitute for a missing value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingSubstitute {
    /// The value of the previous year.
    LastYearValue,
    /// The index of the class, computed from its other indicators.
    ClassMean,
}

/// What becomes of a value that the formula cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnusableValue {
    /// It is treated as missing.
    TreatAsMissing,
}

/// How and where numbers are rounded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionRounding {
    /// The rule for ties.
    pub mode: RoundingMode,
    /// Decimals of an indicator's Z.
    pub indicator_decimals: u32,
    /// Decimals of classes and the total.
    pub total_decimals: u32,
    /// Decimals in print.
    pub print_decimals: u32,
}

/// A published total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearTotal {
    /// Year.
    pub year: i32,
    /// Total.
    pub total: Fixed,
}

/// An indicator of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionIndicator {
    /// Code.
    pub code: String,
    /// Code of its class.
    pub class: String,
    /// Label.
    pub label: Text,
    /// Unit of the value.
    pub unit: String,
    /// Weight as a percentage of the total.
    pub weight: Fixed,
    /// Whether a lower value is better.
    pub inverse: bool,
    /// Where the value comes from.
    pub value_from: ValueSource,
    /// Confidence.
    pub confidence: Confidence,
    /// How the survey gives the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<SurveyMeasure>,
}

/// Where a regional value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// Official statistics, entered by hand.
    Statistics,
    /// The returns of a round.
    Survey,
}

/// How the returns of a round give a regional value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyMeasure {
    /// What is taken over the enterprises.
    pub kind: SurveyMeasureKind,
    /// CEL expression over the answers: a condition for a share, a number for a mean.
    pub expression: String,
    /// Names that must not be null for an enterprise to be counted.
    pub needs: Vec<String>,
    /// Unit.
    pub unit: String,
    /// Confidence.
    pub confidence: Confidence,
}

/// What is taken over the enterprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurveyMeasureKind {
    /// The share of enterprises that fulfil the condition, in percent.
    ShareOfEnterprises,
    /// The plain mean of the number.
    MeanOfEnterprises,
}
