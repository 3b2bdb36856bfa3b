//! Sheets of questions: one row per question, one column per period.

use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::at;
use crate::language::Language;

/// Rows of questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// Answer columns.
    pub periods: Vec<PeriodColumn>,
    /// Columns that show last round's answers: as many as one row needs at most.
    pub references: u16,
    /// Whether there is a column for reasons why a question does not apply: where any row is claimable.
    pub claims: bool,
    /// Rows in order.
    pub rows: Vec<GridRow>,
}

/// An answer column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeriodColumn {
    /// Period code.
    pub code: String,
    /// Header.
    pub label: Text,
}

/// A row of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GridRow {
    /// Hidden code: the row code, for a tick row `ROW#OPTION`.
    pub anchor: String,
    /// Label without period.
    pub label: Text,
    /// Filling note.
    pub note: Text,
    /// Unit as shown, empty for none.
    pub unit: Text,
    /// Whether any of its questions must be answered.
    pub required: bool,
    /// Whether the enterprise may claim that its questions do not apply.
    pub claimable: bool,
    /// What the row is.
    pub role: RowRole,
    /// Question code per answer column; where there is none, nothing is asked.
    pub questions: Vec<Option<String>>,
}

impl GridRow {
    /// The label as it stands in its cell: that of the question, or code and label of the option.
    pub(crate) fn shown_label(&self, language: Language) -> String {
        match &self.role {
            RowRole::Tick { option } => format!("{option} {}", language.block(&self.label)),
            RowRole::Answer | RowRole::Ticks | RowRole::OtherSheet { .. } => language.block(&self.label),
        }
    }
}

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowRole {
    /// Answers stand in it.
    Answer,
    /// The head of the tick rows below.
    Ticks,
    /// One option of the head above.
    Tick {
        /// Option code.
        option: String,
    },
    /// The question stands on a sheet of its own.
    OtherSheet {
        /// Sheet code.
        sheet: String,
    },
}

impl Grid {
    /// Rows with their number on the sheet, counted from 0.
    pub(crate) fn numbered_rows(&self) -> impl Iterator<Item = (u32, &GridRow)> {
        (at::FIRST_ROW..).zip(&self.rows)
    }

    /// Answer columns with their number on the sheet, counted from 0.
    pub(crate) fn numbered_periods(&self) -> impl Iterator<Item = (u16, &PeriodColumn)> {
        (at::FIRST_ANSWER_COLUMN..).zip(&self.periods)
    }

    /// The first column of last round's answers.
    pub(crate) fn first_reference_column(&self) -> u16 {
        at::FIRST_ANSWER_COLUMN.saturating_add(u16::try_from(self.periods.len()).unwrap_or(at::NO_COLUMN))
    }

    /// The column of reasons why a question does not apply, where there is one.
    pub(crate) fn claim_column(&self) -> Option<u16> {
        self.claims
            .then(|| self.first_reference_column().saturating_add(self.references))
    }

    /// The column of filling notes.
    pub(crate) fn note_column(&self) -> u16 {
        self.first_reference_column()
            .saturating_add(self.references)
            .saturating_add(u16::from(self.claims))
    }

    pub(super) fn position(&self, question: &str) -> Option<(u32, u16)> {
        self.numbered_rows()
            .filter(|(_, row)| matches!(row.role, RowRole::Answer | RowRole::Tick { .. }))
            .find_map(|(at_row, row)| {
                let at = row
                    .questions
                    .iter()
                    .position(|code| code.as_deref() == Some(question))?;
                Some((at_row, at::FIRST_ANSWER_COLUMN.checked_add(u16::try_from(at).ok()?)?))
            })
    }
}

impl GridRow {
    /// Questions with their column on the sheet, counted from 0.
    pub(crate) fn numbered_questions(&self) -> impl Iterator<Item = (u16, &str)> {
        (at::FIRST_ANSWER_COLUMN..)
            .zip(&self.questions)
            .filter_map(|(column, question)| Some((column, question.as_deref()?)))
    }
}
