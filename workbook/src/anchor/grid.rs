//! The answers of a section sheet.

use std::collections::{BTreeMap, BTreeSet};

use survey::{
    cell::{Place, RawCell, RawValue},
    questionnaire::Questionnaire,
};

use super::{
    Reading,
    find::{self, AnchoredSheet, text_of, text_or_blank},
    merged::AnswerCells,
};
use crate::{
    extract::{GENERAL, RawCellAt},
    layout::{FURNITURE, Grid, GridRow, RowRole, column_anchor},
    options::{Choice, OptionLists, choices},
    prefill::CODE_SEPARATOR,
    ticks::{self, Tick, tick_hint},
    wording,
};

pub(super) fn read(
    reading: &mut Reading<'_>,
    sheet: &AnchoredSheet<'_>,
    grid: &Grid,
    questionnaire: &Questionnaire,
    lists: &OptionLists,
) {
    let located = Located::new(reading, sheet, grid);
    let answers = located.answer_positions();
    reading.notices.hidden(sheet, answers.keys().copied());
    let cells = AnswerCells::new(sheet, &answers, &mut reading.notices);
    let section = Section {
        sheet,
        grid,
        located,
        cells,
    };
    for row in grid.rows.iter().filter(|row| row.claimable) {
        section.read_claim(reading, row);
    }
    for row in &grid.rows {
        match &row.role {
            RowRole::Answer => section.read_answers(reading, row),
            RowRole::Ticks => section.read_choice(reading, row, questionnaire, lists),
            // Ticks are read with their head; tables stand on their own sheet.
            RowRole::Tick { .. } | RowRole::OtherSheet { .. } => {}
        }
    }
}

/// Where the rows and columns of a grid are on a returned sheet.
struct Located<'a> {
    grid: &'a Grid,
    rows: BTreeMap<&'a str, u32>,
    periods: Vec<Option<u32>>,
}

impl<'a> Located<'a> {
    /// Finds rows and columns, and reports what is missing, moved, extra or without a code.
    fn new(reading: &mut Reading<'_>, sheet: &AnchoredSheet<'a>, grid: &'a Grid) -> Self {
        let notices = &mut reading.notices;
        let mut rows = BTreeMap::new();
        let are_gone = !grid.rows.iter().any(|row| sheet.rows.contains_key(row.anchor.as_str()));
        if are_gone {
            notices.codes_gone(sheet.raw);
        }
        for row in &grid.rows {
            match sheet.rows.get(row.anchor.as_str()) {
                Some(at) => {
                    rows.insert(row.anchor.as_str(), *at);
                }
                None if are_gone => {}
                None => notices.row_missing(sheet, &row.anchor, row.questions.iter().flatten().next()),
            }
        }
        for (code, at) in &sheet.rows {
            if !rows.contains_key(code) {
                notices.row_unknown(sheet, code, *at);
            }
        }
        let order: Vec<u32> = grid
            .rows
            .iter()
            .filter_map(|row| rows.get(row.anchor.as_str()).copied())
            .collect();
        if !order.is_sorted() {
            notices.rows_moved(sheet, &order);
        }
        if !are_gone {
            notices.note_rows(sheet, &BTreeSet::new(), None);
        }
        let periods = grid
            .periods
            .iter()
            .map(|period| sheet.columns.get(period.code.as_str()).copied())
            .collect();
        let mut located = Self { grid, rows, periods };
        for (period, at) in grid.periods.iter().zip(&located.periods) {
            if at.is_none() {
                notices.column_missing(sheet, &period.code);
            }
        }
        let language = reading.metadata.language;
        let heads: Vec<String> = grid
            .periods
            .iter()
            .map(|period| language.block(&period.label))
            .collect();
        let header_row = find::header_row(sheet);
        for (expected, at) in heads.iter().zip(&mut located.periods) {
            let Some(column) = *at else { continue };
            let found = text_or_blank(sheet.raw, header_row, column);
            let says = |head: &String| wording::same(found, head);
            // What is answered under the head of another column is meant for that one.
            if !says(expected) && heads.iter().any(says) {
                notices.columns_swapped(sheet.raw.place(header_row, column), found, expected);
                *at = None;
            }
        }
        located
    }

