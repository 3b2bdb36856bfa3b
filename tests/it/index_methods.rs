//! `ronghe index`: doubtful weights, figures after the steps of a methodology, pairs, first places and trends.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use crate::index_analysis::{done, file, keyed, ronghe, tables, uncertain, value, with};

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
