//! What the index of a region would be with other figures, those taken from the returns among them.

use std::collections::BTreeMap;

use super::{CompiledRegion, RegionError, RegionFigures, RegionScored, RegionValue};
use crate::document::MissingSubstitute;

/// What is tried for one indicator. What is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TriedFigure {
    /// What it is compared with.
    pub base: Option<f64>,
    /// Its value; none inside leaves it blank, so that whatever stands in for a missing value does.
    pub value: Option<Option<f64>>,
}

impl CompiledRegion {
    /// An index with some figures replaced. Everything that cannot be tried is told, in the order of the codes.
    pub fn what_if(
        &self,
        figures: &RegionFigures,
        outcome: &RegionScored,
        tried: &BTreeMap<String, TriedFigure>,
    ) -> Result<RegionScored, Vec<RegionError>> {
        let mut values = self.known(figures, outcome);
        let mut faults = Vec::new();
        for (code, figure) in tried {
            // An indicator without figures has no base: it is refused unless one is tried.
            let without_figures = RegionValue::default();
            let known = values.get(code).copied().unwrap_or(without_figures);
            let changed = RegionValue {
                base: figure.base.unwrap_or(known.base),
                value: figure.value.unwrap_or(known.value),
                ..known
            };
            match self.check_known(code, &changed) {
                Ok(_) => drop(values.insert(code.clone(), changed)),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.score(&values).map_err(|fault| vec![fault])
    }

    /// The values that an index was computed from: those given, and those that the returns gave.
    fn known(&self, figures: &RegionFigures, outcome: &RegionScored) -> BTreeMap<String, RegionValue> {
        let mut values = figures.values.clone();
        for (node, score) in self.indicators.iter().zip(&outcome.indicators) {
            if let (Some(_), Some(known)) = (&node.measure, values.get_mut(&node.code)) {
                let stood_in = score.substitute == Some(MissingSubstitute::LastYearValue);
                (known.value, known.last_year) = if stood_in {
                    (None, score.value)
                } else {
                    (score.value, None)
                };
                known.enterprises = score.enterprises;
            }
        }
        values
    }

    /// What of the figures given for another methodology can be given for this one: indicators that it does not have are left
    /// out, and values of those that it takes from the returns.
    pub fn fitting(&self, mut figures: RegionFigures) -> RegionFigures {
        figures.values.retain(|code, known| {
            let node = self.indicators.iter().find(|node| node.code == *code);
            if node.is_some_and(|node| node.measure.is_some()) {
                (known.value, known.last_year) = (None, None);
            }
            node.is_some()
        });
        figures
    }
}
