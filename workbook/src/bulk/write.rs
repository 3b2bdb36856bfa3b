//! Writing a bulk sheet. The data sheet is written in constant memory: tens of thousands of rows cost no more than one.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, ProtectionOptions, Workbook, Worksheet};
use survey::{
    answer::Claims,
    questionnaire::{Question, Questionnaire, TableColumn},
    text::Text,
};

use super::{BulkColumn, BulkLayout, NAME_COLUMN, USCC_COLUMN, at, sheet_name};
use crate::{
    error::WriteError,
    language::Language,
    layout::CellKey,
    options::OptionLists,
    prefill::{Prefill, PrefillCell},
    template::{
        COMPRESSION, TemplateIssue, cell,
        field::Field,
        lists::ListSheets,
        marks,
        measure::{row_height, width},
        page, properties,
        style::{Alignment, Palette},
        validation,
    },
};

/// The last row of a sheet, from 0: validation holds for rows that are added below.
const LAST_ROW: u32 = 1_048_575;
/// Characters.
const USCC_WIDTH: f64 = 24.0;
const NAME_WIDTH: f64 = 32.0;
const CLAIM_WIDTH: f64 = 24.0;
/// Percent.
const PRINT_SCALE: u16 = 70;

/// One row of a bulk sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkEntry {
    /// Credit code.
    pub uscc: String,
    /// Registered name.
    pub name: String,
    /// Values in the answer cells; those that the layout has no column for are left out.
    pub prefill: Prefill,
    /// Reasons why questions do not apply.
    pub claims: Claims,
}

/// Writes a bulk template as an `.xlsx` file. The same arguments give the same bytes.
///
/// Credit codes and names stand in it already; head rows are locked, everything else is open, and rows may be sorted,
/// filtered and added.
pub fn write(
    layout: &BulkLayout,
    questionnaire: &Questionnaire,
    lists: &OptionLists,
    issue: &TemplateIssue,
    entries: impl IntoIterator<Item = BulkEntry>,
) -> Result<Vec<u8>, WriteError> {
    let (palette, words) = (Palette::new(), Words::of(issue.language));
    let mut workbook = Workbook::new();
    workbook
        .set_properties(&properties(
            &issue.language.inline(&questionnaire.title),
            &issue.issued_at,
        ))
        .set_zip_compression_level(COMPRESSION);
    // First of all, so that whoever reads from the front knows what follows.
    marks::write(&layout.metadata(issue), &mut workbook)?;
    let mut list_sheets = ListSheets::new(issue.language);
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet
        .set_name(sheet_name(issue.language))?
        .set_active(true)
        .set_first_tab(true);
    let columns = columns_of(layout, questionnaire, lists)?;
    let mut formats = BTreeMap::new();
    for (column, shown, field) in &columns {
        let (format, rule) = match field {
            Some(field) => {
                let title = issue.language.inline(&shown.label);
                (
                    palette.answer(&field.number_format(), field.alignment()),
                    validation::of_field(
                        field,
                        (&title, &shown.help, &shown.unit),
                        issue.language,
                        &mut list_sheets,
                    )?,
                )
            }
            None => (
                palette.answer("@", Alignment::Left),
                validation::of_claim(issue.language)?,
            ),
        };
        sheet.set_column_width(*column, width_of(shown, field.as_ref(), &words))?;
        sheet.set_column_format(*column, &format)?;
        sheet.add_data_validation(at::FIRST_ROW, *column, LAST_ROW, *column, &rule)?;
        formats.insert((&shown.key, shown.claim), (*column, format));
    }
    write_head(sheet, &columns, &words, &palette)?;
    write_rows(sheet, &formats, entries, &palette)?;
    page::set_up(sheet, sheet_name(issue.language));
    // Hundreds of columns on one page could not be read: they go over as many as they need.
    sheet.set_print_scale(PRINT_SCALE);
    sheet.set_repeat_rows(at::CODE_ROW, at::UNIT_ROW)?;
    sheet.set_repeat_columns(at::USCC_COLUMN, at::NAME_COLUMN)?;
    sheet.set_freeze_panes(at::FIRST_ROW, at::FIRST_COLUMN)?;
    protect(sheet);
    list_sheets.write(&mut workbook, &palette)?;
    Ok(workbook.save_to_buffer()?)
}

type Columns<'a> = Vec<(u16, &'a BulkColumn, Option<Field<'a>>)>;

/// The columns of the layout with their place on the sheet and what they take; nothing where it is a reason.
fn columns_of<'a>(
    layout: &'a BulkLayout,
    questionnaire: &'a Questionnaire,
    lists: &'a OptionLists,
) -> Result<Columns<'a>, WriteError> {
    let questions: BTreeMap<&str, &Question> = questionnaire
        .questions
        .iter()
        .map(|question| (question.code.as_str(), question))
        .collect();
    let field = |key: &CellKey| -> Option<Field<'a>> {
        let question = questions.get(key.question.as_str()).copied()?;
        let Some(cell) = &key.table else {
            return Some(Field::of_question(question, lists));
        };
        let is_meant = |column: &&TableColumn| column.code == cell.column;
        question.table_columns().iter().find(is_meant).map(Field::of_column)
    };
    let unknown = |column: &BulkColumn| WriteError::UnknownCell {
        cell: column.code.clone(),
    };
    (at::FIRST_COLUMN..)
        .zip(&layout.columns)
        .map(|(at, column)| {
            let taken = if column.claim {
                None
            } else {
                Some(field(&column.key).ok_or_else(|| unknown(column))?)
            };
            Ok((at, column, taken))
        })
        .collect()
}

