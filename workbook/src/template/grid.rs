//! The sheet of a section: one row per question or option, one answer column per period.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Worksheet};
use survey::{
    cell::RawValue,
    questionnaire::{CarryMode, Question, QuestionType},
};

use super::{
    Template, cell,
    field::Field,
    lists::ListSheets,
    measure::{row_height, width},
    page,
    style::Alignment,
    validation,
};
use crate::{
    error::WriteError,
    layout::{CellKey, Grid, GridRow, RowRole, SHEET_ANCHOR, SheetLayout, at, column_anchor, row_anchor},
    prefill::PrefillCell,
    ticks::{TICK, codes_in, tick_hint},
    wording,
};

const CODE_WIDTH: f64 = 8.0;
const LABEL_WIDTH: f64 = 36.0;
const NARROWEST_UNIT: f64 = 10.0;
const WIDEST_UNIT: f64 = 18.0;
const NOTE_WIDTH: f64 = 48.0;
/// Headers of answer columns wrap beyond this.
const WIDEST_HEADER: f64 = 26.0;
/// Points.
pub(super) const LOWEST_HEADER: f64 = 36.0;
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
    write_head(template, sheet, grid, &widths, worksheet)?;
    for (at_row, row) in grid.numbered_rows() {
        let writing = Writing { template, row, at: at_row, grid, widths: &widths };
        writing.write(lists, worksheet)?;
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
    worksheet.set_repeat_rows(at::HEADER_ROW, at::HEADER_ROW)?;
    page::protect(worksheet);
    Ok(())
}

fn widths(template: &Template<'_>, grid: &Grid) -> BTreeMap<u16, f64> {
    let units = grid.rows.iter().map(|row| width(&template.language().block(&row.unit)) + 2.0).fold(0.0, f64::max);
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
    widths
}

fn write_head(
    template: &Template<'_>,
    sheet: &SheetLayout,
    grid: &Grid,
    widths: &BTreeMap<u16, f64>,
    worksheet: &mut Worksheet,
) -> Result<(), WriteError> {
    let (language, palette) = (template.language(), &template.palette);
    let mut columns = vec![
        (at::CODE_COLUMN, column_anchor::CODE.to_owned(), template.words("代码", "Code")),
        (at::LABEL_COLUMN, column_anchor::LABEL.to_owned(), template.words("指标", "Item")),
        (at::UNIT_COLUMN, column_anchor::UNIT.to_owned(), template.words("计量单位", "Unit")),
    ];
    for (column, period) in grid.numbered_periods() {
        columns.push((column, period.code.clone(), language.block(&period.label)));
    }
    for column in (grid.first_reference_column()..).take(usize::from(grid.references)) {
        let header = template.words("上期填报（供参考）", "Last round (for reference)");
        columns.push((column, column_anchor::LAST.to_owned(), header));
    }
    columns.push((grid.note_column(), column_anchor::NOTE.to_owned(), template.words("填报说明", "Filling note")));
    write_common_head(template, sheet, worksheet)?;
    for (column, anchor, header) in &columns {
        worksheet.write_string_with_format(at::ANCHOR_ROW, *column, anchor, &palette.anchor)?;
        worksheet.write_string_with_format(at::HEADER_ROW, *column, header, &palette.header)?;
    }
    let header = |(column, _, header): &'_ (u16, String, String)| (header.clone(), widths.get(column).copied());
    let headers: Vec<(String, Option<f64>)> = columns.iter().map(header).collect();
    let height = row_height(headers.iter().map(|(header, width)| (header.as_str(), width.unwrap_or(LABEL_WIDTH))));
    worksheet.set_row_height(at::HEADER_ROW, height.max(LOWEST_HEADER))?;
    Ok(())
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
    let marks = template.words("只填浅黄色格；代码后有 * 的为必填。", "Fill in the pale yellow cells only; * marks what is required.");
    let lead = format!("{} {}", language.inline(&sheet.note), marks.replace('\n', " "));
    worksheet.write_string_with_format(at::NOTE_ROW, at::CODE_COLUMN, lead.trim(), &palette.lead)?;
    worksheet.set_row_height(at::NOTE_ROW, 19)?;
    Ok(())
}

