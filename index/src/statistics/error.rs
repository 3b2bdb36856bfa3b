//! Why a statistic is refused.

use crate::codes::StatisticsCode;
use survey::text::Text;
use thiserror::Error;

/// A refusal of a statistic.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum StatisticsError {
    /// Too few columns.
    TooFewColumns {
        /// Columns needed.
        needed: usize,
        /// Columns given.
        found: usize,
    },
    /// Two columns have fewer than two units in common.
    TooFewCommon {
        /// One column.
        first: String,
        /// The other.
        second: String,
    },
    /// The sum of the columns does not vary.
    NoVariance,
    /// A unit that the data do not have.
    UnknownUnit {
        /// The unit.
        unit: String,
    },
}

impl StatisticsError {
    /// Stable code for clients and documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFewColumns { .. } => StatisticsCode::TooFewColumns.code(),
            Self::TooFewCommon { .. } => StatisticsCode::TooFewCommon.code(),
            Self::NoVariance => StatisticsCode::NoVariance.code(),
            Self::UnknownUnit { .. } => StatisticsCode::UnknownUnit.code(),
        }
    }

    /// What is wrong and what to do, in both languages.
    pub fn message(&self) -> Text {
        match self {
            Self::TooFewColumns { needed, found } => Text::new(
                format!("只有 {found} 列，至少需要 {needed} 列。"),
                format!("There are {found} columns; give at least {needed}."),
            ),
            Self::TooFewCommon { first, second } => Text::new(
                format!("{first} 与 {second} 共有的单位不足两个，请补充数据或删去其一。"),
                format!("{first} and {second} share fewer than two units; supply data or drop one."),
            ),
            Self::NoVariance => Text::new(
                "各列之和没有变化，无法计算信度；请检查指标方向。",
                "The sum of the columns does not vary, so there is no reliability; check the directions.",
            ),
            Self::UnknownUnit { unit } => Text::new(
                format!("数据中没有单位 {unit}，请更正代码。"),
                format!("Unit {unit} is not in the data; correct the code."),
            ),
        }
    }
}
