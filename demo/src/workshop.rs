//! Runs the steps of a profile for one enterprise.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::{
    Decimal,
    prelude::{FromPrimitive, ToPrimitive},
};
use survey::answer::{Answer, AnswerRow};

use super::{
    dice::Dice,
    draft::Draft,
    field::Field,
    identity,
    profile::{Constant, DemoProfile, Recipe, Step, Thresholds},
    template::Template,
    term::Term,
};

/// Everything that a step needs besides the enterprise in the making.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workshop<'a> {
    /// The profile.
    pub(super) profile: &'a DemoProfile,
    /// Answer cells by question code.
    pub(super) fields: &'a BTreeMap<String, Field>,
    /// Seed of the county.
    pub(super) seed: u64,
    /// Number of the enterprise.
    pub(super) enterprise: u64,
}

impl Workshop<'_> {
    /// Runs steps in order, except those that set a pinned name.
    pub(super) fn run(&self, steps: &[Step], draft: &mut Draft<'_>, pinned: &BTreeSet<String>) {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for step in steps {
            let time = times.entry(&step.set).or_default();
            *time += 1;
            if !pinned.contains(&step.set) && draft.satisfies(&step.when) {
                self.set(step, &format!("{}#{time}", step.set), draft);
            }
        }
    }

    /// Dice of this enterprise for a purpose.
    pub(super) fn dice(&self, purpose: &str) -> Dice {
        Dice::new(self.seed, self.enterprise, purpose)
    }

    fn set(&self, step: &Step, purpose: &str, draft: &mut Draft<'_>) {
        let mut dice = self.dice(purpose);
        let blank = dice.chance(step.blank);
        let Some(field) = self.fields.get(&step.set) else {
            match &step.to {
                Recipe::Number(term) if !blank => match term.draw(draft, &mut dice) {
                    Some(value) => draft.set_trait(&step.set, value),
                    None => draft.forget_trait(&step.set),
                },
                _ => draft.forget_trait(&step.set),
            }
            return;
        };
        let answer = match &step.to {
            _ if blank => None,
            Recipe::Rows { count, columns } => self.rows(count, columns, field, purpose, draft, &mut dice),
            recipe => self.answer(recipe, field, draft.answers.get(&step.set), draft, &mut dice),
        };
        match answer {
            Some(answer) => draft.answers.insert(step.set.clone(), answer),
            None => draft.answers.remove(&step.set),
        };
    }

    fn rows(
        &self,
        count: &Term,
        columns: &[Step],
        table: &Field,
        purpose: &str,
        draft: &mut Draft<'_>,
        dice: &mut Dice,
    ) -> Option<Answer> {
        let count = Decimal::from_f64(count.draw(draft, dice)?)?
            .round()
            .to_usize()?
            .min(table.most());
        let mut rows: Vec<AnswerRow> = Vec::new();
        for number in 0..count {
            draft.row.clear();
            for column in columns {
                let mut dice = self.dice(&format!("{purpose}[{number}].{}", column.set));
                if dice.chance(column.blank) || !draft.satisfies(&column.when) {
                    continue;
                }
                let field = table.columns.get(&column.set)?;
                if let Some(answer) = self.answer(&column.to, field, None, draft, &mut dice) {
                    draft.row.insert(column.set.clone(), answer);
                }
            }
            rows.push(std::mem::take(&mut draft.row));
        }
        (!rows.is_empty()).then_some(Answer::Table(rows))
    }

    fn answer(
        &self,
        recipe: &Recipe,
        field: &Field,
        before: Option<&Answer>,
        draft: &Draft<'_>,
        dice: &mut Dice,
    ) -> Option<Answer> {
        match recipe {
            Recipe::Number(term) => field.number(term.draw(draft, dice)?),
            Recipe::Text(template) => field.text(self.render(template, draft, dice)?),
            Recipe::Date { from, to } => date_between(from, to, dice).map(Answer::Date),
            Recipe::Pick(weights) => {
                let code = dice.weighted(weights.iter().map(|(code, weight)| (code, *weight)))?;
                field.text(code.clone())
            }
            Recipe::Choose(thresholds) => field.text(choose(thresholds, draft, dice)?),
            Recipe::Collect(thresholds) => collect(thresholds, field, draft, dice),
            Recipe::Include(codes) => {
                let chosen = match before {
                    Some(Answer::Choices(chosen)) => chosen.as_slice(),
                    _ => &[],
                };
                field.choices(|code| codes.iter().chain(chosen).any(|other| other == code))
            }
            Recipe::Chance(probability) => {
                let probability = probability.draw(draft, dice)?;
                Some(Answer::Boolean(dice.chance(probability)))
            }
            Recipe::Constant(Constant::Flag(flag)) => Some(Answer::Boolean(*flag)),
            Recipe::Constant(Constant::Number(number)) => field.number(*number),
            Recipe::Constant(Constant::Text(text)) => field.text(text.clone()),
            Recipe::Constant(Constant::Options(codes)) => Some(Answer::Choices(codes.clone())),
            Recipe::CreditCode(codes) => identity::credit_code(codes, draft.serial, dice).map(Answer::Text),
            Recipe::OrganisationCode { of } => match draft.answers.get(of)? {
                Answer::Text(code) => identity::organisation_code(code).map(Answer::Text),
                _ => None,
            },
            Recipe::Rows { .. } | Recipe::Blank => None,
        }
    }

    fn render(&self, template: &str, draft: &Draft<'_>, dice: &mut Dice) -> Option<String> {
        Template::parse(template)?.render(dice, |name, dice| self.word(name, draft, dice))
    }

    fn word(&self, name: &str, draft: &Draft<'_>, dice: &mut Dice) -> Option<String> {
        if name == "brand" {
            return Some(draft.brand.clone());
        }
        let words = match name.split_once('.') {
            Some((kind, word)) => draft.strata.get(kind)?.words.get(word),
            None => self.profile.lists.get(name),
        };
        if let Some(words) = words {
            return words.get(dice.position(words.len())).cloned();
        }
        match draft.answers.get(name)? {
            Answer::Text(text) | Answer::Choice(text) | Answer::Date(text) => Some(text.clone()),
            _ => None,
        }
    }
}

