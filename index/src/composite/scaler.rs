//! A fitted normalisation: what turns one value into its score.

use serde::{Deserialize, Serialize};

use super::{error::CompositeError, matrix::Column};

/// How equal values are ranked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// They share the lowest of their ranks.
    #[default]
    Min,
    /// They share the highest.
    Max,
    /// They share the mean.
    Average,
}

/// A fitted normalisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Scaler {
    /// A straight line, possibly cut.
    Line(Line),
    /// A line of the logarithm.
    LogLine(Line),
    /// A place in a sample.
    Ranked(Ranked),
    /// A logarithm of a ratio.
    Ratio(Ratio),
    /// Linear between points.
    Bands(Vec<(f64, f64)>),
    /// Steps.
    Steps { below: f64, steps: Vec<(f64, f64)> },
    /// Points for exact values.
    Points(Vec<(f64, f64)>),
    /// Nothing can be told from the sample: every score is missing.
    Missing,
}

/// The straight line `(x - origin) / divisor * span + low`.
///
/// It divides before it stretches, so that the extreme values land exactly on the ends of the scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    origin: f64,
    divisor: f64,
    span: f64,
    low: f64,
    /// The least and the greatest score, where it is cut. Infinity is written as nothing.
    least: Option<f64>,
    greatest: Option<f64>,
}

impl Line {
    pub(super) fn new(origin: f64, divisor: f64, span: f64, low: f64) -> Self {
        Self {
            origin,
            divisor,
            span,
            low,
            least: None,
            greatest: None,
        }
    }

    /// The same line, cut between two scores in either order.
    pub(super) fn clipped(self, one: f64, other: f64) -> Self {
        let bound = |score: f64| Some(score).filter(|score| score.is_finite());
        Self {
            least: bound(one.min(other)),
            greatest: bound(one.max(other)),
            ..self
        }
    }

    /// Whether scores fall where values rise.
    pub(super) fn falls(&self) -> bool {
        (self.span < 0.0) != (self.divisor < 0.0)
    }

    /// Whether it is a line all the way.
    pub(super) fn is_straight(&self) -> bool {
        self.least.is_none() && self.greatest.is_none()
    }

    /// The score before it is cut.
    #[inline]
    pub(super) fn straight(self, x: f64) -> f64 {
        (x - self.origin) / self.divisor * self.span + self.low
    }

    /// The score.
    #[inline]
    pub(super) fn apply(self, x: f64) -> f64 {
        let score = self.straight(x);
        let score = self.least.map_or(score, |least| score.max(least));
        self.greatest.map_or(score, |greatest| score.min(greatest))
    }
}

/// A place among the values of a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ranked {
    sign: f64,
    /// Directed values in rising order.
    sample: Vec<f64>,
    kind: RankKind,
    ties: Ties,
}

/// What is made of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RankKind {
    /// The rank from the lowest up, from 1.
    Rank,
    /// The rank as a share of all others.
    Percentile,
    /// The rank from 0.
    Borda,
}

impl Ranked {
    pub(super) fn new(sign: f64, mut sample: Vec<f64>, kind: RankKind, ties: Ties) -> Self {
        sample.sort_unstable_by(f64::total_cmp);
        Self {
            sign,
            sample,
            kind,
            ties,
        }
    }

    fn apply(&self, value: f64) -> f64 {
        let value = self.sign * value;
        let below = self.sample.partition_point(|other| *other < value) as f64;
        let up_to = self.sample.partition_point(|other| *other <= value) as f64;
        // A value that is not in the sample stands between its neighbours.
        let last = up_to.max(below + 1.0);
        let rank = match self.ties {
            Ties::Min => below + 1.0,
            Ties::Max => last,
            Ties::Average => f64::midpoint(below + 1.0, last),
        };
        match self.kind {
            RankKind::Rank => rank,
            RankKind::Borda => rank - 1.0,
            RankKind::Percentile => (rank - 1.0) / (self.sample.len() as f64 - 1.0),
        }
    }
}

