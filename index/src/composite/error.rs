//! Why the composite engine refuses. It never answers with NaN or with a silent default.

use survey::text::Text;
use thiserror::Error;

/// A refusal of the composite engine, naming the indicator, node or unit it is about.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CompositeError {
    /// A unit, column or node code stands twice.
    #[error("code {code} stands twice")]
    DuplicateCode {
        /// The code.
        code: String,
    },
    /// A node names a parent that is not an aggregate of the tree.
    #[error("{code}: parent {parent} is not an aggregate of the tree")]
    UnknownParent {
        /// The node.
        code: String,
        /// The parent it names.
        parent: String,
    },
    /// A node is its own ancestor.
    #[error("{code} is its own ancestor")]
    Cycle {
        /// The node.
        code: String,
    },
    /// An aggregate has no children, or an indicator has no parent.
    #[error("{code} hangs loose: an aggregate needs children, an indicator a parent")]
    LooseNode {
        /// The node.
        code: String,
    },
    /// A weight is negative, infinite or not a number.
    #[error("{code}: weight {weight} is not a number of zero or more")]
    BadWeight {
        /// The node.
        code: String,
        /// Its weight.
        weight: f64,
    },
    /// The weights of all children are zero.
    #[error("{code}: the weights of its children sum to zero")]
    ZeroWeightSum {
        /// The aggregate.
        code: String,
    },
    /// A column has another number of rows than there are units.
    #[error("column {code} has {found} rows, not {expected}")]
    ColumnLength {
        /// The column.
        code: String,
        /// Rows expected: the number of units.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// The tree or another step needs a column that the data do not have.
    #[error("column {code} is missing")]
    MissingColumn {
        /// The column.
        code: String,
    },
    /// The data have a column that is not an indicator of the tree.
    #[error("column {code} is not an indicator of the tree")]
    ColumnNotInTree {
        /// The column.
        code: String,
    },
    /// A value is infinite or not a number.
    #[error("{code}, row {row}: the value is not finite")]
    NotFinite {
        /// The column.
        code: String,
        /// The row, from 0.
        row: usize,
    },
    /// A denominator is zero.
    #[error("{code}, unit {unit}: the denominator {denominator} is zero")]
    ZeroDenominator {
        /// The indicator.
        code: String,
        /// Its denominator.
        denominator: String,
        /// The unit.
        unit: String,
    },
    /// No value in the group from which a missing one could be imputed.
    #[error("{code}, unit {unit}: no value in its group to impute from")]
    EmptyGroup {
        /// The indicator.
        code: String,
        /// The unit whose value is missing.
        unit: String,
    },
    /// All present values of a column are equal: it cannot be normalised.
    #[error("column {code} is constant")]
    ConstantColumn {
        /// The column.
        code: String,
    },
    /// Too few values for the statistic that a step needs.
    #[error("column {code} has {found} values, at least {needed} are needed")]
    TooFewValues {
        /// The column.
        code: String,
        /// Values needed.
        needed: usize,
        /// Values present.
        found: usize,
    },
    /// A value of zero or less under a geometric mean.
    #[error("{node}: {child} of unit {unit} is zero or less under a geometric mean")]
    NotPositive {
        /// The aggregate.
        node: String,
        /// The child.
        child: String,
        /// The unit.
        unit: String,
    },
    /// A setting lies outside its range.
    #[error("setting {setting} = {value} is outside its range")]
    BadSetting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
    },
}

