//! `ronghe index compute`: the reference cases through the command line, and what it refuses.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

fn reference(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/reference")
        .join(path)
}

/// Runs the command over files of the reference with a methodology of these fields.
fn compute(folder: &Path, data: &Path, tree: Option<&Path>, fields: &Value, more: &[&str]) -> (Output, PathBuf) {
    let mut document = json!({ "kind": "composite", "code": "test", "version": "1" });
    document
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let methodology = folder.join("methodology.json");
    fs::write(&methodology, document.to_string()).unwrap();
    let out = folder.join("results");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
    command
        .args(["index", "compute", "--format", "json", "--data"])
        .arg(data);
    if let Some(tree) = tree {
        command.arg("--tree").arg(tree);
    }
    let output = command
        .arg("--methodology")
        .arg(&methodology)
        .arg("--out")
        .arg(&out)
        .args(more)
        .output()
        .unwrap();
    (output, out)
}

#[track_caller]
fn value(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

type Rows = Vec<BTreeMap<String, String>>;

fn rows(path: &Path) -> Rows {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Equal cell by cell, joined by uCode, to 1e-12 relative.
#[track_caller]
fn assert_same(found: &Path, expected: &Path) {
    let found: BTreeMap<String, BTreeMap<String, String>> =
        rows(found).into_iter().map(|row| (row["uCode"].clone(), row)).collect();
    let expected = rows(expected);
    assert_eq!(found.len(), expected.len());
    for want in expected {
        let have = &found[&want["uCode"]];
        for (column, want) in want.iter().filter(|(column, _)| *column != "uCode") {
            let have = &have[column];
            let close = match (have.parse::<f64>(), want.parse::<f64>()) {
                (Ok(have), Ok(want)) => (have - want).abs() <= 1e-12 * want.abs(),
                _ => have == want || (have.is_empty() && want == "NA"),
            };
            assert!(close, "{column}: {have}, expected {want}");
        }
    }
}

#[test]
fn the_whole_chain_agrees_with_the_reference_table_by_table() {
    let folder = tempfile::tempdir().unwrap();
    let chain = json!({
        "denomination": {},
        "imputation": { "method": "group_mean", "group": "EurAsia_group" },
        "screening": { "availability": 0.9 },
        "treatment": {},
        "ranks": { "within": ["GDP_group"] },
        "publication": { "decimals": 2 },
        "levels": { "cuts": [{ "code": "A", "at_least": 50 }, { "code": "B" }] },
    });
    let (data, tree) = (reference("asem/asem_iData.csv"), reference("asem/asem_iMeta.csv"));
    let (output, out) = compute(folder.path(), &data, Some(&tree), &chain, &[]);
    assert!(output.status.success(), "{output:?}");
    let case = reference("cases/A_full_minmax_amean");
    for name in [
        "denominated",
        "imputed",
        "screened",
        "treated",
        "normalised",
        "aggregated",
    ] {
        assert_same(&out.join(format!("{name}.csv")), &case.join(format!("{name}.csv")));
    }
    assert_same(&out.join("ranks.csv"), &case.join("ranks_tie_tolerant.csv"));

    let summary = value(&output);
    let year = &summary["years"][0];
    assert_eq!(
        (&summary["indicators"], &year["units"], &summary["relative"]),
        (&json!(49), &json!(51), &json!(true))
    );
    assert_eq!(json!(rows(&out.join("imputation.csv")).len()), year["imputed"]);
    let of_treated = |name: &str| rows(&out.join(name));
    assert_eq!(of_treated("treatment_summary.csv").len(), 49);
    assert!(
        of_treated("treatment.csv")
            .iter()
            .all(|row| row["Before"] != row["After"])
    );
    assert_eq!(rows(&out.join("weights.csv")).len(), 49 + 8 + 2 + 1);

    // Contributions sum to the score of their parent, those of all indicators to the index.
    let aggregated = rows(&out.join("aggregated.csv"));
    let explained = rows(&out.join("explain.csv"));
    for unit in aggregated.iter().take(5) {
        let of_unit = || explained.iter().filter(|row| row["uCode"] == unit["uCode"]);
        let sum = |column: &str, parent: Option<&str>| -> f64 {
            let own = of_unit().filter(|row| parent.is_none_or(|parent| row["parent"] == parent));
            own.filter_map(|row| row[column].parse::<f64>().ok()).sum()
        };
        let index: f64 = unit["Index"].parse().unwrap();
        for (sum, expected) in [
            (sum("contribution", Some("Index")), index),
            (sum("contribution", Some("Physical")), unit["Physical"].parse().unwrap()),
            (sum("top_contribution", None), index),
        ] {
            assert!(
                (sum - expected).abs() < 1e-9,
                "{}: {sum}, expected {expected}",
                unit["uCode"]
            );
        }
    }
    let cell = |name: &str, column: &str| rows(&out.join(name))[0][column].clone();
    let published = cell("published.csv", "Index");
    assert!(
        published
            .split_once('.')
            .is_none_or(|(_, decimals)| decimals.len() <= 2),
        "{published} has more decimals than are published"
    );
    assert!(["A", "B"].contains(&cell("levels.csv", "Level").as_str()));
    assert!(cell("ranks_GDP_group.csv", "Index").parse::<u32>().unwrap() >= 1);

    // Another run takes the place of this one: no table of a step that is not done stays behind.
    let (output, out) = compute(
        folder.path(),
        &data,
        Some(&tree),
        &json!({}),
        &["--no-explain", "--threads", "2"],
    );
    assert!(output.status.success());
    assert!(
        out.join("aggregated.csv").exists() && !out.join("treated.csv").exists() && !out.join("explain.csv").exists()
    );
}

#[test]
fn a_panel_has_a_row_for_every_unit_and_year_and_its_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (data, tree) = (reference("asem/asem_iData_panel.csv"), reference("asem/asem_iMeta.csv"));
    let fields =
        json!({ "denomination": {}, "imputation": { "method": "latest" }, "panel": { "bounds": "each_year" } });
    let (output, out) = compute(folder.path(), &data, Some(&tree), &fields, &["--no-explain"]);
    assert!(output.status.success(), "{output:?}");
    let aggregated = rows(&out.join("aggregated.csv"));
    assert_eq!(aggregated.len(), 5 * 51);
    assert_eq!(aggregated[0]["Time"], "2018");
    for row in rows(&out.join("change_summary.csv")) {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        let effects = number("data_effect") + number("method_effect") + number("population_effect");
        assert!(
            (effects - (number("mean_to") - number("mean_from"))).abs() < 1e-9,
            "{row:?}"
        );
    }
    assert_eq!(rows(&out.join("changes.csv")).len(), 4 * 51 * 11);
}

#[test]
fn bad_input_is_refused_with_its_place_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("iMeta.csv");
    fs::write(
        &tree,
        "iCode,Type,Parent,Weight,Direction\na,Indicator,top,1,1\nb,Indicator,top,1,-1\ntop,Aggregate,,1,1\n",
    )
    .unwrap();
    let check = |data: &str, fields: Value, code: &str, place: Option<(&str, &str)>| {
        let file = folder.path().join("iData.csv");
        fs::write(&file, data).unwrap();
        let (output, out) = compute(folder.path(), &file, Some(&tree), &fields, &[]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let refused = value(&output);
        assert_eq!(refused["code"], code, "{refused}");
        if let Some((code, pointer)) = place {
            assert_eq!(
                (&refused["errors"][0]["code"], &refused["errors"][0]["pointer"]),
                (&json!(code), &json!(pointer))
            );
        }
        assert!(!out.exists());
    };
    let good = "uCode,a,b\nu,1,2\nv,3,1\n";
    check(
        "uCode,a,b\nu,1,x\n",
        json!({}),
        "input.refused",
        Some(("table.not_a_number", "2:b")),
    );
    check(
        "uCode,a\nu,1\n",
        json!({}),
        "input.refused",
        Some(("table.no_column", "1:b")),
    );
    check(
        good,
        json!({ "ranks": { "tolerance": 2 } }),
        "input.refused",
        Some(("composite.bad_setting", "/ranks/tolerance")),
    );
    check(
        good,
        json!({ "more": 1 }),
        "input.refused",
        Some(("json.shape", "/more")),
    );
    check(
        "uCode,a,b\nu,1,2\nv,1,1\n",
        json!({}),
        "composite.constant_column",
        None,
    );
    check(
        good,
        json!({ "aggregation": { "all": { "mean": "geometric" } } }),
        "composite.not_positive",
        None,
    );
    check(
        good,
        json!({ "normalisation": { "group": "zone" } }),
        "input.refused",
        Some(("table.no_column", "1:zone")),
    );
    check(
        good,
        json!({ "screening": { "keep": ["w"] } }),
        "composite.unknown_unit",
        None,
    );
}

#[test]
fn stages_hang_on_the_scores_of_several_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let label = |text: &str| json!({ "zh": text, "en": text });
    let rule = |stage: u32, expression: &str| json!({ "stage": stage, "label": label(&format!("S{stage}")), "expression": expression });
    let fields = json!({
        "publication": { "decimals": 1 },
        "stages": { "on": "published", "rules": [
            rule(3, "Conn >= 45.0 && Sust >= 55.0"),
            rule(2, "Index >= 40.0"),
            rule(1, "true"),
        ] },
    });
    let (data, tree) = (reference("asem/asem_iData.csv"), reference("asem/asem_iMeta.csv"));
    let (output, out) = compute(folder.path(), &data, Some(&tree), &fields, &[]);
    assert!(output.status.success(), "{output:?}");
    let by_unit = |name: &str| -> BTreeMap<String, BTreeMap<String, String>> {
        let rows = rows(&out.join(name)).into_iter();
        rows.map(|row| (row["uCode"].clone(), row)).collect()
    };
    let (published, stages) = (by_unit("published.csv"), by_unit("stages.csv"));
    assert_eq!((published.len(), stages.len()), (51, 51));
    let mut seen = BTreeMap::new();
    for (unit, row) in &stages {
        let score = |node: &str| published[unit][node].parse::<f64>().unwrap();
        let expected = if score("Conn") >= 45.0 && score("Sust") >= 55.0 {
            3
        } else if score("Index") >= 40.0 {
            2
        } else {
            1
        };
        assert_eq!(row["Stage"], expected.to_string(), "{unit}: {row:?}");
        *seen.entry(expected).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 3, "every stage is somebody's: {seen:?}");
    assert!(
        value(&output)["files"]
            .as_array()
            .unwrap()
            .contains(&json!("stages.csv"))
    );
    // A condition over what is no aggregate of the tree is refused at its place.
    let mut wrong = fields.clone();
    wrong["stages"]["rules"][1]["expression"] = json!("Nowhere >= 1.0");
    let (output, _) = compute(folder.path(), &data, Some(&tree), &wrong, &[]);
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("/stages/rules/1/expression"), "{told}");
}

