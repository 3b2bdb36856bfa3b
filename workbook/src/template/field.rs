//! What is common to a question and a table column: how its cell looks and what it takes.

use survey::questionnaire::{Question, QuestionType, TableColumn};

use super::style::Alignment;
use crate::options::{Choice, OptionLists, choices, column_choices};

/// A field to fill in.
pub(crate) struct Field<'a> {
    pub(crate) kind: QuestionType,
    pub(crate) unit: &'a str,
    pub(crate) decimals: Option<u32>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) options: Vec<Choice<'a>>,
    /// Whether the options come from a code list: then a bare code may be typed as well.
    pub(crate) from_code_list: bool,
}

impl<'a> Field<'a> {
    pub(crate) fn of_question(question: &'a Question, lists: &'a OptionLists) -> Self {
        Self {
            kind: question.kind,
            unit: &question.unit,
            decimals: question.decimals,
            min: question.min,
            max: question.max,
            options: choices(question, lists),
            from_code_list: question.options.is_none(),
        }
    }

    pub(crate) fn of_column(column: &'a TableColumn) -> Self {
        Self {
            kind: column.kind,
            unit: &column.unit,
            decimals: column.decimals,
            min: column.min,
            max: column.max,
            options: column_choices(column),
            from_code_list: false,
        }
    }

    /// The number format of its cell. Identifiers, codes and choices are text: Excel keeps 15 digits of a number.
    pub(crate) fn number_format(&self) -> String {
        let decimals = |default: u32| match self.decimals.unwrap_or(default) {
            0 => String::new(),
            count => format!(".{}", "0".repeat(usize::try_from(count.min(10)).unwrap_or(2))),
        };
        match self.kind {
            QuestionType::Number | QuestionType::Money => format!("#,##0{}", decimals(2)),
            // Never a percent format: 85 is typed and 85 is stored.
            QuestionType::Percent => format!("0{}", decimals(2)),
            // A whole number without a unit is a year or an ordinal and takes no separators.
            QuestionType::Integer if self.unit.is_empty() => "0".to_owned(),
            QuestionType::Integer => "#,##0".to_owned(),
            QuestionType::Date => "yyyy-mm-dd".to_owned(),
            QuestionType::Single
            | QuestionType::Multi
            | QuestionType::Level
            | QuestionType::Text
            | QuestionType::Boolean
            | QuestionType::Table => "@".to_owned(),
        }
    }

    pub(crate) fn alignment(&self) -> Alignment {
        match self.kind {
            QuestionType::Number | QuestionType::Money | QuestionType::Percent | QuestionType::Integer => {
                Alignment::Right
            }
            QuestionType::Date | QuestionType::Boolean => Alignment::Center,
            QuestionType::Single
            | QuestionType::Multi
            | QuestionType::Level
            | QuestionType::Text
            | QuestionType::Table => Alignment::Left,
        }
    }

    /// The column width its answers need, in characters.
    pub(crate) fn width(&self) -> f64 {
        match self.kind {
            QuestionType::Single | QuestionType::Level | QuestionType::Text | QuestionType::Multi => 36.0,
            QuestionType::Date | QuestionType::Boolean | QuestionType::Table => 14.0,
            QuestionType::Number | QuestionType::Money | QuestionType::Percent | QuestionType::Integer => 17.0,
        }
    }
}
