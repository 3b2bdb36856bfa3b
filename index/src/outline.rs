//! A methodology as a list of nodes: what a reader needs to compute a score again elsewhere.

use std::sync::Arc;

use survey::text::Text;

use crate::{
    card::{
        NodeKind,
        compiled::{Join, NodeRef},
    },
    compile::{CompiledCard, CompiledComposite, OverReturns},
    composite::{self, Mean, NodeSpec},
    exact::Fixed,
    explain::{branch_formula, composite_formula, leaf_formula},
    region::{self, CompiledRegion, RegionClassNode, RegionNode},
};

/// A node of a methodology.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineNode {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// What it is.
    pub kind: NodeKind,
    /// Code of the node it counts under.
    pub parent: Option<Arc<str>>,
    /// Its weight there: percent, or points. Absent for a root and a scene.
    pub weight: Option<Fixed>,
    /// The question or derived value it scores.
    pub source: Option<Arc<str>>,
    /// Unit of the value, empty for none.
    pub unit: String,
    /// Questions it depends on.
    pub questions: Arc<[String]>,
    /// How its children become its score; absent without children.
    pub join: Option<OutlineJoin>,
    /// Decimals to which its score is rounded.
    pub decimals: u32,
    /// How its score comes about, in words.
    pub formula: Text,
}

/// How children become a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineJoin {
    /// `sum(weight * score) / sum(weight)` over the children that have a score.
    WeightedMean,
    /// `sum(score)`.
    Sum,
}

/// All nodes, parents before children, then the scenes: in the order of a score.
pub fn outline(methodology: &OverReturns) -> Vec<OutlineNode> {
    match methodology {
        OverReturns::Each(methodology) => outline_each(methodology),
        OverReturns::Together(composite) => outline_together(composite),
        OverReturns::Region(region) => outline_region(region),
    }
}

fn outline_together(composite: &CompiledComposite) -> Vec<OutlineNode> {
    let nodes = composite.method.tree.nodes();
    let mut open: Vec<&NodeSpec> = nodes.iter().filter(|node| node.parent.is_none()).rev().collect();
    let mut found = Vec::with_capacity(nodes.len());
    while let Some(node) = open.pop() {
        let children = || nodes.iter().filter(|child| child.parent.as_ref() == Some(&node.code));
        open.extend(children().rev());
        let siblings = nodes.iter().filter(|sibling| sibling.parent == node.parent);
        let whole: f64 = siblings.map(|sibling| sibling.weight).sum();
        let column = composite
            .columns
            .iter()
            .find(|column| column.code == node.code && !column.denominator);
        let source = column.map(|column| &column.source);
        let mean = composite
            .method
            .tree
            .aggregates
            .iter()
            .find(|aggregate| aggregate.code == node.code);
        let mean = mean.map(|aggregate| aggregate.mean.unwrap_or(composite.method.plan.aggregation.mean));
        found.push(OutlineNode {
            code: node.code.as_str().into(),
            label: composite.label(&node.code),
            kind: match node.kind {
                composite::NodeKind::Indicator => NodeKind::Indicator,
                composite::NodeKind::Aggregate => NodeKind::Aggregate,
            },
            parent: node.parent.as_deref().map(Into::into),
            weight: node
                .parent
                .as_ref()
                .and_then(|_| Fixed::from_observed(100.0 * node.weight / whole, Fixed::DECIMALS)),
            source: source.map(|source| source.expression.text().into()),
            unit: composite.unit(&node.code).to_owned(),
            questions: composite.questions(&node.code),
            join: (mean == Some(Mean::Arithmetic)).then_some(OutlineJoin::WeightedMean),
            decimals: Fixed::DECIMALS,
            formula: composite_formula(composite, &node.code),
        });
    }
    found
}

