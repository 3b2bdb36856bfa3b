//! A deterministic search for the least value of a function without derivatives: Nelder and Mead's simplex.

/// When a search ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchLimits {
    /// The values at the corners of the simplex differ by less than this ...
    pub value_tolerance: f64,
    /// ... and the corners lie within this of the best one.
    pub step_tolerance: f64,
    /// Evaluations at most.
    pub evaluations: usize,
}

impl Default for SearchLimits {
    fn default() -> Self {
        Self {
            value_tolerance: 1e-16,
            step_tolerance: 1e-8,
            evaluations: 20_000,
        }
    }
}

/// Where a search ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// The place.
    pub place: Vec<f64>,
    /// The value there.
    pub value: f64,
    /// Evaluations made.
    pub evaluations: usize,
    /// Whether it ended by its tolerances.
    pub converged: bool,
}

/// Searches from `start` with a first step of `step` along each axis; a value that is not a number counts as infinite.
///
/// Source: Nelder and Mead (1965), Computer Journal 7, 308-313, with the coefficients of Gao and Han (2012) that depend on
/// the number of dimensions; started again at the place found until that brings nothing.
pub fn minimise<E>(
    start: &[f64],
    step: f64,
    limits: SearchLimits,
    mut value_at: impl FnMut(&[f64]) -> Result<f64, E>,
) -> Result<Minimum, E> {
    let mut best = Minimum {
        place: start.to_vec(),
        value: number(value_at(start)?),
        evaluations: 1,
        converged: start.is_empty(),
    };
    if start.is_empty() {
        return Ok(best);
    }
    let mut step = step;
    loop {
        let before = best.value;
        descend(&mut best, step, limits, &mut value_at)?;
        step = (step / 4.0).max(limits.step_tolerance * 10.0);
        if !best.converged || before - best.value <= limits.value_tolerance {
            return Ok(best);
        }
    }
}

fn number(value: f64) -> f64 {
    if value.is_nan() { f64::INFINITY } else { value }
}

/// One simplex from the best place so far until it collapses.
fn descend<E>(
    best: &mut Minimum,
    step: f64,
    limits: SearchLimits,
    value_at: &mut impl FnMut(&[f64]) -> Result<f64, E>,
) -> Result<(), E> {
    let n = best.place.len();
    let dimensions = n as f64;
    let expansion = 1.0 + 2.0 / dimensions;
    let contraction = 0.75 - 0.5 / dimensions;
    let shrinkage = 1.0 - 1.0 / dimensions.max(2.0);
    let mut evaluations = best.evaluations;
    let mut evaluate = |place: Vec<f64>, count: &mut usize| -> Result<(f64, Vec<f64>), E> {
        *count += 1;
        value_at(&place).map(|value| (number(value), place))
    };
    let mut corners = vec![(best.value, best.place.clone())];
    for axis in 0..n {
        let mut place = best.place.clone();
        place[axis] += step;
        corners.push(evaluate(place, &mut evaluations)?);
    }
    let mut converged = false;
    while evaluations < limits.evaluations {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (least, greatest) = (&corners[0], &corners[n]);
        let spread = |place: &[f64]| -> f64 {
            let distances = place.iter().zip(&least.1).map(|(a, b)| (a - b).abs());
            distances.fold(0.0, f64::max)
        };
        let width = corners.iter().map(|(_, place)| spread(place)).fold(0.0, f64::max);
        if greatest.0 - least.0 <= limits.value_tolerance && width <= limits.step_tolerance {
            converged = true;
            break;
        }
        let centre: Vec<f64> = (0..n)
            .map(|axis| corners[..n].iter().map(|(_, place)| place[axis]).sum::<f64>() / dimensions)
            .collect();
        let along = |by: f64, from: &[f64]| -> Vec<f64> {
            centre.iter().zip(from).map(|(c, worst)| c + by * (c - worst)).collect()
        };
        let worst = corners[n].clone();
        let reflected = evaluate(along(1.0, &worst.1), &mut evaluations)?;
        let replacement = if reflected.0 < corners[0].0 {
            let expanded = evaluate(along(expansion, &worst.1), &mut evaluations)?;
            Some(if expanded.0 < reflected.0 { expanded } else { reflected })
        } else if reflected.0 < corners[n - 1].0 {
            Some(reflected)
        } else {
            let outside = reflected.0 < worst.0;
            let by = if outside { contraction } else { -contraction };
            let contracted = evaluate(along(by, &worst.1), &mut evaluations)?;
            (contracted.0 <= reflected.0.min(worst.0)).then_some(contracted)
        };
        if let Some(corner) = replacement {
            corners[n] = corner;
            continue;
        }
        let least = corners[0].1.clone();
        for corner in &mut corners[1..] {
            let towards = least.iter().zip(&corner.1);
            let place = towards.map(|(a, b)| a + shrinkage * (b - a)).collect();
            *corner = evaluate(place, &mut evaluations)?;
        }
    }
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (value, place) = corners.swap_remove(0);
    *best = Minimum {
        place,
        value,
        evaluations,
        converged,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn search(start: &[f64], f: impl Fn(&[f64]) -> f64) -> Minimum {
        minimise(start, 0.5, SearchLimits::default(), |x| Ok::<_, Infallible>(f(x))).unwrap()
    }

    #[test]
    fn known_minima_are_found() {
        let rosenbrock = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
        let found = search(&[-1.2, 1.0], rosenbrock);
        assert!(found.converged && found.value < 1e-15, "{found:?}");
        assert!((found.place[0] - 1.0).abs() < 1e-6 && (found.place[1] - 1.0).abs() < 1e-6);
        let bowl = |x: &[f64]| x.iter().zip(1..).map(|(v, i)| (v - f64::from(i)).powi(2)).sum();
        let found = search(&[0.0; 8], bowl);
        for (place, want) in found.place.iter().zip(1..) {
            assert!((place - f64::from(want)).abs() < 1e-6, "{found:?}");
        }
        assert_eq!(search(&[3.0], |x| (x[0] - 2.0).abs()).place.len(), 1);
    }

    #[test]
    fn the_same_start_gives_the_same_steps_and_a_limit_is_kept() {
        let bent = |x: &[f64]| (x[0] - 1.0).abs() + x[1].powi(4);
        assert_eq!(search(&[5.0, 5.0], bent), search(&[5.0, 5.0], bent));
        let limits = SearchLimits {
            evaluations: 10,
            ..SearchLimits::default()
        };
        let stopped = minimise(&[5.0, 5.0], 0.5, limits, |x| Ok::<_, Infallible>(bent(x))).unwrap();
        assert!(!stopped.converged && stopped.evaluations <= 13);
        let nowhere = minimise(&[], 0.5, limits, |_| Ok::<_, Infallible>(7.0)).unwrap();
        assert!(nowhere.converged);
    }
}
