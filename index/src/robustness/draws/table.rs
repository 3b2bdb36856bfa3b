//! The table of draws, written and read.

use super::{Draw, Draws, Setting};
use crate::robustness::{
    columns::{BLOCK, REPLICATION, WEIGHT_PREFIX},
    design::{Alternatives, Design},
    error::RobustnessError,
};

/// A row of the table of draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawRow<'a> {
    /// Number of the replication, from 1.
    pub replication: usize,
    /// The block of a sensitivity analysis.
    pub block: Option<&'a str>,
    /// What is drawn.
    pub draw: &'a Draw,
}

impl Draws {
    /// The names of the columns of the table of draws: `replication`, for a sensitivity analysis `block`, one per setting,
    /// and `weight:CODE` per node whose weight is drawn.
    pub fn header(&self) -> Vec<String> {
        let block = (!self.blocks.is_empty()).then(|| BLOCK.to_owned());
        std::iter::once(REPLICATION.to_owned())
            .chain(block)
            .chain(self.names.iter().cloned())
            .chain(self.codes.iter().map(|code| format!("{WEIGHT_PREFIX}{code}")))
            .collect()
    }

    /// The rows of the table of draws, whose cells stand in the order of the header.
    pub fn rows(&self) -> impl Iterator<Item = DrawRow<'_>> {
        let base = self.base();
        self.draws.iter().enumerate().map(move |(at, draw)| DrawRow {
            replication: at + 1,
            block: base
                .and_then(|base| self.blocks.get(at.checked_div(base)?))
                .map(String::as_str),
            draw,
        })
    }

    /// Reads a table of draws, whoever made it. Columns may stand in any order, rows are taken as they come; a column that
    /// the design does not know is refused, and so are a setting or a weight that the design names without a column, and a
    /// number outside its range. Blocks must follow each other, `A` and `B` first, each as long as the first.
    pub fn from_table(design: &Design, header: &[String], rows: &[Vec<String>]) -> Result<Self, RobustnessError> {
        design.check()?;
        let other = |name: &str| RobustnessError::OtherParameters { name: name.to_owned() };
        let place = |name: &str| header.iter().position(|column| column == name);
        let mut settings = Vec::new();
        for uncertain in &design.uncertain {
            settings.push(place(&uncertain.name).ok_or_else(|| other(&uncertain.name))?);
        }
        let mut weights = Vec::new();
        for (at, column) in header.iter().enumerate() {
            if let Some(code) = column.strip_prefix(WEIGHT_PREFIX) {
                weights.push((at, code.to_owned()));
            } else if !settings.contains(&at) && column != REPLICATION && column != BLOCK {
                return Err(other(column));
            }
        }
        let is_column = |code: &&String| weights.iter().any(|(_, own)| own == *code);
        if let Some(code) = design.named_weights().into_iter().find(|code| !is_column(code)) {
            return Err(other(&format!("{WEIGHT_PREFIX}{code}")));
        }
        let mut draws = Vec::with_capacity(rows.len());
        for (row, cells) in rows.iter().enumerate() {
            let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
            let number = |at: usize| {
                let parsed = cell(at).parse::<f64>().ok().filter(|number| number.is_finite());
                parsed.ok_or_else(|| RobustnessError::BadCell {
                    replication: row + 1,
                    column: header[at].clone(),
                    value: cell(at).to_owned(),
                })
            };
            let mut own = Vec::with_capacity(settings.len());
            for (uncertain, at) in design.uncertain.iter().zip(&settings) {
                own.push(match &uncertain.alternatives {
                    Alternatives::Range([low, high]) => {
                        let drawn = number(*at)?;
                        if !(*low..=*high).contains(&drawn) {
                            return Err(RobustnessError::UnknownAlternative {
                                name: uncertain.name.clone(),
                                value: cell(*at).to_owned(),
                            });
                        }
                        Setting::Number(drawn)
                    }
                    Alternatives::Choices(choices) if choices.contains_key(cell(*at)) => {
                        Setting::Choice(cell(*at).to_owned())
                    }
                    Alternatives::Choices(_) => {
                        return Err(RobustnessError::UnknownAlternative {
                            name: uncertain.name.clone(),
                            value: cell(*at).to_owned(),
                        });
                    }
                });
            }
            let weights = weights.iter().map(|(at, _)| number(*at)).collect::<Result<_, _>>()?;
            draws.push(Draw { settings: own, weights });
        }
        let blocks = match place(BLOCK) {
            Some(at) => blocks_of(
                rows.iter().map(|cells| cells.get(at).map_or("", String::as_str)),
                design,
            )?,
            None => Vec::new(),
        };
        Ok(Self {
            names: design.uncertain.iter().map(|u| u.name.clone()).collect(),
            codes: weights.into_iter().map(|(_, code)| code).collect(),
            draws,
            blocks,
        })
    }
}

/// The names of equally long blocks that follow each other.
fn blocks_of<'a>(cells: impl Iterator<Item = &'a str>, design: &Design) -> Result<Vec<String>, RobustnessError> {
    let cells: Vec<&str> = cells.collect();
    let runs: Vec<&[&str]> = cells.chunk_by(|a, b| a == b).collect();
    let expected: Vec<String> = ["A", "B"]
        .map(str::to_owned)
        .into_iter()
        .chain(design.parameters())
        .collect();
    let base = runs.first().map_or(0, |run| run.len());
    let fits = runs.len() == expected.len()
        && runs
            .iter()
            .zip(&expected)
            .all(|(run, name)| run.len() == base && run.first() == Some(&name.as_str()));
    if fits {
        Ok(expected)
    } else {
        Err(RobustnessError::Length {
            expected: base * expected.len(),
            found: cells.len(),
        })
    }
}
