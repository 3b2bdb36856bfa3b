//! Templates that cannot be written.

use survey::text::Text;

use crate::codes::TemplateCode;

/// A template that could not be written: the fault is in what was handed in, never in the caller's figures.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
#[non_exhaustive]
pub enum WriteError {
    /// A choice question has neither options nor an option list.
    OptionsMissing {
        /// The question.
        question: String,
    },
    /// A prefilled value stands for a cell that the layout does not have.
    UnknownCell {
        /// The question, with row and column for a table.
        cell: String,
    },
    /// A prefilled text is longer than a cell may hold.
    TextTooLong {
        /// The question, with row and column for a table.
        cell: String,
        /// Characters allowed.
        limit: usize,
    },
    /// The writer refused; the questionnaire is too large for a workbook.
    Writer(#[from] rust_xlsxwriter::XlsxError),
    /// The finished container could not be rewritten.
    Container(#[from] zip::result::ZipError),
}

impl WriteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OptionsMissing { .. } => TemplateCode::OptionsMissing.code(),
            Self::UnknownCell { .. } => TemplateCode::UnknownCell.code(),
            Self::TextTooLong { .. } => TemplateCode::TextTooLong.code(),
            Self::Writer(_) => TemplateCode::Writer.code(),
            Self::Container(_) => TemplateCode::Container.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::OptionsMissing { question } => Text::new(
                format!("选择题 {question} 没有选项。请在调查表里给出选项或代码表。"),
                format!("Choice question {question} has no options. Give it options or a code list."),
            ),
            Self::UnknownCell { cell } => Text::new(
                format!("预填值指向模板里没有的格（{cell}）。请核对题项代码和版本。"),
                format!(
                    "A prefilled value points at a cell that the template does not have ({cell}). Check the question code and the variant."
                ),
            ),
            Self::TextTooLong { cell, limit } => Text::new(
                format!("预填文字超过 {limit} 字（{cell}）。请缩短。"),
                format!("A prefilled text has more than {limit} characters ({cell}). Shorten it."),
            ),
            Self::Writer(error) => Text::new(
                format!("工作簿无法生成：{error}。"),
                format!("The workbook could not be written: {error}."),
            ),
            Self::Container(error) => Text::new(
                format!("工作簿无法生成：{error}。"),
                format!("The workbook could not be written: {error}."),
            ),
        }
    }
}
