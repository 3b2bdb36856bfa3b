//! How much is known of each unit, in all and under each node.

use crate::composite::{Matrix, Tree, tree::Child};

/// What is known of a unit, as COINr's `get_data_avail`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitAvailability {
    /// Code of the unit.
    pub unit: String,
    /// Missing values.
    pub missing: usize,
    /// Present values that are zero.
    pub zero: usize,
    /// Present values by all columns, 0 to 1.
    pub available: f64,
    /// Values other than zero by present ones, 0 to 1; none without any present value.
    pub not_zero: Option<f64>,
}

/// The share of indicators below an aggregate that is present, unit by unit.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeAvailability {
    /// Code of the aggregate.
    pub code: String,
    /// Number of indicators below it, at any depth.
    pub indicators: usize,
    /// Shares, 0 to 1, in the order of the units.
    pub available: Vec<f64>,
}

/// What is known of each unit, in the order of the units.
pub fn availability(data: &Matrix) -> Vec<UnitAvailability> {
    let columns = data.columns();
    let all = columns.len();
    let of_unit = |(row, unit): (usize, &String)| {
        let present: Vec<f64> = columns.iter().filter_map(|column| column.get(row)).collect();
        let zero = present.iter().filter(|v| v.abs() <= 0.0).count();
        UnitAvailability {
            unit: unit.clone(),
            missing: all - present.len(),
            zero,
            available: if all == 0 {
                1.0
            } else {
                present.len() as f64 / all as f64
            },
            not_zero: (!present.is_empty()).then(|| 1.0 - zero as f64 / present.len() as f64),
        }
    };
    data.units().iter().enumerate().map(of_unit).collect()
}

/// What is known under each aggregate of the tree, children before parents. An indicator that the data lack is missing for
/// every unit.
pub fn availability_by_node(data: &Matrix, tree: &Tree) -> Vec<NodeAvailability> {
    let rows = data.units().len();
    let mut counts: Vec<(usize, Vec<usize>)> = Vec::with_capacity(tree.aggregates.len());
    for node in &tree.aggregates {
        let (mut indicators, mut present) = (0, vec![0; rows]);
        for (child, _) in &node.children {
            match child {
                Child::Indicator(at) => {
                    indicators += 1;
                    let column = data.column(&tree.indicators[*at].code);
                    for (row, count) in present.iter_mut().enumerate() {
                        *count += usize::from(column.is_some_and(|c| c.get(row).is_some()));
                    }
                }
                Child::Aggregate(at) => {
                    let (below, present_below) = &counts[*at];
                    indicators += below;
                    for (count, more) in present.iter_mut().zip(present_below) {
                        *count += more;
                    }
                }
            }
        }
        counts.push((indicators, present));
    }
    let nodes = tree.aggregates.iter().zip(counts);
    nodes
        .map(|(node, (indicators, present))| NodeAvailability {
            code: node.code.clone(),
            indicators,
            available: present.iter().map(|count| *count as f64 / indicators as f64).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, Direction, NodeSpec};

    #[test]
    fn counted_by_unit_and_by_node() {
        let column = |code: &str, cells: [Option<f64>; 2]| Column::new(code, cells).unwrap();
        let data = Matrix::new(
            vec!["u".into(), "v".into()],
            vec![
                column("a", [Some(0.0), None]),
                column("b", [Some(2.0), None]),
                column("c", [None, None]),
            ],
        )
        .unwrap();
        let units = availability(&data);
        assert_eq!((units[0].missing, units[0].zero, units[0].not_zero), (1, 1, Some(0.5)));
        assert!((units[0].available - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!((units[1].missing, units[1].not_zero), (3, None));
        let leaf = |code: &str, parent: &str| NodeSpec::indicator(code, parent, 1.0, Direction::Positive);
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            leaf("a", "left"),
            leaf("b", "left"),
            leaf("c", "top"),
            leaf("d", "top"),
        ])
        .unwrap();
        let nodes = availability_by_node(&data, &tree);
        assert_eq!((nodes[0].code.as_str(), nodes[0].indicators), ("left", 2));
        assert_eq!(nodes[0].available, [1.0, 0.0]);
        assert_eq!((nodes[1].indicators, nodes[1].available.clone()), (4, vec![0.5, 0.0]));
    }
}
