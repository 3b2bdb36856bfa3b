//! Compilation of every expression, each in the environment in which it will be evaluated.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Faults;
use crate::{
    codes::{DocumentCode, ExpressionCode},
    expression::{Expression, ExpressionFault, Type, TypeEnv},
    questionnaire::{ChoiceOption, DerivedValue, EditRule, Questionnaire},
    survey::{CompiledDerived, CompiledRule},
    text::Text,
};

/// Everything compiled.
pub(super) struct Expressions {
    /// The distinct relevance conditions.
    pub(super) conditions: Vec<Expression>,
    /// Per question, the indexes of its conditions.
    pub(super) relevance: Vec<Vec<usize>>,
    pub(super) derived: Vec<CompiledDerived>,
    pub(super) rules: Vec<CompiledRule>,
    /// With the derived values declared.
    pub(super) environment: TypeEnv,
}

pub(super) fn compile(
    questionnaire: &Questionnaire,
    environment: TypeEnv,
    options: &BTreeMap<&str, &[ChoiceOption]>,
    faults: &mut Faults,
) -> Expressions {
    let mut compiler = Compiler {
        questionnaire,
        declared: questionnaire
            .expression_environment
            .functions
            .iter()
            .map(|f| f.name.as_str())
            .collect(),
        environment,
        options,
        reads: BTreeMap::new(),
        labels: BTreeMap::new(),
        faults,
    };
    let (conditions, relevance) = compiler.relevance();
    let derived = questionnaire
        .derived
        .iter()
        .enumerate()
        .filter_map(|(i, value)| compiler.derived(i, value))
        .collect();
    let rules = questionnaire
        .edit_rules
        .iter()
        .enumerate()
        .filter_map(|(i, rule)| compiler.rule(i, rule))
        .collect();
    Expressions {
        conditions,
        relevance,
        derived,
        rules,
        environment: compiler.environment,
    }
}

pub(super) struct Compiler<'c> {
    pub(super) questionnaire: &'c Questionnaire,
    /// Functions the questionnaire declares.
    declared: BTreeSet<&'c str>,
    environment: TypeEnv,
    /// Per derived value, the questions it reads, through other derived values too.
    reads: BTreeMap<String, BTreeSet<String>>,
    /// The options of each question.
    pub(super) options: &'c BTreeMap<&'c str, &'c [ChoiceOption]>,
    /// Labels of options by question, for messages.
    pub(super) labels: BTreeMap<String, Arc<BTreeMap<String, Text>>>,
    pub(super) faults: &'c mut Faults,
}

