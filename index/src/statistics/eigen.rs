//! Eigenvalues and eigenvectors of a symmetric matrix.

/// Eigenvalues, largest first, with their unit-length eigenvectors, by Jacobi's rotations.
///
/// The sign of a vector is fixed by making its element of the greatest magnitude (the first of equals) positive. None when
/// the matrix is not square, not symmetric to rounding, or not finite. Source: Golub and Van Loan, Matrix Computations,
/// section 8.5 (cyclic Jacobi).
pub fn symmetric_eigen(matrix: &[Vec<f64>]) -> Option<(Vec<f64>, Vec<Vec<f64>>)> {
    const MOST_SWEEPS: usize = 100;
    let n = matrix.len();
    let scale = matrix.iter().flatten().fold(0.0, |most: f64, v| most.max(v.abs()));
    let symmetric = (0..n).all(|i| (0..n).all(|j| (matrix[i][j] - matrix[j][i]).abs() <= 1e-12 * scale));
    if matrix.iter().any(|row| row.len() != n) || !symmetric || !scale.is_finite() {
        return None;
    }
    let mut a = matrix.to_vec();
    // Row k of `vectors` becomes the k-th eigenvector.
    let mut vectors: Vec<Vec<f64>> = (0..n)
        .map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect())
        .collect();
    for _ in 0..MOST_SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i][j] * a[i][j])
            .sum();
        if off <= (f64::EPSILON * scale).powi(2) {
            return Some(sorted(&a, vectors));
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    None
}

/// Turns the axes p and q so that the element between them vanishes.
fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    if a[p][q].abs() <= f64::MIN_POSITIVE {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for row in a.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    turn_rows(a, p, q, cosine, sine);
    (a[p][q], a[q][p]) = (0.0, 0.0);
    turn_rows(vectors, p, q, cosine, sine);
}

fn turn_rows(rows: &mut [Vec<f64>], p: usize, q: usize, cosine: f64, sine: f64) {
    let (upper, lower) = rows.split_at_mut(q);
    for (x, y) in upper[p].iter_mut().zip(lower[0].iter_mut()) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

fn sorted(a: &[Vec<f64>], vectors: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut pairs: Vec<(f64, Vec<f64>)> = a.iter().enumerate().map(|(i, row)| row[i]).zip(vectors).collect();
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0));
    for (_, vector) in &mut pairs {
        let greatest = vector
            .iter()
            .fold(0.0, |most: f64, v| if v.abs() > most.abs() { *v } else { most });
        if greatest < 0.0 {
            for v in vector.iter_mut() {
                *v = -*v;
            }
        }
    }
    pairs.into_iter().unzip()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_matrix() {
        // Eigenvalues of [[2, -1, 0], [-1, 2, -1], [0, -1, 2]]: 2 + sqrt 2, 2, 2 - sqrt 2.
        let matrix = [vec![2.0, -1.0, 0.0], vec![-1.0, 2.0, -1.0], vec![0.0, -1.0, 2.0]];
        let (values, vectors) = symmetric_eigen(&matrix).unwrap();
        let root = 2.0_f64.sqrt();
        for (have, want) in values.iter().zip([2.0 + root, 2.0, 2.0 - root]) {
            assert!((have - want).abs() < 1e-14, "{have}");
        }
        for (have, want) in vectors[0].iter().zip([-0.5, root / 2.0, -0.5]) {
            assert!((have - want).abs() < 1e-14, "{vectors:?}");
        }
        assert_eq!(symmetric_eigen(&[vec![1.0, 2.0], vec![3.0, 1.0]]), None);
        assert_eq!(symmetric_eigen(&[vec![f64::NAN]]), None);
        assert_eq!(symmetric_eigen(&[]), Some((vec![], vec![])));
        assert_eq!(
            symmetric_eigen(&[vec![0.0, 0.0], vec![0.0, 0.0]]).unwrap().0,
            [0.0, 0.0]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn vectors_times_values_are_the_matrix_again(n in 1_usize..9, cells in prop::collection::vec(-9.0..9.0_f64, 64)) {
            let matrix: Vec<Vec<f64>> = (0..n)
                .map(|i| (0..n).map(|j| cells[i.min(j) * 8 + i.max(j)]).collect())
                .collect();
            let (values, vectors) = symmetric_eigen(&matrix).unwrap();
            prop_assert!(values.windows(2).all(|w| w[0] >= w[1]));
            for i in 0..n {
                for j in 0..n {
                    let again: f64 = (0..n).map(|k| values[k] * vectors[k][i] * vectors[k][j]).sum();
                    prop_assert!((again - matrix[i][j]).abs() < 1e-12, "{} {}", again, matrix[i][j]);
                }
            }
        }
    }
}
