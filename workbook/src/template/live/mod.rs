//! What a template works out by itself while it is filled in: progress, derived values, contradictions.
//!
//! A hidden sheet holds the value of every question as the expressions of the questionnaire see it (null where it is
//! blank, unreadable or not relevant), below it the derived values and the edit rules, each as a formula with its present
//! result. Everything comes from the questionnaire's own expressions; one that has no counterpart in a spreadsheet is
//! left out, here and in everything that relies on it. The server computes all of it anew: nothing of this is read back.

mod build;
mod sources;

use std::collections::BTreeMap;

use rust_xlsxwriter::{Formula, Workbook};
use survey::{
    cell::{DateSystem, Place, RawCell},
    questionnaire::Action,
    survey::{RoundContext, Survey},
    text::Text,
};

use self::{build::Builder, sources::sources};
use super::{TemplateIssue, page, style::Palette};
use crate::{
    error::WriteError,
    extract::{GENERAL, a1},
    layout::Layout,
    prefill::Prefill,
};

const SHEET: &str = "_checks";
/// Column of values and results, and the two of the progress.
const VALUE: u16 = 1;
const ASKED: u16 = 2;
const ANSWERED: u16 = 3;
const FIRST_ROW: u32 = 1;

/// The formulas of a template.
pub(super) struct Live {
    rows: Vec<Row>,
    /// Derived values, by their place in the questionnaire, with their rows.
    derived: Vec<(usize, u32)>,
    /// Edit rules, by their place in the questionnaire, with their rows.
    rules: Vec<(usize, u32)>,
    /// What each edit rule asks for, by its place in the questionnaire.
    relations: Vec<Text>,
    /// Rows that say whether a question contradicts another, by question code and how grave that is.
    flags: BTreeMap<(String, Action), u32>,
}

/// A row of the hidden sheet.
struct Row {
    code: String,
    value: Cell,
    /// Whether it is asked, and whether it is asked and answered, for questions that are required.
    progress: Option<(Cell, Cell)>,
}

/// A formula and its present result.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) formula: String,
    pub(super) result: String,
}

impl Live {
    pub(super) fn of(survey: &Survey, layout: &Layout, issue: &TemplateIssue, prefill: &Prefill) -> Self {
        let previous = (!issue.previous.is_empty()).then_some(&issue.previous);
        let answers = survey.read_answers(&raw_cells(prefill), DateSystem::From1900).answers;
        let builder = Builder {
            survey,
            language: issue.language,
            evaluation: survey.evaluate(&answers, &RoundContext::new(), previous),
            claims: &issue.claims,
            cells: BTreeMap::new(),
            live: Self {
                rows: Vec::new(),
                derived: Vec::new(),
                rules: Vec::new(),
                relations: survey.relations().cloned().collect(),
                flags: BTreeMap::new(),
            },
        };
        builder.build(&sources(layout, issue.language))
    }

    /// The progress: answered of asked, over the questions that must be answered.
    pub(super) fn progress(&self) -> Cell {
        let last = a1_row(FIRST_ROW + u32::try_from(self.rows.len()).unwrap_or(0));
        let sum = |column: u16| {
            let letter = letter(column);
            format!("SUM('{SHEET}'!${letter}${}:${letter}${last})", a1_row(FIRST_ROW))
        };
        let count = |of: fn(&(Cell, Cell)) -> &Cell| {
            let held = self.rows.iter().filter_map(|row| row.progress.as_ref());
            held.filter(|progress| of(progress).result == "1").count()
        };
        Cell {
            formula: format!("={}&\" / \"&{}", sum(ANSWERED), sum(ASKED)),
            result: format!("{} / {}", count(|(_, answered)| answered), count(|(asked, _)| asked)),
        }
    }

    /// Derived values by their place in the questionnaire, as references to the hidden sheet.
    pub(super) fn derived(&self) -> impl Iterator<Item = (usize, Cell)> {
        self.derived.iter().map(|(index, row)| (*index, self.reference(*row)))
    }

    /// Edit rules by their place in the questionnaire: what each asks for, and whether it is broken.
    pub(super) fn rules(&self) -> impl Iterator<Item = (usize, &Text, Cell)> {
        let rules = self.rules.iter();
        rules.filter_map(|(index, row)| Some((*index, self.relations.get(*index)?, self.reference(*row))))
    }

    /// The conditions under which the cell of a question is coloured, the gravest first.
    pub(super) fn flags(&self, question: &str) -> impl Iterator<Item = (Action, String)> {
        let flags = self.flags.keys().filter(move |(code, _)| code == question);
        flags.map(|(code, action)| (*action, format!("={}", flag_name(code, *action))))
    }

    /// Writes the hidden sheet and the names by which conditional formats, which may not look at another sheet in every
    /// version of Excel, look at it.
    pub(super) fn write(&self, workbook: &mut Workbook, palette: &Palette) -> Result<(), WriteError> {
        for ((question, action), row) in &self.flags {
            workbook.define_name(flag_name(question, *action), &format!("={}", qualified(*row)))?;
        }
        let sheet = workbook.add_worksheet();
        sheet.set_name(SHEET)?;
        sheet.set_formula_result_default("");
        for (row, line) in (FIRST_ROW..).zip(&self.rows) {
            sheet.write_string_with_format(row, 0, &line.code, &palette.anchor)?;
            sheet.write_formula(row, VALUE, line.value.written())?;
            if let Some((asked, answered)) = &line.progress {
                sheet.write_formula(row, ASKED, asked.written())?;
                sheet.write_formula(row, ANSWERED, answered.written())?;
            }
        }
        page::protect(sheet);
        sheet.set_hidden(true);
        Ok(())
    }

    fn reference(&self, row: u32) -> Cell {
        let at = row.checked_sub(FIRST_ROW).and_then(|at| usize::try_from(at).ok());
        let held = at.and_then(|at| self.rows.get(at));
        Cell {
            formula: format!("={}", qualified(row)),
            result: held.map_or_else(String::new, |row| row.value.result.clone()),
        }
    }
}

impl Cell {
    /// The formula with its result, as the writer takes it.
    pub(super) fn written(&self) -> Formula {
        Formula::new(&self.formula).set_result(&self.result)
    }
}

fn flag_name(question: &str, action: Action) -> String {
    let prefix = if action == Action::Block { "_flag" } else { "_warn" };
    format!("{prefix}_{question}")
}

/// A row of the hidden sheet as formulas on other sheets see it.
fn qualified(row: u32) -> String {
    format!("'{SHEET}'!{}", absolute(VALUE, row))
}

fn absolute(column: u16, row: u32) -> String {
    format!("${}${}", letter(column), a1_row(row))
}

fn letter(column: u16) -> String {
    a1(0, u32::from(column)).trim_end_matches('1').to_owned()
}

fn a1_row(row: u32) -> u32 {
    row.saturating_add(1)
}

/// Prefilled values as the cells of a return.
fn raw_cells(prefill: &Prefill) -> Vec<RawCell> {
    let cell = |(key, cell): (&crate::layout::CellKey, &crate::prefill::PrefillCell)| RawCell {
        question: key.question.clone(),
        table: key.table.clone(),
        place: Place {
            sheet: String::new(),
            cell: String::new(),
        },
        value: cell.value.clone(),
        number_format: cell.number_format.clone().unwrap_or_else(|| GENERAL.to_owned()),
        formula: cell.formula.is_some(),
    };
    prefill.iter().map(cell).collect()
}
