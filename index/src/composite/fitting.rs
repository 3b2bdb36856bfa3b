//! Fitting the scale of one indicator to the values of a sample.

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
    moments::{mean, mean_and_sd},
    normalisation::{Base, Bounds, Normalisation, On, bad},
    scaler::{Line, RankKind, Ranked, Ratio, Scaler, Ties},
};
use crate::rank::{extremes, extremes_of_present};

/// Data by which scales are fitted, and the peer group of each unit where scales are fitted group by group.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The data.
    pub data: &'a Matrix,
    /// The group of each unit, in row order.
    pub peers: Option<&'a [String]>,
}

/// What a scaler is fitted to.
pub(super) struct Fit<'a> {
    pub(super) code: &'a str,
    pub(super) sign: f64,
    pub(super) samples: &'a [(Sample<'a>, &'a Column)],
    pub(super) group: Option<&'a String>,
}

impl Fit<'_> {
    pub(super) fn scaler(&self, normalisation: &Normalisation) -> Result<Scaler, CompositeError> {
        let sign = self.sign;
        let line = |line: Line| Ok(Scaler::Line(line));
        match normalisation {
            Normalisation::None => line(Line::new(0.0, sign, 1.0, 0.0)),
            Normalisation::MinMax { low, high } => {
                if !((high - low).is_finite() && low < high) {
                    return Err(bad("scale", high - low));
                }
                let (worst, best) = self.extremes()?;
                line(Line::new(worst, sign * self.range(worst, best)?, high - low, *low))
            }
            Normalisation::ZScore {
                mean,
                sd,
                variance,
                cap,
            } => {
                if !(mean.is_finite() && sd.is_finite() && *sd > 0.0) {
                    return Err(bad("sd", *sd));
                }
                if let Some(cap) = cap.filter(|cap| !(cap.is_finite() && *cap > 0.0)) {
                    return Err(bad("cap", cap));
                }
                let values = self.values();
                let (centre, spread) = mean_and_sd(&values).ok_or_else(|| self.too_few(2, values.len()))?;
                let spread = spread * variance.of_sample_deviation(values.len());
                // Equal values may leave a trace of rounding in the deviation: ask the values themselves.
                self.extremes()?;
                self.defined(centre + spread)?;
                let standard = Line::new(centre, sign * spread, *sd, *mean);
                line(match cap {
                    Some(cap) => standard.clipped(mean - cap * sd, mean + cap * sd),
                    None => standard,
                })
            }
            Normalisation::Scaled { bounds, low, high } => {
                if !((high - low).is_finite() && low < high) {
                    return Err(bad("scale", high - low));
                }
                line(self.between(*bounds, *low, high - low)?)
            }
            Normalisation::Ampi { reference } => {
                let reference = self.base(*reference)?;
                if !reference.is_finite() {
                    return Err(bad("reference", reference));
                }
                let (worst, best) = self.extremes()?;
                let half = self.range(worst, best)? / 2.0;
                line(Line::new(reference, sign * half, 30.0, 100.0))
            }
            Normalisation::Goalposts {
                bounds,
                scale,
                clip,
                log,
            } => {
                if !scale.is_finite() || *scale == 0.0 {
                    return Err(bad("scale", *scale));
                }
                let bounds = if *log { bounds.logarithms()? } else { *bounds };
                let posts = self.between(bounds, 0.0, *scale)?;
                let posts = if *clip { posts.clipped(0.0, *scale) } else { posts };
                Ok(if *log {
                    Scaler::LogLine(posts)
                } else {
                    Scaler::Line(posts)
                })
            }
            Normalisation::Rank(ties) => self.ranked(RankKind::Rank, *ties),
            Normalisation::PercentileRank(ties) => self.ranked(RankKind::Percentile, *ties),
            Normalisation::Borda(ties) => self.ranked(RankKind::Borda, *ties),
            Normalisation::DistanceToMax => {
                let (worst, best) = self.extremes()?;
                line(Line::new(best, sign * self.range(worst, best)?, 1.0, 1.0))
            }
            Normalisation::DistanceToTarget { target, cap, on } => {
                if !target.is_finite() {
                    return Err(bad("target", *target));
                }
                let (worst, _) = self.worst_and_best().ok_or_else(|| self.too_few(1, 0))?;
                let target = if *on == On::Directed { sign * target } else { *target };
                let distance = Line::new(worst, self.apart(target - worst)?, 1.0, 0.0);
                line(if *cap {
                    distance.clipped(f64::NEG_INFINITY, 1.0)
                } else {
                    distance
                })
            }
            Normalisation::DistanceToReference { unit, cap } => {
                let reference = self.reference(unit)?;
                let (worst, _) = self.worst_and_best().ok_or_else(|| self.too_few(1, 0))?;
                let distance = Line::new(reference, self.apart(reference - worst)?, 1.0, 1.0);
                line(if *cap {
                    distance.clipped(f64::NEG_INFINITY, 1.0)
                } else {
                    distance
                })
            }
            Normalisation::FractionOfMax => {
                let (_, best) = self.worst_and_best().ok_or_else(|| self.too_few(1, 0))?;
                line(Line::new(0.0, self.apart(best)?, 1.0, 0.0))
            }
            Normalisation::LogRatio { factor, base } => {
                let base = self.base(*base)?;
                if !(base.is_finite() && base > 0.0) {
                    return Err(bad("base", base));
                }
                if !(factor.is_finite() && *factor > 0.0) {
                    return Err(bad("factor", *factor));
                }
                Ok(Scaler::Ratio(Ratio {
                    factor: *factor,
                    base,
                    inverse: sign < 0.0,
                }))
            }
            Normalisation::Bands(points) => {
                rising(points, "bands")?;
                Ok(Scaler::Bands(points.clone()))
            }
            Normalisation::Steps { below, steps } => {
                rising(steps, "steps")?;
                Ok(Scaler::Steps {
                    below: *below,
                    steps: steps.clone(),
                })
            }
            Normalisation::Points(points) => {
                let mut values: Vec<f64> = points.iter().map(|(value, _)| *value).collect();
                values.sort_by(f64::total_cmp);
                match values.windows(2).find(|pair| pair[0] >= pair[1]) {
                    Some(pair) => Err(bad("points", pair[1])),
                    None => Ok(Scaler::Points(points.clone())),
                }
            }
        }
    }

    fn base(&self, base: Base) -> Result<f64, CompositeError> {
        match base {
            Base::Given(base) => Ok(base),
            Base::Mean => mean(&self.values()).ok_or_else(|| self.too_few(1, 0)),
        }
    }

    /// The present values, as measured.
    fn values(&self) -> Vec<f64> {
        let columns = self.samples.iter();
        columns
            .flat_map(|(sample, column)| {
                let cells = column.cells().enumerate();
                cells.filter_map(move |(row, cell)| cell.filter(|_| self.belongs(sample, row)))
            })
            .collect()
    }

    fn belongs(&self, sample: &Sample<'_>, row: usize) -> bool {
        let (Some(peers), Some(group)) = (sample.peers, self.group) else {
            return true;
        };
        peers.get(row) == Some(group)
    }

    /// The worst and the best value as measured; refuses a sample without spread.
    fn extremes(&self) -> Result<(f64, f64), CompositeError> {
        let constant = || CompositeError::ConstantColumn {
            code: match self.group {
                None => self.code.to_owned(),
                Some(group) => format!("{} ({group})", self.code),
            },
        };
        let (worst, best) = self.worst_and_best().ok_or_else(|| self.too_few(2, 0))?;
        if (worst - best).abs() > 0.0 {
            Ok((worst, best))
        } else {
            Err(constant())
        }
    }

    /// The distance from the worst to the best value.
    fn range(&self, worst: f64, best: f64) -> Result<f64, CompositeError> {
        self.defined((best - worst).abs())
    }

    /// A statistic of the values, where they are not so large that it is none.
    fn defined(&self, statistic: f64) -> Result<f64, CompositeError> {
        let undefined = || CompositeError::UndefinedColumn {
            code: self.code.to_owned(),
            step: "normalisation",
        };
        Some(statistic)
            .filter(|statistic| statistic.is_finite())
            .ok_or_else(undefined)
    }

    fn worst_and_best(&self) -> Option<(f64, f64)> {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        if self.group.is_some() {
            (min, max) = extremes(&self.values());
        } else {
            for (_, column) in self.samples {
                let (low, high) = match column.presence() {
                    None => extremes(column.values()),
                    Some(present) => extremes_of_present(column.values(), present),
                };
                (min, max) = (min.min(low), max.max(high));
            }
        }
        (min <= max).then_some(if self.sign < 0.0 { (max, min) } else { (min, max) })
    }

    /// The line from the lower (`low`) to the upper bound (`low + span`).
    fn between(&self, bounds: Bounds, low: f64, span: f64) -> Result<Line, CompositeError> {
        let Bounds { lower, upper, on } = bounds;
        if !(lower.is_finite() && upper.is_finite()) {
            return Err(bad("bounds", upper - lower));
        }
        match on {
            On::Directed => Ok(Line::new(
                self.sign * lower,
                self.sign * self.apart(upper - lower)?,
                span,
                low,
            )),
            On::Value if lower >= upper => Err(bad("bounds", upper - lower)),
            On::Value if self.sign < 0.0 => Ok(Line::new(upper, self.apart(lower - upper)?, span, low)),
            On::Value => Ok(Line::new(lower, self.apart(upper - lower)?, span, low)),
        }
    }

    /// A distance that can divide.
    fn apart(&self, distance: f64) -> Result<f64, CompositeError> {
        let no_scale = || CompositeError::NoScale {
            code: self.code.to_owned(),
        };
        Some(distance)
            .filter(|d| *d != 0.0 && d.is_finite())
            .ok_or_else(no_scale)
    }

    fn reference(&self, unit: &str) -> Result<f64, CompositeError> {
        let mut known = false;
        for (sample, column) in self.samples {
            if let Some(row) = sample.data.units().iter().position(|found| found == unit) {
                known = true;
                if let Some(value) = column.get(row) {
                    return Ok(value);
                }
            }
        }
        Err(if known {
            CompositeError::NoReference {
                code: self.code.to_owned(),
                unit: unit.to_owned(),
            }
        } else {
            CompositeError::UnknownUnit { unit: unit.to_owned() }
        })
    }

    fn ranked(&self, kind: RankKind, ties: Ties) -> Result<Scaler, CompositeError> {
        let sample: Vec<f64> = self.values().into_iter().map(|value| self.sign * value).collect();
        let needed = if kind == RankKind::Percentile { 2 } else { 1 };
        if sample.len() < needed {
            return Err(self.too_few(needed, sample.len()));
        }
        Ok(Scaler::Ranked(Ranked::new(self.sign, sample, kind, ties)))
    }

    fn too_few(&self, needed: usize, found: usize) -> CompositeError {
        CompositeError::TooFewValues {
            code: self.code.to_owned(),
            needed,
            found,
        }
    }
}

/// Refuses an empty list of points and points that do not rise.
fn rising(points: &[(f64, f64)], setting: &'static str) -> Result<(), CompositeError> {
    let apart = points.windows(2).all(|pair| (pair[1].0 - pair[0].0).is_finite());
    let finite = apart && points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    match points.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        Some(pair) => Err(bad(setting, pair[1].0)),
        None if points.is_empty() || !finite => Err(bad(setting, points.len() as f64)),
        None => Ok(()),
    }
}