/// Runs the command over a small table.
fn compute_small(folder: &Path, data: &str, fields: &Value) -> (Output, PathBuf) {
    let path = folder.join("iData.csv");
    fs::write(&path, data).unwrap();
    compute(folder, &path, None, fields, &[])
}

#[test]
fn files_of_others_in_the_folder_are_neither_lost_nor_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let tree = json!({ "tree": flat(&["a"]) });
    let grouped = json!({ "tree": flat(&["a"]), "ranks": { "within": ["zone"] } });
    let data = "uCode,zone,a\nu1,x,1\nu2,x,2\n";
    let run = |fields: &Value, more: &[&str]| {
        let path = folder.path().join("iData.csv");
        fs::write(&path, data).unwrap();
        compute(folder.path(), &path, None, fields, more)
    };
    // What an earlier run has written is replaced, and what is no result any more is removed.
    let (output, out) = run(&grouped, &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(out.join("ranks_zone.csv").exists());
    let (output, _) = run(&tree, &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(!out.join("ranks_zone.csv").exists() && out.join("ranks.csv").exists());
    // A table of somebody else stands there, under a name of ours.
    let foreign = folder.path().join("results");
    fs::remove_dir_all(&foreign).unwrap();
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("ranks.csv"), "mine").unwrap();
    fs::write(foreign.join("levels.csv"), "mine too").unwrap();
    let (output, _) = run(&tree, &[]);
    let refused = value(&output);
    assert_eq!(refused["code"], "index.folder_not_empty", "{refused}");
    assert!(
        refused["message"]["zh"]
            .as_str()
            .unwrap()
            .contains("levels.csv、ranks.csv"),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(foreign.join("ranks.csv")).unwrap(), "mine");
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 2);
    let (output, _) = run(&tree, &["--replace"]);
    assert!(output.status.success(), "{output:?}");
    assert_ne!(fs::read_to_string(foreign.join("ranks.csv")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(foreign.join("levels.csv")).unwrap(), "mine too");
    // The file that was not ours is still not ours.
    assert_eq!(value(&run(&tree, &[]).0)["code"], "index.folder_not_empty");
}

