//! Probabilities of levels that ask for more than a score: how many scenes have come so far does not move with the weights.

use std::sync::Arc;

use survey::text::Text;

use super::{attained::SceneCount, level_row::LevelRow};
use crate::exact::Fixed;

/// Levels by the score of a node and by counts of scenes.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreLevels {
    /// The node.
    pub node: Arc<str>,
    /// The levels by rising score.
    rows: Vec<LevelRow>,
}

impl ScoreLevels {
    /// The levels of a methodology, in any order.
    pub(crate) fn new(node: Arc<str>, mut rows: Vec<LevelRow>) -> Self {
        rows.sort_by_key(|row| row.min_score);
        Self { node, rows }
    }

    /// The scores from which levels begin, rising.
    pub fn cuts(&self) -> Vec<f64> {
        self.rows.iter().map(|row| row.min_score.to_f64()).collect()
    }

    /// The labels: of being below all levels, unless the lowest asks nothing, then of each level.
    pub fn labels(&self) -> Vec<Text> {
        let below = Text::new("未达级", "no level");
        let below = Some(below).filter(|_| !self.lowest_asks_nothing());
        let labels = self.rows.iter().map(|row| row.label.clone());
        below.into_iter().chain(labels).collect()
    }

    fn lowest_asks_nothing(&self) -> bool {
        let lowest = self.rows.first();
        lowest.is_some_and(|row| row.min_score <= Fixed::ZERO && row.min_scenes == 0 && row.min_constrained == 0)
    }

    /// The probability of each level, in the order of the labels, from that of lying between the cuts. A level whose scenes
    /// are too few is not given: the next one below that is stands for it.
    pub fn probabilities(&self, between: &[f64], counts: &[SceneCount]) -> Vec<f64> {
        let is_open = |row: &LevelRow| {
            let count = counts.iter().find(|count| count.level == row.level);
            let (scenes, constrained) = count.map_or((0, 0), |count| (count.scenes, count.constrained));
            scenes >= row.min_scenes && constrained >= row.min_constrained
        };
        let mut probabilities = vec![0.0; self.rows.len() + 1];
        let mut given = 0;
        for (at, share) in between.iter().enumerate() {
            let reached = at.checked_sub(1).and_then(|above| self.rows.get(above));
            if reached.is_some_and(is_open) {
                given = at;
            }
            if let Some(probability) = probabilities.get_mut(given) {
                *probability += share;
            }
        }
        if self.lowest_asks_nothing() {
            probabilities.remove(0);
        }
        probabilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_without_its_scenes_is_the_one_below() {
        let row = |level: u32, min_scenes| LevelRow {
            level,
            label: Text::new("", ""),
            min_score: Fixed::from_int(i64::from(level) * 20),
            min_scenes,
            min_constrained: 0,
        };
        let levels = ScoreLevels::new("total".into(), vec![row(3, 6), row(1, 1), row(2, 4)]);
        assert_eq!(levels.cuts(), [20.0, 40.0, 60.0]);
        assert_eq!(levels.labels().len(), 4);
        let between = [0.125, 0.25, 0.25, 0.375];
        let check = |scenes: [u32; 3], expected: [f64; 4]| {
            let counts = [1, 2, 3].map(|level: u32| SceneCount {
                level,
                scenes: scenes[level as usize - 1],
                constrained: 0,
            });
            assert_eq!(levels.probabilities(&between, &counts), expected);
        };
        check([9, 9, 9], [0.125, 0.25, 0.25, 0.375]);
        check([9, 9, 5], [0.125, 0.25, 0.625, 0.0]);
        check([9, 3, 9], [0.125, 0.5, 0.0, 0.375]);
        check([0, 0, 0], [1.0, 0.0, 0.0, 0.0]);

        let free = ScoreLevels::new("total".into(), vec![row(0, 0), row(1, 0)]);
        assert_eq!(free.labels().len(), 2, "nobody is below");
        assert_eq!(free.probabilities(&[0.0, 0.25, 0.75], &[]), [0.25, 0.75]);
    }
}
