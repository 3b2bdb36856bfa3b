//! A mapping proposed from labels. A person looks at it, corrects it and confirms it; nothing is imported by a guess.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;
use survey::{
    cell::RawValue,
    identifier::Uscc,
    questionnaire::{QuestionType, Questionnaire},
    synonyms::{ListColumn, Synonyms},
    width::half_width,
};

use super::{
    Field, Key, KeyKind, Mapping, Shape,
    similar::{alike, normal, similarity, unit_of, without_brackets},
};
use crate::extract::{RawCellAt, RawSheet, RawWorkbook, Visibility, a1};

/// Labels less alike than this are not proposed.
const ALIKE: f64 = 0.6;
/// Labels more alike than this say the same.
const SURE: f64 = 0.9;
/// What is left of the likeness of two labels that name different years.
const OTHER_YEAR: f64 = 0.5;
/// Rows among which the header is looked for.
const HEADER_WITHIN: u32 = 12;
/// Labels that are looked at where each sheet is one enterprise.
const MOST_LABELS: usize = 500;
/// Rows below the header that are looked at for credit codes.
const SAMPLED_ROWS: u32 = 50;

/// A mapping that a person is asked to confirm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// The mapping.
    pub mapping: Mapping,
    /// Why each field was proposed, in the order of the mapping's fields.
    pub scores: Vec<FieldScore>,
    /// Labels that answer no question as far as can be told.
    pub unmatched: Vec<Unmatched>,
}

/// Why a field was proposed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldScore {
    /// Where.
    pub at: String,
    /// The label as it stands there.
    pub label: String,
    /// Question code.
    pub question: String,
    /// How alike the labels are, 0 to 1.
    pub score: f64,
    /// The unit written beside the label, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether that unit is the question's own, or one that is known how to convert.
    pub unit_known: bool,
}

/// A label that answers no question as far as can be told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unmatched {
    /// Where.
    pub at: String,
    /// The label as it stands there.
    pub label: String,
}

/// A label of the spreadsheet and where its figure stands.
struct Label<'a> {
    at: String,
    text: &'a str,
}

/// What a label is compared with.
struct Words<'q> {
    candidates: Vec<Candidate<'q>>,
    questionnaire: &'q Questionnaire,
    synonyms: &'q Synonyms,
}

/// Something that may be answered.
struct Candidate<'q> {
    question: &'q str,
    column: Option<&'q str>,
    kind: QuestionType,
    unit: &'q str,
    /// The year that its period names.
    year: Option<&'q str>,
    /// Normalised.
    texts: Vec<String>,
}

/// Proposes how a workbook is read, from its first sheet that people see. None where no label is like any question's.
///
/// Of two shapes that are possible, rows are meant where a row of heads stands over the values of several enterprises: the
/// lines above and below such a list hold labels with values beside them as well.
pub fn propose(
    workbook: &RawWorkbook,
    questionnaire: &Questionnaire,
    synonyms: &Synonyms,
    sheet: Option<&str>,
) -> Option<Proposal> {
    let words = Words {
        candidates: candidates(questionnaire, synonyms),
        questionnaire,
        synonyms,
    };
    let visible = |found: &&RawSheet| found.visibility == Visibility::Visible && !found.cells.is_empty();
    let found = workbook
        .sheets
        .iter()
        .filter(visible)
        .find(|found| sheet.is_none_or(|name| name == found.name))?;
    let in_rows = words.by_rows(found);
    let in_sheets = words.by_sheet(found);
    let strength = |proposal: &Option<Proposal>| {
        let scores = proposal.iter().flat_map(|proposal| &proposal.scores);
        scores.map(|score| score.score).sum::<f64>()
    };
    if strength(&in_sheets) > strength(&in_rows) {
        in_sheets
    } else {
        in_rows
    }
}

