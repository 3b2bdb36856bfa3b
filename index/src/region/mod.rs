//! The index of a region: statistics that are given and measures taken over the returns of a round.
//!
//! Source: the yearly assessment of regional integration (中国区域两化融合发展水平评估报告); each indicator is compared
//! with the mean of the base year on a logarithmic scale, where the base mean itself scores the factor of the formula.

mod change;
mod figures;
mod measure;
mod score;
mod what_if;

use std::sync::Arc;

use survey::text::Text;

use crate::{
    document::{MissingSubstitute, RegionRounding},
    exact::Fixed,
};

pub use change::{Moved, RegionCause, RegionChange, RegionClassChange, RegionIndicatorChange};
pub use figures::{BaseOrigin, RegionError, RegionFigures, RegionValue};
pub use measure::{Measured, RegionTally};
pub use score::{RegionClassScore, RegionIndicatorScore, RegionScored};
pub use what_if::TriedFigure;

pub(crate) use measure::RegionMeasure;
pub(crate) use score::index_of_ratio;

/// Code of the total in lists of nodes.
pub(crate) const TOTAL: &str = "TOTAL";

/// A regional methodology that has passed publication.
#[derive(Clone, Debug)]
pub struct CompiledRegion {
    pub(crate) code: String,
    pub(crate) version: String,
    /// Whether one region's figures can move another's score.
    pub(crate) relative: bool,
    /// The k of `Z = k * log2(1 + X / X0)`.
    pub(crate) factor: f64,
    pub(crate) classes: Vec<RegionClassNode>,
    pub(crate) indicators: Vec<RegionNode>,
    pub(crate) substitutes: Vec<MissingSubstitute>,
    pub(crate) rounding: RegionRounding,
}

/// A class of a compiled regional methodology.
#[derive(Clone, Debug)]
pub(crate) struct RegionClassNode {
    pub(crate) code: String,
    pub(crate) label: Text,
    pub(crate) weight: Fixed,
}

/// An indicator of a compiled regional methodology.
#[derive(Clone, Debug)]
pub(crate) struct RegionNode {
    pub(crate) code: String,
    pub(crate) label: Text,
    /// Unit of its value.
    pub(crate) unit: String,
    /// Place of its class.
    pub(crate) class: usize,
    pub(crate) weight: Fixed,
    pub(crate) inverse: bool,
    /// How the returns of a round give its value; none for a statistic.
    pub(crate) measure: Option<Arc<RegionMeasure>>,
}

impl CompiledRegion {
    /// The k of `Z = k * log2(1 + X / X0)`: the index of what equals its base.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// Decimals of the index of an indicator, and of classes and the total.
    pub fn decimals(&self) -> (u32, u32) {
        (self.rounding.indicator_decimals, self.rounding.total_decimals)
    }

    /// How the value of an indicator becomes its index.
    pub(crate) fn indicator_formula(&self, node: &RegionNode) -> Text {
        let ratio = if node.inverse { "X0 / X" } else { "X / X0" };
        let (factor, decimals) = (self.factor, self.rounding.indicator_decimals);
        Text::new(
            format!("Z = {factor} × log2(1 + {ratio})，保留 {decimals} 位小数；X0 为基期值"),
            format!("Z = {factor} × log2(1 + {ratio}), to {decimals} decimals; X0 is the base"),
        )
    }
}

/// How indices become that of a class or of the region.
pub(crate) fn mean_formula() -> Text {
    Text::new(
        "Σ(权重 × Z) ÷ Σ权重，按各指标加权",
        "Σ(weight × Z) ÷ Σ weight, over the indicators",
    )
}
