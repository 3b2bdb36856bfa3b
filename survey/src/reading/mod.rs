//! From raw workbook cells to typed answers.
//!
//! What is read from a cell and what is asked back follows the list of faults in returned workbooks. Nothing is ever
//! filled in, scaled or guessed in silence: every conversion is kept with the raw text and raised as a finding.

mod boolean;
mod cell;
mod choice;
mod date;
mod field;
mod number;
mod option_index;
mod text;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use cell::{is_blank, raw_text, read_cell};
pub(crate) use field::{Field, Note, Outcome, shortened};
pub(crate) use number::same_unit;
pub(crate) use option_index::OptionIndex;
pub use words::is_missing_mark;

use crate::{
    answer::{Answers, Claims},
    cell::{Place, Provenance, Provenances},
    finding::Finding,
};

/// The longest text answer that is kept, in characters.
pub const MAX_TEXT_CHARS: usize = 2000;

/// What was read from the cells of one workbook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Answers by question code. Blank and unreadable cells have none.
    pub answers: Answers,
    /// Questions that are claimed not to apply.
    pub claims: Claims,
    /// Where each answer came from, by question code; table cells under `CODE[row].column`.
    pub provenance: Provenances,
    /// Where each question stands, answered or not; table cells under `CODE[row].column`, the table under `CODE`.
    pub places: BTreeMap<String, Place>,
    /// What was converted and what could not be read, in the order of the questionnaire.
    pub findings: Vec<Finding>,
    /// Questions and table cells that hold something which could not be read: neither blank nor zero.
    pub unreadable: BTreeSet<String>,
}

impl Reading {
    /// A reading of answers that were read before: their places come from the provenance, and nothing is found.
    pub fn of_answers(answers: Answers, provenance: Provenances) -> Self {
        let places = provenance
            .iter()
            .map(|(key, Provenance { place, .. })| (key.clone(), place.clone()))
            .collect();
        Self {
            answers,
            provenance,
            places,
            ..Self::default()
        }
    }
}
