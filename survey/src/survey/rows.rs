//! Rows of the form: questions that stand side by side, one column per period.

use super::Survey;
use crate::questionnaire::{Question, Section};

/// One row of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'s> {
    /// Code of the row.
    pub code: &'s str,
    /// Its questions, one per period, in the order of the questionnaire.
    pub questions: Vec<&'s Question>,
}

impl Survey {
    /// The rows of a section, in the order of the questionnaire.
    pub fn rows(&self, section: &str) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = Vec::new();
        for question in self
            .questionnaire
            .questions
            .iter()
            .filter(|question| question.section == section)
        {
            match rows.iter_mut().find(|row| row.code == question.row) {
                Some(row) => row.questions.push(question),
                None => rows.push(Row {
                    code: &question.row,
                    questions: vec![question],
                }),
            }
        }
        rows
    }

    /// The sections with their rows, in the order of the questionnaire.
    pub fn sections(&self) -> impl Iterator<Item = (&Section, Vec<Row<'_>>)> {
        self.questionnaire
            .sections
            .iter()
            .map(|section| (section, self.rows(&section.code)))
    }
}
