//! Composite methodologies as documents: the reference cases again, published indices of other kinds, panels, and every way
//! a document is refused.

use std::{collections::BTreeMap, fmt::Write as _, num::NonZeroUsize, path::PathBuf};

use index::{
    composite::{Column, Matrix, Stage, YearResult},
    document::{CompositeMethodology, Methodology},
    exchange::{MetaTable, ParameterTable, UnitTable},
};
use serde_json::{Value, json};

use crate::shipped::SURVEY;

fn fixture(path: &str) -> String {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/reference")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A document of the kind composite with these fields.
#[expect(
    clippy::needless_pass_by_value,
    reason = "fields are written where they are handed over"
)]
pub(crate) fn document(fields: Value) -> CompositeMethodology {
    let mut document = json!({ "kind": "composite", "code": "test", "version": "1" });
    document
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    match Methodology::parse(document.to_string().as_bytes()) {
        Ok(Methodology::Composite(document)) => *document,
        other => panic!("{other:?}"),
    }
}

fn run_text(fields: Value, meta: Option<&str>, data: &str) -> Vec<YearResult> {
    let meta = meta.map(|meta| MetaTable::parse(meta).unwrap());
    let parameters = ParameterTable::parse(&fixture("asem/asem_norm_params.csv")).unwrap();
    let method = document(fields)
        .method(meta.as_ref(), &parameters)
        .unwrap_or_else(|faults| panic!("{faults:#?}"));
    let units = UnitTable::parse(data.to_owned(), NonZeroUsize::MIN).unwrap();
    let years = units.years(method.tree.indicators(), &method.denominators(), &method.groups());
    method.run(years.unwrap()).unwrap()
}

fn run(fields: Value, meta: &str, data: &str) -> Vec<YearResult> {
    run_text(fields, Some(&fixture(meta)), &fixture(data))
}

