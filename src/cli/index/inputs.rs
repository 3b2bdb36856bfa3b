//! The files that a composite is computed from.

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

#[cfg(feature = "parquet")]
use super::parquet;
use super::{compute::Warning, ignored::Given, machine_threads};
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
    let meta = MetaTable::parse(&files::read_text(tree)?).map_err(refused(tree))?;
    let method = of_tree_alone(&meta, tree)?;
    let units = read_units(data)?;
    let years = units
        .years(method.tree.indicators(), &BTreeSet::new(), &BTreeSet::new())
        .map_err(refused(data))?;
    let latest = years.into_iter().next_back().map(|year| year.data);
    let data =
        latest.ok_or_else(|| Failed::new(codes::cli::INPUT_EMPTY, "数据表没有单位。", "The table has no units."))?;
    Ok((data, method.tree))
}

/// The units of a file: text with separators, or Parquet where the program has it.
fn read_units(file: &Path) -> Result<UnitTable, Failed> {
    let bytes = files::read(file)?;
    #[cfg(feature = "parquet")]
    if parquet::is_parquet(&bytes) {
        return UnitTable::of_typed(parquet::read(file, bytes)?).map_err(refused_in(file));
    }
    UnitTable::parse(files::text_of(file, bytes)?, machine_threads()).map_err(refused_in(file))
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
            Some(file) => Some(MetaTable::parse(&files::read_text(file)?).map_err(refused(file))?),
            None => None,
        };
        let parameters = match &self.parameters {
            Some(file) => ParameterTable::parse(&files::read_text(file)?).map_err(refused(file))?,
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
        let units = read_units(&self.data)?;
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