/// A root over indicators of weight 1.
fn flat(indicators: &[&str]) -> Value {
    let leaves = indicators.iter().map(|code| json!({ "code": code, "parent": "I" }));
    Value::Array([json!({ "code": "I" })].into_iter().chain(leaves).collect())
}

fn index_of(out: &Path) -> BTreeMap<String, String> {
    let rows = rows(&out.join("aggregated.csv")).into_iter();
    rows.map(|row| (row["uCode"].clone(), row["I"].clone())).collect()
}

#[test]
fn a_year_that_last_years_scale_cannot_take_is_scored_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = "uCode,Time,a,b\nA,2019,5,1\nB,2019,6,2\nC,2019,7,3\nA,2020,1,1\nB,2020,2,2\nC,2020,3,3\n";
    let fields = json!({
        "tree": flat(&["a", "b"]),
        "normalisation": { "all": { "method": "min_max", "low": 1, "high": 100 } },
        "aggregation": { "all": { "mean": "geometric" } },
        "panel": { "bounds": "each_year" },
    });
    let (output, out) = compute_small(folder.path(), data, &fields);
    assert!(output.status.success(), "{output:?}");
    let summary = value(&output);
    let warning = &summary["warnings"][0];
    assert_eq!(warning["code"], "changes.not_told", "{summary}");
    assert!(warning["message"]["en"].as_str().unwrap().contains("2019"));
    assert_eq!(rows(&out.join("aggregated.csv")).len(), 6);
    assert!(rows(&out.join("changes.csv")).is_empty());
    // With one scale for all years nothing stands in the way.
    let mut together = fields.clone();
    together["panel"] = json!({});
    let (output, out) = compute_small(folder.path(), data, &together);
    assert_eq!(value(&output)["warnings"], json!([]));
    assert_eq!(rows(&out.join("changes.csv")).len(), 3);
}

