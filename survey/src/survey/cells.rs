//! Cells to questions: which cells belong together, what each says, and what is found on the way.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Survey, table_key};
use crate::{
    answer::{Answer, AnswerRow, Claim, Claims},
    cell::{DateSystem, Provenance, RawCell},
    finding::{Conversion, Finding},
    messages::Builtin,
    questionnaire::{Question, QuestionType},
    reading::{Field, Note, Outcome, Reading, is_blank, is_missing_mark, raw_text, read_cell, shortened},
    text::Text,
};

/// The cells of one question: of the question itself, or of each row and column of its table.
#[derive(Default)]
struct Cells<'c> {
    own: Vec<&'c RawCell>,
    table: BTreeMap<u32, BTreeMap<&'c str, Vec<&'c RawCell>>>,
}

impl Survey {
    /// Reads raw cells into answers, in the order of the questionnaire whatever the order of the cells.
    pub fn read_answers(&self, cells: &[RawCell], dates: DateSystem) -> Reading {
        read(self, cells, dates, &|_| None)
    }

    /// The same of cells some of whose columns are in another unit than their questions: `factor` says what one of the
    /// column's unit is in the question's. Figures stay as they were typed.
    pub fn read_in_columns(
        &self,
        cells: &[RawCell],
        dates: DateSystem,
        factor: &dyn Fn(&RawCell) -> Option<Decimal>,
    ) -> Reading {
        read(self, cells, dates, factor)
    }

    /// Reads the cells in which reasons stand why a question does not apply. A blank, or a sign for nothing, claims
    /// nothing.
    pub fn read_claims(&self, cells: &[RawCell]) -> Claims {
        read_claims(self, cells)
    }
}

fn read(
    survey: &Survey,
    cells: &[RawCell],
    dates: DateSystem,
    factor: &dyn Fn(&RawCell) -> Option<Decimal>,
) -> Reading {
    let mut reader = Reader {
        survey,
        dates,
        factor,
        reading: Reading::default(),
    };
    let mut by_question: BTreeMap<&str, Cells<'_>> = BTreeMap::new();
    let mut strange = Vec::new();
    for cell in cells {
        if !survey.has_cell(&cell.question, cell.table.as_ref().map(|table| table.column.as_str())) {
            strange.push(cell);
            continue;
        }
        let entry = by_question.entry(&cell.question).or_default();
        match &cell.table {
            None => entry.own.push(cell),
            Some(table) => entry
                .table
                .entry(table.row)
                .or_default()
                .entry(&table.column)
                .or_default()
                .push(cell),
        }
    }
    for question in &survey.questionnaire().questions {
        let Some(cells) = by_question.remove(question.code.as_str()) else {
            continue;
        };
        reader.read_question(question, &cells);
    }
    for cell in strange {
        let note = Note::new(Builtin::UnknownCell).with("raw", &cell.question);
        reader.find(None, &Text::default(), &[cell], note);
    }
    reader.reading
}

fn read_claims(survey: &Survey, cells: &[RawCell]) -> Claims {
    let claim = |cell: &RawCell| {
        let reason = raw_text(&cell.value).trim().to_owned();
        let says_something = !is_blank(&cell.value) && !is_missing_mark(&reason);
        (says_something && survey.question(&cell.question).is_some()).then(|| {
            let claim = Claim {
                reason: shortened(&reason),
                place: cell.place.clone(),
            };
            (cell.question.clone(), claim)
        })
    };
    cells.iter().filter_map(claim).collect()
}

struct Reader<'s> {
    survey: &'s Survey,
    dates: DateSystem,
    factor: &'s dyn Fn(&RawCell) -> Option<Decimal>,
    reading: Reading,
}

