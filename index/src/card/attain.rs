//! From scores to a level or stage, with the reason.

use survey::text::Text;

use super::{
    compiled::{Card, Ladder},
    outcome::SceneOutcome,
};
use crate::{
    exact::Fixed,
    ladder::{Attained, AttainedKind, LevelRow, MissedRow, SceneCount},
};

/// The scenes counted per level and the level or stage; none when a score it needs is missing.
pub(super) fn attained(
    card: &Card,
    scores: &[Option<Fixed>],
    scenes: &[SceneOutcome],
) -> (Vec<SceneCount>, Option<Attained>) {
    match &card.ladder {
        Ladder::Levels { total, rows } => {
            let counts: Vec<SceneCount> = rows.iter().map(|row| count(card, scenes, row.level)).collect();
            let total = scores.get(*total).copied().flatten();
            let level = total.and_then(|total| level(total, rows, &counts));
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

fn level(total: Fixed, rows: &[LevelRow], counts: &[SceneCount]) -> Option<Attained> {
    let mut missed = Vec::new();
    for (row, count) in rows.iter().zip(counts) {
        let whole = |n: u32| Fixed::from_int(i64::from(n));
        let conditions = [
            ("min_score", "总分", "the total", total, row.min_score),
            (
                "min_scenes",
                "达级场景数",
                "the number of scenes",
                whole(count.scenes),
                whole(row.min_scenes),
            ),
            (
                "min_constrained",
                "达级约束性场景数",
                "the number of constrained scenes",
                whole(count.constrained),
                whole(row.min_constrained),
            ),
        ];
        let Some((name, zh, en, found, required)) = conditions.into_iter().find(|(.., found, least)| found < least)
        else {
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
        let short_by = required - found;
        missed.push(MissedRow {
            value: row.level,
            label: row.label.clone(),
            condition: format!("{name} {required}"),
            found: Some(found),
            required: Some(required),
            short_by: Some(short_by),
            message: Text::new(
                format!("{zh}为 {found}，要求 {required}，差 {short_by}。"),
                format!("{en} is {found}, {required} is asked for, {short_by} short."),
            ),
        });
    }
    None
}
