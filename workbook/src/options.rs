//! Options of choices, with code lists resolved.

use std::collections::BTreeMap;

use survey::{
    questionnaire::{ChoiceOption, Question, TableColumn},
    text::Text,
};

/// Options that come from code lists, by question code: code and label, in the order in which they are shown.
///
/// Only questions with `options_ref` need an entry; written-out options stay with their question.
pub type OptionLists = BTreeMap<String, Vec<(String, Text)>>;

/// An option as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// Code.
    pub code: &'a str,
    /// Label.
    pub label: &'a Text,
}

/// The options of a question; empty when it has none.
pub fn choices<'a>(question: &'a Question, lists: &'a OptionLists) -> Vec<Choice<'a>> {
    match (&question.options, lists.get(&question.code)) {
        (Some(options), _) => written_out(options),
        (None, Some(list)) => list.iter().map(|(code, label)| Choice { code, label }).collect(),
        (None, None) => Vec::new(),
    }
}

/// The options of a table column; empty when it has none.
pub fn column_choices(column: &TableColumn) -> Vec<Choice<'_>> {
    column.options.as_deref().map_or_else(Vec::new, written_out)
}

fn written_out(options: &[ChoiceOption]) -> Vec<Choice<'_>> {
    options
        .iter()
        .map(|option| Choice {
            code: &option.code,
            label: &option.label,
        })
        .collect()
}
