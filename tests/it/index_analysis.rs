//! `ronghe index` on COINr's two tables, as a statistician types it.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

pub(crate) fn ronghe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(["--format", "json", "index"])
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
pub(crate) fn value(output: &Output) -> Value {
    let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(out).unwrap_or_else(|error| panic!("{error}: {} {err}", String::from_utf8_lossy(out)))
}

#[track_caller]
pub(crate) fn done(output: &Output) -> Value {
    let value = value(output);
    assert!(output.status.success(), "{value}");
    value
}

fn fixture(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reference");
    folder.join(path).to_str().unwrap().to_owned()
}

/// The synthetic set of the reference cases.
pub(crate) fn tables() -> Vec<String> {
    let (data, tree) = (fixture("asem/synth1000_iData.csv"), fixture("asem/synth_iMeta.csv"));
    ["--data".to_owned(), data, "--tree".to_owned(), tree].to_vec()
}

pub(crate) fn with<'a>(command: &'a str, tables: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let own = std::iter::once(command).chain(tables.iter().map(String::as_str));
    own.chain(more.iter().copied()).collect()
}

/// A table by its first column.
pub(crate) fn keyed(path: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| {
        let cells = header
            .iter()
            .zip(&row)
            .map(|(title, cell)| (title.to_owned(), cell.to_owned()));
        (row[0].to_owned(), cells.collect())
    })
    .collect()
}

#[test]
fn comparisons_become_weights_with_their_consistency() {
    let folder = tempfile::tempdir().unwrap();
    let (matrix, out) = (folder.path().join("matrix.csv"), folder.path().join("weights.csv"));
    std::fs::write(&matrix, ",A,B,C\nA,1,3,5\nB,1/3,1,3\nC,1/5,1/3,1\n").unwrap();
    let arguments = [
        "weights",
        "--method",
        "ahp",
        "--matrix",
        matrix.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    let record = done(&ronghe(&arguments));
    // Saaty's own three by three example: weights .637, .258, .105, lambda 3.0385, CR .033.
    let weights: Vec<f64> = record[0]["weights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w.as_f64().unwrap())
        .collect();
    for (have, want) in weights.iter().zip([0.637, 0.258, 0.105]) {
        assert!((have - want).abs() < 5e-4, "{weights:?}");
    }
    let origin = &record[0]["origin"];
    assert_eq!(origin["method"], "ahp");
    assert!((origin["lambda_max"].as_f64().unwrap() - 3.0385).abs() < 5e-5);
    assert!((origin["cr"].as_f64().unwrap() - 0.033).abs() < 5e-4);
    let written = keyed(&out);
    assert_eq!(written["A"]["Weight"], weights[0].to_string());

    std::fs::write(&matrix, ",A,B\nA,1,\nB,1/3,1\n").unwrap();
    let refused = ronghe(&arguments[..5]);
    assert!(!refused.status.success());
    let refused = value(&refused);
    assert_eq!(refused["code"], "weights.missing_comparison");
    assert!(refused["message"]["en"].as_str().unwrap().contains("A with B"));
}

#[test]
fn figures_become_weights_group_by_group() {
    let tables = tables();
    for method in [
        "equal",
        "given",
        "entropy-min-max",
        "critic",
        "sd-min-max",
        "cv",
        "pca",
        "pca-above-one",
    ] {
        let groups = done(&ronghe(&with("weights", &tables, &["--method", method])));
        let groups = groups.as_array().unwrap();
        assert_eq!(groups.len(), 10, "{method}: one group per pillar");
        for group in groups {
            let weights: Vec<f64> = group["weights"]
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w.as_f64().unwrap())
                .collect();
            assert!(weights.iter().all(|w| *w >= 0.0), "{method}");
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{method}");
        }
    }
    let all = done(&ronghe(&with(
        "weights",
        &tables,
        &["--method", "equal", "--over", "all"],
    )));
    assert_eq!(all[0]["weights"].as_array().unwrap().len(), 60);
    assert!(all[0].get("parent").is_none());
}

#[test]
fn statistics_are_written_as_tables() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("stats");
    let tables = tables();
    let files = done(&ronghe(&with(
        "stats",
        &tables,
        &["--unit", "U000000", "--out", out.to_str().unwrap()],
    )));
    assert_eq!(files["files"].as_array().unwrap().len(), 9);
    let described = keyed(&out.join("stats.csv"));
    assert_eq!(described.len(), 60);
    for row in described.values() {
        let count = |name: &str| row[name].parse::<usize>().unwrap();
        assert_eq!(count("N") + count("Missing"), 1_000);
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        assert!(number("Min") <= number("Q1") && number("Q1") <= number("Median") && number("Q3") <= number("Max"));
    }
    for name in ["pearson", "spearman", "kendall"] {
        let matrix = keyed(&out.join(format!("correlations_{name}.csv")));
        for (code, row) in &matrix {
            assert_eq!(row[code], "1", "{name}");
            assert!(
                matrix.iter().all(|(other, theirs)| theirs[code] == row[other]),
                "{name} is symmetric"
            );
        }
    }
    assert_eq!(keyed(&out.join("cronbach.csv")).len(), 11);
    assert_eq!(keyed(&out.join("availability_units.csv")).len(), 1_000);
}