impl Reader<'_> {
    fn read_question(&mut self, question: &Question, cells: &Cells<'_>) {
        let code = &question.code;
        if question.kind == QuestionType::Table {
            self.read_table(question, &cells.table);
            return;
        }
        let Some(first) = cells.own.first() else { return };
        self.reading.places.insert(code.clone(), first.place.clone());
        let field = self.survey.field(question);
        if let Some(answer) = self.read_key(code, code, &field, &cells.own) {
            self.reading.answers.insert(code.clone(), answer);
        }
    }

    fn read_table(&mut self, question: &Question, table: &BTreeMap<u32, BTreeMap<&str, Vec<&RawCell>>>) {
        let columns = question.table_columns();
        let mut rows: Vec<AnswerRow> = Vec::new();
        for cells in table.values() {
            let row = rows.len();
            let first = columns
                .iter()
                .filter_map(|column| cells.get(column.code.as_str()))
                .flatten()
                .next();
            if let Some(first) = first {
                self.reading
                    .places
                    .entry(question.code.clone())
                    .or_insert_with(|| first.place.clone());
            }
            // What is found in a row that turns out blank (only dashes, say) is of no interest.
            let found_before = self.reading.findings.len();
            let mut answers = AnswerRow::new();
            let mut written = false;
            for column in columns {
                let Some(cells) = cells.get(column.code.as_str()) else {
                    continue;
                };
                let key = table_key(&question.code, row, &column.code);
                let field = self.survey.column_field(question, column);
                if let Some(first) = cells.first() {
                    self.reading.places.insert(key.clone(), first.place.clone());
                }
                match self.read_key(&key, &question.code, &field, cells) {
                    Some(answer) => {
                        written = true;
                        answers.insert(column.code.clone(), answer);
                    }
                    None => written |= self.reading.unreadable.contains(&key),
                }
            }
            if written {
                rows.push(answers);
            } else {
                self.reading.findings.truncate(found_before);
                for column in columns {
                    self.reading
                        .places
                        .remove(&table_key(&question.code, row, &column.code));
                }
            }
        }
        let gap = |key: &String| {
            key.strip_prefix(&question.code)
                .is_some_and(|rest| rest.starts_with('['))
        };
        if self.reading.unreadable.iter().any(gap) {
            // The table as a whole cannot be relied on either.
            self.reading.unreadable.insert(question.code.clone());
        }
        if !rows.is_empty() {
            self.reading.answers.insert(question.code.clone(), Answer::Table(rows));
        }
    }

    /// Reads the cell or cells of one key; more than one that holds something is a fault.
    fn read_key(&mut self, key: &str, question: &str, field: &Field<'_>, cells: &[&RawCell]) -> Option<Answer> {
        let filled: Vec<&RawCell> = cells.iter().copied().filter(|cell| !is_blank(&cell.value)).collect();
        let cell = match filled.as_slice() {
            [] => return None,
            [cell] => *cell,
            several => {
                self.reading.unreadable.insert(key.to_owned());
                self.find(Some(question), field.label, several, Note::new(Builtin::CellTwice));
                return None;
            }
        };
        self.reading.places.insert(key.to_owned(), cell.place.clone());
        let in_column = Field {
            column_factor: (self.factor)(cell).unwrap_or(field.column_factor),
            ..*field
        };
        let Outcome {
            answer,
            unreadable,
            notes,
        } = read_cell(&in_column, cell, self.dates);
        if unreadable {
            self.reading.unreadable.insert(key.to_owned());
        }
        if answer.is_some() {
            let provenance = Provenance {
                place: cell.place.clone(),
                raw: raw_text(&cell.value),
                number_format: cell.number_format.clone(),
                normalised_by: notes
                    .iter()
                    .filter(|note| note.check != Builtin::FormulaLike)
                    .map(|note| note.check.code().to_owned())
                    .collect(),
            };
            self.reading.provenance.insert(key.to_owned(), provenance);
        }
        for note in notes {
            self.find(Some(question), field.label, &[cell], note);
        }
        answer
    }

    fn find(&mut self, question: Option<&str>, label: &Text, cells: &[&RawCell], note: Note) {
        let Note {
            check,
            mut slots,
            other_unit,
        } = note;
        slots.push(("label", label.clone()));
        let value = cells
            .first()
            .map(|cell| shortened(&raw_text(&cell.value)))
            .filter(|value| !value.is_empty());
        // A cell of a table is corrected in the table: a conversion is of a whole question.
        let is_scalar = |code: &&str| {
            self.survey
                .question(code)
                .is_some_and(|question| question.kind != QuestionType::Table)
        };
        let offer = question
            .filter(is_scalar)
            .zip(other_unit)
            .map(|(question, (unit, entered, converted))| Conversion {
                question: question.to_owned(),
                unit,
                entered,
                converted,
            });
        self.reading.findings.push(Finding {
            key: String::new(),
            fingerprint: String::new(),
            rule: check.code().to_owned(),
            class: check.class(),
            action: check.action(),
            question: question.map(str::to_owned),
            places: cells.iter().map(|cell| cell.place.clone()).collect(),
            value,
            message: check.message(&slots),
            offers: offer.into_iter().collect(),
            folded: Vec::new(),
        });
    }
}
