//! Why the composite engine refuses. It never answers with NaN or with a silent default.

use super::cause::{no_year, not_rising, one_unit};
use crate::codes::CompositeCode;
use survey::text::Text;
use thiserror::Error;

/// A refusal of the composite engine, naming the indicator, node or unit it is about.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum CompositeError {
    /// A unit, column or node code stands twice.
    DuplicateCode {
        /// The code.
        code: String,
    },
    /// A node names a parent that is not an aggregate of the tree.
    UnknownParent {
        /// The node.
        code: String,
        /// The parent it names.
        parent: String,
    },
    /// A node is its own ancestor.
    Cycle {
        /// The node.
        code: String,
    },
    /// An aggregate has no children, or an indicator has no parent.
    LooseNode {
        /// The node.
        code: String,
    },
    /// A weight is negative, infinite or not a number.
    BadWeight {
        /// The node.
        code: String,
        /// Its weight.
        weight: f64,
    },
    /// The weights of all children are zero.
    ZeroWeightSum {
        /// The aggregate.
        code: String,
    },
    /// A column has another number of rows than there are units.
    ColumnLength {
        /// The column.
        code: String,
        /// Rows expected: the number of units.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// The tree or another step needs a column that the data do not have.
    MissingColumn {
        /// The column.
        code: String,
    },
    /// The data have a column that is not an indicator of the tree.
    ColumnNotInTree {
        /// The column.
        code: String,
    },
    /// A value is infinite or not a number.
    NotFinite {
        /// The column.
        code: String,
        /// The row, from 0.
        row: usize,
    },
    /// A figure or score is beyond what a double can hold.
    Overflow {
        /// The indicator or aggregate.
        code: String,
        /// The unit.
        unit: String,
    },
    /// A denominator is zero.
    ZeroDenominator {
        /// The indicator.
        code: String,
        /// Its denominator.
        denominator: String,
        /// The unit.
        unit: String,
    },
    /// No value in the group from which a missing one could be imputed.
    EmptyGroup {
        /// The indicator.
        code: String,
        /// The unit whose value is missing.
        unit: String,
    },
    /// All present values of a column are equal: it cannot be normalised.
    ConstantColumn {
        /// The column.
        code: String,
    },
    /// Too few values for the statistic that a step needs.
    TooFewValues {
        /// The column.
        code: String,
        /// Values needed.
        needed: usize,
        /// Values present.
        found: usize,
    },
    /// A value of zero or less (below zero under a generalised mean of a positive power) under a mean that needs positive
    /// values.
    NotPositive {
        /// The aggregate.
        node: String,
        /// The child.
        child: String,
        /// The unit.
        unit: String,
    },
    /// A child is missing where the missing policy refuses that.
    MissingChild {
        /// The aggregate.
        node: String,
        /// The child.
        child: String,
        /// The unit.
        unit: String,
    },
    /// The mean of the children is zero where the penalty of Mazziotta and Pareto divides by it.
    NoMean {
        /// The aggregate.
        node: String,
        /// The unit.
        unit: String,
    },
    /// A unit is named that the data do not have.
    UnknownUnit {
        /// The unit.
        unit: String,
    },
    /// A node is named that the tree does not have.
    UnknownNode {
        /// The code.
        code: String,
    },
    /// A column of groups is named that the data do not have.
    UnknownGroup {
        /// The column.
        group: String,
    },
    /// A unit belongs to no group where groups decide.
    NoGroup {
        /// The unit.
        unit: String,
    },
    /// The reference points of a normalisation coincide (or are zero where they divide): there is no scale between them.
    NoScale {
        /// The indicator.
        code: String,
    },
    /// The unit that serves as reference has no value.
    NoReference {
        /// The indicator.
        code: String,
        /// The reference unit.
        unit: String,
    },
    /// A parameter that the method of an indicator needs is not given.
    MissingParameter {
        /// The indicator.
        code: String,
        /// The parameter.
        parameter: String,
    },
    /// A value that a step cannot take.
    Undefined {
        /// The indicator.
        code: String,
        /// The unit.
        unit: String,
        /// The value.
        value: f64,
        /// The step.
        step: &'static str,
    },
    /// A column that a step cannot take.
    UndefinedColumn {
        /// The indicator.
        code: String,
        /// The step.
        step: &'static str,
    },
    /// A parameter of an indicator lies outside its range.
    BadParameter {
        /// The indicator.
        code: String,
        /// The parameter.
        setting: &'static str,
        /// Its value.
        value: f64,
    },
    /// The better a value of an indicator, the lower its score.
    TurnedOver {
        /// The indicator.
        code: String,
    },
    /// Two values of a setting are equal or reversed where the second must be the greater.
    NotRising {
        /// The setting, with its indicator where the table of parameters gives it.
        setting: String,
        /// The value that stands first.
        first: f64,
        /// The value after it.
        second: f64,
    },
    /// Screening leaves no unit.
    NobodyLeft {
        /// Units before screening, over all years.
        units: usize,
        /// Those with too few values.
        few_values: usize,
        /// Those with too many zeros.
        many_zeros: usize,
        /// Those dropped by name.
        dropped: usize,
    },
    /// A scale is fitted to the figures of one unit alone.
    OneUnit {
        /// The unit.
        unit: String,
        /// Its group, where units are compared within groups.
        group: Option<String>,
        /// Its year, where there are several.
        year: Option<i64>,
    },
    /// The data have no such year.
    NoYear {
        /// The year.
        year: i64,
        /// The years of the data; none where the data have one year alone.
        years: Vec<i64>,
    },
    /// A setting lies outside its range.
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
        self.coded().code()
    }

    pub(crate) fn coded(&self) -> CompositeCode {
        match self {
            Self::DuplicateCode { .. } => CompositeCode::DuplicateCode,
            Self::UnknownParent { .. } => CompositeCode::UnknownParent,
            Self::Cycle { .. } => CompositeCode::Cycle,
            Self::LooseNode { .. } => CompositeCode::LooseNode,
            Self::BadWeight { .. } => CompositeCode::BadWeight,
            Self::ZeroWeightSum { .. } => CompositeCode::ZeroWeightSum,
            Self::ColumnLength { .. } => CompositeCode::ColumnLength,
            Self::MissingColumn { .. } => CompositeCode::MissingColumn,
            Self::ColumnNotInTree { .. } => CompositeCode::ColumnNotInTree,
            Self::NotFinite { .. } => CompositeCode::NotFinite,
            Self::Overflow { .. } => CompositeCode::Overflow,
            Self::ZeroDenominator { .. } => CompositeCode::ZeroDenominator,
            Self::EmptyGroup { .. } => CompositeCode::EmptyGroup,
            Self::ConstantColumn { .. } => CompositeCode::ConstantColumn,
            Self::TooFewValues { .. } => CompositeCode::TooFewValues,
            Self::NotPositive { .. } => CompositeCode::NotPositive,
            Self::MissingChild { .. } => CompositeCode::MissingChild,
            Self::NoMean { .. } => CompositeCode::NoMean,
            Self::UnknownUnit { .. } => CompositeCode::UnknownUnit,
            Self::UnknownNode { .. } => CompositeCode::UnknownNode,
            Self::UnknownGroup { .. } => CompositeCode::UnknownGroup,
            Self::NoGroup { .. } => CompositeCode::NoGroup,
            Self::NoScale { .. } => CompositeCode::NoScale,
            Self::NoReference { .. } => CompositeCode::NoReference,
            Self::MissingParameter { .. } => CompositeCode::MissingParameter,
            Self::Undefined { .. } => CompositeCode::Undefined,
            Self::UndefinedColumn { .. } => CompositeCode::UndefinedColumn,
            Self::BadParameter { .. } => CompositeCode::BadParameter,
            Self::TurnedOver { .. } => CompositeCode::TurnedOver,
            Self::NobodyLeft { .. } => CompositeCode::NobodyLeft,
            Self::OneUnit { .. } => CompositeCode::OneUnit,
            Self::NoYear { .. } => CompositeCode::NoYear,
            Self::NotRising { .. } | Self::BadSetting { .. } => CompositeCode::BadSetting,
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
                format!(
                    "{code} 的权重（或其下级权重之和）{weight} 无效：权重应不小于零，同一上级下合计为 1e-100 至 1e100。"
                ),
                format!(
                    "Weight {weight} of {code}, or the sum below it, is invalid; weights are zero or more and sum to 1e-100 to 1e100 below one parent."
                ),
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
            Self::Overflow { code, unit } => (
                format!("单位 {unit} 的 {code} 超出可计算的范围，请检查数据、界限和权重。"),
                format!("{code} of unit {unit} is beyond what can be computed; check figures, bounds and weights."),
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
                format!("单位 {unit} 缺少 {code}，又没有可供插补的值，请补充数据或改用其他插补方法、分组。"),
                format!(
                    "{code} of unit {unit} is missing and there is nothing to fill it from; supply it or choose another method or grouping."
                ),
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
                format!(
                    "单位 {unit} 的 {child} 不大于零，{node} 所用的平均（几何、调和或幂平均）无法计算；请提高标准化下限或改用算术平均。"
                ),
                format!(
                    "{child} of unit {unit} is not above zero, so {node} has no geometric, harmonic or generalised mean; \
                     raise the lower end of the normalisation or use the arithmetic mean."
                ),
            ),
            Self::MissingChild { node, child, unit } => (
                format!("单位 {unit} 缺少 {child}，{node} 的缺失处理方式为拒绝；请补充数据或改用其他方式。"),
                format!(
                    "{child} of unit {unit} is missing and the missing policy of {node} refuses that; supply it or choose \
                     another policy."
                ),
            ),
            Self::NoMean { node, unit } => (
                format!(
                    "单位 {unit} 的 {node} 各下级的均值为零，马焦塔—帕累托惩罚项无法计算；请改用均值远离零的标准化。"
                ),
                format!(
                    "The children of {node} of unit {unit} have the mean zero, by which the Mazziotta-Pareto penalty is \
                     divided; normalise to a scale away from zero."
                ),
            ),
            Self::UnknownUnit { unit } => (
                format!("数据中没有单位 {unit}，或已被筛选去除，请更正。"),
                format!("The data have no unit {unit}, or it was screened out; correct it."),
            ),
            Self::UnknownNode { code } => (
                format!("指标树中没有 {code}，请更正代码。"),
                format!("The tree has no {code}; correct the code."),
            ),
            Self::UnknownGroup { group } => (
                format!("数据中没有分组列 {group}，请更正。"),
                format!("The data have no column of groups {group}; correct it."),
            ),
            Self::NoGroup { unit } => (
                format!("单位 {unit} 没有分组，请补充分组。"),
                format!("Unit {unit} belongs to no group; supply it."),
            ),
            Self::NoScale { code } => (
                format!("指标 {code} 标准化的两个参照点重合（或作除数的参照点为零），请更正参数或改用其他方法。"),
                format!(
                    "The reference points of the normalisation of {code} coincide, or the one it divides by is zero; \
                     correct the parameters or choose another method."
                ),
            ),
            Self::NoReference { code, unit } => (
                format!("参照单位 {unit} 没有 {code} 的值，请换用其他参照单位。"),
                format!("The reference unit {unit} has no value of {code}; choose another reference."),
            ),
            Self::MissingParameter { code, parameter } => (
                format!("指标 {code} 缺少参数 {parameter}，请在方法文档或参数表中给出。"),
                format!(
                    "{code} needs the parameter {parameter}; give it in the methodology or in the parameter table."
                ),
            ),
            Self::Undefined {
                code,
                unit,
                value,
                step,
            } => (
                format!("单位 {unit} 的 {code} 为 {value}，{step} 对该值无定义；请更正数据或改用其他方法。"),
                format!(
                    "{code} of unit {unit} is {value}, for which {step} has no result; correct it or choose another method."
                ),
            ),
            Self::UndefinedColumn { code, step } => (
                format!("{step} 对指标 {code} 的取值无定义，请改用其他方法。"),
                format!("{step} is not defined for the values of {code}; choose another method."),
            ),
            Self::BadParameter { code, setting, value } => (
                format!("指标 {code} 的参数 {setting} = {value} 不可用：超出范围、重复或次序不对，请更正。"),
                format!(
                    "Parameter {setting} = {value} of {code} cannot be: it is outside its range, twice or out of order; correct it."
                ),
            ),
            Self::TurnedOver { code } => (
                format!(
                    "指标 {code} 的标尺是反的，值越好得分越低：最好的值不大于零，或目标比最差的值还差。请换用其他标准化方法或更正参数。"
                ),
                format!(
                    "The scale of {code} is turned over, the better a value the lower its score: the best value is not above zero, \
                     or the target is worse than the worst. Choose another normalisation or correct its parameters."
                ),
            ),
            Self::NotRising { setting, first, second } => not_rising(setting, *first, *second),
            Self::NobodyLeft {
                units,
                few_values,
                many_zeros,
                dropped,
            } => (
                format!(
                    "筛选没有留下任何单位：{units} 个单位中，数据不足的 {few_values} 个，零值过多的 {many_zeros} 个，列在 drop 中的 {dropped} 个；请放宽 availability 或 nonzero，或在 keep 中列出应保留的单位。"
                ),
                format!(
                    "Screening leaves no unit: too few values {few_values}, too many zeros {many_zeros}, named in drop {dropped}, of \
                     {units} units; lower availability or nonzero, or name the units to keep in keep."
                ),
            ),
            Self::OneUnit { unit, group, year } => one_unit(unit, group.as_deref(), *year),
            Self::NoYear { year, years } => no_year(*year, years),
            Self::BadSetting { setting, value } => (
                format!("设置 {setting} = {value} 不可用：超出范围、重复或次序不对，请更正。"),
                format!(
                    "Setting {setting} = {value} cannot be: it is outside its range, twice or out of order; correct it."
                ),
            ),
        };
        Text::new(zh, en)
    }
}
