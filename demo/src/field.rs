//! What the generator must know of an answer cell: a question or a column of a table question.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, prelude::FromPrimitive};
use survey::{
    answer::Answer,
    questionnaire::{ChoiceOption, Question, QuestionType, TableColumn},
    survey::Survey,
};

/// Decimals of a number whose question does not say.
const DEFAULT_DECIMALS: u32 = 2;
/// The most rows or options of a question that does not say; keeps a profile from asking for a table without end.
const DEFAULT_MOST: usize = 1000;

/// An answer cell.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Kind of answer.
    pub(super) kind: QuestionType,
    /// Option codes and Chinese labels, in the order of the questionnaire.
    pub(super) options: Vec<(String, String)>,
    /// The option that means none of the others.
    pub(super) none_code: Option<String>,
    /// Columns of a table.
    pub(super) columns: BTreeMap<String, Field>,
    /// Whether it must be answered.
    pub(super) required: bool,
    decimals: u32,
    min: Option<f64>,
    max: Option<f64>,
    max_items: Option<usize>,
}

impl Field {
    /// The cell of a question; the options of a code list are resolved.
    pub(super) fn of_question(question: &Question, survey: &Survey) -> Self {
        let columns = question.columns.iter().flatten();
        Self {
            kind: question.kind,
            options: options(survey.options(&question.code)),
            none_code: question.none_code.clone(),
            columns: columns
                .map(|column| (column.code.clone(), Self::of_column(column)))
                .collect(),
            required: question.required,
            decimals: decimals(question.kind, question.decimals),
            min: question.min,
            max: question.max,
            max_items: question.max_items.and_then(|most| usize::try_from(most).ok()),
        }
    }

    fn of_column(column: &TableColumn) -> Self {
        Self {
            kind: column.kind,
            options: options(column.options.as_deref().unwrap_or_default()),
            none_code: None,
            columns: BTreeMap::new(),
            required: column.required,
            decimals: decimals(column.kind, column.decimals),
            min: column.min,
            max: column.max,
            max_items: None,
        }
    }

    /// A number as an answer: within the bounds, rounded to the decimals. None when it is none or has no end.
    pub(super) fn number(&self, value: f64) -> Option<Answer> {
        if !value.is_finite() {
            return None;
        }
        let value = value
            .max(self.min.unwrap_or(f64::MIN))
            .min(self.max.unwrap_or(f64::MAX));
        Decimal::from_f64(value).map(|number| Answer::Number(number.round_dp(self.decimals).normalize()))
    }

    /// A text as an answer of the field's kind.
    pub(super) fn text(&self, text: String) -> Option<Answer> {
        match self.kind {
            QuestionType::Text => Some(Answer::Text(text)),
            QuestionType::Single => Some(Answer::Choice(text)),
            QuestionType::Multi => Some(Answer::Choices(vec![text])),
            QuestionType::Date => Some(Answer::Date(text)),
            QuestionType::Level => text.parse().ok().map(Answer::Number),
            _ => None,
        }
    }

    /// Chosen options in the order of the questionnaire, at most as many as allowed, without the none option beside others.
    pub(super) fn choices(&self, chosen: impl Fn(&str) -> bool) -> Option<Answer> {
        let mut codes: Vec<String> = self
            .options
            .iter()
            .map(|(code, _)| code)
            .filter(|code| Some(*code) != self.none_code.as_ref() && chosen(code))
            .cloned()
            .collect();
        codes.truncate(self.most());
        if codes.is_empty() {
            codes.extend(self.none_code.clone());
        }
        (!codes.is_empty()).then_some(Answer::Choices(codes))
    }

    /// Whether a code is one of its options.
    pub(super) fn has_option(&self, code: &str) -> bool {
        self.options.iter().any(|(option, _)| option == code)
    }

    /// The most rows or options.
    pub(super) fn most(&self) -> usize {
        self.max_items.unwrap_or(DEFAULT_MOST)
    }
}

fn options(options: &[ChoiceOption]) -> Vec<(String, String)> {
    options
        .iter()
        .map(|option| (option.code.clone(), option.label.zh.clone()))
        .collect()
}

fn decimals(kind: QuestionType, decimals: Option<u32>) -> u32 {
    match kind {
        QuestionType::Integer | QuestionType::Level => 0,
        _ => decimals.unwrap_or(DEFAULT_DECIMALS),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A field with the given options.
    pub(crate) fn field(kind: QuestionType, options: &[&str], none_code: Option<&str>) -> Field {
        Field {
            kind,
            options: options
                .iter()
                .map(|code| ((*code).to_owned(), format!("label of {code}")))
                .collect(),
            none_code: none_code.map(str::to_owned),
            columns: BTreeMap::new(),
            required: true,
            decimals: decimals(kind, None),
            min: Some(0.0),
            max: Some(100.0),
            max_items: Some(2),
        }
    }

    #[test]
    fn numbers_are_rounded_and_kept_within_bounds() {
        let check = |kind, value, expected: &str| {
            let answer = field(kind, &[], None).number(value);
            assert_eq!(answer, Some(Answer::Number(expected.parse().unwrap())), "{value}");
        };
        check(QuestionType::Money, 12.345_6, "12.35");
        check(QuestionType::Integer, 12.6, "13");
        check(QuestionType::Percent, 120.0, "100");
        check(QuestionType::Percent, -3.0, "0");
        assert_eq!(field(QuestionType::Money, &[], None).number(f64::NAN), None);
    }

    #[test]
    fn none_never_stands_beside_others() {
        let field = field(QuestionType::Multi, &["A", "B", "C", "D"], Some("A"));
        let codes = |chosen: &[&str]| match field.choices(|code| chosen.contains(&code)) {
            Some(Answer::Choices(codes)) => codes.join(""),
            _ => String::new(),
        };
        assert_eq!(codes(&["A", "C", "B"]), "BC");
        assert_eq!(codes(&["D", "C", "B"]), "BC", "at most two");
        assert_eq!(codes(&[]), "A");
    }
}
