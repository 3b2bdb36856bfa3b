use super::*;
use crate::weights::effective_weights;

fn indicator(code: &str, parent: &str, weight: f64) -> NodeSpec {
    NodeSpec::indicator(code, parent, weight, Direction::Positive)
}

#[test]
fn children_come_before_parents_at_any_depth() {
    let tree = Tree::new(&[
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::aggregate("upper", Some("top"), 1.0),
        NodeSpec::aggregate("lower", Some("upper"), 1.0),
        indicator("a", "lower", 1.0),
        indicator("b", "top", 2.0),
    ])
    .unwrap();
    assert_eq!(tree.aggregates().collect::<Vec<_>>(), ["lower", "upper", "top"]);
    assert_eq!(tree.indicators().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn effective_weights_and_levels_follow_the_way_down() {
    let tree = Tree::new(&[
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::aggregate("left", Some("top"), 3.0),
        indicator("a", "left", 1.0),
        indicator("b", "left", 3.0),
        indicator("c", "top", 1.0),
    ])
    .unwrap();
    let weights = |tree: &Tree| -> Vec<f64> {
        let of_code: BTreeMap<String, f64> = effective_weights(tree)
            .into_iter()
            .map(|node| (node.code, node.weight))
            .collect();
        tree.nodes().iter().map(|node| of_code[&node.code]).collect()
    };
    assert_eq!(weights(&tree), [1.0, 0.75, 0.1875, 0.5625, 0.25]);
    assert_eq!(tree.levels(), [3, 2, 1, 1, 1]);
    let other = tree.reweighted(&BTreeMap::from([("c".to_owned(), 9.0)])).unwrap();
    assert_eq!(weights(&other), [1.0, 0.25, 0.0625, 0.1875, 0.75]);
    let unknown = tree.reweighted(&BTreeMap::from([("d".to_owned(), 9.0)]));
    assert_eq!(unknown.unwrap_err().code(), "composite.column_not_in_tree");
}

#[test]
fn a_broken_description_is_refused_by_name() {
    let check = |nodes: &[NodeSpec], expected: &str, named: &str| {
        let refused = Tree::new(nodes).unwrap_err();
        assert_eq!(refused.code(), expected);
        assert!(
            refused.to_string().contains(named) && refused.message().zh.contains(named),
            "{refused}"
        );
    };
    let top = || NodeSpec::aggregate("top", None, 1.0);
    check(
        &[top(), indicator("a", "top", 1.0), indicator("a", "top", 1.0)],
        "composite.duplicate_code",
        "a",
    );
    check(&[top(), indicator("a", "pot", 1.0)], "composite.unknown_parent", "pot");
    check(
        &[top(), indicator("a", "top", 1.0), indicator("b", "a", 1.0)],
        "composite.unknown_parent",
        "a",
    );
    check(&[top(), indicator("a", "top", -1.0)], "composite.bad_weight", "a");
    check(&[top(), indicator("a", "top", f64::NAN)], "composite.bad_weight", "a");
    check(&[top(), indicator("a", "top", 0.0)], "composite.zero_weight_sum", "top");
    check(&[top(), indicator("a", "top", 1e-200)], "composite.bad_weight", "top");
    let both = [indicator("a", "top", 1e308), indicator("b", "top", 1e308)];
    check(&[vec![top()], both.to_vec()].concat(), "composite.bad_weight", "top");
    check(&[top()], "composite.loose_node", "top");
    let circle = |code: &str, parent: &str| NodeSpec::aggregate(code, Some(parent), 1.0);
    check(
        &[circle("x", "y"), circle("y", "x"), indicator("a", "x", 1.0)],
        "composite.cycle",
        "x",
    );
}
