//! The sheet of a section: one row per question or option, one answer column per period.

use std::collections::BTreeMap;

use rust_xlsxwriter::Worksheet;

use super::{
    Template,
    field::Field,
    lists::ListSheets,
    measure::{LABEL_WIDTH, NOTE_WIDTH, row_height, width},
    page,
    row::Writing,
};
use crate::{
    error::WriteError,
    layout::{Grid, RowRole, SHEET_ANCHOR, SheetLayout, at, column_anchor, row_anchor},
    ticks::tick_hint,
};

const CODE_WIDTH: f64 = 8.0;
const NARROWEST_UNIT: f64 = 10.0;
const WIDEST_UNIT: f64 = 18.0;
/// Headers of answer columns wrap beyond this.
const WIDEST_HEADER: f64 = 26.0;
/// The reason why a question does not apply wraps.
const CLAIM_WIDTH: f64 = 26.0;
/// Points.
pub(super) const LOWEST_HEADER: f64 = 36.0;
/// Title and note together, in points.
pub(super) const HEAD_HEIGHT: f64 = 45.0;
/// Last round's answers wrap in a column narrower than the answers themselves.
const WIDEST_REFERENCE: f64 = 20.0;

pub(super) fn write(
    template: &Template<'_>,
    sheet: &SheetLayout,
    grid: &Grid,
    lists: &mut ListSheets,
    worksheet: &mut Worksheet,
) -> Result<(), WriteError> {
    worksheet.set_name(template.language().single(&sheet.name))?;
    let widths = widths(template, grid);
    for (column, width) in &widths {
        worksheet.set_column_width(*column, *width)?;
    }
    let header = write_head(template, sheet, grid, &widths, worksheet)?;
    let mut height = HEAD_HEIGHT + header;
    for (at_row, row) in grid.numbered_rows() {
        let writing = Writing {
            template,
            row,
            at: at_row,
            grid,
            widths: &widths,
        };
        height += writing.write(lists, worksheet)?;
    }
    worksheet.set_row_hidden(at::ANCHOR_ROW)?;
    worksheet.set_column_hidden(at::ANCHOR_COLUMN)?;
    if template.previous.is_empty() {
        for column in (grid.first_reference_column()..).take(usize::from(grid.references)) {
            worksheet.set_column_hidden(column)?;
        }
    }
    worksheet.set_freeze_panes(at::FIRST_ROW, at::UNIT_COLUMN)?;
    page::set_up(worksheet, template.language().single(&sheet.name));
    page::set_head(worksheet, &template.head());
    let is_reference = |column: u16| {
        (grid.first_reference_column()..grid.first_reference_column().saturating_add(grid.references)).contains(&column)
    };
    let shown = widths
        .iter()
        .filter(|(column, _)| !(template.previous.is_empty() && is_reference(**column)));
    page::spread(worksheet, shown.map(|(_, width)| *width).sum(), height);
    worksheet.set_repeat_rows(at::HEADER_ROW, at::HEADER_ROW)?;
    page::protect(worksheet);
    Ok(())
}

fn widths(template: &Template<'_>, grid: &Grid) -> BTreeMap<u16, f64> {
    let units = grid
        .rows
        .iter()
        .map(|row| width(&template.language().block(&row.unit)) + 2.0)
        .fold(0.0, f64::max);
    let mut widths = BTreeMap::from([
        (at::CODE_COLUMN, CODE_WIDTH),
        (at::LABEL_COLUMN, LABEL_WIDTH),
        (at::UNIT_COLUMN, units.clamp(NARROWEST_UNIT, WIDEST_UNIT)),
        (grid.note_column(), NOTE_WIDTH),
    ]);
    let mut widest: f64 = 0.0;
    for (column, period) in grid.numbered_periods() {
        let mut needed = (width(&template.language().block(&period.label)) + 2.0).clamp(14.0, WIDEST_HEADER);
        for row in &grid.rows {
            let here = row.numbered_questions().find(|(at, _)| *at == column);
            let question = here.and_then(|(_, code)| template.question(code));
            needed = match (question, &row.role) {
                (Some(question), RowRole::Answer) => needed.max(Field::of_question(question, template.lists).width()),
                (Some(_), RowRole::Ticks) => needed.max(width(&tick_hint(template.language())) * 0.9 + 2.0),
                _ => needed,
            };
        }
        widths.insert(column, needed);
        widest = widest.max(needed);
    }
    for column in (grid.first_reference_column()..).take(usize::from(grid.references)) {
        widths.insert(column, widest.min(WIDEST_REFERENCE));
    }
    widths.extend(grid.claim_column().map(|column| (column, CLAIM_WIDTH)));
    widths
}

