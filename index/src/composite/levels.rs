//! From scores to levels, by cuts of one score, or to stages, by conditions over several.

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
};
use crate::{ladder::StageLadder, rank::Precision};

/// Levels by cuts of the score of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Cuts {
    /// The node.
    pub node: String,
    /// Whether the published score is cut instead of the one computed.
    pub published: bool,
    /// (code, least score) from the highest level down; no limit for the lowest.
    pub levels: Vec<(String, Option<f64>)>,
}

/// Stages by conditions over the scores of aggregates.
#[derive(Clone, Debug)]
pub struct StageConditions {
    /// Whether published scores are compared instead of those computed.
    pub published: bool,
    pub(crate) ladder: StageLadder,
}

impl Cuts {
    /// Whether a score can lie below all levels.
    pub fn lowest_has_limit(&self) -> bool {
        self.levels.last().is_some_and(|(_, least)| least.is_some())
    }

    /// The first level whose limit the score reaches, compared in this form.
    pub fn level(&self, score: f64, precision: Precision) -> Option<String> {
        let reaches = |least: f64| precision.against(score, least) >= least;
        let mut levels = self.levels.iter();
        let reached = levels.find(|(_, least)| least.is_none_or(reaches));
        reached.map(|(code, _)| code.clone())
    }

    /// The level of each unit by its score in `of`.
    pub(super) fn levels_in(&self, of: &Matrix, precision: Precision) -> Result<Vec<Option<String>>, CompositeError> {
        let scores = of.column(&self.node);
        let scores = scores.ok_or_else(|| CompositeError::UnknownNode {
            code: self.node.clone(),
        })?;
        let level = |score: Option<f64>| self.level(score?, precision);
        let levels = scores.cells().map(level);
        Ok(levels.collect())
    }
}

impl StageConditions {
    /// The scores that conditions are asked of, in one row, as they are compared in this form.
    pub(crate) fn scores(&self, of: &Matrix, row: usize, precision: Precision) -> Vec<Option<f64>> {
        self.compared(&self.columns(of), row, precision).collect()
    }

    /// The stage of each unit by its scores in `of`; none for one that is not ranked, having no score at the root.
    pub(super) fn stages_in(&self, of: &Matrix, root: &str, precision: Precision) -> Vec<Option<u32>> {
        let (columns, root) = (self.columns(of), of.column(root));
        let mut scores = Vec::with_capacity(columns.len());
        let stage = |row| {
            root?.get(row)?;
            scores.clear();
            scores.extend(self.compared(&columns, row, precision));
            self.ladder.stage(&scores)
        };
        (0..of.units().len()).map(stage).collect()
    }

    fn compared(
        &self,
        columns: &[Option<&Column>],
        row: usize,
        precision: Precision,
    ) -> impl Iterator<Item = Option<f64>> {
        columns.iter().enumerate().map(move |(node, column)| {
            let score = (*column)?.get(row)?;
            Some(self.ladder.against_limits(node, score, precision))
        })
    }

    fn columns<'m>(&self, of: &'m Matrix) -> Vec<Option<&'m Column>> {
        self.ladder.nodes.iter().map(|node| of.column(node)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_can_lie_below_all_levels_where_the_lowest_has_a_limit() {
        let check = |lowest: Option<f64>, expected: (Option<&str>, bool)| {
            let cuts = Cuts {
                node: "top".to_owned(),
                published: false,
                levels: vec![("A".to_owned(), Some(60.0)), ("B".to_owned(), lowest)],
            };
            let level = |score| cuts.level(score, Precision::Within(1e-9));
            assert_eq!(level(60.0).as_deref(), Some("A"));
            assert_eq!((level(39.0).as_deref(), cuts.lowest_has_limit()), expected);
            // What was lost in adding up does not cost a level; a digit that counts does.
            assert_eq!(level(0.1 + 0.2 + 59.7 - 1e-14).as_deref(), Some("A"));
            assert_eq!(level(59.999_999).as_deref(), level(59.0).as_deref());
        };
        check(None, (Some("B"), false));
        check(Some(30.0), (Some("B"), true));
        check(Some(40.0), (None, true));
    }
}
