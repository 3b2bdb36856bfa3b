//! Pairs of indicators that say the same, or the opposite.

use super::correlation::{Correlation, correlate};
use crate::composite::{Matrix, Tree, tree::Child};

/// Which correlations are flagged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelationLimits {
    /// Which correlation.
    pub correlation: Correlation,
    /// Above this two indicators count the same thing twice. COINr's default.
    pub collinear: f64,
    /// Below this they work against each other: their mean hides both.
    pub opposed: f64,
}

impl Default for CorrelationLimits {
    fn default() -> Self {
        Self {
            correlation: Correlation::Pearson,
            collinear: 0.9,
            opposed: 0.0,
        }
    }
}

/// Why a pair is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagKind {
    /// They say the same.
    Collinear,
    /// They go against each other.
    Opposed,
}

/// A flagged pair under one aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelationFlag {
    /// Code of the aggregate.
    pub group: String,
    /// One child.
    pub first: String,
    /// The other, later in the tree.
    pub second: String,
    /// Their correlation.
    pub correlation: f64,
    /// Why it is flagged.
    pub kind: FlagKind,
}

/// Flags pairs of siblings, as COINr's `get_corr_flags`. The data hold directed (normalised) columns of indicators, and of
/// aggregates where those are to be looked at; siblings that the data lack are passed over.
pub fn flag_correlations(data: &Matrix, tree: &Tree, limits: &CorrelationLimits) -> Vec<CorrelationFlag> {
    let mut flags = Vec::new();
    for node in &tree.aggregates {
        let columns: Vec<_> = node
            .children
            .iter()
            .filter_map(|(child, _)| {
                data.column(match child {
                    Child::Indicator(at) => &tree.indicators[*at].code,
                    Child::Aggregate(at) => &tree.aggregates[*at].code,
                })
            })
            .collect();
        for (i, first) in columns.iter().enumerate() {
            for second in &columns[i + 1..] {
                let Some(correlation) = correlate(limits.correlation, first, second) else {
                    continue;
                };
                let kind = if correlation > limits.collinear {
                    FlagKind::Collinear
                } else if correlation < limits.opposed {
                    FlagKind::Opposed
                } else {
                    continue;
                };
                flags.push(CorrelationFlag {
                    group: node.code.clone(),
                    first: first.code().to_owned(),
                    second: second.code().to_owned(),
                    correlation,
                    kind,
                });
            }
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, Direction, NodeSpec};

    #[test]
    fn siblings_alone_are_compared() {
        let column = |code: &str, values: [f64; 4]| Column::complete(code, values.to_vec()).unwrap();
        let data = Matrix::new(
            ["u", "v", "w", "x"].map(String::from).to_vec(),
            vec![
                column("a", [1.0, 2.0, 3.0, 4.0]),
                column("b", [2.0, 4.0, 6.0, 8.5]),
                column("c", [4.0, 3.0, 2.0, 1.0]),
                column("d", [1.0, 2.0, 3.0, 4.0]),
            ],
        )
        .unwrap();
        let leaf = |code: &str, parent: &str| NodeSpec::indicator(code, parent, 1.0, Direction::Positive);
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            leaf("a", "left"),
            leaf("b", "left"),
            leaf("c", "left"),
            leaf("d", "top"),
        ])
        .unwrap();
        let flags = flag_correlations(&data, &tree, &CorrelationLimits::default());
        let found: Vec<_> = flags
            .iter()
            .map(|f| (f.first.as_str(), f.second.as_str(), f.kind))
            .collect();
        assert_eq!(
            found,
            [
                ("a", "b", FlagKind::Collinear),
                ("a", "c", FlagKind::Opposed),
                ("b", "c", FlagKind::Opposed)
            ]
        );
        assert!(flags.iter().all(|f| f.group == "left"));
    }
}