#[test]
fn rules_are_taken_field_by_field_from_node_level_and_all() {
    let folder = tempfile::tempdir().unwrap();
    let data = "uCode,a,b,c\nU1,1,,\nU2,3,1,5\nU3,2,2,4\n";
    let run = |aggregation: Value| {
        let fields = json!({
            "tree": flat(&["a", "b", "c"]), "normalisation": { "all": { "method": "none" } }, "aggregation": aggregation,
        });
        let (output, out) = compute_small(folder.path(), data, &fields);
        assert!(output.status.success(), "{output:?}");
        index_of(&out)
    };
    let half = run(json!({ "all": { "availability": 0.5 }, "levels": { "2": { "missing": "skip" } } }));
    assert_eq!(half["U1"], "", "one of three is too few: {half:?}");
    assert_eq!(half["U2"], "3");
    let penalty = |all: Value, own: Value| {
        run(json!({ "all": all, "nodes": { "I": own } }))["U2"]
            .parse::<f64>()
            .unwrap()
    };
    // The mean 3 and the variance 8/3 over it: added as said for all, whatever else a node says, or as the node says itself.
    let added = 3.0 + 8.0 / 3.0 / 3.0;
    let mean = json!({ "mean": "mazziotta_pareto" });
    let for_all = json!({ "mean": "mazziotta_pareto", "penalty": "added" });
    assert!((penalty(for_all, mean.clone()) - added).abs() < 1e-12);
    assert!((penalty(mean.clone(), json!({ "penalty": "added" })) - added).abs() < 1e-12);
    assert!((penalty(mean.clone(), mean) - (6.0 - added)).abs() < 1e-12);
}

