//! The score of a unit and why.

use std::collections::BTreeMap;

use super::CompositeScores;
use crate::{
    card::{NodeKind, NotScored, Scored},
    compile::CompiledComposite,
    composite::{CompositeDetail, Contribution, ImputedFigure, Stage, explain_unit},
};

impl CompositeScores {
    /// The score of a unit and why. `methodology` must be the one that scored it.
    pub fn scored(&self, methodology: &CompiledComposite, unit: usize) -> Scored {
        let mut scored = Scored {
            methodology: methodology.code.clone(),
            version: methodology.version.clone(),
            applies: true,
            not_scored: None,
            nodes: Vec::new(),
            totals: BTreeMap::new(),
            scene_counts: Vec::new(),
            attained: None,
            composite: None,
        };
        let Some(row) = self.row(unit) else {
            scored.not_scored = Some(NotScored::new(
                "screened_out",
                "可用的指标太少，按评价方法不参与测算。",
                "Too little is known of the enterprise; the methodology leaves it out.",
            ));
            return scored;
        };
        let (tree, plan) = (&methodology.method.tree, &methodology.method.plan);
        let contributions = explain_unit(tree, plan, &self.result.figures, &self.result.composite, row);
        let figures = self.units.get(unit).map(|unit| &unit.figures);
        let parts = self.frames.iter().zip(&contributions);
        scored.nodes = parts
            .map(|(frame, part)| frame.node(self.frames.first(), part, figures))
            .collect();
        scored.totals = scored
            .nodes
            .iter()
            .filter(|node| node.kind != NodeKind::Indicator)
            .filter_map(|node| Some((node.code.clone(), node.score?)))
            .collect();
        if self.score(unit).is_none() {
            scored.not_scored = Some(NotScored::new(
                "not_ranked",
                "缺少的指标太多，按评价方法没有总分，不排名。",
                "Too much is missing; by the methodology there is no score and no rank.",
            ));
        }
        scored.attained = self.attained(methodology, unit);
        scored.composite = Some(Box::new(self.detail(contributions, row)));
        scored
    }

    fn detail(&self, contributions: Vec<Contribution>, row: usize) -> CompositeDetail {
        let units = self.result.figures.units();
        let imputed = self.result.stages.iter().filter_map(|stage| match stage {
            Stage::Imputed(imputed) => Some(&imputed.points),
            _ => None,
        });
        let of_unit = imputed.flatten().filter(|point| units.get(row) == Some(&point.unit));
        let percentiles = self.result.percentiles.get(self.main);
        let ranks_within = self.result.ranks_within.iter().filter_map(|(group, ranks)| {
            let rank = ranks.get(self.main)?.get(row).copied().flatten()?;
            Some((group.clone(), rank))
        });
        CompositeDetail {
            contributions,
            imputed: of_unit
                .map(|point| ImputedFigure {
                    indicator: point.code.clone(),
                    value: point.value,
                })
                .collect(),
            percentile: percentiles.and_then(|of| of.get(row).copied().flatten()),
            ranks_within: ranks_within.collect(),
        }
    }
}
