//! What a methodology may lean on: the questions and derived values of the questionnaire it scores.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use survey::{
    expression::{Expression, Type, TypeEnv},
    questionnaire::{Question, QuestionType, Questionnaire},
};

use super::faults::Faults;
use crate::{codes::MethodologyCode, source::FigureSource};

/// The questionnaire as a methodology sees it.
pub(super) struct Sources<'a> {
    questionnaire: &'a Questionnaire,
    questions: BTreeMap<&'a str, &'a Question>,
    types: &'a TypeEnv,
}

impl<'a> Sources<'a> {
    pub(super) fn new(questionnaire: &'a Questionnaire, types: &'a TypeEnv) -> Self {
        let questions = questionnaire.questions.iter().map(|q| (q.code.as_str(), q)).collect();
        Self {
            questionnaire,
            questions,
            types,
        }
    }

    /// The question of a code.
    pub(super) fn question(&self, code: &str) -> Option<&'a Question> {
        self.questions.get(code).copied()
    }

    /// Whether a name has a type, null apart.
    pub(super) fn is(&self, name: &str, kind: &Type) -> bool {
        self.types.type_of(name).is_some_and(|found| found.present() == *kind)
    }

    /// Whether a name is a level question.
    pub(super) fn is_level(&self, name: &str) -> bool {
        self.question(name).is_some_and(|q| q.kind == QuestionType::Level)
    }

    /// Whether a name is a question that takes whole numbers.
    pub(super) fn is_whole(&self, name: &str) -> bool {
        self.question(name).is_some_and(|question| question.kind.is_whole())
    }

    /// The unit of a question or derived value, empty for none.
    pub(super) fn unit(&self, name: &str) -> String {
        let derived = || {
            self.questionnaire
                .derived
                .iter()
                .find(|d| d.code == name)
                .map(|d| d.unit.clone())
        };
        self.question(name)
            .map(|q| q.unit.clone())
            .or_else(derived)
            .unwrap_or_default()
    }

    /// Notes a fault unless the document names this questionnaire.
    pub(super) fn check_questionnaire(&self, code: &str, faults: &mut Faults) {
        let expected = &self.questionnaire.code;
        if code != expected {
            faults.add(
                MethodologyCode::QuestionnaireUnknown,
                "/questionnaire",
                format!("该方法针对调查表 {code}，而不是 {expected}。"),
                format!("The methodology is written for the questionnaire {code}, not for {expected}."),
            );
        }
    }

    /// Notes a fault unless the name is a question or derived value.
    pub(super) fn check_source(&self, name: &str, pointer: &str, faults: &mut Faults) -> bool {
        let known = self.question(name).is_some() || self.questionnaire.derived.iter().any(|d| d.code == name);
        if !known {
            faults.add(
                MethodologyCode::SourceUnknown,
                pointer,
                format!("调查表中没有题项或派生指标 {name}。"),
                format!("The questionnaire has no question or derived value {name}."),
            );
        }
        known
    }

    /// Notes a fault for every name that is not a question.
    pub(super) fn check_questions(&self, names: &[String], code: MethodologyCode, pointer: &str, faults: &mut Faults) {
        for (at, name) in names.iter().enumerate() {
            if self.question(name).is_none() {
                faults.add(
                    code,
                    format!("{pointer}/{at}"),
                    format!("调查表中没有题项 {name}。"),
                    format!("The questionnaire has no question {name}."),
                );
            }
        }
    }

    /// The questions that an expression depends on, through derived values too, in the order of the questionnaire.
    pub(super) fn questions_of(&self, expression: &Expression, needs: &[String]) -> Vec<String> {
        self.questions_from(expression.names().iter().chain(needs).cloned().collect())
    }

    /// The questions that a question or derived value and others hang on, in the order of the questionnaire.
    pub(super) fn questions_behind(&self, source: &str, others: &[String]) -> Arc<[String]> {
        let names = std::iter::once(source.to_owned()).chain(others.iter().cloned());
        self.questions_from(names.collect()).into()
    }

    fn questions_from(&self, mut open: Vec<String>) -> Vec<String> {
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let derived = self.questionnaire.derived.iter().find(|derived| derived.code == name);
            if let Some(derived) = derived {
                open.extend(derived.needs.iter().cloned());
                let present = derived.needs.iter().cloned().collect();
                // It was compiled when the questionnaire was published.
                let compiled = Expression::compile_given(&derived.expression, self.types, &present);
                open.extend(compiled.into_iter().flat_map(|compiled| compiled.names().to_vec()));
            }
        }
        let questions = self.questionnaire.questions.iter().map(|question| &question.code);
        questions.filter(|code| seen.contains(*code)).cloned().collect()
    }

    /// Compiles where a figure comes from; see [`Self::expression`].
    pub(super) fn figure(
        &self,
        text: &str,
        needs: &[String],
        expected: &Type,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<FigureSource> {
        let expression = self.expression(text, needs, expected, pointer, faults)?;
        Some(FigureSource {
            questions: self.questions_of(&expression, needs).into(),
            needs: needs.to_vec(),
            whole: self.is_whole(text.trim()) || expression.result().present() == Type::Bool,
            expression,
        })
    }

    /// Compiles an expression over the answers whose names in `needs` are present and checks its type.
    pub(super) fn expression(
        &self,
        text: &str,
        needs: &[String],
        expected: &Type,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<Expression> {
        let present = needs.iter().cloned().collect();
        match Expression::compile_given(text, self.types, &present) {
            Ok(expression) if expression.result().fits(expected) => Some(expression),
            Ok(expression) => {
                wrong_type(&expression, expected, pointer, faults);
                None
            }
            Err(fault) => {
                faults.add_expression(pointer, fault);
                None
            }
        }
    }
}

/// Notes that an expression gives another type than is asked for.
pub(super) fn wrong_type(expression: &Expression, expected: &Type, pointer: &str, faults: &mut Faults) {
    let found = expression.result();
    faults.add(
        MethodologyCode::ExpressionResult,
        pointer,
        format!("表达式的结果类型是 {found}，这里需要 {expected}。"),
        format!("The expression gives {found}; {expected} is asked for here."),
    );
}
