//! The answers behind the indicators: one sheet for all returns, and one for each table with a row for each row of a table, so
//! that an indicator over a table can be computed again.

use rust_xlsxwriter::{Formula, Workbook, Worksheet, XlsxError};
use survey::{
    answer::{Answer, AnswerRow},
    questionnaire::{ChoiceOption, Question},
    survey::Survey,
};

use super::{
    Exported, ExportedRow,
    look::{Look, print},
    workbook_tables::{FIRST_FIGURE, FIRST_UNIT, column_head, first_columns, unit_names},
};

pub(super) fn write(
    workbook: &mut Workbook,
    exported: &Exported,
    survey: &Survey,
    look: &Look,
) -> Result<(), XlsxError> {
    let questions = exported.questions.iter().filter_map(|code| survey.question(code));
    let questions: Vec<&Question> = questions.collect();
    answers(workbook.add_worksheet(), exported, survey, &questions, look)?;
    for question in questions.into_iter().filter(|question| question.columns.is_some()) {
        table(workbook.add_worksheet(), exported, question, look)?;
    }
    Ok(())
}

fn answers(
    sheet: &mut Worksheet,
    exported: &Exported,
    survey: &Survey,
    questions: &[&Question],
    look: &Look,
) -> Result<(), XlsxError> {
    sheet.set_name("答案 Answers")?;
    first_columns(sheet, look, "单位 Unit")?;
    let mut columns = FIRST_FIGURE;
    for question in questions {
        column_head(sheet, look, columns, &question.code, &question.label.zh)?;
        let unit = if question.columns.is_some() {
            "行数 rows"
        } else {
            &question.unit
        };
        sheet.write_string_with_format(2, columns, unit, &look.below)?;
        columns += 1;
    }
    for (row, unit) in (FIRST_UNIT..).zip(&exported.rows) {
        unit_names(sheet, look, row, unit)?;
        for (at, question) in (FIRST_FIGURE..).zip(questions) {
            match answer_of(unit, &question.code) {
                Some(Answer::Number(figure)) => look.number(sheet, row, at, figure.to_string().parse().ok())?,
                Some(Answer::Table(rows)) => {
                    let rows = rows.len().to_string();
                    let formula = format!("=COUNTIF('{}'!$A:$A,$A{})", table_name(question), row + 1);
                    let formula = Formula::new(formula).set_result(rows);
                    sheet.write_formula_with_format(row, at, formula, &look.whole)?;
                }
                Some(other) => {
                    let text = answer_text(other, survey.options(&question.code));
                    sheet.write_string_with_format(row, at, text, &look.text)?;
                }
                None => look.number(sheet, row, at, None)?,
            }
        }
    }
    print(sheet, FIRST_UNIT, FIRST_FIGURE, columns)
}

/// The rows of a table of all returns.
fn table(sheet: &mut Worksheet, exported: &Exported, question: &Question, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name(table_name(question))?;
    first_columns(sheet, look, "单位 Unit")?;
    let columns = question.columns.as_deref().unwrap_or(&[]);
    let mut count = FIRST_FIGURE;
    for column in columns {
        column_head(sheet, look, count, &question.code, &column.label.zh)?;
        sheet
            .write_string_with_format(2, count, &column.unit, &look.below)?
            .set_column_width(count, 16)?;
        count += 1;
    }
    sheet.set_row_height(1, 34)?;
    let tables = exported.rows.iter().filter_map(|unit| {
        let Answer::Table(rows) = answer_of(unit, &question.code)? else {
            return None;
        };
        Some(rows.iter().map(move |row| (unit, row)))
    });
    for (line, (unit, row)) in (FIRST_UNIT..).zip(tables.flatten()) {
        unit_names(sheet, look, line, unit)?;
        for (at, column) in (FIRST_FIGURE..).zip(columns) {
            let answer = AnswerRow::get(row, &column.code);
            match answer {
                Some(Answer::Number(figure)) => look.number(sheet, line, at, figure.to_string().parse().ok())?,
                Some(other) => {
                    let text = answer_text(other, column.own_options());
                    sheet.write_string_with_format(line, at, text, &look.text)?;
                }
                None => look.number(sheet, line, at, None)?,
            }
        }
    }
    print(sheet, FIRST_UNIT, FIRST_FIGURE, count)
}

/// The name of the sheet of a table: its code, as it stands among the answers.
fn table_name(question: &Question) -> String {
    format!("表 {}", question.code)
}

fn answer_of<'u>(unit: &'u ExportedRow, code: &str) -> Option<&'u Answer> {
    unit.content.as_ref()?.answers.get(code)
}

/// An answer in words: a chosen option with its code and label, several by the codes of the form.
fn answer_text(answer: &Answer, options: &[ChoiceOption]) -> String {
    match answer {
        Answer::Number(number) => number.to_string(),
        Answer::Text(text) | Answer::Date(text) => text.clone(),
        Answer::Choice(code) => {
            let found = options.iter().find(|option| option.code == *code);
            found.map_or_else(|| code.clone(), |option| format!("{code} {}", option.label.zh))
        }
        Answer::Choices(codes) => codes.join("、"),
        Answer::Boolean(yes) => if *yes { "是 yes" } else { "否 no" }.to_owned(),
        Answer::Table(rows) => rows.len().to_string(),
    }
}
