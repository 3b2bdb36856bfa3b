//! All checks of one return in one pass: what the reading found, built-in checks, edit rules.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CompiledRule, Evaluation, Survey,
    causes::Cause,
    fit::{self, Misfit},
    identify,
};
use crate::{
    answer::{Answer, AnswerRow},
    cell::Place,
    finding::{Finding, Findings, Folded, MissingAnswer, Progress},
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
        let progress = checker.progress();
        Findings {
            progress,
            ..Findings::collect(checker.found)
        }
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
                self.find_missing(question, code, &question.label, question.kind);
            }
            None => {}
        }
    }

    fn check_table(&mut self, question: &Question, rows: &[AnswerRow]) {
        self.add(question, fit::too_many_rows(question, rows));
        for cell in self.survey.table_cells(question, rows) {
            self.add(question, cell.misfits());
            if cell.answer.is_none() && cell.column.required && !self.reading.unreadable.contains(&cell.key) {
                self.find_missing(question, &cell.key, &cell.column.label, cell.column.kind);
            }
        }
    }

    fn add(&mut self, question: &Question, misfits: impl IntoIterator<Item = Misfit>) {
        for misfit in misfits {
            self.found(question, &misfit.key, misfit.check, misfit.message);
        }
    }

    /// How many of the required questions were read, and which are missing: blank, or with something that could not be
    /// read. One that is claimed not to apply is not asked for.
    fn progress(&self) -> Progress {
        let mut first: BTreeMap<&str, &Finding> = BTreeMap::new();
        for finding in self.found.iter().filter(|finding| finding.action == Action::Block) {
            if let Some(question) = &finding.question {
                first.entry(question).or_insert(finding);
            }
        }
        let mut progress = Progress::default();
        let questions = self.survey.questionnaire.questions.iter();
        for question in
            questions.filter(|question| question.required && self.evaluation.relevant.contains(&question.code))
        {
            let code = question.code.as_str();
            if self.evaluation.answers.contains_key(code) {
                progress.answered += 1;
            } else if let Some(finding) = first.get(code) {
                progress.missing.push(MissingAnswer {
                    question: code.to_owned(),
                    label: question.label.clone(),
                    place: finding.places.first().cloned(),
                    finding_key: finding.key.clone(),
                });
            }
        }
        progress.asked = progress.answered + progress.missing.len();
        progress
    }

    fn check_rules(&mut self) {
        let scope = self.evaluation.scope();
        let is_broken =
            |(_, rule): &(usize, &CompiledRule)| rule.reads.is_disjoint(&self.reading.unreadable) && rule.breaks(scope);
        let rules = self.survey.rules.iter().enumerate().filter(is_broken);
        let broken: BTreeSet<usize> = rules.map(|(at, _)| at).collect();
        let causes = self.survey.causes(self.evaluation, &broken);
        let findings: Vec<Finding> = causes.iter().filter_map(|cause| self.cause_finding(cause)).collect();
        // Where a blocking rule speaks of a single cell, the built-in bound of that cell would say it twice.
        let rules = broken
            .iter()
            .filter_map(|at| self.survey.questionnaire.edit_rules.get(*at));
        let blocking = rules.filter(|rule| rule.action == Action::Block);
        let said: BTreeSet<&str> = blocking
            .filter_map(|rule| match rule.cells.as_slice() {
                [cell] if self.survey.is_scalar(cell) => Some(cell.as_str()),
                _ => None,
            })
            .collect();
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

    fn cause_finding(&self, cause: &Cause) -> Option<Finding> {
        let scope = self.evaluation.scope();
        let survey = self.survey;
        let at = |at: usize| survey.questionnaire.edit_rules.get(at).zip(survey.rules.get(at));
        let (rule, compiled) = at(cause.told)?;
        let told = [cause.told].into_iter().chain(cause.folded.iter().copied());
        let fingerprints: Vec<String> = told
            .filter_map(at)
            .map(|(rule, compiled)| identify::of_rule(&rule.code, compiled, scope))
            .collect();
        let fingerprint = identify::of_all(&fingerprints);
        let mut message = compiled.message.fill(scope);
        if let Some(suggestion) = survey.suggestion(&cause.offers) {
            message.zh.push_str(&suggestion.zh);
            message.en = format!("{} {}", message.en, suggestion.en);
        }
        let folded = cause
            .folded
            .iter()
            .copied()
            .filter_map(at)
            .map(|(rule, compiled)| Folded {
                rule: rule.code.clone(),
                class: rule.class,
                action: rule.action,
                message: compiled.message.fill(scope),
            });
        let cells = self.suspects(rule, compiled, cause);
        let first = cells.first();
        Some(Finding {
            key: String::new(),
            fingerprint,
            rule: rule.code.clone(),
            class: rule.class,
            action: rule.action,
            question: first.map(|cell| (*cell).to_owned()),
            places: cells.iter().filter_map(|cell| self.place(cell)).collect(),
            value: first.and_then(|cell| self.raw(cell)),
            message,
            offers: cause.offers.clone(),
            folded: folded.collect(),
        })
    }

    /// The cells to look at: those that may be in another unit, else those of the rule. A blank cell is among them only
    /// where the rule itself asks whether it is blank.
    fn suspects<'r>(&self, rule: &'r EditRule, compiled: &CompiledRule, cause: &'r Cause) -> Vec<&'r str> {
        let mut offered: Vec<&str> = cause.offers.iter().map(|offer| offer.question.as_str()).collect();
        offered.dedup();
        if !offered.is_empty() {
            return offered;
        }
        let is_filled = |cell: &&str| {
            self.evaluation.answers.contains_key(*cell) || compiled.expression.names().iter().any(|name| name == cell)
        };
        let cells = || rule.cells.iter().map(String::as_str);
        let filled: Vec<&str> = cells().filter(is_filled).collect();
        if filled.is_empty() { cells().collect() } else { filled }
    }

    fn find_missing(&mut self, question: &Question, key: &str, label: &Text, kind: QuestionType) {
        let slots = [("label", label.clone()), ("how", kind.how_to_answer())];
        self.found(question, key, Builtin::Required, Builtin::Required.message(&slots));
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
            folded: Vec::new(),
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
