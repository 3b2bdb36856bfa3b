use super::*;
use crate::composite::{
    engine::{Plan, compute_with, fit},
    normalisation::{Base, Bounds, On, Variance},
    scaler::Ties,
    tree::NodeSpec,
};

fn tree() -> Tree {
    Tree::new(&[
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::indicator("up", "top", 1.0, Direction::Positive),
        NodeSpec::indicator("down", "top", 1.0, Direction::Negative),
    ])
    .unwrap()
}

fn data(code: &str, cells: &[Option<f64>]) -> Matrix {
    let units = (0..cells.len()).map(|i| format!("u{i}")).collect();
    Matrix::new(units, vec![Column::new(code, cells.iter().copied()).unwrap()]).unwrap()
}

fn normalised(code: &str, cells: &[Option<f64>], how: &Normalisation) -> Result<Vec<Option<f64>>, CompositeError> {
    normalise(&data(code, cells), &tree(), how).map(|m| m.columns()[0].cells().collect())
}

/// Of the values 2, 5, none and 8 under a positive and a negative direction.
#[track_caller]
fn check(how: &Normalisation, up: [f64; 3], down: [f64; 3]) {
    let cells = [Some(2.0), Some(5.0), None, Some(8.0)];
    let expected = |[a, b, c]: [f64; 3]| [Some(a), Some(b), None, Some(c)];
    assert_eq!(normalised("up", &cells, how).unwrap(), expected(up), "{how:?} up");
    assert_eq!(normalised("down", &cells, how).unwrap(), expected(down), "{how:?} down");
}

fn z(mean: f64, sd: f64, variance: Variance, cap: Option<f64>) -> Normalisation {
    Normalisation::ZScore {
        mean,
        sd,
        variance,
        cap,
    }
}

fn scaled(bounds: Bounds) -> Normalisation {
    Normalisation::Scaled {
        bounds,
        low: 0.0,
        high: 100.0,
    }
}

#[test]
fn a_deviation_is_of_a_sample_or_of_the_population() {
    // Of 2, 5 and 8 the sum of squares is 18: deviations 3 and sqrt 6.
    let cells = [Some(2.0), Some(5.0), Some(8.0)];
    let found = normalised("up", &cells, &z(0.0, 1.0, Variance::Population, None)).unwrap();
    let expected = 3.0 / 6.0_f64.sqrt();
    for (have, want) in found.iter().zip([-expected, 0.0, expected]) {
        assert!((have.unwrap() - want).abs() < 1e-15, "{found:?}");
    }
}

#[test]
fn bounds_may_become_any_two_scores() {
    let to_130 = Normalisation::Scaled {
        bounds: bounds(0.0, 10.0),
        low: 70.0,
        high: 130.0,
    };
    check(&to_130, [82.0, 100.0, 118.0], [118.0, 100.0, 82.0]);
}

fn bounds(lower: f64, upper: f64) -> Bounds {
    Bounds {
        lower,
        upper,
        on: On::Value,
    }
}

#[test]
fn every_method_by_hand() {
    check(&Normalisation::None, [2.0, 5.0, 8.0], [-2.0, -5.0, -8.0]);
    check(&Normalisation::PERCENT, [0.0, 50.0, 100.0], [100.0, 50.0, 0.0]);
    check(&Normalisation::STANDARD, [-1.0, 0.0, 1.0], [1.0, 0.0, -1.0]);
    check(
        &z(100.0, 10.0, Variance::Sample, None),
        [90.0, 100.0, 110.0],
        [110.0, 100.0, 90.0],
    );
    check(
        &z(100.0, 10.0, Variance::Sample, Some(0.5)),
        [95.0, 100.0, 105.0],
        [105.0, 100.0, 95.0],
    );
    // The reference 5 is the middle, then the mean; the half range is 3.
    let ampi = |reference| Normalisation::Ampi { reference };
    check(&ampi(Base::Mean), [70.0, 100.0, 130.0], [130.0, 100.0, 70.0]);
    check(&ampi(Base::Given(2.0)), [100.0, 130.0, 160.0], [100.0, 70.0, 40.0]);
    check(&scaled(bounds(0.0, 10.0)), [20.0, 50.0, 80.0], [80.0, 50.0, 20.0]);
    let posts = |clip| Normalisation::Goalposts {
        bounds: bounds(3.0, 7.0),
        scale: 10.0,
        clip,
        log: false,
    };
    check(&posts(true), [0.0, 5.0, 10.0], [10.0, 5.0, 0.0]);
    check(&posts(false), [-2.5, 5.0, 12.5], [12.5, 5.0, -2.5]);
    check(&Normalisation::Rank(Ties::Min), [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]);
    check(&Normalisation::Borda(Ties::Min), [0.0, 1.0, 2.0], [2.0, 1.0, 0.0]);
    check(
        &Normalisation::PercentileRank(Ties::Min),
        [0.0, 0.5, 1.0],
        [1.0, 0.5, 0.0],
    );
    check(&Normalisation::DistanceToMax, [0.0, 0.5, 1.0], [1.0, 0.5, 0.0]);
    check(&Normalisation::FractionOfMax, [0.25, 0.625, 1.0], [1.0, 2.5, 4.0]);
    let target = |target, cap, on| Normalisation::DistanceToTarget { target, cap, on };
    check(&target(6.0, false, On::Value), [0.0, 0.75, 1.5], [3.0, 1.5, 0.0]);
    check(&target(6.0, true, On::Value), [0.0, 0.75, 1.0], [1.0, 1.0, 0.0]);
    let reference = |cap| Normalisation::DistanceToReference { unit: "u1".into(), cap };
    check(&reference(false), [0.0, 1.0, 2.0], [2.0, 1.0, 0.0]);
    check(&reference(true), [0.0, 1.0, 1.0], [1.0, 1.0, 0.0]);
    let bands = Normalisation::Bands(vec![(2.0, 0.0), (4.0, 60.0), (6.0, 100.0)]);
    check(&bands, [0.0, 80.0, 100.0], [0.0, 80.0, 100.0]);
    let steps = Normalisation::Steps {
        below: 0.0,
        steps: vec![(5.0, 3.0), (7.0, 9.0)],
    };
    check(&steps, [0.0, 3.0, 9.0], [0.0, 3.0, 9.0]);
    let points = Normalisation::Points(vec![(2.0, 20.0), (5.0, 70.0), (8.0, 100.0)]);
    check(&points, [20.0, 70.0, 100.0], [20.0, 70.0, 100.0]);
}

