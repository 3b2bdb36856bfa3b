//! Why a unit has its scores: what every child has brought to its parent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    engine::{Composite, Plan},
    matrix::Matrix,
    mean::{Mean, Missing},
    tree::{Aggregate, Child, Tree},
};

/// Contribution of a child node to its parent for one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// Child node.
    pub node: String,
    /// Parent node; absent for a root, which is its own parent here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Value before normalisation; only for an indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Normalised value or score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Weight among its siblings.
    pub weight: f64,
    /// Effective share of the weight after missing siblings; absent if the node did not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_used: Option<f64>,
    /// Contribution. The contributions of all children of a parent add up to the score of the parent, transformed as
    /// `scale` states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contribution: Option<f64>,
    /// Scale on which the contributions add up.
    pub scale: ContributionScale,
    /// Effective share of the weight of the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_in_top: Option<f64>,
    /// Contribution to the root; only if all means on the path have the same scale. The contributions of all indicators
    /// add up to the score of the root, transformed as `scale` states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_contribution: Option<f64>,
}

/// Scale on which the contributions to a parent add up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "of", content = "power")]
pub enum ContributionScale {
    /// The score of the parent itself: an arithmetic mean or the Mazziotta-Pareto index.
    Score,
    /// The natural logarithm of the score: a geometric mean.
    Log,
    /// The reciprocal of the score: a harmonic mean.
    Reciprocal,
    /// The power of the score: a generalised mean.
    Power(f64),
    /// No scale: the aggregation rule has no additive parts.
    None,
}

impl ContributionScale {
    fn of(mean: Mean) -> Self {
        match mean {
            Mean::Arithmetic | Mean::MazziottaPareto { .. } => Self::Score,
            Mean::Geometric => Self::Log,
            Mean::Harmonic => Self::Reciprocal,
            Mean::Generalised { power } => Self::Power(power),
            Mean::MeanMin { .. } | Mean::Ordered | Mean::Median | Mean::Copeland => Self::None,
        }
    }

    /// The name that outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Log => "log",
            Self::Reciprocal => "reciprocal",
            Self::Power(_) => "power",
            Self::None => "none",
        }
    }

    /// What a score is on this scale; none where a double cannot hold it.
    pub fn apply(self, score: f64) -> Option<f64> {
        let holds = |power: &f64| score == 0.0 || power.is_normal();
        match self {
            Self::Score => Some(score),
            Self::Log => Some(score.ln()),
            Self::Reciprocal => Some(score.recip()).filter(holds),
            Self::Power(power) => Some(score.powf(power)).filter(holds),
            Self::None => None,
        }
    }
}

/// The contributions to every node of one unit, roots first. `figures` are those that were normalised.
pub fn explain_unit(
    tree: &Tree,
    plan: &Plan,
    figures: &Matrix,
    composite: &Composite,
    row: usize,
) -> Vec<Contribution> {
    let unit = Unit {
        tree,
        plan,
        figures,
        composite,
        row,
    };
    let mut found = Vec::with_capacity(tree.nodes().len());
    let has_parent = |at: usize| {
        let mut parents = tree.aggregates.iter();
        parents.any(|node| node.children.iter().any(|(child, _)| *child == Child::Aggregate(at)))
    };
    for at in (0..tree.aggregates.len()).rev().filter(|at| !has_parent(*at)) {
        let node = &tree.aggregates[at];
        let score = unit.score(Child::Aggregate(at));
        let scale = unit.scale(node);
        let weight = tree.node(&node.code).map_or(1.0, |node| node.weight);
        found.push(Contribution {
            node: node.code.clone(),
            parent: None,
            value: None,
            score,
            weight,
            weight_used: score.map(|_| 1.0),
            contribution: score.and_then(|score| scale.apply(score)),
            scale,
            weight_in_top: score.map(|_| 1.0),
            top_contribution: None,
        });
        unit.below(at, score.map(|_| 1.0), Some(scale), &mut found);
    }
    found
}

struct Unit<'a> {
    tree: &'a Tree,
    plan: &'a Plan,
    figures: &'a Matrix,
    composite: &'a Composite,
    row: usize,
}

