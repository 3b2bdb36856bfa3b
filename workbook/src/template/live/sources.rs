//! Where the questions of a template are answered.

use std::collections::BTreeMap;

use super::absolute;
use crate::{
    language::Language,
    layout::{Grid, Layout, RowRole, SheetBody, TableBlock, at},
};

/// Where the questions of a template are answered.
pub(super) struct Sources<'l> {
    pub(super) answers: BTreeMap<&'l str, Source>,
    /// The cells in which a reason may stand why a question does not apply.
    pub(super) claims: BTreeMap<&'l str, String>,
}

/// Where the answer to a question stands.
pub(super) enum Source {
    Cell(String),
    /// The tick cells, by option, and the range they make up.
    Ticks(Vec<(String, String)>),
    Table(String),
}

/// Where every question is answered.
pub(super) fn sources(layout: &Layout, language: Language) -> Sources<'_> {
    let mut sources = Sources {
        answers: BTreeMap::new(),
        claims: BTreeMap::new(),
    };
    for sheet in &layout.sheets {
        let name = language.single(&sheet.name).replace('\'', "''");
        let reference = |row: u32, column: u16| format!("'{name}'!{}", absolute(column, row));
        match &sheet.body {
            SheetBody::Grid(grid) => sources.of_grid(grid, &reference),
            SheetBody::Table(table) => sources.of_table(table, &reference),
        }
    }
    sources
}

impl<'l> Sources<'l> {
    fn of_grid(&mut self, grid: &'l Grid, reference: &impl Fn(u32, u16) -> String) {
        for (row_number, row) in grid.numbered_rows() {
            if let Some(column) = grid.claim_column().filter(|_| row.claimable) {
                let claimed = row.questions.iter().flatten();
                self.claims
                    .extend(claimed.map(|code| (code.as_str(), reference(row_number, column))));
            }
            for (column, code) in row.numbered_questions() {
                self.answer(code, &row.role, reference(row_number, column));
            }
        }
    }

    fn answer(&mut self, code: &'l str, role: &RowRole, cell: String) {
        match role {
            RowRole::Answer => {
                self.answers.insert(code, Source::Cell(cell));
            }
            RowRole::Ticks => {
                self.answers.insert(code, Source::Ticks(Vec::new()));
            }
            RowRole::Tick { option } => {
                if let Some(Source::Ticks(ticks)) = self.answers.get_mut(code) {
                    ticks.push((option.clone(), cell));
                }
            }
            RowRole::OtherSheet { .. } => {}
        }
    }

    fn of_table(&mut self, table: &'l TableBlock, reference: &impl Fn(u32, u16) -> String) {
        let columns = u16::try_from(table.columns.len()).unwrap_or(1).max(1);
        let (last_column, last_row) = (
            at::FIRST_TABLE_COLUMN.saturating_add(columns - 1),
            at::FIRST_ROW.saturating_add(table.rows.max(1) - 1),
        );
        let first = reference(at::FIRST_ROW, at::FIRST_TABLE_COLUMN);
        let range = format!("{first}:{}", absolute(last_column, last_row));
        self.answers.insert(table.question.as_str(), Source::Table(range));
    }
}
