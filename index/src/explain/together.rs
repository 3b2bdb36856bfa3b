//! The same explanations of a score that a composite gave: everything stands in the score itself.

use std::{collections::BTreeMap, sync::Arc};

use survey::text::Text;

use super::{ConditionDistance, Distance, ExplainNode, LeftOut, Missing, MovedWeight, Receiver, tree::explain_node};
use crate::{
    card::{Scored, ScoredNode},
    compile::CompiledComposite,
    composite::{Mean, StageConditions},
    exact::Fixed,
};

/// The nodes under each code, roots under none.
type Below<'s> = BTreeMap<Option<&'s str>, Vec<&'s ScoredNode>>;

fn below(scored: &Scored) -> Below<'_> {
    let mut below = Below::new();
    for node in &scored.nodes {
        below.entry(node.parent.as_deref()).or_default().push(node);
    }
    below
}

/// The score as trees. `scored` must come from `methodology`.
pub fn tree_together(scored: &Scored, methodology: &CompiledComposite) -> Vec<ExplainNode> {
    let below = below(scored);
    let roots = below.get(&None).into_iter().flatten();
    roots.map(|root| explain(root, &below, methodology)).collect()
}

fn explain(node: &ScoredNode, below: &Below<'_>, methodology: &CompiledComposite) -> ExplainNode {
    let children = below.get(&Some(&*node.code)).into_iter().flatten();
    // As deep as the tree of the document.
    let children: Vec<ExplainNode> = children.map(|child| explain(child, below, methodology)).collect();
    let formula = formula(methodology, &node.code);
    explain_node(node, methodology.unit(&node.code).to_owned(), formula, children)
}

/// How the score of a node comes about, in words.
pub(crate) fn formula(methodology: &CompiledComposite, node: &str) -> Text {
    let (tree, plan) = (&methodology.method.tree, &methodology.method.plan);
    let Some(aggregate) = tree.aggregates.iter().find(|aggregate| aggregate.code == node) else {
        return Text::new(
            "数值按评价方法处理后换算到统一的得分尺度；比较对象和上下限由评价方法的归一化设置规定。",
            "The figure is treated and brought to the common scale of scores; the methodology states the units it is compared with and the bounds.",
        );
    };
    let (zh, en) = match aggregate.mean.unwrap_or(plan.aggregation.mean) {
        Mean::Arithmetic => ("下级的加权算术平均", "Weighted arithmetic mean of its children"),
        Mean::Geometric => (
            "下级的加权几何平均；贡献按得分的自然对数相加",
            "Weighted geometric mean of its children; contributions add up to the natural logarithm of the score",
        ),
        Mean::Harmonic => (
            "下级的加权调和平均；贡献按得分的倒数相加",
            "Weighted harmonic mean of its children; contributions add up to the reciprocal of the score",
        ),
        Mean::Generalised { .. } => (
            "下级的加权幂平均；贡献按得分的幂相加",
            "Weighted power mean of its children; contributions add up to the power of the score",
        ),
        Mean::MazziottaPareto { .. } => (
            "下级的平均，按各项的不均衡增减（Mazziotta-Pareto）",
            "Mean of its children with a penalty for imbalance (Mazziotta-Pareto)",
        ),
        Mean::MeanMin { .. } => (
            "下级的平均，按均值与最低一项的差距扣减（均值—最小值函数）",
            "Mean of its children less a penalty for how far it lies above the least of them (mean-min function)",
        ),
        Mean::Ordered => (
            "下级按得分由高到低排列后的加权平均（OWA）",
            "Mean of its children, weighed in the order from the best to the worst (OWA)",
        ),
        Mean::Median => ("下级的加权中位数", "Weighted median of its children"),
        Mean::Copeland => (
            "与其他企业逐项两两比较的胜负之差（Copeland）",
            "Wins less losses in pairwise comparisons with the other enterprises (Copeland)",
        ),
    };
    Text::new(
        format!("{zh}。没有数值的下级按评价方法的缺失规则处理。"),
        format!("{en}. A child without a figure goes by the missing rule of the methodology."),
    )
}

