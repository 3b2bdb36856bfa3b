//! The document of a composite indicator over many units: everything that decides it, in the order in which it is done.
//!
//! Whatever is left out has the default of COINr's function of that step; a step whose field is absent is not done, except
//! normalisation and aggregation, which always are.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{questionnaire::Confidence, text::Text};

use super::{Direction, Reference, StageRule};
use crate::composite::{On, Ties};

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

/// A node of the tree. One that is named as a parent is an aggregate, any other an indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeNode {
    /// Code; an indicator's is its column's.
    pub code: String,
    /// Label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// Code of its parent; absent for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Weight among its siblings.
    #[serde(default = "one")]
    pub weight: f64,
    /// Whether more is better.
    #[serde(default = "higher")]
    pub direction: Direction,
    /// Unit of measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

fn one() -> f64 {
    1.0
}

fn higher() -> Direction {
    Direction::HigherIsBetter
}

/// Weights and where they come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightSet {
    /// Where they come from.
    pub origin: WeightOrigin,
    /// The weight of each node that has another than in the tree; with the origin `equal` every node that is not named
    /// weighs 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub of: BTreeMap<String, f64>,
    /// In words: who was asked, which matrix, which year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Where weights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightOrigin {
    /// Set by an authority or by agreement.
    Given,
    /// All equal.
    Equal,
    /// Analytic hierarchy process.
    Ahp,
    /// Entropy of the data.
    Entropy,
    /// CRITIC.
    Critic,
    /// Standard deviation of the data.
    StandardDeviation,
    /// Principal components.
    Pca,
    /// Sought so that correlations are balanced.
    Balanced,
}

/// A step before normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompositeStep {
    /// Denomination.
    Denominate,
    /// Imputation.
    Impute,
    /// Screening.
    Screen,
    /// Treatment.
    Treat,
}

/// Which indicators are divided by what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Denomination {
    /// By indicator. Absent: as the column Denominator of the iMeta table says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicators: Option<BTreeMap<String, DenominatorRule>>,
}

/// By what an indicator is divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenominatorRule {
    /// Column of the denominator.
    pub by: String,
    /// What the quotient is multiplied by.
    #[serde(default = "one")]
    pub factor: f64,
}

/// How missing values are filled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImputationRule {
    /// The method of every indicator that does not say itself.
    #[serde(default)]
    pub method: FillMethod,
    /// The value of `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The column of groups of `group_mean` and `group_median`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// For `unit_mean` and `unit_median`: only values under the same ancestor of this level count (2: under the same parent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_level: Option<usize>,
    /// For `latest`: how many years back at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_years: Option<usize>,
    /// Indicators by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, IndicatorFill>,
    /// What becomes of a value for which there is nothing to put in.
    #[serde(default)]
    pub empty: EmptyFill,
}

/// How the missing values of one indicator are filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorFill {
    /// One of `none`, `mean`, `median`, `group_mean`, `group_median`, `value`.
    pub method: FillMethod,
    /// The value of `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// What a missing value becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FillMethod {
    /// It stays missing.
    None,
    /// The mean of its column.
    #[default]
    Mean,
    /// The median of its column.
    Median,
    /// The mean of its column in the unit's group.
    GroupMean,
    /// The median of its column in the unit's group.
    GroupMedian,
    /// A given value, zero unless `value` says another.
    Value,
    /// The mean of the unit's other values, brought to one scale.
    UnitMean,
    /// The median of the unit's other values, brought to one scale.
    UnitMedian,
    /// The unit's value of the latest earlier year that has one.
    Latest,
    /// Linear between the unit's years, the nearest value outside them.
    Linear,
    /// The unit's value of the year before, the earliest one before it.
    Constant,
}

/// What becomes of a value for which there is nothing to put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmptyFill {
    /// It stays missing.
    #[default]
    Leave,
    /// It is refused, naming indicator and unit.
    Refuse,
}

/// Which units are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreeningRule {
    /// By what.
    #[serde(default)]
    pub by: ScreenBy,
    /// The least share of indicators that must have a value. Absent: two thirds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
    /// The least share of values that must not be zero. Absent: 0.05.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonzero: Option<f64>,
    /// Units kept in any case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub keep: BTreeSet<String>,
    /// Units left out in any case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub drop: BTreeSet<String>,
}

/// By what units are screened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScreenBy {
    /// By the share of values that are there.
    #[default]
    Availability,
    /// By the share of values that are not zero.
    Nonzero,
    /// By both.
    Both,
}

/// How outliers are treated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreatmentRule {
    /// When an indicator is tame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitRule>,
    /// The first step. Absent: winsorise at most five points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<StepRule>,
    /// The second step, where the first was not enough. Absent: `log_ct`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<StepRule>,
    /// Whether the second step takes the result of the first instead of the untreated values.
    #[serde(default)]
    pub combine: bool,
    /// Indicators by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, IndicatorTreatment>,
}

