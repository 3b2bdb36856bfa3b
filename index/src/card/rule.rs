//! Score functions, compiled: from a figure to an exact score.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    card::Figure,
    document::{ScoreFunction, Select},
    exact::Fixed,
};

/// A score function that has been checked against the question it scores.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRule {
    function: ScoreFunction,
    /// The options that count in a share.
    counted: BTreeSet<String>,
    /// The points of levels by their numbers.
    levels: BTreeMap<Fixed, Fixed>,
}

impl ScoreRule {
    /// A rule from a checked function; `counted` are the options of a share without the one that means none.
    pub(crate) fn new(function: ScoreFunction, counted: BTreeSet<String>) -> Self {
        let levels = match &function {
            ScoreFunction::LevelPoints { points } => points
                .iter()
                .filter_map(|(level, points)| Some((Fixed::parse(level)?, *points)))
                .collect(),
            _ => BTreeMap::new(),
        };
        Self {
            function,
            counted,
            levels,
        }
    }

    /// The function as written.
    pub fn function(&self) -> &ScoreFunction {
        &self.function
    }

    /// The options that count in a share.
    pub(crate) fn counted(&self) -> &BTreeSet<String> {
        &self.counted
    }

    /// The score of a figure, rounded half up to `decimals`; none when the figure is not of the kind the rule takes or
    /// names an unknown option. The order in which options were chosen does not matter, nor does a repeated one.
    pub fn score(&self, figure: &Figure, decimals: u32) -> Option<Fixed> {
        let score = match (&self.function, figure) {
            (
                ScoreFunction::OptionPoints {
                    points,
                    select: Select::One,
                },
                Figure::Choice(code),
            ) => points.get(code).copied(),
            (
                ScoreFunction::OptionPoints {
                    points,
                    select: Select::Many,
                },
                Figure::Choices(codes),
            ) => distinct(codes)
                .into_iter()
                .map(|code| points.get(code).copied())
                .sum::<Option<Fixed>>(),
            (ScoreFunction::MultiShare { of, .. }, Figure::Choices(codes)) => {
                let chosen = distinct(codes)
                    .into_iter()
                    .filter(|code| self.counted.contains(*code))
                    .count();
                return share(chosen, *of, decimals);
            }
            (ScoreFunction::LevelPoints { .. }, Figure::Number(level)) => self.levels.get(level).copied(),
            (ScoreFunction::Boolean { yes, no }, Figure::Boolean(value)) => Some(if *value { *yes } else { *no }),
            (ScoreFunction::Steps { steps, .. }, Figure::Number(x)) => steps
                .iter()
                .find(|step| step.to.is_none_or(|to| *x < to || (step.to_inclusive && *x == to)))
                .map(|step| step.score),
            (ScoreFunction::LinearBands { points }, Figure::Number(x)) => return on_bands(points, *x, decimals),
            _ => None,
        };
        score.map(|score| score.round(decimals))
    }

    /// The lowest and the highest score the function can give.
    pub fn range(&self) -> (Fixed, Fixed) {
        range(&self.function)
    }
}

/// The lowest and the highest score a function can give.
pub(crate) fn range(function: &ScoreFunction) -> (Fixed, Fixed) {
    match function {
        ScoreFunction::OptionPoints {
            points,
            select: Select::Many,
        } => {
            let sum = |keep: fn(&Fixed) -> bool| points.values().copied().filter(keep).sum();
            (sum(|p| *p < Fixed::ZERO), sum(|p| *p > Fixed::ZERO))
        }
        ScoreFunction::OptionPoints {
            points,
            select: Select::One,
        }
        | ScoreFunction::LevelPoints { points } => ends(points.values().copied()),
        ScoreFunction::Steps { steps, .. } => ends(steps.iter().map(|step| step.score)),
        ScoreFunction::LinearBands { points } => ends(points.iter().map(|(_, score)| *score)),
        ScoreFunction::MultiShare { .. } => (Fixed::ZERO, Fixed::PERCENT),
        ScoreFunction::Boolean { yes, no } => ends([*yes, *no].into_iter()),
    }
}

fn ends(scores: impl Iterator<Item = Fixed> + Clone) -> (Fixed, Fixed) {
    (
        scores.clone().min().unwrap_or(Fixed::ZERO),
        scores.max().unwrap_or(Fixed::ZERO),
    )
}

fn distinct(codes: &[String]) -> BTreeSet<&str> {
    codes.iter().map(String::as_str).collect()
}

/// `100 * chosen / of`.
fn share(chosen: usize, of: u32, decimals: u32) -> Option<Fixed> {
    let chosen = Fixed::from_int(i64::try_from(chosen).ok()?);
    Fixed::weighted_quotient([(Fixed::PERCENT, chosen)], Fixed::from_int(i64::from(of)), decimals)
}

