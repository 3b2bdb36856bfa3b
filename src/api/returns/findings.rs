//! What the checks of a return found.

use poem_openapi::{Enum, Object};
use survey::{
    finding::{Conversion, Finding, Findings},
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
    /// Must be corrected.
    Block,
    /// Must be corrected or justified.
    Warn,
    /// A note.
    Info,
}

/// One finding.
#[derive(Object)]
#[oai(rename = "Finding", skip_serializing_if_is_none)]
struct FindingOut {
    /// Which finding of the return this is, from upload to upload; with it a warning is justified. Absent in revisions of
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
    /// All cells concerned.
    places: Vec<PlaceOut>,
    /// The text of the first cell, as typed.
    value: Option<String>,
    /// What is wrong and what to do.
    message: Bilingual,
    /// Conversions of units that would settle it, for the filler to choose from.
    offers: Vec<ConversionOut>,
    /// What the enterprise said to it, while that counts.
    justification: Option<JustificationOut>,
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
        let class = match finding.class {
            RuleClass::Syntactical => ClassName::Syntactical,
            RuleClass::Validity => ClassName::Validity,
            RuleClass::Quality => ClassName::Quality,
            RuleClass::Macro => ClassName::Macro,
        };
        let action = match finding.action {
            Action::Block => ActionName::Block,
            Action::Warn => ActionName::Warn,
            Action::Info => ActionName::Info,
        };
        Self {
            key: (!finding.key.is_empty()).then_some(finding.key),
            justification,
            rule: finding.rule,
            class,
            action,
            question: finding.question,
            places: finding.places.into_iter().map(Into::into).collect(),
            value: finding.value,
            message: finding.message.into(),
            offers: finding.offers.into_iter().map(Into::into).collect(),
        }
    }
}

/// Findings: most severe first, at most 2000 listed, all counted.
#[derive(Object)]
#[oai(rename = "Findings")]
pub(crate) struct FindingsOut {
    /// The findings.
    items: Vec<FindingOut>,
    /// Blocking findings in all.
    block: usize,
    /// Warnings in all.
    warn: usize,
    /// Notes in all.
    info: usize,
    /// Warnings that have no justification that counts.
    unjustified: usize,
    /// Whether the return can be submitted, since nothing blocks it; a round may also require justified warnings.
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
            items: findings
                .items
                .into_iter()
                .map(|finding| FindingOut::of(finding, &mut counted))
                .collect(),
        }
    }
}
