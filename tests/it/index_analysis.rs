//! `ronghe index` on COINr's two tables, as a statistician types it.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn ronghe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(["--format", "json", "index"])
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn value(output: &Output) -> Value {
    let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(out).unwrap_or_else(|error| panic!("{error}: {} {err}", String::from_utf8_lossy(out)))
}

#[track_caller]
fn done(output: &Output) -> Value {
    let value = value(output);
    assert!(output.status.success(), "{value}");
    value
}

fn fixture(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reference");
    folder.join(path).to_str().unwrap().to_owned()
}

/// The synthetic set of the reference cases.
fn tables() -> Vec<String> {
    let (data, tree) = (fixture("asem/synth1000_iData.csv"), fixture("asem/synth_iMeta.csv"));
    ["--data".to_owned(), data, "--tree".to_owned(), tree].to_vec()
}

fn with<'a>(command: &'a str, tables: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let own = std::iter::once(command).chain(tables.iter().map(String::as_str));
    own.chain(more.iter().copied()).collect()
}

/// A table by its first column.
fn keyed(path: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
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
fn comparisons_that_contradict_each_other_are_refused_unless_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let matrix = file(folder.path(), "matrix.csv", ",A,B,C\nA,1,3,1/9\nB,1/3,1,3\nC,9,1/3,1\n");
    let out = folder.path().join("weights.csv");
    let arguments = [
        "weights",
        "--method",
        "ahp",
        "--matrix",
        &matrix,
        "--out",
        out.to_str().unwrap(),
    ];
    let refused = ronghe(&arguments);
    assert_eq!(refused.status.code(), Some(1));
    assert!(!out.exists());
    let refused = value(&refused);
    assert_eq!(refused["code"], "weights.inconsistent");
    // By hand: lambda = 1 + t + 1 / t with t = 81^(1/3), CR = (lambda - 3) / 2 / .58 = 2.2051.
    assert!(
        refused["message"]["en"].as_str().unwrap().contains("2.2051"),
        "{refused}"
    );
    let allowed = done(&ronghe(&[&arguments[..], &["--allow-inconsistent"]].concat()));
    assert_eq!(allowed[0]["warning"]["code"], "weights.inconsistent");
    assert!(out.exists());
}

/// Tables of three units, indicators a and b under left, c under top; less of c is better.
fn small(folder: &Path) -> (String, String) {
    let data = file(
        folder,
        "iData.csv",
        "uCode,a,b,c,size\nx,1,4,10,1\ny,4,,20,2\nz,9,2,90,3\n",
    );
    let tree = file(
        folder,
        "iMeta.csv",
        "iCode,Type,Parent,Direction,Weight,Denominator\ntop,Aggregate,,1,1,\nleft,Aggregate,top,1,1,\na,Indicator,left,1,1,size\n\
         b,Indicator,left,1,1,\nc,Indicator,top,-1,1,\nsize,Denominator,,1,1,\n",
    );
    (data, tree)
}

