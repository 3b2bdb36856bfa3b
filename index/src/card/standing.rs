//! Where scores stand against the conditions of a level or stage, light enough to be asked a thousand times: for distances
//! and for the search of what would reach it.

use survey::text::Text;

use super::{
    MissingReason, Scored,
    attain::{count_of, level_sentence},
    compiled::{Card, Ladder},
    outcome::LeafOutcome,
    tree::Tree,
};
use crate::{
    exact::Fixed,
    ladder::{LevelRow, StageCondition, StageLadder, StageRow},
    rank::counted,
};

/// Scores of leaves and levels of scenes, to be varied.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// Of each leaf its score, none when it is left out, and why its value is missing.
    pub(crate) leaves: Vec<(Option<Fixed>, Option<MissingReason>)>,
    /// Of each scene its level, none when it has none, and why.
    pub(crate) scenes: Vec<(Option<Fixed>, Option<MissingReason>)>,
}

/// Scores of branches and levels of scenes.
pub(crate) struct Joined {
    scores: Vec<Option<Fixed>>,
    scenes: Vec<Option<Fixed>>,
    unresolved: bool,
}

impl State {
    /// The state of a result; none where nothing was scored.
    pub(crate) fn of(card: &Card, scored: &Scored) -> Option<Self> {
        let leaf = |code: &str| scored.node(code).map(|node| (node.score, node.missing));
        let scene = |code: &str| {
            let node = scored.node(code)?;
            let level = match node.value {
                Some(super::Figure::Number(level)) => Some(level),
                _ => None,
            };
            Some((level, node.missing))
        };
        Some(Self {
            leaves: card.leaves.iter().map(|own| leaf(&own.code)).collect::<Option<_>>()?,
            scenes: card.scenes.iter().map(|own| scene(&own.code)).collect::<Option<_>>()?,
        })
    }

    /// The scores of all branches that follow.
    pub(crate) fn joined(&self, card: &Card) -> Joined {
        let leaves = self.leaves.iter().map(|(score, missing)| LeafOutcome {
            figure: None,
            score: *score,
            missing: *missing,
        });
        let tree = Tree::new(card, leaves.collect());
        Joined {
            unresolved: tree.is_unresolved(),
            scores: tree.scores(),
            scenes: self.scenes.iter().map(|(level, _)| *level).collect(),
        }
    }
}

/// A row of the ladder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rung(usize);

/// How a condition stands.
pub(crate) struct Standing {
    /// Place of the condition in its row.
    pub(crate) condition: usize,
    pub(crate) holds: bool,
    /// The branch whose score is compared.
    pub(crate) branch: Option<usize>,
    pub(crate) found: Option<Fixed>,
    pub(crate) required: Option<Fixed>,
    /// The greatest that what is compared can be.
    pub(crate) span: Option<Fixed>,
}

impl Rung {
    /// The row above the one that a result has; none at the top, and where there is no result.
    pub(crate) fn next(card: &Card, scored: &Scored) -> Option<Self> {
        let value = scored.attained.as_ref()?.value;
        let own = card.ladder.rungs().iter().position(|rung| *rung == value)?;
        own.checked_sub(1).map(Self)
    }

    /// The number of the level or stage.
    pub(crate) fn value(self, card: &Card) -> u32 {
        card.ladder.rungs()[self.0]
    }

    pub(crate) fn label(self, card: &Card) -> Text {
        match &card.ladder {
            Ladder::Levels { rows, .. } => rows.get(self.0).map(|row| row.label.clone()),
            Ladder::Stages { stages, .. } => stages.rows.get(self.0).map(|row| row.label.clone()),
        }
        .unwrap_or_else(|| Text::new("", ""))
    }

    /// A condition of the row as it is written, or named.
    pub(crate) fn condition_text(self, card: &Card, condition: usize) -> String {
        match &card.ladder {
            Ladder::Levels { rows, .. } => rows.get(self.0).map(|row| match condition {
                0 => format!("min_score {}", row.min_score),
                1 => format!("min_scenes {}", row.min_scenes),
                _ => format!("min_constrained {}", row.min_constrained),
            }),
            Ladder::Stages { stages, .. } => stages
                .rows
                .get(self.0)
                .and_then(|row| row.conditions.get(condition))
                .map(|found| found.expression.text().to_owned()),
        }
        .unwrap_or_default()
    }

    /// How a condition of the row stands, as a sentence.
    pub(crate) fn sentence(self, card: &Card, standing: &Standing) -> Text {
        let (condition, found) = (standing.condition, standing.found);
        match &card.ladder {
            Ladder::Levels { total, rows } => rows
                .get(self.0)
                .map(|row| level_sentence(card, *total, row, condition, found)),
            Ladder::Stages { stages, .. } => stages.rows.get(self.0).and_then(|row| {
                let asked = row.conditions.get(condition)?;
                Some(stages.sentence(row, asked, found, standing.holds))
            }),
        }
        .unwrap_or_default()
    }

    /// How every condition of the row stands. One that needs a missing score does not hold.
    pub(crate) fn standings(self, card: &Card, joined: &Joined) -> Vec<Standing> {
        match &card.ladder {
            Ladder::Levels { total, rows } => level_standings(card, *total, &rows[self.0], joined),
            Ladder::Stages { stages, .. } => stage_standings(stages, &stages.rows[self.0], joined),
        }
    }

    /// Whether the row is reached.
    pub(crate) fn is_reached(self, card: &Card, joined: &Joined) -> bool {
        !joined.unresolved && self.standings(card, joined).iter().all(|standing| standing.holds)
    }
}

fn level_standings(card: &Card, total: usize, row: &LevelRow, joined: &Joined) -> Vec<Standing> {
    let whole = |n: u32| Fixed::from_int(i64::from(n));
    let counts = count_of(card, joined.scenes.iter().copied(), row.level);
    let score = joined.scores.get(total).copied().flatten();
    let most: Fixed = card.leaves.iter().map(|leaf| leaf.weight).sum();
    let scenes = counted(card.scenes.len());
    let conditions = [
        (Some(total), score, row.min_score, most),
        (None, Some(whole(counts.scenes)), whole(row.min_scenes), whole(scenes)),
        (
            None,
            Some(whole(counts.constrained)),
            whole(row.min_constrained),
            whole(scenes),
        ),
    ];
    let standing = |(condition, found): (usize, (Option<usize>, Option<Fixed>, Fixed, Fixed))| {
        let (branch, found, required, span) = found;
        Standing {
            condition,
            holds: found.is_some_and(|found| found >= required),
            branch,
            found,
            required: Some(required),
            span: Some(span),
        }
    };
    conditions.into_iter().enumerate().map(standing).collect()
}

fn stage_standings(stages: &StageLadder, row: &StageRow, joined: &Joined) -> Vec<Standing> {
    let asked = stages.ask(&joined.scores);
    let standing = |(at, condition): (usize, &StageCondition)| {
        let comparison = condition.comparison.as_ref();
        Standing {
            condition: at,
            holds: asked.holds(condition),
            branch: comparison.map(|comparison| comparison.node),
            found: asked.told(condition),
            required: comparison.map(|comparison| comparison.limit),
            span: comparison.map(|_| Fixed::PERCENT),
        }
    };
    row.conditions.iter().enumerate().map(standing).collect()
}
