//! Why an analysis of robustness is refused.

use survey::{document::DocumentFault, text::Text};
use thiserror::Error;

use crate::{codes::RobustnessCode, composite::CompositeError};

/// A refusal, naming the parameter or the replication it is about.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum RobustnessError {
    /// Two parameters have one name.
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A parameter has no name of its own in the table of draws.
    BadName {
        /// The name.
        name: String,
    },
    /// A parameter sets what another one sets too, or a part of it.
    Overlapping {
        /// The parameter.
        name: String,
        /// The one before it.
        other: String,
    },
    /// A parameter has nothing to choose from.
    NoAlternative {
        /// The parameter.
        name: String,
    },
    /// A draw takes an alternative that the design does not have.
    UnknownAlternative {
        /// The parameter.
        name: String,
        /// The alternative.
        value: String,
    },
    /// The methodology has no such place.
    NoSuchPlace {
        /// The parameter.
        name: String,
        /// Its JSON pointer.
        pointer: String,
    },
    /// The draws lack a column or have one that the design does not know.
    OtherParameters {
        /// The parameter.
        name: String,
    },
    /// A cell of the draws cannot be read.
    BadCell {
        /// The replication, from 1.
        replication: usize,
        /// The column.
        column: String,
        /// What stands there.
        value: String,
    },
    /// Nothing varies, or nothing is to be computed.
    Nothing,
    /// A node that the tree does not have.
    UnknownNode {
        /// The code.
        code: String,
    },
    /// A weight is given to a root, which has no siblings.
    RootWeight {
        /// The code.
        code: String,
    },
    /// The results would not fit.
    TooMany {
        /// Replications.
        replications: usize,
        /// Units.
        units: usize,
    },
    /// The draws would not fit.
    TooManyDraws {
        /// Replications.
        replications: usize,
    },
    /// Another number of values than the design of a sensitivity analysis needs.
    Length {
        /// Values needed.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// The output does not vary, so that nothing can be attributed.
    NoVariance,
    /// A setting lies outside its range.
    BadSetting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
    },
    /// It was told to stop.
    Stopped,
    /// The engine refused a replication.
    Refused {
        /// The replication, from 1; 0 for the nominal one.
        replication: usize,
        /// Why.
        error: CompositeError,
    },
    /// A methodology with the settings of a replication is not valid.
    Invalid {
        /// The replication, from 1.
        replication: usize,
        /// What is wrong, in Chinese.
        zh: String,
        /// What is wrong, in English.
        en: String,
    },
}

impl RobustnessError {
    /// The first of the faults that a methodology has with the settings of a replication.
    pub fn invalid(replication: usize, faults: Vec<DocumentFault>) -> Self {
        let first = faults.into_iter().next();
        let (zh, en) = first.map_or_else(Default::default, |fault| {
            let place = fault.pointer;
            (
                format!("{place} {}", fault.message.zh),
                format!("{place} {}", fault.message.en),
            )
        });
        Self::Invalid { replication, zh, en }
    }

