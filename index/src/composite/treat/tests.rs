use std::collections::BTreeMap;

use super::*;

fn treated_by(values: &[f64], treatment: Option<Treatment>) -> Result<Treated, CompositeError> {
    let units = (0..values.len()).map(|i| format!("u{i}")).collect();
    let data = Matrix::new(units, vec![Column::complete("x", values.to_vec()).unwrap()]).unwrap();
    let treatments = Treatments {
        all: Treatment::default(),
        of: BTreeMap::from([("x".to_owned(), treatment)]),
    };
    treat(&data, &treatments)
}

fn treated(values: &[f64]) -> Treated {
    treated_by(values, Some(Treatment::default())).unwrap()
}

fn one_to_ten_and(more: &[f64]) -> Vec<f64> {
    (1..=10).map(f64::from).chain(more.iter().copied()).collect()
}

fn winsorised(max_points: Option<usize>, force: bool) -> Treatment {
    Treatment {
        first: Some(TreatmentStep::Winsorise {
            max_points,
            limits: TreatmentLimits::default(),
            force,
        }),
        second: None,
        ..Treatment::default()
    }
}

#[test]
fn tame_columns_stay_and_outliers_are_pulled_in_and_recorded() {
    let tame = treated(&one_to_ten_and(&[]));
    assert_eq!(
        (&tame.records[0].steps[..], tame.records[0].tame),
        (&[][..], Some(true))
    );

    let one_outlier = treated(&one_to_ten_and(&[30.0, 100.0]));
    let record = &one_outlier.records[0];
    assert_eq!((&record.steps[..], record.tame), (&["winsorise"][..], Some(true)));
    let point = |unit: &str, before, after| TreatedPoint {
        unit: unit.into(),
        before,
        after,
    };
    assert_eq!(record.points, [point("u11", 100.0, 30.0)]);
    assert!(record.before.unwrap().skew > 2.0 && record.after.unwrap().kurtosis < record.before.unwrap().kurtosis);

    let low = treated(&one_to_ten_and(&[-500.0]));
    assert_eq!(low.records[0].points, [point("u10", -500.0, 1.0)]);
}

#[test]
fn the_limit_of_points_and_force_are_kept() {
    let values: Vec<f64> = (1..=60).map(f64::from).chain([1e3, 1e5]).collect();
    let changed = |treatment| treated_by(&values, Some(treatment)).unwrap().records[0].points.len();
    assert_eq!(changed(winsorised(Some(1), false)), 1);
    assert_eq!(changed(winsorised(Some(2), false)), 2);
    let tame = one_to_ten_and(&[30.0, 100.0]);
    let forced = treated_by(&tame, Some(winsorised(Some(3), true))).unwrap();
    assert_eq!(forced.records[0].points.len(), 3);
    // Without a limit, force would go on until all are equal: then the column stays as it was.
    let endless = treated_by(&tame, Some(winsorised(None, true))).unwrap();
    assert!(endless.records[0].points.is_empty() && endless.records[0].tame == Some(false));
    assert!(treated_by(&tame, None).unwrap().records[0].points.is_empty());
}

#[test]
fn a_column_that_winsorising_cannot_tame_is_logged_from_its_own_values() {
    let values: Vec<f64> = (0..60).map(|i| 3.0_f64.powi(i)).collect();
    let logged = treated(&values);
    assert_eq!(logged.records[0].steps, ["log_ct"]);
    let after: Vec<f64> = logged.data.columns()[0].present_values().collect();
    assert!(after.windows(2).all(|w| w[0] <= w[1]), "order is kept");

    let combined = Treatment {
        combine: true,
        ..Treatment::default()
    };
    let both = treated_by(&values, Some(combined)).unwrap();
    assert_eq!(both.records[0].steps, ["winsorise", "log_ct"]);
    assert_eq!(both.data.columns()[0].get(59), both.data.columns()[0].get(58));
    let only_log = Treatment {
        first: None,
        ..Treatment::default()
    };
    assert_eq!(
        treated_by(&values, Some(only_log)).unwrap().records[0].steps,
        ["log_ct"]
    );
}

#[test]
fn what_cannot_be_judged_stays_and_what_cannot_be_logged_is_refused() {
    for values in [&[1.0, 2.0, 3.0][..], &[2.0; 5], &[]] {
        let record = &treated(values).records[0];
        assert_eq!((record.before, record.tame), (None, None));
    }
    // One among many equal ones: winsorising would leave nothing.
    let mut lonely = vec![0.0; 30];
    lonely[7] = 1.0;
    let record = &treated(&lonely).records[0];
    assert_eq!((&record.steps[..], record.tame), (&[][..], Some(false)));

    let mut values = one_to_ten_and(&[30.0, 100.0]);
    values[0] = -1.0;
    let log = Treatment {
        first: Some(TreatmentStep::Log),
        ..Treatment::default()
    };
    let refused = treated_by(&values, Some(log)).unwrap_err();
    assert_eq!(refused.code(), "composite.undefined_column");
}

#[test]
fn a_forced_step_is_taken_of_tame_columns_and_of_those_that_cannot_be_judged() {
    let forced = Treatment {
        first: Some(TreatmentStep::Log1p),
        second: None,
        force: true,
        ..Treatment::default()
    };
    for values in [one_to_ten_and(&[]), vec![0.0, 1.0, 2.0]] {
        let found = treated_by(&values, Some(forced)).unwrap();
        assert_eq!(found.records[0].steps, ["log1p"]);
        let after: Vec<f64> = found.data.columns()[0].present_values().collect();
        let expected: Vec<f64> = values.iter().map(|value| value.ln_1p()).collect();
        assert_eq!(after, expected);
    }
    // Equal figures have nothing to be drawn in.
    assert!(treated_by(&[2.0; 5], Some(forced)).unwrap().records[0].steps.is_empty());
}
