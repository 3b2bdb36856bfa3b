//! Figures after every step, scores, weights and explanations.

use std::collections::BTreeMap;

use index::{
    composite::{Stage, explain_unit},
    weights::effective_weights,
};

use super::written::{Written, rank};
use crate::cli::{
    index::tables::{Tables, number, or_blank, unit_cells, unit_header},
    output::Failed,
};

impl Written<'_> {
    /// The figures after every step.
    pub(super) fn stages(&self, tables: &mut Tables) -> Result<(), Failed> {
        for at in 0..self.results.first().map_or(0, |year| year.stages.len()) {
            let matrices = self.of(|year| year.stages.get(at).map(Stage::figures));
            let name = match self.results.first().and_then(|year| year.stages.get(at)) {
                Some(Stage::Denominated(_)) => "denominated.csv",
                Some(Stage::Imputed(_)) => "imputed.csv",
                Some(Stage::Screened(_)) => "screened.csv",
                _ => "treated.csv",
            };
            tables.add_matrices(name, &self.indicators(), &matrices)?;
        }
        let normalised = self.of(|year| Some(&year.composite.normalised));
        tables.add_matrices("normalised.csv", &self.indicators(), &normalised)
    }

    /// Scores, ranks, percentiles, and levels or stages.
    pub(super) fn scores(&self, tables: &mut Tables) -> Result<(), Failed> {
        let aggregates = self.aggregates();
        let scores = self.of(|year| Some(&year.composite.scores));
        tables.add_matrices("aggregated.csv", &aggregates, &scores)?;
        let published = self.of(|year| year.published.as_ref());
        if !published.is_empty() {
            tables.add_matrices("published.csv", &aggregates, &published)?;
        }
        self.of_scores(tables, "ranks.csv", |year, node, row| {
            rank(year.composite.ranks.get(node).and_then(|ranks| ranks.get(row)))
        })?;
        self.of_scores(tables, "percentiles.csv", |year, node, row| {
            number(year.percentiles.get(node).and_then(|of| of.get(row).copied().flatten()))
        })?;
        for group in &self.method.rank_within {
            self.of_scores(tables, &format!("ranks_{group}.csv"), |year, node, row| {
                let of_group = year.ranks_within.get(group);
                rank(
                    of_group
                        .and_then(|ranks| ranks.get(node))
                        .and_then(|ranks| ranks.get(row)),
                )
            })?;
        }
        if self.method.cuts.is_some() {
            self.of_units(tables, "levels.csv", "Level", |year, row| {
                year.levels.as_ref()?.get(row)?.clone()
            })?;
        }
        if self.method.stages.is_some() {
            self.of_units(tables, "stages.csv", "Stage", |year, row| {
                let stage = (*year.development_stages.as_ref()?.get(row)?)?;
                Some(stage.to_string())
            })?;
        }
        Ok(())
    }

    pub(super) fn weights(&self, tables: &mut Tables) -> Result<(), Failed> {
        let tree = &self.method.tree;
        let effective: BTreeMap<String, f64> = effective_weights(tree)
            .into_iter()
            .map(|node| (node.code, node.weight))
            .collect();
        let rows = tree.nodes().iter().zip(tree.levels()).map(|(node, level)| {
            let rule = node.mean.map_or(String::new(), |mean| mean.name().to_owned());
            vec![
                node.code.clone(),
                level.to_string(),
                or_blank(node.parent.clone()),
                number(Some(node.weight)),
                number(effective.get(&node.code).copied()),
                rule,
            ]
        });
        let header = ["iCode", "Level", "Parent", "Weight", "EffWeight", "Aggregation"];
        tables.add("weights.csv", &header, rows)
    }

    pub(super) fn explain(&self, tables: &mut Tables) -> Result<(), Failed> {
        let mut rows = Vec::new();
        for year in self.results {
            for (row, unit) in year.figures.units().iter().enumerate() {
                let (tree, plan) = (&self.method.tree, &self.method.plan);
                for part in explain_unit(tree, plan, &year.figures, &year.composite, row) {
                    let mut cells = unit_cells(unit, year.year);
                    cells.extend([
                        part.node,
                        or_blank(part.parent),
                        number(part.value),
                        number(part.score),
                        number(Some(part.weight)),
                        number(part.weight_used),
                        number(part.contribution),
                        part.scale.name().to_owned(),
                        number(part.weight_in_top),
                        number(part.top_contribution),
                    ]);
                    rows.push(cells);
                }
            }
        }
        let columns = [
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
        ];
        let header: Vec<&str> = unit_header(self.several()).into_iter().chain(columns).collect();
        tables.add("explain.csv", &header, rows)
    }
}
