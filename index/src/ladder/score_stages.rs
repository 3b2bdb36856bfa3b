//! Stages that are given by conditions over the scores of several nodes, in replications.

use std::sync::Arc;

use survey::text::Text;

use super::stage::{Operator, StageLadder, StageRow};
use crate::rank::Precision;

/// Stages by plain comparisons of the scores of nodes with numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreStages {
    /// The nodes whose scores are compared.
    nodes: Vec<Arc<str>>,
    /// The stages from the lowest up.
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    stage: u32,
    label: Text,
    /// All of which must hold.
    conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Condition {
    /// The place of its node.
    node: usize,
    operator: Operator,
    limit: f64,
}

impl ScoreStages {
    /// Stages as a methodology has them; none where a condition is no plain comparison.
    pub(crate) fn of(stages: &StageLadder) -> Option<Self> {
        let mut nodes: Vec<Arc<str>> = Vec::new();
        let mut place = |code: &Arc<str>| {
            nodes.iter().position(|node| node == code).unwrap_or_else(|| {
                nodes.push(Arc::clone(code));
                nodes.len() - 1
            })
        };
        let mut row = |row: &StageRow| {
            let asked = row
                .conditions
                .iter()
                .filter(|condition| !condition.expression.is_always_true());
            let conditions = asked.map(|condition| {
                let comparison = condition.comparison.as_ref()?;
                Some(Condition {
                    node: place(condition.node(&stages.nodes)?),
                    operator: comparison.operator,
                    limit: comparison.limit.to_f64(),
                })
            });
            Some(Row {
                stage: row.stage,
                label: row.label.clone(),
                conditions: conditions.collect::<Option<_>>()?,
            })
        };
        let rows = stages.rows.iter().rev().map(&mut row).collect::<Option<_>>()?;
        Some(Self { nodes, rows })
    }

    /// The nodes whose scores are compared.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| &**node)
    }

    /// How many stages there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The labels: of being below all stages, unless the lowest asks nothing, then of each stage.
    pub fn labels(&self) -> Vec<Text> {
        let below = Text::new("未达级", "no stage");
        let below = Some(below).filter(|_| !self.lowest_asks_nothing());
        let labels = self.rows.iter().map(|row| row.label.clone());
        below.into_iter().chain(labels).collect()
    }

    /// The numbers, in the order of the labels: 0 for being below all stages.
    pub fn numbers(&self) -> Vec<u32> {
        let below = Some(0).filter(|_| !self.lowest_asks_nothing());
        below.into_iter().chain(self.rows.iter().map(|row| row.stage)).collect()
    }

    /// The probability of each stage, in the order of the labels, from that of having reached none, one, two ...
    pub fn probabilities(&self, reached: &[f64]) -> Vec<f64> {
        let below = usize::from(self.lowest_asks_nothing());
        reached.iter().skip(below).copied().collect()
    }

    fn lowest_asks_nothing(&self) -> bool {
        self.rows.first().is_some_and(|row| row.conditions.is_empty())
    }

    /// How many of the stages, from the lowest up, end with the one that is given: the highest whose conditions all hold.
    /// `scores` stand in the order of the nodes and in the form in which they are compared; a condition on a score that is
    /// missing does not hold.
    pub(crate) fn reached(&self, scores: impl Fn(usize) -> Option<f64>, precision: Precision) -> usize {
        let holds = |condition: &Condition| {
            let score = scores(condition.node);
            score.is_some_and(|score| condition.holds(score, precision))
        };
        let given = self.rows.iter().rposition(|row| row.conditions.iter().all(holds));
        given.map_or(0, |at| at + 1)
    }
}

impl Condition {
    fn holds(&self, score: f64, precision: Precision) -> bool {
        self.operator.holds(precision.against(score, self.limit), self.limit)
    }
}

#[cfg(test)]
impl ScoreStages {
    /// Stages that ask each for one node to reach a limit.
    pub(crate) fn reaching(asked: &[(&str, f64)]) -> Self {
        let rows = (1..)
            .zip(asked.iter().enumerate())
            .map(|(stage, (node, (_, limit)))| Row {
                stage,
                label: Text::default(),
                conditions: vec![Condition {
                    node,
                    operator: Operator::GreaterEqual,
                    limit: *limit,
                }],
            });
        Self {
            nodes: asked.iter().map(|(node, _)| Arc::from(*node)).collect(),
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_stage_whose_conditions_hold_is_given() {
        let mut stages = ScoreStages::reaching(&[("a", 40.0), ("b", 60.0)]);
        let check = |stages: &ScoreStages, scores: [Option<f64>; 2], expected: usize| {
            assert_eq!(
                stages.reached(|node| scores[node], Precision::Within(1e-9)),
                expected,
                "{scores:?}"
            );
        };
        check(&stages, [Some(39.0), Some(59.0)], 0);
        check(&stages, [Some(40.0 - 1e-9), Some(0.0)], 1);
        check(&stages, [Some(0.0), Some(60.0)], 2);
        check(&stages, [None, None], 0);
        assert_eq!((stages.labels().len(), stages.numbers()), (3, vec![0, 1, 2]));
        assert_eq!(stages.probabilities(&[0.25, 0.5, 0.25]), [0.25, 0.5, 0.25]);
        stages.rows[0].conditions.clear();
        check(&stages, [None, Some(1.0)], 1);
        assert_eq!(
            (stages.labels().len(), stages.numbers()),
            (2, vec![1, 2]),
            "nobody is below"
        );
        assert_eq!(stages.probabilities(&[0.0, 0.5, 0.5]), [0.5, 0.5]);
    }

    #[test]
    fn every_operator_compares_within_rounding() {
        let holds = |operator, score: f64| {
            let condition = Condition {
                node: 0,
                operator,
                limit: 50.0,
            };
            condition.holds(score, Precision::Within(1e-9))
        };
        let check = |operator, expected: [bool; 3]| {
            let near = 50.0 * (1.0 - 1e-12);
            assert_eq!(
                [49.0, near, 51.0].map(|score| holds(operator, score)),
                expected,
                "{operator:?}"
            );
        };
        check(Operator::Less, [true, false, false]);
        check(Operator::LessEqual, [true, true, false]);
        check(Operator::Greater, [false, false, true]);
        check(Operator::GreaterEqual, [false, true, true]);
        check(Operator::Equal, [false, true, false]);
        check(Operator::NotEqual, [true, false, true]);
    }
}
