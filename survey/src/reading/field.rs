//! What the reader of a cell must know of the question or table column it belongs to, and what it found.

use rust_decimal::Decimal;

use crate::{
    answer::Answer,
    messages::Builtin,
    questionnaire::{Question, QuestionType, TableColumn, Unit},
    text::Text,
};

use super::OptionIndex;

/// A question, or a column of a table question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'s> {
    pub(crate) label: &'s Text,
    pub(crate) kind: QuestionType,
    pub(crate) unit_code: &'s str,
    pub(crate) unit: Option<&'s Unit>,
    pub(crate) options: &'s OptionIndex,
    /// What one of the unit of the column, in which the figure stands, is in the unit of the question; 1 where they agree.
    pub(crate) column_factor: Decimal,
    /// Whether it may be claimed not to apply, in a cell of its own.
    pub(crate) na_allowed: bool,
}

impl<'s> Field<'s> {
    pub(crate) fn of_question(question: &'s Question, unit: Option<&'s Unit>, options: &'s OptionIndex) -> Self {
        Self {
            label: &question.label,
            kind: question.kind,
            unit_code: &question.unit,
            unit,
            options,
            column_factor: Decimal::ONE,
            na_allowed: question.na_allowed,
        }
    }

    pub(crate) fn of_column(column: &'s TableColumn, unit: Option<&'s Unit>, options: &'s OptionIndex) -> Self {
        Self {
            label: &column.label,
            kind: column.kind,
            unit_code: &column.unit,
            unit,
            options,
            column_factor: Decimal::ONE,
            na_allowed: false,
        }
    }
}

/// What one cell says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// The answer; none for a blank and for what cannot be read.
    pub(crate) answer: Option<Answer>,
    /// Whether the cell holds something that could not be read.
    pub(crate) unreadable: bool,
    /// What was noticed on the way.
    pub(crate) notes: Vec<Note>,
}

/// Something noticed in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) check: Builtin,
    /// Values for the slots of the message, besides the label.
    pub(crate) slots: Vec<(&'static str, Text)>,
    /// The number in another unit, where the filler must choose: unit, as entered, converted.
    pub(crate) other_unit: Option<(String, Decimal, Decimal)>,
}

impl Outcome {
    /// Nothing.
    pub(crate) fn blank() -> Self {
        Self::default()
    }

    /// An answer as it stands.
    pub(crate) fn plain(answer: Answer) -> Self {
        Self {
            answer: Some(answer),
            ..Self::default()
        }
    }

    /// Something that cannot be read.
    pub(crate) fn refused(check: Builtin, raw: &str) -> Self {
        Self {
            answer: None,
            unreadable: true,
            notes: vec![Note::new(check).with("raw", raw)],
        }
    }

    /// With one more note.
    pub(crate) fn noting(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }
}

impl Note {
    pub(crate) fn new(check: Builtin) -> Self {
        Self {
            check,
            slots: Vec::new(),
            other_unit: None,
        }
    }

    /// A slot with the same text in both languages.
    pub(crate) fn with(self, slot: &'static str, text: &str) -> Self {
        self.with_text(slot, Text::new(shortened(text), shortened(text)))
    }

    /// A slot with a text in each language.
    pub(crate) fn with_text(mut self, slot: &'static str, text: Text) -> Self {
        self.slots.push((slot, text));
        self
    }
}

/// A raw text short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    /// Characters of a raw text that are shown.
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
