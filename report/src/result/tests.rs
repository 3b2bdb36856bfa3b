use index::{
    card::{MissingReason, NodeKind},
    exact::Fixed,
};
use std::{collections::BTreeMap, sync::Arc};

use index::explain::{ConditionDistance, Zeroed};

use super::*;

fn node(code: &str, label: (&str, &str), kind: NodeKind, score: &str, children: Vec<ExplainNode>) -> ExplainNode {
    let score = Fixed::parse(score).unwrap();
    ExplainNode {
        code: code.into(),
        label: Arc::new(Text::new(label.0, label.1)),
        kind,
        source: None,
        value: None,
        unit: String::new(),
        score: Some(score),
        weight: Some(Fixed::PERCENT),
        effective_weight: None,
        contribution: Some(score),
        contributions: BTreeMap::from([("X".into(), score)]),
        rounding_residual: None,
        missing: None,
        questions: Vec::new(),
        formula: Text::default(),
        children,
    }
}

#[test]
fn the_page_tells_everything_in_one_language_without_codes() {
    let leaf = node(
        "B01",
        ("<b>上云</b>", "Cloud"),
        NodeKind::Indicator,
        "31.4163",
        Vec::new(),
    );
    let block = node("B", ("基础建设", "Foundation"), NodeKind::Block, "31.4163", vec![leaf]);
    let root = node(
        "X",
        ("两化融合指数", "Integration index"),
        NodeKind::Aggregate,
        "31.4163",
        vec![block],
    );
    let (methodology, until) = (Text::new("方法", "Method"), Text::new("待确定", "To be confirmed"));
    let next = Distance {
        value: 2,
        label: Text::new("单项覆盖", "Single coverage"),
        conditions: vec![ConditionDistance {
            condition: "B >= 40.0".to_owned(),
            node: None,
            holds: false,
            found: None,
            required: None,
            short_by: None,
            message: Text::new("差 8.58 分。", "8.58 short."),
        }],
    };
    let missing = Missing {
        moved: Vec::new(),
        zeroed: vec![Zeroed {
            code: "B02".into(),
            label: Arc::new(Text::new("规划", "Planning")),
            missing: MissingReason::Blank,
            node: None,
            weight: Fixed::from_int(10),
            questions: vec!["N10".to_owned()],
        }],
    };
    let mut sheet = ResultSheet {
        enterprise: "富春江<script>纸业",
        uscc: "91330111XY1000778C",
        place: Text::new("富春街道", "Fuchun"),
        round: "2026年度调查",
        methodology: &methodology,
        state: Text::new("草稿", "Draft"),
        in_force: false,
        made_at: "2026-04-01 14:05",
        decimals: 2,
        score: Some(31.4163),
        band: Some(Text::new("起步建设", "Start")),
        until_confirmed: Some(&until),
        not_scored: None,
        rank: Some((12, 300)),
        roots: &[root],
        next: Some(&next),
        missing: &missing,
        peers: Some(PeerGroup {
            of: Text::new("造纸，中型", "Paper, medium"),
            figures: Some(PeerTable {
                count: 9,
                below: 4,
                rows: vec![PeerRow {
                    label: Text::new("两化融合指数", "Integration index"),
                    own: Some(31.4163),
                    mean: 35.0,
                    median: None,
                }],
            }),
        }),
        way_up: Some(Way {
            label: next.label.clone(),
            alone: vec![(Text::new("规划", "Planning"), None, Text::new("已制订", "made"))],
            together: Vec::new(),
        }),
        certainty: Some(Certainty {
            replications: 1000,
            noise_percent: 25.0,
            between: (8.0, 17.0),
            levels: vec![
                (Text::new("起步建设", "Start"), 92.5),
                (Text::new("创新突破", "Innovation"), 0.0),
            ],
        }),
    };
    let check = |sheet: &ResultSheet<'_>, language, expected: &[&str]| {
        let page = write(sheet, language);
        for text in expected {
            assert!(page.contains(text), "{text} is missing: {page}");
        }
        for text in ["<script>", "<b>上云", "B >= 40", "31.4163", "http"] {
            assert!(!page.contains(text), "{text}: {page}");
        }
    };
    check(
        &sheet,
        Language::Zh,
        &[
            "尚未发布",
            "第 12 名 / 300 家",
            "31.42",
            "得分低于该企业",
            "-3.58",
            "规划（未填）：按 0 分计，权重 10。相关题项：N10。",
            "差 8.58 分。",
            "规划：目前没有数据，需达到“已制订”。",
            "第 8 名到第 17 名",
            "起步建设 92.5%",
        ],
    );
    check(
        &sheet,
        Language::En,
        &[
            "has not been published",
            "12 of 300",
            "4 of them score less",
            "Planning (not answered): scored 0, weight 10. Questions: N10.",
            "Any one of these improvements is enough:",
            "between 8 and 17",
        ],
    );
    sheet.peers = None;
    check(&sheet, Language::Zh, &["企业名录中没有本企业的规模"]);
}

#[test]
fn a_figure_of_nothing_has_no_sign() {
    let check = |figure: f64, expected: &str| assert_eq!(shown(figure, 2), expected);
    check(-0.001, "0.00");
    check(-0.01, "-0.01");
    check(12.345_6, "12.35");
}
