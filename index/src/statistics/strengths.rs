//! Where a unit stands best and worst.

use super::error::StatisticsError;
use crate::composite::{Direction, Matrix, Tree};
use crate::rank::rank_with_tolerance;

/// How many are named and what is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrengthsLimits {
    /// Strengths named at most.
    pub strengths: usize,
    /// Weaknesses named at most.
    pub weaknesses: usize,
    /// Indicators with a share of different values (of all units) up to this are left out; none keeps all.
    pub unique: Option<f64>,
    /// Whether indicators in which the unit shares the last place are left out: half of all units may share it.
    pub leave_out_last: bool,
}

impl Default for StrengthsLimits {
    fn default() -> Self {
        Self {
            strengths: 5,
            weaknesses: 5,
            unique: None,
            leave_out_last: true,
        }
    }
}

/// Where a unit stands in one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Code of the indicator.
    pub code: String,
    /// Rank among the units with a value, 1 the best.
    pub rank: u32,
    /// Units with a value.
    pub ranked: usize,
    /// The value of the unit.
    pub value: f64,
}

/// Strengths, the best first, and weaknesses, the worst last.
#[derive(Clone, Debug, PartialEq)]
pub struct Strengths {
    /// Best standings first.
    pub strengths: Vec<Standing>,
    /// Worst standing last.
    pub weaknesses: Vec<Standing>,
}

/// The best and the worst standings of a unit, as COINr's `get_str_weak`: indicators sorted by rank, equals in the order of
/// the columns, missing ones left out. With a tree, an indicator of negative direction is turned over first: give raw
/// values with it and normalised ones without.
pub fn strengths_and_weaknesses(
    data: &Matrix,
    tree: Option<&Tree>,
    unit: &str,
    limits: &StrengthsLimits,
) -> Result<Strengths, StatisticsError> {
    let row = data.units().iter().position(|u| u == unit);
    let row = row.ok_or_else(|| StatisticsError::UnknownUnit { unit: unit.to_owned() })?;
    let mut standings = Vec::new();
    for column in data.columns() {
        let Some(value) = column.get(row) else { continue };
        let turned = tree.is_some_and(|tree| {
            let mut indicators = tree.indicators.iter();
            indicators.any(|i| i.code == column.code() && i.direction == Direction::Negative)
        });
        let sign = if turned { -1.0 } else { 1.0 };
        let scores: Vec<f64> = column.cells().map(|cell| cell.map_or(f64::NAN, |v| sign * v)).collect();
        if limits.unique.is_some_and(|least| unique_share(&scores) <= least) {
            continue;
        }
        let ranks = rank_with_tolerance(&scores, 0.0);
        let last = ranks.iter().flatten().max().copied();
        let Some(rank) = ranks[row].filter(|rank| !limits.leave_out_last || last != Some(*rank)) else {
            continue;
        };
        standings.push(Standing {
            code: column.code().to_owned(),
            rank,
            ranked: ranks.iter().flatten().count(),
            value,
        });
    }
    standings.sort_by_key(|standing| standing.rank);
    let weakest = standings.len().saturating_sub(limits.weaknesses);
    Ok(Strengths {
        weaknesses: standings[weakest..].to_vec(),
        strengths: standings.into_iter().take(limits.strengths).collect(),
    })
}

/// Different present values by all units.
fn unique_share(scores: &[f64]) -> f64 {
    let mut present: Vec<f64> = scores.iter().copied().filter(|s| !s.is_nan()).collect();
    present.sort_unstable_by(f64::total_cmp);
    present.chunk_by(|a, b| a >= b).count() as f64 / scores.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, NodeSpec};

    #[test]
    fn best_first_and_worst_last() {
        let column = |code: &str, values: [f64; 4]| Column::complete(code, values.to_vec()).unwrap();
        let data = Matrix::new(
            ["u", "v", "w", "x"].map(String::from).to_vec(),
            vec![
                column("best", [9.0, 1.0, 2.0, 3.0]),
                column("cost", [1.0, 2.0, 3.0, 4.0]),
                column("second", [5.0, 7.0, 1.0, 2.0]),
                column("last", [0.0, 0.0, 5.0, 6.0]),
                Column::new("gap", [None, Some(1.0), Some(2.0), Some(3.0)]).unwrap(),
            ],
        )
        .unwrap();
        let leaf = |code: &str, direction| NodeSpec::indicator(code, "top", 1.0, direction);
        let mut nodes = vec![NodeSpec::aggregate("top", None, 1.0), leaf("cost", Direction::Negative)];
        nodes.extend(["best", "second", "last", "gap"].map(|code| leaf(code, Direction::Positive)));
        let tree = Tree::new(&nodes).unwrap();
        let limits = StrengthsLimits {
            strengths: 2,
            weaknesses: 1,
            ..StrengthsLimits::default()
        };
        let codes = |standings: &[Standing]| standings.iter().map(|s| s.code.clone()).collect::<Vec<_>>();
        let found = strengths_and_weaknesses(&data, Some(&tree), "u", &limits).unwrap();
        assert_eq!(codes(&found.strengths), ["best", "cost"]);
        assert_eq!(codes(&found.weaknesses), ["second"]);
        assert_eq!((found.weaknesses[0].rank, found.weaknesses[0].ranked), (2, 4));
        let keep = StrengthsLimits {
            leave_out_last: false,
            unique: Some(0.5),
            ..limits
        };
        let found = strengths_and_weaknesses(&data, None, "u", &keep).unwrap();
        assert_eq!(
            codes(&found.weaknesses),
            ["cost"],
            "undirected, a small cost is a weakness"
        );
        let keep = StrengthsLimits { unique: None, ..keep };
        let found = strengths_and_weaknesses(&data, Some(&tree), "u", &keep).unwrap();
        assert_eq!(codes(&found.weaknesses), ["last"]);
        let refused = strengths_and_weaknesses(&data, None, "y", &keep).unwrap_err();
        assert_eq!(refused.code(), "statistics.unknown_unit");
    }
}
