//! What the checks of a return found.

use poem_openapi::{Enum, Object};
use survey::{
    finding::{Conversion, Finding, Findings, Folded, Progress},
    questionnaire::{Action, RuleClass},
};

use super::{justifications::JustificationOut, model::PlaceOut};
use crate::{api::http::problem::Bilingual, service::returns::justify::Counted};

/// Class of a rule.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "RuleClass")]
enum ClassName {
    /// The answer is not of the right form.
    Syntactical,
    /// The answers contradict each other.
    Validity,
    /// The answers are unlikely.
    Quality,
    /// The return looks odd beside others.
    Macro,
}

/// Severity of a finding: `block` for an error, `warn` for a query, `info` for information.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "FindingAction")]
enum ActionName {
    /// Error (must be corrected) 强制性错误（必须改正）.
    Block,
    /// Query (correct or justify) 核实性错误（改正或说明）.
    Warn,
    /// Information 提示性信息.
    Info,
}

/// A finding.
#[derive(Object)]
#[oai(rename = "Finding", skip_serializing_if_is_none)]
struct FindingOut {
    /// Key of the finding, stable across uploads and used to justify a query. Absent in revisions that predate such
    /// keys.
    key: Option<String>,
    /// Code of the edit rule or built-in check.
    rule: String,
    /// Class of the rule.
    class: ClassName,
    /// Severity.
    action: ActionName,
    /// First question concerned.
    question: Option<String>,
    /// Cells concerned.
    places: Vec<PlaceOut>,
    /// Text of the first cell as entered.
    value: Option<String>,
    /// Description of the problem, with the figures compared, and how to resolve it.
    message: Bilingual,
    /// Other problems with the same cause: they are resolved or justified together with this finding and are not
    /// counted.
    folded: Vec<FoldedOut>,
    /// Unit conversions that would resolve the finding, for the filler to choose from.
    offers: Vec<ConversionOut>,
    /// Justification by the enterprise; absent if none is in force.
    justification: Option<JustificationOut>,
}

/// A violated edit rule whose cause is reported by another finding.
#[derive(Object)]
#[oai(rename = "FoldedFinding")]
struct FoldedOut {
    /// Code of the edit rule.
    rule: String,
    /// Class of the rule.
    class: ClassName,
    /// Severity on its own.
    action: ActionName,
    /// Description of the problem.
    message: Bilingual,
}

impl From<Folded> for FoldedOut {
    fn from(folded: Folded) -> Self {
        Self {
            rule: folded.rule,
            class: folded.class.into(),
            action: folded.action.into(),
            message: folded.message.into(),
        }
    }
}

impl From<RuleClass> for ClassName {
    fn from(class: RuleClass) -> Self {
        match class {
            RuleClass::Syntactical => Self::Syntactical,
            RuleClass::Validity => Self::Validity,
            RuleClass::Quality => Self::Quality,
            RuleClass::Macro => Self::Macro,
        }
    }
}

impl From<Action> for ActionName {
    fn from(action: Action) -> Self {
        match action {
            Action::Block => Self::Block,
            Action::Warn => Self::Warn,
            Action::Info => Self::Info,
        }
    }
}

/// Conversion of a number entered in a unit that is easily mistaken for the unit of the question.
#[derive(Object)]
#[oai(rename = "Conversion")]
struct ConversionOut {
    /// Question code.
    question: String,
    /// Unit in which the number was entered.
    unit: String,
    /// Number as entered, as a decimal string.
    entered: String,
    /// Number in the unit of the question, as a decimal string.
    converted: String,
}

impl From<Conversion> for ConversionOut {
    fn from(offer: Conversion) -> Self {
        Self {
            question: offer.question,
            unit: offer.unit,
            entered: offer.entered.to_string(),
            converted: offer.converted.to_string(),
        }
    }
}

impl FindingOut {
    fn of(finding: Finding, counted: &mut Counted) -> Self {
        let justification = counted.remove(&finding.key).map(Into::into);
        Self {
            key: (!finding.key.is_empty()).then_some(finding.key),
            justification,
            rule: finding.rule,
            class: finding.class.into(),
            action: finding.action.into(),
            question: finding.question,
            places: finding.places.into_iter().map(Into::into).collect(),
            value: finding.value,
            message: finding.message.into(),
            folded: finding.folded.into_iter().map(Into::into).collect(),
            offers: finding.offers.into_iter().map(Into::into).collect(),
        }
    }
}

/// Number of required answers that were read.
#[derive(Object)]
#[oai(rename = "ReturnProgress")]
struct ProgressOut {
    /// Number of questions that must be answered.
    asked: usize,
    /// Number of these questions whose answers were read.
    answered: usize,
    /// Questions without an answer: blank, or with an entry that could not be read.
    missing: Vec<MissingOut>,
}

/// A question that must be answered and has no answer.
#[derive(Object)]
#[oai(rename = "MissingQuestion", skip_serializing_if_is_none)]
struct MissingOut {
    /// Question code.
    question: String,
    /// Label of the question.
    label: Bilingual,
    /// Location in the workbook; absent if the workbook has no cell for it.
    place: Option<PlaceOut>,
}

impl From<Progress> for ProgressOut {
    fn from(progress: Progress) -> Self {
        let missing = progress.missing.into_iter().map(|missing| MissingOut {
            question: missing.question,
            label: missing.label.into(),
            place: missing.place.map(Into::into),
        });
        Self {
            asked: progress.asked,
            answered: progress.answered,
            missing: missing.collect(),
        }
    }
}

/// Findings, one for each cause, the most severe first; at most 2000 are listed, all are counted.
#[derive(Object)]
#[oai(rename = "Findings", skip_serializing_if_is_none)]
pub(crate) struct FindingsOut {
    /// The findings.
    items: Vec<FindingOut>,
    /// Number of errors (强制性错误), which must be corrected.
    block: usize,
    /// Number of queries (核实性错误), to be corrected or justified.
    warn: usize,
    /// Number of items of information (提示性信息).
    info: usize,
    /// Number of queries without a valid justification.
    unjustified: usize,
    /// Number of required answers that were read, and the missing ones; absent in revisions that predate this count.
    progress: Option<ProgressOut>,
    /// Whether the return has no errors and can be submitted; a round may also require that queries are justified.
    submittable: bool,
}

impl FindingsOut {
    /// Findings with the justifications that count.
    pub(crate) fn of(findings: Findings, mut counted: Counted) -> Self {
        Self {
            unjustified: findings.warn.saturating_sub(counted.len()),
            submittable: !findings.blocks(),
            block: findings.block,
            warn: findings.warn,
            info: findings.info,
            progress: (findings.progress.asked > 0).then(|| findings.progress.into()),
            items: findings
                .items
                .into_iter()
                .map(|finding| FindingOut::of(finding, &mut counted))
                .collect(),
        }
    }
}