/// Writes title, note and headers; gives the height of the headers in points.
fn write_head(
    template: &Template<'_>,
    sheet: &SheetLayout,
    grid: &Grid,
    widths: &BTreeMap<u16, f64>,
    worksheet: &mut Worksheet,
) -> Result<f64, WriteError> {
    let (language, palette) = (template.language(), &template.palette);
    let mut columns = vec![
        (
            at::CODE_COLUMN,
            column_anchor::CODE.to_owned(),
            template.words("代码", "Code"),
        ),
        (
            at::LABEL_COLUMN,
            column_anchor::LABEL.to_owned(),
            template.words("指标", "Item"),
        ),
        (
            at::UNIT_COLUMN,
            column_anchor::UNIT.to_owned(),
            template.words("计量单位", "Unit"),
        ),
    ];
    for (column, period) in grid.numbered_periods() {
        columns.push((column, period.code.clone(), language.block(&period.label)));
    }
    for column in (grid.first_reference_column()..).take(usize::from(grid.references)) {
        let header = template.words("上期填报（供参考）", "Last round (for reference)");
        columns.push((column, column_anchor::LAST.to_owned(), header));
    }
    if let Some(column) = grid.claim_column() {
        let header = template.words("不适用的写明原因", "Where it does not apply: the reason");
        columns.push((column, column_anchor::CLAIM.to_owned(), header));
    }
    columns.push((
        grid.note_column(),
        column_anchor::NOTE.to_owned(),
        template.words("填报说明", "Filling note"),
    ));
    write_common_head(template, sheet, worksheet)?;
    for (column, anchor, header) in &columns {
        worksheet.write_string_with_format(at::ANCHOR_ROW, *column, anchor, &palette.anchor)?;
        worksheet.write_string_with_format(at::HEADER_ROW, *column, header, &palette.header)?;
    }
    let header = |(column, _, header): &'_ (u16, String, String)| (header.clone(), widths.get(column).copied());
    let headers: Vec<(String, Option<f64>)> = columns.iter().map(header).collect();
    let lines = row_height(
        headers
            .iter()
            .map(|(header, width)| (header.as_str(), width.unwrap_or(LABEL_WIDTH))),
    );
    let height = lines.max(LOWEST_HEADER);
    worksheet.set_row_height(at::HEADER_ROW, height)?;
    Ok(height)
}

/// Anchors, title and note, which a grid and a table share.
pub(super) fn write_common_head(
    template: &Template<'_>,
    sheet: &SheetLayout,
    worksheet: &mut Worksheet,
) -> Result<(), WriteError> {
    let (language, palette) = (template.language(), &template.palette);
    let anchors = [
        (at::ANCHOR_ROW, format!("{SHEET_ANCHOR}{}", sheet.code)),
        (at::TITLE_ROW, row_anchor::TITLE.to_owned()),
        (at::NOTE_ROW, row_anchor::NOTE.to_owned()),
        (at::HEADER_ROW, row_anchor::HEADER.to_owned()),
    ];
    for (row, anchor) in anchors {
        worksheet.write_string_with_format(row, at::ANCHOR_COLUMN, anchor, &palette.anchor)?;
    }
    let title = format!("{} {}", sheet.code, language.inline(&sheet.title));
    worksheet.write_string_with_format(at::TITLE_ROW, at::CODE_COLUMN, title, &palette.title)?;
    worksheet.set_row_height(at::TITLE_ROW, 26)?;
    let marks = template.words(
        "只填浅黄色格；代码后有 * 的为必填。",
        "Fill in the pale yellow cells only; * marks what is required.",
    );
    let lead = format!("{} {}", language.inline(&sheet.note), marks.replace('\n', " "));
    worksheet.write_string_with_format(at::NOTE_ROW, at::CODE_COLUMN, lead.trim(), &palette.lead)?;
    worksheet.set_row_height(at::NOTE_ROW, 19)?;
    Ok(())
}
