//! The values that a score function tells apart.

use crate::{
    card::{Figure, compiled::Leaf},
    document::{ScoreFunction, Select, Step},
    exact::Fixed,
};

/// Values that a score function tells apart.
pub(super) fn values(leaf: &Leaf, current: Option<&Figure>, decimals: u32) -> Vec<Figure> {
    match leaf.rule.function() {
        ScoreFunction::OptionPoints {
            points,
            select: Select::One,
        } => points.keys().cloned().map(Figure::Choice).collect(),
        ScoreFunction::OptionPoints {
            points,
            select: Select::Many,
        } => {
            // What brings nothing, such as the option that means none, gives way.
            let chosen = chosen(current).filter(|code| points.get(*code).is_some_and(|p| *p > Fixed::ZERO));
            let mut others: Vec<(&String, &Fixed)> = points.iter().filter(|(_, p)| **p > Fixed::ZERO).collect();
            others.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
            added(
                chosen.map(str::to_owned).collect(),
                others.into_iter().map(|(code, _)| code),
            )
        }
        ScoreFunction::MultiShare { .. } => {
            let counted = leaf.rule.counted();
            let chosen = chosen(current).filter(|code| counted.contains(*code));
            added(chosen.map(str::to_owned).collect(), counted.iter())
        }
        ScoreFunction::LevelPoints { points } => {
            let levels = points.keys().filter_map(|level| Fixed::parse(level));
            levels.map(Figure::Number).collect()
        }
        ScoreFunction::Boolean { .. } => vec![Figure::Boolean(true), Figure::Boolean(false)],
        ScoreFunction::Steps { steps, .. } => interval_ends(steps, decimals),
        ScoreFunction::LinearBands { points } => points.iter().map(|(x, _)| Figure::Number(*x)).collect(),
    }
}

/// A number that has more decimals than a proposal gives way to those beside it.
pub(super) fn proposable(figure: Figure, decimals: u32) -> Vec<Figure> {
    match figure {
        Figure::Number(number) if number.decimals() > decimals => {
            let rounded = number.round(decimals);
            let other = if rounded > number {
                rounded - least_step(decimals)
            } else {
                rounded + least_step(decimals)
            };
            vec![Figure::Number(rounded), Figure::Number(other)]
        }
        figure => vec![figure],
    }
}

fn chosen(current: Option<&Figure>) -> impl Iterator<Item = &str> {
    let codes = match current {
        Some(Figure::Choices(codes)) => codes.as_slice(),
        _ => &[],
    };
    codes.iter().map(String::as_str)
}

/// The choices with one more of the others, two more, and so on.
fn added<'a>(mut choices: Vec<String>, others: impl Iterator<Item = &'a String>) -> Vec<Figure> {
    let mut found = Vec::new();
    for code in others {
        if !choices.contains(code) {
            choices.push(code.clone());
            found.push(Figure::Choices(choices.clone()));
        }
    }
    found
}

/// The values at both ends of every interval: its last, and the first of the next.
fn interval_ends(steps: &[Step], decimals: u32) -> Vec<Figure> {
    let least = least_step(decimals);
    let ends = steps.iter().filter_map(|step| {
        let to = step.to?;
        Some(if step.to_inclusive {
            [to, to + least]
        } else {
            [to - least, to]
        })
    });
    ends.flatten().map(Figure::Number).collect()
}

/// The distance of two neighbouring numbers with so many decimals.
#[expect(
    clippy::expect_used,
    reason = "a power of ten within the decimals of a number is one"
)]
fn least_step(decimals: u32) -> Fixed {
    Fixed::parse(&format!("1e-{}", decimals.min(Fixed::DECIMALS))).expect("a power of ten")
}
