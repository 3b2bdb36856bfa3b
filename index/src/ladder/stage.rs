//! Stages by conditions over the scores of several nodes: which of them scores give, and what a higher one lacks.

use std::{cell::OnceCell, sync::Arc};

use survey::{
    expression::{Expression, Scope},
    text::Text,
};

use super::{
    attained::{Attained, AttainedKind, MissedRow},
    requirement::{Requirement, Subject},
};
use crate::{exact::Fixed, rank::Precision};

/// The stages of a methodology.
#[derive(Clone, Debug)]
pub(crate) struct StageLadder {
    /// The nodes that conditions may name.
    pub(crate) nodes: Vec<Arc<str>>,
    /// Their labels.
    pub(crate) labels: Vec<Arc<Text>>,
    /// Decimals in print.
    pub(crate) decimals: u32,
    /// From the highest stage down.
    pub(crate) rows: Vec<StageRow>,
}

/// A stage and its conditions, all of which must hold.
#[derive(Clone, Debug)]
pub(crate) struct StageRow {
    pub(crate) stage: u32,
    pub(crate) label: Text,
    pub(crate) text: String,
    pub(crate) conditions: Vec<StageCondition>,
}

/// One condition of a stage.
#[derive(Clone, Debug)]
pub(crate) struct StageCondition {
    pub(crate) expression: Expression,
    /// The same as a plain comparison of a score with a number, where it is one.
    pub(crate) comparison: Option<Comparison>,
    /// The numbers that it compares scores with: (place of the node, limit).
    pub(crate) limits: Vec<(usize, f64)>,
}

/// A score compared with a number, exactly.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    /// Place of the node whose score is compared.
    pub(crate) node: usize,
    pub(crate) operator: Operator,
    pub(crate) limit: Fixed,
}

/// Comparison operators of CEL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl Operator {
    /// The operator with its operands in the other order.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// What it asks for, before the number.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Less => ("低于", "less than"),
            Self::LessEqual => ("不高于", "at most"),
            Self::Greater => ("高于", "more than"),
            Self::GreaterEqual => ("不低于", "at least"),
            Self::Equal => ("等于", "exactly"),
            Self::NotEqual => ("不等于", "other than"),
        }
    }

    pub(crate) fn holds<T: Copy + PartialOrd>(self, score: T, limit: T) -> bool {
        match self {
            Self::Less => score < limit,
            Self::LessEqual => score <= limit,
            Self::Greater => score > limit,
            Self::GreaterEqual => score >= limit,
            Self::Equal => score == limit,
            Self::NotEqual => score != limit,
        }
    }
}

/// The numbers that scores are: exact decimals of a score card, doubles of a composite.
pub(crate) trait Score: Copy + PartialOrd {
    fn of_limit(limit: Fixed) -> Self;
    /// What an expression sees of it.
    fn to_f64(self) -> f64;
    /// What a reader sees of it; none where it is too large for that.
    fn told(self) -> Option<Fixed>;
}

impl Score for Fixed {
    fn of_limit(limit: Fixed) -> Self {
        limit
    }
    fn to_f64(self) -> f64 {
        Self::to_f64(self)
    }
    fn told(self) -> Option<Fixed> {
        Some(self)
    }
}

impl Score for f64 {
    fn of_limit(limit: Fixed) -> Self {
        limit.to_f64()
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn told(self) -> Option<Fixed> {
        Fixed::from_observed(self, Fixed::DECIMALS)
    }
}

/// Scores that conditions are asked of.
pub(crate) struct Asked<'a, S> {
    nodes: &'a [Arc<str>],
    scores: &'a [Option<S>],
    /// Made only for a condition that is no plain comparison.
    scope: OnceCell<Scope>,
}

impl<S: Score> Asked<'_, S> {
    /// Whether a condition holds; where a score it needs is missing it does not.
    pub(crate) fn holds(&self, condition: &StageCondition) -> bool {
        match &condition.comparison {
            Some(comparison) => self
                .score(comparison)
                .is_some_and(|score| comparison.operator.holds(score, S::of_limit(comparison.limit))),
            None => condition.expression.holds(self.scope.get_or_init(|| self.to_scope())),
        }
    }

    /// The score that a condition compares, as a reader sees it; none where it is missing or the condition is no plain
    /// comparison.
    pub(crate) fn told(&self, condition: &StageCondition) -> Option<Fixed> {
        self.score(condition.comparison.as_ref()?)?.told()
    }

    fn score(&self, comparison: &Comparison) -> Option<S> {
        self.scores.get(comparison.node).copied().flatten()
    }

    fn to_scope(&self) -> Scope {
        let mut scope = Scope::new();
        for (node, score) in self.nodes.iter().zip(self.scores) {
            scope.set(Arc::clone(node), score.map(S::to_f64));
        }
        scope
    }
}

impl StageLadder {
    /// Scores in the order of the nodes, to ask conditions of them.
    pub(crate) fn ask<'a, S: Score>(&'a self, scores: &'a [Option<S>]) -> Asked<'a, S> {
        Asked {
            nodes: &self.nodes,
            scores,
            scope: OnceCell::new(),
        }
    }

    /// The stage that scores give: the first row from above whose conditions all hold.
    pub(crate) fn stage<S: Score>(&self, scores: &[Option<S>]) -> Option<u32> {
        let asked = self.ask(scores);
        let mut rows = self.rows.iter();
        let given = rows.find(|row| row.conditions.iter().all(|condition| asked.holds(condition)));
        given.map(|row| row.stage)
    }