impl Compiler<'_> {
    /// Conditions of sections and questions; equal texts are compiled once. `true` is no condition.
    fn relevance(&mut self) -> (Vec<Expression>, Vec<Vec<usize>>) {
        let questionnaire = self.questionnaire;
        let mut conditions: Vec<Expression> = Vec::new();
        let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
        let mut of_sections: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        for (index, section) in questionnaire.sections.iter().enumerate() {
            let first = questionnaire
                .questions
                .iter()
                .position(|question| question.section == section.code);
            let pointer = format!("/sections/{index}/relevance");
            // A section without questions is refused for that; its condition may rely on none.
            let place = first.unwrap_or(0);
            let found = self.condition(&section.relevance, &pointer, place, &mut conditions, &mut known);
            of_sections.insert(&section.code, found);
        }
        let of_questions = questionnaire
            .questions
            .iter()
            .enumerate()
            .map(|(index, question)| {
                let pointer = format!("/questions/{index}/relevance");
                let own = self.condition(&question.relevance, &pointer, index, &mut conditions, &mut known);
                let of_section = of_sections.get(question.section.as_str()).copied().flatten();
                of_section
                    .into_iter()
                    .chain(own)
                    .collect::<BTreeSet<usize>>()
                    .into_iter()
                    .collect()
            })
            .collect();
        (conditions, of_questions)
    }

    fn condition(
        &mut self,
        text: &str,
        pointer: &str,
        position: usize,
        conditions: &mut Vec<Expression>,
        known: &mut BTreeMap<String, Option<usize>>,
    ) -> Option<usize> {
        let index = if let Some(index) = known.get(text) {
            *index
        } else {
            let expression = self.bool(text, pointer, &BTreeSet::new());
            let index = expression
                .filter(|expression| !expression.is_always_true())
                .map(|expression| {
                    conditions.push(expression);
                    conditions.len() - 1
                });
            known.insert(text.to_owned(), index);
            index
        };
        // Relevance is found question by question; one that looks ahead would see answers not yet known to be relevant.
        let earlier = &self.questionnaire.questions[..position];
        let names = index.map_or(&[] as &[String], |index| conditions[index].names());
        for name in names.iter().filter(|name| !name.contains('.')) {
            if !earlier.iter().any(|question| question.code == *name) {
                self.faults.add(
                    DocumentCode::RelevanceLooksAhead,
                    pointer,
                    format!("相关性条件只能用前面的题项，“{name}”在后面或就是本题。请调整次序或条件。"),
                    format!("A relevance condition may use earlier questions only and '{name}' is not. Move it or change the condition."),
                );
            }
        }
        index
    }

    fn derived(&mut self, index: usize, value: &DerivedValue) -> Option<CompiledDerived> {
        let at = |field: &str| format!("/derived/{index}/{field}");
        self.check_needs(&value.needs, &at("needs"));
        if !self.questionnaire.units.contains_key(&value.unit) {
            self.faults.unknown(DocumentCode::UnitUnknown, at("unit"), &value.unit);
        }
        let mut present: BTreeSet<String> = value.needs.iter().cloned().collect();
        let guard = self.bool(&value.guard, &at("guard"), &present);
        if let Some(guard) = &guard {
            present.extend(guard.proves().iter().cloned());
        }
        let expression = self.compile(&value.expression, &at("expression"), &present);
        // Declared even if it is wrong, so that what builds on it is not reported as unknown.
        let result = expression
            .as_ref()
            .map_or(Type::Double, |expression| expression.result().present());
        let fits = matches!(result, Type::Double | Type::Text | Type::Code(_));
        self.environment
            .declare(value.code.clone(), if fits { result } else { Type::Double }.nullable());
        if !fits {
            self.faults.add(
                DocumentCode::DerivedType,
                at("expression"),
                "派生值应为数字或文字。请改正表达式。",
                "A derived value is a number or a text. Correct the expression.",
            );
        }
        let (guard, expression) = guard.zip(expression)?;
        let reads = self.questions_read(guard.names().iter().chain(expression.names()).chain(&value.needs));
        self.reads.insert(value.code.clone(), reads);
        Some(CompiledDerived {
            name: Arc::from(value.code.as_str()),
            needs: value.needs.clone(),
            guard,
            expression,
        })
    }

    fn rule(&mut self, index: usize, rule: &EditRule) -> Option<CompiledRule> {
        let at = |field: &str| format!("/edit_rules/{index}/{field}");
        self.check_needs(&rule.needs, &at("needs"));
        if rule.cells.is_empty() {
            self.faults.add(
                DocumentCode::CellsMissing,
                at("cells"),
                "没有写明落到哪些格。请补上。",
                "No cells are named. Add them.",
            );
        }
        for (position, cell) in rule.cells.iter().enumerate() {
            if !self
                .questionnaire
                .questions
                .iter()
                .any(|question| question.code == *cell)
            {
                self.faults
                    .unknown(DocumentCode::CellsUnknown, at(&format!("cells/{position}")), cell);
            }
        }
        let mut present: BTreeSet<String> = rule.needs.iter().cloned().collect();
        let when = self.bool(&rule.when, &at("when"), &present);
        if let Some(when) = &when {
            present.extend(when.proves().iter().cloned());
        }
        let expression = self.bool(&rule.expression, &at("expression"), &present);
        let pointer = format!("/edit_rules/{index}");
        let message = self.message(rule, &pointer, &present);
        let relation = self.relation(rule, &pointer);
        let ((when, expression), message) = when.zip(expression).zip(message)?;
        let reads = self.questions_read(when.names().iter().chain(expression.names()).chain(&rule.needs));
        Some(CompiledRule {
            needs: rule.needs.clone(),
            when,
            expression,
            reads,
            message,
            relation,
        })
    }

    fn check_needs(&mut self, needs: &[String], pointer: &str) {
        for (position, name) in needs.iter().enumerate() {
            if self.environment.type_of(name).is_none() {
                self.faults
                    .unknown(DocumentCode::NeedsUnknown, format!("{pointer}/{position}"), name);
            }
        }
    }

    fn bool(&mut self, text: &str, pointer: &str, present: &BTreeSet<String>) -> Option<Expression> {
        let expression = self.compile(text, pointer, present)?;
        if *expression.result() == Type::Bool {
            return Some(expression);
        }
        let found = expression.result();
        self.faults.add(
            ExpressionCode::Type,
            pointer,
            format!("条件的结果应为 bool，现为 {found}。请改正。"),
            format!("A condition must be a bool, found {found}. Correct it."),
        );
        None
    }

    pub(super) fn compile(&mut self, text: &str, pointer: &str, present: &BTreeSet<String>) -> Option<Expression> {
        match Expression::compile_given(text, &self.environment, present) {
            Ok(expression) => {
                for function in expression
                    .functions()
                    .iter()
                    .filter(|name| !self.declared.contains(name.as_str()))
                {
                    self.faults.add(
                        DocumentCode::FunctionUndeclared,
                        pointer,
                        format!("函数 {function} 没有在 expression_environment 中声明。请声明。"),
                        format!("The function {function} is not declared in expression_environment. Declare it."),
                    );
                }
                Some(expression)
            }
            Err(fault) => {
                self.add(pointer, fault);
                None
            }
        }
    }

    fn add(&mut self, pointer: &str, fault: ExpressionFault) {
        self.faults.add_expression(pointer.to_owned(), fault);
    }

    fn questions_read<'n>(&self, names: impl Iterator<Item = &'n String>) -> BTreeSet<String> {
        let mut reads = BTreeSet::new();
        for name in names {
            match self.reads.get(name) {
                Some(through) => reads.extend(through.iter().cloned()),
                None => {
                    reads.insert(name.clone());
                }
            }
        }
        reads
    }
}