#[test]
fn balanced_weights_of_a_constant_column_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let table = |name: &str, text: &str| file(folder.path(), name, text);
    let data = table("iData.csv", "uCode,a,b,c\nx,3,8,1\ny,4,6,1\nz,0,9,1\n");
    let tree = table(
        "iMeta.csv",
        "iCode,Type,Parent\ntop,Aggregate,\na,Indicator,top\nb,Indicator,top\nc,Indicator,top\n",
    );
    let refused = ronghe(&["weights", "--data", &data, "--tree", &tree, "--method", "balance"]);
    assert!(!refused.status.success());
    let refused = value(&refused);
    assert_eq!(refused["code"], "weights.constant_column");
    assert!(refused["message"]["en"].as_str().unwrap().contains(" c "), "{refused}");
}

#[test]
fn topsis_is_a_second_opinion() {
    let folder = tempfile::tempdir().unwrap();
    let table = |name: &str, text: &str| file(folder.path(), name, text);
    let data = table("iData.csv", "uCode,a,b\nx,3,8\ny,4,6\nz,0,0\n");
    let tree = table(
        "iMeta.csv",
        "iCode,Type,Parent,Direction,Weight\ntop,Aggregate,,1,1\na,Indicator,top,1,3\nb,Indicator,top,-1,1\n",
    );
    let out = folder.path().join("out");
    let of = |data: &str, scale: &str| {
        let out = out.to_str().unwrap();
        ronghe(&[
            "stats", "--data", data, "--tree", &tree, "--topsis", scale, "--out", out,
        ])
    };
    done(&of(&data, "vector"));
    let found = keyed(&out.join("topsis.csv"));
    // By hand: a over 5 and b over 10, weighted 3/4 and 1/4: x (0.45, 0.2), y (0.6, 0.15), z (0, 0). The best is (0.6, 0), b
    // being a cost, and the worst (0, 0.2).
    let expected = [
        ("x", 0.15_f64.hypot(0.2), 0.45, "2"),
        ("y", 0.15, 0.6_f64.hypot(0.05), "1"),
        ("z", 0.6, 0.2, "3"),
    ];
    for (unit, best, worst, rank) in expected {
        let row = &found[unit];
        let close = |name: &str, expected: f64| {
            let found: f64 = row[name].parse().unwrap();
            assert!((found - expected).abs() < 1e-12, "{unit} {name}: {found}, {expected}");
        };
        close("ToBest", best);
        close("ToWorst", worst);
        close("Closeness", worst / (best + worst));
        assert_eq!(row["Rank"], rank, "{unit}");
    }
    let gap = table("gap.csv", "uCode,a,b\nx,3,8\ny,,6\nz,0,0\n");
    let refused = of(&gap, "min-max");
    assert!(!refused.status.success());
    assert_eq!(value(&refused)["code"], "weights.too_few_values");
}

