//! A mapping that fits its questionnaire.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use survey::{
    answer::{Answer, Answers},
    cell::Place,
    document::DocumentFault,
    questionnaire::{QuestionType, Questionnaire},
    reading::Reading,
};

use super::{Field, Mapping, Shape};
use crate::{codes::MappingCode, extract::position};

/// Rows and columns from 0; the row is absent where the place is a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) row: Option<u32>,
    pub(super) column: u32,
}

/// A mapping whose places and questions are understood.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(super) mapping: Mapping,
    pub(super) key: At,
    pub(super) fields: Vec<(At, Field)>,
}

const NUMERIC: [QuestionType; 4] = [
    QuestionType::Number,
    QuestionType::Percent,
    QuestionType::Integer,
    QuestionType::Money,
];

impl Compiled {
    /// Checks a mapping against its questionnaire; everything that is wrong with it at once, by JSON pointer.
    pub fn new(mapping: Mapping, questionnaire: &Questionnaire) -> Result<Self, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        if matches!(mapping.shape, Shape::Rows { header_row: 0, .. }) {
            faults.push(fault(
                "/shape/header_row",
                MappingCode::HeaderRow,
                "表头行从 1 数起。",
                "The header row counts from 1.",
            ));
        }
        let key = place(&mapping.shape, &mapping.key.at);
        if key.is_none() {
            faults.push(misplaced("/key/at", &mapping));
        }
        let mut fields = Vec::new();
        let (mut answered, mut used) = (BTreeSet::new(), BTreeSet::new());
        for (number, field) in mapping.fields.iter().enumerate() {
            let pointer = |member: &str| format!("/fields/{number}/{member}");
            let at = place(&mapping.shape, &field.at);
            match at {
                None => faults.push(misplaced(&pointer("at"), &mapping)),
                Some(at) if !used.insert(at) => faults.push(fault(
                    &pointer("at"),
                    MappingCode::PlaceTwice,
                    "同一位置对应了两个题项。",
                    "One place answers two questions.",
                )),
                Some(_) => {}
            }
            let kind = kind_of(questionnaire, field);
            if kind.is_none() {
                faults.push(fault(
                    &pointer("question"),
                    MappingCode::UnknownQuestion,
                    "调查表里没有这个题项或列。",
                    "The questionnaire has no such question or column.",
                ));
            }
            if !answered.insert((&field.question, &field.column, field.row.unwrap_or(0))) {
                faults.push(fault(
                    &pointer("question"),
                    MappingCode::QuestionTwice,
                    "同一题项对应了两个位置。",
                    "Two places answer one question.",
                ));
            }
            let factor = field.unit_factor;
            if factor.is_some_and(|factor| factor <= Decimal::ZERO)
                || (factor.is_some() && kind.is_some_and(|kind| !NUMERIC.contains(&kind)))
            {
                faults.push(fault(
                    &pointer("unit_factor"),
                    MappingCode::UnitFactor,
                    "换算系数应大于 0，且只用于数值题项。",
                    "A unit factor is above 0 and belongs to a figure.",
                ));
            }
            fields.extend(at.map(|at| (at, field.clone())));
        }
        if mapping.fields.is_empty() {
            faults.push(fault(
                "/fields",
                MappingCode::Empty,
                "没有任何对应关系。",
                "No column answers any question.",
            ));
        }
        match key {
            Some(key) if faults.is_empty() => Ok(Self { mapping, key, fields }),
            _ => Err(faults),
        }
    }

    /// The document.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// What one of the unit of a column, or of the cell at a place, is in the unit of its question.
    pub fn factor_at(&self, place: &Place) -> Option<Decimal> {
        let (row, column) = position(&place.cell)?;
        let here = |at: &At| at.column == column && at.row.is_none_or(|wanted| wanted == row);
        self.fields.iter().find(|(at, _)| here(at))?.1.unit_factor
    }

    /// Brings figures into the units of their questions. The provenance keeps what was typed and names the factor.
    pub fn scale(&self, reading: &mut Reading) {
        for (key, provenance) in &mut reading.provenance {
            let factor = self.factor_at(&provenance.place);
            let Some(factor) = factor.filter(|factor| *factor != Decimal::ONE) else {
                continue;
            };
            if let Some(Answer::Number(number)) = answer_mut(&mut reading.answers, key)
                && let Some(scaled) = number.checked_mul(factor)
            {
                *number = scaled.normalize();
                provenance
                    .normalised_by
                    .push(format!("unit_factor:{}", factor.normalize()));
            }
        }
    }
}

/// The answer under a key of the provenance: `F03`, or `V02[0].name`.
fn answer_mut<'a>(answers: &'a mut Answers, key: &str) -> Option<&'a mut Answer> {
    let Some((question, rest)) = key.split_once('[') else {
        return answers.get_mut(key);
    };
    let (row, column) = rest.split_once("].")?;
    match answers.get_mut(question)? {
        Answer::Table(rows) => rows.get_mut(row.parse::<usize>().ok()?)?.get_mut(column),
        _ => None,
    }
}

fn kind_of(questionnaire: &Questionnaire, field: &Field) -> Option<QuestionType> {
    let question = questionnaire
        .questions
        .iter()
        .find(|question| question.code == field.question)?;
    match &field.column {
        None => (question.kind != QuestionType::Table).then_some(question.kind),
        Some(code) => {
            let columns = question.table_columns();
            columns
                .iter()
                .find(|column| column.code == *code)
                .map(|column| column.kind)
        }
    }
}

/// A place as the shape wants it.
fn place(shape: &Shape, at: &str) -> Option<At> {
    match shape {
        Shape::Rows { .. } => {
            let letters = at.bytes().all(|byte| byte.is_ascii_alphabetic());
            let (_, column) = letters.then(|| position(&format!("{at}1"))).flatten()?;
            Some(At { row: None, column })
        }
        Shape::Sheets => {
            let (row, column) = position(at)?;
            Some(At { row: Some(row), column })
        }
    }
}

fn misplaced(pointer: &str, mapping: &Mapping) -> DocumentFault {
    match mapping.shape {
        Shape::Rows { .. } => fault(
            pointer,
            MappingCode::Place,
            "这里应是列，如 C。",
            "A column is wanted here, such as C.",
        ),
        Shape::Sheets => fault(
            pointer,
            MappingCode::Place,
            "这里应是单元格，如 C7。",
            "A cell is wanted here, such as C7.",
        ),
    }
}

fn fault(pointer: &str, code: MappingCode, zh: &str, en: &str) -> DocumentFault {
    DocumentFault::of(code, pointer, zh, en)
}