/// Every cell of an expected table, joined by unit, to 1e-12 relative.
#[track_caller]
fn assert_same(got: &Matrix, path: &str) {
    let table = fixture(path);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row_of: BTreeMap<&String, usize> = got.units().iter().zip(0..).collect();
    let mut units = 0;
    for record in reader.records() {
        let record = record.unwrap();
        units += 1;
        for (code, cell) in header.iter().zip(&record).skip(1) {
            let want: Option<f64> = (!cell.is_empty() && cell != "NA").then(|| cell.parse().unwrap());
            let have = got.column(code).unwrap().get(row_of[&record[0].to_owned()]);
            let close = match (have, want) {
                (None, None) => true,
                (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * b.abs(),
                _ => false,
            };
            assert!(close, "{path}: {} {code}: {have:?}, expected {want:?}", &record[0]);
        }
    }
    assert_eq!(units, got.units().len(), "{path}");
}

#[track_caller]
fn check(result: &YearResult, case: &str) {
    assert_same(&result.composite.scores, &format!("cases/{case}/aggregated.csv"));
    let ranks = csv::Reader::from_reader(fixture(&format!("cases/{case}/ranks_tie_tolerant.csv")).as_bytes())
        .deserialize()
        .map(|row| row.unwrap())
        .collect::<Vec<BTreeMap<String, String>>>();
    let row_of: BTreeMap<&String, usize> = result.figures.units().iter().zip(0..).collect();
    for (column, found) in result.composite.scores.columns().iter().zip(&result.composite.ranks) {
        for row in &ranks {
            let want = row[column.code()].parse().ok();
            assert_eq!(
                found[row_of[&row["uCode"]]],
                want,
                "{case}: {} {}",
                row["uCode"],
                column.code()
            );
        }
    }
}

const ASEM: &str = "asem/asem_iMeta.csv";

/// Whether the method of a document is relative.
fn relative(fields: &Value) -> bool {
    let method = document(fields.clone()).method(None, &ParameterTable::default());
    method.unwrap().relative()
}

#[test]
fn the_whole_chain_as_a_document() {
    let chain = json!({
        "denomination": {},
        "imputation": { "method": "group_mean", "group": "EurAsia_group" },
        "screening": { "availability": 0.9 },
        "treatment": {},
    });
    let result = &run(chain, ASEM, "asem/asem_iData.csv")[0];
    for (stage, name) in result
        .stages
        .iter()
        .zip(["denominated", "imputed", "screened", "treated"])
    {
        assert_same(stage.figures(), &format!("cases/A_full_minmax_amean/{name}.csv"));
    }
    assert_same(&result.composite.normalised, "cases/A_full_minmax_amean/normalised.csv");
    check(result, "A_full_minmax_amean");
}

#[test]
fn the_other_reference_cases_as_documents() {
    let treated = "cases/A_full_minmax_amean/treated.csv";
    let check_one = |fields: Value, meta: &str, data: &str, case: &str| check(&run(fields, meta, data)[0], case);
    check_one(json!({}), ASEM, treated, "B_norm_minmax0_100_amean");
    check_one(
        json!({}),
        "asem/asem_iMeta_unequal.csv",
        treated,
        "B_norm_minmax0_100_amean_unequal",
    );
    let standard = json!({ "normalisation": { "all": { "method": "z_score" } } });
    check_one(standard, ASEM, treated, "B_norm_zscore0_1_amean");
    let geometric = json!({
        "normalisation": { "all": { "method": "min_max", "low": 1, "high": 100 } },
        "aggregation": { "all": { "mean": "geometric" } },
    });
    check_one(geometric, ASEM, treated, "B_agg_minmax1_100_gmean");
    let gaps = "asem/asem_iData_na12.csv";
    check_one(json!({ "denomination": {} }), ASEM, gaps, "C_na12_skipna_amean");
    let threshold = json!({ "denomination": {}, "aggregation": { "all": { "availability": 0.5 } } });
    check_one(threshold, ASEM, gaps, "C_na12_thresh0.5");
    check_one(
        json!({}),
        "asem/synth_iMeta.csv",
        "asem/synth1000_iData.csv",
        "J_synth1000_amean",
    );
    let equal = json!({ "weights": { "origin": "equal" } });
    check_one(
        equal,
        "asem/asem_iMeta_unequal.csv",
        treated,
        "B_norm_minmax0_100_amean",
    );
}

#[test]
fn parameters_come_from_the_table_or_from_the_document() {
    let treated = "cases/A_full_minmax_amean/treated.csv";
    let normalised = |all: Value| {
        let fields = json!({ "normalisation": { "all": all } });
        run(fields, ASEM, treated).remove(0).composite.normalised
    };
    let table: Vec<BTreeMap<String, String>> =
        csv::Reader::from_reader(fixture("asem/asem_norm_params.csv").as_bytes())
            .deserialize()
            .map(|row| row.unwrap())
            .collect();
    let raw = run(
        json!({ "normalisation": { "all": { "method": "none" } } }),
        ASEM,
        treated,
    )
    .remove(0);
    let goalposts = normalised(json!({ "method": "goalposts", "scale": 100 }));
    let bounds = normalised(json!({ "method": "goalposts", "columns": ["min", "max"], "scale": 100, "clip": false }));
    let scaled = normalised(json!({ "method": "scaled" }));
    let target = normalised(json!({ "method": "distance_to_target", "cap": true }));
    // The table's min and max are those of the sample.
    assert_same(&bounds, "cases/B_norm_minmax0_100_amean/normalised.csv");
    for row in &table {
        let code = &row["iCode"];
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        let negative = row["Direction"] == "-1";
        let figures = raw.figures.column(code).unwrap();
        let worst = figures
            .present_values()
            .reduce(if negative { f64::max } else { f64::min })
            .unwrap();
        for (at, value) in figures.present_values().enumerate() {
            let between = |low: f64, high: f64| {
                if negative {
                    (high - value) / (high - low)
                } else {
                    (value - low) / (high - low)
                }
            };
            let near = |found: &Matrix, expected: f64| {
                let found = found.column(code).unwrap().get(at).unwrap();
                assert!(
                    (found - expected).abs() < 1e-9,
                    "{code} {at}: {found}, expected {expected}"
                );
            };
            near(
                &goalposts,
                100.0 * between(number("goalpost_lower"), number("goalpost_upper")).clamp(0.0, 1.0),
            );
            near(&scaled, 100.0 * between(number("scaled_lower"), number("scaled_upper")));
            near(&target, ((value - worst) / (number("target") - worst)).min(1.0));
        }
    }
}

#[test]
fn a_published_human_development_index_is_a_document() {
    // UNDP, Human Development Report 2021/22, technical note 1 and statistical table 1: Norway, Colombia, Chad in 2021.
    let node = |code: &str, parent: &str| json!({ "code": code, "parent": parent });
    let posts = |lower: f64, upper: f64| json!({ "method": "goalposts", "lower": lower, "upper": upper });
    let fields = json!({
        "tree": [
            { "code": "hdi" },
            node("health", "hdi"), node("education", "hdi"), node("income", "hdi"),
            node("life_expectancy", "health"),
            node("expected_schooling", "education"), node("mean_schooling", "education"),
            node("gni_per_head", "income"),
        ],
        "normalisation": { "indicators": {
            "life_expectancy": posts(20.0, 85.0),
            "expected_schooling": posts(0.0, 18.0),
            "mean_schooling": posts(0.0, 15.0),
            "gni_per_head": { "method": "goalposts", "lower": 100, "upper": 75000, "log": true },
        } },
        "aggregation": { "nodes": { "hdi": { "mean": "geometric" } } },
        "publication": { "decimals": 3 },
        "ranks": { "on": "published" },
        "levels": { "on": "published", "cuts": [
            { "code": "very_high", "at_least": 0.8 },
            { "code": "high", "at_least": 0.7 },
            { "code": "medium", "at_least": 0.55 },
            { "code": "low" },
        ] },
    });
    let data = "uCode,life_expectancy,expected_schooling,mean_schooling,gni_per_head\n\
        NOR,83.2,18.2,13.0,64660\nCOL,72.8,14.4,8.9,14384\nTCD,52.5,8.0,2.6,1364\n";
    assert!(!relative(&fields));
    let result = run_text(fields, None, data).remove(0);
    let published: Vec<_> = result
        .published
        .unwrap()
        .column("hdi")
        .unwrap()
        .present_values()
        .map(|v| v.to_string())
        .collect();
    assert_eq!(published, ["0.961", "0.752", "0.394"]);
    let levels: Vec<_> = result.levels.unwrap().into_iter().flatten().collect();
    assert_eq!(levels, ["very_high", "high", "low"]);
    assert_eq!(result.composite.ranks[3], [Some(1), Some(2), Some(3)]);
}

#[test]
fn an_index_of_the_kind_of_the_eu_digital_intensity_index_is_a_document() {
    // Eurostat: of twelve technologies very low is 0 to 3, low 4 to 6, high 7 to 9, very high 10 to 12.
    let technologies: Vec<String> = (1..=12).map(|at| format!("t{at:02}")).collect();
    let mut tree = vec![json!({ "code": "dii" })];
    tree.extend(technologies.iter().map(|code| json!({ "code": code, "parent": "dii" })));
    let fields = json!({
        "tree": tree,
        // Twelve points each, so that the mean of twelve is their number.
        "normalisation": { "all": { "method": "points", "points": [[0, 0], [1, 12]] } },
        "aggregation": { "all": { "missing": "zero" } },
        "levels": { "cuts": [
            { "code": "very_high", "at_least": 10 },
            { "code": "high", "at_least": 7 },
            { "code": "low", "at_least": 4 },
            { "code": "very_low" },
        ] },
    });
    let mut data = format!("uCode,{}\n", technologies.join(","));
    for used in 0..=12 {
        let cells: Vec<&str> = (0..12)
            .map(|at| {
                if at < used {
                    "1"
                } else if at == 11 {
                    ""
                } else {
                    "0"
                }
            })
            .collect();
        writeln!(data, "firm{used},{}", cells.join(",")).unwrap();
    }
    let result = run_text(fields, None, &data).remove(0);
    let scores: Vec<_> = result.composite.scores.columns()[0].present_values().collect();
    assert_eq!(scores, (0..=12).map(f64::from).collect::<Vec<_>>());
    let levels: Vec<_> = result.levels.unwrap().into_iter().flatten().collect();
    let expected = [("very_low", 4), ("low", 3), ("high", 3), ("very_high", 3)];
    let expected: Vec<_> = expected
        .iter()
        .flat_map(|(level, times)| vec![(*level).to_owned(); *times])
        .collect();
    assert_eq!(levels, expected);
}

#[test]
fn years_are_compared_on_common_frozen_or_own_bounds() {
    let panel = "asem/asem_iData_panel.csv";
    let years = |panel_rule: Value| run(json!({ "panel": panel_rule }), ASEM, panel);
    let extremes = |result: &YearResult| {
        let columns = result.composite.normalised.columns().iter();
        columns
            .flat_map(Column::present_values)
            .fold((f64::MAX, f64::MIN), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    };
    let all = years(json!({}));
    assert_eq!(
        all.iter().map(|result| result.year).collect::<Vec<_>>(),
        (2018..=2022).map(Some).collect::<Vec<_>>()
    );
    let (low, high) = all
        .iter()
        .map(extremes)
        .fold((f64::MAX, f64::MIN), |(a, b), (c, d)| (a.min(c), b.max(d)));
    assert!(low.abs() < 1e-9 && (high - 100.0).abs() < 1e-9);
    for result in years(json!({ "bounds": "each_year" })) {
        let (low, high) = extremes(&result);
        assert!(low.abs() < 1e-9 && (high - 100.0).abs() < 1e-9);
    }
    let frozen = years(json!({ "bounds": "base_year", "base_year": 2018 }));
    let own = years(json!({ "bounds": "each_year" }));
    assert_eq!(frozen[0].composite, own[0].composite);
    assert_ne!(frozen[1].composite.scores, own[1].composite.scores);
}

#[test]
fn a_group_a_screen_and_a_fill_follow_the_units() {
    let meta = "iCode,Type,Parent,Weight\na,Indicator,top,1\nb,Indicator,top,3\ntop,Aggregate,,1\nzone,Group,,\n";
    let data = "uCode,a,b,zone\nu,0,0,x\nv,10,,x\nw,4,4,y\nz,,,y\ny,8,8,y\n";
    let fields = json!({
        "order": ["screen", "impute"],
        "screening": { "availability": 0.5, "keep": [] },
        "imputation": { "method": "group_median", "group": "zone" },
        "normalisation": { "group": "zone", "constant": "missing" },
        "ranks": { "within": ["zone"] },
    });
    let result = run_text(fields, Some(meta), data).remove(0);
    assert_eq!(result.figures.units(), ["u", "v", "w", "y"]);
    assert_eq!(result.imputed_points().len(), 1);
    let Stage::Screened(screened) = &result.stages[0] else {
        panic!("{:?}", result.stages)
    };
    assert_eq!(screened.rows, [0, 1, 2, 4]);
    // In x the column b is constant after the fill: missing there, and a alone decides.
    let scores: Vec<_> = result.composite.scores.columns()[0].cells().collect();
    assert_eq!(scores, [0.0, 100.0, 0.0, 100.0].map(Some));
    assert_eq!(result.ranks_within["zone"][0], [2, 1, 2, 1].map(Some));
    assert_eq!(result.percentiles[0][0], Some(1.0 / 3.0 * 100.0));
}

/// The fault of a document, over the tree of the reference cases or its own.
#[track_caller]
pub(crate) fn refused(fields: Value, code: &str, pointer: &str) {
    let meta = MetaTable::parse(&fixture(ASEM)).unwrap();
    let faults = document(fields)
        .method(Some(&meta), &ParameterTable::default())
        .unwrap_err();
    let found = faults
        .iter()
        .find(|fault| fault.code == code && fault.pointer == pointer);
    let fault = found.unwrap_or_else(|| panic!("no {code} at {pointer}, but {faults:#?}"));
    assert!(!fault.message.zh.is_empty() && !fault.message.en.is_empty());
}

#[test]
fn a_field_that_some_node_inherits_is_in_its_place() {
    let meta = MetaTable::parse(&fixture("asem/asem_iMeta.csv")).unwrap();
    for aggregation in [
        json!({ "all": { "mean": "mazziotta_pareto" }, "nodes": { "Conn": { "penalty": "added" } } }),
        json!({ "all": { "mean": "generalised", "power": 2 }, "nodes": { "Conn": { "power": 3 } } }),
        json!({ "all": { "power": 2 }, "nodes": { "Conn": { "mean": "generalised" } } }),
        json!({ "all": { "missing": "not_ranked", "availability": 0.5 }, "nodes": { "Conn": { "missing": "skip" } } }),
    ] {
        let method = document(json!({ "aggregation": aggregation })).method(Some(&meta), &ParameterTable::default());
        assert!(method.is_ok(), "{aggregation}: {:?}", method.err());
    }
}

#[test]
fn every_way_a_document_is_refused() {
    let node =
        |code: &str, parent: Option<&str>, weight: f64| json!({ "code": code, "parent": parent, "weight": weight });
    refused(json!({ "title": { "zh": "", "en": "x" } }), "text.missing", "/title/zh");
    refused(
        json!({ "tree": [node("a", None, 1.0), node("a", None, 1.0)] }),
        "code.duplicate",
        "/tree/1/code",
    );
    refused(json!({ "tree": [] }), "composite.no_nodes", "/tree");
    refused(
        json!({ "tree": [node("a", Some("b"), 1.0)] }),
        "composite.unknown_parent",
        "/tree/0/parent",
    );
    refused(
        json!({ "tree": [node("top", None, 1.0), node("a", Some("top"), -1.0)] }),
        "composite.bad_weight",
        "/tree/1/weight",
    );
    refused(
        json!({ "tree": [node("top", None, 1.0), node("a", Some("top"), 0.0)] }),
        "composite.zero_weight_sum",
        "/tree",
    );
    let weights = |of: Value| json!({ "weights": { "origin": "ahp", "of": of } });
    refused(
        weights(json!({ "x/y": 1 })),
        "composite.unknown_node",
        "/weights/of/x~1y",
    );
    refused(weights(json!({ "LPI": -1 })), "composite.bad_weight", "/weights/of/LPI");
    refused(
        json!({ "order": ["treat"], "screening": {} }),
        "composite.bad_order",
        "/order",
    );
    refused(json!({ "order": ["treat", "treat"] }), "composite.bad_order", "/order");
    refused(
        json!({ "denomination": { "indicators": { "X": { "by": "GDP" } } } }),
        "composite.unknown_node",
        "/denomination/indicators/X",
    );
    refused(
        json!({ "denomination": { "indicators": { "LPI": { "by": "GDP", "factor": 0 } } } }),
        "composite.bad_setting",
        "/denomination/indicators/LPI/factor",
    );
    refused(
        json!({ "imputation": { "method": "group_mean" } }),
        "composite.no_group_column",
        "/imputation/group",
    );
    refused(
        json!({ "imputation": { "indicators": { "LPI": { "method": "linear" } } } }),
        "composite.bad_fill",
        "/imputation/indicators/LPI/method",
    );
    refused(
        json!({ "screening": { "availability": 2 } }),
        "composite.bad_share",
        "/screening/availability",
    );
    refused(
        json!({ "treatment": { "indicators": { "X": { "treat": false } } } }),
        "composite.unknown_node",
        "/treatment/indicators/X",
    );
    let scale = |all: Value| json!({ "normalisation": { "all": all } });
    refused(
        scale(json!({ "method": "goalposts" })),
        "composite.missing_parameter",
        "/normalisation/all",
    );
    refused(
        scale(json!({ "method": "min_max", "low": 5, "high": 5 })),
        "composite.bad_setting",
        "/normalisation/all",
    );
    refused(
        json!({ "normalisation": { "indicators": { "LPI": { "method": "bands", "points": [[1, 0], [1, 5]] } } } }),
        "composite.bad_setting",
        "/normalisation/indicators/LPI",
    );
    let join = |rule: Value| json!({ "aggregation": { "all": rule } });
    refused(
        join(json!({ "mean": "generalised" })),
        "composite.bad_power",
        "/aggregation/all/power",
    );
    refused(
        join(json!({ "power": 2 })),
        "composite.misplaced",
        "/aggregation/all/power",
    );
    refused(
        join(json!({ "missing": "zero", "availability": 0.5 })),
        "composite.misplaced",
        "/aggregation/all/availability",
    );
    refused(
        json!({ "aggregation": { "all": { "missing": "not_ranked" }, "levels": { "2": { "availability": 0.5 } } } }),
        "composite.misplaced",
        "/aggregation/levels/2/availability",
    );
    refused(
        json!({ "aggregation": { "all": { "power": 2 }, "nodes": { "Conn": { "mean": "generalised", "power": 3 } } } }),
        "composite.misplaced",
        "/aggregation/all/power",
    );
    refused(
        json!({ "aggregation": { "all": { "missing": "zero" }, "nodes": { "Conn": { "availability": 0.5 } } } }),
        "composite.misplaced",
        "/aggregation/nodes/Conn/availability",
    );
    refused(
        json!({ "imputation": { "method": "none", "empty": "refuse" } }),
        "composite.misplaced",
        "/imputation/empty",
    );
    refused(
        json!({ "screening": { "keep": ["AUS"], "drop": ["AUS", "CHN"] } }),
        "composite.kept_and_dropped",
        "/screening/drop",
    );
    refused(
        join(json!({ "availability": -1 })),
        "composite.bad_share",
        "/aggregation/all/availability",
    );
    refused(
        json!({ "aggregation": { "levels": { "9": {} } } }),
        "composite.unknown_level",
        "/aggregation/levels/9",
    );
    refused(
        json!({ "aggregation": { "nodes": { "LPI": {} } } }),
        "composite.unknown_node",
        "/aggregation/nodes/LPI",
    );
    refused(
        json!({ "panel": { "bounds": "base_year" } }),
        "composite.no_base_year",
        "/panel/base_year",
    );
    refused(
        json!({ "ranks": { "tolerance": 1 } }),
        "composite.bad_setting",
        "/ranks/tolerance",
    );
    refused(
        json!({ "ranks": { "on": "published" } }),
        "composite.no_publication",
        "/ranks/on",
    );
    refused(
        json!({ "publication": { "decimals": 10 } }),
        "rounding.too_fine",
        "/publication/decimals",
    );
    let cut = |code: &str, least: f64| json!({ "code": code, "at_least": least });
    let levels = |rule: Value| json!({ "levels": rule });
    refused(
        levels(json!({ "cuts": [cut("A", 1.0), cut("B", 2.0)] })),
        "composite.cuts_not_falling",
        "/levels/cuts/1/at_least",
    );
    refused(
        levels(json!({ "node": "X", "cuts": [] })),
        "composite.unknown_node",
        "/levels/node",
    );
    let rule = |stage: u32, expression: &str| json!({ "stage": stage, "label": { "zh": "阶段", "en": "stage" }, "expression": expression });
    let stages = |rules: Value| json!({ "stages": { "rules": rules } });
    refused(
        json!({ "levels": { "cuts": [cut("A", 1.0)] }, "stages": { "rules": [rule(1, "true")] } }),
        "composite.levels_and_stages",
        "/stages",
    );
    refused(
        json!({ "stages": { "on": "published", "rules": [rule(1, "true")] } }),
        "composite.no_publication",
        "/stages/on",
    );
    for (expression, code) in [
        ("Conn >= 60.0 && Nobody >= 60.0", "expression.unknown_name"),
        // An indicator has a normalised figure, no score.
        ("LPI >= 60.0", "expression.unknown_name"),
        ("Conn + 1.0", "expression.result"),
        ("Conn >= 'x'", "expression.type"),
        ("Conn >= ", "expression.syntax"),
    ] {
        refused(
            stages(json!([rule(2, expression), rule(1, "true")])),
            code,
            "/stages/rules/0/expression",
        );
    }
    refused(
        stages(json!([rule(2, "Conn >= 60.0"), rule(2, "true")])),
        "stages.order",
        "/stages/rules/1/stage",
    );
    refused(
        stages(json!([rule(2, "true"), rule(1, "Conn >= 0.0")])),
        "stages.last_not_true",
        "/stages/rules/1/expression",
    );
    refused(stages(json!([])), "stages.last_not_true", "/stages/rules/0/expression");
    refused(
        json!({ "stages": { "rules": [{ "stage": 1, "label": { "zh": "", "en": "x" }, "expression": "true" }] } }),
        "text.missing",
        "/stages/rules/0/label/zh",
    );
    // All faults are told at once.
    let meta = MetaTable::parse(&fixture(ASEM)).unwrap();
    let both = json!({ "ranks": { "tolerance": 1 }, "screening": { "nonzero": 7 } });
    let faults = document(both)
        .method(Some(&meta), &ParameterTable::default())
        .unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:#?}");
}

#[test]
fn a_published_composite_needs_a_tree_and_sources_that_give_numbers() {
    let tree = json!([{ "code": "top" }, { "code": "a", "parent": "top" }]);
    let compile = |fields: Value| {
        let document = Methodology::Composite(Box::new(document(fields)));
        document.compile(&SURVEY).map(|compiled| compiled.composite().unwrap())
    };
    let code = |fields: Value| compile(fields).unwrap_err()[0].code.clone();
    assert_eq!(code(json!({})), "composite.no_tree");
    let source = |expression: &str| json!({ "tree": tree, "sources": { "a": { "expression": expression } } });
    let compiled = compile(source("1.5 + 2.0")).unwrap();
    assert_eq!(
        (compiled.columns.len(), compiled.method.tree.indicators().count()),
        (1, 1)
    );
    assert_eq!(code(source("'text'")), "expression.result");
    let stranger = json!({ "tree": tree, "sources": { "b": { "expression": "1.0" } } });
    assert_eq!(code(stranger), "composite.unknown_node");
    assert_eq!(
        code(json!({ "tree": tree, "questionnaire": "other" })),
        "questionnaire.unknown"
    );
}

#[test]
fn the_kind_of_relative_methods_is_seen() {
    let tree = json!([{ "code": "top" }, { "code": "a", "parent": "top" }]);
    let relative = |mut fields: Value| {
        fields["tree"] = tree.clone();
        relative(&fields)
    };
    assert!(relative(json!({})));
    let absolute = json!({ "all": { "method": "scaled", "lower": 0, "upper": 1 } });
    assert!(!relative(json!({ "normalisation": absolute })));
    assert!(relative(json!({ "normalisation": absolute, "treatment": {} })));
    assert!(relative(json!({ "normalisation": absolute, "imputation": {} })));
    assert!(!relative(
        json!({ "normalisation": absolute, "imputation": { "method": "latest" } })
    ));
    assert!(relative(
        json!({ "normalisation": absolute, "aggregation": { "all": { "mean": "copeland" } } })
    ));
}
