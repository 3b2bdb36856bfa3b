//! Weights from pairwise comparisons: the analytic hierarchy process.
//!
//! Saaty, T. L. (1980), The Analytic Hierarchy Process; (1990), How to make a decision, EJOR 48, 9-26.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    error::WeightError,
    record::{Origin, Weighting},
};
use crate::composite::moments::sum;

/// The most rows for which a random index is known.
pub const MOST_COMPARED: usize = RANDOM_INDEX.len();

/// Saaty's random index: the mean consistency index of random reciprocal matrices, for 1 to 15 rows (Saaty 1980; the
/// values for 11 to 15 rows as reprinted in Saaty 1987, Mathematical Modelling 9, 161-176).
const RANDOM_INDEX: [f64; 15] = [
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
];

/// A comparison and its mirror image multiply to one within this: a third typed as 0.333 is one.
const RECIPROCAL_TOLERANCE: f64 = 5e-3;

/// Method of deriving priorities from the comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prioritisation {
    /// The principal right eigenvector (Saaty).
    #[default]
    Eigenvector,
    /// Geometric means of the rows (Crawford and Williams 1985): the logarithmic least squares solution.
    GeometricMean,
}

/// A complete, positive, reciprocal matrix: how many times more the row matters than the column.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparisons {
    codes: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Comparisons {
    /// Checks a matrix. Each refusal names the cell.
    pub fn new(codes: Vec<String>, rows: &[Vec<Option<f64>>]) -> Result<Self, WeightError> {
        let expected = codes.len();
        if expected == 0 {
            return Err(WeightError::Nothing);
        }
        if expected > MOST_COMPARED {
            return Err(WeightError::TooManyCompared {
                found: expected,
                most: MOST_COMPARED,
            });
        }
        for (at, code) in codes.iter().enumerate() {
            if code.trim().is_empty() || codes.iter().take(at).any(|other| other == code) {
                return Err(WeightError::DuplicateCode { code: code.clone() });
            }
        }
        if let Some(found) = std::iter::once(rows.len())
            .chain(rows.iter().map(Vec::len))
            .find(|len| *len != expected)
        {
            return Err(WeightError::Length { expected, found });
        }
        let mut complete = vec![vec![0.0; expected]; expected];
        for (i, cells) in rows.iter().enumerate() {
            for (j, cell) in cells.iter().enumerate() {
                let (row, column) = (codes[i].clone(), codes[j].clone());
                complete[i][j] = match cell {
                    None => return Err(WeightError::MissingComparison { row, column }),
                    Some(value) if !value.is_finite() || *value <= 0.0 => {
                        return Err(WeightError::NotPositive {
                            row,
                            column,
                            value: *value,
                        });
                    }
                    Some(value) => *value,
                };
            }
        }
        for i in 0..expected {
            for j in i..expected {
                let (value, mirrored) = (complete[i][j], complete[j][i]);
                if (value * mirrored - 1.0).abs() > RECIPROCAL_TOLERANCE {
                    return Err(WeightError::NotReciprocal {
                        row: codes[i].clone(),
                        column: codes[j].clone(),
                        value,
                        mirrored,
                    });
                }
            }
        }
        Ok(Self { codes, rows: complete })
    }

    /// `A w`.
    fn times(&self, vector: &[f64]) -> Vec<f64> {
        self.rows
            .iter()
            .map(|row| sum(row.iter().zip(vector).map(|(a, w)| a * w)))
            .collect()
    }
}

/// Saaty's random index for a number of rows; none beyond the table.
pub fn random_index(rows: usize) -> Option<f64> {
    rows.checked_sub(1).and_then(|at| RANDOM_INDEX.get(at)).copied()
}

/// Weights with `lambda_max`, `CI = (lambda_max - n) / (n - 1)` and `CR = CI / RI`.
///
/// With the geometric mean `lambda_max` is estimated by the mean of `(A w)_i / w_i`. An inconsistent matrix is not
/// refused: its CR stands beside the weights, for people to judge.
pub fn ahp(comparisons: &Comparisons, prioritisation: Prioritisation) -> Result<Weighting, WeightError> {
    let n = comparisons.codes.len();
    let weights = match prioritisation {
        Prioritisation::Eigenvector => principal_eigenvector(comparisons)?,
        Prioritisation::GeometricMean => {
            let means: Vec<f64> = comparisons
                .rows
                .iter()
                .map(|row| (sum(row.iter().map(|a| a.ln())) / n as f64).exp())
                .collect();
            scaled(&means)
        }
    };
    let lambda_max = sum(comparisons.times(&weights).iter().zip(&weights).map(|(aw, w)| aw / w)) / n as f64;
    // One and two are always consistent; nothing is divided by zero.
    let ci = if n < 3 {
        0.0
    } else {
        (lambda_max - n as f64) / (n as f64 - 1.0)
    };
    // At least one row and no more than the table has are compared.
    let ri = RANDOM_INDEX[n - 1];
    let origin = Origin::Ahp {
        prioritisation,
        matrix: comparisons.rows.clone(),
        lambda_max,
        ci,
        ri,
        cr: if n < 3 { 0.0 } else { ci / ri },
    };
    Weighting::of_shares(comparisons.codes.clone(), &weights, origin)
}

/// Power iteration. A positive matrix has one greatest eigenvalue with a positive eigenvector (Perron), to which every
/// positive start converges.
fn principal_eigenvector(comparisons: &Comparisons) -> Result<Vec<f64>, WeightError> {
    const MOST_STEPS: usize = 100_000;
    let n = comparisons.codes.len() as f64;
    let mut vector = vec![1.0 / n; comparisons.codes.len()];
    for _ in 0..MOST_STEPS {
        let next = scaled(&comparisons.times(&vector));
        let moved = next
            .iter()
            .zip(&vector)
            .map(|(a, b)| (a - b).abs() / a)
            .fold(0.0, f64::max);
        vector = next;
        if moved <= 4.0 * f64::EPSILON {
            return Ok(vector);
        }
    }
    Err(WeightError::NotConverged {
        method: "power iteration",
    })
}

