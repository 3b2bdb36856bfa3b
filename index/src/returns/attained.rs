//! The level or stage of a unit, and the next one.

use super::{CompositeScores, frame::fixed};
use crate::{
    compile::CompiledComposite,
    composite::StageConditions,
    ladder::{Attained, AttainedKind, MissedRow, Operator, StageRow, unmet},
    rank::counted,
};

impl CompositeScores {
    /// The level or stage of a unit, where the methodology has any. `methodology` must be the one that scored it.
    pub fn attained(&self, methodology: &CompiledComposite, unit: usize) -> Option<Attained> {
        let row = self.row(unit)?;
        match &methodology.method.stages {
            Some(stages) => self.stage_attained(methodology, stages, row),
            None => self.level_attained(methodology, row),
        }
    }

    fn stage_attained(
        &self,
        methodology: &CompiledComposite,
        stages: &StageConditions,
        row: usize,
    ) -> Option<Attained> {
        (*self.result.development_stages.as_ref()?.get(row)?)?;
        let of = self.result.scores_as(stages.published);
        stages
            .ladder
            .attained(&stages.scores(of, row, methodology.method.level_precision()))
    }

    fn level_attained(&self, methodology: &CompiledComposite, row: usize) -> Option<Attained> {
        let cuts = methodology.method.cuts.as_ref()?;
        let code = self.result.levels.as_ref()?.get(row)?.as_ref()?;
        let reached = cuts.levels.iter().position(|(level, _)| level == code)?;
        let found = self.result.scores_as(cuts.published).column(&cuts.node)?.get(row)?;
        let condition = |least: Option<f64>| match least {
            Some(least) => format!("{} >= {least}", cuts.node),
            None => String::new(),
        };
        let missed = cuts.levels[..reached].iter();
        let missed = missed.map(|(level, least)| {
            let short = least.map(|least| least - found);
            let condition = condition(*least);
            MissedRow {
                value: rung(&cuts.levels, level),
                label: methodology.level_label(level),
                message: unmet(
                    &methodology.level_label(level),
                    &methodology.label(&cuts.node),
                    (Operator::GreaterEqual, least.unwrap_or(f64::NEG_INFINITY)),
                    Some(found),
                ),
                condition,
                found: fixed(found),
                required: least.and_then(fixed),
                short_by: short.and_then(fixed),
            }
        });
        Some(Attained {
            kind: AttainedKind::Level,
            value: rung(&cuts.levels, code),
            label: methodology.level_label(code),
            rule: condition(cuts.levels.get(reached).and_then(|(_, least)| *least)),
            until_confirmed: None,
            missed: missed.collect(),
        })
    }

    /// The place of the level above a unit's own among the levels; none at the top and without one.
    pub(crate) fn next_level(&self, methodology: &CompiledComposite, unit: usize) -> Option<usize> {
        let code = self.result.levels.as_ref()?.get(self.row(unit)?)?.as_ref()?;
        let levels = methodology.method.cuts.as_ref()?.levels.iter();
        levels
            .map(|(level, _)| level)
            .position(|level| level == code)?
            .checked_sub(1)
    }

    /// The row above a unit's own among the stages; none at the top and without one.
    pub(crate) fn next_stage<'m>(&self, stages: &'m StageConditions, unit: usize) -> Option<&'m StageRow> {
        let own = (*self.result.development_stages.as_ref()?.get(self.row(unit)?)?)?;
        stages.ladder.above(own)
    }
}

/// The number of a level: 1 for the lowest.
#[expect(clippy::expect_used, reason = "a level that was given is one of the methodology's")]
fn rung(levels: &[(String, Option<f64>)], code: &str) -> u32 {
    let above = levels.iter().position(|(level, _)| level == code);
    counted(levels.len() - above.expect("a level of the methodology"))
}
