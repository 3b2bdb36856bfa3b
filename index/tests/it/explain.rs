//! The explanation of a score.

use std::collections::BTreeSet;

use index::{
    compile::CompiledMethodology,
    exact::Fixed,
    explain::{self, ExplainNode},
    scoring::{NodeKind, Scored},
};

use crate::shipped::{EXAMPLES, INDEX, LEVEL, enterprise, evaluation};

fn scored(methodology: &CompiledMethodology, at: usize) -> Scored {
    methodology.score(&evaluation(&EXAMPLES["enterprises"][at]["answers"]), &BTreeSet::new())
}

fn walk<'a>(nodes: &'a [ExplainNode], visit: &mut impl FnMut(&'a ExplainNode)) {
    for node in nodes {
        visit(node);
        walk(&node.children, visit);
    }
}

#[test]
fn the_tree_holds_every_node_once_and_adds_up() {
    for name in [INDEX, LEVEL] {
        let methodology = enterprise(name);
        let scored = scored(&methodology, 2);
        let trees = explain::tree(&scored, &methodology);
        let mut codes = Vec::new();
        walk(&trees, &mut |node| {
            codes.push(node.code.clone());
            assert!(
                !node.formula.zh.is_empty() && !node.formula.en.is_empty(),
                "{}",
                node.code
            );
            if node.kind == NodeKind::Indicator {
                assert!(!node.questions.is_empty(), "{}", node.code);
            } else if node.kind != NodeKind::Scene {
                let direct: Fixed = node.children.iter().filter_map(|child| child.contribution).sum();
                // Half a unit of the last decimal, and the ninth decimal of each child.
                assert!(
                    (node.score.unwrap() - direct).abs() <= Fixed::parse("0.0000501").unwrap(),
                    "{}",
                    node.code
                );
            }
        });
        assert_eq!(
            codes,
            scored.nodes.iter().map(|node| node.code.clone()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn the_whole_comes_first_and_formulas_can_be_read() {
    let methodology = enterprise(INDEX);
    let trees = explain::tree(&scored(&methodology, 0), &methodology);
    assert_eq!(trees.iter().map(|tree| &*tree.code).collect::<Vec<_>>(), ["X", "G"]);
    assert_eq!(
        trees[0].children.iter().map(|child| &*child.code).collect::<Vec<_>>(),
        ["L", "E"]
    );
    let mut formulas = Vec::new();
    walk(&trees, &mut |node| {
        formulas.push((&*node.code, node.formula.en.as_str()));
    });
    let starts = |code: &str, start: &str| {
        let (_, found) = formulas.iter().find(|(own, _)| *own == code).unwrap();
        assert!(found.starts_with(start), "{code}: {found}");
    };
    starts("X", "(80×L + 20×E) ÷ 100; ");
    starts("L", "(20×B + 30×S + 30×I + 20×C) ÷ 100; ");
    starts(
        "B07",
        "The first interval that holds: ≤ 10 → 0, ≤ 20 → 25, ≤ 40 → 50, ≤ 60 → 75, otherwise → 100. ",
    );
    starts(
        "B11",
        "Straight line between the points, the end score outside: 0 → 0, 3 → 100. ",
    );
    starts("B09", "Chosen options ÷ 4 × 100; option A does not count. ");
    starts("S01", "Points of the level: 0 0, 1 25, 2 50, 3 75, 4 100. ");
}

#[test]
fn a_score_survives_json() {
    for name in [INDEX, LEVEL] {
        let methodology = enterprise(name);
        let scored = scored(&methodology, 3);
        let text = serde_json::to_string(&scored).unwrap();
        assert_eq!(serde_json::from_str::<Scored>(&text).unwrap(), scored);
        let trees = explain::tree(&scored, &methodology);
        let text = serde_json::to_string(&trees).unwrap();
        assert_eq!(serde_json::from_str::<Vec<ExplainNode>>(&text).unwrap(), trees);
    }
}
