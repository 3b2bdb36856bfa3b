//! What changes from each year to the next.

use std::collections::BTreeMap;

use index::composite::{Composite, CompositeError, YearResult, compute_with, decompose_means, unit_changes};
use survey::text::Text;

use super::{warning::Warning, written::Written};
use crate::{
    cli::index::tables::{Cell, Tables},
    service::error::codes,
};

impl<'a> Written<'a> {
    /// From each year to the next: unit by unit, and the means. Where the scales of one year cannot take the figures of the
    /// next, there is a warning instead.
    pub(super) fn changes(&self, tables: &mut Tables<'a>) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.several() {
            return warnings;
        }
        let (mut units, mut means) = (Vec::new(), Vec::new());
        for pair in self.results.windows(2) {
            let [from, to] = pair else { continue };
            match self.bridge(from, to) {
                Ok(bridge) => {
                    let change = Change { from, to, bridge };
                    units.extend(change.units());
                    means.extend(change.means());
                }
                Err(error) => warnings.push(not_told(from, to, &error)),
            }
        }
        let header = [
            "uCode",
            "node",
            "From",
            "To",
            "score_from",
            "score_to",
            "change",
            "data_effect",
            "method_effect",
            "rank_from",
            "rank_to",
        ];
        tables.add("changes", &header, units);
        let header = [
            "node",
            "From",
            "To",
            "same_units",
            "mean_from",
            "mean_to",
            "data_effect",
            "method_effect",
            "population_effect",
        ];
        tables.add("change_summary", &header, means);
        warnings
    }

    /// The figures of the later year on the scales of the earlier one.
    fn bridge(&self, from: &YearResult, to: &YearResult) -> Result<Composite, CompositeError> {
        compute_with(
            to.figures.clone(),
            to.peers.as_deref(),
            &self.method.tree,
            &self.method.plan,
            &from.scales,
        )
    }
}

/// Two years, and the later one on the scales of the earlier.
struct Change<'a> {
    from: &'a YearResult,
    to: &'a YearResult,
    bridge: Composite,
}

impl<'a> Change<'a> {
    fn years(&self) -> [Cell<'static>; 2] {
        [self.from, self.to].map(|year| year.year.into())
    }

    /// Unit by unit.
    fn units(&self) -> Vec<Vec<Cell<'a>>> {
        let ranks = [self.from, self.to].map(|year| ranks_by_unit(&year.composite));
        let (from, to) = (&self.from.composite.scores, &self.to.composite.scores);
        let changes = unit_changes(from, &self.bridge.scores, to).into_iter();
        let row = changes.map(|change| {
            let own = (change.node.as_str(), change.unit.as_str());
            let [rank_from, rank_to] = [0, 1].map(|at| Cell::from(ranks[at].get(&own).copied().flatten()));
            let mut row = vec![Cell::from(change.unit.clone()), change.node.clone().into()];
            row.extend(self.years());
            let figures = [
                change.from,
                change.to,
                change.to - change.from,
                change.data,
                change.method,
            ];
            row.extend(figures.map(Cell::from));
            row.extend([rank_from, rank_to]);
            row
        });
        row.collect()
    }

    /// The means of all units.
    fn means(&self) -> Vec<Vec<Cell<'a>>> {
        let (from, to) = (&self.from.composite.scores, &self.to.composite.scores);
        let changes = decompose_means(from, &self.bridge.scores, to).into_iter();
        let row = changes.map(|change| {
            let mut row = vec![Cell::from(change.node)];
            row.extend(self.years());
            row.push(change.same_units.into());
            let figures = [change.from, change.to, change.data, change.method, change.population];
            row.extend(figures.map(Cell::from));
            row
        });
        row.collect()
    }
}

/// The number of a year; empty where there is one year alone.
fn name(year: &YearResult) -> String {
    year.year.map_or(String::new(), |year| year.to_string())
}

fn not_told(from: &YearResult, to: &YearResult, why: &CompositeError) -> Warning {
    let ([from, to], why) = ([from, to].map(name), why.message());
    Warning {
        code: codes::cli::CHANGES_NOT_TOLD.name,
        message: Text::new(
            format!(
                "{from} 年到 {to} 年的变动无从分解，因为 {from} 年的标尺不适用于 {to} 年的数据：{}",
                why.zh
            ),
            format!(
                "The change from {from} to {to} is not taken apart, as the scales of {from} cannot take the figures of {to}: {}",
                why.en
            ),
        ),
    }
}

/// The rank of each unit at each node.
fn ranks_by_unit(composite: &Composite) -> BTreeMap<(&str, &str), Option<u32>> {
    let units = composite.scores.units();
    let nodes = composite.scores.columns().iter().zip(&composite.ranks);
    let all = nodes.flat_map(|(column, ranks)| {
        let of_node = units.iter().zip(ranks);
        of_node.map(move |(unit, rank)| ((column.code(), unit.as_str()), *rank))
    });
    all.collect()
}