/// A file in a folder.
pub(crate) fn file(folder: &Path, name: &str, content: &(impl ToString + ?Sized)) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Methodology and uncertainty of the synthetic set, which has gaps: normalisation, mean and weights are uncertain.
pub(crate) fn uncertain(folder: &Path) -> Vec<String> {
    let methodology = json!({ "kind": "composite", "code": "test", "version": "1" });
    let scale = |low: f64| json!({ "method": "min_max", "low": low, "high": 100.0 });
    let uncertainty = json!({
        "uncertain": [
            { "name": "scale", "pointer": "/normalisation/all", "choices": { "from_1": scale(1.0), "from_10": scale(10.0) } },
            { "name": "mean", "pointer": "/aggregation/all/mean",
              "choices": { "arithmetic": "arithmetic", "geometric": "geometric" } },
        ],
        "weights": { "noise": [{ "factor": 0.25 }] },
        "cuts": [45.0, 55.0],
    });
    let mut arguments = tables();
    arguments.extend([
        "--methodology".to_owned(),
        file(folder, "methodology.json", &methodology),
    ]);
    arguments.extend([
        "--uncertainty".to_owned(),
        file(folder, "uncertainty.json", &uncertainty),
    ]);
    arguments
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn the_same_seed_or_the_same_draws_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = uncertain(folder.path());
    let run = |out: &str, more: &[&str]| {
        let out = folder.path().join(out);
        let mut own = vec!["--out", out.to_str().unwrap(), "--keep"];
        own.extend(more);
        done(&ronghe(&with("robustness", &arguments, &own)));
        out
    };
    let first = run(
        "first",
        &[
            "--seed",
            "7",
            "--replications",
            "12",
            "--threads",
            "1",
            "--remove",
            "aggregates",
        ],
    );
    let again = run("again", &["--seed", "7", "--replications", "12", "--threads", "3"]);
    let draws = first.join("draws.csv");
    let replayed = run("replayed", &["--draws", draws.to_str().unwrap()]);
    let other = run("other", &["--seed", "8", "--replications", "12"]);
    for name in ["draws.csv", "rank_intervals.csv", "scores.csv", "ranks.csv"] {
        assert_eq!(read(&first, name), read(&again, name), "{name}");
        assert_eq!(read(&first, name), read(&replayed, name), "{name}");
        assert_ne!(read(&first, name), read(&other, name), "{name}");
    }
    assert!(read(&first, "draws.csv").starts_with("replication,scale,mean,weight:"));

    let intervals = keyed(&first.join("rank_intervals.csv"));
    assert_eq!(intervals.len(), 1_000);
    let ranks = keyed(&first.join("ranks.csv"));
    for (unit, row) in &intervals {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        let own = (1..=12).map(|at| ranks[unit][&format!("r_{at}")].parse::<f64>().unwrap());
        let (best, worst) = own.fold((f64::INFINITY, 0.0_f64), |(low, high), r| (low.min(r), high.max(r)));
        assert_eq!((number("Best"), number("Worst")), (best, worst), "{unit}");
        assert!(number("Best") <= number("Q5") && number("Q95") <= number("Worst"));
        let levels = number("level:0") + number("level:1") + number("level:2");
        assert!((levels - 1.0).abs() < 1e-12);
    }
    assert_eq!(keyed(&first.join("removed.csv")).len(), 10);
}

#[test]
fn a_replication_is_what_compute_says_under_its_settings_and_weights() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = uncertain(folder.path());
    let out = folder.path().join("out");
    let own = ["--out", out.to_str().unwrap(), "--keep", "--replications", "3"];
    done(&ronghe(&with("robustness", &arguments, &own)));
    let (draws, scores) = (keyed(&out.join("draws.csv")), keyed(&out.join("scores.csv")));
    for (replication, draw) in &draws {
        let low = if draw["scale"] == "from_1" { 1.0 } else { 10.0 };
        let weights: BTreeMap<&str, f64> = draw
            .iter()
            .filter_map(|(column, cell)| Some((column.strip_prefix("weight:")?, cell.parse().unwrap())))
            .collect();
        let methodology = json!({
            "kind": "composite", "code": "test", "version": "1",
            "normalisation": { "all": { "method": "min_max", "low": low, "high": 100.0 } },
            "aggregation": { "all": { "mean": draw["mean"] } },
            "weights": { "origin": "given", "of": weights },
        });
        let methodology = file(folder.path(), "drawn.json", &methodology);
        let results = folder.path().join("results");
        let more = [
            "--methodology",
            &methodology,
            "--out",
            results.to_str().unwrap(),
            "--no-explain",
        ];
        done(&ronghe(&with("compute", &tables(), &more)));
        let aggregated = keyed(&results.join("aggregated.csv"));
        for (unit, row) in &aggregated {
            let want: f64 = row["Index"].parse().unwrap();
            let have: f64 = scores[unit][&format!("r_{replication}")].parse().unwrap();
            assert!((have - want).abs() <= 1e-12 * want, "{unit}: {have} {want}");
        }
    }
}