#[test]
fn bounds_on_the_directed_value_are_taken_as_coinr_takes_them() {
    let cells = [Some(2.0), Some(8.0)];
    let scaled = scaled(Bounds {
        lower: 0.0,
        upper: 10.0,
        on: On::Directed,
    });
    // (-x - 0) / (10 - 0) * 100
    assert_eq!(normalised("down", &cells, &scaled).unwrap(), [Some(-20.0), Some(-80.0)]);
    let target = Normalisation::DistanceToTarget {
        target: -2.0,
        cap: false,
        on: On::Directed,
    };
    assert_eq!(normalised("down", &cells, &target).unwrap(), [Some(1.0), Some(0.0)]);
}

#[test]
fn the_log_ratio_of_the_base_is_its_factor_and_of_a_third_of_it_a_half() {
    let ratio = |base| Normalisation::LogRatio { factor: 50.0, base };
    let given = ratio(Base::Given(5.0));
    let cells = [Some(5.0), Some(15.0)];
    assert_eq!(normalised("up", &cells, &given).unwrap(), [Some(50.0), Some(100.0)]);
    assert_eq!(
        normalised("up", &cells, &ratio(Base::Given(10.0))).unwrap()[1],
        Some(50.0 * 2.5_f64.log2())
    );
    let inverse = normalised("down", &[Some(5.0), Some(5.0 / 3.0)], &given).unwrap();
    assert!((inverse[0].unwrap() - 50.0).abs() < 1e-12 && (inverse[1].unwrap() - 100.0).abs() < 1e-12);
    let mean = normalised("up", &[Some(4.0), Some(6.0), Some(5.0)], &ratio(Base::Mean)).unwrap();
    assert_eq!(mean[2], Some(50.0));
    let refused = normalised("down", &[Some(0.0), Some(1.0)], &given).unwrap_err();
    assert!(matches!(refused, CompositeError::Undefined { unit, .. } if unit == "u0"));
}

#[test]
fn goalposts_of_a_logarithm_refuse_what_has_none() {
    let log = Normalisation::Goalposts {
        bounds: bounds(1.0, 100.0),
        scale: 1.0,
        clip: true,
        log: true,
    };
    let found = normalised("up", &[Some(10.0), Some(1000.0), Some(0.5)], &log).unwrap();
    assert_eq!((found[0], found[1], found[2]), (Some(0.5), Some(1.0), Some(0.0)));
    assert_eq!(normalised("down", &[Some(10.0)], &log).unwrap(), [Some(0.5)]);
    for value in [0.0, -1.0] {
        assert_eq!(
            normalised("up", &[Some(value)], &log).unwrap_err().code(),
            "composite.undefined"
        );
    }
}

#[test]
fn ties_share_the_lowest_the_highest_or_the_mean_rank() {
    let cells = [Some(1.0), Some(3.0), Some(3.0), Some(9.0)];
    let ranks = |ties| normalised("up", &cells, &Normalisation::Rank(ties)).unwrap();
    let expected = |ranks: [f64; 4]| ranks.map(Some).to_vec();
    assert_eq!(ranks(Ties::Min), expected([1.0, 2.0, 2.0, 4.0]));
    assert_eq!(ranks(Ties::Max), expected([1.0, 3.0, 3.0, 4.0]));
    assert_eq!(ranks(Ties::Average), expected([1.0, 2.5, 2.5, 4.0]));
}

