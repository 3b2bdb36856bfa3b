//! Findings: what is wrong or doubtful in a return, cell by cell.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    cell::{LayoutNotice, Place},
    codes::Coded,
    questionnaire::{Action, RuleClass},
    text::Text,
};

/// One finding. Its place is never missing where a cell is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which finding of the return this is: `CK044@F05`, `WF12@V02.0.start`. The same finding has the same key in the
    /// next upload, wherever its cells have moved to. Safe in a path of an address. Empty in revisions stored before
    /// there were keys.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// What it was raised on, as a hash: the same values, the same fingerprint.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
    /// Code of the edit rule (`CK044`) or of the built-in check (`required`, `type.number`, `bound.max`, `WF05`, ...).
    pub rule: String,
    /// Class of the rule.
    pub class: RuleClass,
    /// What it does: block, warn or info.
    pub action: Action,
    /// First question concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// All cells concerned, in the order of the rule.
    pub places: Vec<Place>,
    /// The raw text of the first cell, as typed; absent for a blank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is wrong and what to do.
    pub message: Text,
    /// Conversions that would settle it, for the filler to choose from; nothing is converted unasked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Conversion>,
    /// What else is wrong for the same cause: settled with it, justified with it, not counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folded: Vec<Folded>,
}

/// An edit rule that is broken for a cause which another finding tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// Code of the edit rule.
    pub rule: String,
    /// Class of the rule.
    pub class: RuleClass,
    /// What it would do by itself.
    pub action: Action,
    /// What is wrong.
    pub message: Text,
}

impl Finding {
    /// Codes of everything that it tells, its own first.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.rule)
            .chain(self.folded.iter().map(|folded| &folded.rule))
            .map(String::as_str)
    }

    /// A finding about the layout of the file.
    pub fn of_notice(notice: LayoutNotice) -> Self {
        Self {
            question: notice.question,
            places: notice.places,
            ..Self::under(notice.code, notice.action, notice.message)
        }
    }

    /// A finding about the file rather than about what the answers mean: not at a question or cell yet, without a value.
    pub fn of_file(code: impl Coded, action: Action, message: Text) -> Self {
        Self::under(code.code().to_owned(), action, message)
    }

    fn under(rule: String, action: Action, message: Text) -> Self {
        Self {
            key: String::new(),
            fingerprint: String::new(),
            rule,
            class: RuleClass::Syntactical,
            action,
            question: None,
            places: Vec::new(),
            value: None,
            message,
            offers: Vec::new(),
            folded: Vec::new(),
        }
    }
}

/// A number taken as entered in a unit that fillers mistake for the question's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// Question code.
    pub question: String,
    /// The unit it was entered in.
    pub unit: String,
    /// The number as entered.
    pub entered: Decimal,
    /// The number in the question's unit.
    pub converted: Decimal,
}

/// Findings of one return: sorted, capped and counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// At most [`Findings::CAP`] findings, graver first, then in the order of the questionnaire.
    pub items: Vec<Finding>,
    /// All blocking findings, also those beyond the cap.
    pub block: usize,
    /// All warnings, also those beyond the cap.
    pub warn: usize,
    /// All notes, also those beyond the cap.
    pub info: usize,
    /// How much of what is asked was read. Nothing in revisions stored before it was kept.
    #[serde(default)]
    pub progress: Progress,
}

/// How much of what is asked was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Questions that must be answered.
    pub asked: usize,
    /// Those of them that were read.
    pub answered: usize,
    /// Those that are missing, in the order of the questionnaire.
    pub missing: Vec<MissingAnswer>,
}

/// A question that must be answered and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingAnswer {
    /// Question code.
    pub question: String,
    /// What is asked.
    pub label: Text,
    /// Where it stands; absent where the workbook has no such cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The finding that says so.
    pub finding_key: String,
}

impl Findings {
    /// The number of findings that are listed; the rest is only counted.
    pub const CAP: usize = 2000;

    /// Findings from an unsorted list: sorted by action (stable within), counted, capped.
    pub fn collect(mut all: Vec<Finding>) -> Self {
        all.sort_by_key(|f| f.action);
        let count = |action| all.iter().filter(|f| f.action == action).count();
        let (block, warn, info) = (count(Action::Block), count(Action::Warn), count(Action::Info));
        all.truncate(Self::CAP);
        Self {
            items: all,
            block,
            warn,
            info,
            progress: Progress::default(),
        }
    }

    /// Whether any finding blocks the submission.
    pub fn blocks(&self) -> bool {
        self.block > 0
    }

    /// All findings, also those beyond the cap.
    pub fn total(&self) -> usize {
        self.block + self.warn + self.info
    }
}
