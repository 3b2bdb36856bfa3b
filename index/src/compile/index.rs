//! Compiling an integration index.

use std::{collections::BTreeMap, sync::Arc};

use survey::expression::Type;

use super::{
    aggregate::{self, TOPIC},
    checks::{check_rounding, check_sum, check_unique, check_weight},
    faults::Faults,
    level::{children_of, order},
    score::{self, Scored},
    sources::Sources,
    stage, weight_origin,
};
use crate::{
    card::{
        NodeKind,
        compiled::{Branch, Card, Join, Ladder, Leaf, NodeRef},
    },
    codes::MethodologyCode,
    document::{Confirmation, IndexIndicator, IndexMethodology},
    exact::Fixed,
};

/// The formula of a block, the one there is.
const BLOCK_SCORE: &str = "sum(weight * score) / sum(weight)";

/// Checks the document; the card is of use only when there is no fault.
pub(super) fn compile(document: &IndexMethodology, sources: &Sources<'_>, faults: &mut Faults) -> Option<Card> {
    sources.check_questionnaire(&document.questionnaire, faults);
    check_rounding(&document.rounding, faults);
    check_codes(document, faults);
    check_block_score(document, faults);
    check_block_weights(document, faults);
    check_topics(document, faults);
    check_over_enterprises(document, sources, faults);
    weight_origin::check(document, faults);
    let applies_when = document
        .applies_when
        .as_ref()
        .map(|text| sources.expression(text, &[], &Type::Bool, "/applies_when", faults));
    let leaves: Vec<Leaf> = document
        .indicators
        .iter()
        .enumerate()
        .filter_map(|(at, indicator)| leaf(document, at, indicator, sources, faults))
        .collect();
    let parents = aggregate::check(document, faults);
    let branches = branches(document, &leaves, &parents);
    let nodes = branches
        .iter()
        .map(|branch| (Arc::clone(&branch.code), Arc::clone(&branch.label)));
    let stages = stage::compile(&document.stages.rules, nodes, faults);
    let confirmed = document.stages.confirmation == Confirmation::Automatic;
    let until_confirmed = (!confirmed).then(|| document.stages.until_confirmed.clone());
    Some(Card {
        code: document.code.clone(),
        version: document.version.clone(),
        applies_when: match applies_when {
            Some(compiled) => Some(compiled?),
            None => None,
        },
        rounding: document.rounding.clone(),
        policy: document.missing_policy.clone(),
        leaves,
        order: order(&branches),
        branches,
        scenes: Vec::new(),
        ladder: Ladder::Stages {
            stages,
            until_confirmed,
        },
    })
}

fn check_codes(document: &IndexMethodology, faults: &mut Faults) {
    let (blocks, aggregates) = (document.blocks.len(), document.aggregates.len());
    let codes = document.blocks.iter().map(|block| block.code.as_str());
    let codes = codes.chain(document.aggregates.iter().map(|aggregate| aggregate.code.as_str()));
    let codes = codes.chain(document.indicators.iter().map(|indicator| indicator.code.as_str()));
    let place = |at: usize| match (at.checked_sub(blocks), at.checked_sub(blocks + aggregates)) {
        (_, Some(indicator)) => format!("/indicators/{indicator}/code"),
        (Some(aggregate), None) => format!("/aggregates/{aggregate}/code"),
        (None, None) => format!("/blocks/{at}/code"),
    };
    check_unique(codes, place, faults);
    check_unique(
        document.topics.iter().map(|topic| topic.code.as_str()),
        |at| format!("/topics/{at}/code"),
        faults,
    );
}

fn check_block_score(document: &IndexMethodology, faults: &mut Faults) {
    let words = |text: &str| text.split_whitespace().collect::<String>();
    if words(&document.block_score.expression) != words(BLOCK_SCORE) {
        faults.add(
            MethodologyCode::BlockScoreUnsupported,
            "/block_score/expression",
            format!("块得分目前只支持 {BLOCK_SCORE}。"),
            format!("Block scores are computed as {BLOCK_SCORE}; no other formula is supported."),
        );
    }
}

/// Weights of the indicators of a block, and of the blocks of an aggregate, are percentages of the whole.
fn check_block_weights(document: &IndexMethodology, faults: &mut Faults) {
    for (at, indicator) in document.indicators.iter().enumerate() {
        check_weight(indicator.weight, format!("/indicators/{at}/weight"), faults);
    }
    for (at, block) in document.blocks.iter().enumerate() {
        check_weight(block.weight, format!("/blocks/{at}/weight"), faults);
        let own = document
            .indicators
            .iter()
            .filter(|indicator| indicator.block == block.code);
        let sum = own.map(|indicator| indicator.weight).sum();
        let named = ("该块各指标权重", "The weights of its indicators");
        check_sum(
            MethodologyCode::BlockWeightSum,
            sum,
            Fixed::PERCENT,
            format!("/blocks/{at}"),
            named,
            faults,
        );
    }
    let mut groups: BTreeMap<&str, (usize, Fixed)> = BTreeMap::new();
    for (at, block) in document
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| block.part_of != TOPIC)
    {
        let group = groups.entry(&block.part_of).or_insert((at, Fixed::ZERO));
        group.1 = group.1 + block.weight;
    }
    for (first, sum) in groups.into_values() {
        let named = ("同一上级各块的权重", "The weights of the blocks of one aggregate");
        check_sum(
            MethodologyCode::BlockGroupWeightSum,
            sum,
            Fixed::PERCENT,
            format!("/blocks/{first}/weight"),
            named,
            faults,
        );
    }
}

