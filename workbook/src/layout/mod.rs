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

pub(crate) mod at;
mod build;
mod grid;
mod key;
mod names;
mod relevance;
mod table;

pub(crate) use build::is_shown_beside;
pub use grid::{Grid, GridRow, PeriodColumn, RowRole};
pub use key::CellKey;
pub(crate) use names::{INDEX_NAME, KEYS_NAME, sheet_name};
pub use table::{TableBlock, TableBlockColumn};

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest, Sha256};
use survey::{cell::Place, questionnaire::Questionnaire, text::Text};

use crate::{extract::a1, language::Language, options::OptionLists};

/// Prefix of the hidden code of a sheet, in its first cell: `#sheet:F`.
pub const SHEET_ANCHOR: &str = "#sheet:";
/// Rows and columns that ask nothing carry a code with this prefix, so that they are told from notes of the filler.
pub const FURNITURE: char = '#';
/// Choices with more options than this take option codes in one cell.
pub const MAX_TICK_ROWS: usize = 20;
/// Rows of a table question that does not say how many it may have.
pub const DEFAULT_TABLE_ROWS: u32 = 20;

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
    /// The year in which it is asked; the labels name it, so that the hash needs it no more.
    #[serde(skip)]
    pub survey_year: i32,
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