/// One row being written.
struct Writing<'a> {
    template: &'a Template<'a>,
    row: &'a GridRow,
    at: u32,
    grid: &'a Grid,
    widths: &'a BTreeMap<u16, f64>,
}

impl Writing<'_> {
    fn write(&self, lists: &mut ListSheets, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        self.write_texts(worksheet)?;
        for (column, _) in self.grid.numbered_periods() {
            worksheet.write_blank(self.at, column, &self.template.palette.unused)?;
        }
        for (column, code) in self.row.numbered_questions() {
            let Some(question) = self.template.question(code) else { continue };
            match &self.row.role {
                RowRole::Answer => self.write_answer(column, question, lists, worksheet)?,
                RowRole::Ticks => self.write_tick_head(column, question, worksheet)?,
                RowRole::Tick { option } => self.write_tick(column, question, option, lists, worksheet)?,
                RowRole::OtherSheet { .. } => {}
            }
        }
        self.write_references(worksheet)?;
        worksheet.set_row_height(self.at, self.height())?;
        Ok(())
    }

    fn write_texts(&self, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let (row, palette, language) = (self.row, &self.template.palette, self.template.language());
        worksheet.write_string_with_format(self.at, at::ANCHOR_COLUMN, &row.anchor, &palette.anchor)?;
        let is_tick = matches!(row.role, RowRole::Tick { .. });
        let code = match (is_tick, row.required) {
            (true, _) => String::new(),
            (false, true) => format!("{} *", row.anchor),
            (false, false) => row.anchor.clone(),
        };
        let code_format = if row.required { &palette.required_code } else { &palette.code };
        worksheet.write_string_with_format(self.at, at::CODE_COLUMN, code, code_format)?;
        let label_format = if is_tick { &palette.tick_label } else { &palette.label };
        let label = wording::row_label(row, language);
        worksheet.write_string_with_format(self.at, at::LABEL_COLUMN, label, label_format)?;
        let unit = language.block(&row.unit);
        worksheet.write_string_with_format(self.at, at::UNIT_COLUMN, unit, &palette.unit)?;
        let note = self.note();
        worksheet.write_string_with_format(self.at, self.grid.note_column(), note, &palette.note)?;
        Ok(())
    }

    fn note(&self) -> String {
        let note = self.template.language().block(&self.row.note);
        match &self.row.role {
            RowRole::OtherSheet { sheet } => {
                let sheet = self.template.layout.sheet(sheet).map(|s| self.template.language().single(&s.name));
                let name = sheet.unwrap_or_default();
                let see = self.template.words(&format!("请填工作表“{name}”。"), &format!("Fill in sheet \"{name}\"."));
                format!("{see}{note}")
            }
            _ => note,
        }
    }

    fn write_answer(
        &self,
        column: u16,
        question: &Question,
        lists: &mut ListSheets,
        worksheet: &mut Worksheet,
    ) -> Result<(), WriteError> {
        let field = Field::of_question(question, self.template.lists);
        let is_choice = matches!(question.kind, QuestionType::Single | QuestionType::Multi | QuestionType::Level);
        if is_choice && field.options.is_empty() {
            return Err(WriteError::OptionsMissing { question: question.code.clone() });
        }
        let key = CellKey::question(&question.code);
        let format = self.template.palette.answer(&field.number_format(), field.alignment());
        cell::write(worksheet, (self.at, column), &key, self.template.prefill.get(&key), &format)?;
        let title = self.template.language().inline(&question.label);
        if let Some(rule) = validation::of_field(&field, &title, self.template.language(), lists)? {
            worksheet.add_data_validation(self.at, column, self.at, column, &rule)?;
        }
        Ok(())
    }

    /// The head of tick rows says where to tick. A prefilled text that is no set of options stands here as typed.
    fn write_tick_head(&self, column: u16, question: &Question, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let key = CellKey::question(&question.code);
        let prefilled = self.template.prefill.get(&key).filter(|_| self.ticked(question).is_none());
        if prefilled.is_some() {
            let format = self.template.palette.answer("@", Alignment::Left);
            return cell::write(worksheet, (self.at, column), &key, prefilled, &format);
        }
        let hint = tick_hint(self.template.language());
        worksheet.write_string_with_format(self.at, column, hint, &self.template.palette.hint)?;
        Ok(())
    }

    fn write_tick(
        &self,
        column: u16,
        question: &Question,
        option: &str,
        lists: &mut ListSheets,
        worksheet: &mut Worksheet,
    ) -> Result<(), WriteError> {
        let format = self.template.palette.answer("@", Alignment::Center);
        let is_ticked = self.ticked(question).is_some_and(|codes| codes.iter().any(|code| code == option));
        write_tick_cell(worksheet, (self.at, column), is_ticked, &format)?;
        let rule = validation::of_tick(self.template.language(), lists)?;
        worksheet.add_data_validation(self.at, column, self.at, column, &rule)?;
        Ok(())
    }

    /// The options of a prefilled multiple choice, where the text is nothing but options.
    fn ticked(&self, question: &Question) -> Option<Vec<String>> {
        ticked(self.template, question, self.template.prefill.get(&CellKey::question(&question.code)))
    }

    fn write_references(&self, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let template = self.template;
        let is_shown = |question: &&Question| {
            question.carried_forward && question.carry_mode == CarryMode::Show && question.kind != QuestionType::Table
        };
        let mut shown = self.row.numbered_questions().filter_map(|(_, code)| template.question(code)).filter(is_shown);
        for column in (self.grid.first_reference_column()..).take(usize::from(self.grid.references)) {
            let Some(question) = shown.next() else {
                worksheet.write_blank(self.at, column, &template.palette.unused)?;
                continue;
            };
            let key = CellKey::question(&question.code);
            let previous = template.previous.get(&key);
            let field = Field::of_question(question, template.lists);
            match &self.row.role {
                RowRole::Answer => {
                    let format = template.palette.reference(&field.number_format(), field.alignment());
                    cell::write(worksheet, (self.at, column), &key, previous, &format)?;
                }
                RowRole::Tick { option } => {
                    let codes = ticked(template, question, previous);
                    let is_ticked = codes.is_some_and(|codes| codes.iter().any(|code| code == option));
                    let format = template.palette.reference("@", Alignment::Center);
                    write_tick_cell(worksheet, (self.at, column), is_ticked, &format)?;
                }
                RowRole::Ticks | RowRole::OtherSheet { .. } => {
                    worksheet.write_blank(self.at, column, &template.palette.unused)?;
                }
            }
        }
        Ok(())
    }

    /// High enough for every text of the row, also for the longest option that may be chosen.
    fn height(&self) -> f64 {
        let language = self.template.language();
        let width_of = |column: u16| self.widths.get(&column).copied().unwrap_or(LABEL_WIDTH);
        let mut texts = vec![
            (wording::row_label(self.row, language), LABEL_WIDTH),
            (language.block(&self.row.unit), width_of(at::UNIT_COLUMN)),
            // Notes are set in a smaller size.
            (self.note(), NOTE_WIDTH * 1.15),
        ];
        if self.row.role == RowRole::Answer {
            for (column, code) in self.row.numbered_questions() {
                let Some(question) = self.template.question(code) else { continue };
                let field = Field::of_question(question, self.template.lists);
                let longest = field.options.iter().map(|choice| language.choice(*choice)).max_by_key(String::len);
                texts.extend(longest.map(|text| (text, width_of(column))));
                let keys = [(self.template.prefill, column), (&self.template.previous, self.grid.first_reference_column())];
                for (values, column) in keys {
                    if let Some(PrefillCell { value: RawValue::Text(text), .. }) = values.get(&CellKey::question(code)) {
                        texts.push((text.clone(), width_of(column)));
                    }
                }
            }
        }
        row_height(texts.iter().map(|(text, width)| (text.as_str(), *width)))
    }
}

fn ticked(template: &Template<'_>, question: &Question, cell: Option<&PrefillCell>) -> Option<Vec<String>> {
    let RawValue::Text(text) = &cell?.value else { return None };
    codes_in(text, &crate::options::choices(question, template.lists))
}

fn write_tick_cell(
    worksheet: &mut Worksheet,
    at: (u32, u16),
    is_ticked: bool,
    format: &Format,
) -> Result<(), WriteError> {
    if is_ticked {
        worksheet.write_string_with_format(at.0, at.1, TICK, format)?;
    } else {
        worksheet.write_blank(at.0, at.1, format)?;
    }
    Ok(())
}