fn scaled(vector: &[f64]) -> Vec<f64> {
    let total = sum(vector.iter().copied());
    vector.iter().map(|v| v / total).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("c{i}")).collect()
    }

    fn comparisons(rows: &[&[f64]]) -> Result<Comparisons, WeightError> {
        let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|v| Some(*v)).collect()).collect();
        Comparisons::new(codes(rows.len()), &rows)
    }

    #[test]
    fn a_consistent_matrix_gives_its_own_weights_by_either_way() {
        let (a, b, c) = (0.6, 0.3, 0.1);
        let rows = [[1.0, a / b, a / c], [b / a, 1.0, b / c], [c / a, c / b, 1.0]];
        let matrix = comparisons(&[&rows[0], &rows[1], &rows[2]]).unwrap();
        for way in [Prioritisation::Eigenvector, Prioritisation::GeometricMean] {
            let weighting = ahp(&matrix, way).unwrap();
            for (have, want) in weighting.weights.iter().zip([a, b, c]) {
                assert!((have - want).abs() < 1e-15, "{way:?}: {have} {want}");
            }
            let Origin::Ahp { lambda_max, cr, .. } = weighting.origin else {
                panic!()
            };
            assert!((lambda_max - 3.0).abs() < 1e-14 && cr.abs() < 1e-14);
        }
    }

    #[test]
    fn two_are_always_consistent_and_one_has_all() {
        let two = ahp(
            &comparisons(&[&[1.0, 4.0], &[0.25, 1.0]]).unwrap(),
            Prioritisation::Eigenvector,
        )
        .unwrap();
        assert_eq!(two.weights, [0.8, 0.2]);
        let one = ahp(&comparisons(&[&[1.0]]).unwrap(), Prioritisation::GeometricMean).unwrap();
        assert_eq!(one.weights, [1.0]);
        let Origin::Ahp { ci, ri, cr, .. } = two.origin else {
            panic!()
        };
        assert_eq!((ci, ri, cr), (0.0, 0.0, 0.0));
    }

    #[test]
    fn a_broken_matrix_is_refused_by_its_cell() {
        let check = |rows: &[&[f64]], expected: &str| {
            let refused = comparisons(rows).unwrap_err();
            assert_eq!(refused.code(), expected);
            if expected != "weights.length" {
                assert!(
                    refused.to_string().contains("c0") && refused.message().zh.contains("c1"),
                    "{refused}"
                );
            }
        };
        check(&[&[1.0, 3.0], &[0.5, 1.0]], "weights.not_reciprocal");
        check(&[&[1.0, -3.0], &[-1.0 / 3.0, 1.0]], "weights.not_positive");
        check(&[&[1.0, 0.0], &[0.0, 1.0]], "weights.not_positive");
        check(&[&[1.0, f64::NAN], &[1.0, 1.0]], "weights.not_positive");
        check(&[&[1.0, 3.0]], "weights.length");
        check(&[&[1.0, 3.0], &[1.0]], "weights.length");
        let missing = Comparisons::new(codes(2), &[vec![Some(1.0), None], vec![Some(1.0), Some(1.0)]]).unwrap_err();
        assert_eq!(missing.code(), "weights.missing_comparison");
        assert_eq!(comparisons(&[&[2.0]]).unwrap_err().code(), "weights.not_reciprocal");
        assert_eq!(Comparisons::new(Vec::new(), &[]).unwrap_err().code(), "weights.nothing");
        for codes in [["a", "a"], ["a", ""], [" ", "a"]] {
            let even = [vec![Some(1.0), Some(1.0)], vec![Some(1.0), Some(1.0)]];
            let refused = Comparisons::new(codes.map(String::from).to_vec(), &even).unwrap_err();
            assert_eq!(refused.code(), "weights.duplicate_code", "{codes:?}");
        }
        let sixteen = vec![vec![Some(1.0); 16]; 16];
        assert_eq!(
            Comparisons::new(codes(16), &sixteen).unwrap_err().code(),
            "weights.too_many_compared"
        );
        assert!(
            comparisons(&[&[1.0, 3.0], &[0.333, 1.0]]).is_ok(),
            "a third with three digits"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_judgement_gives_weights_and_no_better_consistency_than_perfect(
            n in 1_usize..9,
            judged in prop::collection::vec(prop::sample::select(vec![1.0, 2.0, 3.0, 5.0, 7.0, 9.0, 0.5, 1.0 / 3.0, 0.2, 1.0 / 9.0]), 64),
        ) {
            let mut rows = vec![vec![Some(1.0); n]; n];
            for i in 0..n {
                for j in i + 1..n {
                    rows[i][j] = Some(judged[i * 8 + j]);
                    rows[j][i] = Some(1.0 / judged[i * 8 + j]);
                }
            }
            let matrix = Comparisons::new(codes(n), &rows).unwrap();
            for way in [Prioritisation::Eigenvector, Prioritisation::GeometricMean] {
                let weighting = ahp(&matrix, way).unwrap();
                prop_assert!(weighting.weights.iter().all(|w| *w > 0.0));
                prop_assert!((weighting.weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
                let Origin::Ahp { ci, .. } = weighting.origin else { panic!() };
                prop_assert!(ci > -1e-13, "{}", ci);
            }
        }
    }
}
