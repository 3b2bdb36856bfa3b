//! Checking a score function against the question it scores.

use std::collections::{BTreeMap, BTreeSet};

use survey::{
    document::segment,
    expression::Type,
    questionnaire::{Question, QuestionType},
};

use super::{faults::Faults, sources::Sources};
use crate::{
    card::{ScoreRule, range},
    codes::MethodologyCode,
    document::{ScoreFunction, Select},
    exact::Fixed,
};

/// An indicator or item as far as its score is concerned.
pub(super) struct Scored<'a> {
    /// JSON pointer of the indicator or item.
    pub(super) pointer: &'a str,
    pub(super) source: &'a str,
    pub(super) depends_on: &'a [String],
    pub(super) function: &'a ScoreFunction,
    /// The highest score the function must be able to give, and must not exceed.
    pub(super) maximum: Fixed,
}

/// Checks source, dependencies and score function; the compiled rule, which is of use only when there is no fault.
pub(super) fn compile(
    scored: &Scored<'_>,
    sources: &Sources<'_>,
    documented: &BTreeMap<String, survey::text::Text>,
    faults: &mut Faults,
) -> ScoreRule {
    let Scored {
        pointer,
        source,
        depends_on,
        function,
        maximum,
    } = *scored;
    let known = sources.check_source(source, &format!("{pointer}/source"), faults);
    if depends_on.is_empty() {
        faults.add(
            MethodologyCode::DependsOnEmpty,
            format!("{pointer}/depends_on"),
            "须列出该指标依赖的题项，否则无法判断是否适用。",
            "List the questions it depends on; without them nobody can tell whether it applies.",
        );
    }
    sources.check_questions(
        depends_on,
        MethodologyCode::DependsOnUnknown,
        &format!("{pointer}/depends_on"),
        faults,
    );
    let pointer = format!("{pointer}/score");
    if known {
        check_source_type(function, source, sources, &pointer, faults);
    }
    if let Some(question) = sources.question(source) {
        check_options(function, question, &pointer, faults);
    }
    check_shape(function, &pointer, faults);
    check_reach(function, maximum, &pointer, faults);
    if !documented.contains_key(kind(function)) {
        faults.add(
            MethodologyCode::ScoreKindUndocumented,
            format!("{pointer}/kind"),
            format!("score_kinds 中没有 {} 的说明，请补充。", kind(function)),
            format!("score_kinds does not explain {}; add it.", kind(function)),
        );
    }
    ScoreRule::new(function.clone(), counted(function, sources.question(source)))
}

/// The options that count in a share: all but the one that means none.
fn counted(function: &ScoreFunction, question: Option<&Question>) -> BTreeSet<String> {
    match function {
        ScoreFunction::MultiShare { none_code, .. } => question
            .map(option_codes)
            .unwrap_or_default()
            .into_iter()
            .filter(|code| *code != none_code)
            .map(str::to_owned)
            .collect(),
        _ => BTreeSet::new(),
    }
}

fn option_codes(question: &Question) -> BTreeSet<&str> {
    question
        .options
        .iter()
        .flatten()
        .map(|option| option.code.as_str())
        .collect()
}

fn kind(function: &ScoreFunction) -> &'static str {
    match function {
        ScoreFunction::OptionPoints { .. } => "option_points",
        ScoreFunction::Steps { .. } => "steps",
        ScoreFunction::LinearBands { .. } => "linear_bands",
        ScoreFunction::MultiShare { .. } => "multi_share",
        ScoreFunction::LevelPoints { .. } => "level_points",
        ScoreFunction::Boolean { .. } => "boolean",
    }
}

/// The source must give the kind of value that the function takes.
fn check_source_type(
    function: &ScoreFunction,
    source: &str,
    sources: &Sources<'_>,
    pointer: &str,
    faults: &mut Faults,
) {
    let asked = sources.question(source).map(|question| question.kind);
    let (fits, zh, en) = match function {
        ScoreFunction::OptionPoints {
            select: Select::One, ..
        } => (asked == Some(QuestionType::Single), "单选题", "a single choice"),
        ScoreFunction::OptionPoints {
            select: Select::Many, ..
        }
        | ScoreFunction::MultiShare { .. } => (asked == Some(QuestionType::Multi), "多选题", "a multiple choice"),
        ScoreFunction::LevelPoints { .. } => (sources.is_level(source), "等级题", "a level"),
        ScoreFunction::Boolean { .. } => (sources.is(source, &Type::Bool), "是否题", "a yes or no"),
        ScoreFunction::Steps { .. } | ScoreFunction::LinearBands { .. } => {
            (sources.is(source, &Type::Double), "数值", "a number")
        }
    };
    if !fits {
        let kind = kind(function);
        faults.add(
            MethodologyCode::SourceType,
            format!("{pointer}/kind"),
            format!("计分方式 {kind} 需要{zh}，而 {source} 不是。"),
            format!("The score kind {kind} takes {en}, which {source} is not."),
        );
    }
}

