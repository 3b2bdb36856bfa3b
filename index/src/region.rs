//! The index of a region from given values.
//!
//! Source: the yearly assessment of regional integration (中国区域两化融合发展水平评估报告); each indicator is compared
//! with the mean of the base year on a logarithmic scale, where the base mean itself scores the factor of the formula.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;
use thiserror::Error;

use crate::{
    exact::Fixed,
    methodology::{MissingSubstitute, RegionRounding},
};

/// A regional methodology that has passed publication.
#[derive(Clone, Debug)]
pub struct CompiledRegion {
    pub(crate) code: String,
    pub(crate) version: String,
    /// The k of `Z = k * log2(1 + X / X0)`.
    pub(crate) factor: f64,
    pub(crate) classes: Vec<String>,
    pub(crate) indicators: Vec<RegionNode>,
    pub(crate) substitutes: Vec<MissingSubstitute>,
    pub(crate) rounding: RegionRounding,
}

/// An indicator of a compiled regional methodology.
#[derive(Clone, Debug)]
pub(crate) struct RegionNode {
    pub(crate) code: String,
    pub(crate) class: usize,
    pub(crate) weight: Fixed,
    pub(crate) inverse: bool,
}

/// What is known of one indicator, in its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionValue {
    /// Mean of all regions in the base year, above zero; or the first year of a county on its own.
    pub base: f64,
    /// Value of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Value of the year before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_year: Option<f64>,
}

/// The index of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionScored {
    /// Code of the methodology.
    pub methodology: String,
    /// Version of the methodology.
    pub version: String,
    /// Indicators in the order of the methodology.
    pub indicators: Vec<RegionIndicatorScore>,
    /// Index of every class that has at least one value.
    pub classes: BTreeMap<String, Fixed>,
    /// The total over all indicators; absent when no class has a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Fixed>,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionIndicatorScore {
    /// Code.
    pub code: String,
    /// Code of its class.
    pub class: String,
    /// Weight in percent of the total.
    pub weight: Fixed,
    /// Z; absent when nothing could stand in for a missing value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<Fixed>,
    /// What stood in for a missing value; absent when the value was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<MissingSubstitute>,
}

/// Why a region is not scored.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RegionError {
    /// Values were given for an indicator that the methodology does not have.
    #[error("there is no indicator {code}")]
    UnknownIndicator {
        /// The code.
        code: String,
    },
    /// An indicator has no base mean above zero.
    #[error("{code}: the base mean must be above zero")]
    NoBase {
        /// The indicator.
        code: String,
    },
}

impl RegionError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownIndicator { .. } => "region.unknown_indicator",
            Self::NoBase { .. } => "region.no_base",
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::UnknownIndicator { code } => Text::new(
                format!("没有指标 {code}，请核对代码。"),
                format!("There is no indicator {code}; check the code."),
            ),
            Self::NoBase { code } => Text::new(
                format!("指标 {code} 缺少大于零的基期平均值，请补充。"),
                format!("Indicator {code} needs a base mean above zero; supply it."),
            ),
        }
    }
}

impl CompiledRegion {
    /// Scores a region. A value that is missing, or that the formula cannot take, is replaced in the order the
    /// methodology states and flagged.
    pub fn score(&self, values: &BTreeMap<String, RegionValue>) -> Result<RegionScored, RegionError> {
        if let Some(code) = values
            .keys()
            .find(|code| !self.indicators.iter().any(|node| node.code == **code))
        {
            return Err(RegionError::UnknownIndicator { code: code.clone() });
        }
        let mut indicators = Vec::with_capacity(self.indicators.len());
        for node in &self.indicators {
            indicators.push(self.indicator(node, values.get(&node.code))?);
        }
        let before = self.class_means(&indicators);
        if self.substitutes.contains(&MissingSubstitute::ClassMean) {
            for (indicator, node) in indicators.iter_mut().zip(&self.indicators) {
                if let (None, Some(mean)) = (indicator.z, before.get(node.class).copied().flatten()) {
                    indicator.z = Some(mean);
                    indicator.substitute = Some(MissingSubstitute::ClassMean);
                }
            }
        }
        let means = self.class_means(&indicators);
        let classes = self
            .classes
            .iter()
            .zip(means)
            .filter_map(|(code, mean)| Some((code.clone(), mean?)))
            .collect();
        let total = self.mean(indicators.iter());
        let (methodology, version) = (self.code.clone(), self.version.clone());
        Ok(RegionScored {
            methodology,
            version,
            indicators,
            classes,
            total,
        })
    }

    fn indicator(&self, node: &RegionNode, value: Option<&RegionValue>) -> Result<RegionIndicatorScore, RegionError> {
        let z_of = |figure: Option<f64>, base: f64| {
            let figure = figure.filter(|figure| !node.inverse || *figure > 0.0)?;
            let ratio = if node.inverse { base / figure } else { figure / base };
            index_of_ratio(self.factor, ratio, self.rounding.indicator_decimals)
        };
        let (mut z, mut substitute) = (None, None);
        if let Some(value) = value {
            if !(value.base.is_finite() && value.base > 0.0) {
                return Err(RegionError::NoBase {
                    code: node.code.clone(),
                });
            }
            z = z_of(value.value, value.base);
            if z.is_none() && self.substitutes.contains(&MissingSubstitute::LastYearValue) {
                z = z_of(value.last_year, value.base);
                substitute = z.map(|_| MissingSubstitute::LastYearValue);
            }
        }
        let class = self.classes.get(node.class).cloned().unwrap_or_default();
        Ok(RegionIndicatorScore {
            code: node.code.clone(),
            class,
            weight: node.weight,
            z,
            substitute,
        })
    }

    /// The mean of every class over the indicators that have an index.
    fn class_means(&self, indicators: &[RegionIndicatorScore]) -> Vec<Option<Fixed>> {
        let members = |class: usize| {
            let both = indicators.iter().zip(&self.indicators);
            both.filter(move |(_, node)| node.class == class)
                .map(|(indicator, _)| indicator)
        };
        (0..self.classes.len()).map(|class| self.mean(members(class))).collect()
    }

    fn mean<'a>(&self, indicators: impl Iterator<Item = &'a RegionIndicatorScore>) -> Option<Fixed> {
        let terms: Vec<(Fixed, Fixed)> = indicators.filter_map(|i| Some((i.weight, i.z?))).collect();
        let weight = terms.iter().map(|(weight, _)| *weight).sum();
        Fixed::weighted_quotient(terms, weight, self.rounding.total_decimals)
    }
}

/// `factor * log2(1 + ratio)`, rounded; none where the logarithm is not defined.
pub(crate) fn index_of_ratio(factor: f64, ratio: f64, decimals: u32) -> Option<Fixed> {
    Fixed::from_observed(factor * (1.0 + ratio).log2(), decimals)
}
