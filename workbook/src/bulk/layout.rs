//! The columns of a bulk sheet.

use std::collections::BTreeMap;

use serde::Serialize;
use survey::{
    questionnaire::{Question, QuestionType, Questionnaire, TableColumn},
    text::Text,
};

use super::{BULK_SHEET, sheet_name};
use crate::{
    issue::{TemplateIssue, TemplateKind},
    layout::{CellKey, column_anchor, hash},
    metadata::{FORMAT_VERSION, TemplateMetadata},
};

/// What stands where on a bulk sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BulkLayout {
    /// Questionnaire code.
    pub questionnaire: String,
    /// Questionnaire version.
    pub version: String,
    /// The year in which it is asked.
    #[serde(skip)]
    pub survey_year: i32,
    /// Rows of each table question that have columns, so far as the question allows as many.
    pub table_rows: u32,
    /// The columns behind credit code and name, in the order of the questionnaire.
    pub columns: Vec<BulkColumn>,
}

/// A column: one question, one column of one row of a table question, or the reason why a question does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BulkColumn {
    /// The code in the code row: that of the question, `CODE[0].column` with rows counted from 0, or `CODE#claim`.
    pub code: String,
    /// The answer it takes, or that it says is not to be given.
    pub key: CellKey,
    /// Whether it takes the reason why the question does not apply.
    pub claim: bool,
    /// Label.
    pub label: Text,
    /// Filling note, shown when the cell is entered.
    #[serde(skip)]
    pub help: Text,
    /// Unit as shown, empty for none.
    pub unit: Text,
    /// Whether the question must be answered where it is relevant.
    pub required: bool,
}

impl BulkLayout {
    /// The bulk layout of a questionnaire. A table question has columns for its first `table_rows` rows.
    pub fn of(questionnaire: &Questionnaire, table_rows: u32) -> Self {
        let mut columns = Vec::new();
        for question in &questionnaire.questions {
            if question.kind == QuestionType::Table {
                let rows = question.max_items.map_or(table_rows, |most| most.min(table_rows));
                for row in 0..rows {
                    let cells = question.table_columns().iter();
                    columns.extend(cells.map(|column| table_column(questionnaire, question, row, column)));
                }
            } else {
                columns.push(BulkColumn {
                    code: question.code.clone(),
                    key: CellKey::question(&question.code),
                    label: question.label.clone(),
                    help: question.help.clone(),
                    unit: unit(questionnaire, &question.unit),
                    required: question.required,
                    claim: false,
                });
                columns.extend(question.na_allowed.then(|| claim_column(question)));
            }
        }
        Self {
            questionnaire: questionnaire.code.clone(),
            version: questionnaire.version.clone(),
            survey_year: questionnaire.survey_year,
            table_rows,
            columns,
        }
    }

    /// The marks that writing this layout for `issue` leaves.
    pub fn metadata(&self, issue: &TemplateIssue) -> TemplateMetadata {
        TemplateMetadata {
            format_version: FORMAT_VERSION,
            kind: TemplateKind::Bulk,
            template_id: issue.template_id.clone(),
            questionnaire: self.questionnaire.clone(),
            questionnaire_version: self.version.clone(),
            variant: None,
            layout_hash: self.hash(),
            enterprise_id: String::new(),
            enterprise_uscc: String::new(),
            area: issue.area.clone(),
            table_rows: Some(self.table_rows),
            round_id: issue.round.id.clone(),
            round_code: issue.round.code.clone(),
            language: issue.language,
            survey_year: Some(self.survey_year),
            issued_at: issue.issued_at.clone(),
            nonce: issue.nonce.clone(),
            seal: issue.seal.clone(),
            sheets: BTreeMap::from([(BULK_SHEET.to_owned(), sheet_name(issue.language).to_owned())]),
        }
    }

    /// SHA-256 of the canonical layout, in hexadecimal: structure and wording, both languages.
    pub fn hash(&self) -> String {
        hash(self)
    }
}

fn table_column(questionnaire: &Questionnaire, question: &Question, row: u32, column: &TableColumn) -> BulkColumn {
    let key = CellKey::table(&question.code, row, &column.code);
    let number = row.saturating_add(1);
    BulkColumn {
        code: key.to_string(),
        label: Text::new(
            format!("{} 第{number}行：{}", question.label.zh, column.label.zh),
            format!("{}, row {number}: {}", question.label.en, column.label.en),
        ),
        help: Text::default(),
        unit: unit(questionnaire, &column.unit),
        // Further rows are free; the first one is asked for by the question.
        required: question.required && row == 0 && column.required,
        claim: false,
        key,
    }
}

fn claim_column(question: &Question) -> BulkColumn {
    BulkColumn {
        code: format!("{}{}", question.code, column_anchor::CLAIM),
        key: CellKey::question(&question.code),
        label: Text::new(
            format!("{} 不适用的写明原因", question.label.zh),
            format!("{}: where it does not apply, the reason", question.label.en),
        ),
        help: Text::default(),
        unit: Text::default(),
        required: false,
        claim: true,
    }
}

fn unit(questionnaire: &Questionnaire, code: &str) -> Text {
    match questionnaire.units.get(code) {
        _ if code.is_empty() => Text::default(),
        Some(unit) => unit.label.clone(),
        None => Text::new(code, code),
    }
}
