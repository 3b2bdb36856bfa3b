//! All checks of one return in one pass: what the reading found, built-in checks, edit rules.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{CompiledRule, Evaluation, Survey, conversion::Offers, identify, table_key};
use crate::{
    answer::{Answer, AnswerRow},
    cell::Place,
    expression::Scope,
    finding::{Finding, Findings},
    messages::Builtin,
    questionnaire::{Action, EditRule, Question, QuestionType},
    reading::{Field, Reading},
    text::Text,
};

/// Built-in bounds, which an edit rule at the same cell may say better.
const BOUNDS: [Builtin; 3] = [Builtin::BelowMinimum, Builtin::AboveMaximum, Builtin::TooMany];

impl Survey {
    /// Checks a return. `not_applicable` are the questions that the enterprise claims do not apply to it.
    ///
    /// Findings come in the order of the questionnaire, then of its edit rules; [`Findings::collect`] puts the graver
    /// ones first. A rule that reads a cell which could not be read waits until it can: the cell itself is a finding.
    pub fn check(&self, reading: &Reading, evaluation: &Evaluation, not_applicable: &BTreeSet<String>) -> Findings {
        let mut checker = Checker {
            survey: self,
            reading,
            evaluation,
            not_applicable,
            found: Vec::new(),
        };
        checker.keep_reading_findings();
        for question in &self.questionnaire.questions {
            checker.check_question(question);
        }
        checker.check_rules();
        identify::identify(reading, &mut checker.found);
        Findings::collect(checker.found)
    }
}

struct Checker<'c> {
    survey: &'c Survey,
    reading: &'c Reading,
    evaluation: &'c Evaluation,
    not_applicable: &'c BTreeSet<String>,
    found: Vec<Finding>,
}