fn outline_region(region: &CompiledRegion) -> Vec<OutlineNode> {
    let total = OutlineNode {
        code: region::TOTAL.into(),
        label: Arc::new(Text::new("总指数", "Total index")),
        kind: NodeKind::Total,
        parent: None,
        weight: None,
        source: None,
        unit: String::new(),
        questions: Arc::default(),
        // It is the mean of all indicators, not of its children.
        join: None,
        decimals: region.rounding.total_decimals,
        formula: region::mean_formula(),
    };
    let block = |class: &RegionClassNode| OutlineNode {
        code: class.code.as_str().into(),
        label: Arc::new(class.label.clone()),
        kind: NodeKind::Block,
        parent: Some(total.code.clone()),
        weight: Some(class.weight),
        join: Some(OutlineJoin::WeightedMean),
        ..total.clone()
    };
    let leaf = |node: &RegionNode, class: &RegionClassNode| {
        let source = node.measure.as_ref().map(|measure| &measure.source);
        OutlineNode {
            code: node.code.as_str().into(),
            label: Arc::new(node.label.clone()),
            kind: NodeKind::Indicator,
            parent: Some(class.code.as_str().into()),
            weight: Some(node.weight),
            source: source.map(|source| source.expression.text().into()),
            unit: node.unit.clone(),
            questions: source.map_or_else(Arc::default, |source| source.questions.clone()),
            join: None,
            decimals: region.rounding.indicator_decimals,
            formula: region.indicator_formula(node),
        }
    };
    let mut nodes = vec![total.clone()];
    for (at, class) in region.classes.iter().enumerate() {
        let own = region.indicators.iter().filter(|node| node.class == at);
        nodes.push(block(class));
        nodes.extend(own.map(|node| leaf(node, class)));
    }
    nodes
}

fn outline_each(methodology: &CompiledCard) -> Vec<OutlineNode> {
    let card = &methodology.card;
    let nodes = card.order.iter().filter_map(|node| match node {
        NodeRef::Leaf(at) => {
            let leaf = card.leaves.get(*at)?;
            Some(OutlineNode {
                code: leaf.code.clone(),
                label: leaf.label.clone(),
                kind: NodeKind::Indicator,
                parent: card.shared_code(leaf.parent),
                weight: Some(leaf.weight),
                source: Some(leaf.source.clone()),
                unit: leaf.unit.clone(),
                questions: leaf.questions.clone(),
                join: None,
                decimals: card.rounding.item_decimals,
                formula: leaf_formula(card, leaf),
            })
        }
        NodeRef::Branch(at) => {
            let branch = card.branches.get(*at)?;
            Some(OutlineNode {
                code: branch.code.clone(),
                label: branch.label.clone(),
                kind: branch.kind,
                parent: branch.parent.and_then(|(parent, _)| card.shared_code(parent)),
                weight: branch.parent.map(|(_, weight)| weight),
                source: None,
                unit: String::new(),
                questions: Arc::default(),
                join: Some(match branch.join {
                    Join::WeightedMean => OutlineJoin::WeightedMean,
                    Join::Sum => OutlineJoin::Sum,
                }),
                decimals: branch.decimals,
                formula: branch_formula(branch),
            })
        }
    });
    let scenes = card.scenes.iter().map(|scene| OutlineNode {
        code: scene.code.clone(),
        label: scene.label.clone(),
        kind: NodeKind::Scene,
        parent: None,
        weight: None,
        source: Some(scene.code.clone()),
        unit: String::new(),
        questions: scene.depends_on.clone(),
        join: None,
        decimals: 0,
        formula: Text::new("场景等级", "The level of the scene"),
    });
    nodes.chain(scenes).collect()
}

/// The nodes of the main score, its root first: the first root that is a total or an aggregate. Topics, other roots and
/// scenes are left out.
pub fn main_tree(nodes: Vec<OutlineNode>) -> Vec<OutlineNode> {
    let mut kept: Vec<OutlineNode> = Vec::with_capacity(nodes.len());
    // Parents stand before children.
    for node in nodes {
        let belongs = match &node.parent {
            Some(parent) => kept.iter().any(|above| above.code == *parent),
            None => kept.is_empty() && node.kind.can_be_main(),
        };
        if belongs {
            kept.push(node);
        }
    }
    kept
}