    /// Every position at which something is asked, with its question.
    fn answer_positions(&self) -> BTreeMap<(u32, u32), &'a str> {
        let is_asked = |row: &&GridRow| !matches!(row.role, RowRole::OtherSheet { .. });
        self.grid
            .rows
            .iter()
            .filter(is_asked)
            .flat_map(|row| self.questions(row))
            .collect()
    }

    /// The questions of a row with their positions, so far as row and column are there.
    fn questions(&self, row: &'a GridRow) -> Vec<((u32, u32), &'a str)> {
        let Some(at) = self.rows.get(row.anchor.as_str()).copied() else {
            return Vec::new();
        };
        let questions = row.questions.iter().zip(&self.periods);
        questions
            .filter_map(|(question, column)| Some(((at, (*column)?), question.as_deref()?)))
            .collect()
    }
}

struct Section<'a> {
    sheet: &'a AnchoredSheet<'a>,
    grid: &'a Grid,
    located: Located<'a>,
    cells: AnswerCells<'a>,
}

impl<'a> Section<'a> {
    fn read_answers(&self, reading: &mut Reading<'_>, row: &'a GridRow) {
        let asked = self.located.questions(row);
        let is_changed = self.is_reworded(reading, row, &asked);
        for ((at, column), question) in asked {
            let cell = self.cells.cell(at, column).filter(|_| !is_changed);
            let place = self.sheet.raw.place(at, column);
            reading.cells.push(raw_cell(reading.workbook, question, place, cell));
        }
    }

    /// The reason why the questions of a row do not apply, for each of them.
    fn read_claim(&self, reading: &mut Reading<'_>, row: &'a GridRow) {
        let at = self.located.rows.get(row.anchor.as_str()).copied();
        let column = self.sheet.columns.get(column_anchor::CLAIM).copied();
        let (Some(at), Some(column)) = (at, column) else { return };
        let cell = self.sheet.raw.cell(at, column);
        for question in row.questions.iter().flatten() {
            let place = self.sheet.raw.place(at, column);
            reading.claims.push(raw_cell(reading.workbook, question, place, cell));
        }
    }

    /// Folds the tick rows of a multiple choice into one cell. Option codes typed into the head are taken as well.
    fn read_choice(
        &self,
        reading: &mut Reading<'_>,
        head: &'a GridRow,
        questionnaire: &Questionnaire,
        lists: &OptionLists,
    ) {
        let asked = self.located.questions(head);
        let is_changed = self.is_reworded(reading, head, &asked);
        for ((head_row, column), code) in asked {
            let question = questionnaire.questions.iter().find(|question| question.code == code);
            let options = question.map_or_else(Vec::new, |question| choices(question, lists));
            let typed = self.typed_codes(reading, head_row, column);
            let ticks = self.read_ticks(reading, head, column, &options);
            let first_tick = ticks.places.first().map(|row| self.sheet.raw.place(*row, column));
            let head_place = self.sheet.raw.place(head_row, column);
            let mut cell = RawCell {
                question: code.to_owned(),
                table: None,
                place: first_tick.unwrap_or_else(|| head_place.clone()),
                value: RawValue::Blank,
                number_format: GENERAL.to_owned(),
                formula: ticks.formula,
            };
            match typed {
                Some(typed) if !is_changed => {
                    cell.place = head_place;
                    cell.formula |= typed.formula;
                    cell.value = joined(&typed.value, &ticks.codes, &options);
                    reading
                        .workbook
                        .number_format(typed)
                        .clone_into(&mut cell.number_format);
                }
                _ if !is_changed && !ticks.codes.is_empty() => {
                    cell.value = RawValue::Text(ticks.codes.join(CODE_SEPARATOR));
                }
                _ => {}
            }
            reading.cells.push(cell);
        }
    }

