//! From values to the index of a region.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::{CompiledRegion, RegionError, RegionNode, RegionValue};
use crate::{document::MissingSubstitute, exact::Fixed};

/// A regional index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionScored {
    /// Code of the methodology.
    pub methodology: String,
    /// Version of the methodology.
    pub version: String,
    /// Indicators in the order of the methodology.
    pub indicators: Vec<RegionIndicatorScore>,
    /// Classes in the order of the methodology.
    pub classes: Vec<RegionClassScore>,
    /// Total over all indicators; absent if no class has a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Fixed>,
}

/// A class of indicators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionClassScore {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Weighted mean of its indicators; absent if none has an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Fixed>,
}

/// An indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionIndicatorScore {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Code of its class.
    pub class: String,
    /// Unit of the value.
    pub unit: String,
    /// Whether a lower value is better.
    pub inverse: bool,
    /// Value used: that of the year, or that of the previous year as a substitute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Base value; absent if nothing is known about the indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<f64>,
    /// Number of enterprises that the value is computed over; absent for a statistic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enterprises: Option<usize>,
    /// Weight as a percentage of the total.
    pub weight: Fixed,
    /// Index Z of the indicator; absent if its value is missing and has no substitute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<Fixed>,
    /// Substitute used for a missing value; absent if the value is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<MissingSubstitute>,
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
        let classes = self.classes.iter().zip(means).map(|(class, index)| RegionClassScore {
            code: class.code.clone(),
            label: class.label.clone(),
            index,
        });
        let total = self.mean(indicators.iter());
        let (methodology, version) = (self.code.clone(), self.version.clone());
        Ok(RegionScored {
            methodology,
            version,
            indicators,
            classes: classes.collect(),
            total,
        })
    }

    fn indicator(&self, node: &RegionNode, known: Option<&RegionValue>) -> Result<RegionIndicatorScore, RegionError> {
        let mut score = RegionIndicatorScore {
            code: node.code.clone(),
            label: node.label.clone(),
            class: self.classes[node.class].code.clone(),
            unit: node.unit.clone(),
            inverse: node.inverse,
            value: None,
            base: known.map(|known| known.base),
            enterprises: known.and_then(|known| known.enterprises),
            weight: node.weight,
            z: None,
            substitute: None,
        };
        let Some(known) = known else {
            return Ok(score);
        };
        known.check_base(&node.code)?;
        let z_of = |figure: Option<f64>| {
            let figure = figure.filter(|figure| !node.inverse || *figure > 0.0)?;
            let ratio = if node.inverse {
                known.base / figure
            } else {
                figure / known.base
            };
            index_of_ratio(self.factor, ratio, self.rounding.indicator_decimals)
        };
        (score.value, score.z) = (known.value, z_of(known.value));
        if score.z.is_none() && self.substitutes.contains(&MissingSubstitute::LastYearValue) {
            score.z = z_of(known.last_year);
            if score.z.is_some() {
                score.value = known.last_year;
                score.substitute = Some(MissingSubstitute::LastYearValue);
            }
        }
        Ok(score)
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
