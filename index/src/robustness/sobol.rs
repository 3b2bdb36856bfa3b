//! Sobol indices: which parameter the output hangs on.
//!
//! Sobol' (2001), Mathematics and Computers in Simulation 55, 271-280; the estimators of Saltelli et al. (2010), Computer
//! Physics Communications 181, 259-270 (first order) and Jansen (1999), ibid. 117, 35-43 (total), as in COINr.

use serde::Serialize;

use super::error::RobustnessError;
use crate::{
    composite::moments::{mean_and_sd, sum},
    rank::whole,
    statistics::quantile,
};

/// Below so many draws per block indices are not to be relied on.
const LEAST_BASE: usize = 500;
/// An interval narrower than this is narrow enough, however small the index.
const NARROW: f64 = 0.1;

/// An index with its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The index.
    pub index: f64,
    /// 0.05 quantile of the bootstrap; absent without a bootstrap.
    pub q5: Option<f64>,
    /// 0.95 quantile of the bootstrap; absent without a bootstrap.
    pub q95: Option<f64>,
}

/// Sensitivity of the output to one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SensitivityIndex {
    /// Name of the parameter.
    pub parameter: String,
    /// Share of the variance explained by the parameter alone.
    pub first: Estimate,
    /// Share of the variance explained by the parameter including its interactions.
    pub total: Estimate,
}

/// Reason why the indices are not reliable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SensitivityWarning {
    /// Too few draws per block.
    FewRuns {
        /// Number of draws per block.
        base: usize,
        /// Number of draws advised.
        advised: usize,
    },
    /// An interval is wider than its index (and wider than a tenth).
    WideInterval {
        /// The parameter.
        parameter: String,
        /// Whether the index is the total index and not the first-order index.
        total: bool,
    },
}

/// Result of a sensitivity analysis.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Sensitivity {
    /// Variance of the output over the random draws (divisor 2N - 1).
    pub variance: f64,
    /// One index per parameter, in order.
    pub indices: Vec<SensitivityIndex>,
    /// Reasons why the indices are not reliable; empty if there are none.
    pub warnings: Vec<SensitivityWarning>,
}

/// N (d + 2) rows of d uniform numbers: matrix A, matrix B, and d times A with one column from B.
///
/// Numbers are taken column by column, first those of A, as R fills a matrix: with the uniform numbers of R's `runif` this
/// is COINr's `SA_sample`.
pub fn saltelli_sample(base: usize, parameters: usize, uniform: &mut impl FnMut() -> f64) -> Vec<Vec<f64>> {
    let mut columns =
        |count: usize| -> Vec<Vec<f64>> { (0..count).map(|_| (0..base).map(|_| uniform()).collect()).collect() };
    let (a, b) = (columns(parameters), columns(parameters));
    let row = |of: &[Vec<f64>], at: usize| -> Vec<f64> { of.iter().map(|column| column[at]).collect() };
    let mut rows: Vec<Vec<f64>> = (0..base).map(|at| row(&a, at)).collect();
    rows.extend((0..base).map(|at| row(&b, at)));
    for (parameter, other) in b.iter().enumerate() {
        rows.extend((0..base).map(|at| {
            let mut mixed = row(&a, at);
            mixed[parameter] = other[at];
            mixed
        }));
    }
    rows
}

/// Indices from the outputs of the N (d + 2) runs, without intervals:
/// `S_k = mean(yB (yABk - yA)) / V`, `T_k = sum((yA - yABk)^2) / (2 N V)`, V the variance of yA and yB together.
pub fn estimate(outputs: &[f64], parameters: &[String]) -> Result<Sensitivity, RobustnessError> {
    let blocks = Blocks::new(outputs, parameters.len())?;
    let (first, total): (Vec<_>, Vec<_>) = (0..parameters.len())
        .map(|k| (blocks.first(k), blocks.total(k)))
        .unzip();
    let plain = |index: f64| Estimate {
        index,
        q5: None,
        q95: None,
    };
    let indices = parameters
        .iter()
        .zip(first.iter().zip(&total))
        .map(|(name, (first, total))| SensitivityIndex {
            parameter: name.clone(),
            first: plain(sum(first.iter().copied()) / blocks.base as f64 / blocks.variance),
            total: plain(sum(total.iter().copied()) / blocks.base as f64 / blocks.variance),
        });
    Ok(Sensitivity {
        variance: blocks.variance,
        indices: indices.collect(),
        warnings: few_runs(blocks.base),
    })
}

