//! How figures and scores have moved over the years.

use std::collections::BTreeMap;

use index::{composite::Matrix, statistics::trend};

use super::written::Written;
use crate::cli::index::tables::{Cell, Tables};

/// The values of a unit at a node, in rising order of years.
type Points = Vec<(i64, f64)>;

impl<'a> Written<'a> {
    /// The trend of every indicator, as its figures stand in the table, and of every score, where there are several years.
    pub(super) fn trends(&self, tables: &mut Tables<'a>, figures: &[(Option<i64>, Matrix)]) {
        if !self.several() {
            return;
        }
        let mut points: BTreeMap<(&str, &str), Points> = BTreeMap::new();
        let mut units: Vec<&str> = Vec::new();
        let scores = self.of(|year| Some(&year.composite.scores));
        let figures = figures.iter().map(|(year, data)| (*year, data));
        for (year, matrix) in figures.chain(scores) {
            let Some(year) = year else { continue };
            for column in matrix.columns() {
                for (unit, value) in matrix.units().iter().zip(column.cells()) {
                    let own = points.entry((unit.as_str(), column.code())).or_default();
                    own.extend(value.map(|value| (year, value)));
                }
            }
            units.extend(matrix.units().iter().map(String::as_str));
        }
        units.sort_unstable();
        units.dedup();
        let nodes: Vec<&str> = self.indicators().into_iter().chain(self.aggregates()).collect();
        let mut rows = Vec::new();
        for unit in units {
            for node in &nodes {
                let Some(found) = points.get(&(unit, *node)).and_then(|points| trend(points)) else {
                    continue;
                };
                rows.push([
                    Cell::from(unit.to_owned()),
                    (*node).into(),
                    found.from.into(),
                    found.to.into(),
                    found.years.into(),
                    found.first.into(),
                    found.last.into(),
                    found.cagr.into(),
                    found.slope.into(),
                ]);
            }
        }
        let header = ["uCode", "node", "From", "To", "Years", "First", "Last", "CAGR", "Slope"];
        tables.add("trends", &header, rows);
    }
}
