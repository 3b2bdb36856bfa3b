//! Faults of a questionnaire, collected.

use std::collections::BTreeSet;

use crate::{
    codes::{Coded, DocumentCode},
    document::DocumentFault,
    expression::ExpressionFault,
};

#[derive(Default)]
pub(super) struct Faults {
    found: Vec<DocumentFault>,
}

impl Faults {
    pub(super) fn add(
        &mut self,
        code: impl Coded,
        pointer: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.found.push(DocumentFault::of(code, pointer, zh, en));
    }

    /// A fault of an expression; its place inside the text is part of the message.
    pub(super) fn add_expression(&mut self, pointer: String, fault: ExpressionFault) {
        let ExpressionFault { code, at, message } = fault;
        let zh = format!("第 {} 个字符：{}", at + 1, message.zh);
        let en = format!("Character {}: {}", at + 1, message.en);
        self.add(code, pointer, zh, en);
    }

    /// A code that refers to nothing.
    pub(super) fn unknown(&mut self, code: impl Coded, pointer: impl Into<String>, found: &str) {
        self.add(
            code,
            pointer,
            format!("“{found}”不存在。请改正或补上。"),
            format!("'{found}' does not exist. Correct it or add it."),
        );
    }

    /// Codes must be there once; `pointer` makes the place of the nth.
    pub(super) fn check_unique<'a>(&mut self, codes: impl Iterator<Item = &'a str>, pointer: impl Fn(usize) -> String) {
        let mut seen = BTreeSet::new();
        for (index, code) in codes.enumerate() {
            if !seen.insert(code) {
                self.add(
                    DocumentCode::CodeDuplicate,
                    pointer(index),
                    format!("代码“{code}”重复。请改用别的代码。"),
                    format!("The code '{code}' is used twice. Choose another."),
                );
            }
        }
    }

    pub(super) fn into_result(self) -> Result<(), Vec<DocumentFault>> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }
}
