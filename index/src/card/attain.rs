//! From scores to a level or stage, with the reason.

use survey::text::Text;

use super::{
    compiled::{Card, Ladder},
    outcome::SceneOutcome,
};
use crate::{
    exact::Fixed,
    ladder::{Attained, AttainedKind, LevelRow, MissedRow, Operator, Requirement, SceneCount, Subject},
};

/// The scenes counted per level and the level or stage; none when a score it needs is missing.
pub(super) fn attained(
    card: &Card,
    scores: &[Option<Fixed>],
    scenes: &[SceneOutcome],
) -> (Vec<SceneCount>, Option<Attained>) {
    match &card.ladder {
        Ladder::Levels { total: at, rows } => {
            let counts: Vec<SceneCount> = rows.iter().map(|row| count(card, scenes, row.level)).collect();
            let total = scores.get(*at).copied().flatten();
            let level = total.and_then(|total| level(card, *at, total, rows, &counts));
            (counts, level)
        }
        Ladder::Stages {
            stages,
            until_confirmed,
        } => (
            Vec::new(),
            stages.attained(scores).map(|stage| Attained {
                until_confirmed: until_confirmed.clone(),
                ..stage
            }),
        ),
    }
}

fn count(card: &Card, scenes: &[SceneOutcome], level: u32) -> SceneCount {
    count_of(card, scenes.iter().map(|scene| scene.level), level)
}

/// Scenes of at least a level; a scene without level has none.
pub(super) fn count_of(card: &Card, levels: impl Iterator<Item = Option<Fixed>>, level: u32) -> SceneCount {
    let least = Fixed::from_int(i64::from(level));
    let reached = |found: Option<Fixed>| found.is_some_and(|found| found >= least);
    let mut counts = SceneCount {
        level,
        scenes: 0,
        constrained: 0,
    };
    for (node, _) in card.scenes.iter().zip(levels).filter(|(_, found)| reached(*found)) {
        counts.scenes += 1;
        counts.constrained += u32::from(node.constrained);
    }
    counts
}

fn level(card: &Card, at: usize, total: Fixed, rows: &[LevelRow], counts: &[SceneCount]) -> Option<Attained> {
    let mut missed = Vec::new();
    for (row, count) in rows.iter().zip(counts) {
        let whole = |n: u32| Fixed::from_int(i64::from(n));
        let conditions = [
            ("min_score", total, row.min_score),
            ("min_scenes", whole(count.scenes), whole(row.min_scenes)),
            ("min_constrained", whole(count.constrained), whole(row.min_constrained)),
        ];
        let failed = conditions
            .into_iter()
            .enumerate()
            .find(|(_, (_, found, least))| found < least);
        let Some((condition, (name, found, required))) = failed else {
            let rule = format!(
                "min_score {}, min_scenes {}, min_constrained {}",
                row.min_score, row.min_scenes, row.min_constrained
            );
            let (kind, value, label) = (AttainedKind::Level, row.level, row.label.clone());
            return Some(Attained {
                kind,
                value,
                label,
                rule,
                until_confirmed: None,
                missed,
            });
        };
        missed.push(MissedRow {
            value: row.level,
            label: row.label.clone(),
            condition: format!("{name} {required}"),
            found: Some(found),
            required: Some(required),
            short_by: Some(required - found),
            message: level_sentence(card, at, row, condition, Some(found)),
        });
    }
    None
}

/// A condition of a level as a sentence: the first is about the total, a branch, the second about scenes, the third about
/// constrained scenes.
pub(super) fn level_sentence(
    card: &Card,
    total: usize,
    row: &LevelRow,
    condition: usize,
    found: Option<Fixed>,
) -> Text {
    let whole = |n: u32| Fixed::from_int(i64::from(n));
    let none = Text::default();
    let (of, least) = match condition {
        0 => {
            let operator = Operator::GreaterEqual;
            let (node, limit) = (
                card.branches.get(total).map_or(&none, |branch| &*branch.label),
                row.min_score,
            );
            (Subject::Score { node, operator, limit }, limit)
        }
        1 => (Subject::Scenes(whole(row.min_scenes)), whole(row.min_scenes)),
        _ => (
            Subject::Constrained(whole(row.min_constrained)),
            whole(row.min_constrained),
        ),
    };
    let requirement = Requirement {
        kind: AttainedKind::Level,
        label: &row.label,
        of,
        holds: found.is_some_and(|found| found >= least),
        found,
        decimals: card.rounding.print_decimals,
    };
    requirement.sentence()
}
