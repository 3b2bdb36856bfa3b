//! `ronghe index stats`

use index::{
    alternatives::{TopsisScale, outranking, topsis},
    composite::{Column, Matrix},
    statistics::{
        Correlation, CorrelationLimits, DescriptionLimits, FlagKind, StatisticsError, StrengthsLimits, availability,
        availability_by_node, correlation_matrix, cronbach_alpha, describe, flag_correlations,
        strengths_and_weaknesses,
    },
    weights::{Item, effective_weights},
};
use serde_json::json;

use super::{
    figures::{FigureFiles, Figures},
    folder::ResultFolder,
    machine_threads,
    tables::{Cell, Tables},
};
use crate::cli::output::{Failed, Output};

/// How TOPSIS makes indicators comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Scale {
    /// Divided by the root of the sum of squares
    Vector,
    /// Directed min-max
    MinMax,
    /// Divided by the maximum; above zero
    Max,
    /// Divided by the sum; above zero
    Sum,
}

/// Describe indicators: figures, correlations, reliability, availability
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  ronghe index stats --data iData.csv --tree iMeta.csv --out stats\n  ronghe index stats --data iData.csv --tree iMeta.csv --unit AUS --out stats\n  ronghe index stats --data iData.csv --tree iMeta.csv --methodology method.json --out stats\n\nWrites stats.csv, correlations_pearson.csv, correlations_spearman.csv, correlations_kendall.csv, flags.csv, cronbach.csv,\navailability_units.csv, availability_nodes.csv and, with --unit, strengths.csv, with --topsis topsis.csv\n(closeness to the best, with the effective weights of the tree; of complete figures), with --pairwise outranking.csv.\nPearson correlations, flags and reliability are of the directed min-max values, Spearman and Kendall of the ranks of the\ndirected figures; constant indicators have none. Under a methodology the scores of its aggregates are described and\ncorrelated too; availability is that of the table."
)]
pub(in crate::cli) struct Stats {
    #[command(flatten)]
    files: FigureFiles,
    /// Unit whose strengths and weaknesses are wanted
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Rank the units by TOPSIS too, as a second opinion, with indicators on this scale
    #[arg(long, value_enum, value_name = "SCALE")]
    topsis: Option<Scale>,
    /// Compare every two units: the weight of the indicators in which one is ahead of the other
    #[arg(long)]
    pairwise: bool,
    #[command(flatten)]
    out: ResultFolder,
}

impl Stats {
    pub(super) fn run(self, output: &Output) -> Result<(), Failed> {
        self.out.check()?;
        let figures = self.files.read()?;
        let (normalised, directed) = (figures.normalised()?, figures.directed()?);
        let mut tables = Tables::default();
        descriptions(&mut tables, &figures);
        // Ranks are of the figures themselves: on the way to a scale rounding may make one of two that differ.
        for (name, kind, data) in [
            ("correlations_pearson", Correlation::Pearson, &normalised.data),
            ("correlations_spearman", Correlation::Spearman, &directed.data),
            ("correlations_kendall", Correlation::Kendall, &directed.data),
        ] {
            correlations(&mut tables, name, data, kind);
        }
        flags(&mut tables, &normalised);
        reliability(&mut tables, &normalised)?;
        availabilities(&mut tables, &figures);
        if let Some(unit) = &self.unit {
            strengths(&mut tables, &figures, unit)?;
        }
        if let Some(scale) = self.topsis {
            second_opinion(&mut tables, &figures, scale)?;
        }
        if self.pairwise {
            pairs(&mut tables, &figures)?;
        }
        self.out.write(&tables, machine_threads())?;
        let names = self.out.names(&tables);
        let (written, folder) = (names.len(), self.out.path().display().to_string());
        let text = output.choose(
            format!("已将 {written} 张表写入 {folder}"),
            format!("Wrote {written} tables to {folder}"),
        );
        output.say(text, &json!({ "folder": folder, "files": names }))
    }
}