    /// The stage that scores give and why; none where no row holds.
    pub(crate) fn attained<S: Score>(&self, scores: &[Option<S>]) -> Option<Attained> {
        let asked = self.ask(scores);
        let mut missed = Vec::new();
        for row in &self.rows {
            let mut conditions = row.conditions.iter();
            let Some(failed) = conditions.find(|condition| !asked.holds(condition)) else {
                return Some(Attained {
                    kind: AttainedKind::Stage,
                    value: row.stage,
                    label: row.label.clone(),
                    rule: row.text.clone(),
                    until_confirmed: None,
                    missed,
                });
            };
            missed.push(self.missed_row(row, failed, asked.told(failed)));
        }
        None
    }

    /// The score of a node as it is compared in this form with the limits of the conditions.
    pub(crate) fn against_limits(&self, node: usize, score: f64, precision: Precision) -> f64 {
        let conditions = self.rows.iter().flat_map(|row| &row.conditions);
        let limits = conditions.flat_map(|condition| &condition.limits);
        let own = limits.filter(|(of, _)| *of == node);
        own.fold(score, |score, (_, limit)| precision.against(score, *limit))
    }

    /// The row above that of a stage; none at the top.
    pub(crate) fn above(&self, stage: u32) -> Option<&StageRow> {
        let own = self.rows.iter().position(|row| row.stage == stage)?;
        self.rows.get(own.checked_sub(1)?)
    }

    /// The stages from the highest down.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().map(|row| row.stage)
    }

    fn missed_row(&self, row: &StageRow, failed: &StageCondition, found: Option<Fixed>) -> MissedRow {
        let required = failed.comparison.as_ref().map(|comparison| comparison.limit);
        MissedRow {
            value: row.stage,
            label: row.label.clone(),
            condition: failed.expression.text().to_owned(),
            found,
            required,
            short_by: found.zip(required).map(|(found, required)| (required - found).abs()),
            message: self.sentence(row, failed, found, false),
        }
    }

    /// A condition of a row as a sentence: what it asks for, what there is and what is lacking.
    pub(crate) fn sentence(
        &self,
        row: &StageRow,
        condition: &StageCondition,
        found: Option<Fixed>,
        holds: bool,
    ) -> Text {
        let label = |node: usize| self.labels.get(node).map(|label| &**label);
        let compared = condition
            .comparison
            .as_ref()
            .and_then(|comparison| Some((label(comparison.node)?, comparison)));
        let of = if let Some((node, comparison)) = compared {
            Subject::Score {
                node,
                operator: comparison.operator,
                limit: comparison.limit,
            }
        } else {
            let named = |at: &usize| {
                condition
                    .expression
                    .names()
                    .iter()
                    .any(|name| **name == *self.nodes[*at])
            };
            Subject::Several((0..self.nodes.len()).filter(named).filter_map(label).collect())
        };
        let requirement = Requirement {
            kind: AttainedKind::Stage,
            label: &row.label,
            of,
            holds,
            found,
            decimals: self.decimals,
        };
        requirement.sentence()
    }
}

impl StageCondition {
    /// The node whose score it compares; none where it is no plain comparison.
    pub(crate) fn node<'n>(&self, nodes: &'n [Arc<str>]) -> Option<&'n Arc<str>> {
        nodes.get(self.comparison.as_ref()?.node)
    }
}

#[cfg(test)]
mod tests {
    use survey::expression::{Library, TypeEnv};

    use super::*;

    #[test]
    fn every_operator_compares_exactly() {
        let check = |operator: Operator, expected: [bool; 3]| {
            assert_eq!(
                [49.0, 50.0, 51.0].map(|score| operator.holds(score, 50.0)),
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

    #[test]
    fn a_row_of_many_conditions_needs_all_of_them() {
        let row = |stage: u32, limits: &[(usize, &str)]| StageRow {
            stage,
            label: Text::new("", ""),
            text: String::new(),
            conditions: limits
                .iter()
                .map(|(node, limit)| StageCondition {
                    expression: Expression::compile("true", &TypeEnv::new(Arc::new(Library::standard()))).unwrap(),
                    comparison: Some(Comparison {
                        node: *node,
                        operator: Operator::GreaterEqual,
                        limit: Fixed::parse(limit).unwrap(),
                    }),
                    limits: Vec::new(),
                })
                .collect(),
        };
        let ladder = StageLadder {
            nodes: vec!["a".into(), "b".into()],
            labels: vec![Arc::default(), Arc::default()],
            decimals: 2,
            rows: vec![row(7, &[(0, "60"), (1, "0.1")]), row(4, &[(0, "40")]), row(1, &[])],
        };
        let check = |scores: [Option<f64>; 2], expected: u32, missed: usize| {
            assert_eq!(ladder.stage(&scores), Some(expected), "{scores:?}");
            let attained = ladder.attained(&scores).unwrap();
            assert_eq!((attained.value, attained.missed.len()), (expected, missed));
            let exact = scores.map(|score| score.and_then(Score::told));
            assert_eq!(ladder.attained(&exact), Some(attained));
        };
        check([Some(60.0), Some(0.1)], 7, 0);
        check([Some(60.0), Some(0.09)], 4, 1);
        check([Some(60.0), None], 4, 1);
        check([Some(39.0), Some(9.0)], 1, 2);
        check([None, None], 1, 2);
        let above = |stage: u32| ladder.above(stage).map(|row| row.stage);
        assert_eq!((above(7), above(4), above(1), above(2)), (None, Some(7), Some(4), None));
    }
}
