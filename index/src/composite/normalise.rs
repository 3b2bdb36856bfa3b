//! Bringing indicators of different units to one scale, direction first.

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
    moments::mean_and_sd,
    treat::extremes,
    tree::{Direction, Tree},
};

/// How a column is brought to scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Normalisation {
    /// The smallest present value becomes `low`, the largest `high`; a negative direction turns the scale over.
    MinMax {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Mean 0 and sample standard deviation 1 over the present values; a negative direction changes the sign.
    ZScore,
}

/// The straight line that normalises one column: `(x - origin) / divisor * span + low`.
///
/// It divides before it stretches, so that the extreme values land exactly on the ends of the scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scaling {
    origin: f64,
    divisor: f64,
    span: f64,
    low: f64,
}

/// Normalises every column of the data; each must be an indicator of the tree.
pub fn normalise(data: &Matrix, tree: &Tree, normalisation: Normalisation) -> Result<Matrix, CompositeError> {
    let columns = data
        .columns()
        .iter()
        .map(|column| {
            let direction = tree
                .indicators
                .iter()
                .find(|i| i.code == column.code())
                .map(|i| i.direction)
                .ok_or_else(|| CompositeError::ColumnNotInTree {
                    code: column.code().to_owned(),
                })?;
            let scaling = scaling_of(column, direction, normalisation)?;
            column.map(|x| scaling.apply(x))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(data.with_columns(columns))
}

/// The scaling of one column; refuses a constant one.
pub(super) fn scaling_of(
    column: &Column,
    direction: Direction,
    normalisation: Normalisation,
) -> Result<Scaling, CompositeError> {
    let constant = || CompositeError::ConstantColumn {
        code: column.code().to_owned(),
    };
    let sign = if direction == Direction::Negative { -1.0 } else { 1.0 };
    match normalisation {
        Normalisation::MinMax { low, high } => {
            if !(low.is_finite() && high.is_finite() && low < high) {
                return Err(CompositeError::BadSetting {
                    setting: "scale",
                    value: high - low,
                });
            }
            let (min, max) = column_extremes(column).ok_or_else(constant)?;
            let origin = if direction == Direction::Negative { max } else { min };
            Ok(Scaling {
                origin,
                divisor: sign * (max - min),
                span: high - low,
                low,
            })
        }
        Normalisation::ZScore => {
            let values: Vec<f64> = column.present_values().collect();
            let (mean, sd) = mean_and_sd(&values).ok_or_else(|| CompositeError::TooFewValues {
                code: column.code().to_owned(),
                needed: 2,
                found: values.len(),
            })?;
            // Equal values may leave a trace of rounding in sd: ask the values themselves.
            extremes(&values).ok_or_else(constant)?;
            Ok(Scaling {
                origin: mean,
                divisor: sign * sd,
                span: 1.0,
                low: 0.0,
            })
        }
    }
}

impl Scaling {
    /// The normalised value.
    #[inline]
    pub(super) fn apply(self, x: f64) -> f64 {
        (x - self.origin) / self.divisor * self.span + self.low
    }
}

/// Smallest and largest present value; none when they are equal or there is none.
fn column_extremes(column: &Column) -> Option<(f64, f64)> {
    match column.presence() {
        None => extremes(column.values()),
        // Zero stands where a value is missing: put a present value there instead, whichever.
        Some(present) => {
            let stand_in = column.present_values().next()?;
            let values: Vec<f64> = column
                .values()
                .iter()
                .zip(present)
                .map(|(value, here)| if *here { *value } else { stand_in })
                .collect();
            extremes(&values)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::tree::NodeSpec;

    fn tree() -> Tree {
        Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::indicator("up", "top", 1.0, Direction::Positive),
            NodeSpec::indicator("down", "top", 1.0, Direction::Negative),
        ])
        .unwrap()
    }

    fn normalised(code: &str, cells: &[Option<f64>], how: Normalisation) -> Result<Vec<Option<f64>>, CompositeError> {
        let units = (0..cells.len()).map(|i| format!("u{i}")).collect();
        let data = Matrix::new(units, vec![Column::new(code, cells.iter().copied()).unwrap()]).unwrap();
        normalise(&data, &tree(), how).map(|m| m.columns()[0].cells().collect())
    }

    #[test]
    fn min_max_lands_exactly_on_the_ends() {
        let how = Normalisation::MinMax { low: 0.0, high: 100.0 };
        let cells = [Some(0.1), None, Some(0.7), Some(0.4)];
        let up = normalised("up", &cells, how).unwrap();
        assert_eq!((up[0], up[1], up[2]), (Some(0.0), None, Some(100.0)));
        let down = normalised("down", &cells, how).unwrap();
        assert_eq!((down[0], down[1], down[2]), (Some(100.0), None, Some(0.0)));
    }

    #[test]
    fn z_scores_use_the_sample_deviation_and_the_direction() {
        let cells = [Some(2.0), Some(4.0), Some(6.0)];
        assert_eq!(
            normalised("up", &cells, Normalisation::ZScore).unwrap(),
            [Some(-1.0), Some(0.0), Some(1.0)]
        );
        assert_eq!(
            normalised("down", &cells, Normalisation::ZScore).unwrap(),
            [Some(1.0), Some(0.0), Some(-1.0)]
        );
    }

    #[test]
    fn what_cannot_be_normalised_is_refused_by_name() {
        let min_max = Normalisation::MinMax { low: 0.0, high: 1.0 };
        let check = |code, cells: &[Option<f64>], how, expected: &str| {
            let refused = normalised(code, cells, how).unwrap_err();
            assert_eq!(refused.code(), expected, "{refused}");
        };
        check("up", &[Some(3.0), Some(3.0)], min_max, "composite.constant_column");
        check(
            "up",
            &[Some(0.1), Some(0.1), Some(0.1)],
            Normalisation::ZScore,
            "composite.constant_column",
        );
        check(
            "up",
            &[Some(3.0), None],
            Normalisation::ZScore,
            "composite.too_few_values",
        );
        check(
            "other",
            &[Some(3.0), Some(4.0)],
            min_max,
            "composite.column_not_in_tree",
        );
        check(
            "up",
            &[Some(3.0), Some(4.0)],
            Normalisation::MinMax { low: 1.0, high: 1.0 },
            "composite.bad_setting",
        );
    }
}
