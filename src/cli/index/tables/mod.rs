//! Tables of results: what stands in them is told cell by cell when they are written, so that no table is held as text.

mod cell;
mod csv;
mod written;

use std::{borrow::Borrow, fs::File, io, num::NonZeroUsize, ops::Range};

use index::composite::Matrix;

use self::written::write_csv;
pub(super) use self::{cell::Cell, csv::csv_of};
#[cfg(feature = "parquet")]
use super::parquet;

/// The results of a command, all of which are written or none.
#[derive(Default)]
pub(super) struct Tables<'a>(Vec<Table<'a>>);

/// A table of results.
pub(super) struct Table<'a> {
    name: String,
    header: Vec<String>,
    /// Rows come in parts, such as those of one unit.
    parts: usize,
    tell: Tell<'a>,
}

/// Tells the rows of a part.
type Tell<'a> = Box<dyn Fn(usize, &mut dyn Rows) + Sync + 'a>;

/// What takes the cells of a table.
pub(super) trait Rows {
    /// The next cell of the row.
    fn cell(&mut self, cell: Cell<'_>);
    /// The row has ended.
    fn end(&mut self);
}

/// A unit of a year: the place of the year among the years, the row of the unit in it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) year: usize,
    pub(super) row: usize,
}

/// What the tables are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum TableForm {
    /// Text with commas, in UTF-8
    #[default]
    Csv,
    /// Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Table<'_> {
    /// Names of its columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// How many parts it has.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// Tells the rows of some parts.
    pub(super) fn tell(&self, parts: Range<usize>, to: &mut dyn Rows) {
        parts.for_each(|part| (self.tell)(part, to));
    }

    /// The name of its file.
    pub(super) fn file(&self, form: TableForm) -> String {
        let ending = match form {
            TableForm::Csv => "csv",
            #[cfg(feature = "parquet")]
            TableForm::Parquet => "parquet",
        };
        format!("{}.{ending}", self.name)
    }

    /// Writes it on up to so many threads.
    pub(super) fn write(&self, form: TableForm, file: &mut File, threads: NonZeroUsize) -> io::Result<()> {
        match form {
            TableForm::Csv => write_csv(self, file, threads),
            #[cfg(feature = "parquet")]
            TableForm::Parquet => parquet::write(self, file),
        }
    }
}

impl<'a> Tables<'a> {
    /// Adds a table, with its name without an ending.
    pub(super) fn add<R: Into<Vec<Cell<'a>>>>(
        &mut self,
        name: impl Into<String>,
        header: &[&str],
        rows: impl IntoIterator<Item = R>,
    ) {
        let rows: Vec<Vec<Cell<'a>>> = rows.into_iter().map(Into::into).collect();
        self.add_parts(name, header, rows.len(), move |part, to| {
            for cell in rows.get(part).into_iter().flatten() {
                to.cell(cell.borrowed());
            }
            to.end();
        });
    }

    /// Adds a table of which each part tells its rows.
    pub(super) fn add_parts(
        &mut self,
        name: impl Into<String>,
        header: &[&str],
        parts: usize,
        tell: impl Fn(usize, &mut dyn Rows) + Sync + 'a,
    ) {
        self.0.push(Table {
            name: name.into(),
            header: header.iter().map(|title| (*title).to_owned()).collect(),
            parts,
            tell: Box::new(tell),
        });
    }

    /// Adds a matrix for each year: units as rows, the column Time where there are several years. Columns in the order named.
    pub(super) fn add_matrices<M: Borrow<Matrix> + Sync + 'a>(
        &mut self,
        name: impl Into<String>,
        columns: &[&str],
        years: Vec<(Option<i64>, M)>,
    ) {
        let has_years = years.iter().any(|(year, _)| year.is_some());
        let header: Vec<&str> = unit_header(has_years)
            .into_iter()
            .chain(columns.iter().copied())
            .collect();
        // The columns of each year in the order named: looked up once, not for every cell.
        let place = |matrix: &Matrix, code: &str| matrix.columns().iter().position(|column| column.code() == code);
        let of_year =
            |(_, matrix): &(Option<i64>, M)| columns.iter().map(|code| place(matrix.borrow(), code)).collect();
        let places: Vec<Vec<Option<usize>>> = years.iter().map(of_year).collect();
        let units = UnitPlaces::of(years.iter().map(|(_, matrix)| matrix.borrow().units().len()));
        self.add_parts(name, &header, units.len(), move |part, to| {
            let Some(at) = units.place(part) else { return };
            let (year, matrix) = &years[at.year];
            let matrix = matrix.borrow();
            unit_cells(&matrix.units()[at.row], *year, to);
            for place in &places[at.year] {
                let column = place.and_then(|place| matrix.columns().get(place));
                to.cell(column.and_then(|column| column.get(at.row)).into());
            }
            to.end();
        });
    }

    /// The tables.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Table<'a>> {
        self.0.iter()
    }
}

/// Where the units of several years stand when they are counted through.
pub(super) struct UnitPlaces {
    /// Behind the last unit of each year.
    ends: Vec<usize>,
}

impl UnitPlaces {
    /// Of years with so many units.
    pub(super) fn of(units: impl Iterator<Item = usize>) -> Self {
        let ends = units.scan(0, |end, units| {
            *end += units;
            Some(*end)
        });
        Self { ends: ends.collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    pub(super) fn place(&self, at: usize) -> Option<Place> {
        let year = self.ends.partition_point(|end| *end <= at);
        let before = year.checked_sub(1).and_then(|before| self.ends.get(before));
        (year < self.ends.len()).then(|| Place {
            year,
            row: at - before.copied().unwrap_or(0),
        })
    }
}

/// The columns that name a unit.
pub(super) fn unit_header(has_years: bool) -> Vec<&'static str> {
    if has_years {
        vec!["uCode", "Time"]
    } else {
        vec!["uCode"]
    }
}

/// Tells the cells that name a unit.
pub(super) fn unit_cells(unit: &str, year: Option<i64>, to: &mut dyn Rows) {
    to.cell(unit.into());
    if let Some(year) = year {
        to.cell(year.into());
    }
}
