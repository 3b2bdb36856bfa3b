//! Whether an answer fits the question it is given to, whatever else the return says.

use rust_decimal::Decimal;

use super::{Survey, table_key};
use crate::{
    answer::{Answer, AnswerRow},
    figure,
    messages::Builtin,
    questionnaire::{Question, QuestionType, TableColumn},
    reading::Field,
    text::Text,
};

/// Something in an answer that its cell does not take.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// The cell: the code of the question, or the key of a cell of its table.
    pub key: String,
    /// What is wrong.
    pub check: Builtin,
    /// The same in words.
    pub message: Text,
}

impl Survey {
    /// What of an answer does not fit the question, its table cell by cell: kinds, whole numbers, bounds, options and how
    /// many of them. Cells left blank are not looked at.
    pub fn misfits(&self, question: &Question, answer: &Answer) -> Vec<Misfit> {
        let (Answer::Table(rows), QuestionType::Table) = (answer, question.kind) else {
            let bounds = Bounds {
                min: question.min,
                max: question.max,
                max_items: question.max_items,
            };
            return misfits(&question.code, &self.field(question), &bounds, answer);
        };
        let cells = self.table_cells(question, rows);
        let of_cells = cells.flat_map(|cell| cell.misfits());
        too_many_rows(question, rows).into_iter().chain(of_cells).collect()
    }

    /// Every cell of the rows of a table, row by row.
    pub(super) fn table_cells<'s>(
        &'s self,
        question: &'s Question,
        rows: &'s [AnswerRow],
    ) -> impl Iterator<Item = TableCell<'s>> {
        rows.iter().enumerate().flat_map(move |(at, row)| {
            let columns = question.table_columns();
            columns.iter().map(move |column| TableCell {
                key: table_key(&question.code, at, &column.code),
                field: self.column_field(question, column),
                column,
                answer: row.get(&column.code),
            })
        })
    }
}

/// A cell of a table question.
pub(super) struct TableCell<'s> {
    pub(super) key: String,
    pub(super) column: &'s TableColumn,
    /// None where it is blank.
    pub(super) answer: Option<&'s Answer>,
    field: Field<'s>,
}

impl TableCell<'_> {
    /// What of its answer does not fit; nothing where it is blank.
    pub(super) fn misfits(&self) -> Vec<Misfit> {
        let Some(answer) = self.answer else {
            return Vec::new();
        };
        let bounds = Bounds {
            min: self.column.min,
            max: self.column.max,
            max_items: None,
        };
        misfits(&self.key, &self.field, &bounds, answer)
    }
}

/// Whether a table has more rows than its question allows.
pub(super) fn too_many_rows(question: &Question, rows: &[AnswerRow]) -> Option<Misfit> {
    too_many(&question.code, &question.label, rows.len(), question.max_items)
}

/// Bounds of a question or column.
struct Bounds {
    min: Option<f64>,
    max: Option<f64>,
    max_items: Option<u32>,
}

fn misfits(key: &str, field: &Field<'_>, bounds: &Bounds, answer: &Answer) -> Vec<Misfit> {
    let misfit = |check, slots: &[(&str, Text)]| Misfit::new(key, field.label, check, slots);
    let no_option = |raw: String| misfit(Builtin::NotAnOption, &[("raw", Text::new(raw.clone(), raw))]);
    let unit = field
        .unit
        .filter(|_| !field.unit_code.is_empty())
        .map(|unit| &unit.label);
    let with_unit = |number: Decimal| {
        let figure = figure::entered(number);
        unit.map_or_else(|| Text::new(&figure, &figure), |unit| figure::with_units(&figure, unit))
    };
    match (field.kind, answer) {
        (kind, Answer::Number(number)) if kind.is_numeric() => {
            let fraction = kind.is_whole() && !number.fract().is_zero();
            let not_whole = fraction.then(|| misfit(Builtin::NotWhole, &[("raw", with_unit(*number))]));
            let beyond = if kind == QuestionType::Level && !field.options.contains(&number.normalize().to_string()) {
                Some(no_option(number.to_string()))
            } else {
                bounds
                    .passed_by(*number)
                    .map(|(check, limit)| misfit(check, &[("raw", with_unit(*number)), ("limit", with_unit(limit))]))
            };
            not_whole.into_iter().chain(beyond).collect()
        }
        (QuestionType::Single, Answer::Choice(code)) => {
            let unknown = !field.options.contains(code);
            unknown.then(|| no_option(code.clone())).into_iter().collect()
        }
        (QuestionType::Multi, Answer::Choices(codes)) => {
            let unknown = codes.iter().filter(|code| !field.options.contains(code));
            let surplus = too_many(key, field.label, codes.len(), bounds.max_items);
            unknown.map(|code| no_option(code.clone())).chain(surplus).collect()
        }
        (QuestionType::Text, Answer::Text(_))
        | (QuestionType::Date, Answer::Date(_))
        | (QuestionType::Boolean, Answer::Boolean(_)) => Vec::new(),
        _ => vec![misfit(Builtin::WrongKind, &[])],
    }
}

fn too_many(key: &str, label: &Text, count: usize, limit: Option<u32>) -> Option<Misfit> {
    let limit = limit.filter(|limit| u32::try_from(count).is_ok_and(|count| count > *limit))?;
    let both = |number: String| Text::new(number.clone(), number);
    let slots = [("raw", both(count.to_string())), ("limit", both(limit.to_string()))];
    Some(Misfit::new(key, label, Builtin::TooMany, &slots))
}

impl Bounds {
    /// The bound beyond which a number lies.
    fn passed_by(&self, number: Decimal) -> Option<(Builtin, Decimal)> {
        let decimal = |bound: f64| bound.to_string().parse::<Decimal>().ok();
        let below = self.min.and_then(decimal).filter(|min| number < *min);
        let above = self.max.and_then(decimal).filter(|max| number > *max);
        let below = below.map(|min| (Builtin::BelowMinimum, min));
        below.or(above.map(|max| (Builtin::AboveMaximum, max)))
    }
}

impl Misfit {
    fn new(key: &str, label: &Text, check: Builtin, slots: &[(&str, Text)]) -> Self {
        let slots: Vec<(&str, Text)> = slots.iter().cloned().chain([("label", label.clone())]).collect();
        Self {
            key: key.to_owned(),
            check,
            message: check.message(&slots),
        }
    }
}