/// How one indicator is treated; what is left out is as for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorTreatment {
    /// Whether it is treated at all.
    #[serde(default = "yes")]
    pub treat: bool,
    /// When it is tame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitRule>,
    /// The first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<StepRule>,
    /// The second step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<StepRule>,
    /// Whether the second step takes the result of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine: Option<bool>,
}

fn yes() -> bool {
    true
}

/// When an indicator is tame: below one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Absolute skewness.
    #[serde(default = "two")]
    pub skew: f64,
    /// Excess kurtosis.
    #[serde(default = "three_and_a_half")]
    pub kurtosis: f64,
}

fn two() -> f64 {
    2.0
}

fn three_and_a_half() -> f64 {
    3.5
}

/// One step of treatment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepRule {
    /// This step is left out.
    None {},
    /// Points are pulled in.
    Winsorise {
        /// At most so many points. Absent: five.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_points: Option<usize>,
        /// Whether there is no such limit.
        #[serde(default)]
        unlimited: bool,
        /// The skewness at which it stops. Absent: as `limits` says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skew: Option<f64>,
        /// The kurtosis at which it stops. Absent: as `limits` says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kurtosis: Option<f64>,
        /// Whether points are pulled in up to the limit in any case.
        #[serde(default)]
        force: bool,
    },
    /// `ln(x - min + (max - min) / 100)`.
    LogCt {},
    /// `log_ct` for a positive skewness, its mirror image for a negative one.
    LogCtPlus {},
    /// `ln(x - min + 1)`.
    LogCtOrig {},
    /// The logarithm of the Global Innovation Index.
    LogGii {},
    /// `ln(x)`.
    Log {},
    /// Box-Cox.
    BoxCox {
        /// Lambda. Absent: the likeliest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lambda: Option<f64>,
        /// Whether the values are moved to begin at 1.
        #[serde(default = "yes")]
        shift: bool,
    },
}

/// How indicators are brought to one scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NormalisationRule {
    /// The method of every indicator that does not say itself. Absent: `min_max` from 0 to 100.
    #[serde(default)]
    pub all: ScaleRule,
    /// Indicators by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, ScaleRule>,
    /// The column of groups within which every unit is compared. Absent: with all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What becomes of an indicator without spread under a relative method.
    #[serde(default)]
    pub constant: ConstantRule,
}

/// What becomes of an indicator without spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConstantRule {
    /// It is refused by name.
    #[default]
    Refuse,
    /// It is missing for every unit.
    Missing,
}

/// A method of normalisation. A bound or target that is left out is looked up in the parameter table, under the name of
/// COINr's column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScaleRule {
    /// The value times its direction.
    None {},
    /// Minimum to maximum.
    MinMax {
        /// What the worst value becomes.
        #[serde(default)]
        low: f64,
        /// What the best value becomes.
        #[serde(default = "hundred")]
        high: f64,
        /// Whether both are looked up (`minmax_lower`, `minmax_upper`).
        #[serde(default)]
        from_table: bool,
    },
    /// Standard score.
    ZScore {
        /// The mean aimed at.
        #[serde(default)]
        mean: f64,
        /// The standard deviation aimed at.
        #[serde(default = "one")]
        sd: f64,
        /// Whether both are looked up (`zscore_mean`, `zscore_sd`).
        #[serde(default)]
        from_table: bool,
    },
    /// A line through two given bounds, 0 and 100.
    Scaled {
        /// Lower bound (`scaled_lower`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lower: Option<f64>,
        /// Upper bound (`scaled_upper`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upper: Option<f64>,
        /// What the bounds are values of.
        #[serde(default)]
        on: On,
    },
    /// A line between two goalposts.
    Goalposts {
        /// Lower goalpost (`goalpost_lower`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lower: Option<f64>,
        /// Upper goalpost (`goalpost_upper`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upper: Option<f64>,
        /// What the upper goalpost becomes (`goalpost_scale`; 1 where there is none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<f64>,
        /// Whether values beyond a goalpost count as that goalpost (`goalpost_trunc2posts`; true where there is none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clip: Option<bool>,
        /// What the goalposts are values of.
        #[serde(default)]
        on: On,
        /// Whether the logarithms of value and goalposts are taken first.
        #[serde(default)]
        log: bool,
        /// Other names of the columns of the parameter table: lower, upper.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        columns: Option<(String, String)>,
    },
    /// The rank, 1 the worst.
    Rank {
        /// How equal values are ranked.
        #[serde(default)]
        ties: Ties,
    },
    /// The rank as a share of all others.
    PercentileRank {
        /// How equal values are ranked.
        #[serde(default)]
        ties: Ties,
    },
    /// The rank, 0 the worst.
    Borda {
        /// How equal values are ranked.
        #[serde(default)]
        ties: Ties,
    },
    /// Distance to the best value.
    DistanceToMax {},
    /// Distance to a target.
    DistanceToTarget {
        /// The target (`Target`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<f64>,
        /// Whether a value beyond the target counts as 1 (`dist2targ_cap_max`; false where there is none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<bool>,
        /// What the target is a value of.
        #[serde(default)]
        on: On,
    },
    /// Distance to the value of a unit.
    DistanceToReference {
        /// The unit.
        unit: String,
        /// Whether a value beyond it counts as 1.
        #[serde(default)]
        cap: bool,
    },
    /// The share of the best value.
    FractionOfMax {},
    /// `factor * log2(1 + x / base)`.
    LogRatio {
        /// What a value equal to its base becomes.
        #[serde(default = "fifty")]
        factor: f64,
        /// The base (`base`). Where there is none, the mean of the sample.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<f64>,
    },
    /// Linear between given points.
    Bands {
        /// (value, score) in rising order of values.
        points: Vec<(f64, f64)>,
    },
    /// Steps.
    Steps {
        /// The score below the first step.
        #[serde(default)]
        below: f64,
        /// (from, score) in rising order.
        steps: Vec<(f64, f64)>,
    },
    /// Points for exact values.
    Points {
        /// (value, score).
        points: Vec<(f64, f64)>,
    },
}

