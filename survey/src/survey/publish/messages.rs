//! Compilation of the texts of edit rules: every slot is typed in the environment of its rule.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::expressions::Compiler;
use crate::{
    codes::DocumentCode,
    expression::{Expression, Type},
    questionnaire::{ChoiceOption, EditRule, QuestionType},
    survey::message::{Message, Part, Shown, Slot},
    text::Text,
};

impl Compiler<'_> {
    /// The message of a rule. `present` are the names that are not null whenever the rule is broken.
    pub(super) fn message(&mut self, rule: &EditRule, pointer: &str, present: &BTreeSet<String>) -> Option<Message> {
        let zh = self.parts(&rule.message.zh, &format!("{pointer}/message/zh"), present, |text| {
            &text.zh
        });
        let en = self.parts(&rule.message.en, &format!("{pointer}/message/en"), present, |text| {
            &text.en
        });
        let message = Message { zh: zh?, en: en? };
        let has_slots = [&message.zh, &message.en]
            .into_iter()
            .flatten()
            .any(|part| matches!(part, Part::Slot(_)));
        if has_slots && rule.relation.is_none() {
            self.faults.add(
                DocumentCode::RelationMissing,
                format!("{pointer}/relation"),
                "提示语带有数值，表内还须写明不带数值的审核关系。请补上 relation。",
                "The message holds values; the form also needs the relation without values. Add relation.",
            );
        }
        Some(message)
    }

    /// The relation of a rule in words: what its slots stand for is known without a return.
    pub(super) fn relation(&mut self, rule: &EditRule, pointer: &str) -> Option<Text> {
        let relation = rule.relation.as_ref()?;
        let none = BTreeSet::new();
        let zh = self.parts(&relation.zh, &format!("{pointer}/relation/zh"), &none, |text| &text.zh)?;
        let en = self.parts(&relation.en, &format!("{pointer}/relation/en"), &none, |text| &text.en)?;
        let message = Message { zh, en };
        if message.names().into_iter().flatten().next().is_some() {
            self.faults.add(
                DocumentCode::RelationValue,
                format!("{pointer}/relation"),
                "审核关系印在空白表上，不能带填报值。请只用 {题号.label}、{题号.code}、{题号.unit}。",
                "The relation is printed on the blank form and holds no answers. Use {CODE.label}, {CODE.code} and {CODE.unit} only.",
            );
            return None;
        }
        Some(message.fill(&crate::expression::Scope::new()))
    }

    fn parts(
        &mut self,
        text: &str,
        pointer: &str,
        present: &BTreeSet<String>,
        language: fn(&Text) -> &String,
    ) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            parts.push(Part::Words(before.to_owned()));
            let slot = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let Some((inner, after)) = slot.filter(|(inner, _)| !inner.contains('{')) else {
                self.faults.add(
                    DocumentCode::MessageSlot,
                    pointer,
                    "花括号没有配对。请改正。",
                    "A brace has no counterpart. Correct it.",
                );
                return None;
            };
            parts.push(self.slot(inner.trim(), pointer, present, language)?);
            rest = after;
        }
        parts.push(Part::Words(rest.to_owned()));
        Some(parts)
    }

    fn slot(
        &mut self,
        inner: &str,
        pointer: &str,
        present: &BTreeSet<String>,
        language: fn(&Text) -> &String,
    ) -> Option<Part> {
        if let Some(words) = self.said_of(inner, language) {
            return Some(Part::Words(words));
        }
        let (text, like) = inner
            .rsplit_once(';')
            .map_or((inner, None), |(text, like)| (text, Some(like.trim())));
        let expression = self.compile(text.trim(), pointer, present)?;
        let shown = match like {
            Some(like) => self.shown_like(like).map(|shown| Shown {
                entered: false,
                ..shown
            }),
            None => match expression.names() {
                [name] if *name == text.trim() => self.shown_like(name.strip_prefix("prev.").unwrap_or(name)),
                _ => Some(Shown::default()),
            },
        };
        let Some(shown) = shown else {
            self.faults
                .unknown(DocumentCode::MessageSlot, pointer, like.unwrap_or(inner));
            return None;
        };
        if !can_be_shown(&expression, &shown) {
            let found = expression.result();
            self.faults.add(
                DocumentCode::MessageSlot,
                pointer,
                format!("“{{{inner}}}”的结果是 {found}，不能直接显示。请改用数字、选项或文字。"),
                format!("'{{{inner}}}' is a {found} and cannot be shown. Use a number, an option or a text."),
            );
            return None;
        }
        Some(Part::Slot(Box::new(Slot { expression, shown })))
    }

    /// `D07.label`, `D07.code`, `D07.unit`: what the questionnaire itself says.
    fn said_of(&self, inner: &str, language: fn(&Text) -> &String) -> Option<String> {
        let (code, member) = inner.rsplit_once('.')?;
        let question = self
            .questionnaire
            .questions
            .iter()
            .find(|question| question.code == code);
        let derived = self.questionnaire.derived.iter().find(|derived| derived.code == code);
        match member {
            "label" => {
                let label = question
                    .map(|question| &question.label)
                    .or(derived.map(|derived| &derived.label));
                label.map(|label| language(label).clone())
            }
            "code" => question.map(|question| question.code.clone()),
            "unit" => {
                let unit = question
                    .map(|question| &question.unit)
                    .or(derived.map(|derived| &derived.unit))?;
                // A unit that is not there is a fault of the question.
                Some(language(&self.unit(unit).unwrap_or_default()).clone())
            }
            _ => None,
        }
    }

    /// How the values of a question, a derived value or a unit are shown; a field of the round has neither.
    fn shown_like(&mut self, name: &str) -> Option<Shown> {
        let questionnaire = self.questionnaire;
        if let Some(question) = questionnaire.questions.iter().find(|question| question.code == name) {
            let labelled = matches!(question.kind, QuestionType::Single | QuestionType::Multi);
            let options = self.options.get(name).copied().unwrap_or_default();
            return Some(Shown {
                // A unit that is not there is a fault of the question.
                unit: self.unit(&question.unit).unwrap_or_default(),
                entered: true,
                options: if labelled {
                    self.labels(name, options)
                } else {
                    Arc::default()
                },
            });
        }
        if let Some(derived) = questionnaire.derived.iter().find(|derived| derived.code == name) {
            return Some(Shown {
                unit: self.unit(&derived.unit).unwrap_or_default(),
                ..Shown::default()
            });
        }
        if name.starts_with(crate::survey::environment::CONTEXT) {
            return Some(Shown::default());
        }
        Some(Shown {
            unit: self.unit(name)?,
            ..Shown::default()
        })
    }

    /// The labels of the options of a question, one list for all messages.
    fn labels(&mut self, question: &str, options: &[ChoiceOption]) -> Arc<BTreeMap<String, Text>> {
        let labelled = || options.iter().map(|option| (option.code.clone(), option.label.clone()));
        let known = self.labels.entry(question.to_owned());
        known.or_insert_with(|| Arc::new(labelled().collect())).clone()
    }

    fn unit(&self, code: &str) -> Option<Text> {
        match code {
            "" => Some(Text::default()),
            code => Some(self.questionnaire.units.get(code)?.label.clone()),
        }
    }
}

/// Whether people can read the values of an expression; a code that has no label is none of their words.
fn can_be_shown(expression: &Expression, shown: &Shown) -> bool {
    let single = match expression.result().present() {
        Type::List(item) => item.present(),
        other => other,
    };
    match single {
        Type::Double | Type::Int | Type::Text | Type::Bool => true,
        Type::Code(codes) => codes
            .iter()
            .all(|code| shown.options.contains_key(code) || code.len() == 1),
        Type::Null | Type::Row(_) | Type::List(_) | Type::Nullable(_) => false,
    }
}