#[test]
fn sensitivity_names_what_the_ranks_hang_on_and_warns_of_few_runs() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = uncertain(folder.path());
    let out = folder.path().join("out");
    let own = [
        "--out",
        out.to_str().unwrap(),
        "--sensitivity",
        "--replications",
        "8",
        "--bootstrap",
        "50",
    ];
    let result = done(&ronghe(&with("robustness", &arguments, &own)));
    assert_eq!(result["replications"], 8 * (3 + 2));
    assert_eq!(
        result["warnings"][0],
        json!({ "kind": "few_runs", "base": 8, "advised": 500 })
    );
    let indices = keyed(&out.join("sobol.csv"));
    assert_eq!(indices.keys().collect::<Vec<_>>(), ["mean", "scale", "weights"]);
    let total = |name: &str| indices[name]["STi"].parse::<f64>().unwrap();
    assert!(
        total("mean") > total("scale"),
        "the mean moves ranks, the lower end of the scale hardly: {indices:?}"
    );
    // The blocks are in the draws: they can be replayed.
    let again = folder.path().join("again");
    let draws = out.join("draws.csv");
    let own = [
        "--out",
        again.to_str().unwrap(),
        "--sensitivity",
        "--draws",
        draws.to_str().unwrap(),
        "--bootstrap",
        "50",
    ];
    done(&ronghe(&with("robustness", &arguments, &own)));
    assert_eq!(read(&out, "sobol.csv"), read(&again, "sobol.csv"));
}

#[test]
fn what_cannot_be_replicated_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = uncertain(folder.path());
    let out = folder.path().join("out");
    let refused = |uncertainty: &Value| {
        let path = file(folder.path(), "uncertainty.json", uncertainty);
        assert!(arguments.contains(&path));
        let own = ["--out", out.to_str().unwrap(), "--replications", "4"];
        let output = ronghe(&with("robustness", &arguments, &own));
        assert!(!output.status.success() && !out.exists());
        value(&output)
    };
    let setting = |pointer: &str, value: Value| json!({ "uncertain": [{ "name": "s", "pointer": pointer, "choices": { "only": value } }] });
    let zero = refused(&setting("/aggregation/all/mean", json!("geometric")));
    assert_eq!(zero["code"], "robustness.refused");
    assert!(
        zero["message"]["en"]
            .as_str()
            .unwrap()
            .starts_with("Replication 1 cannot be computed")
    );
    assert_eq!(
        refused(&setting("/aggregation/all/mean", json!("mode")))["code"],
        "robustness.invalid"
    );
    assert_eq!(
        refused(&setting("/code/at/all", json!(1)))["code"],
        "robustness.no_such_place"
    );
    assert_eq!(
        refused(&setting("/nowhere/at/all", json!(1)))["code"],
        "robustness.invalid"
    );
    // A setting that stands at its default is absent, with all that it would stand in.
    file(
        folder.path(),
        "uncertainty.json",
        &setting("/treatment/limits/skew", json!(2.5)),
    );
    let out_of = |replications: &str| {
        let own = ["--out", out.to_str().unwrap(), "--replications", replications];
        ronghe(&with("robustness", &arguments, &own))
    };
    let huge = value(&out_of("999999999999"));
    assert_eq!(huge["code"], "robustness.too_many_draws");
    done(&out_of("2"));
    std::fs::remove_dir_all(&out).unwrap();
    assert_eq!(refused(&json!({}))["code"], "robustness.nothing");
    let unknown = refused(&json!({ "weight": 1 }));
    assert_eq!(
        (&unknown["code"], &unknown["errors"][0]["code"]),
        (&json!("input.refused"), &json!("json.shape"))
    );
    let neither = refused(&json!({ "uncertain": [{ "name": "s", "pointer": "/code" }] }));
    assert_eq!(neither["errors"][0]["pointer"], "/uncertain/0");
}
