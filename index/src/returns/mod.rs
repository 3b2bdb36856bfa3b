//! A composite over the returns of a round: the figures of every return go in, the scores of all of them come out.
//!
//! A return does not stand alone here: scales, treatment and ranks need everybody's figures. So there are two steps:
//! [`CompiledComposite::figures`] takes from one return what is kept of it, [`CompiledComposite::score`] scores all.

mod attained;
mod figures;
mod frame;
mod scored;

use std::{collections::BTreeMap, sync::Arc};

use self::frame::Frame;
use crate::{
    card::MissingReason,
    compile::CompiledComposite,
    composite::{Alone, Column, CompositeError, Matrix, Method, YearInput, YearResult, compute_with, explain_unit},
    robustness::Prepared,
};

pub(crate) use figures::Quotient;
pub use figures::{Figures, UnitFigures};

/// The scores of all returns.
#[derive(Clone, Debug)]
pub struct CompositeScores {
    result: YearResult,
    /// Column of the score that units are ranked by.
    main: usize,
    /// What went in, in the order in which it did.
    units: Vec<Arc<UnitFigures>>,
    /// The year of the round.
    year: i64,
    /// Row of each unit in the result; none where it was screened out.
    rows: Vec<Option<usize>>,
    /// The nodes in the order of explanations.
    frames: Vec<Frame>,
}

impl CompiledComposite {
    /// Scores the returns of a round, `year` being the year of the round.
    ///
    /// # Errors
    /// Where the methodology refuses the figures, naming indicator and unit.
    pub fn score(&self, year: i64, units: Vec<UnitFigures>) -> Result<CompositeScores, CompositeError> {
        self.score_anew(year, units.into_iter().map(Arc::new).collect())
    }

    fn score_anew(&self, year: i64, units: Vec<Arc<UnitFigures>>) -> Result<CompositeScores, CompositeError> {
        self.score_by(year, units, |years| self.method.run(years)?.pop().ok_or_else(no_root))
    }

    /// Scores figures with a run of the method of the last of some years.
    fn score_by(
        &self,
        year: i64,
        units: Vec<Arc<UnitFigures>>,
        run: impl FnOnce(Vec<YearInput>) -> Result<YearResult, CompositeError>,
    ) -> Result<CompositeScores, CompositeError> {
        let mut years = Vec::with_capacity(2);
        if self.needs_last_year() {
            let known: Vec<(&UnitFigures, &Figures)> = units
                .iter()
                .filter_map(|unit| Some((&**unit, unit.last_year.as_ref()?)))
                .collect();
            if !known.is_empty() {
                years.push(self.year(year - 1, &known)?);
            }
        }
        let of_this: Vec<(&UnitFigures, &Figures)> = units.iter().map(|unit| (&**unit, &unit.figures)).collect();
        years.push(self.year(year, &of_this)?);
        let result = run(years)?;
        if let Some(code) = result.scales.turned_over(&self.method.tree).next() {
            return Err(CompositeError::TurnedOver { code: code.to_owned() });
        }
        let places: BTreeMap<&str, usize> = (0..)
            .zip(result.figures.units())
            .map(|(row, unit)| (unit.as_str(), row))
            .collect();
        let rows = units
            .iter()
            .map(|unit| places.get(unit.unit.as_str()).copied())
            .collect();
        let main = self.main_column(&result)?;
        let (tree, plan) = (&self.method.tree, &self.method.plan);
        let frames = match result.figures.units() {
            [] => Vec::new(),
            _ => Frame::all(self, &explain_unit(tree, plan, &result.figures, &result.composite, 0)),
        };
        Ok(CompositeScores {
            result,
            main,
            units,
            year,
            rows,
            frames,
        })
    }

    fn year(&self, year: i64, units: &[(&UnitFigures, &Figures)]) -> Result<YearInput, CompositeError> {
        let codes: Vec<String> = units.iter().map(|(unit, _)| unit.unit.clone()).collect();
        let matrix = |denominators: bool| {
            let columns = (0..)
                .zip(&self.columns)
                .filter(|(_, column)| column.denominator == denominators);
            let columns: Result<Vec<Column>, CompositeError> = columns
                .map(|(at, column): (usize, _)| {
                    let cell = |(_, figures): &(&UnitFigures, &Figures)| figures.get(at);
                    Column::new(column.code.clone(), units.iter().map(cell))
                })
                .collect();
            Matrix::new(codes.clone(), columns?)
        };
        let groups = (0..).zip(self.group_columns()).map(|(at, name): (usize, _)| {
            let of = units.iter().map(|(unit, _)| unit.groups.get(at).cloned().flatten());
            (name, of.collect())
        });
        Ok(YearInput {
            year: Some(year),
            data: matrix(false)?,
            denominators: matrix(true)?,
            groups: groups.collect(),
        })
    }

    /// The root that the tree begins with.
    fn main_column(&self, result: &YearResult) -> Result<usize, CompositeError> {
        let root = self.method.tree.main_root().ok_or_else(no_root)?;
        let columns = result.composite.scores.columns();
        let at = columns.iter().position(|column| column.code() == root.code);
        at.ok_or_else(|| CompositeError::UnknownNode {
            code: root.code.clone(),
        })
    }
}

