//! Weights and alternative rankings against the published cases (tests/fixtures/reference/mcdm): 1e-12.

use std::{fs, path::Path};

use index::{
    alternatives::{TopsisScale, topsis},
    composite::{Column, Direction},
    statistics::spearman,
    weights::{
        Comparisons, Dispersion, EntropyScale, Item, Origin, Prioritisation, Weighting, ahp, critic, disperse, entropy,
        equal,
    },
};
use serde_json::Value;

fn case(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/reference/mcdm");
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn close(what: &str, have: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(have.len(), want.len(), "{what}");
    for (a, b) in have.iter().zip(want) {
        assert!((a - b).abs() <= tolerance * b.abs(), "{what}: {a}, expected {b}");
    }
}

/// The survey of ten enterprises.
struct Survey {
    case: Value,
    columns: Vec<Column>,
    directions: Vec<Direction>,
}

impl Survey {
    fn read() -> Self {
        let case = case("mcdm_survey10.json");
        let rows = rows(&case["matrix"]);
        let columns = (0..rows[0].len())
            .map(|at| Column::complete(format!("c{at}"), rows.iter().map(|row| row[at]).collect()).unwrap());
        let columns = columns.collect();
        let directions = numbers(&case["types"])
            .iter()
            .map(|sign| {
                if *sign < 0.0 {
                    Direction::Negative
                } else {
                    Direction::Positive
                }
            })
            .collect();
        Self {
            case,
            columns,
            directions,
        }
    }

    fn items(&self) -> Vec<Item<'_>> {
        let directed = self.columns.iter().zip(&self.directions);
        directed
            .map(|(column, direction)| Item {
                column,
                direction: *direction,
            })
            .collect()
    }

    /// All indicators taken for benefits, as pymcdm's CRITIC does.
    fn undirected(&self) -> Vec<Item<'_>> {
        let direction = Direction::Positive;
        self.columns.iter().map(|column| Item { column, direction }).collect()
    }

    fn check(&self, key: &str, have: &Weighting, tolerance: f64) {
        close(key, &have.weights, &numbers(&self.case["weighting"][key]), tolerance);
    }
}

#[test]
fn weights_from_the_data() {
    let survey = Survey::read();
    let codes: Vec<String> = survey.columns.iter().map(|c| c.code().to_owned()).collect();
    survey.check("pymcdm.equal_weights", &equal(&codes).unwrap(), 1e-12);

    let shannon = entropy(&survey.items(), EntropyScale::Raw).unwrap();
    for key in [
        "pymcdm.entropy_weights",
        "textbook_entropy_weights(0 ln 0 = 0)",
        "skcriteria.EntropyWeighter",
    ] {
        survey.check(key, &shannon, 1e-12);
    }
    let Origin::Entropy { entropies, .. } = &shannon.origin else {
        panic!()
    };
    let textbook = numbers(&survey.case["weighting"]["textbook_entropy_values"]);
    close("entropies", entropies, &textbook, 1e-12);

    for (measure, keys) in [
        (
            Dispersion::StandardDeviation,
            &["pymcdm.standard_deviation_weights", "skcriteria.StdWeighter"][..],
        ),
        (Dispersion::StandardDeviationMinMax, &["sd_on_minmax"]),
        (Dispersion::VarianceMinMax, &["pymcdm.variance_weights"]),
        (Dispersion::CoefficientOfVariation, &["coefficient_of_variation"]),
        (Dispersion::Gini, &["pymcdm.gini_weights", "skcriteria.GiniWeighter"]),
    ] {
        let weighting = disperse(&survey.items(), measure).unwrap();
        for key in keys {
            survey.check(key, &weighting, 1e-12);
        }
    }
}

#[test]
fn critic_directed_and_as_pymcdm_leaves_it() {
    let survey = Survey::read();
    let directed = critic(&survey.items()).unwrap();
    survey.check("textbook_CRITIC(directed min-max)", &directed, 1e-12);
    survey.check("skcriteria.CRITIC", &directed, 1e-12);
    // pyDecision adds 1e-10 to its divisors.
    survey.check("pyDecision.critic_method", &directed, 1e-11);
    survey.check("pymcdm.critic_weights", &critic(&survey.undirected()).unwrap(), 1e-12);
}

