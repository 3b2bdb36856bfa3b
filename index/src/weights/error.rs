//! Why weights are refused.

use survey::text::Text;
use thiserror::Error;

use crate::{codes::WeightCode, composite::CompositeError};

/// A refusal, naming the indicator or the cell of the comparison matrix it is about.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum WeightError {
    /// There is nothing to weigh.
    Nothing,
    /// A code is blank or stands twice.
    DuplicateCode {
        /// The code.
        code: String,
    },
    /// Another number of values than there are codes.
    Length {
        /// Values expected.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// A weight is negative, infinite or not a number.
    BadWeight {
        /// Code of what is weighed.
        code: String,
        /// Its weight.
        weight: f64,
    },
    /// The weights sum to zero.
    ZeroSum,
    /// A comparison is missing.
    MissingComparison {
        /// Row of the matrix.
        row: String,
        /// Column of the matrix.
        column: String,
    },
    /// A comparison is not a positive number.
    NotPositive {
        /// Row of the matrix.
        row: String,
        /// Column of the matrix.
        column: String,
        /// The comparison.
        value: f64,
    },
    /// A comparison is not the reciprocal of its mirror image; on the diagonal, not one.
    NotReciprocal {
        /// Row of the matrix.
        row: String,
        /// Column of the matrix.
        column: String,
        /// The comparison.
        value: f64,
        /// Its mirror image.
        mirrored: f64,
    },
    /// More units than are compared in pairs.
    TooManyUnits {
        /// Units found.
        found: usize,
        /// Units at most.
        most: usize,
    },
    /// More rows than the table of random indices has.
    TooManyCompared {
        /// Rows of the matrix.
        found: usize,
        /// The most that are judged.
        most: usize,
    },
    /// A search did not come to an end.
    NotConverged {
        /// What was computed.
        method: &'static str,
    },
    /// All present values of a column are equal, where the method needs them to differ.
    Constant {
        /// The column.
        code: String,
    },
    /// A negative value where shares of a total are taken.
    Negative {
        /// The column.
        code: String,
        /// The row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// The same, of a unit that is known.
    NegativeOf {
        /// The column.
        code: String,
        /// The unit.
        unit: String,
        /// The value.
        value: f64,
    },
    /// A column sums to zero or its mean is not positive, so that nothing can be divided by it.
    ZeroTotal {
        /// The column.
        code: String,
    },
    /// Too few values or units.
    TooFewValues {
        /// The column, or the columns taken together.
        code: String,
        /// Values needed.
        needed: usize,
        /// Values present.
        found: usize,
    },
    /// Two columns have too few units in common, or one of them is constant over those.
    NoCorrelation {
        /// One column.
        first: String,
        /// The other.
        second: String,
    },
    /// A setting lies outside its range.
    BadSetting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
    },
    /// The composite engine refused.
    Composite(#[from] CompositeError),
}

impl WeightError {
    /// Stable code for clients and documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => WeightCode::Nothing.code(),
            Self::DuplicateCode { .. } => WeightCode::DuplicateCode.code(),
            Self::Length { .. } => WeightCode::Length.code(),
            Self::BadWeight { .. } => WeightCode::BadWeight.code(),
            Self::ZeroSum => WeightCode::ZeroSum.code(),
            Self::MissingComparison { .. } => WeightCode::MissingComparison.code(),
            Self::NotPositive { .. } => WeightCode::NotPositive.code(),
            Self::NotReciprocal { .. } => WeightCode::NotReciprocal.code(),
            Self::TooManyUnits { .. } => WeightCode::TooManyUnits.code(),
            Self::TooManyCompared { .. } => WeightCode::TooManyCompared.code(),
            Self::NotConverged { .. } => WeightCode::NotConverged.code(),
            Self::Constant { .. } => WeightCode::ConstantColumn.code(),
            Self::Negative { .. } | Self::NegativeOf { .. } => WeightCode::NegativeValue.code(),
            Self::ZeroTotal { .. } => WeightCode::ZeroTotal.code(),
            Self::TooFewValues { .. } => WeightCode::TooFewValues.code(),
            Self::NoCorrelation { .. } => WeightCode::NoCorrelation.code(),
            Self::BadSetting { .. } => WeightCode::BadSetting.code(),
            Self::Composite(error) => error.code(),
        }
    }

    /// The same refusal with the unit of its row by name. `units` are those of the rows of the columns.
    #[must_use]
    pub fn of_units(self, units: &[String]) -> Self {
        match self {
            Self::Negative { code, row, value } => match units.get(row) {
                Some(unit) => Self::NegativeOf {
                    code,
                    unit: unit.clone(),
                    value,
                },
                None => Self::Negative { code, row, value },
            },
            other => other,
        }
    }

    /// What is wrong and what to do, in both languages.
    pub fn message(&self) -> Text {
        let (zh, en) = match self {
            Self::Nothing => (
                "没有可赋权的指标，请至少给出一个。".to_owned(),
                "There is nothing to weigh; give at least one indicator.".to_owned(),
            ),
            Self::Length { expected, found } => (
                format!("有 {expected} 个代码，却有 {found} 个值，请使两者个数一致。"),
                format!("There are {expected} codes but {found} values; make them match."),
            ),
            Self::BadWeight { code, weight } => (
                format!("{code} 的权重 {weight} 无效，应为不小于零的数。"),
                format!("Weight {weight} of {code} is invalid; use a number of zero or more."),
            ),
            Self::ZeroSum => (
                "权重之和为零：所有指标都没有区分度，请改用其他赋权方法。".to_owned(),
                "The weights sum to zero: no indicator tells units apart; use another method.".to_owned(),
            ),
            Self::MissingComparison { row, column } => (
                format!("判断矩阵缺少 {row} 与 {column} 的比较，请补充。"),
                format!("The comparison of {row} with {column} is missing; enter it."),
            ),
            Self::NotPositive { row, column, value } => (
                format!("判断矩阵中 {row} 与 {column} 的比较值 {value} 应为正数，请更正。"),
                format!("The comparison of {row} with {column} is {value}; it must be positive."),
            ),
            Self::NotReciprocal {
                row,
                column,
                value,
                mirrored,
            } => (
                format!(
                    "{row} 比 {column} 为 {value}，而 {column} 比 {row} 为 {mirrored}，两者应互为倒数，请更正（可写 1/3）。"
                ),
                format!(
                    "{row} to {column} is {value} but {column} to {row} is {mirrored}; they must be reciprocal, and 1 on \
                     the diagonal (write 1/3 as such)."
                ),
            ),
            Self::TooManyUnits { found, most } => (
                format!("单位有 {found} 个，两两比较最多 {most} 个，请减少单位。"),
                format!("There are {found} units; at most {most} are compared in pairs, so give fewer."),
            ),
            Self::TooManyCompared { found, most } => (
                format!("两两比较的对象有 {found} 个，最多 {most} 个，请分组后逐层比较。"),
                format!(
                    "{found} are compared; at most {most} can be judged, so group them and compare level by level."
                ),
            ),
            Self::DuplicateCode { code } => (
                format!("代码“{code}”为空或重复，请给每一项各自的代码。"),
                format!("The code \"{code}\" is blank or stands twice; give every item its own."),
            ),
            Self::NotConverged { method } => (
                format!("{method} 未收敛，请检查输入。"),
                format!("The {method} did not converge; check the input."),
            ),
            Self::Constant { code } => (
                format!("列 {code} 的值全部相同，无法据以赋权，请删去该指标。"),
                format!("All values of {code} are equal, so they carry no weight; drop the indicator."),
            ),
            Self::NegativeOf { code, unit, value } => (
                format!("单位 {unit} 的 {code} 为负数 {value}，不能取比重；请改用 min-max 口径。"),
                format!("{code} of unit {unit} is {value}; shares need values of zero or more, or the min-max scale."),
            ),
            Self::Negative { code, row, value } => (
                format!("列 {code} 第 {row} 行（从 0 起）为负数 {value}，不能取比重；请改用 min-max 口径。"),
                format!(
                    "Row {row} (from 0) of {code} is {value}; shares need values of zero or more, or the min-max scale."
                ),
            ),
            Self::ZeroTotal { code } => (
                format!("列 {code} 的合计不大于零，不能作除数，请更正或删去该指标。"),
                format!("Column {code} has no positive total to divide by; correct it or drop the indicator."),
            ),
            Self::TooFewValues { code, needed, found } => (
                format!("{code} 只有 {found} 个可用值，至少需要 {needed} 个。"),
                format!("{code} has {found} usable values; at least {needed} are needed."),
            ),
            Self::NoCorrelation { first, second } => (
                format!("{first} 与 {second} 无法求相关系数：共有的单位太少或其值全部相同。"),
                format!("{first} and {second} cannot be correlated: too few units in common, or equal values."),
            ),
            Self::BadSetting { setting, value } => (
                format!("设置 {setting} = {value} 超出范围，请更正。"),
                format!("Setting {setting} = {value} is outside its range; correct it."),
            ),
            Self::Composite(error) => return error.message(),
        };
        Text::new(zh, en)
    }
}