#[test]
fn a_scale_that_is_turned_over_is_computed_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut tree = flat(&["a", "b"]);
    tree[2]["direction"] = json!("lower_is_better");
    let fields = json!({ "tree": tree, "normalisation": { "all": { "method": "fraction_of_max" } } });
    let data = "uCode,a,b\nU1,2,3\nU2,4,1\nU3,1,9\n";
    let (output, out) = compute_small(folder.path(), data, &fields);
    assert!(output.status.success(), "{output:?}");
    // As COINr computes it: the worst of b has the highest score.
    let normalised = rows(&out.join("normalised.csv"));
    assert_eq!(normalised[2]["b"], "9");
    let warnings = value(&output)["warnings"].clone();
    assert_eq!(
        (&warnings[0]["code"], warnings.as_array().unwrap().len()),
        (&json!("composite.turned_over"), 1)
    );
    assert!(warnings[0]["message"]["en"].as_str().unwrap().contains('b'));
}

#[test]
fn what_cannot_be_computed_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let check = |data: &str, fields: Value, code: &str, named: &str| {
        let mut fields = fields;
        fields["tree"] = flat(&["a", "b"]);
        let (output, out) = compute_small(folder.path(), data, &fields);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told = value(&output);
        let faults = told["errors"].as_array().cloned().unwrap_or_default();
        let codes: Vec<&Value> = std::iter::once(&told["code"])
            .chain(faults.iter().map(|fault| &fault["code"]))
            .collect();
        assert!(codes.contains(&&json!(code)), "{told}");
        assert!(told.to_string().contains(named), "{told}");
        assert!(!out.exists(), "nothing is written");
    };
    check(
        "uCode,a,b\nU1,1e308,1\nU2,-1e308,2\n",
        json!({}),
        "composite.undefined_column",
        "a",
    );
    let as_measured = json!({ "normalisation": { "all": { "method": "none" } } });
    let huge = "uCode,a,b\nU1,1,1\nU2,1.7e308,1.7e308\n";
    check(huge, as_measured, "composite.overflow", "U2");
    let fill = |method: &str| json!({ "imputation": { "method": method, "empty": "refuse" } });
    check(
        "uCode,a,b\nU1,1,1\nU2,2,2\nU3,,\n",
        fill("unit_mean"),
        "composite.empty_group",
        "U3",
    );
    check("uCode,a,b\nU1,,1\nU2,,2\n", fill("mean"), "composite.empty_group", "U1");
    check("uCode,a,b\nU1,,1\nU2,,2\n", json!({}), "composite.too_few_values", "a");
    let latest = "uCode,Time,a,b\nU1,2019,,1\nU2,2019,1,2\nU1,2020,3,1\nU2,2020,,2\n";
    check(latest, fill("latest"), "composite.empty_group", "U1");
    check("uCode;a;b\nU1;1,5;1\nU2;2;2\n", json!({}), "table.not_a_number", "1,5");
}
