//! Figures after every step, scores, weights and explanations.

use std::collections::BTreeMap;

use index::{
    composite::{Mean, Method, Stage, explain_unit},
    weights::effective_weights,
};

use super::written::Written;
use crate::cli::index::tables::{Cell, Tables, unit_cells};

impl<'a> Written<'a> {
    /// The figures after every step.
    pub(super) fn stages(&self, tables: &mut Tables<'a>) {
        for at in 0..self.results.first().map_or(0, |year| year.stages.len()) {
            let matrices = self.of(|year| year.stages.get(at).map(Stage::figures));
            let name = match self.results.first().and_then(|year| year.stages.get(at)) {
                Some(Stage::Denominated(_)) => "denominated",
                Some(Stage::Imputed(_)) => "imputed",
                Some(Stage::Screened(_)) => "screened",
                _ => "treated",
            };
            tables.add_matrices(name, &self.indicators(), matrices);
        }
        let normalised = self.of(|year| Some(&year.composite.normalised));
        tables.add_matrices("normalised", &self.indicators(), normalised);
    }

    /// Scores, ranks, percentiles, and levels or stages.
    pub(super) fn scores(&self, tables: &mut Tables<'a>) {
        let aggregates = self.aggregates();
        let scores = self.of(|year| Some(&year.composite.scores));
        tables.add_matrices("aggregated", &aggregates, scores);
        let published = self.of(|year| year.published.as_ref());
        if !published.is_empty() {
            tables.add_matrices("published", &aggregates, published);
        }
        self.of_scores(tables, "ranks", |year, node, row| {
            let rank = *year.composite.ranks.get(node)?.get(row)?;
            rank.map(Cell::from)
        });
        self.of_scores(tables, "percentiles", |year, node, row| {
            let percentile = *year.percentiles.get(node)?.get(row)?;
            percentile.map(Cell::from)
        });
        for group in &self.method.rank_within {
            self.of_scores(tables, format!("ranks_{group}"), |year, node, row| {
                let rank = *year.ranks_within.get(group)?.get(node)?.get(row)?;
                rank.map(Cell::from)
            });
        }
        if self.method.cuts.is_some() {
            self.of_units(tables, "levels", "Level", |year, row| {
                let level = year.levels.as_ref()?.get(row)?.as_deref();
                level.map(Cell::from)
            });
        }
        if self.method.stages.is_some() {
            self.of_units(tables, "stages", "Stage", |year, row| {
                let stage = *year.development_stages.as_ref()?.get(row)?;
                stage.map(Cell::from)
            });
        }
    }

    pub(super) fn weights(&self, tables: &mut Tables<'a>) {
        let method: &'a Method = self.method;
        let tree = &method.tree;
        let effective: BTreeMap<String, f64> = effective_weights(tree)
            .into_iter()
            .map(|node| (node.code, node.weight))
            .collect();
        let rows = tree.nodes().iter().zip(tree.levels()).map(|(node, level)| {
            [
                Cell::from(&node.code),
                level.into(),
                node.parent.as_ref().into(),
                node.weight.into(),
                effective.get(&node.code).copied().into(),
                node.mean.map(Mean::name).into(),
            ]
        });
        let header = ["iCode", "Level", "Parent", "Weight", "EffWeight", "Aggregation"];
        tables.add("weights", &header, rows);
    }

    pub(super) fn explain(&self, tables: &mut Tables<'a>) {
        let (results, tree, plan) = (self.results, &self.method.tree, &self.method.plan);
        let header = self.header(&[
            "node",
            "parent",
            "value",
            "normalised",
            "weight",
            "weight_used",
            "contribution",
            "contribution_of",
            "weight_in_top",
            "top_contribution",
        ]);
        let units = self.places();
        tables.add_parts("explain", &header, units.len(), move |part, to| {
            let Some(at) = units.place(part) else { return };
            let year = &results[at.year];
            for part in explain_unit(tree, plan, &year.figures, &year.composite, at.row) {
                unit_cells(&year.figures.units()[at.row], year.year, to);
                let cells = [
                    Cell::from(part.node),
                    part.parent.into(),
                    part.value.into(),
                    part.score.into(),
                    part.weight.into(),
                    part.weight_used.into(),
                    part.contribution.into(),
                    part.scale.name().into(),
                    part.weight_in_top.into(),
                    part.top_contribution.into(),
                ];
                for cell in cells {
                    to.cell(cell);
                }
                to.end();
            }
        });
    }
}
