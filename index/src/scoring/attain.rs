//! From scores to a level or stage, with the reason.

use std::sync::Arc;

use survey::{expression::Scope, text::Text};

use super::{
    Attained, AttainedKind, MissedRow, SceneCount,
    card::{Card, Comparison, Ladder, StageCondition, StageRow},
    evaluate::SceneOutcome,
};
use crate::{exact::Fixed, methodology::LevelRow};

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
        Ladder::Stages { rows, until_confirmed } => (
            Vec::new(),
            stage(card, scores, rows).map(|stage| Attained {
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

fn stage(card: &Card, scores: &[Option<Fixed>], rows: &[StageRow]) -> Option<Attained> {
    let mut missed = Vec::new();
    let mut scope = None;
    for row in rows {
        let failed = row
            .conditions
            .iter()
            .find(|condition| !holds(card, condition, scores, &mut scope));
        if let Some(condition) = failed {
            missed.push(missed_row(card, row, condition, scores));
            continue;
        }
        let (kind, value, label, rule) = (AttainedKind::Stage, row.stage, row.label.clone(), row.text.clone());
        return Some(Attained {
            kind,
            value,
            label,
            rule,
            until_confirmed: None,
            missed,
        });
    }
    None
}

/// Whether a condition holds; where a score it needs is missing it does not.
fn holds(card: &Card, condition: &StageCondition, scores: &[Option<Fixed>], scope: &mut Option<Scope>) -> bool {
    match &condition.comparison {
        Some(comparison) => score_of(comparison, scores).is_some_and(|score| comparison.holds(score)),
        None => condition
            .expression
            .holds(scope.get_or_insert_with(|| scope_of(card, scores))),
    }
}

fn score_of(comparison: &Comparison, scores: &[Option<Fixed>]) -> Option<Fixed> {
    scores.get(comparison.branch).copied().flatten()
}

/// The scores by the codes of their branches.
pub(super) fn scope_of(card: &Card, scores: &[Option<Fixed>]) -> Scope {
    let mut scope = Scope::new();
    for (branch, score) in card.branches.iter().zip(scores) {
        scope.set(Arc::clone(&branch.code), score.map(Fixed::to_f64));
    }
    scope
}

fn missed_row(card: &Card, row: &StageRow, condition: &StageCondition, scores: &[Option<Fixed>]) -> MissedRow {
    let text = condition.expression.text();
    let comparison = condition.comparison.as_ref();
    let found = comparison.and_then(|c| score_of(c, scores));
    let required = comparison.map(|c| c.limit);
    let short_by = found.zip(required).map(|(found, required)| (required - found).abs());
    let message = match (comparison, found, short_by) {
        (Some(comparison), Some(found), Some(short_by)) => {
            let code = card.branch_code(comparison.branch);
            Text::new(
                format!("条件 {text} 不成立：{code} 为 {found}，差 {short_by}。"),
                format!("{text} does not hold: {code} is {found}, {short_by} away."),
            )
        }
        (Some(comparison), ..) => {
            let code = card.branch_code(comparison.branch);
            Text::new(
                format!("条件 {text} 无法判断：{code} 没有得分。"),
                format!("{text}: {code} has no score."),
            )
        }
        _ => Text::new(format!("条件 {text} 不成立。"), format!("{text} does not hold.")),
    };
    MissedRow {
        value: row.stage,
        label: row.label.clone(),
        condition: text.to_owned(),
        found,
        required,
        short_by,
        message,
    }
}
