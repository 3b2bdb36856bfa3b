//! All checks of one return in one pass: what the reading found, built-in checks, edit rules.

use std::collections::BTreeSet;

use super::{
    Evaluation, Survey,
    conversion::Offers,
    fit::{self, Misfit},
    identify,
};
use crate::{
    answer::{Answer, AnswerRow},
    cell::Place,
    finding::{Finding, Findings},
    messages::Builtin,
    questionnaire::{Action, EditRule, Question, QuestionType},
    reading::Reading,
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
                self.find(question, code, &question.label, Builtin::NotRelevant);
            }
            return;
        }
        let claimed = self.not_applicable.contains(code);
        if claimed && !question.na_allowed {
            self.find(question, code, &question.label, Builtin::ClaimRefused);
        }
        if claimed && question.na_allowed && (unreadable || self.evaluation.answers.contains_key(code)) {
            self.find(question, code, &question.label, Builtin::ClaimAndAnswer);
        }
        match self.evaluation.answers.get(code) {
            Some(Answer::Table(rows)) if question.kind == QuestionType::Table => self.check_table(question, rows),
            Some(answer) => self.add(question, self.survey.misfits(question, answer)),
            None if question.required && !unreadable && !(claimed && question.na_allowed) => {
                self.find(question, code, &question.label, Builtin::Required);
            }
            None => {}
        }
    }

    fn check_table(&mut self, question: &Question, rows: &[AnswerRow]) {
        self.add(question, fit::too_many_rows(question, rows));
        for cell in self.survey.table_cells(question, rows) {
            self.add(question, cell.misfits());
            if cell.answer.is_none() && cell.column.required && !self.reading.unreadable.contains(&cell.key) {
                self.find(question, &cell.key, &cell.column.label, Builtin::Required);
            }
        }
    }

    fn add(&mut self, question: &Question, misfits: impl IntoIterator<Item = Misfit>) {
        for misfit in misfits {
            self.found(question, &misfit.key, misfit.check, misfit.message);
        }
    }

    fn check_rules(&mut self) {
        let scope = self.evaluation.scope();
        let mut offers = Offers::new(self.survey, self.evaluation);
        let mut said: BTreeSet<&str> = BTreeSet::new();
        let mut findings = Vec::new();
        for (rule, compiled) in self.survey.questionnaire.edit_rules.iter().zip(&self.survey.rules) {
            let readable = compiled.reads.is_disjoint(&self.reading.unreadable);
            if readable && compiled.breaks(scope) {
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

    fn find(&mut self, question: &Question, key: &str, label: &Text, check: Builtin) {
        self.found(question, key, check, check.message(&[("label", label.clone())]));
    }

    fn found(&mut self, question: &Question, key: &str, check: Builtin, message: Text) {
        self.found.push(Finding {
            key: key.to_owned(),
            fingerprint: String::new(),
            rule: check.code().to_owned(),
            class: check.class(),
            action: check.action(),
            question: Some(question.code.clone()),
            places: self.nearest_place(question, key).into_iter().collect(),
            value: self.raw(key),
            message,
            offers: Vec::new(),
        });
    }

    fn place(&self, key: &str) -> Option<Place> {
        self.reading.places.get(key).cloned()
    }

    /// The cell of a key; for a table cell that the workbook lacks the first of its row, else the table's first.
    fn nearest_place(&self, question: &Question, key: &str) -> Option<Place> {
        let row = key.split_once('.').map(|(row, _)| row);
        let mut columns = question.table_columns().iter();
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