/// A topic is a block that counts nowhere else, and every such block is a topic.
fn check_topics(document: &IndexMethodology, faults: &mut Faults) {
    let is_topic_block = |code: &str| document.blocks.iter().any(|b| b.code == code && b.part_of == TOPIC);
    for (at, topic) in document.topics.iter().enumerate() {
        if topic.expression != topic.code || !is_topic_block(&topic.code) || topic.in_index {
            faults.add(
                MethodologyCode::TopicNotABlock,
                format!("/topics/{at}"),
                format!("专题的代码和表达式须是同一个 part_of 为 {TOPIC} 的块，且 in_index 为 false；组合请写成 aggregates。"),
                format!(
                    "Code and expression of a topic must be one block whose part_of is {TOPIC}, and in_index false; \
                     write a combination as an aggregate."
                ),
            );
        }
    }
    for (at, block) in document
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| block.part_of == TOPIC)
    {
        if !document.topics.iter().any(|topic| topic.code == block.code) {
            faults.add(
                MethodologyCode::TopicMissing,
                format!("/blocks/{at}/part_of"),
                format!("块 {} 是专题，但 topics 中没有它。", block.code),
                format!("Block {} is a topic but topics do not list it.", block.code),
            );
        }
    }
}

fn check_over_enterprises(document: &IndexMethodology, sources: &Sources<'_>, faults: &mut Faults) {
    let published = &document.aggregation_over_enterprises;
    for (at, rate) in published.rates.iter().enumerate() {
        let pointer = format!("/aggregation_over_enterprises/rates/{at}/expression");
        sources.expression(&rate.expression, &rate.needs, &Type::Bool, &pointer, faults);
    }
    for (at, mean) in published.means.iter().enumerate() {
        let pointer = format!("/aggregation_over_enterprises/means/{at}/code");
        sources.check_source(&mean.code, &pointer, faults);
    }
}

fn leaf(
    document: &IndexMethodology,
    at: usize,
    indicator: &IndexIndicator,
    sources: &Sources<'_>,
    faults: &mut Faults,
) -> Option<Leaf> {
    let pointer = format!("/indicators/{at}");
    let scored = Scored {
        pointer: &pointer,
        source: &indicator.source,
        depends_on: &indicator.depends_on,
        function: &indicator.score,
        maximum: Fixed::PERCENT,
    };
    let rule = score::compile(&scored, sources, &document.score_kinds, faults);
    let parent = document.blocks.iter().position(|block| block.code == indicator.block);
    if parent.is_none() {
        faults.add(
            MethodologyCode::BlockUnknown,
            format!("{pointer}/block"),
            format!("没有块 {}。", indicator.block),
            format!("There is no block {}.", indicator.block),
        );
    }
    Some(Leaf {
        code: indicator.code.as_str().into(),
        label: Arc::new(indicator.label.clone()),
        unit: indicator.unit.clone(),
        source: indicator.source.as_str().into(),
        depends_on: indicator.depends_on.as_slice().into(),
        questions: sources.questions_behind(&indicator.source, &indicator.depends_on),
        whole: sources.is_whole(&indicator.source),
        rule,
        weight: indicator.weight,
        parent: parent?,
    })
}

/// The blocks, then the aggregates. `parents` gives for each of them the aggregate it is a part of and its weight there.
fn branches(document: &IndexMethodology, leaves: &[Leaf], parents: &[Option<(usize, Fixed)>]) -> Vec<Branch> {
    let blocks = document.blocks.iter().enumerate().map(|(at, block)| Branch {
        code: block.code.as_str().into(),
        label: Arc::new(block.label.clone()),
        kind: if block.part_of == TOPIC {
            NodeKind::Topic
        } else {
            NodeKind::Block
        },
        join: Join::WeightedMean,
        children: children_of(at, leaves),
        decimals: document.rounding.block_decimals,
        parent: parents.get(at).copied().flatten(),
    });
    let aggregates = document.aggregates.iter().enumerate().map(|(at, aggregate)| {
        let own = document.blocks.len() + at;
        // Inner aggregates first, then blocks, each in the order of the document.
        let aggregates = document.blocks.len()..parents.len();
        let parts = aggregates.chain(0..document.blocks.len());
        let children = parts.filter_map(|part| {
            let (parent, weight) = parents.get(part).copied().flatten()?;
            (parent == own).then_some((NodeRef::Branch(part), weight))
        });
        Branch {
            code: aggregate.code.as_str().into(),
            label: Arc::new(aggregate.label.clone()),
            kind: NodeKind::Aggregate,
            join: Join::WeightedMean,
            children: children.collect(),
            decimals: document.rounding.total_decimals,
            parent: parents.get(own).copied().flatten(),
        }
    });
    blocks.chain(aggregates).collect()
}
