//! An enterprise in the making: everything that steps have set so far, by name.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use survey::{
    answer::{Answer, AnswerRow, Answers},
    tables::ReferenceTables,
};

use super::{condition::Condition, profile::Stratum};

/// What is known of an enterprise while its answers are made.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft<'a> {
    /// Answers so far.
    pub(super) answers: Answers,
    /// Columns so far of the table row in the making.
    pub(super) row: AnswerRow,
    /// A brand that no other enterprise of the county has.
    pub(super) brand: String,
    /// Number within the county, from 0.
    pub(super) serial: usize,
    /// The stratum the enterprise fell to, by kind of stratum.
    pub(super) strata: BTreeMap<&'a str, &'a Stratum>,
    /// Energy factors in force.
    pub(super) tables: Option<&'a ReferenceTables>,
    /// Traits so far.
    pub(super) traits: BTreeMap<String, f64>,
}

impl Draft<'_> {
    /// Sets a trait.
    pub(super) fn set_trait(&mut self, name: &str, value: f64) {
        self.traits.insert(name.to_owned(), value);
    }

    /// Forgets a trait.
    pub(super) fn forget_trait(&mut self, name: &str) {
        self.traits.remove(name);
    }

    /// The number a name stands for: a trait, a stratum's number, a column of the row in the making, an energy factor in
    /// tce per unit of the form, or an answer.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        if let Some(value) = self.traits.get(name) {
            return Some(*value);
        }
        match name.split_once('.') {
            Some(("row", column)) => self.row.get(column).and_then(number_of),
            Some(("factor", code)) => self.tables?.factor(code),
            Some((kind, number)) => self.strata.get(kind)?.numbers.get(number).copied(),
            None => self.answers.get(name).and_then(number_of),
        }
    }

    /// Whether all tests of a condition hold.
    pub(super) fn satisfies(&self, condition: &Condition) -> bool {
        condition.iter().all(|(name, test)| {
            let answer = match name.split_once('.') {
                Some(("row", column)) => self.row.get(column),
                _ => self.answers.get(name),
            };
            test.holds(answer, self.number(name))
        })
    }

    /// The sum of a column over the rows of a table that satisfy a condition; missing cells are skipped.
    pub(super) fn sum_of_rows(&self, table: &str, column: &str, condition: &Condition) -> f64 {
        let Some(Answer::Table(rows)) = self.answers.get(table) else {
            return 0.0;
        };
        let counts = |row: &AnswerRow| {
            condition.iter().all(|(name, test)| {
                let cell = row.get(name.trim_start_matches("row."));
                test.holds(cell, cell.and_then(number_of))
            })
        };
        rows.iter()
            .filter(|row| counts(row))
            .filter_map(|row| row.get(column).and_then(number_of))
            .sum()
    }
}

fn number_of(answer: &Answer) -> Option<f64> {
    match answer {
        Answer::Number(number) => number.to_f64(),
        _ => None,
    }
}
