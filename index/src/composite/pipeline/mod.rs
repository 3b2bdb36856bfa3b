//! The whole way from figures to ranks, one year or several, with the result of every step.

mod alone;
mod method;
mod progress;
mod year;

use std::collections::BTreeMap;

use alone::refuse_nobody;
use progress::{Progress, fill_over_years, frozen_but};

use super::{
    engine::{compute_with, fit},
    error::CompositeError,
    fitting::Sample,
    matrix::{Column, Matrix},
    normalise::Scales,
    tree::in_tree_order,
};
use crate::rank::{Precision, percentiles, rank_with_tolerance, rank_within};

pub use method::{Bounding, Method, Step};
pub use year::{Stage, YearInput, YearResult};

impl Method {
    /// Does every step. The years stand in rising order.
    pub fn run(&self, years: Vec<YearInput>) -> Result<Vec<YearResult>, CompositeError> {
        let mut years: Vec<Progress> = years.into_iter().map(Progress::new).collect();
        self.refuse_one_unit(&years)?;
        for step in &self.steps {
            if let Step::ImputeOverYears { fill, refuse_empty } = step {
                fill_over_years(&mut years, *fill, *refuse_empty)?;
            } else {
                years.iter_mut().try_for_each(|year| year.take(step, &self.tree))?;
            }
        }
        refuse_nobody(&years)?;
        let peers = years.iter().map(|year| year.peers(self.peers.as_deref()));
        let peers = peers.collect::<Result<Vec<_>, _>>()?;
        self.refuse_alone(&years, &peers)?;
        let samples: Vec<Sample<'_>> = years
            .iter()
            .zip(&peers)
            .map(|(year, peers)| Sample {
                data: &year.data,
                peers: peers.as_deref(),
            })
            .collect();
        let scales = self.scales(&years, &samples)?;
        let results = years.into_iter().zip(peers).zip(scales);
        results
            .map(|((year, peers), scales)| self.score(year, peers, scales))
            .collect()
    }

    /// Does every step of the last year again after the figures of one unit have changed, with all that was fitted to the
    /// units before as it was: what gaps of the others were filled with, treatment, scales. `before` is what [`Method::run`]
    /// gave for that year, `years` are the figures as they are now.
    pub fn run_frozen(
        &self,
        before: &YearResult,
        years: Vec<YearInput>,
        unit: &str,
    ) -> Result<YearResult, CompositeError> {
        let mut years: Vec<Progress> = years.into_iter().map(Progress::new).collect();
        for (step, stage) in self.steps.iter().zip(&before.stages) {
            match (step, stage) {
                (Step::ImputeOverYears { fill, refuse_empty }, _) => {
                    fill_over_years(&mut years, *fill, *refuse_empty)?;
                }
                (Step::Treat(_), Stage::Treated(treated)) => {
                    if let Some(last) = years.last_mut() {
                        last.treat_as(treated)?;
                    }
                }
                _ => years.iter_mut().try_for_each(|year| year.take(step, &self.tree))?,
            }
            if let (Some(last), Stage::Imputed(imputed)) = (years.last_mut(), stage) {
                last.data = frozen_but(&imputed.data, &last.data, unit)?;
            }
        }
        let Some(last) = years.pop() else {
            return Ok(before.clone());
        };
        let peers = last.peers(self.peers.as_deref())?;
        self.score(last, peers, before.scales.clone())
    }

    /// The scales of every year.
    fn scales(&self, years: &[Progress], samples: &[Sample<'_>]) -> Result<Vec<Scales>, CompositeError> {
        let fit_to = |samples: &[Sample<'_>]| fit(samples, &self.tree, &self.plan);
        match self.bounds {
            Bounding::EachYear => samples.iter().map(|sample| fit_to(&[*sample])).collect(),
            Bounding::AllYears => fit_to(samples).map(|scales| vec![scales; years.len()]),
            Bounding::Year(base) => {
                let unknown = CompositeError::NoYear {
                    year: base,
                    years: years.iter().filter_map(|year| year.year).collect(),
                };
                let base = years.iter().position(|year| year.year == Some(base)).ok_or(unknown)?;
                fit_to(&samples[base..=base]).map(|scales| vec![scales; years.len()])
            }
        }
    }

    fn score(&self, year: Progress, peers: Option<Vec<String>>, scales: Scales) -> Result<YearResult, CompositeError> {
        let figures = in_tree_order(year.data, &self.tree)?;
        let mut composite = compute_with(figures.clone(), peers.as_deref(), &self.tree, &self.plan, &scales)?;
        let published = self
            .decimals
            .map(|decimals| rounded(&composite.scores, decimals))
            .transpose()?;
        let ranked = published.as_ref().filter(|_| self.rank_published);
        let tolerance = self.rank_precision().tolerance();
        if let Some(published) = ranked {
            composite.ranks = published
                .columns()
                .iter()
                .map(|column| ranks_of(column, tolerance))
                .collect();
        }
        let ranked = ranked.unwrap_or(&composite.scores);
        let mut ranks_within = BTreeMap::new();
        for group in &self.rank_within {
            let groups = year.groups.get(group);
            let groups = groups.ok_or_else(|| CompositeError::UnknownGroup { group: group.clone() })?;
            let of = |column: &Column| {
                let scores: Vec<Option<f64>> = column.cells().collect();
                rank_within(&scores, groups, tolerance)
            };
            ranks_within.insert(group.clone(), ranked.columns().iter().map(of).collect());
        }
        let mut result = YearResult {
            year: year.year,
            stages: year.stages,
            figures,
            peers,
            scales,
            percentiles: composite.ranks.iter().map(|ranks| percentiles(ranks)).collect(),
            composite,
            published,
            ranks_within,
            levels: None,
            development_stages: None,
        };
        let precision = self.level_precision();
        let levels = self
            .cuts
            .as_ref()
            .map(|cuts| cuts.levels_in(result.scores_as(cuts.published), precision));
        result.levels = levels.transpose()?;
        let stages = self.stages.as_ref().zip(self.tree.main_root());
        result.development_stages =
            stages.map(|(stages, root)| stages.stages_in(result.scores_as(stages.published), &root.code, precision));
        Ok(result)
    }
}

fn ranks_of(column: &Column, tolerance: f64) -> Vec<Option<u32>> {
    let scores: Vec<f64> = column.cells().map(|cell| cell.unwrap_or(f64::NAN)).collect();
    rank_with_tolerance(&scores, tolerance)
}

fn rounded(scores: &Matrix, decimals: u32) -> Result<Matrix, CompositeError> {
    let columns = scores.columns().iter();
    let columns = columns.map(|column| column.map(|score| Precision::Rounded(decimals).form(score)));
    Ok(scores.with_columns(columns.collect::<Result<_, _>>()?))
}
