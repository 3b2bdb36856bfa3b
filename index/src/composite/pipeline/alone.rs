//! Units with nobody to be compared with: the refusals that name the cause instead of what follows from it.

use std::collections::BTreeMap;

use super::{
    method::{Bounding, Method},
    progress::Progress,
    year::Stage,
};
use crate::composite::{error::CompositeError, normalisation::Normalisation, screen::Verdict};

/// Refuses years of which screening leaves no unit at all.
pub(super) fn refuse_nobody(years: &[Progress]) -> Result<(), CompositeError> {
    let is_empty = |year: &Progress| year.data.units().is_empty();
    let stages = years.iter().flat_map(|year| &year.stages);
    let screened = stages.filter_map(|stage| match stage {
        Stage::Screened(screened) => Some(&screened.records),
        _ => None,
    });
    let verdicts: Vec<Verdict> = screened.flatten().map(|record| record.verdict).collect();
    if verdicts.is_empty() || !years.iter().all(is_empty) {
        return Ok(());
    }
    let count = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
    Err(CompositeError::NobodyLeft {
        units: verdicts.len(),
        few_values: count(Verdict::TooFewValues),
        many_zeros: count(Verdict::TooManyZeros),
        dropped: count(Verdict::DroppedByName),
    })
}

impl Method {
    /// Refuses one unit alone before any step, of which some need several units too.
    pub(super) fn refuse_one_unit(&self, years: &[Progress]) -> Result<(), CompositeError> {
        let mut units = years.iter().flat_map(|year| year.data.units());
        match (units.next(), units.next()) {
            (Some(unit), None) if self.needs_company() => Err(CompositeError::OneUnit {
                unit: unit.clone(),
                group: None,
                year: None,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a unit that is the only one of those to which its scale is fitted.
    pub(super) fn refuse_alone(&self, years: &[Progress], peers: &[Option<Vec<String>>]) -> Result<(), CompositeError> {
        if !self.needs_company() {
            return Ok(());
        }
        // Those that are compared with one another, by year where years have their own scales and by group.
        let mut compared: BTreeMap<(Option<i64>, Option<&str>), Vec<&str>> = BTreeMap::new();
        for (year, peers) in years.iter().zip(peers) {
            let own = match self.bounds {
                Bounding::AllYears => None,
                Bounding::EachYear => year.year,
                Bounding::Year(base) if year.year == Some(base) => year.year,
                Bounding::Year(_) => continue,
            };
            for (row, unit) in year.data.units().iter().enumerate() {
                let group = peers.as_ref().and_then(|peers| peers.get(row));
                compared.entry((own, group.map(String::as_str))).or_default().push(unit);
            }
        }
        let alone = compared
            .into_iter()
            .find_map(|((year, group), units)| match units.as_slice() {
                [unit] => Some(CompositeError::OneUnit {
                    unit: (*unit).to_owned(),
                    group: group.map(str::to_owned),
                    year,
                }),
                _ => None,
            });
        alone.map_or(Ok(()), Err)
    }

    /// Whether some indicator has a scale that one value cannot give.
    fn needs_company(&self) -> bool {
        let mut scales = self.tree.indicators.iter();
        !self.plan.constant_is_missing
            && scales.any(|indicator| {
                let scale = indicator.normalisation.as_ref().unwrap_or(&self.plan.normalisation);
                matches!(
                    scale,
                    Normalisation::MinMax { .. }
                        | Normalisation::ZScore { .. }
                        | Normalisation::Ampi { .. }
                        | Normalisation::PercentileRank(_)
                        | Normalisation::DistanceToMax
                )
            })
    }
}
