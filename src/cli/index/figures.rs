//! What is described and weighed: the figures of a table as they stand there, or as a methodology leaves them.

use std::path::PathBuf;

use index::composite::{
    Aggregation, Column, CompositeError, Direction, Matrix, NodeSpec, Normalisation, Tree, normalise,
};

use super::inputs::{InputFiles, Inputs, figures};
use crate::{cli::output::Failed, service::error::codes};

/// Figures and tree, and a methodology where its steps and scores are wanted.
#[derive(Debug, clap::Args)]
pub(super) struct FigureFiles {
    /// Units: a table as COINr's iData; of several years the latest is taken
    #[arg(long, value_name = "iData.csv")]
    data: Option<PathBuf>,
    /// Indicators and tree: a table as COINr's iMeta; not needed when the methodology has its own tree
    #[arg(long, value_name = "iMeta.csv")]
    tree: Option<PathBuf>,
    /// Take the figures after the denomination, imputation, screening and treatment of this methodology, and the scores of
    /// its aggregates with them
    #[arg(long, value_name = "FILE", requires = "data")]
    methodology: Option<PathBuf>,
    /// Parameters of indicators that the methodology does not give: a table with a column iCode
    #[arg(long, value_name = "FILE", requires = "methodology")]
    parameters: Option<PathBuf>,
}

impl FigureFiles {
    pub(super) fn read(&self) -> Result<Figures, Failed> {
        match (&self.data, &self.tree, &self.methodology) {
            (Some(data), tree, Some(methodology)) => {
                let files = InputFiles {
                    data: data.clone(),
                    tree: tree.clone(),
                    methodology: methodology.clone(),
                    parameters: self.parameters.clone(),
                };
                Figures::of_methodology(files.read()?)
            }
            (Some(data), Some(tree), None) => {
                let (data, tree) = figures(data, tree)?;
                Ok(Figures {
                    as_read: data.clone(),
                    data,
                    tree,
                    scored: None,
                })
            }
            _ => Err(Failed::new(
                codes::cli::NO_FIGURES,
                "需要 --data，以及 --tree 或 --methodology。",
                "--data is needed, and --tree or --methodology.",
            )),
        }
    }
}

/// The figures of the latest year and their tree.
pub(super) struct Figures {
    /// The indicators as they stand in the table.
    pub(super) as_read: Matrix,
    /// The indicators, and under a methodology, whose steps they have gone through, the scores of the aggregates.
    pub(super) data: Matrix,
    pub(super) tree: Tree,
    /// What a methodology makes of them besides.
    pub(super) scored: Option<Scored>,
}

/// Indicators on the scale of a methodology, and how they go up its tree.
pub(super) struct Scored {
    pub(super) normalised: Matrix,
    pub(super) aggregation: Aggregation,
}

impl Figures {
    fn of_methodology(inputs: Inputs) -> Result<Self, Failed> {
        let Inputs { method, years, .. } = inputs;
        let empty = || Failed::new(codes::cli::INPUT_EMPTY, "数据表没有单位。", "The table has no units.");
        let as_read = years.last().map(|year| year.data.clone()).ok_or_else(empty)?;
        let latest = method.run(years)?.into_iter().next_back().ok_or_else(empty)?;
        let columns = latest.figures.columns().iter().chain(latest.composite.scores.columns());
        Ok(Self {
            as_read,
            data: Matrix::new(latest.figures.units().to_vec(), columns.cloned().collect())?,
            scored: Some(Scored {
                normalised: latest.composite.normalised,
                aggregation: method.plan.aggregation,
            }),
            tree: method.tree,
        })
    }

    /// The indicators alone.
    pub(super) fn indicators(&self) -> Result<Matrix, Failed> {
        let columns = self.tree.indicators().filter_map(|code| self.data.column(code));
        Ok(Matrix::new(self.data.units().to_vec(), columns.cloned().collect())?)
    }

    /// All columns on the scale 0 to 1, more always better. Those without two different values have no place there and are
    /// left out.
    pub(super) fn normalised(&self) -> Result<Self, Failed> {
        self.on(&Normalisation::MinMax { low: 0.0, high: 1.0 })
    }

    /// The same columns as they are, but more always better: no two figures that differ become one by rounding.
    pub(super) fn directed(&self) -> Result<Self, Failed> {
        self.on(&Normalisation::None)
    }

    fn on(&self, scale: &Normalisation) -> Result<Self, Failed> {
        let varying = self.data.columns().iter().filter(|column| {
            let mut values = column.present_values();
            let first = values.next();
            values.any(|value| first != Some(value))
        });
        let varying: Vec<Column> = varying.cloned().collect();
        let data = normalise(
            &Matrix::new(self.data.units().to_vec(), varying)?,
            &self.side_by_side()?,
            scale,
        )?;
        Ok(Self {
            as_read: self.as_read.clone(),
            data,
            tree: self.tree.clone(),
            scored: None,
        })
    }

    /// All columns as indicators under one node, with their directions; more of a score is better.
    fn side_by_side(&self) -> Result<Tree, CompositeError> {
        const ROOT: &str = "";
        let nodes = self.data.columns().iter().map(|column| {
            let is_score = self.tree.aggregates().any(|code| code == column.code());
            let own = self.tree.node(column.code()).filter(|_| !is_score);
            let direction = own.map_or(Direction::Positive, |node| node.direction);
            NodeSpec::indicator(column.code(), ROOT, 1.0, direction)
        });
        let root = NodeSpec::aggregate(ROOT, None, 1.0);
        Tree::new(&std::iter::once(root).chain(nodes).collect::<Vec<_>>())
    }

    /// The children of each aggregate that have columns, in the order of the tree, or all indicators at once.
    pub(super) fn groups(&self, all: bool) -> Result<Vec<(Option<String>, Matrix)>, Failed> {
        if all {
            return Ok(vec![(None, self.indicators()?)]);
        }
        let groups = self.tree.aggregates().map(|code| {
            let children = self.children(code);
            let columns = children.iter().filter_map(|child| self.data.column(child));
            (code, columns.cloned().collect::<Vec<Column>>())
        });
        groups
            .filter(|(_, columns)| !columns.is_empty())
            .map(|(code, columns)| Ok((Some(code.to_owned()), Matrix::new(self.data.units().to_vec(), columns)?)))
            .collect()
    }

    /// Codes of the children of an aggregate.
    pub(super) fn children(&self, parent: &str) -> Vec<String> {
        let nodes = self.tree.nodes().iter();
        let children = nodes.filter(|node| node.parent.as_deref() == Some(parent));
        children.map(|node| node.code.clone()).collect()
    }
}
