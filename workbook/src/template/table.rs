//! The sheet of a table question: a header row, numbered rows to fill in, last round's rows below.

use std::collections::BTreeMap;

use rust_xlsxwriter::Worksheet;
use survey::{questionnaire::TableColumn, text::Text};

use super::{
    Template, cell,
    field::Field,
    grid::{HEAD_HEIGHT, LOWEST_HEADER, write_common_head},
    lists::ListSheets,
    measure::{BODY_ROW, row_height, width},
    options, page, validation,
};
use crate::{
    error::WriteError,
    language::Language,
    layout::{CellKey, SheetLayout, TableBlock, at, column_anchor, row_anchor},
};

const NUMBER_WIDTH: f64 = 6.0;
/// Points: there is room to write by hand.
const ROW_HEIGHT: f64 = 24.0;

pub(super) fn write(
    template: &Template<'_>,
    sheet: &SheetLayout,
    table: &TableBlock,
    lists: &mut ListSheets,
    worksheet: &mut Worksheet,
) -> Result<(), WriteError> {
    worksheet.set_name(template.language().single(&sheet.name))?;
    write_common_head(template, sheet, worksheet)?;
    let columns = columns_of(template, table);
    let (width, header) = write_header(template, table, &columns, worksheet)?;
    for (column, shown) in table.numbered_columns() {
        let Some(definition) = columns.get(&column) else {
            continue;
        };
        let field = Field::of_column(definition);
        let format = template.palette.answer(&field.number_format(), field.alignment());
        for (row, number) in (at::FIRST_ROW..).zip(0..table.rows) {
            let key = CellKey::table(&table.question, number, &definition.code);
            cell::write(worksheet, (row, column), &key, template.prefill.get(&key), &format)?;
        }
        let title = template.language().inline(&definition.label);
        let rule = validation::of_field(
            &field,
            (&title, &Text::default(), &shown.unit),
            template.language(),
            lists,
        )?;
        let last = at::FIRST_ROW.saturating_add(table.rows).saturating_sub(1);
        worksheet.add_data_validation(at::FIRST_ROW, column, last, column, &rule)?;
    }
    for (row, number) in (at::FIRST_ROW..).zip(0..table.rows) {
        let (anchor, shown) = (table.row_anchor(number), (number + 1).to_string());
        worksheet.write_string_with_format(row, at::ANCHOR_COLUMN, anchor, &template.palette.anchor)?;
        worksheet.write_string_with_format(row, at::CODE_COLUMN, shown, &template.palette.code)?;
        worksheet.set_row_height(row, ROW_HEIGHT)?;
    }
    write_options(template, table, &columns, worksheet)?;
    let below = write_last_round(template, table, &columns, worksheet)?;
    worksheet.set_row_hidden(at::ANCHOR_ROW)?;
    worksheet.set_column_hidden(at::ANCHOR_COLUMN)?;
    worksheet.set_freeze_panes(at::FIRST_ROW, at::FIRST_TABLE_COLUMN)?;
    page::set_up(worksheet, template.language().single(&sheet.name));
    page::set_head(worksheet, &template.head());
    let rows = f64::from(table.rows) * ROW_HEIGHT + f64::from(below) * BODY_ROW;
    page::spread(worksheet, width, HEAD_HEIGHT + header + rows);
    worksheet.set_repeat_rows(at::HEADER_ROW, at::HEADER_ROW)?;
    page::protect(worksheet);
    Ok(())
}

type Columns<'a> = BTreeMap<u16, &'a TableColumn>;

fn columns_of<'a>(template: &Template<'a>, table: &TableBlock) -> Columns<'a> {
    let question = template.question(&table.question);
    let find = |code: &str| {
        let mut columns = question?.table_columns().iter();
        columns.find(|column| column.code == code)
    };
    table
        .numbered_columns()
        .filter_map(|(at, column)| Some((at, find(&column.code)?)))
        .collect()
}