fn descriptions<'a>(tables: &mut Tables<'a>, figures: &'a Figures) {
    let header = [
        "iCode", "N", "Missing", "Mean", "Std", "Min", "Q1", "Median", "Q3", "Max", "Skew", "Kurt", "NonZero",
        "Unique", "Same", "Flags",
    ];
    let limits = DescriptionLimits::default();
    let rows = figures.data.columns().iter().map(|column| {
        let found = describe(column, &limits);
        let flags = [
            (found.flags.low_availability, "low_availability"),
            (found.flags.many_zeros, "many_zeros"),
            (found.flags.few_unique, "few_unique"),
            (found.flags.outliers, "outliers"),
            (found.flags.constant, "constant"),
        ];
        let flags: Vec<&str> = flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
        let mut row = vec![Cell::from(found.code), found.present.into(), found.missing.into()];
        let figures = [
            found.mean,
            found.sd,
            found.min,
            found.q1,
            found.median,
            found.q3,
            found.max,
            found.skew,
            found.kurtosis,
        ];
        row.extend(figures.map(Cell::from));
        row.extend([found.not_zero, found.unique, found.same].map(Cell::from));
        row.push(flags.join(" ").into());
        row
    });
    tables.add("stats", &header, rows);
}

fn correlations<'a>(tables: &mut Tables<'a>, name: &str, data: &'a Matrix, kind: Correlation) {
    let codes: Vec<&str> = data.columns().iter().map(Column::code).collect();
    let header: Vec<&str> = std::iter::once("iCode").chain(codes.iter().copied()).collect();
    let matrix = correlation_matrix(kind, data);
    let rows = codes.iter().zip(matrix).map(|(code, row)| {
        let cells = row.into_iter().map(Cell::from);
        std::iter::once(Cell::from(*code)).chain(cells).collect::<Vec<_>>()
    });
    tables.add(name, &header, rows);
}

fn flags(tables: &mut Tables<'_>, directed: &Figures) {
    let found = flag_correlations(&directed.data, &directed.tree, &CorrelationLimits::default());
    let rows = found.into_iter().map(|flag| {
        let kind = match flag.kind {
            FlagKind::Collinear => "collinear",
            FlagKind::Opposed => "opposed",
        };
        [
            Cell::from(flag.group),
            flag.first.into(),
            flag.second.into(),
            flag.correlation.into(),
            kind.into(),
        ]
    });
    tables.add("flags", &["Group", "Ind1", "Ind2", "Corr", "Flag"], rows);
}

/// One line per group of at least two indicators, and one for all; a group without an alpha has a blank one.
fn reliability(tables: &mut Tables<'_>, directed: &Figures) -> Result<(), Failed> {
    let mut groups = directed.groups(false)?;
    groups.extend(directed.groups(true)?);
    let rows = groups
        .into_iter()
        .filter(|(_, data)| data.columns().len() > 1)
        .map(|(code, data)| {
            let found = cronbach_alpha(&data).ok();
            [
                // All together have no code.
                Cell::from(code),
                data.columns().len().into(),
                found.map(|found| found.complete_units).into(),
                found.map(|found| found.alpha).into(),
            ]
        });
    tables.add("cronbach", &["Group", "Items", "CompleteUnits", "Alpha"], rows);
    Ok(())
}

fn availabilities<'a>(tables: &mut Tables<'a>, figures: &'a Figures) {
    let units = availability(&figures.as_read);
    let rows = units.iter().map(|unit| {
        [
            Cell::from(unit.unit.clone()),
            unit.missing.into(),
            unit.zero.into(),
            unit.available.into(),
            unit.not_zero.into(),
        ]
    });
    let header = ["uCode", "N_missing", "N_zero", "Dat_Avail", "Non_Zero"];
    tables.add("availability_units", &header, rows);
    let nodes = availability_by_node(&figures.as_read, &figures.tree);
    let header: Vec<&str> = std::iter::once("uCode")
        .chain(nodes.iter().map(|node| node.code.as_str()))
        .collect();
    let rows = units.iter().enumerate().map(|(at, unit)| {
        let shares = nodes.iter().map(|node| Cell::from(node.available[at]));
        let unit = std::iter::once(Cell::from(unit.unit.clone()));
        unit.chain(shares).collect::<Vec<_>>()
    });
    tables.add("availability_nodes", &header, rows);
}

