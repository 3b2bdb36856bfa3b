//! Justifications: what an enterprise says to a warning that it does not correct.
//!
//! A warning is corrected or justified. A justification names the finding by its [`Finding::key`] and the values it was
//! raised on by its [`Finding::fingerprint`]; once those values change it no longer counts, for it spoke of others. The
//! reasons are a document of their own, published like every other.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    codes::{DocumentCode, JustificationCode},
    document::{DocumentFault, parse_json},
    finding::{Finding, Findings},
    questionnaire::Action,
    text::Text,
};

/// The longest explanation that is kept, in characters.
pub const MAX_TEXT_CHARS: usize = 2000;

/// What an enterprise says to one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Justification {
    /// Which finding: [`Finding::key`].
    pub finding_key: String,
    /// The values it was raised on: [`Finding::fingerprint`].
    pub fingerprint: String,
    /// Code of the reason.
    pub reason: String,
    /// Explanation in words; empty where the reason asks for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Justification {
    /// Whether it speaks of this finding, raised on these very values.
    pub fn answers(&self, finding: &Finding) -> bool {
        finding.is_justifiable() && self.finding_key == finding.key && self.fingerprint == finding.fingerprint
    }
}

/// The coded reasons of justifications, a published document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JustificationReasons {
    /// Code of the document.
    pub code: String,
    /// Version of the document.
    pub version: String,
    /// `proposed` until the bureau has adopted it, then `adopted`.
    pub status: ReasonStatus,
    /// Title.
    pub title: Text,
    /// The reasons in the order in which they are offered.
    pub reasons: Vec<JustificationReason>,
}

/// How far a list of reasons has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonStatus {
    /// A proposal of the product.
    #[default]
    Proposed,
    /// Adopted by the bureau.
    Adopted,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JustificationReason {
    /// Code without blanks, such as `J02`.
    pub code: String,
    /// Text of the reason.
    pub label: Text,
    /// Whether an explanation in words is required.
    pub text_required: bool,
}

/// Why a justification is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JustificationFault {
    /// An explanation without a reason.
    ReasonMissing,
    /// No such reason.
    ReasonUnknown {
        /// The code that was given.
        given: String,
    },
    /// The reason must be explained.
    TextMissing {
        /// The reason.
        reason: String,
    },
    /// The explanation is too long.
    TextTooLong,
}

impl JustificationReasons {
    /// Reads the JSON document. All faults are returned, each with its JSON pointer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let document: Self = parse_json(bytes)?;
        let mut faults = Vec::new();
        if document.reasons.is_empty() {
            faults.push(DocumentFault::of(
                DocumentCode::ReasonsEmpty,
                "/reasons",
                "没有列出理由。请至少列出一条。",
                "No reason is listed. List at least one.",
            ));
        }
        for (index, reason) in document.reasons.iter().enumerate() {
            let earlier = document.reasons.iter().take(index);
            if !is_code(&reason.code) || earlier.into_iter().any(|other| other.code == reason.code) {
                faults.push(DocumentFault::of(
                    DocumentCode::ReasonsCode,
                    format!("/reasons/{index}/code"),
                    "理由代码只用字母、数字和 - _，不能重复。请改正。",
                    "The code of a reason is made of letters, digits, - and _ and occurs once. Correct it.",
                ));
            }
            if reason.label.zh.trim().is_empty() || reason.label.en.trim().is_empty() {
                faults.push(DocumentFault::of(
                    DocumentCode::ReasonsLabel,
                    format!("/reasons/{index}/label"),
                    "请写明理由的中文和英文。",
                    "State the reason in Chinese and English.",
                ));
            }
        }
        if faults.is_empty() { Ok(document) } else { Err(faults) }
    }

    /// The reason with this code.
    pub fn get(&self, code: &str) -> Option<&JustificationReason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// Whether a reason and an explanation make a justification.
    pub fn check(&self, reason: &str, text: &str) -> Result<(), JustificationFault> {
        if reason.is_empty() {
            return Err(JustificationFault::ReasonMissing);
        }
        let known = self.get(reason).ok_or_else(|| JustificationFault::ReasonUnknown {
            given: reason.chars().take(40).collect(),
        })?;
        if known.text_required && text.trim().is_empty() {
            return Err(JustificationFault::TextMissing {
                reason: known.code.clone(),
            });
        }
        if text.chars().count() > MAX_TEXT_CHARS {
            return Err(JustificationFault::TextTooLong);
        }
        Ok(())
    }
}

