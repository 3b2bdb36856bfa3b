//! What is the same of a node for every unit, and the node of one unit.

use std::{collections::BTreeMap, sync::Arc};

use survey::text::Text;

use super::figures::Figures;
use crate::{
    card::{Figure, MissingReason, NodeKind, ScoredNode},
    compile::CompiledComposite,
    composite::{Contribution, ContributionScale},
    exact::Fixed,
};

/// What is the same of a node for every unit.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    code: Arc<str>,
    label: Arc<Text>,
    kind: NodeKind,
    parent: Option<Arc<str>>,
    /// The column of an indicator.
    column: Option<usize>,
    source: Option<Arc<str>>,
    questions: Arc<[String]>,
    /// Percent of its parent.
    weight: Option<Fixed>,
}

impl Frame {
    /// The frame of every node, in the order of the contributions of any unit.
    pub(super) fn all(methodology: &CompiledComposite, parts: &[Contribution]) -> Vec<Self> {
        let mut children: BTreeMap<Option<&str>, Vec<&Contribution>> = BTreeMap::new();
        for part in parts {
            children.entry(part.parent.as_deref()).or_default().push(part);
        }
        let has_children = |part: &Contribution| children.contains_key(&Some(part.node.as_str()));
        let of = |part: &Contribution| {
            let below = children.get(&Some(part.node.as_str())).map_or(&[][..], Vec::as_slice);
            let siblings = children.get(&part.parent.as_deref());
            let whole: f64 = siblings.into_iter().flatten().map(|sibling| sibling.weight).sum();
            let mut columns = methodology.columns.iter();
            let column = columns
                .position(|column| column.code == part.node && !column.denominator)
                .filter(|_| below.is_empty());
            let source = column
                .and_then(|at| methodology.columns.get(at))
                .map(|column| &column.source);
            Self {
                code: Arc::from(part.node.as_str()),
                label: methodology.label(&part.node),
                kind: match below {
                    [] => NodeKind::Indicator,
                    below if part.parent.is_some() && !below.iter().any(|child| has_children(child)) => NodeKind::Block,
                    _ => NodeKind::Aggregate,
                },
                parent: part.parent.as_deref().map(Arc::from),
                column,
                source: source.map(|source| Arc::from(source.expression.text())),
                questions: methodology.questions(&part.node),
                weight: part.parent.as_ref().and_then(|_| percent(part.weight / whole)),
            }
        };
        parts.iter().map(of).collect()
    }

    /// The node of one unit.
    pub(super) fn node(&self, root: Option<&Self>, part: &Contribution, figures: Option<&Figures>) -> ScoredNode {
        let figure = self.column.and_then(|column| figures?.get(column));
        let missing = match self.column {
            Some(column) => figures.and_then(|figures| figures.missing(column)),
            None => part.score.is_none().then_some(MissingReason::NothingBelow),
        };
        let mut contributions = BTreeMap::new();
        if part.scale == ContributionScale::Score {
            let to_parent = self.parent.clone().zip(part.contribution.and_then(fixed));
            let to_root = root
                .map(|root| root.code.clone())
                .zip(part.top_contribution.and_then(fixed));
            contributions.extend(to_parent);
            contributions.extend(to_root);
        }
        ScoredNode {
            code: self.code.clone(),
            label: self.label.clone(),
            kind: self.kind,
            parent: self.parent.clone(),
            source: self.source.clone(),
            depends_on: self.questions.clone(),
            value: figure.and_then(fixed).map(Figure::Number),
            score: part.score.and_then(fixed),
            weight: self.weight,
            // What is left out weighs nothing.
            effective_weight: self
                .parent
                .as_ref()
                .and_then(|_| percent(part.weight_used.unwrap_or(0.0))),
            contributions,
            rounding_residual: None,
            missing,
        }
    }
}

pub(super) fn fixed(number: f64) -> Option<Fixed> {
    Fixed::from_observed(number, Fixed::DECIMALS)
}

fn percent(share: f64) -> Option<Fixed> {
    fixed(100.0 * share)
}
