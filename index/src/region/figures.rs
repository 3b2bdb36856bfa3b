//! What must be given to compute the index of a region, and what is refused of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;
use thiserror::Error;

use super::{CompiledRegion, RegionNode, RegionTally};
use crate::codes::RegionCode;

/// What is given by hand: official statistics, and what every indicator is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionFigures {
    /// Origin of the base values.
    pub base_from: BaseOrigin,
    /// Figures by indicator code. For an indicator taken from the survey, the base value is given here and the value
    /// comes from the returns.
    pub values: BTreeMap<String, RegionValue>,
}

/// Origin of the base values of the indicators, published with the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaseOrigin {
    /// The mean of all regions in the base year.
    MeanOfRegions,
    /// The first year of this region on its own.
    OwnFirstYear,
}

/// Known figures of one indicator, in its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionValue {
    /// Mean of all regions in the base year, above zero; for a county on its own, the value of its first year.
    pub base: f64,
    /// Value of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Value of the year before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_year: Option<f64>,
    /// Enterprises that the value was taken over; absent for a statistic. It is counted, never given.
    #[serde(skip)]
    pub enterprises: Option<usize>,
}

impl RegionValue {
    pub(super) fn check_base(&self, code: &str) -> Result<(), RegionError> {
        if self.base.is_finite() && self.base > 0.0 {
            Ok(())
        } else {
            Err(RegionError::NoBase { code: code.to_owned() })
        }
    }
}

/// Why a region is not scored.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum RegionError {
    /// Values were given for an indicator that the methodology does not have.
    UnknownIndicator {
        /// The code.
        code: String,
    },
    /// An indicator has no base mean above zero.
    NoBase {
        /// The indicator.
        code: String,
    },
    /// A value is not finite.
    NotFinite {
        /// The indicator.
        code: String,
    },
    /// A value was given for an indicator that is taken from the returns.
    FromSurvey {
        /// The indicator.
        code: String,
    },
}

impl RegionError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownIndicator { .. } => RegionCode::UnknownIndicator.code(),
            Self::NoBase { .. } => RegionCode::NoBase.code(),
            Self::NotFinite { .. } => RegionCode::NotFinite.code(),
            Self::FromSurvey { .. } => RegionCode::FromSurvey.code(),
        }
    }

    /// The indicator that is at fault.
    pub fn indicator(&self) -> &str {
        match self {
            Self::UnknownIndicator { code }
            | Self::NoBase { code }
            | Self::NotFinite { code }
            | Self::FromSurvey { code } => code,
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
            Self::NotFinite { code } => Text::new(
                format!("指标 {code} 的数值不是有效数字，请更正。"),
                format!("The value of indicator {code} is not a number; correct it."),
            ),
            Self::FromSurvey { code } => Text::new(
                format!("指标 {code} 由填报表汇总得出，只填基期值，不填当年值和上年值。"),
                format!(
                    "Indicator {code} is taken from the returns: give its base only, no value of this year or the last."
                ),
            ),
        }
    }
}

impl CompiledRegion {
    /// Checks what is given by hand. Everything that is wrong, in the order of the codes.
    pub fn check_figures(&self, figures: &RegionFigures) -> Result<(), Vec<RegionError>> {
        let faults: Vec<RegionError> = figures
            .values
            .iter()
            .filter_map(|(code, value)| self.check_value(code, value).err())
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn check_value(&self, code: &str, given: &RegionValue) -> Result<(), RegionError> {
        let node = self.check_known(code, given)?;
        if node.measure.is_some() && (given.value.is_some() || given.last_year.is_some()) {
            return Err(RegionError::FromSurvey { code: code.to_owned() });
        }
        Ok(())
    }

    /// The indicator that a value is of, where the value is one that it can have.
    pub(super) fn check_known(&self, code: &str, known: &RegionValue) -> Result<&RegionNode, RegionError> {
        let node = self.indicators.iter().find(|node| node.code == code);
        let node = node.ok_or_else(|| RegionError::UnknownIndicator { code: code.to_owned() })?;
        known.check_base(code)?;
        let mut values = [known.value, known.last_year].into_iter().flatten();
        if values.any(|value| !value.is_finite()) {
            return Err(RegionError::NotFinite { code: code.to_owned() });
        }
        Ok(node)
    }

    /// All values of the indicators: those given, and those that the returns of this year and of the year before give.
    pub fn values(
        &self,
        figures: &RegionFigures,
        now: &RegionTally,
        last_year: &RegionTally,
    ) -> BTreeMap<String, RegionValue> {
        let mut values = figures.values.clone();
        let measured = self.indicators.iter().filter(|node| node.measure.is_some());
        for (at, node) in measured.enumerate() {
            // Without a base there is nothing to compare with: the indicator is missing, as a statistic without one is.
            if let Some(known) = values.get_mut(&node.code) {
                known.value = now.value(at);
                known.last_year = last_year.value(at);
                known.enterprises = Some(now.enterprises(at));
            }
        }
        values
    }
}
