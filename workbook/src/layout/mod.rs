//! What stands where in a template: one sheet per section, one more per table question.
//!
//! The layout is what writing and reading share. Reading never goes by its addresses: every sheet, row and column
//! carries a hidden code ([`SHEET_ANCHOR`], [`GridRow::anchor`], period and column codes), and whatever was moved is
//! found by it.
//!
//! A multiple choice is asked as one row per option with a drop-down `√`. In a paper form of this kind people tick
//! boxes; a tick cannot name an option that does not exist, needs no separator, and its row can be moved. The reader
//! accepts option codes typed into the question's own cell as well ([`anchor`](crate::anchor)). A choice among more
//! options than [`MAX_TICK_ROWS`] takes codes only.
//!
//! A table question stands on a sheet of its own: its columns need widths that the sheet of its section cannot have.

mod build;
mod names;
mod relevance;

pub(crate) use build::is_shown_beside;
pub(crate) use names::{INDEX_NAME, KEYS_NAME, sheet_name};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use survey::{
    cell::{Place, TableCell},
    questionnaire::Questionnaire,
    text::Text,
};

use crate::{extract::a1, language::Language, options::OptionLists};

/// Prefix of the hidden code of a sheet, in its first cell: `#sheet:F`.
pub const SHEET_ANCHOR: &str = "#sheet:";
/// Rows and columns that ask nothing carry a code with this prefix, so that they are told from notes of the filler.
pub const FURNITURE: char = '#';
/// Choices with more options than this take option codes in one cell.
pub const MAX_TICK_ROWS: usize = 20;
/// Rows of a table question that does not say how many it may have.
pub const DEFAULT_TABLE_ROWS: u32 = 20;

/// Where things stand on a sheet, counted from 0. Both kinds of sheet share the rows.
pub(crate) mod at {
    /// Hidden row of column codes.
    pub(crate) const ANCHOR_ROW: u32 = 0;
    /// Title.
    pub(crate) const TITLE_ROW: u32 = 1;
    /// Filling note of the section or table.
    pub(crate) const NOTE_ROW: u32 = 2;
    /// Column headers.
    pub(crate) const HEADER_ROW: u32 = 3;
    /// First row of questions or table rows.
    pub(crate) const FIRST_ROW: u32 = 4;
    /// Hidden column of row codes.
    pub(crate) const ANCHOR_COLUMN: u16 = 0;
    /// Question code on a grid, row number on a table sheet.
    pub(crate) const CODE_COLUMN: u16 = 1;
    /// Label on a grid.
    pub(crate) const LABEL_COLUMN: u16 = 2;
    /// Unit on a grid.
    pub(crate) const UNIT_COLUMN: u16 = 3;
    /// First answer column of a grid.
    pub(crate) const FIRST_ANSWER_COLUMN: u16 = 4;
    /// First column of a table.
    pub(crate) const FIRST_TABLE_COLUMN: u16 = 2;
    /// Past all columns: the writer refuses what stands there.
    pub(crate) const NO_COLUMN: u16 = u16::MAX;
}

/// Hidden codes of the columns of a grid that ask nothing.
pub(crate) mod column_anchor {
    pub(crate) const CODE: &str = "#code";
    pub(crate) const LABEL: &str = "#label";
    pub(crate) const UNIT: &str = "#unit";
    pub(crate) const LAST: &str = "#last";
    pub(crate) const CLAIM: &str = "#claim";
    pub(crate) const NOTE: &str = "#note";
    pub(crate) const NUMBER: &str = "#number";
}

/// Hidden codes of the rows that ask nothing.
pub(crate) mod row_anchor {
    pub(crate) const TITLE: &str = "#title";
    pub(crate) const NOTE: &str = "#note";
    pub(crate) const HEADER: &str = "#header";
    pub(crate) const LAST: &str = "#last";
}

/// The layout of a questionnaire, or of one variant of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// Questionnaire code.
    pub questionnaire: String,
    /// Questionnaire version.
    pub version: String,
    /// Variant code, where questions of other variants are left out.
    pub variant: Option<String>,
    /// Sheets to fill in, in order.
    pub sheets: Vec<SheetLayout>,
}

/// One sheet to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SheetLayout {
    /// Section code, or the question code of a table.
    pub code: String,
    /// Sheet name: safe for Excel and unique in either language.
    pub name: Text,
    /// Title.
    pub title: Text,
    /// Filling note.
    pub note: Text,
    /// What it asks.
    pub body: SheetBody,
}

/// What a sheet asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetBody {
    /// Rows of questions, one answer column per period.
    Grid(Grid),
    /// The rows of one table question.
    Table(TableBlock),
}

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

/// The rows of a table question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableBlock {
    /// Question code. Hidden row codes are `CODE#0`, `CODE#1` ...
    pub question: String,
    /// Columns in order.
    pub columns: Vec<TableBlockColumn>,
    /// Rows to fill in.
    pub rows: u32,
}

