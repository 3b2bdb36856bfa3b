//! The results of a method, and the shapes of tables that they are written in.

use index::composite::{Matrix, Method, YearResult};

use crate::cli::{
    index::tables::{Tables, or_blank, unit_cells, unit_header},
    output::Failed,
};

/// A method and its results, to be written as tables.
pub(super) struct Written<'a> {
    pub(super) method: &'a Method,
    pub(super) results: &'a [YearResult],
}

/// A matrix of a year.
pub(super) type OfYear<'a> = (Option<i64>, &'a Matrix);

impl<'a> Written<'a> {
    pub(super) fn several(&self) -> bool {
        self.results.iter().any(|year| year.year.is_some())
    }

    pub(super) fn of<'m>(&'m self, matrix: impl Fn(&'m YearResult) -> Option<&'m Matrix>) -> Vec<OfYear<'m>> {
        self.results
            .iter()
            .filter_map(|year| Some((year.year, matrix(year)?)))
            .collect()
    }

    pub(super) fn indicators(&self) -> Vec<&'a str> {
        self.method.tree.indicators().collect()
    }

    /// Aggregates in the order in which the tree is described.
    pub(super) fn aggregates(&self) -> Vec<&'a str> {
        let known: Vec<&str> = self.method.tree.aggregates().collect();
        let nodes = self.method.tree.nodes().iter().map(|node| node.code.as_str());
        nodes.filter(|code| known.contains(code)).collect()
    }

    /// The columns that name a unit, and these.
    pub(super) fn header(&self, columns: &[&'static str]) -> Vec<&'static str> {
        let unit = unit_header(self.several());
        unit.into_iter().chain(columns.iter().copied()).collect()
    }

    /// A column with a cell for every unit; `cell` gets the row.
    pub(super) fn of_units(
        &self,
        tables: &mut Tables,
        name: &str,
        column: &str,
        cell: impl Fn(&YearResult, usize) -> Option<String>,
    ) -> Result<(), Failed> {
        let mut rows = Vec::new();
        for year in self.results {
            for (at, unit) in year.figures.units().iter().enumerate() {
                let mut row = unit_cells(unit, year.year);
                row.push(or_blank(cell(year, at)));
                rows.push(row);
            }
        }
        let header: Vec<&str> = unit_header(self.several()).into_iter().chain([column]).collect();
        tables.add(name, &header, rows)
    }

    /// A cell for every unit and aggregate; `cell` gets the place of the aggregate among the scores and the row.
    pub(super) fn of_scores(
        &self,
        tables: &mut Tables,
        name: &str,
        cell: impl Fn(&YearResult, usize, usize) -> String,
    ) -> Result<(), Failed> {
        let aggregates = self.aggregates();
        let mut rows = Vec::new();
        for year in self.results {
            let columns = year.composite.scores.columns();
            let places: Vec<usize> = aggregates
                .iter()
                .filter_map(|code| columns.iter().position(|column| column.code() == *code))
                .collect();
            for (row, unit) in year.figures.units().iter().enumerate() {
                let cells = places.iter().map(|node| cell(year, *node, row));
                rows.push(unit_cells(unit, year.year).into_iter().chain(cells).collect::<Vec<_>>());
            }
        }
        let header: Vec<&str> = unit_header(self.several()).into_iter().chain(aggregates).collect();
        tables.add(name, &header, rows)
    }
}

/// A rank as a cell.
pub(super) fn rank(rank: Option<&Option<u32>>) -> String {
    rank.copied().flatten().map_or(String::new(), |rank| rank.to_string())
}
