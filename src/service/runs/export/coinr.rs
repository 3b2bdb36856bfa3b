//! The pair of tables that the R package COINr begins with: `iData` (units and their figures) and `iMeta` (the tree).
//!
//! The figures are the indicators' scores, 0 to 100, as this system has scored them, so that COINr's arithmetic mean by level
//! gives the same totals before rounding; where points add up, a score stands as a percentage of its points. The values behind
//! the scores stand beside them, type `Other`. Only the tree of the main score is given. COINr goes up one level at a time:
//! where a node counts two levels up, nodes in between carry it, named after it.

use std::{collections::BTreeMap, sync::Arc};

use index::{
    card::{Figure, NodeKind},
    exact::Fixed,
    outline::{OutlineJoin, OutlineNode, main_tree},
};

use super::{Exported, cell, csv_file, harmless};
use crate::service::error::ServiceError;

/// Columns of iData that group units.
const GROUPS: [(&str, &str); 3] = [
    ("Area_group", "Area code"),
    ("Industry_group", "Industry code"),
    ("Size_group", "Size class"),
];

/// The tree of the main score.
struct Tree<'a> {
    nodes: Vec<(usize, &'a OutlineNode)>,
    /// Level of each node by code, 1 for an indicator.
    levels: BTreeMap<&'a str, u32>,
}

impl<'a> Tree<'a> {
    fn of(nodes: &'a [OutlineNode]) -> Self {
        let kept: Vec<Arc<str>> = main_tree(nodes.to_vec()).into_iter().map(|node| node.code).collect();
        let places = nodes.iter().enumerate();
        let tree: Vec<(usize, &OutlineNode)> = places.filter(|(_, node)| kept.contains(&node.code)).collect();
        let mut levels: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, node) in tree.iter().rev() {
            let own = *levels.entry(&node.code).or_insert(1);
            if let Some(parent) = &node.parent {
                let above = levels.entry(parent).or_insert(1);
                *above = (*above).max(own + 1);
            }
        }
        Self { nodes: tree, levels }
    }

    #[expect(
        clippy::expect_used,
        reason = "every node of the tree and every parent was given a level"
    )]
    fn level(&self, code: &str) -> u32 {
        *self.levels.get(code).expect("a node of the tree")
    }

    fn indicators(&self) -> impl Iterator<Item = (usize, &'a OutlineNode)> {
        self.nodes
            .iter()
            .copied()
            .filter(|(_, node)| node.kind == NodeKind::Indicator)
    }

    /// Whether the node's parent adds points up.
    fn adds_points(&self, node: &OutlineNode) -> bool {
        let parent = |(_, other): &&(usize, &OutlineNode)| Some(&other.code) == node.parent.as_ref();
        self.nodes
            .iter()
            .find(parent)
            .is_some_and(|(_, parent)| parent.join == Some(OutlineJoin::Sum))
    }
}

/// `iData.csv`.
pub(super) fn data(exported: &Exported) -> Result<Vec<u8>, ServiceError> {
    let tree = Tree::of(&exported.nodes);
    let mut header = vec!["uCode".to_owned(), "uName".to_owned()];
    header.extend(GROUPS.iter().map(|(code, _)| (*code).to_owned()));
    header.extend(tree.indicators().map(|(_, node)| node.code.to_string()));
    header.extend(tree.indicators().map(|(_, node)| value_code(node)));
    let rows = exported.rows.iter().map(|row| {
        let ranked = &row.ranked;
        let mut record = vec![
            harmless(&ranked.uscc),
            harmless(&ranked.enterprise_name),
            harmless(&ranked.area_code),
            harmless(&ranked.industry_code),
            harmless(&cell(ranked.size_class.as_deref())),
        ];
        for (at, node) in tree.indicators() {
            let score = row.scores.get(at).copied().flatten();
            record.push(cell(score.map(|score| figure(&tree, node, score))));
        }
        for (at, _) in tree.indicators() {
            // Only numbers: a code is no figure for R.
            let number = match row.values.get(at).and_then(Option::as_ref) {
                Some(Figure::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            record.push(number);
        }
        record
    });
    csv_file(std::iter::once(header).chain(rows), false)
}

/// A score as iData holds it: as it is, or in percent of its points.
fn figure(tree: &Tree<'_>, node: &OutlineNode, score: Fixed) -> String {
    let points = node.weight.filter(|_| tree.adds_points(node));
    let share = points.and_then(|points| Fixed::weighted_quotient([(Fixed::PERCENT, score)], points, Fixed::DECIMALS));
    share.unwrap_or(score).to_string()
}

fn value_code(node: &OutlineNode) -> String {
    format!("{}_value", node.code)
}

/// `iMeta.csv`.
pub(super) fn meta(exported: &Exported) -> Result<Vec<u8>, ServiceError> {
    let tree = Tree::of(&exported.nodes);
    let columns = [
        "Level",
        "iCode",
        "iName",
        "Direction",
        "Weight",
        "Unit",
        "Parent",
        "Type",
    ];
    let mut records = vec![columns.map(str::to_owned).to_vec()];
    for (_, node) in &tree.nodes {
        let (level, kind, unit) = match node.kind {
            NodeKind::Indicator => (1, "Indicator", "Score"),
            _ => (tree.level(&node.code), "Aggregate", "Score"),
        };
        // The root has nothing above it.
        let (parent, above) = match node.parent.as_deref() {
            Some(parent) => (parent, tree.level(parent)),
            None => ("", level + 1),
        };
        let weight = node.weight.unwrap_or(Fixed::ONE).to_string();
        let name = harmless(&node.label.en);
        let record = |level: u32, code: String, weight: String, parent: String, kind: &str| {
            let level = level.to_string();
            vec![
                level,
                code,
                name.clone(),
                "1".to_owned(),
                weight,
                unit.to_owned(),
                parent,
                kind.to_owned(),
            ]
        };
        // The last of the nodes in between carries the weight into the parent.
        let steps: Vec<u32> = (level + 1..above).collect();
        let in_between = |level: u32| format!("{}_L{level}", node.code);
        let first_parent = steps.first().map_or(parent.to_owned(), |level| in_between(*level));
        let own_weight = if steps.is_empty() {
            weight.clone()
        } else {
            "1".to_owned()
        };
        records.push(record(level, node.code.to_string(), own_weight, first_parent, kind));
        for (at, step) in steps.iter().enumerate() {
            let next = steps.get(at + 1);
            let parent = next.map_or(parent.to_owned(), |next| in_between(*next));
            let weight = if next.is_none() { weight.clone() } else { "1".to_owned() };
            records.push(record(*step, in_between(*step), weight, parent, "Aggregate"));
        }
    }
    let other = |code: String, name: String, unit: String, kind: &str| {
        vec![
            String::new(),
            code,
            name,
            String::new(),
            String::new(),
            unit,
            String::new(),
            kind.to_owned(),
        ]
    };
    for (code, name) in GROUPS {
        records.push(other(code.to_owned(), name.to_owned(), String::new(), "Group"));
    }
    for (_, node) in tree.indicators() {
        records.push(other(
            value_code(node),
            harmless(&node.label.en),
            harmless(&node.unit),
            "Other",
        ));
    }
    csv_file(records, false)
}