impl Default for ScaleRule {
    fn default() -> Self {
        Self::MinMax {
            low: 0.0,
            high: 100.0,
            from_table: false,
        }
    }
}

fn hundred() -> f64 {
    100.0
}

fn fifty() -> f64 {
    50.0
}

/// How values go up the tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AggregationRule {
    /// Every node that does not say itself.
    #[serde(default)]
    pub all: NodeRule,
    /// All nodes of a level (`2`: the parents of the indicators).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<u32, NodeRule>,
    /// Nodes by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nodes: BTreeMap<String, NodeRule>,
}

/// How a node is made of its children; what is left out is as for its level, then as for all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeRule {
    /// The mean. Absent: `arithmetic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<MeanRule>,
    /// The exponent of `generalised`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<f64>,
    /// The sign of the penalty of `mazziotta_pareto`. Absent: `subtracted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penalty: Option<Penalty>,
    /// What becomes of missing children. Absent: `skip`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingRule>,
    /// With `skip`, the least share of children that must be there. Absent: one child will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
}

/// How children become their parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeanRule {
    /// Weighted arithmetic mean.
    Arithmetic,
    /// Weighted geometric mean.
    Geometric,
    /// Weighted harmonic mean.
    Harmonic,
    /// Weighted generalised mean.
    Generalised,
    /// Mean less a penalty for imbalance.
    MazziottaPareto,
    /// Weighted median.
    Median,
    /// Wins less losses against every other unit.
    Copeland,
}

/// The sign of a penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// Subtracted: more of the composite is good.
    Subtracted,
    /// Added: more of it is bad.
    Added,
}

/// What becomes of missing children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingRule {
    /// Their weights are spread over the others.
    Skip,
    /// They count as zero.
    Zero,
    /// The unit has no score here.
    NotRanked,
    /// Refused, naming node, child and unit.
    Refuse,
}

/// How several years are compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelRule {
    /// To what the scales are fitted.
    #[serde(default)]
    pub bounds: PanelBounds,
    /// The base year of `base_year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_year: Option<i64>,
}

/// To what the scales of a panel are fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelBounds {
    /// All years together: scores of different years can be compared.
    #[default]
    AllYears,
    /// Each year by itself: they cannot.
    EachYear,
    /// The base year, frozen for all others.
    BaseYear,
}

/// How units are ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankRule {
    /// What is ranked.
    #[serde(default)]
    pub on: ScoreForm,
    /// Scores within this relative distance of the best of their group share a rank.
    #[serde(default = "a_billionth")]
    pub tolerance: f64,
    /// Columns of groups within which units are ranked besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
}

impl Default for RankRule {
    fn default() -> Self {
        Self {
            on: ScoreForm::Score,
            tolerance: a_billionth(),
            within: Vec::new(),
        }
    }
}

fn a_billionth() -> f64 {
    1e-9
}

/// Which form of a score decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreForm {
    /// The score as computed.
    #[default]
    Score,
    /// The score as published, rounded.
    Published,
}

/// Levels by cuts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CutRule {
    /// The node whose score is cut. Absent: the first root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Which form of the score is cut.
    #[serde(default)]
    pub on: ScoreForm,
    /// From the highest level down; the first whose limit is reached counts.
    pub cuts: Vec<Cut>,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Code.
    pub code: String,
    /// Label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// The least score; absent for the lowest level, which has no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
}

/// Stages by conditions over scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeStages {
    /// Which form of the scores is compared.
    #[serde(default)]
    pub on: ScoreForm,
    /// Rules over the scores of aggregates, from the highest stage down; the first that holds decides, the last always
    /// holds. A unit that is not ranked has no stage.
    pub rules: Vec<StageRule>,
}

/// What is published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Decimals of published scores, rounded half away from zero.
    pub decimals: u32,
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