impl CompositeScores {
    /// The score that units are ranked by, as it is published; none for a unit that is not ranked.
    pub fn score(&self, unit: usize) -> Option<f64> {
        let scores = self.result.published.as_ref().unwrap_or(&self.result.composite.scores);
        scores.columns().get(self.main)?.get(self.row(unit)?)
    }

    /// The rank by that score.
    pub fn rank(&self, unit: usize) -> Option<u32> {
        *self.result.composite.ranks.get(self.main)?.get(self.row(unit)?)?
    }

    /// Code of the node that units are ranked by.
    pub fn main_node(&self) -> &str {
        let main = self.result.composite.scores.columns().get(self.main);
        main.map_or("", Column::code)
    }

    /// The result of the last year, with every step on the way.
    pub fn result(&self) -> &YearResult {
        &self.result
    }

    /// The scores with other figures of one return, all computed anew: what a run would give if nothing else changed.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn rerun(
        &self,
        methodology: &CompiledComposite,
        unit: usize,
        figures: Figures,
    ) -> Result<Self, CompositeError> {
        methodology.score_anew(self.year, self.with_figures(unit, figures))
    }

    /// The scores with other figures of one return, where all that was fitted to everybody's figures (fillings, treatment,
    /// scales) is held as it is.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn frozen(
        &self,
        methodology: &CompiledComposite,
        unit: usize,
        figures: Figures,
    ) -> Result<Self, CompositeError> {
        let units = self.with_figures(unit, figures);
        let code = units[unit].unit.clone();
        methodology.score_by(self.year, units, |years| {
            methodology.method.run_frozen(&self.result, years, &code)
        })
    }

    fn with_figures(&self, unit: usize, figures: Figures) -> Vec<Arc<UnitFigures>> {
        let mut units = self.units.clone();
        if let Some(changed) = units.get_mut(unit) {
            *changed = Arc::new(UnitFigures {
                figures,
                ..UnitFigures::clone(changed)
            });
        }
        units
    }

    /// The unit by itself, with all that was fitted as it is.
    pub(crate) fn alone<'s>(&'s self, methodology: &'s CompiledComposite, unit: usize) -> Option<Alone<'s>> {
        Alone::of(&methodology.method, &self.result, self.row(unit)?)
    }

    /// What one of a quotient is in the figures of a unit: its size where the methodology divides by it; none where that is
    /// missing or zero.
    pub(crate) fn size(&self, quotient: Quotient<'_>, unit: usize) -> Option<f64> {
        quotient.size(&self.units.get(unit)?.figures)
    }

    /// The figure of a unit as it is compared.
    pub(crate) fn quotient(&self, quotient: Quotient<'_>, unit: usize) -> Option<f64> {
        quotient.of(&self.units.get(unit)?.figures)
    }

    /// The least and the greatest of each quotient over all units; from infinity to minus infinity where there is none.
    pub(crate) fn ranges(&self, quotients: &[Quotient<'_>]) -> Vec<(f64, f64)> {
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); quotients.len()];
        // Unit by unit, as their figures lie in memory.
        for unit in &self.units {
            for ((least, greatest), quotient) in ranges.iter_mut().zip(quotients) {
                if let Some(figure) = quotient.of(&unit.figures) {
                    (*least, *greatest) = (least.min(figure), greatest.max(figure));
                }
            }
        }
        ranges
    }

    /// Whether a figure is missing because it does not apply to the unit.
    pub(crate) fn does_not_apply(&self, column: usize, unit: usize) -> bool {
        let missing = self.units.get(unit).and_then(|unit| unit.figures.missing(column));
        matches!(missing, Some(MissingReason::NotRelevant | MissingReason::NotApplicable))
    }

    fn row(&self, unit: usize) -> Option<usize> {
        self.rows.get(unit).copied().flatten()
    }

    /// The figures of all units as another methodology that takes the same figures of a return brings them on scale.
    ///
    /// # Errors
    /// Where that methodology refuses the figures.
    pub fn prepared_under(&self, other: &CompiledComposite) -> Result<Prepared, CompositeError> {
        let scored = other.score_anew(self.year, self.units.clone())?;
        Ok(scored.prepared(other))
    }

    /// The figures of all units on scale, under the tree and the means of the methodology that scored them.
    pub fn prepared(&self, methodology: &CompiledComposite) -> Prepared {
        Prepared::of(&methodology.method, self.result.composite.normalised.clone())
    }

    /// The scores of the nodes that other units have with the scales that were fitted to these: what goes before scaling
    /// (imputation, treatment) is fitted to the others themselves. `methodology` must be the one that scored these.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn on_scales(
        &self,
        methodology: &CompiledComposite,
        year: i64,
        units: Vec<UnitFigures>,
    ) -> Result<Matrix, CompositeError> {
        let YearResult { figures, peers, .. } = methodology.score(year, units)?.result;
        let Method { tree, plan, .. } = &methodology.method;
        let composite = compute_with(figures, peers.as_deref(), tree, plan, &self.result.scales)?;
        Ok(composite.scores)
    }
}

/// A tree without a root, which none is.
fn no_root() -> CompositeError {
    CompositeError::UnknownNode { code: String::new() }
}
