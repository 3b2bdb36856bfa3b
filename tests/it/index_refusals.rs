//! What `ronghe index` refuses and what it does not use: the cause, its place and both languages, word for word.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The files of a small composite.
struct Files(TempDir);

const TREE: &str =
    "iCode,Type,Parent,Weight,Direction\na,Indicator,top,1,1\nb,Indicator,top,1,-1\ntop,Aggregate,,1,1\n";
const DATA: &str = "uCode,zone,a,b\nu,north,1,2\nv,south,3,1\nw,south,2,5\n";

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.put("iMeta.csv", TREE);
        files.put("iData.csv", DATA);
        files.methodology(&json!({}));
        files
    }

    fn put(&self, name: &str, text: &(impl ToString + ?Sized)) -> &Self {
        fs::write(self.0.path().join(name), text.to_string()).unwrap();
        self
    }

    /// A methodology of these fields.
    fn methodology(&self, fields: &Value) -> &Self {
        let mut document = json!({ "kind": "composite", "code": "test", "version": "1" });
        let fields = fields.as_object().unwrap().clone();
        document.as_object_mut().unwrap().extend(fields);
        self.put("method.json", &document)
    }

    /// What `ronghe index` answers, typed in the folder of the files.
    fn index(&self, line: &str) -> (bool, Value) {
        let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
            .args(["--format", "json", "index"])
            .args(line.split(' '))
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        (output.status.success(), value)
    }

    fn has(&self, name: &str) -> bool {
        Path::new(self.0.path()).join(name).exists()
    }

    /// The refusal of a command, or the first fault that it lists: code, place, Chinese, English. Nothing is written.
    #[track_caller]
    fn refused(&self, line: &str, expected: [&str; 4]) {
        let (done, told) = self.index(line);
        assert!(!done, "{told}");
        let fault = told["errors"].as_array().map_or(&told, |faults| &faults[0]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let message = &fault["message"];
        let found = [&fault["code"], &fault["pointer"], &message["zh"], &message["en"]].map(text);
        assert_eq!(found, expected);
        assert!(!self.has("out"), "nothing is written");
    }

    #[track_caller]
    fn compute_refused(&self, expected: [&str; 4]) {
        self.refused(COMPUTE, expected);
    }

    /// The warnings of a computation that is done: code, Chinese, English.
    #[track_caller]
    fn warned(&self, line: &str, member: &str, expected: &[[&str; 3]]) {
        let (done, told) = self.index(line);
        assert!(done, "{told}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let warnings = told[member].as_array().unwrap().iter();
        let found: Vec<[String; 3]> = warnings
            .map(|warning| [&warning["code"], &warning["message"]["zh"], &warning["message"]["en"]].map(text))
            .collect();
        assert_eq!(found, expected);
    }
}

const COMPUTE: &str = "compute --data iData.csv --tree iMeta.csv --methodology method.json --out out";
const ROBUSTNESS: &str = "robustness --data iData.csv --tree iMeta.csv --methodology method.json --uncertainty u.json --replications 2 --out out";

#[test]
fn a_value_of_the_wrong_kind_is_told_in_words() {
    let files = Files::new();
    let check = |fields: Value, pointer: &str, zh: &str, en: &str| {
        let zh = format!("此处的内容与文档格式不符：{zh}。请对照该文档的 JSON Schema 改正。");
        let en = format!(
            "The content here does not fit the document format: {en}. Correct it by the document's JSON Schema."
        );
        files
            .methodology(&fields)
            .compute_refused(["json.shape", pointer, &zh, &en]);
    };
    check(
        json!({ "ranks": { "tolerance": "x" } }),
        "/ranks/tolerance",
        "此处是文字“x”，应为数字",
        "this is the text \"x\", where a number is expected",
    );
    check(
        json!({ "publication": { "decimals": -1 } }),
        "/publication/decimals",
        "此处是数字 -1，应为不小于零的整数",
        "this is the number -1, where a whole number of zero or more is expected",
    );
    check(
        json!({ "normalisation": { "all": { "method": "bands", "points": [[1]] } } }),
        "/normalisation/all",
        "列表有 1 项，应有 2 项",
        "the list has the length 1, where 2 is expected",
    );
}

#[test]
fn bounds_that_are_equal_or_reversed_are_told_with_their_values() {
    let files = Files::new();
    let check = |all: Value, setting: &str, how: [&str; 2]| {
        let [zh, en] = how;
        files
            .methodology(&json!({ "normalisation": { "all": all } }))
            .compute_refused([
                "composite.bad_setting",
                "/normalisation/all",
                &format!("{setting} 的两个值{zh}"),
                &format!("The values of {setting} are {en}: the second must be the greater; correct them."),
            ]);
    };
    let equal = ["相等，都是 5；第二个值应大于第一个，请更正。", "equal, both 5"];
    let reversed = [
        "颠倒：5 写在 2 之前，第二个值应大于第一个，请更正。",
        "reversed, 5 before 2",
    ];
    let bounds = |method: &str, lower: f64, upper: f64| json!({ "method": method, "lower": lower, "upper": upper });
    check(json!({ "method": "min_max", "low": 5, "high": 5 }), "low, high", equal);
    check(
        json!({ "method": "min_max", "low": 5, "high": 2 }),
        "low, high",
        reversed,
    );
    check(bounds("goalposts", 5.0, 5.0), "lower, upper", equal);
    check(bounds("scaled", 5.0, 2.0), "lower, upper", reversed);
    check(
        json!({ "method": "bands", "points": [[5, 0], [2, 9]] }),
        "bands",
        reversed,
    );
    check(json!({ "method": "steps", "steps": [[5, 0], [5, 9]] }), "steps", equal);
    files
        .put("p.csv", "iCode,goalpost_lower,goalpost_upper\na,1,4\nb,5,2\n")
        .methodology(&json!({ "normalisation": { "all": { "method": "goalposts" } } }))
        .refused(
            &format!("{COMPUTE} --parameters p.csv"),
            [
                "composite.bad_setting",
                "/normalisation/all",
                "b: goalpost_lower, goalpost_upper 的两个值颠倒：5 写在 2 之前，第二个值应大于第一个，请更正。",
                "The values of b: goalpost_lower, goalpost_upper are reversed, 5 before 2: the second must be the greater; correct them.",
            ],
        );
    // COINr takes bounds of the directed value the wrong way round; so does the command, with a warning.
    let mut directed = bounds("scaled", 5.0, 2.0);
    directed["on"] = json!("directed");
    files.methodology(&json!({ "normalisation": { "all": directed } }));
    let (done, told) = files.index(COMPUTE);
    assert!(done && told["warnings"][0]["code"] == "composite.turned_over", "{told}");
}

#[test]
fn a_screening_that_leaves_nobody_is_told_as_such() {
    let files = Files::new();
    files
        .put("iData.csv", "uCode,a,b\nu,1,\nv,0,0\nw,2,5\n")
        .methodology(&json!({ "screening": { "by": "both", "availability": 1, "nonzero": 0.5, "drop": ["w"] } }))
        .compute_refused([
            "composite.nobody_left",
            "",
            "筛选没有留下任何单位：3 个单位中，数据不足的 1 个，零值过多的 1 个，列在 drop 中的 1 个；请放宽 availability 或 nonzero，或在 keep 中列出应保留的单位。",
            "Screening leaves no unit: too few values 1, too many zeros 1, named in drop 1, of 3 units; lower availability or nonzero, \
             or name the units to keep in keep.",
        ]);
}

#[test]
fn a_unit_with_nobody_to_be_compared_with_is_named() {
    let files = Files::new();
    let check = |data: &str, fields: Value, zh: &str, en: &str| {
        let zh = format!("{zh}，所用的标准化须与其他单位比较；请补充单位，或改用 goalposts 等按给定界限的方法。");
        let en = format!(
            "{en}, and the normalisation compares units; supply more units, or use a method with given bounds, such as goalposts."
        );
        files
            .put("iData.csv", data)
            .methodology(&fields)
            .compute_refused(["composite.one_unit", "", &zh, &en]);
    };
    let alone = "uCode,a,b\nu,1,2\n";
    check(
        alone,
        json!({}),
        "数据中只有一个单位（u）",
        "The data have one unit only (u)",
    );
    check(
        alone,
        json!({ "treatment": {} }),
        "数据中只有一个单位（u）",
        "The data have one unit only (u)",
    );
    check(
        DATA,
        json!({ "screening": { "drop": ["u", "v"] } }),
        "数据中只有一个单位（w）",
        "The data have one unit only (w)",
    );
    check(
        DATA,
        json!({ "normalisation": { "group": "zone" } }),
        "分组 north 中只有一个单位（u）",
        "The group north has one unit only (u)",
    );
    check(
        "uCode,Time,a,b\nu,2019,1,2\nu,2020,3,4\nv,2020,1,1\n",
        json!({ "panel": { "bounds": "each_year" } }),
        "2019 年只有一个单位（u）",
        "The year 2019 has one unit only (u)",
    );
    // Given bounds need nobody else.
    files
        .put("iData.csv", alone)
        .methodology(&json!({ "normalisation": { "all": { "method": "goalposts", "lower": 0, "upper": 4 } } }));
    let (done, told) = files.index(COMPUTE);
    assert!(done, "{told}");
}

#[test]
fn years_that_are_not_there_are_told_with_those_that_are() {
    let files = Files::new();
    files
        .put(
            "iData.csv",
            "uCode,Time,a,b\nu,2019,1,2\nv,2019,3,4\nu,2021,2,5\nv,2021,1,1\n",
        )
        .methodology(&json!({ "panel": { "bounds": "base_year", "base_year": 2020 } }))
        .compute_refused([
            "composite.no_year",
            "",
            "数据中没有基年 2020，现有的年份是 2019、2021；请更正 base_year 或补充数据。",
            "The data do not have the base year 2020; the years are 2019, 2021. Correct base_year or supply the year.",
        ]);
    files.put("iData.csv", DATA).compute_refused([
        "composite.no_year",
        "",
        "数据只有一个年份（没有 Time 列，或 Time 列只有一个年份），不能以 2020 年为基年；请补充各年数据，或删去 base_year。",
        "The data have one year alone (no column Time, or one year in it), so that 2020 cannot be the base year; supply the other \
         years or take base_year away.",
    ]);
    files
        .put("iData.csv", "uCode,a,b\nu,1,2\nv,3,4\nu,2,5\n")
        .compute_refused([
            "table.duplicate_unit",
            "4:uCode",
            "单位 u 重复，请只保留一行；各行属于不同年份的，请补充 Time 列。",
            "The unit u stands twice; keep one row, or add the column Time if the rows are of different years.",
        ]);
}

#[test]
fn weights_of_the_root_are_refused_as_such() {
    let files = Files::new();
    files
        .methodology(&json!({ "weights": { "origin": "given", "of": { "top": 2 } } }))
        .compute_refused([
            "composite.misplaced",
            "/weights/of/top",
            "top 是指标树的根节点，没有同级，权重不起作用，请删去。",
            "top is the root of the tree: it has no siblings, so that its weight means nothing; take it away.",
        ]);
    files.methodology(&json!({}));
    for weights in [
        json!({ "sets": { "s": { "a": 1, "top": 2 } } }),
        json!({ "noise": [{ "codes": ["top"], "factor": 0.25 }] }),
    ] {
        files.put("u.json", &json!({ "weights": weights })).refused(
            ROBUSTNESS,
            [
                "robustness.root_weight",
                "",
                "top 是指标树的根节点，没有同级，权重不起作用；请从权重中删去。",
                "top is the root of the tree: it has no siblings, so that its weight means nothing; take it out of the weights.",
            ],
        );
    }
    files
        .put("u.json", &json!({ "weights": { "sets": { "s": { "c": 1 } } } }))
        .refused(
            ROBUSTNESS,
            [
                "robustness.unknown_node",
                "",
                "指标树中没有 c，请更正代码。",
                "c is not a node of the tree; correct the code.",
            ],
        );
}

#[test]
fn a_methodology_that_cannot_be_computed_is_told_from_its_replications() {
    let files = Files::new();
    let noise = json!({ "weights": { "noise": [{ "factor": 0.25 }] } });
    files
        .put("u.json", &noise)
        .methodology(&json!({ "aggregation": { "all": { "mean": "geometric" } } }));
    let (done, told) = files.index(ROBUSTNESS);
    assert!(!done && !files.has("out"), "{told}");
    let (zh, en) = (
        told["message"]["zh"].as_str().unwrap(),
        told["message"]["en"].as_str().unwrap(),
    );
    assert!(!zh.contains("第 0 次") && !en.contains("Replication 0"), "{told}");
    assert!(zh.contains("单位") && en.contains("unit"), "{told}");
}

#[test]
fn alternatives_are_given_in_one_way() {
    let files = Files::new();
    let setting = |more: Value| {
        let mut setting = json!({ "name": "low", "pointer": "/normalisation/all/low" });
        setting
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({ "uncertain": [setting] })
    };
    let both = setting(json!({ "choices": { "one": 1 }, "range": [1, 2] }));
    files.put("u.json", &both).refused(
        ROBUSTNESS,
        [
            "robustness.two_alternatives",
            "/uncertain/0/range",
            "choices 与 range 不能同时写出，请删去其中之一。",
            "choices and range cannot stand together; remove one of them.",
        ],
    );
    files.put("u.json", &setting(json!({}))).refused(
        ROBUSTNESS,
        [
            "robustness.no_alternative",
            "/uncertain/0",
            "没有备选值，请写出 choices 或 range。",
            "There are no alternatives; give choices or range.",
        ],
    );
}

#[test]
fn a_comparison_is_named_by_row_and_column() {
    let files = Files::new();
    let check = |matrix: &str, expected: [&str; 3]| {
        let [code, zh, en] = expected;
        files
            .put("m.csv", matrix)
            .refused("weights --method ahp --matrix m.csv", [code, "", zh, en]);
    };
    check(
        ",A,B\nA,1,3\nB,x,1\n",
        [
            "input.not_a_number",
            "判断矩阵 B 行 A 列的“x”不是数字，请写成 3 或 1/3。",
            "Row B, column A of the matrix: \"x\" is not a number; write 3 or 1/3.",
        ],
    );
    check(
        ",A,B\nB,1,3\nA,1/3,1\n",
        [
            "input.matrix_order",
            "判断矩阵第 1 行的代码是“B”，应与第 1 列相同，为“A”；请更正首列。",
            "Row 1 of the matrix has the code \"B\", where column 1 has \"A\"; correct the first column.",
        ],
    );
    check(
        ",A,B\nA,1,3\nB,1/3,1\nC,1,1\n",
        [
            "input.matrix_order",
            "判断矩阵第 3 行（“C”）没有对应的列，请删去该行或补充该列。",
            "Row 3 of the matrix, \"C\", has no column; remove the row or add the column.",
        ],
    );
}

#[test]
fn what_is_not_used_is_said() {
    let files = Files::new();
    files.warned(COMPUTE, "warnings", &[]);
    let levels = [
        "table.level_differs",
        "iMeta 表中有 2 个节点的 Level 与指标树不符，如 a 的 Level 为 2，按上级关系为第 1 级；aggregation.levels 按 Level 列，其余均按上级关系。",
        "Nodes whose Level in the iMeta table contradicts the tree: 2, such as a with Level 2, where it stands at level 1. Rules of \
         aggregation.levels go by the column, everything else by the tree.",
    ];
    let with_levels = "iCode,Type,Parent,Level\na,Indicator,top,2\nb,Indicator,top,1\ntop,Aggregate,,4\n";
    files
        .put("iMeta.csv", with_levels)
        .warned(COMPUTE, "warnings", &[levels]);
    files.put("u.json", &json!({ "weights": { "noise": [{ "factor": 0.25 }] } }));
    files.warned(ROBUSTNESS, "ignored", &[levels]);

    let divided =
        "iCode,Type,Parent,Denominator\na,Indicator,top,size\nb,Indicator,top,\ntop,Aggregate,,\nsize,Denominator,,\n";
    files
        .put("iMeta.csv", divided)
        .put("iData.csv", "uCode,a,b,size\nu,1,2,10\nv,3,1,20\nw,2,5,10\n");
    files.warned(
        COMPUTE,
        "warnings",
        &[[
            "table.denominators_unused",
            "iMeta 表的 Denominator 列给出了 1 个指标的分母，但未采用（a）：评价方法没有 denomination，或其中没有列出这些指标。需要相除的，请写 \"denomination\": {}。",
            "Indicators with a Denominator in the iMeta table that are not divided: 1 (a). The methodology has no denomination, or \
             names other indicators there. To divide them, write \"denomination\": {}.",
        ]],
    );
    files
        .methodology(&json!({ "denomination": {} }))
        .warned(COMPUTE, "warnings", &[]);

    files.put("iMeta.csv", TREE).put("iData.csv", DATA);
    let tree = json!([{ "code": "I" }, { "code": "a", "parent": "I" }, { "code": "b", "parent": "I" }]);
    files.methodology(&json!({ "tree": tree })).warned(
        COMPUTE,
        "warnings",
        &[[
            "tree.given_twice",
            "评价方法自带指标树（tree），--tree 表中的节点、上级、方向、权重和级别均不采用，只取其中的参数列和 Denominator 列。",
            "The methodology has a tree of its own: nodes, parents, directions, weights and levels of the table given with --tree are \
             not used, only its columns of parameters and the column Denominator.",
        ]],
    );

    let over_years = json!({ "imputation": { "method": "latest" }, "panel": { "bounds": "each_year" } });
    let one_year = |zh: &str, en: &str| {
        [
            format!("{zh}，各行按同一年份处理，评价方法中关于多个年份的设置不起作用：panel、imputation。"),
            format!(
                "{en}: all rows are taken for one year, and settings about several years have no effect: panel, imputation."
            ),
        ]
    };
    let [zh, en] = one_year("数据表没有 Time 列", "The table has no column Time");
    files
        .methodology(&over_years)
        .warned(COMPUTE, "warnings", &[["table.one_year", &zh, &en]]);
    let [zh, en] = one_year(
        "数据表的 Time 列只有一个年份",
        "The column Time of the table has one year alone",
    );
    files
        .put("iData.csv", "uCode,Time,a,b\nu,2019,1,2\nv,2019,3,1\n")
        .warned(COMPUTE, "warnings", &[["table.one_year", &zh, &en]]);
}

#[test]
fn a_figure_that_gives_no_weight_is_named_by_unit_and_indicator() {
    let files = Files::new();
    files.put("iData.csv", "uCode,a,b\nu,1,2\nv,,1\nw,-2,5\n").refused(
        "weights --method entropy --data iData.csv --tree iMeta.csv",
        [
            "weights.negative_value",
            "",
            "单位 w 的 a 为负数 -2，不能取比重；请改用 min-max 口径。",
            "a of unit w is -2; shares need values of zero or more, or the min-max scale.",
        ],
    );
}