impl Words<'_> {
    /// A header row with one column per question.
    fn by_rows(&self, sheet: &RawSheet) -> Option<Proposal> {
        let mut rows: BTreeMap<u32, Vec<Label<'_>>> = BTreeMap::new();
        for cell in sheet.cells.iter().filter(|cell| cell.row < HEADER_WITHIN) {
            // A head is no line of contacts: nothing is filled in behind it.
            if let Some(text) = label_text(cell).filter(|text| !is_filled_in(text)) {
                let at = a1(0, cell.column).trim_end_matches('1').to_owned();
                rows.entry(cell.row).or_default().push(Label { at, text });
            }
        }
        let scored = rows.into_iter().map(|(row, labels)| {
            let matches = assign(&labels, &self.candidates);
            let strength = matches.iter().map(|(_, _, score)| *score).sum::<f64>();
            let has_key = self
                .titled(&labels, ListColumn::Uscc)
                .or_else(|| self.titled(&labels, ListColumn::Name));
            (row, labels, matches, (has_key.is_some(), strength))
        });
        let (row, labels, matches, _) =
            scored
                .filter(|(_, _, matches, _)| !matches.is_empty())
                .max_by(|one, two| {
                    // The upper row of two equals: sums above it are no header.
                    let (one_key, one_strength) = one.3;
                    let (two_key, two_strength) = two.3;
                    one_key
                        .cmp(&two_key)
                        .then(one_strength.total_cmp(&two_strength))
                        .then(two.0.cmp(&one.0))
                })?;
        let below = |column: u32| {
            let rows = row + 1..row + 1 + SAMPLED_ROWS;
            sheet
                .cells
                .iter()
                .filter(move |cell| cell.column == column && rows.contains(&cell.row))
        };
        let key = self.key_of(&labels, |at| {
            let column = crate::extract::position(&format!("{at}1")).map_or(0, |(_, column)| column);
            below(column).any(|cell| is_uscc(&cell.value))
        })?;
        let shape = Shape::Rows {
            sheet: Some(sheet.name.clone()),
            header_row: row + 1,
        };
        self.finish(shape, key, &labels, matches)
    }

    /// Labels beside values, one sheet per enterprise: a label's value stands to its right.
    fn by_sheet(&self, sheet: &RawSheet) -> Option<Proposal> {
        if has_several_codes(sheet) {
            return None;
        }
        let mut labels = Vec::new();
        let mut values = BTreeMap::new();
        for (number, cell) in sheet.cells.iter().enumerate() {
            if labels.len() == MOST_LABELS {
                break;
            }
            let Some(text) = label_text(cell) else { continue };
            let next = sheet.cells.get(number + 1).filter(|next| next.row == cell.row);
            // A label beside a label stands in a row of heads: it has no value there.
            if next.and_then(label_text).is_some_and(|next| self.is_label(next)) {
                continue;
            }
            let (at, value) = match next {
                Some(next) => (a1(next.row, next.column), Some(&next.value)),
                None => (a1(cell.row, cell.column + 1), None),
            };
            values.insert(at.clone(), value);
            labels.push(Label { at, text });
        }
        let key = self.key_of(&labels, |at| values.get(at).copied().flatten().is_some_and(is_uscc))?;
        let matches = assign(&labels, &self.candidates);
        self.finish(Shape::Sheets, key, &labels, matches)
    }

    /// Whether a text is the label of a question or the head of a key.
    fn is_label(&self, text: &str) -> bool {
        let is_title = |column| self.titles(column).any(|title| similarity(text, title) >= SURE);
        is_title(ListColumn::Uscc)
            || is_title(ListColumn::Name)
            || self.candidates.iter().any(|candidate| score(text, candidate) >= SURE)
    }

    fn titles(&self, column: ListColumn) -> impl Iterator<Item = &str> {
        let titles = self.synonyms.enterprise_list.columns.get(&column);
        titles.into_iter().flatten().map(String::as_str)
    }

    /// Where the label of a key stands.
    fn titled(&self, labels: &[Label<'_>], column: ListColumn) -> Option<String> {
        let is_title = |label: &&Label<'_>| self.titles(column).any(|title| similarity(label.text, title) >= SURE);
        labels.iter().find(is_title).map(|label| label.at.clone())
    }

    fn key_of(&self, labels: &[Label<'_>], holds_codes: impl Fn(&str) -> bool) -> Option<Key> {
        let uscc = labels
            .iter()
            .find(|label| holds_codes(&label.at))
            .map(|label| label.at.clone());
        let key = |kind| move |at| Key { kind, at };
        uscc.or_else(|| self.titled(labels, ListColumn::Uscc))
            .map(key(KeyKind::Uscc))
            .or_else(|| self.titled(labels, ListColumn::Name).map(key(KeyKind::Name)))
    }

    fn finish(
        &self,
        shape: Shape,
        key: Key,
        labels: &[Label<'_>],
        matches: Vec<(usize, usize, f64)>,
    ) -> Option<Proposal> {
        let (mut fields, mut scores, mut matched) = (Vec::new(), Vec::new(), BTreeSet::from([key.at.clone()]));
        for (at, number, score) in matches {
            let (Some(label), Some(candidate)) = (labels.get(at), self.candidates.get(number)) else {
                continue;
            };
            let unit = unit_of(label.text);
            let factor = unit.as_deref().and_then(|unit| self.factor(unit, candidate));
            matched.insert(label.at.clone());
            fields.push(Field {
                at: label.at.clone(),
                question: candidate.question.to_owned(),
                column: candidate.column.map(str::to_owned),
                row: None,
                unit_factor: factor.filter(|factor| *factor != Decimal::ONE),
            });
            scores.push(FieldScore {
                at: label.at.clone(),
                label: label.text.to_owned(),
                question: candidate.question.to_owned(),
                score,
                unit_known: unit.is_none() || factor.is_some(),
                unit,
            });
        }
        let unmatched = labels
            .iter()
            .filter(|label| !matched.contains(&label.at))
            .map(|label| Unmatched {
                at: label.at.clone(),
                label: label.text.to_owned(),
            });
        let unmatched = unmatched.collect();
        (!fields.is_empty()).then_some(Proposal {
            mapping: Mapping { shape, key, fields },
            scores,
            unmatched,
        })
    }

    /// The factor from a unit as written to that of the question; none when the unit is not known there.
    fn factor(&self, written: &str, candidate: &Candidate<'_>) -> Option<Decimal> {
        let numeric = [
            QuestionType::Number,
            QuestionType::Percent,
            QuestionType::Integer,
            QuestionType::Money,
        ];
        if !numeric.contains(&candidate.kind) {
            return None;
        }
        let unit = self.questionnaire.units.get(candidate.unit)?;
        let same = |name: &str| {
            !name.is_empty() && (normal(name) == normal(written) || self.synonyms.are_one_unit(name, written))
        };
        if same(candidate.unit) || same(&unit.label.zh) || same(&unit.label.en) {
            return Some(Decimal::ONE);
        }
        let mistaken = unit.mistaken_for.iter().find(|mistaken| same(&mistaken.unit))?;
        Decimal::from_str_exact(&mistaken.multiply_by.to_string()).ok()
    }
}

/// The best one-to-one assignment that taking the most alike first gives: label, candidate, score.
fn assign(labels: &[Label<'_>], candidates: &[Candidate<'_>]) -> Vec<(usize, usize, f64)> {
    let mut pairs = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        for (number, candidate) in candidates.iter().enumerate() {
            let score = score(label.text, candidate);
            if score >= ALIKE {
                pairs.push((at, number, score));
            }
        }
    }
    // Equals in the order of the sheet and of the questionnaire.
    pairs.sort_by(|one, two| two.2.total_cmp(&one.2).then(one.0.cmp(&two.0)).then(one.1.cmp(&two.1)));
    let (mut labels_used, mut places_used, mut questions_used) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut matches = Vec::new();
    for (at, number, score) in pairs {
        let Some(label) = labels.get(at) else { continue };
        if labels_used.contains(&at) || places_used.contains(&label.at) || questions_used.contains(&number) {
            continue;
        }
        labels_used.insert(at);
        places_used.insert(label.at.clone());
        questions_used.insert(number);
        matches.push((at, number, score));
    }
    matches.sort_by_key(|(at, ..)| *at);
    matches
}

fn score(label: &str, candidate: &Candidate<'_>) -> f64 {
    let half = half_width(label);
    let mut words = half.split(|c: char| !c.is_ascii_alphanumeric());
    let label = normal(label);
    // A label that names the question by its code leaves nothing to guess.
    if candidate.column.is_none() && words.any(|word| word == candidate.question) {
        return 1.0;
    }
    let scores = candidate.texts.iter().map(|text| alike(&label, text));
    let score = scores.fold(0.0, f64::max);
    match (year_in(&half), candidate.year) {
        (Some(one), Some(other)) if one != other => score * OTHER_YEAR,
        _ => score,
    }
}

/// The first year that a text names: four digits with none beside them.
fn year_in(text: &str) -> Option<&str> {
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| run.len() == 4 && (run.starts_with("19") || run.starts_with("20")))
}

