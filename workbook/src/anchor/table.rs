//! The answers of a table sheet.

use std::collections::{BTreeMap, BTreeSet};

use survey::cell::{RawValue, TableCell};

use super::{
    Reading,
    find::{self, AnchoredSheet, text_of, text_or_blank},
    grid::raw_cell,
    merged::AnswerCells,
};
use crate::{layout::TableBlock, wording};

pub(super) fn read(reading: &mut Reading<'_>, sheet: &AnchoredSheet<'_>, table: &TableBlock) {
    let rows = located_rows(reading, sheet, table);
    if rows.is_empty() {
        return;
    }
    let columns = located_columns(reading, sheet, table);
    let at_columns: BTreeSet<u32> = columns.iter().map(|(_, column)| *column).collect();
    let added = added_rows(sheet, table, &rows, &at_columns);
    reading.notices.rows_added(sheet, &table.question, &added);
    reading.notices.note_rows(sheet, &added, Some(&at_columns));
    let all_rows = rows.iter().map(|(_, row)| row).chain(&added);
    let positions: BTreeMap<(u32, u32), &str> = all_rows
        .flat_map(|row| {
            columns
                .iter()
                .map(move |(_, column)| ((*row, *column), table.question.as_str()))
        })
        .collect();
    reading.notices.hidden(sheet, positions.keys().copied());
    let cells = AnswerCells::new(sheet, &positions, &mut reading.notices);
    let holds_something = |row: u32| {
        columns
            .iter()
            .any(|(_, column)| cells.cell(row, *column).is_some_and(|cell| text_of(cell) != Some("")))
    };
    let mut shown: Vec<(u32, u32)> = rows.iter().filter(|(_, row)| holds_something(*row)).copied().collect();
    if shown.is_empty() && added.is_empty() {
        shown.extend(rows.first());
    }
    if !added.is_empty() {
        // As people see them, from the top down.
        let mut seen: Vec<u32> = shown.iter().map(|(_, row)| *row).chain(added).collect();
        seen.sort_unstable();
        shown = (0..).zip(seen).collect();
    }
    for (number, row) in shown {
        for (code, column) in &columns {
            let place = sheet.raw.place(row, *column);
            let mut cell = raw_cell(reading.workbook, &table.question, place, cells.cell(row, *column));
            cell.table = Some(TableCell {
                row: number,
                column: (*code).to_owned(),
            });
            reading.cells.push(cell);
        }
    }
}

/// Rows that were inserted between those of the table and hold something in its columns: the table grows by them up to the
/// number of rows it may have.
fn added_rows(
    sheet: &AnchoredSheet<'_>,
    table: &TableBlock,
    rows: &[(u32, u32)],
    columns: &BTreeSet<u32>,
) -> BTreeSet<u32> {
    let own: BTreeSet<u32> = rows.iter().map(|(_, row)| *row).collect();
    let coded: BTreeSet<u32> = sheet.rows.values().copied().collect();
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return BTreeSet::new();
    };
    let filled: BTreeSet<u32> = sheet
        .raw
        .cells
        .iter()
        .filter(|cell| (*first..=*last).contains(&cell.row) && columns.contains(&cell.column))
        .filter(|cell| cell.value != RawValue::Blank && text_of(cell) != Some(""))
        .map(|cell| cell.row)
        .collect();
    let free = table.rows as usize;
    let free = free.saturating_sub(filled.intersection(&own).count());
    filled.difference(&coded).take(free).copied().collect()
}

/// Row numbers with their rows on the sheet, in the order of their numbers.
fn located_rows(reading: &mut Reading<'_>, sheet: &AnchoredSheet<'_>, table: &TableBlock) -> Vec<(u32, u32)> {
    let mut rows = Vec::new();
    let mut known = BTreeSet::new();
    let is_there = |number| sheet.rows.contains_key(table.row_anchor(number).as_str());
    if !(0..table.rows).any(is_there) {
        reading.notices.codes_gone(sheet.raw);
        return rows;
    }
    for number in 0..table.rows {
        let anchor = table.row_anchor(number);
        match sheet.rows.get(anchor.as_str()) {
            Some(row) => rows.push((number, *row)),
            None => reading.notices.row_missing(sheet, &anchor, Some(&table.question)),
        }
        known.insert(anchor);
    }
    for (code, row) in &sheet.rows {
        if !known.contains(*code) {
            reading.notices.row_unknown(sheet, code, *row);
        }
    }
    let order: Vec<u32> = rows.iter().map(|(_, row)| *row).collect();
    if !order.is_sorted() {
        reading.notices.rows_moved(sheet, &order);
    }
    rows
}

/// Column codes with their columns on the sheet. A column whose header was changed counts as not filled in (WF25).
fn located_columns<'a>(
    reading: &mut Reading<'_>,
    sheet: &AnchoredSheet<'_>,
    table: &'a TableBlock,
) -> Vec<(&'a str, u32)> {
    let header_row = find::header_row(sheet);
    let mut columns = Vec::new();
    for column in &table.columns {
        let Some(at) = sheet.columns.get(column.code.as_str()).copied() else {
            reading.notices.column_missing(sheet, &column.code);
            continue;
        };
        let expected = column.header(reading.metadata.language);
        let found = text_or_blank(sheet.raw, header_row, at);
        if wording::same_as_ever(found.trim_end_matches('*'), &expected, reading.former) {
            columns.push((column.code.as_str(), at));
        } else {
            let place = sheet.raw.place(header_row, at);
            reading.notices.reworded(
                crate::layout::column_anchor::LABEL,
                Some(&table.question),
                vec![place],
                &expected,
            );
        }
    }
    columns
}
