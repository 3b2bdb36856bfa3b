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

/// Severity of a finding.
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

/// One finding.
#[derive(Object)]
#[oai(rename = "Finding", skip_serializing_if_is_none)]
struct FindingOut {
    /// Which finding of the return this is, from upload to upload; with it a query is justified. Absent in revisions of
    /// before there were keys.
    key: Option<String>,
    /// Code of the edit rule or built-in check.
    rule: String,
    /// Class of the rule.
    class: ClassName,
    /// Severity.
    action: ActionName,
    /// First question concerned.
    question: Option<String>,
    /// The cells to look at.
    places: Vec<PlaceOut>,
    /// The text of the first cell, as typed.
    value: Option<String>,
    /// What is wrong, with the figures compared, and what to do.
    message: Bilingual,
    /// What else is wrong for the same cause: settled and justified with it, not counted.
    folded: Vec<FoldedOut>,
    /// Conversions of units that would settle it, for the filler to choose from.
    offers: Vec<ConversionOut>,
    /// What the enterprise said to it, while that counts.
    justification: Option<JustificationOut>,
}

/// An edit rule that is broken for a cause which another finding tells.
#[derive(Object)]
#[oai(rename = "FoldedFinding")]
struct FoldedOut {
    /// Code of the edit rule.
    rule: String,
    /// Class of the rule.
    class: ClassName,
    /// What it would do by itself.
    action: ActionName,
    /// What is wrong.
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

/// A number taken as entered in a unit that fillers mistake for the question's own.
#[derive(Object)]
#[oai(rename = "Conversion")]
struct ConversionOut {
    /// Question code.
    question: String,
    /// The unit it was entered in.
    unit: String,
    /// The number as entered, a decimal string.
    entered: String,
    /// The number in the question's unit, a decimal string.
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

/// How much of what is asked was read.
#[derive(Object)]
#[oai(rename = "ReturnProgress")]
struct ProgressOut {
    /// Questions that must be answered.
    asked: usize,
    /// Those of them that were read.
    answered: usize,
    /// Those that are missing: blank, or with something that could not be read.
    missing: Vec<MissingOut>,
}

/// A question that must be answered and is not.
#[derive(Object)]
#[oai(rename = "MissingQuestion", skip_serializing_if_is_none)]
struct MissingOut {
    /// Question code.
    question: String,
    /// What is asked.
    label: Bilingual,
    /// Where it stands; absent where the workbook has no such cell.
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

/// Findings, one for each cause: graver ones first, at most 2000 listed, all counted.
#[derive(Object)]
#[oai(rename = "Findings", skip_serializing_if_is_none)]
pub(crate) struct FindingsOut {
    /// The findings.
    items: Vec<FindingOut>,
    /// Errors (must be corrected) 强制性错误, in all.
    block: usize,
    /// Queries (correct or justify) 核实性错误, in all.
    warn: usize,
    /// For information 提示性信息, in all.
    info: usize,
    /// Queries that have no justification that counts.
    unjustified: usize,
    /// How many of the required answers were read, and which are missing; absent in revisions of before it was kept.
    progress: Option<ProgressOut>,
    /// Whether no error keeps the return from being submitted; a round may ask for justified queries besides.
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