#[test]
fn topsis_on_either_scale() {
    let survey = Survey::read();
    let units: Vec<String> = (0..10).map(|i| format!("u{i}")).collect();
    let weights = numbers(&survey.case["weights"]);
    for (key, scale) in [
        ("TOPSIS(minmax, pymcdm default)", TopsisScale::MinMax),
        ("TOPSIS(vector)", TopsisScale::Vector),
        (
            "TOPSIS(Hwang & Yoon 1981: vector, cost ideal = min; computed here)",
            TopsisScale::Vector,
        ),
        ("scikit-criteria TOPSIS(vector)", TopsisScale::Vector),
        ("pyDecision.topsis_method", TopsisScale::Vector),
    ] {
        let found = topsis(&units, &survey.items(), &weights, scale).unwrap();
        let want = &survey.case["methods"][key];
        close(key, &found.closeness, &numbers(&want["preference"]), 1e-12);
        if want["rank"].is_array() {
            let ranks: Vec<f64> = found.ranks.iter().map(|rank| f64::from(rank.unwrap())).collect();
            assert_eq!(ranks, numbers(&want["rank"]), "{key}");
        }
        if want["d_plus"].is_array() {
            close(key, &found.to_best, &numbers(&want["d_plus"]), 1e-12);
            close(key, &found.to_worst, &numbers(&want["d_minus"]), 1e-12);
        }
    }
    let ranks = |key: &str| {
        let ranks = numbers(&survey.case["methods"][key]["rank"]);
        ranks.into_iter().map(Some).collect::<Vec<_>>()
    };
    let rho = spearman(ranks("TOPSIS(vector)"), ranks("VIKOR")).unwrap();
    let want = survey.case["correlations_of_rankings"]["spearman(TOPSISvec,VIKOR)"]
        .as_f64()
        .unwrap();
    close("spearman", &[rho], &[want], 1e-12);
}

#[test]
fn the_house_that_saaty_bought() {
    let case = case("ahp_saaty_house_8.json");
    let matrix = rows(&case["matrix"]);
    let given: Vec<Vec<Option<f64>>> = matrix
        .iter()
        .map(|row| row.iter().copied().map(Some).collect())
        .collect();
    let codes: Vec<String> = (1..=8).map(|i| format!("c{i}")).collect();
    let comparisons = Comparisons::new(codes.clone(), &given).unwrap();

    let by_eigenvector = ahp(&comparisons, Prioritisation::Eigenvector).unwrap();
    close(
        "eigenvector",
        &by_eigenvector.weights,
        &numbers(&case["eigenvector"]),
        1e-12,
    );
    close(
        "pymcdm",
        &by_eigenvector.weights,
        &numbers(&case["pymcdm"]["weights"]),
        1e-12,
    );
    let Origin::Ahp {
        lambda_max,
        ci,
        ri,
        cr,
        matrix: kept,
        ..
    } = &by_eigenvector.origin
    else {
        panic!()
    };
    let want = ["lambda_max", "CI", "RI_saaty", "CR_saaty"].map(|key| case[key].as_f64().unwrap());
    close("consistency", &[*lambda_max, *ci, *ri, *cr], &want, 1e-12);
    assert_eq!(*kept, matrix, "the comparisons are saved with the weights");

    let by_rows = ahp(&comparisons, Prioritisation::GeometricMean).unwrap();
    close(
        "rows",
        &by_rows.weights,
        &numbers(&case["geometric_mean_weights"]),
        1e-12,
    );
    let Origin::Ahp { cr, .. } = by_rows.origin else {
        panic!()
    };
    close(
        "rows",
        &[cr],
        &[case["pyDecision"]["geometric"]["cr"].as_f64().unwrap()],
        1e-9,
    );

    let mut incomplete = given;
    incomplete[2][5] = None;
    let refused = Comparisons::new(codes, &incomplete).unwrap_err();
    assert_eq!(refused.code(), "weights.missing_comparison");
    assert!(refused.message().en.contains("c3") && refused.message().zh.contains("c6"));
}
