//! Tables in and out: the files that are handed in, and results as CSV.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use index::{
    codes::CompositeCode,
    composite::{Matrix, Method, Tree, YearInput},
    document::{CompositeMethodology, Methodology},
    exchange::{MetaTable, ParameterTable, UnitTable},
};
use survey::document::DocumentFault;

use super::{compute::Warning, ignored::Given};
use crate::{
    cli::{files, output::Failed},
    service::error::codes,
};

/// What a composite is computed from.
pub(super) struct Inputs {
    pub(super) document: CompositeMethodology,
    pub(super) method: Method,
    pub(super) years: Vec<YearInput>,
    pub(super) source: Source,
    /// What stands in the files and does not count.
    pub(super) ignored: Vec<Warning>,
}

/// The tables that a methodology is applied to.
pub(super) struct Source {
    meta: Option<MetaTable>,
    parameters: ParameterTable,
    units: UnitTable,
}

impl Source {
    /// The method of a document over these tables, and the figures that it needs.
    pub(super) fn apply(
        &self,
        document: &CompositeMethodology,
    ) -> Result<(Method, Vec<YearInput>), Vec<DocumentFault>> {
        let method = document.method(self.meta.as_ref(), &self.parameters)?;
        let years = self
            .units
            .years(method.tree.indicators(), &method.denominators(), &method.groups())?;
        Ok((method, years))
    }
}

/// What refuses the faults found in a file.
pub(super) fn refused_in(file: &Path) -> impl Fn(Vec<DocumentFault>) -> Failed {
    move |faults| refused(file, &faults)
}

/// Reads the figures of the latest year as they stand in the table, and the tree.
pub(super) fn figures(data: &Path, tree: &Path) -> Result<(Matrix, Tree), Failed> {
    let refused = refused_in;
    let meta = MetaTable::parse(&files::read(tree)?).map_err(refused(tree))?;
    let method = of_tree_alone(&meta, tree)?;
    let units = UnitTable::parse(&files::read(data)?).map_err(refused(data))?;
    let years = units
        .years(method.tree.indicators(), &BTreeSet::new(), &BTreeSet::new())
        .map_err(refused(data))?;
    let latest = years.into_iter().next_back().map(|year| year.data);
    let data =
        latest.ok_or_else(|| Failed::new(codes::cli::INPUT_EMPTY, "数据表没有单位。", "The table has no units."))?;
    Ok((data, method.tree))
}

/// The defaults of every setting over the tree of a table: what is wrong with the tree is wrong with the table.
fn of_tree_alone(meta: &MetaTable, file: &Path) -> Result<Method, Failed> {
    let plain = br#"{ "kind": "composite", "code": "figures", "version": "1" }"#;
    let Methodology::Composite(document) = Methodology::parse(plain).map_err(refused_in(file))? else {
        return Err(Failed::new(
            codes::general::INTERNAL,
            "系统出错。",
            "Something failed on our side.",
        ));
    };
    document
        .method(Some(meta), &ParameterTable::default())
        .map_err(refused_in(file))
}

/// The files of a composite.
#[derive(Debug, clap::Args)]
pub(super) struct InputFiles {
    /// Units: a table as COINr's iData (uCode, uName, Time, groups, denominators, indicators)
    #[arg(long, value_name = "iData.csv")]
    pub(super) data: PathBuf,
    /// Indicators and tree: a table as COINr's iMeta; not needed when the methodology has its own tree
    #[arg(long, value_name = "iMeta.csv")]
    pub(super) tree: Option<PathBuf>,
    /// Methodology: a document of the kind composite
    #[arg(long, value_name = "FILE")]
    pub(super) methodology: PathBuf,
    /// Parameters of indicators that the methodology does not give: a table with a column iCode
    #[arg(long, value_name = "FILE")]
    pub(super) parameters: Option<PathBuf>,
}