/// Whether several credit codes stand in one column: a list, whatever else stands around it.
fn has_several_codes(sheet: &RawSheet) -> bool {
    let mut seen = BTreeSet::new();
    let codes = sheet.cells.iter().filter(|cell| is_uscc(&cell.value));
    codes.map(|cell| cell.column).any(|column| !seen.insert(column))
}

/// Whether something is filled in behind the label within the same cell: `联系人：张三`.
fn is_filled_in(text: &str) -> bool {
    let open = without_brackets(&half_width(text));
    open.split_once(':').is_some_and(|(_, value)| !value.trim().is_empty())
}

fn candidates<'q>(questionnaire: &'q Questionnaire, synonyms: &Synonyms) -> Vec<Candidate<'q>> {
    let mut all = Vec::new();
    for question in &questionnaire.questions {
        let texts = |label: &survey::text::Text| {
            let mut texts = vec![label.zh.clone(), label.en.clone()];
            // The words of a group, with the label itself among them, whatever it says in brackets.
            texts.extend(
                synonyms
                    .of_label(&without_brackets(&half_width(&label.zh)))
                    .map(str::to_owned),
            );
            if let Some(period) = questionnaire.periods.get(&question.period) {
                texts.push(format!("{}{}", period.zh, label.zh));
                texts.push(format!("{}{}", label.zh, period.zh));
                texts.push(format!("{} {}", label.en, period.en));
            }
            let mut normals = texts.iter().map(|text| normal(text)).collect::<Vec<_>>();
            normals.retain(|text| !text.is_empty());
            normals
        };
        if question.kind == QuestionType::Table {
            for column in question.table_columns() {
                all.push(Candidate {
                    question: &question.code,
                    column: Some(&column.code),
                    kind: column.kind,
                    unit: &column.unit,
                    year: None,
                    texts: vec![
                        normal(&format!("{}{}", question.label.zh, column.label.zh)),
                        normal(&format!("{} {}", question.label.en, column.label.en)),
                    ],
                });
            }
        } else {
            all.push(Candidate {
                question: &question.code,
                column: None,
                kind: question.kind,
                unit: &question.unit,
                year: questionnaire
                    .periods
                    .get(&question.period)
                    .and_then(|period| year_in(&period.zh)),
                texts: texts(&question.label),
            });
        }
    }
    all
}

fn label_text(cell: &RawCellAt) -> Option<&str> {
    match &cell.value {
        RawValue::Text(text) if text.chars().any(char::is_alphabetic) && text.chars().count() <= 120 => Some(text),
        _ => None,
    }
}

fn is_uscc(value: &RawValue) -> bool {
    matches!(value, RawValue::Text(text) if Uscc::parse(text.trim()).is_ok())
}
