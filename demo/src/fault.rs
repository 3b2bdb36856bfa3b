//! Mistakes in first workbooks.

use rust_decimal::{
    Decimal,
    prelude::{FromPrimitive, ToPrimitive},
};
use survey::{answer::Answer, cell::RawValue};
use workbook::{layout::CellKey, prefill::PrefillCell};

use super::{
    dice::Dice,
    draft::Draft,
    field::Field,
    profile::{FaultRecipe, Mistake},
    sample::InjectedFault,
    template::Template,
    workshop::Workshop,
};

/// Decimals of a number that stands wrongly in a cell: enough for a unit mix-up, few enough to look typed.
const MISTAKEN_DECIMALS: u32 = 6;

/// The mistakes of one first workbook: one that blocks, then perhaps others, each in a cell of its own.
///
/// Empty when no blocking mistake fits the answers.
pub(super) fn inject(workshop: &Workshop<'_>, draft: &Draft<'_>) -> Vec<InjectedFault> {
    let plan = &workshop.profile.faults;
    let mut dice = workshop.dice("faults");
    let wanted = dice.position(usize::try_from(plan.at_most).unwrap_or(0)) + 1;
    let mut left: Vec<&FaultRecipe> = plan
        .recipes
        .iter()
        .filter(|recipe| draft.satisfies(&recipe.when))
        .collect();
    let mut faults: Vec<InjectedFault> = Vec::new();
    while faults.len() < wanted {
        let candidates = left.iter().filter(|recipe| recipe.blocks || !faults.is_empty());
        let Some(recipe) = dice.weighted(candidates.map(|recipe| (*recipe, recipe.weight))) else {
            break;
        };
        if let Some(fault) = spoil(recipe, workshop, draft, &mut dice) {
            left.retain(|other| other.question != recipe.question);
            faults.push(fault);
        } else {
            left.retain(|other| !std::ptr::eq(*other, recipe));
        }
    }
    faults
}

fn spoil(recipe: &FaultRecipe, workshop: &Workshop<'_>, draft: &Draft<'_>, dice: &mut Dice) -> Option<InjectedFault> {
    let answer = draft.answers.get(&recipe.question)?;
    let right = Right {
        answer,
        field: workshop.fields.get(&recipe.question)?,
    };
    let mut formula = None;
    let value = match &recipe.mistake {
        Mistake::Blank => RawValue::Blank,
        Mistake::Number(term) => {
            let value = Decimal::from_f64(term.draw(draft, dice)?)?.round_dp(MISTAKEN_DECIMALS);
            RawValue::Number(value.to_f64()?)
        }
        Mistake::Text(template) => RawValue::Text(right.render(template, dice)?),
        Mistake::Formula(template) => {
            formula = Some(right.render(template, dice)?);
            RawValue::FormulaWithoutValue
        }
    };
    Some(InjectedFault {
        fault: recipe.fault.clone(),
        cell: CellKey::question(&recipe.question),
        typed: PrefillCell {
            value,
            number_format: recipe.number_format.clone(),
            formula,
        },
        blocks: recipe.blocks,
    })
}

/// Names that a mistaken text may use.
pub(super) const WORDS: [&str; 9] = [
    "answer", "absolute", "wide", "label", "other", "none", "year", "month", "day",
];

/// The right answer of a spoilt cell.
struct Right<'a> {
    answer: &'a Answer,
    field: &'a Field,
}

impl Right<'_> {
    fn render(&self, template: &str, dice: &mut Dice) -> Option<String> {
        Template::parse(template)?.render(dice, |name, dice| self.word(name, dice))
    }

    fn word(&self, name: &str, dice: &mut Dice) -> Option<String> {
        match name {
            "answer" => self.plain(),
            "absolute" => match self.answer {
                Answer::Number(number) => Some(number.abs().to_string()),
                _ => None,
            },
            "wide" => self.plain().map(|plain| plain.chars().map(widened).collect()),
            "label" => {
                let code = self.plain()?;
                self.field
                    .options
                    .iter()
                    .find(|(option, _)| *option == code)
                    .map(|(_, label)| label.clone())
            }
            "other" => {
                let free = |code: &&String| self.field.none_code.as_ref() != Some(code) && !self.chosen(code);
                let others: Vec<&String> = self.field.options.iter().map(|(code, _)| code).filter(free).collect();
                others.get(dice.position(others.len())).map(|code| (*code).clone())
            }
            "none" => self.field.none_code.clone(),
            "year" => self.date_part(0),
            "month" => self.date_part(1),
            "day" => self.date_part(2),
            _ => None,
        }
    }

    /// The answer as one would type it.
    fn plain(&self) -> Option<String> {
        match self.answer {
            Answer::Number(number) => Some(number.to_string()),
            Answer::Text(text) | Answer::Choice(text) | Answer::Date(text) => Some(text.clone()),
            Answer::Choices(codes) => Some(codes.join("、")),
            Answer::Boolean(_) | Answer::Table(_) => None,
        }
    }

    fn chosen(&self, code: &str) -> bool {
        match self.answer {
            Answer::Choice(chosen) => chosen == code,
            Answer::Choices(chosen) => chosen.iter().any(|other| other == code),
            _ => false,
        }
    }

    fn date_part(&self, part: usize) -> Option<String> {
        match self.answer {
            Answer::Date(date) => date
                .split('-')
                .nth(part)
                .map(|digits| digits.trim_start_matches('0').to_owned()),
            _ => None,
        }
    }
}

/// The full-width form of a printable ASCII character (U+FF01 to U+FF5E); all others stay.
fn widened(c: char) -> char {
    match u32::from(c) {
        ascii @ 0x21..=0x7E => char::from_u32(ascii + 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use survey::questionnaire::QuestionType;

    use super::*;
    use crate::field::tests::field;

    fn check(answer: &Answer, kind: QuestionType, template: &str, expected: Option<&str>) {
        let field = field(kind, &["A", "B"], Some("A"));
        let right = Right { answer, field: &field };
        let text = right.render(template, &mut Dice::new(1, 0, "mistake"));
        assert_eq!(text.as_deref(), expected, "{template}");
    }

    #[test]
    fn mistaken_texts() {
        let number = Answer::Number("286.5".parse().unwrap());
        check(&number, QuestionType::Money, "约{answer}", Some("约286.5"));
        check(&number, QuestionType::Money, "{wide}台", Some("２８６．５台"));
        check(&number, QuestionType::Money, "{label}", None);
        check(
            &Answer::Date("2012-06-05".into()),
            QuestionType::Date,
            "{year}年{month}月",
            Some("2012年6月"),
        );
        check(
            &Answer::Choice("B".into()),
            QuestionType::Single,
            "√ {label}",
            Some("√ label of B"),
        );
        check(
            &Answer::Choices(vec!["B".into()]),
            QuestionType::Multi,
            "{none}、{answer}",
            Some("A、B"),
        );
        check(&Answer::Choices(vec!["B".into()]), QuestionType::Multi, "{other}", None);
        check(&Answer::Boolean(true), QuestionType::Boolean, "{answer}", None);
    }
}
