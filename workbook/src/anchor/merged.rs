//! Merged cells over answers (WF13).

use std::collections::{BTreeMap, BTreeSet};

use survey::cell::RawValue;

use super::{find::AnchoredSheet, notice::Notices};
use crate::extract::{CellRange, RawCellAt};

/// The answer positions of a sheet, with the question each belongs to, and its merged ranges over them.
pub(super) struct AnswerCells<'a> {
    sheet: &'a AnchoredSheet<'a>,
    ranges: Vec<Merged>,
    /// Columns that may never lend their value to an answer: code, label, unit, note.
    furniture: BTreeSet<u32>,
}

struct Merged {
    range: CellRange,
    answers: Vec<(u32, u32)>,
}

impl<'a> AnswerCells<'a> {
    /// `answers` are all positions at which something is asked.
    pub(super) fn new(
        sheet: &'a AnchoredSheet<'a>,
        answers: &BTreeMap<(u32, u32), &str>,
        notices: &mut Notices,
    ) -> Self {
        let furniture: BTreeSet<u32> = sheet
            .columns
            .iter()
            .filter(|(code, _)| code.starts_with(crate::layout::FURNITURE))
            .map(|(_, c)| *c)
            .collect();
        let mut ranges = Vec::new();
        for range in &sheet.raw.merged {
            let rows = (range.first_row, range.first_column)..=(range.last_row, range.last_column);
            let covered: Vec<(u32, u32)> = answers
                .range(rows)
                .map(|(at, _)| *at)
                .filter(|(row, column)| range.contains(*row, *column))
                .collect();
            if !covered.is_empty() {
                ranges.push(Merged {
                    range: *range,
                    answers: covered,
                });
            }
        }
        let found = Self {
            sheet,
            ranges,
            furniture,
        };
        for merged in &found.ranges {
            let questions: BTreeSet<&str> = merged
                .answers
                .iter()
                .filter_map(|at| answers.get(at).copied())
                .collect();
            let places = merged
                .answers
                .iter()
                .map(|(row, column)| sheet.raw.place(*row, *column))
                .collect();
            notices.merged(&questions, places, found.is_readable(merged));
        }
        found
    }

    /// The cell that answers a position: its own, or the top left one of a merged range that covers no other answer.
    pub(super) fn cell(&self, row: u32, column: u32) -> Option<&'a RawCellAt> {
        let cell = match self.ranges.iter().find(|merged| merged.range.contains(row, column)) {
            None => self.sheet.raw.cell(row, column),
            Some(merged) if self.is_readable(merged) => {
                self.sheet.raw.cell(merged.range.first_row, merged.range.first_column)
            }
            Some(_) => None,
        };
        cell.filter(|cell| cell.value != RawValue::Blank || cell.formula)
    }

    fn is_readable(&self, merged: &Merged) -> bool {
        let top_left = (merged.range.first_row, merged.range.first_column);
        merged.answers.len() == 1
            && (merged.answers.first() == Some(&top_left) || !self.furniture.contains(&top_left.1))
    }
}