#[test]
fn figures_are_described_and_weighed_after_the_steps_of_a_methodology() {
    let folder = tempfile::tempdir().unwrap();
    let (data, tree) = small(folder.path());
    let methodology = json!({
        "kind": "composite", "code": "test", "version": "1", "denomination": {}, "imputation": { "method": "mean" },
        "normalisation": { "all": { "method": "min_max", "low": 0.0, "high": 1.0 } },
    });
    let methodology = file(folder.path(), "methodology.json", &methodology);
    let out = folder.path().join("stats");
    let files = ["--data", &data, "--tree", &tree, "--methodology", &methodology];
    let stats = [&["stats"][..], &files, &["--out", out.to_str().unwrap(), "--pairwise"]].concat();
    done(&ronghe(&stats));
    let described = keyed(&out.join("stats.csv"));
    // a is 1, 2, 3 by size, b is 4, 3 (put in), 2: left is 1/2 everywhere, c 1, 7/8, 0; top their mean.
    assert_eq!(described["a"]["Mean"], "2");
    assert_eq!(
        (described["b"]["Missing"].as_str(), described["b"]["Mean"].as_str()),
        ("0", "3")
    );
    assert_eq!(
        (
            described["left"]["Mean"].as_str(),
            described["left"]["Flags"].contains("constant")
        ),
        ("0.5", true)
    );
    assert_eq!(described["top"]["Max"], "0.75");
    let spearman = keyed(&out.join("correlations_spearman.csv"));
    assert_eq!(
        (spearman["a"]["b"].as_str(), spearman["c"]["top"].as_str()),
        ("-1", "1")
    );
    // Availability is that of the table.
    assert_eq!(keyed(&out.join("availability_units.csv"))["y"]["N_missing"], "1");
    // x is ahead of z in b and c: their effective weights are 1/4 and 1/2.
    let pairs = keyed(&out.join("outranking.csv"));
    assert_eq!((pairs["x"]["z"].as_str(), pairs["z"]["x"].as_str()), ("0.75", "0.25"));

    let weights = |method: &str| {
        let groups = done(&ronghe(&[&["weights", "--method", method][..], &files].concat()));
        let groups = groups.as_array().unwrap().clone();
        let of = |group: &Value| (group["parent"].as_str().unwrap().to_owned(), group.clone());
        groups.iter().map(of).collect::<BTreeMap<String, Value>>()
    };
    // Deviations of a and b are 1 each; a constant score has none, so that c has the whole weight.
    let found = weights("sd");
    assert_eq!(found["left"]["weights"], json!([0.5, 0.5]));
    assert_eq!(
        (&found["top"]["codes"], &found["top"]["weights"]),
        (&json!(["left", "c"]), &json!([0.0, 1.0]))
    );
    assert_eq!(weights("given")["top"]["weights"], json!([0.5, 0.5]));
}

#[test]
fn weights_that_cannot_balance_say_what_they_reach() {
    let folder = tempfile::tempdir().unwrap();
    // c is b turned over: what goes with the one goes against the other, so that all three cannot be equal.
    let data = file(
        folder.path(),
        "iData.csv",
        "uCode,a,b,c\nx,3,1,1\ny,4,3,3\nz,1,4,4\nw,2,2,2\nv,2,5,5\n",
    );
    let tree = file(
        folder.path(),
        "iMeta.csv",
        "iCode,Type,Parent,Direction\ntop,Aggregate,,1\na,Indicator,top,1\nb,Indicator,top,1\nc,Indicator,top,-1\n",
    );
    let files = ["--data", &data, "--tree", &tree, "--method", "balance"];
    let found = done(&ronghe(&[&["weights"][..], &files].concat()));
    assert_eq!(found[0]["warning"]["code"], "weights.not_balanced", "{found}");
    let message = found[0]["warning"]["message"]["en"].as_str().unwrap();
    let obtained = found[0]["origin"]["obtained"].as_array().unwrap();
    for (code, share) in ["a", "b", "c"].iter().zip(obtained) {
        assert!(
            message.contains(&format!("{code} {:.4}", share.as_f64().unwrap())),
            "{message}"
        );
    }
    let synthetic = done(&ronghe(&with("weights", &tables(), &["--method", "balance"])));
    assert!(
        synthetic
            .as_array()
            .unwrap()
            .iter()
            .any(|group| group.get("warning").is_none()),
        "{synthetic}"
    );
}