impl Unit<'_> {
    fn mean(&self, node: &Aggregate) -> Mean {
        node.mean.unwrap_or(self.plan.aggregation.mean)
    }

    /// What contributions to a node sum to; nothing where its score is brought to another scale than that of their mean.
    fn scale(&self, node: &Aggregate) -> ContributionScale {
        match node.rescale {
            None => ContributionScale::of(self.mean(node)),
            Some(_) => ContributionScale::None,
        }
    }

    fn score(&self, child: Child) -> Option<f64> {
        let (columns, at) = match child {
            Child::Indicator(at) => (self.composite.normalised.columns(), at),
            Child::Aggregate(at) => (self.composite.scores.columns(), at),
        };
        columns.get(at)?.get(self.row)
    }

    /// The children of a node. `share` is the weight of the node in its root, `on_the_way` the scale that all means from the
    /// root down to this node have in common.
    fn below(
        &self,
        at: usize,
        share: Option<f64>,
        on_the_way: Option<ContributionScale>,
        found: &mut Vec<Contribution>,
    ) {
        let node = &self.tree.aggregates[at];
        let mean = self.mean(node);
        let scale = self.scale(node);
        let missing = node.missing.unwrap_or(self.plan.aggregation.missing);
        let counted = |child: Child| match missing {
            Missing::Zero => Some(self.score(child).unwrap_or(0.0)),
            _ => self.score(child),
        };
        let scored = self.score(Child::Aggregate(at)).is_some();
        let present = node
            .children
            .iter()
            .filter(|(child, _)| scored && counted(*child).is_some());
        let whole: f64 = present.map(|(_, weight)| weight).sum();
        let own_mean: f64 = node
            .children
            .iter()
            .filter_map(|(child, weight)| counted(*child).map(|score| score * weight / whole))
            .sum();
        let counted_with_weight = node
            .children
            .iter()
            .filter(|(child, weight)| *weight > 0.0 && counted(*child).is_some());
        let with_weight = counted_with_weight.count();
        let common = on_the_way.filter(|common| *common == scale && !matches!(mean, Mean::MazziottaPareto { .. }));
        for (child, weight) in &node.children {
            let score = counted(*child);
            let weight_used = score.filter(|_| scored && whole > 0.0).map(|_| weight / whole);
            let part = |used: f64, score: f64| match mean {
                _ if scale == ContributionScale::None => None,
                Mean::MazziottaPareto { added, variance } => {
                    let square = (score - own_mean) * (score - own_mean);
                    let penalty = square * variance.of_population_variance(with_weight) / own_mean;
                    Some(used * if added { score + penalty } else { score - penalty })
                }
                // A child without weight brings nothing, even where the logarithm of its score is no number.
                _ if used == 0.0 => scale.apply(1.0).map(|_| 0.0),
                _ => scale.apply(score).map(|on_scale| used * on_scale),
            };
            let contribution = weight_used.zip(score).and_then(|(used, score)| part(used, score));
            let in_top = share.zip(weight_used).map(|(share, used)| share * used);
            let code = match child {
                Child::Indicator(at) => &self.tree.indicators[*at].code,
                Child::Aggregate(at) => &self.tree.aggregates[*at].code,
            };
            let is_indicator = matches!(child, Child::Indicator(_));
            found.push(Contribution {
                node: code.clone(),
                parent: Some(node.code.clone()),
                value: self
                    .figures
                    .column(code)
                    .filter(|_| is_indicator)
                    .and_then(|column| column.get(self.row)),
                score: self.score(*child),
                weight: *weight,
                weight_used,
                contribution,
                scale,
                weight_in_top: in_top,
                top_contribution: common
                    .filter(|_| is_indicator)
                    .and(share.zip(contribution))
                    .map(|(share, contribution)| share * contribution),
            });
            if let Child::Aggregate(below) = child {
                let next = common.filter(|_| self.scale(&self.tree.aggregates[*below]) == scale);
                self.below(*below, in_top, next, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{
        engine::compute,
        matrix::Column,
        mean::Aggregation,
        normalisation::{Normalisation, Variance},
        tree::{Direction, NodeSpec},
    };

    fn tree(left: Option<Mean>) -> Tree {
        let mut node = NodeSpec::aggregate("left", Some("top"), 2.0);
        node.mean = left;
        let leaf = |code: &str, parent: &str, weight| NodeSpec::indicator(code, parent, weight, Direction::Positive);
        Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            node,
            leaf("a", "left", 1.0),
            leaf("b", "left", 3.0),
            leaf("c", "top", 1.0),
        ])
        .unwrap()
    }

    fn explained(mean: Mean, left: Option<Mean>, cells: [Option<f64>; 3]) -> (Vec<Contribution>, Composite, Tree) {
        let (tree, columns) = (tree(left), ["a", "b", "c"].iter().zip(cells));
        let columns = columns
            .map(|(code, cell)| Column::new(*code, [cell]).unwrap())
            .collect();
        let data = Matrix::new(vec!["u".into()], columns).unwrap();
        let plan = Plan {
            normalisation: Normalisation::None,
            aggregation: Aggregation {
                mean,
                ..Aggregation::default()
            },
            ..Plan::default()
        };
        let composite = compute(data.clone(), &tree, &plan).unwrap();
        (explain_unit(&tree, &plan, &data, &composite, 0), composite, tree)
    }

    #[test]
    fn contributions_sum_to_the_score_of_every_parent_on_its_scale() {
        let mpi = Mean::MazziottaPareto {
            added: false,
            variance: Variance::Population,
        };
        let means = [
            Mean::Arithmetic,
            Mean::Geometric,
            Mean::Harmonic,
            Mean::Generalised { power: 3.0 },
            mpi,
        ];
        for mean in means {
            for cells in [
                [Some(2.0), Some(5.0), Some(9.0)],
                [Some(2.0), None, Some(9.0)],
                [None, None, Some(9.0)],
            ] {
                for left in [None, Some(Mean::Geometric)] {
                    let (found, composite, _) = explained(mean, left, cells);
                    for column in composite.scores.columns() {
                        let children = || found.iter().filter(|c| c.parent.as_deref() == Some(column.code()));
                        let sum: f64 = children().filter_map(|c| c.contribution).sum();
                        let used: f64 = children().filter_map(|c| c.weight_used).sum();
                        let Some(score) = column.get(0) else {
                            assert!(children().all(|c| c.contribution.is_none()));
                            continue;
                        };
                        let expected = children().next().unwrap().scale.apply(score).unwrap();
                        assert!(
                            (sum - expected).abs() < 1e-12 * expected.abs().max(1.0),
                            "{mean:?} {cells:?}: {found:#?}"
                        );
                        assert!((used - 1.0).abs() < 1e-12);
                    }
                }
            }
        }
    }

    #[test]
    fn where_all_means_are_alike_indicators_sum_to_the_root() {
        for mean in [Mean::Arithmetic, Mean::Geometric, Mean::Harmonic] {
            let (found, composite, _) = explained(mean, None, [Some(2.0), Some(5.0), Some(9.0)]);
            let sum: f64 = found.iter().filter_map(|c| c.top_contribution).sum();
            let scale = ContributionScale::of(mean);
            let expected = scale
                .apply(composite.scores.column("top").unwrap().get(0).unwrap())
                .unwrap();
            assert!((sum - expected).abs() < 1e-12, "{mean:?}");
        }
        let (mixed, ..) = explained(
            Mean::Arithmetic,
            Some(Mean::Geometric),
            [Some(2.0), Some(5.0), Some(9.0)],
        );
        let with_top: Vec<_> = mixed
            .iter()
            .filter(|c| c.top_contribution.is_some())
            .map(|c| c.node.as_str())
            .collect();
        assert_eq!(with_top, ["c"], "a part of a logarithm is no part of a sum");
    }

    #[test]
    fn what_did_not_count_has_no_weight_and_a_median_no_parts() {
        let (found, ..) = explained(Mean::Median, Some(Mean::Arithmetic), [Some(2.0), None, Some(9.0)]);
        let of = |code: &str| found.iter().find(|c| c.node == code).unwrap();
        assert_eq!((of("b").weight_used, of("b").contribution), (None, None));
        assert_eq!(
            (of("a").weight_used, of("a").contribution, of("a").value),
            (Some(1.0), Some(2.0), Some(2.0))
        );
        assert_eq!(
            (of("left").contribution, of("left").scale),
            (None, ContributionScale::None)
        );
        assert_eq!(found[0].node, "top");
    }
}