impl CompositeError {
    /// Stable code for clients and documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateCode { .. } => "composite.duplicate_code",
            Self::UnknownParent { .. } => "composite.unknown_parent",
            Self::Cycle { .. } => "composite.cycle",
            Self::LooseNode { .. } => "composite.loose_node",
            Self::BadWeight { .. } => "composite.bad_weight",
            Self::ZeroWeightSum { .. } => "composite.zero_weight_sum",
            Self::ColumnLength { .. } => "composite.column_length",
            Self::MissingColumn { .. } => "composite.missing_column",
            Self::ColumnNotInTree { .. } => "composite.column_not_in_tree",
            Self::NotFinite { .. } => "composite.not_finite",
            Self::ZeroDenominator { .. } => "composite.zero_denominator",
            Self::EmptyGroup { .. } => "composite.empty_group",
            Self::ConstantColumn { .. } => "composite.constant_column",
            Self::TooFewValues { .. } => "composite.too_few_values",
            Self::NotPositive { .. } => "composite.not_positive",
            Self::BadSetting { .. } => "composite.bad_setting",
        }
    }

    /// What is wrong and what to do, in both languages.
    pub fn message(&self) -> Text {
        let (zh, en) = match self {
            Self::DuplicateCode { code } => (
                format!("代码 {code} 重复，请改为唯一代码。"),
                format!("Code {code} stands twice; make it unique."),
            ),
            Self::UnknownParent { code, parent } => (
                format!("{code} 的上级 {parent} 不是指标树中的汇总节点，请更正上级代码。"),
                format!("Parent {parent} of {code} is not an aggregate of the tree; correct the parent."),
            ),
            Self::Cycle { code } => (
                format!("{code} 是自己的上级，请断开循环。"),
                format!("{code} is its own ancestor; break the cycle."),
            ),
            Self::LooseNode { code } => (
                format!("{code} 悬空：汇总节点须有下级，指标须有上级。"),
                format!("{code} hangs loose: give the aggregate children or the indicator a parent."),
            ),
            Self::BadWeight { code, weight } => (
                format!("{code} 的权重 {weight} 无效，应为不小于零的数。"),
                format!("Weight {weight} of {code} is invalid; use a number of zero or more."),
            ),
            Self::ZeroWeightSum { code } => (
                format!("{code} 的下级权重之和为零，请至少给一个下级正的权重。"),
                format!("The weights below {code} sum to zero; give at least one child a positive weight."),
            ),
            Self::ColumnLength { code, expected, found } => (
                format!("列 {code} 有 {found} 行，应有 {expected} 行。"),
                format!("Column {code} has {found} rows; {expected} are needed."),
            ),
            Self::MissingColumn { code } => (
                format!("缺少列 {code}，请补充数据。"),
                format!("Column {code} is missing; supply it."),
            ),
            Self::ColumnNotInTree { code } => (
                format!("列 {code} 不是指标树中的指标，请删去该列或补充指标。"),
                format!("Column {code} is not an indicator of the tree; drop it or add the indicator."),
            ),
            Self::NotFinite { code, row } => (
                format!("{code} 第 {row} 行（从 0 起）不是有限数，请更正或作缺失处理。"),
                format!("Row {row} (from 0) of {code} is not finite; correct it or mark it missing."),
            ),
            Self::ZeroDenominator {
                code,
                denominator,
                unit,
            } => (
                format!("单位 {unit} 的 {code} 以 {denominator} 为分母，其值为零，请更正。"),
                format!("Unit {unit}: {denominator}, the denominator of {code}, is zero; correct it."),
            ),
            Self::EmptyGroup { code, unit } => (
                format!("单位 {unit} 所在组没有 {code} 的值可供插补，请改用其他分组。"),
                format!("No value of {code} in the group of unit {unit}; choose another grouping."),
            ),
            Self::ConstantColumn { code } => (
                format!("列 {code} 的值全部相同，无法标准化，请删去该指标。"),
                format!("All values of {code} are equal, it cannot be normalised; drop the indicator."),
            ),
            Self::TooFewValues { code, needed, found } => (
                format!("列 {code} 只有 {found} 个值，至少需要 {needed} 个。"),
                format!("Column {code} has {found} values; at least {needed} are needed."),
            ),
            Self::NotPositive { node, child, unit } => (
                format!("单位 {unit} 的 {child} 不大于零，{node} 不能取几何平均；请改标准化下限或改用算术平均。"),
                format!(
                    "{child} of unit {unit} is not above zero, so {node} has no geometric mean; raise the lower end \
                     of the normalisation or use the arithmetic mean."
                ),
            ),
            Self::BadSetting { setting, value } => (
                format!("设置 {setting} = {value} 超出范围，请更正。"),
                format!("Setting {setting} = {value} is outside its range; correct it."),
            ),
        };
        Text::new(zh, en)
    }
}