impl Checker<'_> {
    /// What was found while reading, unless it concerns a question that is not relevant.
    fn keep_reading_findings(&mut self) {
        let counts = |finding: &&Finding| match &finding.question {
            Some(question) => self.evaluation.relevant.contains(question) || self.survey.question(question).is_none(),
            None => true,
        };
        self.found.extend(self.reading.findings.iter().filter(counts).cloned());
    }

    fn check_question(&mut self, question: &Question) {
        let code = &question.code;
        let unreadable = self.reading.unreadable.contains(code);
        if !self.evaluation.relevant.contains(code) {
            if unreadable || self.evaluation.ignored.contains(code) {
                self.find(question, code, &question.label, Builtin::NotRelevant, &[]);
            }
            return;
        }
        let claimed = self.not_applicable.contains(code);
        if claimed && !question.na_allowed {
            self.find(question, code, &question.label, Builtin::ClaimRefused, &[]);
        }
        if claimed && question.na_allowed && (unreadable || self.evaluation.answers.contains_key(code)) {
            self.find(question, code, &question.label, Builtin::ClaimAndAnswer, &[]);
        }
        match self.evaluation.answers.get(code) {
            Some(Answer::Table(rows)) if question.kind == QuestionType::Table => self.check_table(question, rows),
            Some(answer) => {
                let bounds = Bounds {
                    min: question.min,
                    max: question.max,
                    max_items: question.max_items,
                };
                self.check_answer(question, code, &self.survey.field(question), answer, &bounds);
            }
            None if question.required && !unreadable && !(claimed && question.na_allowed) => {
                self.find(question, code, &question.label, Builtin::Required, &[]);
            }
            None => {}
        }
    }

    fn check_table(&mut self, question: &Question, rows: &[AnswerRow]) {
        self.check_count(
            question,
            &question.code,
            &question.label,
            rows.len(),
            question.max_items,
        );
        for (index, row) in rows.iter().enumerate() {
            for column in question.columns.as_deref().unwrap_or_default() {
                let key = table_key(&question.code, index, &column.code);
                match row.get(&column.code) {
                    Some(answer) => {
                        let bounds = Bounds {
                            min: column.min,
                            max: column.max,
                            max_items: None,
                        };
                        self.check_answer(
                            question,
                            &key,
                            &self.survey.column_field(question, column),
                            answer,
                            &bounds,
                        );
                    }
                    None if column.required && !self.reading.unreadable.contains(&key) => {
                        self.find(question, &key, &column.label, Builtin::Required, &[]);
                    }
                    None => {}
                }
            }
        }
    }

    fn check_answer(&mut self, question: &Question, key: &str, field: &Field<'_>, answer: &Answer, bounds: &Bounds) {
        let label = field.label;
        match (field.kind, answer) {
            (kind, Answer::Number(number)) if kind.is_numeric() => {
                let whole = matches!(kind, QuestionType::Integer | QuestionType::Level);
                if whole && !number.fract().is_zero() {
                    self.find(question, key, label, Builtin::NotWhole, &[("raw", number.to_string())]);
                }
                if kind == QuestionType::Level && !field.options.contains(&number.normalize().to_string()) {
                    self.find(
                        question,
                        key,
                        label,
                        Builtin::NotAnOption,
                        &[("raw", number.to_string())],
                    );
                } else {
                    self.check_bounds(question, key, label, *number, bounds);
                }
            }
            (QuestionType::Single, Answer::Choice(code)) => self.check_option(question, key, field, code),
            (QuestionType::Multi, Answer::Choices(codes)) => {
                for code in codes {
                    self.check_option(question, key, field, code);
                }
                self.check_count(question, key, label, codes.len(), bounds.max_items);
            }
            (QuestionType::Text, Answer::Text(_))
            | (QuestionType::Date, Answer::Date(_))
            | (QuestionType::Boolean, Answer::Boolean(_)) => {}
            _ => self.find(question, key, label, Builtin::WrongKind, &[]),
        }
    }

    fn check_bounds(&mut self, question: &Question, key: &str, label: &Text, number: Decimal, bounds: &Bounds) {
        let decimal = |bound: f64| bound.to_string().parse::<Decimal>().ok();
        let below = bounds
            .min
            .and_then(decimal)
            .filter(|min| number < *min)
            .map(|min| (Builtin::BelowMinimum, min));
        let above = bounds
            .max
            .and_then(decimal)
            .filter(|max| number > *max)
            .map(|max| (Builtin::AboveMaximum, max));
        if let Some((check, limit)) = below.or(above) {
            self.find(
                question,
                key,
                label,
                check,
                &[("raw", number.to_string()), ("limit", limit.to_string())],
            );
        }
    }

    fn check_option(&mut self, question: &Question, key: &str, field: &Field<'_>, code: &str) {
        if !field.options.contains(code) {
            self.find(
                question,
                key,
                field.label,
                Builtin::NotAnOption,
                &[("raw", code.to_owned())],
            );
        }
    }

    fn check_count(&mut self, question: &Question, key: &str, label: &Text, count: usize, limit: Option<u32>) {
        if let Some(limit) = limit.filter(|limit| u32::try_from(count).is_ok_and(|count| count > *limit)) {
            self.find(
                question,
                key,
                label,
                Builtin::TooMany,
                &[("raw", count.to_string()), ("limit", limit.to_string())],
            );
        }
    }

    fn check_rules(&mut self) {
        let scope = self.evaluation.scope();
        let mut offers = Offers::new(self.survey, self.evaluation);
        let mut said: BTreeSet<&str> = BTreeSet::new();
        let mut findings = Vec::new();
        for (rule, compiled) in self.survey.questionnaire.edit_rules.iter().zip(&self.survey.rules) {
            let readable = compiled.reads.is_disjoint(&self.reading.unreadable);
            if readable && breaks(compiled, scope) {
                let scalar = |code: &str| {
                    self.survey
                        .question(code)
                        .is_some_and(|q| q.kind != QuestionType::Table)
                };
                if let ([cell], Action::Block) = (rule.cells.as_slice(), rule.action)
                    && scalar(cell)
                {
                    said.insert(cell);
                }
                let mut finding = self.rule_finding(rule, identify::of_rule(&rule.code, compiled, scope));
                finding.offers = offers.of(rule, compiled);
                findings.push(finding);
            }
        }
        // Where a blocking rule speaks of a single cell, the built-in bound of that cell would say it twice.
        let bounds: Vec<&str> = BOUNDS.iter().map(|check| check.code()).collect();
        self.found.retain(|finding| {
            let repeated = finding
                .question
                .as_deref()
                .is_some_and(|question| said.contains(question));
            !(repeated && bounds.contains(&finding.rule.as_str()))
        });
        self.found.extend(findings);
    }

    fn rule_finding(&self, rule: &EditRule, fingerprint: String) -> Finding {
        let first = rule.cells.first();
        Finding {
            key: String::new(),
            fingerprint,
            rule: rule.code.clone(),
            class: rule.class,
            action: rule.action,
            question: first.cloned(),
            places: rule.cells.iter().filter_map(|cell| self.place(cell)).collect(),
            value: first.and_then(|cell| self.raw(cell)),
            message: rule.message.clone(),
            offers: Vec::new(),
        }
    }

    fn find(&mut self, question: &Question, key: &str, label: &Text, check: Builtin, slots: &[(&str, String)]) {
        let mut filled: Vec<(&str, Text)> = slots
            .iter()
            .map(|(slot, text)| (*slot, Text::new(text.clone(), text.clone())))
            .collect();
        filled.push(("label", label.clone()));
        self.found.push(Finding {
            key: key.to_owned(),
            fingerprint: String::new(),
            rule: check.code().to_owned(),
            class: check.class(),
            action: check.action(),
            question: Some(question.code.clone()),
            places: self.nearest_place(question, key).into_iter().collect(),
            value: self.raw(key),
            message: check.message(&filled),
            offers: Vec::new(),
        });
    }

    fn place(&self, key: &str) -> Option<Place> {
        self.reading.places.get(key).cloned()
    }

    /// The cell of a key; for a table cell that the workbook lacks the first of its row, else the table's first.
    fn nearest_place(&self, question: &Question, key: &str) -> Option<Place> {
        let row = key.split_once('.').map(|(row, _)| row);
        let mut columns = question.columns.iter().flatten();
        let of_row = || columns.find_map(|column| self.place(&format!("{}.{}", row?, column.code)));
        self.place(key).or_else(of_row).or_else(|| self.place(&question.code))
    }

    fn raw(&self, key: &str) -> Option<String> {
        self.reading
            .provenance
            .get(key)
            .map(|provenance| crate::reading::shortened(&provenance.raw))
    }
}

/// Bounds of a question or column.
struct Bounds {
    min: Option<f64>,
    max: Option<f64>,
    max_items: Option<u32>,
}

/// Whether a rule applies and is broken. What is not computable (a gap in a table row) breaks nothing.
fn breaks(rule: &CompiledRule, scope: &Scope) -> bool {
    verdict(rule, scope) == Some(false)
}

/// Whether a rule applies and is kept.
pub(super) fn holds(rule: &CompiledRule, scope: &Scope) -> bool {
    verdict(rule, scope) == Some(true)
}

/// Whether a rule is kept; none where it does not apply or is not computable.
fn verdict(rule: &CompiledRule, scope: &Scope) -> Option<bool> {
    let applies = rule.needs.iter().all(|name| !scope.get(name).is_null()) && rule.when.holds(scope);
    let value = applies.then(|| rule.expression.evaluate(scope).ok()).flatten()?;
    Some(value.as_bool() == Some(true))
}
