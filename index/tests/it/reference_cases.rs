//! The composite engine against the published reference cases (tests/fixtures/reference): scores to 1e-12 relative,
//! ranks exactly, joined by unit code.

use std::{collections::BTreeMap, num::NonZeroUsize, path::PathBuf};

use index::composite::{
    Aggregation, Column, Composite, Denominator, Direction, Fill, Imputation, Matrix, Mean, Missing, NodeSpec,
    Normalisation, Plan, Screening, Treatments, Tree, aggregate, compute, denominate, impute, normalise, screen, treat,
};

const MIN_MAX: Normalisation = Normalisation::MinMax { low: 0.0, high: 100.0 };

fn fixture(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/reference")).join(path)
}

/// A CSV file: header to cell, row by row.
fn rows(path: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(fixture(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn cell(text: &str) -> Option<f64> {
    (!text.is_empty() && text != "NA").then(|| text.parse().unwrap())
}

/// The named columns of a CSV file with a column uCode.
fn matrix(path: &str, codes: &[String]) -> Matrix {
    let rows = rows(path);
    let units = rows.iter().map(|row| row["uCode"].clone()).collect();
    let columns = codes
        .iter()
        .map(|code| Column::new(code, rows.iter().map(|row| cell(&row[code]))).unwrap());
    Matrix::new(units, columns.collect()).unwrap()
}

/// All columns of a CSV file but uCode.
fn whole_matrix(path: &str) -> Matrix {
    let codes: Vec<String> = rows(path)[0].keys().filter(|code| *code != "uCode").cloned().collect();
    matrix(path, &codes)
}

struct Meta {
    tree: Tree,
    indicators: Vec<String>,
    denominators: BTreeMap<String, Denominator>,
}

fn meta(path: &str) -> Meta {
    let (mut nodes, mut indicators, mut denominators) = (Vec::new(), Vec::new(), BTreeMap::new());
    for row in rows(path) {
        let code = &row["iCode"];
        let weight = || row["Weight"].parse().unwrap();
        match row["Type"].as_str() {
            "Indicator" => {
                let negative = row["Direction"] == "-1";
                let direction = if negative {
                    Direction::Negative
                } else {
                    Direction::Positive
                };
                nodes.push(NodeSpec::indicator(code, &row["Parent"], weight(), direction));
                indicators.push(code.clone());
                if let Some(denominator) = row.get("Denominator").filter(|d| !d.is_empty()) {
                    denominators.insert(code.clone(), Denominator::new(denominator));
                }
            }
            "Aggregate" => {
                let parent = Some(row["Parent"].as_str()).filter(|p| !p.is_empty());
                nodes.push(NodeSpec::aggregate(code, parent, weight()));
            }
            _ => {}
        }
    }
    Meta {
        tree: Tree::new(&nodes).unwrap(),
        indicators,
        denominators,
    }
}

fn asem() -> Meta {
    meta("asem/asem_iMeta.csv")
}

fn denominated(data: &str) -> Matrix {
    let asem = asem();
    let sizes = ["Area", "Energy", "GDP", "Population"].map(String::from);
    denominate(
        &matrix(data, &asem.indicators),
        &matrix(data, &sizes),
        &asem.denominators,
    )
    .unwrap()
}

/// Equal cell by cell, joined by unit and column code.
fn assert_same(got: &Matrix, path: &str) {
    let expected = whole_matrix(path);
    assert_eq!(got.units().len(), expected.units().len(), "{path}");
    let row_of: BTreeMap<&String, usize> = got.units().iter().zip(0..).collect();
    for column in expected.columns() {
        let mine = got
            .column(column.code())
            .unwrap_or_else(|| panic!("{path}: no {}", column.code()));
        for (unit, want) in expected.units().iter().zip(column.cells()) {
            let have = mine.get(row_of[unit]);
            let close = match (have, want) {
                (None, None) => true,
                (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * b.abs(),
                _ => false,
            };
            assert!(close, "{path}: {unit} {}: {have:?}, expected {want:?}", column.code());
        }
    }
}

fn assert_same_ranks(got: &Composite, path: &str) {
    let expected = whole_matrix(path);
    let row_of: BTreeMap<&String, usize> = got.scores.units().iter().zip(0..).collect();
    for (column, ranks) in got.scores.columns().iter().zip(&got.ranks) {
        let want = expected.column(column.code()).unwrap();
        for (unit, want) in expected.units().iter().zip(want.cells()) {
            let have = ranks[row_of[unit]].map(f64::from);
            assert_eq!(have, want, "{path}: {unit} {}", column.code());
        }
    }
}

fn plan(normalisation: Normalisation, mean: Mean, availability: Option<f64>) -> Plan {
    let missing = availability.map_or(Missing::SKIP, |availability| Missing::Skip { availability });
    Plan {
        normalisation,
        aggregation: Aggregation { mean, missing },
        threads: NonZeroUsize::new(2).unwrap(),
        ..Plan::default()
    }
}

/// Scores and ranks of a case, in one pass and step by step.
fn check(case: &str, data: &Matrix, tree: &Tree, plan: &Plan) {
    let got = compute(data.clone(), tree, plan).unwrap();
    assert_same(&got.scores, &format!("cases/{case}/aggregated.csv"));
    assert_same_ranks(&got, &format!("cases/{case}/ranks_tie_tolerant.csv"));
    let normalised = normalise(data, tree, &plan.normalisation).unwrap();
    if fixture(&format!("cases/{case}/normalised.csv")).exists() {
        assert_same(&normalised, &format!("cases/{case}/normalised.csv"));
        assert_same(&got.normalised, &format!("cases/{case}/normalised.csv"));
    }
    assert_eq!(aggregate(&normalised, tree, plan.aggregation).unwrap(), got.scores);
}

fn treated() -> Matrix {
    matrix("cases/A_full_minmax_amean/treated.csv", &asem().indicators)
}

#[test]
fn the_whole_chain() {
    let denominated = denominated("asem/asem_iData.csv");
    assert_same(&denominated, "cases/A_full_minmax_amean/denominated.csv");
    let groups: Vec<Option<String>> = rows("asem/asem_iData.csv")
        .iter()
        .map(|row| Some(row["EurAsia_group"].clone()))
        .collect();
    let by_group = Imputation {
        fill: Fill::GroupMean,
        ..Imputation::default()
    };
    let imputed = impute(&denominated, Some(&groups), &by_group).unwrap();
    assert_same(&imputed.data, "cases/A_full_minmax_amean/imputed.csv");
    let nine_tenths = Screening {
        availability: Some(0.9),
        ..Screening::default()
    };
    let screened = screen(&imputed.data, &nine_tenths).unwrap();
    assert_same(&screened.kept, "cases/A_full_minmax_amean/screened.csv");
    let treated = treat(&screened.kept, &Treatments::default()).unwrap();
    assert_same(&treated.data, "cases/A_full_minmax_amean/treated.csv");
    check(
        "A_full_minmax_amean",
        &treated.data,
        &asem().tree,
        &plan(MIN_MAX, Mean::Arithmetic, None),
    );
}

#[test]
fn treatment_is_recorded_point_by_point() {
    let screened = matrix("cases/A_full_minmax_amean/screened.csv", &asem().indicators);
    let treated = treat(&screened, &Treatments::default()).unwrap();
    assert_same(&treated.data, "cases/D_treat_default/treated.csv");
    for record in &treated.records {
        let (before, after) = (
            screened.column(&record.code).unwrap(),
            treated.data.column(&record.code).unwrap(),
        );
        let changed = before.cells().zip(after.cells()).filter(|(a, b)| a != b).count();
        assert_eq!(changed, record.points.len(), "{}", record.code);
    }
}

#[test]
fn min_max_and_arithmetic_mean() {
    check(
        "B_norm_minmax0_100_amean",
        &treated(),
        &asem().tree,
        &plan(MIN_MAX, Mean::Arithmetic, None),
    );
}

#[test]
fn unequal_weights() {
    let tree = meta("asem/asem_iMeta_unequal.csv").tree;
    check(
        "B_norm_minmax0_100_amean_unequal",
        &treated(),
        &tree,
        &plan(MIN_MAX, Mean::Arithmetic, None),
    );
}

#[test]
fn z_scores() {
    check(
        "B_norm_zscore0_1_amean",
        &treated(),
        &asem().tree,
        &plan(Normalisation::STANDARD, Mean::Arithmetic, None),
    );
}

#[test]
fn geometric_mean() {
    let from_one = Normalisation::MinMax { low: 1.0, high: 100.0 };
    check(
        "B_agg_minmax1_100_gmean",
        &treated(),
        &asem().tree,
        &plan(from_one, Mean::Geometric, None),
    );
}

#[test]
fn missing_values_are_skipped() {
    let data = denominated("asem/asem_iData_na12.csv");
    check(
        "C_na12_skipna_amean",
        &data,
        &asem().tree,
        &plan(MIN_MAX, Mean::Arithmetic, None),
    );
}

#[test]
fn too_few_children_leave_the_parent_missing() {
    let data = denominated("asem/asem_iData_na12.csv");
    check(
        "C_na12_thresh0.5",
        &data,
        &asem().tree,
        &plan(MIN_MAX, Mean::Arithmetic, Some(0.5)),
    );
}

#[test]
fn a_thousand_units_with_gaps_and_costs() {
    let meta = meta("asem/synth_iMeta.csv");
    let data = matrix("asem/synth1000_iData.csv", &meta.indicators);
    check(
        "J_synth1000_amean",
        &data,
        &meta.tree,
        &plan(MIN_MAX, Mean::Arithmetic, None),
    );
}