fn write_head(
    sheet: &mut Worksheet,
    columns: &Columns<'_>,
    words: &Words,
    palette: &Palette,
) -> Result<(), WriteError> {
    sheet.set_column_width(at::USCC_COLUMN, USCC_WIDTH)?;
    sheet.set_column_format(at::USCC_COLUMN, &palette.answer("@", Alignment::Left))?;
    sheet.set_column_width(at::NAME_COLUMN, NAME_WIDTH)?;
    sheet.set_column_format(at::NAME_COLUMN, &palette.answer("@", Alignment::Left))?;
    let heights = columns
        .iter()
        .map(|(_, shown, field)| (words.label(shown), width_of(shown, field.as_ref(), words)));
    let heights: Vec<(String, f64)> = heights.collect();
    let row = |of_uscc: &str, of_name: &str, of: &dyn Fn(&BulkColumn) -> String| {
        let mut texts = vec![
            (at::USCC_COLUMN, of_uscc.to_owned()),
            (at::NAME_COLUMN, of_name.to_owned()),
        ];
        texts.extend(columns.iter().map(|(column, shown, _)| (*column, of(shown))));
        texts
    };
    let rows = [
        (
            at::CODE_ROW,
            row(USCC_COLUMN, NAME_COLUMN, &|column| column.code.clone()),
            &palette.code,
        ),
        (
            at::LABEL_ROW,
            row(&words.uscc, &words.name, &|column| words.label(column)),
            &palette.header,
        ),
        (
            at::UNIT_ROW,
            row(&words.uscc_unit, "", &|column| words.unit(column)),
            &palette.unit,
        ),
    ];
    for (at_row, texts, format) in rows {
        if at_row == at::LABEL_ROW {
            let height = row_height(heights.iter().map(|(text, width)| (text.as_str(), *width)));
            sheet.set_row_height(at_row, height)?;
        }
        for (column, text) in texts {
            sheet.write_string_with_format(at_row, column, text, format)?;
        }
    }
    Ok(())
}

fn write_rows(
    sheet: &mut Worksheet,
    formats: &BTreeMap<(&CellKey, bool), (u16, Format)>,
    entries: impl IntoIterator<Item = BulkEntry>,
    palette: &Palette,
) -> Result<(), WriteError> {
    let identity = palette.answer("@", Alignment::Left);
    for (row, entry) in (at::FIRST_ROW..).zip(entries) {
        sheet.write_string_with_format(row, at::USCC_COLUMN, &entry.uscc, &identity)?;
        sheet.write_string_with_format(row, at::NAME_COLUMN, &entry.name, &identity)?;
        let known = |(key, value)| Some((formats.get(&(key, false))?, Given::Answer(key, value)));
        let mut cells: Vec<_> = entry.prefill.iter().filter_map(known).collect();
        for (question, claim) in &entry.claims {
            let found = formats
                .iter()
                .find(|((key, reason), _)| *reason && key.question == *question);
            cells.extend(found.map(|(_, at)| (at, Given::Reason(&claim.reason))));
        }
        // Rows are written from left to right.
        cells.sort_by_key(|((column, _), _)| *column);
        for ((column, format), given) in cells {
            match given {
                Given::Answer(key, value) => cell::write(sheet, (row, *column), key, Some(value), format)?,
                Given::Reason(reason) => {
                    sheet.write_string_with_format(row, *column, reason, format)?;
                }
            }
        }
    }
    Ok(())
}

/// What stands in a cell.
enum Given<'e> {
    Answer(&'e CellKey, &'e PrefillCell),
    Reason(&'e str),
}

fn width_of(column: &BulkColumn, field: Option<&Field<'_>>, words: &Words) -> f64 {
    let unit = width(&words.unit(column)) + 2.0;
    field
        .map_or(CLAIM_WIDTH, Field::width)
        .min(24.0)
        .max(unit.min(24.0))
        .max(14.0)
}

/// Head rows are locked; rows may be sorted, filtered, inserted and removed.
fn protect(sheet: &mut Worksheet) {
    let options = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        insert_rows: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    };
    sheet.protect_with_options(&options);
}

/// The words of the head rows, which the reader compares.
pub(super) struct Words {
    language: Language,
    uscc: String,
    uscc_unit: String,
    name: String,
}

impl Words {
    pub(super) fn of(language: Language) -> Self {
        Self {
            language,
            uscc: language.block(&Text::new("统一社会信用代码", "Unified social credit code")),
            uscc_unit: language.block(&Text::new("18位", "18 characters")),
            name: language.block(&Text::new("企业名称", "Enterprise")),
        }
    }

    pub(super) fn label(&self, column: &BulkColumn) -> String {
        let label = self.language.block(&column.label);
        if column.required { format!("{label} *") } else { label }
    }

    pub(super) fn unit(&self, column: &BulkColumn) -> String {
        self.language.block(&column.unit)
    }

    /// Whether the cell of the credit code says that its row belongs to the head.
    pub(super) fn is_of_the_head(&self, uscc: &str) -> bool {
        crate::wording::same(uscc, &self.uscc) || self.is_of_the_units(uscc)
    }

    pub(super) fn is_of_the_units(&self, uscc: &str) -> bool {
        crate::wording::same(uscc, &self.uscc_unit)
    }
}