/// A column of a table question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableBlockColumn {
    /// Column code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Unit as shown, empty for none.
    pub unit: Text,
    /// Whether each row needs it.
    pub required: bool,
}

/// One answer cell: a question, or one cell of a table question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    /// Question code.
    pub question: String,
    /// Row and column of a table question.
    pub table: Option<TableCell>,
}

impl Layout {
    /// The layout of a questionnaire.
    ///
    /// With a variant, sections and questions whose relevance asks for another variant are left out. Conditions on
    /// answers stay in: the filler decides them on the form.
    pub fn of(questionnaire: &Questionnaire, lists: &OptionLists, variant: Option<&str>) -> Self {
        build::layout(questionnaire, lists, variant)
    }

    /// SHA-256 of the canonical layout, in hexadecimal: structure and wording, both languages.
    pub fn hash(&self) -> String {
        hash(self)
    }

    /// Where a cell stands in a fresh template; a multiple choice stands at its first tick row.
    pub fn place(&self, key: &CellKey, language: Language) -> Option<Place> {
        self.sheets.iter().find_map(|sheet| {
            let (row, column) = sheet.position(key)?;
            Some(Place {
                sheet: language.single(&sheet.name).to_owned(),
                cell: a1(row, u32::from(column)),
            })
        })
    }

    /// Every answer cell; a multiple choice is one, however many tick rows it has.
    pub fn cells(&self) -> BTreeSet<CellKey> {
        self.sheets.iter().flat_map(SheetLayout::cells).collect()
    }

    /// The sheet of a code.
    pub fn sheet(&self, code: &str) -> Option<&SheetLayout> {
        self.sheets.iter().find(|sheet| sheet.code == code)
    }
}

impl SheetLayout {
    fn cells(&self) -> Vec<CellKey> {
        match &self.body {
            SheetBody::Grid(grid) => grid
                .rows
                .iter()
                .flat_map(|row| row.questions.iter().flatten())
                .map(CellKey::question)
                .collect(),
            SheetBody::Table(table) => {
                let row = |row: u32| {
                    table
                        .columns
                        .iter()
                        .map(move |c| CellKey::table(&table.question, row, &c.code))
                };
                (0..table.rows).flat_map(row).collect()
            }
        }
    }

    fn position(&self, key: &CellKey) -> Option<(u32, u16)> {
        match (&self.body, &key.table) {
            (SheetBody::Grid(grid), None) => grid.position(&key.question),
            (SheetBody::Table(table), Some(cell)) if table.question == key.question => table.position(cell),
            _ => None,
        }
    }
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

    fn position(&self, question: &str) -> Option<(u32, u16)> {
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

impl TableBlock {
    /// Columns with their number on the sheet, counted from 0.
    pub(crate) fn numbered_columns(&self) -> impl Iterator<Item = (u16, &TableBlockColumn)> {
        (at::FIRST_TABLE_COLUMN..).zip(&self.columns)
    }

    /// The hidden code of a row.
    pub(crate) fn row_anchor(&self, row: u32) -> String {
        format!("{}{FURNITURE}{row}", self.question)
    }

    fn position(&self, cell: &TableCell) -> Option<(u32, u16)> {
        let (column, _) = self.numbered_columns().find(|(_, column)| column.code == cell.column)?;
        (cell.row < self.rows).then(|| (at::FIRST_ROW + cell.row, column))
    }
}

impl TableBlockColumn {
    /// The header: label, unit in brackets on a line of its own.
    pub(crate) fn header(&self, language: Language) -> String {
        let label = language.block(&self.label);
        if self.unit.zh.is_empty() {
            return label;
        }
        format!("{label}\n（{}）", language.inline(&self.unit))
    }
}

impl CellKey {
    /// The cell of a question.
    pub fn question(code: impl Into<String>) -> Self {
        Self {
            question: code.into(),
            table: None,
        }
    }

    /// A cell of a table question; rows count from 0.
    pub fn table(question: impl Into<String>, row: u32, column: impl Into<String>) -> Self {
        Self {
            question: question.into(),
            table: Some(TableCell {
                row,
                column: column.into(),
            }),
        }
    }
}

impl std::fmt::Display for CellKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.table {
            None => f.write_str(&self.question),
            Some(cell) => write!(f, "{}[{}].{}", self.question, cell.row, cell.column),
        }
    }
}

/// SHA-256 of the JSON form of a layout, in hexadecimal.
#[expect(clippy::expect_used, reason = "all layouts would have one hash if it failed")]
pub(crate) fn hash(layout: &impl Serialize) -> String {
    let canonical = serde_json::to_vec(layout).expect("a layout holds texts and numbers only");
    hex(&Sha256::digest(&canonical))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