/// Writes the header; gives the width of the table in characters and the height of the header in points.
fn write_header(
    template: &Template<'_>,
    table: &TableBlock,
    columns: &Columns<'_>,
    worksheet: &mut Worksheet,
) -> Result<(f64, f64), WriteError> {
    let (language, palette) = (template.language(), &template.palette);
    let number = [
        (at::ANCHOR_ROW, column_anchor::NUMBER.to_owned()),
        (at::HEADER_ROW, template.words("序号", "No.")),
    ];
    for ((row, text), format) in number.into_iter().zip([&palette.anchor, &palette.header]) {
        worksheet.write_string_with_format(row, at::CODE_COLUMN, text, format)?;
    }
    worksheet.set_column_width(at::CODE_COLUMN, NUMBER_WIDTH)?;
    let mut headers = Vec::new();
    for (column, shown) in table.numbered_columns() {
        let mut header = shown.header(language);
        if shown.required {
            header.push_str(" *");
        }
        let needed = columns
            .get(&column)
            .map_or(14.0, |definition| width_of(definition, template));
        worksheet.set_column_width(column, needed)?;
        worksheet.write_string_with_format(at::ANCHOR_ROW, column, &shown.code, &palette.anchor)?;
        worksheet.write_string_with_format(at::HEADER_ROW, column, &header, &palette.header)?;
        headers.push((header, needed));
    }
    let height = row_height(headers.iter().map(|(header, width)| (header.as_str(), *width))).max(LOWEST_HEADER);
    worksheet.set_row_height(at::HEADER_ROW, height)?;
    let width = headers.iter().map(|(_, width)| *width).sum::<f64>() + NUMBER_WIDTH;
    Ok((width, height))
}

/// The options of the columns of choices, in a line below the rows.
fn write_options(
    template: &Template<'_>,
    table: &TableBlock,
    columns: &Columns<'_>,
    worksheet: &mut Worksheet,
) -> Result<(), WriteError> {
    let language = template.language();
    let colon = if language == Language::En { ": " } else { "：" };
    let of_column = |column: &&TableColumn| {
        let options = options::in_line(&Field::of_column(column), language);
        (!options.is_empty()).then(|| format!("{}{colon}{options}", language.inline(&column.label)))
    };
    let lines: Vec<String> = columns.values().filter_map(of_column).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let row = at::FIRST_ROW.saturating_add(table.rows);
    worksheet.write_string_with_format(row, at::ANCHOR_COLUMN, row_anchor::NOTE, &template.palette.anchor)?;
    worksheet.write_string_with_format(row, at::CODE_COLUMN, lines.join("　"), &template.palette.lead)?;
    Ok(())
}

fn width_of(column: &TableColumn, template: &Template<'_>) -> f64 {
    let field = Field::of_column(column);
    let options = field
        .options
        .iter()
        .map(|choice| width(&template.language().choice(*choice)));
    match options.fold(0.0, f64::max) {
        widest if widest > 0.0 => (widest + 4.0).clamp(12.0, 30.0),
        _ if field.width() > 30.0 => 24.0,
        _ => 14.0,
    }
}

/// Last round's rows, for reference; they carry no anchor of an answer. Gives the rows that the sheet has below the table.
fn write_last_round(
    template: &Template<'_>,
    table: &TableBlock,
    columns: &Columns<'_>,
    worksheet: &mut Worksheet,
) -> Result<u32, WriteError> {
    let is_of_table = |key: &&CellKey| key.question == table.question;
    let rows = template
        .previous
        .keys()
        .filter(is_of_table)
        .filter_map(|key| Some(key.table.as_ref()?.row + 1))
        .max();
    let Some(rows) = rows else { return Ok(1) };
    let heading = at::FIRST_ROW.saturating_add(table.rows).saturating_add(1);
    let text = template.words("上期填报（供参考）", "Last round (for reference)");
    worksheet.write_string_with_format(heading, at::ANCHOR_COLUMN, row_anchor::LAST, &template.palette.anchor)?;
    worksheet.write_string_with_format(heading, at::CODE_COLUMN, text, &template.palette.lead)?;
    for (row, number) in (heading.saturating_add(1)..).zip(0..rows) {
        worksheet.write_string_with_format(row, at::ANCHOR_COLUMN, row_anchor::LAST, &template.palette.anchor)?;
        let shown = (number + 1).to_string();
        worksheet.write_string_with_format(row, at::CODE_COLUMN, shown, &template.palette.unused)?;
        for (column, definition) in columns {
            let field = Field::of_column(definition);
            let key = CellKey::table(&table.question, number, &definition.code);
            let format = template.palette.reference(&field.number_format(), field.alignment());
            cell::write(worksheet, (row, *column), &key, template.previous.get(&key), &format)?;
        }
    }
    Ok(rows.saturating_add(2))
}