fn choose(thresholds: &Thresholds, draft: &Draft<'_>, dice: &mut Dice) -> Option<String> {
    let score = thresholds.score.draw(draft, dice)? + dice.normal(0.0, thresholds.noise);
    let by_threshold = |a: &(&String, &f64), b: &(&String, &f64)| a.1.total_cmp(b.1);
    let reached = thresholds
        .from
        .iter()
        .filter(|(_, threshold)| **threshold <= score)
        .max_by(by_threshold);
    reached
        .or_else(|| thresholds.from.iter().min_by(by_threshold))
        .map(|(code, _)| code.clone())
}

fn collect(thresholds: &Thresholds, field: &Field, draft: &Draft<'_>, dice: &mut Dice) -> Option<Answer> {
    let score = thresholds.score.draw(draft, dice)?;
    let reached: BTreeSet<&str> = thresholds
        .from
        .iter()
        .filter(|(_, threshold)| **threshold <= score + dice.normal(0.0, thresholds.noise))
        .map(|(code, _)| code.as_str())
        .collect();
    field.choices(|code| reached.contains(code))
}

fn date_between(from: &str, to: &str, dice: &mut Dice) -> Option<String> {
    let (from, to): (NaiveDate, NaiveDate) = (from.parse().ok()?, to.parse().ok()?);
    let days = usize::try_from((to - from).num_days()).ok()?.checked_add(1)?;
    let later = chrono::Days::new(u64::try_from(dice.position(days)).ok()?);
    Some(from.checked_add_days(later)?.to_string())
}