/// `factor * log2(1 + x / base)`, or with the ratio turned over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ratio {
    pub(super) factor: f64,
    pub(super) base: f64,
    pub(super) inverse: bool,
}

impl Ratio {
    fn apply(self, value: f64) -> f64 {
        if self.inverse && value <= 0.0 {
            // Below zero less would not be better.
            return f64::NAN;
        }
        let ratio = if self.inverse {
            self.base / value
        } else {
            value / self.base
        };
        self.factor * (1.0 + ratio).log2()
    }
}

impl Scaler {
    /// The line, where it is one without cuts: the usual and the fast case.
    pub(super) fn straight_line(&self) -> Option<Line> {
        match self {
            Self::Line(line) if line.is_straight() => Some(*line),
            _ => None,
        }
    }

    /// The score of a value; none where there is none, not finite where the value cannot be taken.
    pub(super) fn apply(&self, value: f64) -> Option<f64> {
        Some(match self {
            Self::Line(line) => line.apply(value),
            // A cut would hide that there is no logarithm.
            Self::LogLine(_) if value <= 0.0 => f64::NAN,
            Self::LogLine(line) => line.apply(value.ln()),
            Self::Ranked(ranked) => ranked.apply(value),
            Self::Ratio(ratio) => ratio.apply(value),
            Self::Bands(points) => on_bands(points, value),
            Self::Steps { below, steps } => steps
                .iter()
                .rev()
                .find(|(from, _)| value >= *from)
                .map_or(*below, |(_, score)| *score),
            Self::Points(points) => points
                .iter()
                .find(|(point, _)| (*point - value).abs() <= 0.0)
                .map_or(f64::NAN, |(_, score)| *score),
            Self::Missing => return None,
        })
    }

    /// The column on scale; a value that the method cannot take is refused with its unit.
    pub(super) fn map(&self, column: &Column, units: &[String]) -> Result<Column, CompositeError> {
        scores(column, units, |_, value| self.apply(value), self.step())
    }

    /// Whether scores fall where values rise; none where it is no line.
    pub(super) fn falls(&self) -> Option<bool> {
        match self {
            Self::Line(line) | Self::LogLine(line) => Some(line.falls()),
            _ => None,
        }
    }

    pub(super) fn step(&self) -> &'static str {
        match self {
            Self::Line(_) | Self::Missing => "normalisation",
            Self::LogLine(_) => "logarithm",
            Self::Ranked(_) => "rank",
            Self::Ratio(_) => "log_ratio",
            Self::Bands(_) => "bands",
            Self::Steps { .. } => "steps",
            Self::Points(_) => "points",
        }
    }
}

/// A column with each present value turned into its score.
pub(super) fn scores(
    column: &Column,
    units: &[String],
    score: impl Fn(usize, f64) -> Option<f64>,
    step: &'static str,
) -> Result<Column, CompositeError> {
    let mut cells = Vec::with_capacity(column.len());
    for (row, cell) in column.cells().enumerate() {
        let scored = cell.and_then(|value| score(row, value).map(|score| (value, score)));
        if let Some((value, _)) = scored.filter(|(_, score)| !score.is_finite()) {
            return Err(CompositeError::Undefined {
                code: column.code().to_owned(),
                unit: units[row].clone(),
                value,
                step,
            });
        }
        cells.push(scored.map(|(_, score)| score));
    }
    Column::new(column.code(), cells)
}

/// Linear between the points, the end points' scores beyond them.
fn on_bands(points: &[(f64, f64)], value: f64) -> f64 {
    let after = points.partition_point(|(x, _)| *x <= value);
    match (after.checked_sub(1).and_then(|at| points.get(at)), points.get(after)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (value - x0) / (x1 - x0) * (y1 - y0),
        (Some((_, y)), None) | (None, Some((_, y))) => *y,
        (None, None) => f64::NAN,
    }
}
