//! Codes, sections and the declared expression environment.

use std::collections::BTreeSet;

use super::{Faults, environment};
use crate::{
    expression::Library,
    questionnaire::{ExpressionEnvironment, Questionnaire},
};

/// Words that mean something else in an expression.
const RESERVED: [&str; 22] = [
    "as",
    "break",
    "const",
    "continue",
    "ctx",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "prev",
    "return",
    "true",
    "void",
    "while",
];
pub(super) fn check(questionnaire: &Questionnaire, functions: &Library, faults: &mut Faults) {
    let Questionnaire {
        questions,
        derived,
        edit_rules,
        sections,
        variants,
        ..
    } = questionnaire;
    faults.check_unique(questions.iter().map(|q| q.code.as_str()), |index| {
        format!("/questions/{index}/code")
    });
    faults.check_unique(derived.iter().map(|d| d.code.as_str()), |index| {
        format!("/derived/{index}/code")
    });
    faults.check_unique(edit_rules.iter().map(|r| r.code.as_str()), |index| {
        format!("/edit_rules/{index}/code")
    });
    faults.check_unique(sections.iter().map(|s| s.code.as_str()), |index| {
        format!("/sections/{index}/code")
    });
    faults.check_unique(variants.iter().map(|v| v.code.as_str()), |index| {
        format!("/variants/{index}/code")
    });
    let asked: BTreeSet<&str> = questions.iter().map(|question| question.code.as_str()).collect();
    for (index, value) in derived.iter().enumerate() {
        if asked.contains(value.code.as_str()) {
            faults.add(
                "code.duplicate",
                format!("/derived/{index}/code"),
                format!("派生值“{}”与题项同名。请改名。", value.code),
                format!(
                    "The derived value '{}' has the code of a question. Rename it.",
                    value.code
                ),
            );
        }
    }
    let names = questions
        .iter()
        .enumerate()
        .map(|(index, question)| (format!("/questions/{index}/code"), question.code.as_str()))
        .chain(
            derived
                .iter()
                .enumerate()
                .map(|(index, d)| (format!("/derived/{index}/code"), d.code.as_str())),
        );
    for (pointer, code) in names {
        if !is_name(code) {
            faults.add(
                "code.form",
                pointer,
                format!("代码“{code}”不能用作表达式里的名字。请用字母开头，只含字母、数字和下划线。"),
                format!("The code '{code}' cannot be a name in an expression. Use a letter, then letters, digits and underscores."),
            );
        }
    }
    for (index, section) in sections.iter().enumerate() {
        if !questions.iter().any(|question| question.section == section.code) {
            faults.add(
                "section.empty",
                format!("/sections/{index}"),
                format!("部分“{}”没有题项。请删去或补上题项。", section.code),
                format!(
                    "The section '{}' has no questions. Remove it or add some.",
                    section.code
                ),
            );
        }
    }
    check_environment(&questionnaire.expression_environment, functions, faults);
}

/// Whether a code can be used as a name in an expression.
pub(super) fn is_name(code: &str) -> bool {
    let mut characters = code.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&code)
}

fn check_environment(environment: &ExpressionEnvironment, functions: &Library, faults: &mut Faults) {
    const POINTER: &str = "/expression_environment";
    if environment.language != "CEL" {
        faults.unknown(
            "environment.language",
            format!("{POINTER}/language"),
            &environment.language,
        );
    }
    for (index, function) in environment.functions.iter().enumerate() {
        if !functions.contains(&function.name) {
            faults.unknown(
                "function.unknown",
                format!("{POINTER}/functions/{index}/name"),
                &function.name,
            );
        }
    }
    faults.check_unique(environment.functions.iter().map(|f| f.name.as_str()), |index| {
        format!("{POINTER}/functions/{index}/name")
    });
    faults.check_unique(environment.context.iter().map(|field| field.name.as_str()), |index| {
        format!("{POINTER}/context/{index}/name")
    });
    for (index, field) in environment.context.iter().enumerate() {
        if !environment::CONTEXT_TYPES.iter().any(|(name, _)| *name == field.kind) {
            faults.unknown("context.type", format!("{POINTER}/context/{index}/type"), &field.kind);
        }
        if !is_name(&field.name) {
            faults.unknown("code.form", format!("{POINTER}/context/{index}/name"), &field.name);
        }
    }
}