    /// Stable code for clients and documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateName { .. } => RobustnessCode::DuplicateName.code(),
            Self::BadName { .. } => RobustnessCode::BadName.code(),
            Self::Overlapping { .. } => RobustnessCode::Overlapping.code(),
            Self::TooManyDraws { .. } => RobustnessCode::TooManyDraws.code(),
            Self::NoAlternative { .. } => RobustnessCode::NoAlternative.code(),
            Self::UnknownAlternative { .. } => RobustnessCode::UnknownAlternative.code(),
            Self::NoSuchPlace { .. } => RobustnessCode::NoSuchPlace.code(),
            Self::OtherParameters { .. } => RobustnessCode::OtherParameters.code(),
            Self::BadCell { .. } => RobustnessCode::BadCell.code(),
            Self::Nothing => RobustnessCode::Nothing.code(),
            Self::UnknownNode { .. } => RobustnessCode::UnknownNode.code(),
            Self::RootWeight { .. } => RobustnessCode::RootWeight.code(),
            Self::TooMany { .. } => RobustnessCode::TooMany.code(),
            Self::Length { .. } => RobustnessCode::Length.code(),
            Self::NoVariance => RobustnessCode::NoVariance.code(),
            Self::BadSetting { .. } => RobustnessCode::BadSetting.code(),
            Self::Stopped => RobustnessCode::Stopped.code(),
            Self::Refused { .. } => RobustnessCode::Refused.code(),
            Self::Invalid { .. } => RobustnessCode::Invalid.code(),
        }
    }

    /// What is wrong and what to do, in both languages.
    pub fn message(&self) -> Text {
        let (zh, en) = match self {
            Self::DuplicateName { name } => (
                format!("不确定参数 {name} 重复，请改名（weights 为权重保留）。"),
                format!("Parameter {name} stands twice; rename one (weights is kept for weights)."),
            ),
            Self::BadName { name } => (
                format!("不确定参数不能叫“{name}”：名称不能为空，也不能是 replication、block 或以 weight: 开头。"),
                format!("A parameter cannot be named \"{name}\": not blank, replication, block or weight:…"),
            ),
            Self::Overlapping { name, other } => (
                format!("不确定参数 {other} 和 {name} 改动同一处设置，请合并为一个。"),
                format!("Parameters {other} and {name} set the same place; make one of them."),
            ),
            Self::TooManyDraws { replications } => (
                format!("重复 {replications} 次的抽样过大，请减少重复次数。"),
                format!("{replications} replications are too many to draw; use fewer."),
            ),
            Self::NoAlternative { name } => (
                format!("不确定参数 {name} 没有备选值，请至少给出一个，或给出上限大于下限的区间。"),
                format!("Parameter {name} has no alternatives; give one at least, or a range with a width."),
            ),
            Self::UnknownAlternative { name, value } => (
                format!("不确定参数 {name} 没有备选值 {value}，请更正抽样表或设计。"),
                format!("Parameter {name} has no alternative {value}; correct the draws or the design."),
            ),
            Self::NoSuchPlace { name, pointer } => (
                format!("评价方法中没有 {pointer}（参数 {name}），请更正路径。"),
                format!("The methodology has no place {pointer} (parameter {name}); correct the pointer."),
            ),
            Self::OtherParameters { name } => (
                format!("抽样表与设计的参数不一致：{name}，请补充或删去该列。"),
                format!("The draws and the design do not agree on {name}; add or drop the column."),
            ),
            Self::BadCell {
                replication,
                column,
                value,
            } => (
                format!("第 {replication} 次重复的 {column} 列为“{value}”，应为数字，请更正。"),
                format!("Replication {replication}, column {column}: \"{value}\" is not a number; correct it."),
            ),
            Self::Nothing => (
                "没有重复次数或没有任何不确定参数，请补充。".to_owned(),
                "There are no replications, or nothing varies; give both.".to_owned(),
            ),
            Self::UnknownNode { code } => (
                format!("指标树中没有 {code}，请更正代码。"),
                format!("{code} is not a node of the tree; correct the code."),
            ),
            Self::RootWeight { code } => (
                format!("{code} 是指标树的根节点，没有同级，权重不起作用；请从权重中删去。"),
                format!(
                    "{code} is the root of the tree: it has no siblings, so that its weight means nothing; take it out of the weights."
                ),
            ),
            Self::TooMany { replications, units } => (
                format!("{units} 个单位重复 {replications} 次的结果过大，请减少重复次数。"),
                format!("{replications} replications of {units} units are too many to hold; use fewer."),
            ),
            Self::Length { expected, found } => (
                format!("有 {found} 个值，敏感性分析需要 N(d+2) = {expected} 个。"),
                format!("There are {found} values; the analysis needs N (d + 2) = {expected}."),
            ),
            Self::NoVariance => (
                "输出没有变化，无法归因；请扩大不确定范围或增加重复次数。".to_owned(),
                "The output does not vary, so nothing can be attributed; widen the alternatives or run more."
                    .to_owned(),
            ),
            Self::BadSetting { setting, value } => (
                format!("设置 {setting} = {value} 不可用：超出范围、重复或次序不对，请更正。"),
                format!(
                    "Setting {setting} = {value} cannot be: it is outside its range, twice or out of order; correct it."
                ),
            ),
            Self::Stopped => (
                "计算已中止，请重新开始。".to_owned(),
                "It was stopped before all replications were computed; start it again.".to_owned(),
            ),
            Self::Refused { replication: 0, error } => {
                let inner = error.message();
                (
                    format!("评价方法按原样无法计算：{}", inner.zh),
                    format!("The methodology as it stands cannot be computed: {}", inner.en),
                )
            }
            Self::Refused { replication, error } => {
                let inner = error.message();
                (
                    format!("第 {replication} 次重复无法计算：{}", inner.zh),
                    format!("Replication {replication} cannot be computed: {}", inner.en),
                )
            }
            Self::Invalid { replication, zh, en } => (
                format!("第 {replication} 次重复的评价方法无效：{zh}"),
                format!("The methodology of replication {replication} is not valid: {en}"),
            ),
        };
        Text::new(zh, en)
    }
}
