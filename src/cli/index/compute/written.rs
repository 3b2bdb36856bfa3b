//! The results of a method, and the shapes of tables that they are written in.

use index::composite::{Matrix, Method, YearResult};

use crate::cli::index::tables::{Cell, Tables, UnitPlaces, unit_cells, unit_header};

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

    pub(super) fn of(&self, matrix: impl Fn(&'a YearResult) -> Option<&'a Matrix>) -> Vec<OfYear<'a>> {
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
        tables: &mut Tables<'a>,
        name: &str,
        column: &'static str,
        cell: impl Fn(&'a YearResult, usize) -> Option<Cell<'a>> + Sync + 'a,
    ) {
        let (results, units) = (self.results, self.places());
        tables.add_parts(name, &self.header(&[column]), units.len(), move |part, to| {
            let Some(at) = units.place(part) else { return };
            let year = &results[at.year];
            unit_cells(&year.figures.units()[at.row], year.year, to);
            to.cell(cell(year, at.row).into());
            to.end();
        });
    }

    /// A cell for every unit and aggregate; `cell` gets the place of the aggregate among the scores and the row.
    pub(super) fn of_scores(
        &self,
        tables: &mut Tables<'a>,
        name: impl Into<String>,
        cell: impl Fn(&'a YearResult, usize, usize) -> Option<Cell<'a>> + Sync + 'a,
    ) {
        let (results, units, aggregates) = (self.results, self.places(), self.aggregates());
        let header: Vec<&str> = unit_header(self.several())
            .into_iter()
            .chain(aggregates.iter().copied())
            .collect();
        let of_year = |year: &YearResult| {
            let columns = year.composite.scores.columns();
            let place = |code: &&str| columns.iter().position(|column| column.code() == *code);
            aggregates.iter().map(place).collect()
        };
        let nodes: Vec<Vec<Option<usize>>> = results.iter().map(of_year).collect();
        tables.add_parts(name, &header, units.len(), move |part, to| {
            let Some(at) = units.place(part) else { return };
            let year = &results[at.year];
            unit_cells(&year.figures.units()[at.row], year.year, to);
            for node in &nodes[at.year] {
                to.cell(node.and_then(|node| cell(year, node, at.row)).into());
            }
            to.end();
        });
    }

    /// The units of all years.
    pub(super) fn places(&self) -> UnitPlaces {
        UnitPlaces::of(self.results.iter().map(|year| year.figures.units().len()))
    }
}