/// A straight line between the points, the end score outside.
fn on_bands(points: &[(Fixed, Fixed)], x: Fixed, decimals: u32) -> Option<Fixed> {
    let above = points.partition_point(|(at, _)| *at < x);
    match (
        above.checked_sub(1).and_then(|below| points.get(below)),
        points.get(above),
    ) {
        (Some(low), Some(high)) => Fixed::on_line(*low, *high, x, decimals),
        (Some((_, score)), None) | (None, Some((_, score))) => Some(score.round(decimals)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rule(function: serde_json::Value) -> ScoreRule {
        ScoreRule::new(
            serde_json::from_value(function).unwrap(),
            ["B", "C", "D"].map(String::from).into(),
        )
    }

    fn figure(value: serde_json::Value) -> Figure {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_kind_scores_its_figures() {
        let check = |rule: &ScoreRule, value: serde_json::Value, expected: Option<&str>| {
            let expected = expected.map(|text| Fixed::parse(text).unwrap());
            assert_eq!(rule.score(&figure(value.clone()), 4), expected, "{value}");
        };
        let one = rule(json!({"kind": "option_points", "points": {"A": 0, "B": 2.5}}));
        check(&one, json!("B"), Some("2.5"));
        check(&one, json!("Z"), None);
        check(&one, json!(["B"]), None);
        let many = rule(json!({"kind": "option_points", "select": "many", "points": {"A": 0, "B": 0.7, "C": 0.9}}));
        check(&many, json!(["C", "B", "C"]), Some("1.6"));
        check(&many, json!([]), Some("0"));
        check(&many, json!(["B", "Z"]), None);
        let share = rule(json!({"kind": "multi_share", "of": 3, "none_code": "A"}));
        check(&share, json!(["A"]), Some("0"));
        check(&share, json!(["B", "C"]), Some("66.6667"));
        check(&share, json!(["B", "B", "Z"]), Some("33.3333"));
        let levels = rule(json!({"kind": "level_points", "points": {"0": 0, "1": 25}}));
        check(&levels, json!(1.0), Some("25"));
        check(&levels, json!(0.5), None);
        check(&levels, json!(9), None);
        let yes = rule(json!({"kind": "boolean", "true": 100, "false": 10}));
        check(&yes, json!(false), Some("10"));
        check(&yes, json!("A"), None);
        let steps = rule(json!({"kind": "steps", "steps": [
            {"to": -0.05, "score": 0}, {"to": 0.05, "to_inclusive": true, "score": 50}, {"score": 100}]}));
        check(&steps, json!(-0.050_001), Some("0"));
        check(&steps, json!(-0.05), Some("50"));
        check(&steps, json!(0.05), Some("50"));
        check(&steps, json!(0.050_001), Some("100"));
        let bands = rule(json!({"kind": "linear_bands", "points": [[0, 0], [3, 100], [4, 20]]}));
        check(&bands, json!(-1), Some("0"));
        check(&bands, json!(0), Some("0"));
        check(&bands, json!(1), Some("33.3333"));
        check(&bands, json!(3), Some("100"));
        check(&bands, json!(3.5), Some("60"));
        check(&bands, json!(9), Some("20"));
    }

    proptest! {
        #[test]
        fn bands_equal_the_exact_fraction(
            start in -1_000_i64..1_000,
            runs in prop::collection::vec((1_i64..500, 0_i64..100), 2..6),
            x in -2_000_000_000_i64..2_000_000_000,
        ) {
            let mut at = start;
            let points: Vec<(i64, i64)> = runs.iter().map(|(run, score)| { at += run; (at, *score) }).collect();
            let written: Vec<_> = points.iter().map(|(x, s)| json!([x, s])).collect();
            let bands = rule(json!({"kind": "linear_bands", "points": written}));
            let got = bands.score(&Figure::Number(Fixed::parse(&format!("{x}e-6")).unwrap()), 4).unwrap();
            // The same with whole numbers: x in millionths, the score as a fraction, half up by floor(v + 1/2).
            let million = 1_000_000_i128;
            let x = i128::from(x);
            let (first, last) = (points[0], points[points.len() - 1]);
            let (num, den) = if x <= i128::from(first.0) * million {
                (i128::from(first.1), 1)
            } else if x >= i128::from(last.0) * million {
                (i128::from(last.1), 1)
            } else {
                let pair = points.windows(2).find(|p| x <= i128::from(p[1].0) * million).unwrap();
                let ((x0, s0), (x1, s1)) = (pair[0], pair[1]);
                let den = i128::from(x1 - x0) * million;
                (i128::from(s0) * den + i128::from(s1 - s0) * (x - i128::from(x0) * million), den)
            };
            let expected = (2 * num * 10_000 + den).div_euclid(2 * den);
            prop_assert_eq!(got, Fixed::parse(&format!("{expected}e-4")).unwrap());
        }

        #[test]
        fn chosen_options_count_in_any_order(
            codes in prop::sample::subsequence(vec!["A", "B", "C", "D"], 0..=4),
            turn in 0_usize..4,
        ) {
            let mut turned = codes.clone();
            turned.rotate_left(turn.min(codes.len()));
            let points: BTreeMap<_, _> = ["A", "B", "C", "D"].into_iter().zip([0.0, 0.7, 1.25, 2.0]).collect();
            let rules = [
                rule(json!({"kind": "option_points", "select": "many", "points": points})),
                rule(json!({"kind": "multi_share", "of": 3, "none_code": "A"})),
            ];
            for rule in rules {
                let score = |codes: &[&str]| rule.score(&figure(json!(codes)), 4).unwrap();
                prop_assert_eq!(score(&codes), score(&turned));
                let (low, high) = rule.range();
                prop_assert!(low <= score(&codes) && score(&codes) <= high);
            }
        }
    }
}