#[test]
fn min_max_lands_exactly_on_the_ends() {
    let cells = [Some(0.1), None, Some(0.7), Some(0.4)];
    let up = normalised("up", &cells, &Normalisation::PERCENT).unwrap();
    assert_eq!((up[0], up[1], up[2]), (Some(0.0), None, Some(100.0)));
    let down = normalised("down", &cells, &Normalisation::PERCENT).unwrap();
    assert_eq!((down[0], down[1], down[2]), (Some(100.0), None, Some(0.0)));
}

#[test]
fn what_cannot_be_normalised_is_refused_by_name() {
    let refused = |code, cells: &[Option<f64>], how: &Normalisation, expected: &str| {
        let refused = normalised(code, cells, how).unwrap_err();
        assert_eq!(refused.code(), expected, "{refused}");
    };
    let (three, two) = ([Some(0.1), Some(0.1), Some(0.1)], [Some(3.0), Some(4.0)]);
    refused("up", &three, &Normalisation::PERCENT, "composite.constant_column");
    refused("up", &three, &Normalisation::STANDARD, "composite.constant_column");
    refused("up", &three, &Normalisation::DistanceToMax, "composite.constant_column");
    refused(
        "up",
        &[Some(3.0), None],
        &Normalisation::STANDARD,
        "composite.too_few_values",
    );
    refused(
        "up",
        &[Some(3.0)],
        &Normalisation::PercentileRank(Ties::Min),
        "composite.too_few_values",
    );
    refused(
        "up",
        &[Some(-1.0), Some(0.0)],
        &Normalisation::FractionOfMax,
        "composite.no_scale",
    );
    refused("other", &two, &Normalisation::PERCENT, "composite.column_not_in_tree");
    refused(
        "up",
        &two,
        &Normalisation::MinMax { low: 1.0, high: 1.0 },
        "composite.bad_parameter",
    );
    refused("up", &two, &scaled(bounds(1.0, 1.0)), "composite.bad_parameter");
    refused(
        "up",
        &two,
        &Normalisation::Bands(vec![(1.0, 0.0), (1.0, 2.0)]),
        "composite.bad_parameter",
    );
    refused(
        "up",
        &two,
        &Normalisation::Points(vec![(3.0, 0.0)]),
        "composite.undefined",
    );
    refused(
        "up",
        &two,
        &Normalisation::Points(vec![(4.0, 0.0), (2.0, 1.0), (4.0, 9.0)]),
        "composite.bad_parameter",
    );
    let reference = |unit: &str| Normalisation::DistanceToReference {
        unit: unit.into(),
        cap: false,
    };
    refused("up", &two, &reference("v"), "composite.unknown_unit");
    refused("up", &two, &reference("u0"), "composite.no_scale");
    refused("up", &[None, Some(4.0)], &reference("u0"), "composite.no_reference");
}

#[test]
fn scales_fitted_to_peers_and_to_another_year_are_kept() {
    let tree = Tree::new(&[
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::indicator("up", "top", 1.0, Direction::Positive),
    ])
    .unwrap();
    let plan = Plan::default();
    let first = data("up", &[Some(0.0), Some(10.0), Some(4.0), Some(8.0)]);
    let groups = ["x", "x", "y", "y"].map(String::from);
    let peers = Some(&groups[..]);
    let scales = fit(&[Sample { data: &first, peers }], &tree, &plan).unwrap();
    let scores = |data: &Matrix, peers, scales: &Scales| -> Result<Vec<_>, CompositeError> {
        let composite = compute_with(data.clone(), peers, &tree, &plan, scales)?;
        Ok(composite.scores.columns()[0].cells().collect())
    };
    assert_eq!(
        scores(&first, peers, &scales).unwrap(),
        [0.0, 100.0, 0.0, 100.0].map(Some)
    );
    let written = serde_json::to_string(&scales).unwrap();
    assert_eq!(serde_json::from_str::<Scales>(&written).unwrap(), scales);
    let stranger = ["x", "x", "y", "z"].map(String::from);
    assert_eq!(
        scores(&first, Some(&stranger), &scales).unwrap_err().code(),
        "composite.no_group"
    );

    let second = data("up", &[Some(5.0), Some(20.0)]);
    let of_year = |data| Sample { data, peers: None };
    let frozen = fit(&[of_year(&first)], &tree, &plan).unwrap();
    assert_eq!(scores(&second, None, &frozen).unwrap(), [50.0, 200.0].map(Some));
    let both = fit(&[of_year(&first), of_year(&second)], &tree, &plan).unwrap();
    assert_eq!(scores(&second, None, &both).unwrap(), [25.0, 100.0].map(Some));

    let constant = data("up", &[Some(1.0), Some(1.0)]);
    let lenient = Plan {
        constant_is_missing: true,
        ..Plan::default()
    };
    let scales = fit(&[of_year(&constant)], &tree, &lenient).unwrap();
    assert_eq!(scores(&constant, None, &scales).unwrap(), [None, None]);
}