fn strengths(tables: &mut Tables<'_>, figures: &Figures, unit: &str) -> Result<(), Failed> {
    let found = strengths_and_weaknesses(
        &figures.indicators()?,
        Some(&figures.tree),
        unit,
        &StrengthsLimits::default(),
    )?;
    let sides = [("strength", found.strengths), ("weakness", found.weaknesses)];
    let rows = sides.into_iter().flat_map(|(side, standings)| {
        standings.into_iter().map(move |standing| {
            [
                Cell::from(side),
                standing.code.into(),
                standing.rank.into(),
                standing.ranked.into(),
                standing.value.into(),
            ]
        })
    });
    tables.add("strengths", &["Side", "iCode", "Rank", "Ranked", "Value"], rows);
    Ok(())
}

fn second_opinion(tables: &mut Tables<'_>, figures: &Figures, scale: Scale) -> Result<(), Failed> {
    let scale = match scale {
        Scale::Vector => TopsisScale::Vector,
        Scale::MinMax => TopsisScale::MinMax,
        Scale::Max => TopsisScale::Max,
        Scale::Sum => TopsisScale::Sum,
    };
    let data = figures.indicators()?;
    let (items, weights) = weighed(&data, figures);
    let units = data.units();
    let found = topsis(units, &items, &weights, scale)?;
    let distances = found.closeness.iter().zip(&found.to_best).zip(&found.to_worst);
    let rows = units
        .iter()
        .zip(distances)
        .zip(&found.ranks)
        .map(|((unit, distances), rank)| {
            let ((closeness, best), worst) = distances;
            [
                Cell::from(unit.clone()),
                (*closeness).into(),
                (*best).into(),
                (*worst).into(),
                (*rank).into(),
            ]
        });
    let header = ["uCode", "Closeness", "ToBest", "ToWorst", "Rank"];
    tables.add("topsis", &header, rows);
    Ok(())
}

/// The indicators with their directions and effective weights.
fn weighed<'d>(data: &'d Matrix, figures: &Figures) -> (Vec<Item<'d>>, Vec<f64>) {
    let effective = effective_weights(&figures.tree);
    let items = data.columns().iter().filter_map(|column| {
        let direction = figures.tree.node(column.code())?.direction;
        let weight = effective.iter().find(|weight| weight.code == column.code())?;
        Some((Item { column, direction }, weight.weight))
    });
    items.unzip()
}

/// A row and a column for each unit: the weight of the indicators in which the row is ahead of the column.
fn pairs(tables: &mut Tables<'_>, figures: &Figures) -> Result<(), Failed> {
    let data = figures.indicators()?;
    let (items, weights) = weighed(&data, figures);
    let found = outranking(data.units(), &items, &weights)?;
    let units = data.units().iter().map(String::as_str);
    let header: Vec<&str> = std::iter::once("uCode").chain(units).collect();
    let rows = data.units().iter().zip(found).map(|(unit, row)| {
        let cells = row.into_iter().map(Cell::from);
        std::iter::once(Cell::from(unit.clone()))
            .chain(cells)
            .collect::<Vec<_>>()
    });
    tables.add("outranking", &header, rows);
    Ok(())
}

impl From<StatisticsError> for Failed {
    fn from(error: StatisticsError) -> Self {
        let message = error.message();
        Self::of(error.code(), message.zh, message.en)
    }
}