#[test]
fn ranks_are_of_the_figures_where_a_scale_would_make_them_equal() {
    let folder = tempfile::tempdir().unwrap();
    // Less is better: on the way to 0 to 1 the first four would all become 1.
    let data = file(
        folder.path(),
        "iData.csv",
        "uCode,a,b\nu,1,1\nv,2,2\nw,3,3\nx,4,4\ny,1e20,5\n",
    );
    let tree = file(
        folder.path(),
        "iMeta.csv",
        "iCode,Type,Parent,Direction\ntop,Aggregate,,1\na,Indicator,top,-1\nb,Indicator,top,1\n",
    );
    let out = folder.path().join("out");
    done(&ronghe(&[
        "stats",
        "--data",
        &data,
        "--tree",
        &tree,
        "--out",
        out.to_str().unwrap(),
    ]));
    for name in ["spearman", "kendall"] {
        assert_eq!(
            keyed(&out.join(format!("correlations_{name}.csv")))["a"]["b"],
            "-1",
            "{name}"
        );
    }
}

#[test]
fn the_probability_of_the_first_places_stands_beside_the_interval() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = uncertain(folder.path());
    let out = folder.path().join("out");
    let own = [
        "--out",
        out.to_str().unwrap(),
        "--keep",
        "--replications",
        "8",
        "--first",
        "3,1000",
    ];
    done(&ronghe(&with("robustness", &arguments, &own)));
    let (intervals, ranks) = (keyed(&out.join("rank_intervals.csv")), keyed(&out.join("ranks.csv")));
    let mut sum = 0.0;
    for (unit, row) in &intervals {
        let own: Vec<u32> = (1..=8)
            .map(|at| ranks[unit][&format!("r_{at}")].parse().unwrap())
            .collect();
        let among = own.iter().filter(|rank| **rank <= 3).count();
        let found: f64 = row["first:3"].parse().unwrap();
        assert!((found - among as f64 / 8.0).abs() < 1e-15, "{unit}");
        assert_eq!(row["first:1000"], "1", "{unit}");
        sum += found;
    }
    // Without ties exactly three are among the first three each time.
    assert!((sum - 3.0).abs() < 1e-12, "{sum}");
}

#[test]
fn several_years_have_trends() {
    let folder = tempfile::tempdir().unwrap();
    let table = "uCode,Time,a,b\nx,2024,100,1\nx,2025,110,1\nx,2026,121,3\ny,2024,50,2\ny,2026,,2\nz,2026,1,4\n";
    let data = file(folder.path(), "iData.csv", table);
    let tree = file(
        folder.path(),
        "iMeta.csv",
        "iCode,Type,Parent\ntop,Aggregate,\na,Indicator,top\nb,Indicator,top\n",
    );
    let methodology = json!({ "kind": "composite", "code": "test", "version": "1",
        "normalisation": { "all": { "method": "none" } } });
    let methodology = file(folder.path(), "methodology.json", &methodology);
    let out = folder.path().join("out");
    let files = ["--data", &data, "--tree", &tree, "--methodology", &methodology];
    done(&ronghe(
        &[&["compute"][..], &files, &["--out", out.to_str().unwrap()]].concat(),
    ));
    let written = std::fs::read_to_string(out.join("trends.csv")).unwrap();
    let rows: Vec<Vec<&str>> = written.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let of = |unit: &str, node: &str| rows.iter().find(|row| row[0] == unit && row[1] == node);
    let a = of("x", "a").unwrap();
    assert_eq!(&a[2..7], ["2024", "2026", "3", "100", "121"]);
    assert!((a[7].parse::<f64>().unwrap() - 0.1).abs() < 1e-14 && (a[8].parse::<f64>().unwrap() - 10.5).abs() < 1e-12);
    // The score is the mean of both: 50.5, 55.5, 62.
    let top = of("x", "top").unwrap();
    assert!((top[8].parse::<f64>().unwrap() - 5.75).abs() < 1e-12, "{top:?}");
    assert!(
        of("y", "a").is_none() && of("z", "b").is_none(),
        "one year has no trend"
    );
    assert_eq!(&of("y", "b").unwrap()[7..], ["0", "0"]);
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
fn file(folder: &Path, name: &str, content: &(impl ToString + ?Sized)) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Methodology and uncertainty of the synthetic set, which has gaps: normalisation, mean and weights are uncertain.
fn uncertain(folder: &Path) -> Vec<String> {
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
