//! The plain conditions of relevance, so far as a template can show them.
//!
//! Conditions are CEL and belong to the survey crate. Two forms are common enough to be worth showing on paper,
//! `CODE == "OPTION"` and `CODE == true`; every other condition leaves its question in the template without a remark.

use survey::{questionnaire::Questionnaire, text::Text};

use crate::{
    language::Language,
    options::{OptionLists, choices},
};

/// A condition of one of the plain forms.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Condition<'a> {
    Equals { question: &'a str, option: &'a str },
    IsYes { question: &'a str },
}

/// The condition, where it has a plain form.
pub(super) fn plain(expression: &str) -> Option<Condition<'_>> {
    let (left, right) = expression.split_once("==")?;
    let (question, right) = (left.trim(), right.trim());
    if question.is_empty() || !question.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    if right == "true" {
        return Some(Condition::IsYes { question });
    }
    let option = right.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = !option.contains(['"', '\\']);
    is_plain.then_some(Condition::Equals { question, option })
}

/// Whether a condition asks for another variant than the given one.
pub(super) fn is_of_other_variant(expression: &str, questionnaire: &Questionnaire, variant: Option<&str>) -> bool {
    match (plain(expression), variant) {
        (Some(Condition::Equals { question, option }), Some(variant)) => {
            option != variant && chooses_the_variant(question, questionnaire)
        }
        _ => false,
    }
}

/// The remark on a conditional question; empty where there is nothing to say.
pub(super) fn remark(
    expression: &str,
    questionnaire: &Questionnaire,
    lists: &OptionLists,
    variant: Option<&str>,
) -> Text {
    let find = |code: &str| questionnaire.questions.iter().find(|question| question.code == code);
    match plain(expression) {
        Some(Condition::IsYes { question }) if find(question).is_some() => Text::new(
            format!("仅当 {question} 填“{}”时填写。", Language::Zh.yes_no(true)),
            format!("Only when {question} is answered \"{}\".", Language::En.yes_no(true)),
        ),
        Some(Condition::Equals { question, option }) => {
            if variant.is_some() && chooses_the_variant(question, questionnaire) {
                return Text::default();
            }
            let choices = find(question).map_or_else(Vec::new, |q| choices(q, lists));
            choices
                .into_iter()
                .find(|choice| choice.code == option)
                .map_or_else(Text::default, |choice| {
                    Text::new(
                        format!("仅当 {question} 选“{}”时填写。", Language::Zh.choice(choice)),
                        format!("Only when {question} is \"{}\".", Language::En.choice(choice)),
                    )
                })
        }
        _ => Text::default(),
    }
}

/// Whether the answer to a question is the variant of the form.
fn chooses_the_variant(code: &str, questionnaire: &Questionnaire) -> bool {
    questionnaire.variant_question.as_deref() == Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_conditions_are_understood() {
        let check = |expression: &str, expected: Option<Condition<'_>>| assert_eq!(plain(expression), expected);
        check(
            "A11 == \"M\"",
            Some(Condition::Equals {
                question: "A11",
                option: "M",
            }),
        );
        check("W01==true", Some(Condition::IsYes { question: "W01" }));
        check("true", None);
        check("A11 == \"M\" && W01 == true", None);
        check("A11 == \"M\" || A11 == \"S\"", None);
        check("size(N05) == 2", None);
        check("A11 != \"M\"", None);
        check("A == B", None);
    }
}