/// Indices with bootstrap intervals and warnings. The terms of each mean are drawn anew `bootstrap` times, each time N of
/// N with replacement, the variance left as it is (as COINr does).
pub fn sensitivity(
    outputs: &[f64],
    parameters: &[String],
    bootstrap: usize,
    uniform: &mut impl FnMut() -> f64,
) -> Result<Sensitivity, RobustnessError> {
    let mut found = estimate(outputs, parameters)?;
    if bootstrap == 0 {
        return Ok(found);
    }
    let blocks = Blocks::new(outputs, parameters.len())?;
    for (k, index) in found.indices.iter_mut().enumerate() {
        for (is_total, terms) in [(false, blocks.first(k)), (true, blocks.total(k))] {
            let means: Vec<f64> = (0..bootstrap)
                .map(|_| {
                    let place = |u: f64| whole(u * terms.len() as f64).min(terms.len() - 1);
                    sum((0..terms.len()).map(|_| terms[place(uniform())])) / blocks.base as f64 / blocks.variance
                })
                .collect();
            let estimate = if is_total { &mut index.total } else { &mut index.first };
            estimate.q5 = quantile(&means, 0.05);
            estimate.q95 = quantile(&means, 0.95);
            let width = estimate.q95.zip(estimate.q5).map_or(0.0, |(high, low)| high - low);
            if width > NARROW && width > estimate.index {
                found.warnings.push(SensitivityWarning::WideInterval {
                    parameter: index.parameter.clone(),
                    total: is_total,
                });
            }
        }
    }
    Ok(found)
}

fn few_runs(base: usize) -> Vec<SensitivityWarning> {
    let advised = LEAST_BASE;
    let few = (base < advised).then_some(SensitivityWarning::FewRuns { base, advised });
    few.into_iter().collect()
}

/// The outputs, block by block.
struct Blocks<'a> {
    base: usize,
    a: &'a [f64],
    b: &'a [f64],
    mixed: Vec<&'a [f64]>,
    variance: f64,
}

impl<'a> Blocks<'a> {
    fn new(outputs: &'a [f64], parameters: usize) -> Result<Self, RobustnessError> {
        let base = outputs.len() / (parameters + 2);
        if parameters == 0 || base < 2 || outputs.len() != base * (parameters + 2) {
            return Err(RobustnessError::Length {
                expected: base.max(2) * (parameters + 2),
                found: outputs.len(),
            });
        }
        if let Some(bad) = outputs.iter().find(|y| !y.is_finite()) {
            return Err(RobustnessError::BadSetting {
                setting: "output",
                value: *bad,
            });
        }
        let (low, high) = crate::rank::extremes(&outputs[..2 * base]);
        let variance = mean_and_sd(&outputs[..2 * base]).map_or(0.0, |(_, sd)| sd * sd);
        if low >= high || variance <= 0.0 {
            return Err(RobustnessError::NoVariance);
        }
        Ok(Self {
            base,
            a: &outputs[..base],
            b: &outputs[base..2 * base],
            mixed: outputs[2 * base..].chunks(base).collect(),
            variance,
        })
    }

    /// Terms of the mean of first order.
    fn first(&self, k: usize) -> Vec<f64> {
        let runs = self.a.iter().zip(self.b).zip(self.mixed[k]);
        runs.map(|((a, b), mixed)| b * (mixed - a)).collect()
    }

