//! One row of a section sheet: texts, answer cells or ticks, last round's answers.

use std::collections::BTreeMap;

use rust_xlsxwriter::{ConditionalFormatFormula, Format, Worksheet};
use survey::{
    cell::RawValue,
    questionnaire::{Action, Question, QuestionType},
};

use super::{
    Template, cell,
    field::Field,
    lists::ListSheets,
    measure::{LABEL_WIDTH, note_height, row_height},
    options,
    style::Alignment,
    validation,
};
use crate::{
    error::WriteError,
    layout::{CellKey, Grid, GridRow, RowRole, at, is_shown_beside},
    options::choices,
    prefill::PrefillCell,
    ticks::{TICK, codes_in, tick_hint},
};

/// One row being written.
pub(super) struct Writing<'a> {
    pub(super) template: &'a Template<'a>,
    pub(super) row: &'a GridRow,
    pub(super) at: u32,
    pub(super) grid: &'a Grid,
    pub(super) widths: &'a BTreeMap<u16, f64>,
}

impl Writing<'_> {
    /// Writes the row and gives its height in points.
    pub(super) fn write(&self, lists: &mut ListSheets, worksheet: &mut Worksheet) -> Result<f64, WriteError> {
        self.write_texts(worksheet)?;
        for (column, _) in self.grid.numbered_periods() {
            worksheet.write_blank(self.at, column, &self.template.palette.unused)?;
        }
        for (column, code) in self.row.numbered_questions() {
            let Some(question) = self.template.question(code) else {
                continue;
            };
            match &self.row.role {
                RowRole::Answer => self.write_answer(column, question, lists, worksheet)?,
                RowRole::Ticks => self.write_tick_head(column, question, worksheet)?,
                RowRole::Tick { option } => self.write_tick(column, question, option, lists, worksheet)?,
                RowRole::OtherSheet { .. } => {}
            }
        }
        self.write_references(worksheet)?;
        self.write_claim(worksheet)?;
        let height = self.height();
        worksheet.set_row_height(self.at, height)?;
        Ok(height)
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
        let code_format = if row.required {
            &palette.required_code
        } else {
            &palette.code
        };
        worksheet.write_string_with_format(self.at, at::CODE_COLUMN, code, code_format)?;
        let label_format = if is_tick { &palette.tick_label } else { &palette.label };
        let label = row.shown_label(language);
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
            RowRole::OtherSheet { sheet: code } => {
                let sheet = self.template.layout.sheet(code);
                let name = sheet.map_or(code.as_str(), |sheet| self.template.language().single(&sheet.name));
                let see = self
                    .template
                    .words(&format!("请填工作表“{name}”。"), &format!("Fill in sheet \"{name}\"."));
                format!("{see}{note}")
            }
            RowRole::Answer => {
                let asked = self.row.numbered_questions();
                let mut asked = asked.filter_map(|(_, code)| self.template.question(code));
                let field = asked
                    .next()
                    .map(|question| Field::of_question(question, self.template.lists));
                let options =
                    field.map_or_else(String::new, |field| options::printed(&field, self.template.language()));
                [note, options]
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("\n")
            }
            RowRole::Ticks | RowRole::Tick { .. } => note,
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
        let is_choice = matches!(
            question.kind,
            QuestionType::Single | QuestionType::Multi | QuestionType::Level
        );
        if is_choice && field.options.is_empty() {
            return Err(WriteError::OptionsMissing {
                question: question.code.clone(),
            });
        }
        let key = CellKey::question(&question.code);
        let format = self.template.palette.answer(&field.number_format(), field.alignment());
        cell::write(
            worksheet,
            (self.at, column),
            &key,
            self.template.prefill.get(&key),
            &format,
        )?;
        let title = self.template.language().inline(&question.label);
        let rule = validation::of_field(
            &field,
            (&title, &question.help, &self.row.unit),
            self.template.language(),
            lists,
        )?;
        worksheet.add_data_validation(self.at, column, self.at, column, &rule)?;
        self.write_flag(column, question, worksheet)
    }

    /// Colours the cell while its question contradicts another: red where it must be corrected, amber where a reason
    /// will do.
    fn write_flag(&self, column: u16, question: &Question, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let flags = self
            .template
            .live
            .into_iter()
            .flat_map(|live| live.flags(&question.code));
        for (action, condition) in flags {
            let palette = &self.template.palette;
            let format = if action == Action::Block {
                &palette.broken
            } else {
                &palette.doubtful
            };
            let rule = ConditionalFormatFormula::new()
                .set_rule(condition.as_str())
                .set_format(format)
                .set_stop_if_true(true);
            worksheet.add_conditional_format(self.at, column, self.at, column, &rule)?;
        }
        Ok(())
    }

    /// The head of tick rows says where to tick. A prefilled text that is no set of options stands here as typed.
    fn write_tick_head(&self, column: u16, question: &Question, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let key = CellKey::question(&question.code);
        let prefilled = self
            .template
            .prefill
            .get(&key)
            .filter(|_| self.ticked(question).is_none());
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
        let is_ticked = self
            .ticked(question)
            .is_some_and(|codes| codes.iter().any(|code| code == option));
        write_tick_cell(worksheet, (self.at, column), is_ticked, &format)?;
        let rule = validation::of_tick(self.template.language(), lists)?;
        worksheet.add_data_validation(self.at, column, self.at, column, &rule)?;
        self.write_flag(column, question, worksheet)
    }

    /// The options of a prefilled multiple choice, where the text is nothing but options.
    fn ticked(&self, question: &Question) -> Option<Vec<String>> {
        ticked(
            self.template,
            question,
            self.template.prefill.get(&CellKey::question(&question.code)),
        )
    }

    fn write_references(&self, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let template = self.template;
        let mut shown = self
            .row
            .numbered_questions()
            .filter_map(|(_, code)| template.question(code))
            .filter(|question| is_shown_beside(question));
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

    /// The cell for the reason why the row's questions do not apply. One reason stands for all of them.
    fn write_claim(&self, worksheet: &mut Worksheet) -> Result<(), WriteError> {
        let Some(column) = self.grid.claim_column() else {
            return Ok(());
        };
        if !self.row.claimable {
            worksheet.write_blank(self.at, column, &self.template.palette.unused)?;
            return Ok(());
        }
        let format = self.template.palette.answer("@", Alignment::Left);
        let claimed = self
            .row
            .numbered_questions()
            .find_map(|(_, code)| self.template.issue.claims.get(code));
        match claimed {
            Some(claim) => worksheet.write_string_with_format(self.at, column, &claim.reason, &format)?,
            None => worksheet.write_blank(self.at, column, &format)?,
        };
        let rule = validation::of_claim(self.template.language())?;
        worksheet.add_data_validation(self.at, column, self.at, column, &rule)?;
        Ok(())
    }

    /// High enough for every text of the row, also for the longest option that may be chosen.
    fn height(&self) -> f64 {
        let language = self.template.language();
        let width_of = |column: u16| self.widths.get(&column).copied().unwrap_or(LABEL_WIDTH);
        let mut texts = vec![
            (self.row.shown_label(language), LABEL_WIDTH),
            (language.block(&self.row.unit), width_of(at::UNIT_COLUMN)),
        ];
        if self.row.role == RowRole::Answer {
            for (column, code) in self.row.numbered_questions() {
                let Some(question) = self.template.question(code) else {
                    continue;
                };
                let field = Field::of_question(question, self.template.lists);
                let longest = field
                    .options
                    .iter()
                    .map(|choice| language.choice(*choice))
                    .max_by_key(String::len);
                texts.extend(longest.map(|text| (text, width_of(column))));
                let keys = [
                    (self.template.prefill, column),
                    (&self.template.previous, self.grid.first_reference_column()),
                ];
                for (values, column) in keys {
                    if let Some(PrefillCell {
                        value: RawValue::Text(text),
                        ..
                    }) = values.get(&CellKey::question(code))
                    {
                        texts.push((text.clone(), width_of(column)));
                    }
                }
            }
        }
        row_height(texts.iter().map(|(text, width)| (text.as_str(), *width))).max(note_height(&self.note()))
    }
}

fn ticked(template: &Template<'_>, question: &Question, cell: Option<&PrefillCell>) -> Option<Vec<String>> {
    let RawValue::Text(text) = &cell?.value else {
        return None;
    };
    codes_in(text, &choices(question, template.lists))
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
