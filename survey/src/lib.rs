//! What is asked and answered: questionnaires, answers, expressions, edit rules, energy accounting.
//!
//! This crate knows no HTTP, no database, no clock and no randomness. A questionnaire comes in as a document
//! ([`questionnaire::Questionnaire`]); it is validated and compiled together with its code lists and factor tables into
//! a [`survey::Survey`], which reads raw workbook cells into answers, computes derived values and raises findings.

pub mod accounting;
pub mod answer;
pub mod carry;
pub mod cell;
pub mod codes;
pub mod document;
pub mod expression;
pub mod figure;
pub mod finding;
pub mod identifier;
pub mod justification;
pub mod messages;
pub mod questionnaire;
pub mod reading;
pub mod report;
pub mod schema;
pub mod survey;
pub mod synonyms;
pub mod tables;
pub mod text;
pub mod width;

use codes::{DocumentCode, ExpressionCode, JustificationCode, RegisteredCode, Row, rows};
use messages::Builtin;

/// Every code that this crate gives, room by room. The codes of a questionnaire's own edit rules are data and are not
/// among them.
pub fn all_codes() -> Vec<Row> {
    rows::<DocumentCode>()
        .chain(rows::<ExpressionCode>())
        .chain(rows::<JustificationCode>())
        .chain(rows::<RegisteredCode>())
        .chain(rows::<Builtin>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_once_and_is_explained() {
        let mut seen = BTreeSet::new();
        for row in all_codes() {
            assert!(seen.insert(row.code), "{} stands twice", row.code);
            for words in [row.meaning, row.remedy] {
                assert!(words.zh.ends_with(['。', '？']), "{row:?}");
                assert!(words.en.ends_with(['.', '?']), "{row:?}");
            }
        }
    }
}