    /// What was typed into the head of tick rows in place of its hint.
    fn typed_codes(&self, reading: &Reading<'_>, row: u32, column: u32) -> Option<&'a RawCellAt> {
        let hint = tick_hint(reading.metadata.language);
        self.cells.cell(row, column).filter(|cell| {
            let text = text_of(cell);
            text != Some("") && text.is_none_or(|text| !wording::same(text, &hint))
        })
    }

    fn read_ticks(
        &self,
        reading: &mut Reading<'_>,
        head: &GridRow,
        column: u32,
        options: &[Choice<'_>],
    ) -> TickedOptions {
        let mut ticked = TickedOptions::default();
        for choice in options {
            let anchor = format!("{}{FURNITURE}{}", head.anchor, choice.code);
            let row = self.grid.rows.iter().find(|row| row.anchor == anchor);
            let (Some(row), Some(at)) = (row, self.located.rows.get(anchor.as_str()).copied()) else {
                continue;
            };
            ticked.places.push(at);
            let Some(cell) = self.cells.cell(at, column) else {
                continue;
            };
            ticked.formula |= cell.formula;
            match ticks::read(&cell.value, *choice, reading.metadata.language) {
                Tick::NotChosen => {}
                Tick::Unclear => reading.notices.tick_unclear(self.sheet, row, (at, column)),
                Tick::Chosen => {
                    if self.is_reworded(reading, row, &self.located.questions(row)) {
                        continue;
                    }
                    ticked.codes.push(choice.code.to_owned());
                }
            }
        }
        ticked
    }

    /// Whether label or unit no longer say what was asked; then the answer counts as not given (WF25).
    fn is_reworded(&self, reading: &mut Reading<'_>, row: &GridRow, asked: &[((u32, u32), &str)]) -> bool {
        let Some(at) = self.located.rows.get(row.anchor.as_str()).copied() else {
            return false;
        };
        let language = reading.metadata.language;
        let expected = [
            (column_anchor::LABEL, row.shown_label(language)),
            (column_anchor::UNIT, language.block(&row.unit)),
        ];
        let mut is_reworded = false;
        for (anchor, expected) in expected {
            let Some(column) = self.sheet.columns.get(anchor).copied() else {
                continue;
            };
            let found = text_or_blank(self.sheet.raw, at, column);
            if !wording::same_as_ever(found, &expected, reading.former) {
                is_reworded = true;
                let place = self.sheet.raw.place(at, column);
                let answers = asked
                    .iter()
                    .map(|((row, column), _)| self.sheet.raw.place(*row, *column));
                let places: Vec<Place> = std::iter::once(place).chain(answers).collect();
                reading
                    .notices
                    .reworded(anchor, asked.first().map(|(_, code)| *code), places, &expected);
            }
        }
        is_reworded
    }
}

#[derive(Default)]
struct TickedOptions {
    codes: Vec<String>,
    places: Vec<u32>,
    formula: bool,
}

/// Typed codes and ticks together: every option once where the typed text is nothing but codes, otherwise the text with
/// the ticked codes behind it, for the survey crate to judge.
fn joined(typed: &RawValue, ticked: &[String], options: &[Choice<'_>]) -> RawValue {
    let RawValue::Text(text) = typed else {
        return typed.clone();
    };
    if ticked.is_empty() {
        return typed.clone();
    }
    let mut codes = ticks::codes_in(text, options).unwrap_or_else(|| vec![text.trim().to_owned()]);
    for code in ticked {
        if !codes.contains(code) {
            codes.push(code.clone());
        }
    }
    RawValue::Text(codes.join(CODE_SEPARATOR))
}

/// A raw cell of a question; blank where there is no cell.
pub(super) fn raw_cell(
    workbook: &crate::extract::RawWorkbook,
    question: &str,
    place: Place,
    cell: Option<&RawCellAt>,
) -> RawCell {
    RawCell {
        question: question.to_owned(),
        table: None,
        place,
        value: cell.map_or(RawValue::Blank, |cell| cell.value.clone()),
        number_format: cell.map_or(GENERAL, |cell| workbook.number_format(cell)).to_owned(),
        formula: cell.is_some_and(|cell| cell.formula),
    }
}