impl InputFiles {
    pub(super) fn read(&self) -> Result<Inputs, Failed> {
        let refused = refused_in;
        let meta = match &self.tree {
            Some(file) => Some(MetaTable::parse(&files::read(file)?).map_err(refused(file))?),
            None => None,
        };
        let parameters = match &self.parameters {
            Some(file) => ParameterTable::parse(&files::read(file)?).map_err(refused(file))?,
            None => ParameterTable::default(),
        };
        let file = &self.methodology;
        let Methodology::Composite(document) = Methodology::parse(&files::read(file)?).map_err(refused(file))? else {
            return Err(Failed::new(
                codes::cli::OTHER_KIND,
                format!("{} 不是 composite 类评价方法。", file.display()),
                format!("{} is no methodology of the kind composite.", file.display()),
            ));
        };
        if meta.is_none() && document.tree.is_none() {
            return Err(Failed::of(
                CompositeCode::NoTree.code(),
                "评价方法没有指标树，请用 --tree 给出 iMeta 表。",
                "The methodology has no tree; give an iMeta table with --tree.",
            ));
        }
        if let (Some(meta), Some(table), None) = (&meta, &self.tree, &document.tree) {
            of_tree_alone(meta, table)?;
        }
        let method = document.method(meta.as_ref(), &parameters).map_err(refused(file))?;
        let units = UnitTable::parse(&files::read(&self.data)?).map_err(refused(&self.data))?;
        let years = units
            .years(method.tree.indicators(), &method.denominators(), &method.groups())
            .map_err(refused(&self.data))?;
        let given = Given {
            document: &document,
            meta: meta.as_ref(),
            units: &units,
            method: &method,
            years: &years,
        };
        Ok(Inputs {
            ignored: given.ignored(),
            document: *document,
            method,
            years,
            source: Source {
                meta,
                parameters,
                units,
            },
        })
    }
}

fn refused(file: &Path, faults: &[DocumentFault]) -> Failed {
    Failed::new(
        codes::cli::INPUT_REFUSED,
        format!("{} 有 {} 处错误。", file.display(), faults.len()),
        format!("{} has {} faults.", file.display(), faults.len()),
    )
    .with_faults(faults)
}

/// Results to be written, all of them or none.
#[derive(Default)]
pub(super) struct Tables(Vec<(String, Vec<u8>)>);

impl Tables {
    /// Adds a table.
    pub(super) fn add<R: AsRef<[String]>>(
        &mut self,
        name: &str,
        header: &[&str],
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), Failed> {
        let bytes = csv_bytes(header, rows)?;
        self.0.push((name.to_owned(), bytes));
        Ok(())
    }

    /// Adds a matrix for each year: units as rows, the column Time where there are several years. Columns in the order named.
    pub(super) fn add_matrices(
        &mut self,
        name: &str,
        columns: &[&str],
        years: &[(Option<i64>, &Matrix)],
    ) -> Result<(), Failed> {
        let cells = |matrix: &Matrix, row: usize| -> Vec<String> {
            let cell = |code: &&str| number(matrix.column(code).and_then(|column| column.get(row)));
            columns.iter().map(cell).collect()
        };
        self.add_by_unit(name, columns, years, cells)
    }

    /// Adds for each year a row of cells for each unit.
    pub(super) fn add_by_unit(
        &mut self,
        name: &str,
        columns: &[&str],
        years: &[(Option<i64>, &Matrix)],
        mut cells: impl FnMut(&Matrix, usize) -> Vec<String>,
    ) -> Result<(), Failed> {
        let several = years.iter().any(|(year, _)| year.is_some());
        let header: Vec<&str> = unit_header(several)
            .into_iter()
            .chain(columns.iter().copied())
            .collect();
        let mut rows = Vec::new();
        for (year, matrix) in years {
            for (row, unit) in matrix.units().iter().enumerate() {
                let mut line = unit_cells(unit, *year);
                line.extend(cells(matrix, row));
                rows.push(line);
            }
        }
        self.add(name, &header, rows)
    }

    /// The tables by name.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Names of the tables.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// A table as CSV.
pub(super) fn csv_bytes<R: AsRef<[String]>>(
    header: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, Failed> {
    let failed = |error: csv::Error| Failed::from(std::io::Error::other(error));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row.as_ref()).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Failed::from(error.into_error()))
}

/// Text as a cell; blank where there is none.
pub(super) fn or_blank(text: Option<String>) -> String {
    text.unwrap_or_default()
}

/// The columns that name a unit.
pub(super) fn unit_header(several_years: bool) -> Vec<&'static str> {
    if several_years {
        vec!["uCode", "Time"]
    } else {
        vec!["uCode"]
    }
}

/// The cells that name a unit.
pub(super) fn unit_cells(unit: &str, year: Option<i64>) -> Vec<String> {
    let unit = std::iter::once(unit.to_owned());
    unit.chain(year.map(|year| year.to_string())).collect()
}

/// A number in the shortest form that reads back as the same double; nothing for a missing one.
pub(super) fn number(number: Option<f64>) -> String {
    // A difference of two scores may be beyond what a double holds: then it is not told.
    let told = number.filter(|number| number.is_finite());
    told.map_or(String::new(), |number| number.to_string())
}