    /// Terms of the mean of the total index.
    fn total(&self, k: usize) -> Vec<f64> {
        let runs = self.a.iter().zip(self.mixed[k]);
        runs.map(|(a, mixed)| (a - mixed) * (a - mixed) / 2.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64.
    fn uniform(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn names(count: usize) -> Vec<String> {
        (1..=count).map(|i| format!("x{i}")).collect()
    }

    fn run(base: usize, parameters: usize, f: impl Fn(&[f64]) -> f64) -> Sensitivity {
        let mut uniform = uniform(20_240_602);
        let outputs: Vec<f64> = saltelli_sample(base, parameters, &mut uniform)
            .iter()
            .map(|x| f(x))
            .collect();
        sensitivity(&outputs, &names(parameters), 200, &mut uniform).unwrap()
    }

    fn near(found: &Sensitivity, first: &[f64], total: &[f64], tolerance: f64) {
        for (index, (first, total)) in found.indices.iter().zip(first.iter().zip(total)) {
            assert!(
                (index.first.index - first).abs() < tolerance,
                "{index:?}, expected {first}"
            );
            assert!(
                (index.total.index - total).abs() < tolerance,
                "{index:?}, expected {total}"
            );
        }
    }

    #[test]
    fn the_blocks_take_one_column_from_b() {
        let mut next = 0.0;
        let rows = saltelli_sample(2, 2, &mut || {
            next += 1.0;
            next
        });
        // A is [[1, 3], [2, 4]], B is [[5, 7], [6, 8]].
        let expected = [
            [1., 3.],
            [2., 4.],
            [5., 7.],
            [6., 8.],
            [5., 3.],
            [6., 4.],
            [1., 7.],
            [2., 8.],
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_function_of_ishigami() {
        // sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on -pi..pi: S = .3139, .4424, 0; T = .5576, .4424, .2437
        // (Ishigami and Homma 1990; Saltelli et al. 2008).
        let ishigami = |u: &[f64]| {
            let x: Vec<f64> = u.iter().map(|u| std::f64::consts::PI * (2.0 * u - 1.0)).collect();
            x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
        };
        let found = run(20_000, 3, ishigami);
        near(&found, &[0.3139, 0.4424, 0.0], &[0.5576, 0.4424, 0.2437], 0.04);
        assert!((found.variance - 13.845).abs() < 0.4, "{}", found.variance);
        for index in &found.indices {
            for estimate in [index.first, index.total] {
                let (low, high) = (estimate.q5.unwrap(), estimate.q95.unwrap());
                assert!(
                    low <= estimate.index && estimate.index <= high && high - low < 0.1,
                    "{estimate:?}"
                );
            }
        }
        assert_eq!(found.warnings, []);
    }

    #[test]
    fn a_sum_has_no_interactions_and_sobol_s_g_has() {
        // Variances 1, 4 and 9 of the terms of COINr's own example.
        let found = run(20_000, 3, |x| x[0] + 2.0 * x[1] + 3.0 * x[2] - 3.0);
        let shares = [1.0 / 14.0, 4.0 / 14.0, 9.0 / 14.0];
        near(&found, &shares, &shares, 0.03);
        // g with a = (0, 1, 9): V_k = 1 / (3 (1 + a_k)^2), V = prod(1 + V_k) - 1.
        let a = [0.0, 1.0, 9.0];
        let own = a.map(|a: f64| 1.0 / (3.0 * (1.0 + a).powi(2)));
        let variance = own.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
        let total = own.map(|v| v * (variance + 1.0) / (1.0 + v) / variance);
        let g = |x: &[f64]| -> f64 {
            x.iter()
                .zip(a)
                .map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a))
                .product()
        };
        near(&run(20_000, 3, g), &own.map(|v| v / variance), &total, 0.04);
    }

    #[test]
    fn few_runs_are_warned_of() {
        let found = run(20, 2, |x| x[0] * x[1]);
        assert!(matches!(
            found.warnings[0],
            SensitivityWarning::FewRuns { base: 20, advised: 500 }
        ));
        assert!(
            found
                .warnings
                .iter()
                .any(|w| matches!(w, SensitivityWarning::WideInterval { .. }))
        );
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(json["warnings"][0]["kind"], "few_runs");
    }

    #[test]
    fn what_cannot_be_estimated_is_refused() {
        let code = |outputs: &[f64], parameters| estimate(outputs, &names(parameters)).unwrap_err().code();
        assert_eq!(code(&[1.0; 5], 1), "robustness.length");
        assert_eq!(code(&[1.0; 6], 0), "robustness.length");
        assert_eq!(code(&[0.1; 6], 1), "robustness.no_variance");
        assert_eq!(code(&[0.1, 0.2, f64::NAN, 1.0, 1.0, 1.0], 1), "robustness.bad_setting");
    }
}