/// The distance to the next level or stage; none where there is none or nothing above. `scored` must come from
/// `methodology`.
pub fn distance_together(scored: &Scored, methodology: &CompiledComposite) -> Option<Distance> {
    match &methodology.method.stages {
        Some(stages) => distance_to_stage(scored, methodology, stages),
        None => distance_to_level(scored, methodology),
    }
}

fn distance_to_level(scored: &Scored, methodology: &CompiledComposite) -> Option<Distance> {
    // The rows above stand from the highest down.
    let next = scored.attained.as_ref()?.missed.last()?;
    let node = methodology
        .method
        .cuts
        .as_ref()
        .map(|cuts| Arc::from(cuts.node.as_str()));
    Some(Distance {
        value: next.value,
        label: next.label.clone(),
        conditions: vec![ConditionDistance {
            condition: next.condition.clone(),
            node,
            holds: false,
            found: next.found,
            required: next.required,
            short_by: next.short_by,
            message: next.message.clone(),
        }],
    })
}

fn distance_to_stage(scored: &Scored, methodology: &CompiledComposite, stages: &StageConditions) -> Option<Distance> {
    let nodes = &stages.ladder.nodes;
    let next = stages.ladder.above(scored.attained.as_ref()?.value)?;
    let parts = &scored.composite.as_ref()?.contributions;
    let precision = methodology.method.level_precision();
    let score = |(at, node): (usize, &Arc<str>)| {
        let part = parts.iter().find(|part| part.node == **node)?;
        let score = precision.form(part.score?);
        Some(stages.ladder.against_limits(at, score, precision))
    };
    let scores: Vec<Option<f64>> = nodes.iter().enumerate().map(score).collect();
    let asked = stages.ladder.ask(&scores);
    let conditions = next.conditions.iter().map(|condition| {
        let (holds, found) = (asked.holds(condition), asked.told(condition));
        ConditionDistance {
            condition: condition.expression.text().to_owned(),
            node: condition.node(nodes).cloned(),
            holds,
            found,
            message: stages.ladder.sentence(next, condition, found, holds),
            required: condition.comparison.as_ref().map(|comparison| comparison.limit),
            short_by: None,
        }
        .measured()
    });
    Some(Distance {
        value: next.stage,
        label: next.label.clone(),
        conditions: conditions.collect(),
    })
}

/// The weight of a node for which none is recorded.
const NO_WEIGHT: Fixed = Fixed::ZERO;

/// What missing values did to a score: whose weight moved where. Figures that were put in have kept theirs.
pub fn missing_together(scored: &Scored) -> Missing {
    let nodes: BTreeMap<&str, &ScoredNode> = scored.nodes.iter().map(|node| (&*node.code, node)).collect();
    let moved = below(scored).into_iter().filter_map(|(parent, children)| {
        let parent = nodes.get(parent?)?;
        parent.score?;
        let (counted, without): (Vec<&ScoredNode>, Vec<&ScoredNode>) =
            children.into_iter().partition(|node| node.score.is_some());
        (!without.is_empty()).then(|| MovedWeight {
            node: parent.code.clone(),
            left_out: without
                .iter()
                .map(|node| LeftOut {
                    code: node.code.clone(),
                    label: node.label.clone(),
                    missing: node.missing,
                    weight: node.weight.unwrap_or(NO_WEIGHT),
                })
                .collect(),
            receivers: counted
                .iter()
                .map(|node| Receiver {
                    code: node.code.clone(),
                    weight: node.weight.unwrap_or(NO_WEIGHT),
                    effective_weight: node.effective_weight.unwrap_or(NO_WEIGHT),
                })
                .collect(),
        })
    });
    Missing {
        moved: moved.collect(),
        zeroed: Vec::new(),
    }
}