fn is_code(code: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=16).contains(&code.len()) && code.chars().all(allowed)
}

impl JustificationFault {
    /// Stable code.
    pub fn code(&self) -> JustificationCode {
        match self {
            Self::ReasonMissing => JustificationCode::ReasonMissing,
            Self::ReasonUnknown { .. } => JustificationCode::ReasonUnknown,
            Self::TextMissing { .. } => JustificationCode::TextMissing,
            Self::TextTooLong => JustificationCode::TextTooLong,
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::ReasonMissing => Text::new(
                "写了文字说明但没有选理由，这条说明没有采纳。请从下拉列表中选一条理由。",
                "There is an explanation without a reason; it was not taken. Choose a reason from the list.",
            ),
            Self::ReasonUnknown { given } => Text::new(
                format!("没有理由“{given}”，这条说明没有采纳。请从下拉列表中选择。"),
                format!("There is no reason '{given}'; the justification was not taken. Choose from the list."),
            ),
            Self::TextMissing { reason } => Text::new(
                format!("理由 {reason} 还须用文字说明，这条说明没有采纳。请写明情况。"),
                format!("Reason {reason} must be explained in words; the justification was not taken. Explain it."),
            ),
            Self::TextTooLong => Text::new(
                format!("文字说明超过 {MAX_TEXT_CHARS} 字，没有采纳。请缩短。"),
                format!("The explanation has more than {MAX_TEXT_CHARS} characters and was not taken. Shorten it."),
            ),
        }
    }
}

/// The justifications that count, by finding key: the last one given to each finding, if it speaks of the values that
/// the finding is raised on now. `given` is in the order in which it was given.
pub fn valid<'j>(
    findings: &Findings,
    given: impl IntoIterator<Item = &'j Justification>,
) -> BTreeMap<String, &'j Justification> {
    let mut last: BTreeMap<&str, &Justification> = BTreeMap::new();
    for justification in given {
        last.insert(&justification.finding_key, justification);
    }
    let answered = |finding: &Finding| {
        let justification = last.get(finding.key.as_str())?;
        justification
            .answers(finding)
            .then(|| (finding.key.clone(), *justification))
    };
    findings.items.iter().filter_map(answered).collect()
}

impl Finding {
    /// Whether it may be justified in place of a correction: a warning that can be told from others.
    pub fn is_justifiable(&self) -> bool {
        self.action == Action::Warn && !self.key.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons() -> JustificationReasons {
        JustificationReasons::parse(include_bytes!("../../data/justification_reasons.json")).unwrap()
    }

    #[test]
    fn a_reason_is_known_and_explained_where_it_asks_for_it() {
        let reasons = reasons();
        let check = |reason: &str, text: &str, expected: Result<(), &str>| {
            let found = reasons.check(reason, text).map_err(|fault| fault.code().code());
            assert_eq!(found, expected, "{reason} {text}");
        };
        check("J01", "", Ok(()));
        check("J01", "核对过", Ok(()));
        check("J02", " ", Err("justification.text_missing"));
        check("J02", "新线投产", Ok(()));
        check("", "新线投产", Err("justification.reason_missing"));
        check("j02", "新线投产", Err("justification.reason_unknown"));
        check("J01", &"长".repeat(MAX_TEXT_CHARS), Ok(()));
        check(
            "J01",
            &"长".repeat(MAX_TEXT_CHARS + 1),
            Err("justification.text_too_long"),
        );
    }

    #[test]
    fn a_list_of_reasons_is_refused_with_every_fault() {
        let check = |json: &str, expected: &[&str]| {
            let json = format!(
                r#"{{"code":"r","version":"1","status":"proposed","title":{{"zh":"a","en":"a"}},"reasons":{json}}}"#
            );
            let faults = JustificationReasons::parse(json.as_bytes()).unwrap_err();
            let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(places, expected, "{json}");
        };
        let reason = |code: &str, zh: &str| {
            format!(r#"{{"code":"{code}","label":{{"zh":"{zh}","en":"a"}},"text_required":true}}"#)
        };
        check("[]", &["/reasons"]);
        check(
            &format!("[{},{}]", reason("A", "甲"), reason("A", " ")),
            &["/reasons/1/code", "/reasons/1/label"],
        );
        check(&format!("[{}]", reason("A 1", "甲")), &["/reasons/0/code"]);
        check(r#"[{"code":"A","label":{"zh":"a","en":"a"}}]"#, &["/reasons/0"]);
    }
}
