//! `ronghe index weights`

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use index::{
    composite::{Column, Tree, aggregate},
    exchange::TextTable,
    weights::{
        Balance, Comparisons, Components, Dispersion, EntropyScale, Influence, Method, Over, Prioritisation,
        WeightDoubt, WeightError, Weighting, ahp, balance, balance_level, weigh_tree,
    },
};
use serde::Serialize;
use survey::text::Text;

use super::{
    compute::Warning,
    figures::{FigureFiles, Figures, Scored},
    inputs::refused_in,
    tables::{Cell, Tables, csv_of},
};
use crate::{
    cli::{
        files,
        output::{Failed, Output},
    },
    service::error::codes,
};

/// Derive indicator weights from comparisons or from the data
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe index weights --method ahp --matrix comparisons.csv\n  ronghe index weights --method entropy-min-max --data iData.csv --tree iMeta.csv --out weights.csv\n  ronghe index weights --method pca --over all --data iData.csv --tree iMeta.csv --format json\n  ronghe index weights --method balance --data iData.csv --tree iMeta.csv --methodology method.json\n\nThe matrix has a header row and a first column of codes; a comparison is a number or a fraction such as 1/3.\n.csv holds code, parent and weight; .json the whole record with method, inputs and consistency.\nComparisons with a consistency ratio above 0.1 are refused with exit status 1 unless --allow-inconsistent is given; weights\nthat cannot balance the correlations say so, with what was reached. Under a methodology aggregates are weighed too."
)]
pub(in crate::cli) struct Weights {
    /// How weights come about
    #[arg(long, value_enum)]
    method: Named,
    /// Pairwise comparisons, for ahp
    #[arg(long, value_name = "FILE", required_if_eq_any = [("method", "ahp"), ("method", "ahp-geometric")])]
    matrix: Option<PathBuf>,
    #[command(flatten)]
    files: FigureFiles,
    /// Which indicators are weighed together
    #[arg(long, value_enum, default_value_t)]
    over: Together,
    /// Accept comparisons whose consistency ratio is above 0.1
    #[arg(long)]
    allow_inconsistent: bool,
    /// File to write, .csv or .json
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Named {
    /// Pairwise comparisons, principal eigenvector
    Ahp,
    /// Pairwise comparisons, geometric means of the rows
    AhpGeometric,
    /// The weights of the tree
    Given,
    /// Equal weights
    Equal,
    /// Entropy of the shares of the raw values
    Entropy,
    /// Entropy of the shares of the directed min-max values
    EntropyMinMax,
    /// Contrast and conflict, directed
    Critic,
    /// Standard deviation of the raw values
    Sd,
    /// Standard deviation on the min-max scale
    SdMinMax,
    /// Variance on the min-max scale
    Variance,
    /// Coefficient of variation
    Cv,
    /// Gini coefficient
    Gini,
    /// Squared loadings of the first principal component
    Pca,
    /// Squared loadings of the components with an eigenvalue above one
    PcaAboveOne,
    /// Equal correlations with the parent
    Balance,
    /// The greatest sum of correlations with the parent
    Infomax,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Together {
    /// Those under one aggregate
    #[default]
    Siblings,
    /// All of the tree
    All,
}

/// The weights of one group.
#[derive(Serialize)]
struct Group {
    /// Code of the aggregate; none for comparisons and for all indicators at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(flatten)]
    weighting: Weighting,
    /// What speaks against them.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<Warning>,
}

impl Group {
    fn new(parent: Option<String>, weighting: Weighting) -> Self {
        let warning = weighting.doubt().map(|doubt| Warning {
            code: doubt.code(),
            message: doubt.message(),
        });
        Self {
            parent,
            weighting,
            warning,
        }
    }
}

impl Weights {
    pub(super) fn run(self, output: &Output) -> Result<(), Failed> {
        let groups = match self.method {
            Named::Ahp => self.compared(Prioritisation::Eigenvector)?,
            Named::AhpGeometric => self.compared(Prioritisation::GeometricMean)?,
            Named::Balance => self.balanced(Influence::Balanced)?,
            Named::Infomax => self.balanced(Influence::Greatest)?,
            other => self.weighed(other)?,
        };
        if let Some(out) = &self.out {
            write(out, &groups)?;
        }
        let lines = groups.iter().flat_map(|group| {
            let parent = group.parent.as_deref().unwrap_or("-");
            let pairs = group.weighting.codes.iter().zip(&group.weighting.weights);
            pairs.map(move |(code, weight)| format!("{parent}\t{code}\t{weight}"))
        });
        let consistency = groups.iter().filter_map(|group| match &group.weighting.origin {
            index::weights::Origin::Ahp { lambda_max, ci, cr, .. } => {
                Some(format!("lambda_max {lambda_max}, CI {ci}, CR {cr}"))
            }
            _ => None,
        });
        let text: Vec<String> = lines.chain(consistency).collect();
        let told = groups.iter().flat_map(|group| {
            let parent = group
                .parent
                .as_deref()
                .map_or(String::new(), |parent| format!(" ({parent})"));
            group
                .warning
                .iter()
                .map(move |warning| format!("{}{parent}", warning.line(output.tongue())))
        });
        output.say(text.join("\n") + &told.collect::<String>(), &groups)
    }

    fn compared(&self, prioritisation: Prioritisation) -> Result<Vec<Group>, Failed> {
        let path = self.matrix.as_deref().unwrap_or(Path::new(""));
        let weighting = ahp(&comparisons(path)?, prioritisation)?;
        if let Some(doubt @ WeightDoubt::Inconsistent { .. }) = weighting.doubt()
            && !self.allow_inconsistent
        {
            let Text { zh, en } = doubt.message();
            return Err(Failed::of(
                doubt.code(),
                format!("{zh}确需采用的，请加 --allow-inconsistent。"),
                format!("{en} To accept them all the same, give --allow-inconsistent."),
            ));
        }
        Ok(vec![Group::new(None, weighting)])
    }

    fn weighed(&self, named: Named) -> Result<Vec<Group>, Failed> {
        let figures = self.files.read()?;
        let over = match self.over {
            Together::Siblings => Over::Siblings,
            Together::All => Over::All,
        };
        let found = weigh_tree(&figures.data, &figures.tree, method(named), over)
            .map_err(|error| error.of_units(figures.data.units()))?;
        Ok(found
            .into_iter()
            .map(|(parent, weighting)| Group::new(parent, weighting))
            .collect())
    }

    /// Correlations are with the mean of the min-max columns of one group, under a methodology with the scores of their
    /// parent as it computes them.
    fn balanced(&self, influence: Influence) -> Result<Vec<Group>, Failed> {
        let figures = self.files.read()?;
        let wish = Balance {
            influence,
            ..Balance::default()
        };
        if let (Some(scored), Together::Siblings) = (&figures.scored, self.over) {
            return within(&figures, scored, &wish);
        }
        let normalised = figures.normalised()?;
        let mut columns = figures.data.columns().iter().map(Column::code);
        if let Some(code) = columns.find(|code| normalised.data.column(code).is_none()) {
            return Err(WeightError::Constant { code: code.to_owned() }.into());
        }
        normalised
            .groups(self.over == Together::All)?
            .into_iter()
            .map(|(parent, children)| {
                let weighting = balance(&children, &wish)?;
                Ok(Group::new(parent, weighting))
            })
            .collect()
    }
}

/// The children of every aggregate of a methodology.
fn within(figures: &Figures, scored: &Scored, wish: &Balance) -> Result<Vec<Group>, Failed> {
    let groups = figures.tree.aggregates().map(|parent| {
        let children = figures.children(parent);
        let scores = |tree: &Tree| aggregate(&scored.normalised, tree, scored.aggregation);
        let weighting = balance_level(&figures.tree, &scored.normalised, &children, parent, wish, scores)?;
        Ok(Group::new(Some(parent.to_owned()), weighting))
    });
    groups.collect()
}

fn method(named: Named) -> Method {
    let dispersion = |measure| Method::Dispersion { measure };
    match named {
        Named::Equal => Method::Equal,
        Named::Entropy => Method::Entropy {
            scale: EntropyScale::Raw,
        },
        Named::EntropyMinMax => Method::Entropy {
            scale: EntropyScale::MinMax,
        },
        Named::Critic => Method::Critic,
        Named::Sd => dispersion(Dispersion::StandardDeviation),
        Named::SdMinMax => dispersion(Dispersion::StandardDeviationMinMax),
        Named::Variance => dispersion(Dispersion::VarianceMinMax),
        Named::Cv => dispersion(Dispersion::CoefficientOfVariation),
        Named::Gini => dispersion(Dispersion::Gini),
        Named::Pca => Method::PrincipalComponents {
            components: Components::First,
        },
        Named::PcaAboveOne => Method::PrincipalComponents {
            components: Components::AboveOne,
        },
        Named::Ahp | Named::AhpGeometric | Named::Given | Named::Balance | Named::Infomax => Method::Given,
    }
}

/// Reads a matrix whose rows stand in the order of its columns.
fn comparisons(path: &Path) -> Result<Comparisons, Failed> {
    let table = TextTable::parse(files::read_text(path)?).map_err(refused_in(path))?;
    let codes: Vec<String> = table.header.into_iter().skip(1).collect();
    let mut cells = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let (found, expected) = (row.first().map(String::as_str), codes.get(at).map(String::as_str));
        let code = found
            .filter(|_| found == expected)
            .ok_or_else(|| out_of_order(at, found, expected))?;
        let cell = |(column, cell): (&str, &str)| match cell {
            "" => Ok(None),
            cell => comparison(cell)
                .map(Some)
                .ok_or_else(|| no_comparison(code, column, cell)),
        };
        let row = codes.iter().zip(row.iter().skip(1));
        let row = row.map(|(column, text)| cell((column, text)));
        cells.push(row.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(Comparisons::new(codes, &cells)?)
}

/// A row that is not that of the column with its number.
fn out_of_order(at: usize, found: Option<&str>, expected: Option<&str>) -> Failed {
    let (row, found) = (at + 1, found.unwrap_or_default());
    let (zh, en) = match expected {
        Some(expected) => (
            format!("判断矩阵第 {row} 行的代码是“{found}”，应与第 {row} 列相同，为“{expected}”；请更正首列。"),
            format!(
                "Row {row} of the matrix has the code \"{found}\", where column {row} has \"{expected}\"; correct the first column."
            ),
        ),
        None => (
            format!("判断矩阵第 {row} 行（“{found}”）没有对应的列，请删去该行或补充该列。"),
            format!("Row {row} of the matrix, \"{found}\", has no column; remove the row or add the column."),
        ),
    };
    Failed::new(codes::cli::MATRIX_ORDER, zh, en)
}

fn no_comparison(row: &str, column: &str, cell: &str) -> Failed {
    Failed::new(
        codes::cli::NOT_A_NUMBER,
        format!("判断矩阵 {row} 行 {column} 列的“{cell}”不是数字，请写成 3 或 1/3。"),
        format!("Row {row}, column {column} of the matrix: \"{cell}\" is not a number; write 3 or 1/3."),
    )
}

/// A number or a fraction; none for what is neither.
fn comparison(cell: &str) -> Option<f64> {
    let value = match cell.split_once('/') {
        Some((above, below)) => above.trim().parse::<f64>().ok().zip(below.trim().parse::<f64>().ok()),
        None => cell.parse::<f64>().ok().map(|value| (value, 1.0)),
    };
    value.map(|(above, below)| above / below)
}

fn write(path: &Path, groups: &[Group]) -> Result<(), Failed> {
    if path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
    {
        let mut text = serde_json::to_string_pretty(groups).map_err(std::io::Error::from)?;
        text.push('\n');
        return Ok(files::write(path, text)?);
    }
    let rows = groups.iter().flat_map(|group| {
        let pairs = group.weighting.codes.iter().zip(&group.weighting.weights);
        pairs.map(|(code, weight)| [Cell::from(code), group.parent.as_ref().into(), (*weight).into()])
    });
    let mut tables = Tables::default();
    tables.add("weights", &["iCode", "Parent", "Weight"], rows);
    let table: Vec<u8> = tables.iter().flat_map(csv_of).collect();
    Ok(files::replace(path, |file| file.write_all(&table))?)
}

impl From<WeightError> for Failed {
    fn from(error: WeightError) -> Self {
        let message = error.message();
        Self::of(error.code(), message.zh, message.en)
    }
}