/// The points must name the options of the question, all of them and no others.
fn check_options(function: &ScoreFunction, question: &Question, pointer: &str, faults: &mut Faults) {
    let options = option_codes(question);
    match function {
        ScoreFunction::OptionPoints { points, .. } | ScoreFunction::LevelPoints { points } => {
            for option in options.iter().filter(|option| !points.contains_key(**option)) {
                faults.add(
                    MethodologyCode::ScoreOptionMissing,
                    format!("{pointer}/points"),
                    format!("题项 {} 的选项 {option} 没有分值，请补充。", question.code),
                    format!("Option {option} of question {} has no points; add them.", question.code),
                );
            }
            for option in points.keys().filter(|option| !options.contains(option.as_str())) {
                faults.add(
                    MethodologyCode::ScoreOptionUnknown,
                    format!("{pointer}/points/{}", segment(option)),
                    format!("题项 {} 没有选项 {option}，该分值永远取不到，请删去。", question.code),
                    format!(
                        "Question {} has no option {option}: its points can never be scored; drop them.",
                        question.code
                    ),
                );
            }
        }
        ScoreFunction::MultiShare { of, none_code } => {
            if question.none_code.as_deref() != Some(none_code) {
                faults.add(
                    MethodologyCode::ScoreNoneCode,
                    format!("{pointer}/none_code"),
                    format!("题项 {} 中表示“都没有”的选项不是 {none_code}。", question.code),
                    format!(
                        "{none_code} is not the option of question {} that means none.",
                        question.code
                    ),
                );
            }
            let counted = options.iter().filter(|option| **option != none_code).count();
            if usize::try_from(*of) != Ok(counted) {
                faults.add(
                    MethodologyCode::ScoreOptionCount,
                    format!("{pointer}/of"),
                    format!("题项 {} 有 {counted} 个计数选项，of 应为 {counted}。", question.code),
                    format!(
                        "Question {} has {counted} options that count; of must say so.",
                        question.code
                    ),
                );
            }
        }
        ScoreFunction::Steps { .. } | ScoreFunction::LinearBands { .. } | ScoreFunction::Boolean { .. } => {}
    }
}

/// Limits and points must rise, and the intervals must cover everything.
fn check_shape(function: &ScoreFunction, pointer: &str, faults: &mut Faults) {
    match function {
        ScoreFunction::Steps { steps, .. } => {
            let last = steps.len().saturating_sub(1);
            for (at, step) in steps.iter().enumerate() {
                let place = format!("{pointer}/steps/{at}");
                match (step.to, at == last) {
                    (None, false) => faults.add(
                        MethodologyCode::ScoreStepUnreachable,
                        place,
                        "没有上限的区间必须是最后一个，其后的区间永远取不到。",
                        "An interval without limit must be the last; those after it are never reached.",
                    ),
                    (Some(_), true) => faults.add(
                        MethodologyCode::ScoreLastStepLimited,
                        place,
                        "最后一个区间不得有上限，否则更大的值没有得分。",
                        "The last interval must have no limit; greater values would have no score.",
                    ),
                    _ => {}
                }
            }
            if steps.is_empty() {
                faults.add(
                    MethodologyCode::ScoreTooFewPoints,
                    format!("{pointer}/steps"),
                    "至少需要一个区间。",
                    "At least one interval is needed.",
                );
            }
            let limits = steps.iter().enumerate().filter_map(|(at, step)| Some((at, step.to?)));
            check_rising(limits, &format!("{pointer}/steps"), faults);
        }
        ScoreFunction::LinearBands { points } => {
            if points.len() < 2 {
                faults.add(
                    MethodologyCode::ScoreTooFewPoints,
                    format!("{pointer}/points"),
                    "至少需要两个折点。",
                    "At least two points are needed.",
                );
            }
            check_rising(
                points.iter().map(|(x, _)| *x).enumerate(),
                &format!("{pointer}/points"),
                faults,
            );
        }
        _ => {}
    }
}

fn check_rising(limits: impl Iterator<Item = (usize, Fixed)>, pointer: &str, faults: &mut Faults) {
    let mut before = None;
    for (at, limit) in limits {
        if before.is_some_and(|before| limit <= before) {
            faults.add(
                MethodologyCode::ScoreNotIncreasing,
                format!("{pointer}/{at}"),
                format!("{limit} 不大于前一个界限，界限必须递增。"),
                format!("{limit} is not above the limit before it; limits must rise."),
            );
        }
        before = Some(limit);
    }
}

/// The function must be able to give the full score, and no more and no less than nothing.
fn check_reach(function: &ScoreFunction, maximum: Fixed, pointer: &str, faults: &mut Faults) {
    let (lowest, highest) = range(function);
    if lowest < Fixed::ZERO {
        faults.add(
            MethodologyCode::ScoreBelowZero,
            pointer,
            format!("最低可得 {lowest} 分，得分不得为负。"),
            format!("The lowest score is {lowest}; scores must not be negative."),
        );
    }
    if highest < maximum {
        faults.add(
            MethodologyCode::ScoreCannotReachMaximum,
            pointer,
            format!("最高只能得 {highest} 分，达不到满分 {maximum}。"),
            format!("The highest score is {highest}; the full score of {maximum} cannot be reached."),
        );
    }
    if highest > maximum {
        faults.add(
            MethodologyCode::ScoreExceedsMaximum,
            pointer,
            format!("最高可得 {highest} 分，超过满分 {maximum}。"),
            format!("The highest score is {highest}, more than the full score of {maximum}."),
        );
    }
}
