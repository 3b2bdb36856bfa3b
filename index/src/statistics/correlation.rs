//! Correlations over the units that two columns have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kendall::kendall;
use crate::composite::{
    Column, Matrix,
    moments::{in_unit, sum, unit_of},
};

/// A measure of how two columns go together, -1 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Correlation {
    /// Pearson: along a straight line.
    #[default]
    Pearson,
    /// Spearman: Pearson's of the ranks, ties with their mean rank.
    Spearman,
    /// Kendall's tau-b.
    Kendall,
}

/// The correlation of two columns over the rows present in both (pairwise complete, as R's `cor`); ranks are taken over
/// those rows. None below two rows or when one column is constant over them.
pub fn correlate(kind: Correlation, a: &Column, b: &Column) -> Option<f64> {
    match kind {
        Correlation::Pearson => pearson(a.cells(), b.cells()),
        Correlation::Spearman => spearman(a.cells(), b.cells()),
        Correlation::Kendall => kendall(a.cells(), b.cells()),
    }
}

/// All correlations of the columns with each other, row by row in column order. The diagonal is one, or none for a
/// constant column.
pub fn correlation_matrix(kind: Correlation, data: &Matrix) -> Vec<Vec<Option<f64>>> {
    let columns = data.columns();
    let mut matrix = vec![vec![None; columns.len()]; columns.len()];
    for (i, a) in columns.iter().enumerate() {
        for (j, b) in columns.iter().enumerate().skip(i) {
            let found = correlate(kind, a, b);
            matrix[i][j] = if i == j { found.map(|_| 1.0) } else { found };
            matrix[j][i] = matrix[i][j];
        }
    }
    matrix
}

/// Pearson's r of the pairs that are both present: `sum((x - mx)(y - my)) / sqrt(sum((x - mx)^2) sum((y - my)^2))`.
pub fn pearson(a: impl IntoIterator<Item = Option<f64>>, b: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (x, y): (Vec<f64>, Vec<f64>) = a.into_iter().zip(b).filter_map(|(x, y)| x.zip(y)).unzip();
    pearson_of(&x, &y)
}

/// Spearman's rho of the pairs that are both present.
pub fn spearman(a: impl IntoIterator<Item = Option<f64>>, b: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (x, y): (Vec<f64>, Vec<f64>) = a.into_iter().zip(b).filter_map(|(x, y)| x.zip(y)).unzip();
    pearson_of(&mean_ranks(&x), &mean_ranks(&y))
}

fn pearson_of(x: &[f64], y: &[f64]) -> Option<f64> {
    // Equal values may leave a trace of rounding in the squares: ask the values themselves.
    let differs = |values: &[f64]| {
        let (low, high) = crate::rank::extremes(values);
        low < high
    };
    if !differs(x) || !differs(y) {
        return None;
    }
    let n = x.len() as f64;
    // It does not hang on the unit: figures out of all proportion are taken in one of their own size.
    let centred = |values: &[f64]| -> Vec<f64> {
        let values = unit_of(values).map_or_else(|| values.to_vec(), |unit| in_unit(values, unit));
        let mean = sum(values.iter().copied()) / n;
        values.iter().map(|v| v - mean).collect()
    };
    let (dx, dy) = (centred(x), centred(y));
    let products = |a: &[f64], b: &[f64]| sum(a.iter().zip(b).map(|(p, q)| p * q));
    let (squares_x, squares_y) = (products(&dx, &dx), products(&dy, &dy));
    // The root of the product is exact where both are squares; of very large or small squares there is no product.
    let scale = match (squares_x * squares_y).sqrt() {
        scale if scale.is_normal() => scale,
        _ => squares_x.sqrt() * squares_y.sqrt(),
    };
    (scale > 0.0 && scale.is_finite()).then(|| (products(&dx, &dy) / scale).clamp(-1.0, 1.0))
}

/// Ranks from 1, the lowest first, ties with their mean rank.
fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0.0;
    // Minus zero sorts before zero but ties with it.
    for run in order.chunk_by(|a, b| values[*a] >= values[*b]) {
        let count = run.len() as f64;
        for row in run {
            ranks[*row] = before + 0.5 * (count + 1.0);
        }
        before += count;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(cells: &[Option<f64>]) -> Column {
        Column::new("c", cells.iter().copied()).unwrap()
    }

    fn full(values: &[f64]) -> Column {
        Column::complete("c", values.to_vec()).unwrap()
    }

    #[test]
    fn known_values() {
        // The IQ and TV hours example of the Wikipedia article on Spearman's coefficient: -29/165.
        let iq = full(&[106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0]);
        let tv = full(&[7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0]);
        let rho = correlate(Correlation::Spearman, &iq, &tv).unwrap();
        assert!((rho + 29.0 / 165.0).abs() < 1e-15, "{rho}");
        // Anscombe's first set: r = 0.81642051634484.
        let x = full(&[10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0]);
        let y = full(&[8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]);
        let r = correlate(Correlation::Pearson, &x, &y).unwrap();
        assert!((r - 0.816_420_516_344_84).abs() < 1e-13, "{r}");
        // In any unit of measurement, where squares would be zero or infinite.
        for unit in [1e-300, 1e-200, 1e200, 1e306] {
            let r = pearson(x.cells().map(|cell| cell.map(|v| v * unit)), y.cells()).unwrap();
            assert!((r - 0.816_420_516_344_84).abs() < 1e-13, "{unit}: {r}");
        }
        assert_eq!(mean_ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
    }

    #[test]
    fn only_common_rows_count_and_what_is_not_defined_is_none() {
        let a = column(&[Some(1.0), None, Some(3.0), Some(2.0)]);
        let b = column(&[Some(2.0), Some(50.0), Some(6.0), None]);
        for kind in [Correlation::Pearson, Correlation::Spearman, Correlation::Kendall] {
            assert_eq!(correlate(kind, &a, &b), Some(1.0), "{kind:?}");
            assert_eq!(correlate(kind, &a, &column(&[Some(1.0); 4])), None);
            assert_eq!(correlate(kind, &a, &column(&[None; 4])), None);
            assert_eq!(correlate(kind, &full(&[0.1; 3]), &full(&[1.0, 2.0, 4.0])), None);
        }
        let data = Matrix::new(
            ["u", "v", "w", "x"].map(String::from).to_vec(),
            vec![a, Column::new("k", [Some(1.0); 4]).unwrap()],
        )
        .unwrap();
        let matrix = correlation_matrix(Correlation::Pearson, &data);
        assert_eq!(matrix, [vec![Some(1.0), None], vec![None, None]]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn order_and_units_do_not_matter(
            pairs in prop::collection::vec((-100..100_i32, -100..100_i32), 3..40),
            scale in 0.1..50.0_f64,
        ) {
            let take = |turn: bool, factor: f64| {
                let mut pairs = pairs.clone();
                if turn { pairs.reverse(); }
                let a = full(&pairs.iter().map(|p| f64::from(p.0) * factor).collect::<Vec<_>>());
                (a, full(&pairs.iter().map(|p| f64::from(p.1)).collect::<Vec<_>>()))
            };
            let ((a, b), (c, d)) = (take(false, 1.0), take(true, scale));
            for kind in [Correlation::Pearson, Correlation::Spearman, Correlation::Kendall] {
                match (correlate(kind, &a, &b), correlate(kind, &c, &d)) {
                    (Some(x), Some(y)) => prop_assert!((x - y).abs() < 1e-12),
                    (x, y) => prop_assert_eq!(x, y),
                }
            }
        }
    }
}
