//! Compiling a digital level.

use std::sync::Arc;

use survey::expression::Type;

use super::{
    checks::{check_rounding, check_sum, check_unique, check_weight, refuse_policy},
    faults::Faults,
    score::{self, Scored},
    sources::Sources,
};
use crate::{
    card::{
        NodeKind,
        compiled::{Branch, Card, Join, Ladder, Leaf, NodeRef, SceneNode},
    },
    codes::MethodologyCode,
    document::{LevelItem, LevelMethodology, NotApplicablePolicy, NotRelevantPolicy, Scene},
    exact::Fixed,
    ladder::LevelRow,
};

/// Code of the node that sums up everything.
pub const TOTAL: &str = "total";

/// Checks the document; the card is of use only when there is no fault.
pub(super) fn compile(document: &LevelMethodology, sources: &Sources<'_>, faults: &mut Faults) -> Option<Card> {
    sources.check_questionnaire(&document.questionnaire, faults);
    check_rounding(&document.rounding, faults);
    check_policy(document, faults);
    check_codes(document, faults);
    check_weights(document, faults);
    check_evidence(document, faults);
    check_level_rule(document, faults);
    let applies_when = sources.expression(&document.applies_when, &[], &Type::Bool, "/applies_when", faults);
    let leaves: Vec<Leaf> = document
        .items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| leaf(document, at, item, sources, faults))
        .collect();
    let scenes = document
        .scenes
        .iter()
        .enumerate()
        .map(|(at, scene)| scene_node(at, scene, sources, faults))
        .collect();
    let branches = branches(document, &leaves);
    let order = order(&branches);
    Some(Card {
        code: document.code.clone(),
        version: document.version.clone(),
        applies_when: Some(applies_when?),
        rounding: document.rounding.clone(),
        policy: document.missing_policy.clone(),
        leaves,
        order,
        scenes,
        ladder: Ladder::Levels {
            total: branches.len().checked_sub(1)?,
            rows: document.level_rule.levels.clone(),
        },
        branches,
    })
}

/// The items have no siblings whose weights could take theirs over.
fn check_policy(document: &LevelMethodology, faults: &mut Faults) {
    let policy = &document.missing_policy;
    if policy.not_relevant != NotRelevantPolicy::Zero {
        refuse_policy("not_relevant", faults);
    }
    if policy.not_applicable != NotApplicablePolicy::NotAllowedForItems {
        refuse_policy("not_applicable", faults);
    }
    if policy.whole_block_left_out.is_some() {
        refuse_policy("whole_block_left_out", faults);
    }
    if !document.veto_items.is_empty() {
        faults.add(
            MethodologyCode::VetoUnsupported,
            "/veto_items",
            "尚不支持一票否决项，请留空。",
            "Veto items are not supported; leave the list empty.",
        );
    }
}

fn check_codes(document: &LevelMethodology, faults: &mut Faults) {
    let (dimensions, items, scenes) = (&document.dimensions, &document.items, &document.scenes);
    let nodes = std::iter::once(TOTAL).chain(dimensions.iter().map(|d| d.code.as_str()));
    let nodes = nodes.chain(items.iter().map(|item| item.code.as_str()));
    let place = |at: usize| match at.checked_sub(1 + dimensions.len()) {
        Some(item) => format!("/items/{item}/code"),
        None => format!("/dimensions/{}/code", at.saturating_sub(1)),
    };
    check_unique(nodes, place, faults);
    check_unique(
        scenes.iter().map(|scene| scene.code.as_str()),
        |at| format!("/scenes/{at}/code"),
        faults,
    );
    for (at, item) in items.iter().enumerate() {
        if usize::try_from(item.no) != Ok(at + 1) {
            faults.add(
                MethodologyCode::ItemNumber,
                format!("/items/{at}/no"),
                format!("题号 {} 应为 {}，题目须按顺序编号。", item.no, at + 1),
                format!("Number {} should be {}; items are numbered in order.", item.no, at + 1),
            );
        }
    }
}

/// Points must add up: down the official tree to each item, over a dimension, over everything.
fn check_weights(document: &LevelMethodology, faults: &mut Faults) {
    for (at, item) in document.items.iter().enumerate() {
        let down_the_tree = item.path.iter().try_fold(document.max_total, |points, step| {
            Fixed::weighted_quotient([(step.weight, points)], Fixed::PERCENT, Fixed::DECIMALS)
        });
        if down_the_tree != Some(item.max_points) {
            let most = item.max_points;
            let (zh, en) = match down_the_tree {
                Some(found) => (
                    format!("各级权重相乘得 {found} 分，与满分 {most} 不符。"),
                    format!("The weights down the tree give {found} points, not the maximum of {most}."),
                ),
                None => (
                    format!("各级权重相乘没有结果，应为满分 {most}。"),
                    format!("The weights down the tree give no number; the maximum of {most} is expected."),
                ),
            };
            faults.add(MethodologyCode::ItemPath, format!("/items/{at}/path"), zh, en);
        }
        check_weight(item.max_points, format!("/items/{at}/max_points"), faults);
    }
    for (at, dimension) in document.dimensions.iter().enumerate() {
        let items = document.items.iter().filter(|item| item.dimension == dimension.code);
        let points = items.map(|item| item.max_points).sum();
        let named = ("该维度各题满分", "The maxima of its items");
        check_sum(
            MethodologyCode::DimensionWeight,
            points,
            dimension.weight,
            format!("/dimensions/{at}/weight"),
            named,
            faults,
        );
    }
    let points = document.items.iter().map(|item| item.max_points).sum();
    let named = ("各题满分", "The maxima of the items");
    check_sum(
        MethodologyCode::ItemsMaxTotal,
        points,
        document.max_total,
        "/max_total",
        named,
        faults,
    );
}

fn check_evidence(document: &LevelMethodology, faults: &mut Faults) {
    for (at, evidence) in document.evidence.iter().enumerate() {
        for (place, code) in evidence.items.iter().enumerate() {
            if !document.items.iter().any(|item| item.code == *code) {
                faults.add(
                    MethodologyCode::EvidenceItemUnknown,
                    format!("/evidence/{at}/items/{place}"),
                    format!("没有题目 {code}。"),
                    format!("There is no item {code}."),
                );
            }
        }
    }
}

/// From the top down each row must ask for less, and the last for nothing, so that every enterprise finds its row.
fn check_level_rule(document: &LevelMethodology, faults: &mut Faults) {
    let rows = &document.level_rule.levels;
    for (at, pair) in rows.windows(2).enumerate() {
        let [above, below] = pair else { continue };
        let falls = below.level < above.level
            && below.min_score <= above.min_score
            && below.min_scenes <= above.min_scenes
            && below.min_constrained <= above.min_constrained;
        if !falls {
            faults.add(
                MethodologyCode::LevelRuleOrder,
                format!("/level_rule/levels/{}", at + 1),
                "等级须从高到低排列，且下一级的任何条件都不得高于上一级。",
                "Levels stand from the highest down; no condition of a lower one may ask for more.",
            );
        }
    }
    let asks_nothing = |row: &LevelRow| row.min_score <= Fixed::ZERO && row.min_scenes == 0 && row.min_constrained == 0;
    if !rows.last().is_some_and(asks_nothing) {
        faults.add(
            MethodologyCode::LevelRuleLastRow,
            format!("/level_rule/levels/{}", rows.len().saturating_sub(1)),
            "最后一行不得有条件，否则有的企业没有对应的行。",
            "The last row must ask for nothing; else some enterprise would have no row.",
        );
    }
    let constrained = document.scenes.iter().filter(|scene| scene.constrained).count();
    for (at, row) in rows.iter().enumerate() {
        let beyond = |asked: u32, there: usize| usize::try_from(asked).is_ok_and(|asked| asked > there);
        let unreachable = row.min_score > document.max_total
            || beyond(row.min_scenes, document.scenes.len())
            || beyond(row.min_constrained, constrained);
        if unreachable {
            faults.add(
                MethodologyCode::LevelRuleUnreachable,
                format!("/level_rule/levels/{at}"),
                "条件超过总分或场景数，该等级永远达不到。",
                "It asks for more points or scenes than there are: nobody can reach this level.",
            );
        }
    }
}

fn leaf(
    document: &LevelMethodology,
    at: usize,
    item: &LevelItem,
    sources: &Sources<'_>,
    faults: &mut Faults,
) -> Option<Leaf> {
    let pointer = format!("/items/{at}");
    sources.check_questions(
        &item.fill_in,
        MethodologyCode::FillInUnknown,
        &format!("{pointer}/fill_in"),
        faults,
    );
    let scored = Scored {
        pointer: &pointer,
        source: &item.source,
        depends_on: &item.depends_on,
        function: &item.score,
        maximum: item.max_points,
    };
    let rule = score::compile(&scored, sources, &document.score_kinds, faults);
    let parent = document
        .dimensions
        .iter()
        .position(|dimension| dimension.code == item.dimension);
    if parent.is_none() {
        faults.add(
            MethodologyCode::ItemDimensionUnknown,
            format!("{pointer}/dimension"),
            format!("没有维度 {}。", item.dimension),
            format!("There is no dimension {}.", item.dimension),
        );
    }
    Some(Leaf {
        code: item.code.as_str().into(),
        label: Arc::new(item.label.clone()),
        unit: sources.unit(&item.source),
        source: item.source.as_str().into(),
        depends_on: item.depends_on.as_slice().into(),
        questions: sources.questions_behind(&item.source, &item.depends_on),
        whole: sources.is_whole(&item.source),
        rule,
        weight: item.max_points,
        parent: parent?,
    })
}

fn scene_node(at: usize, scene: &Scene, sources: &Sources<'_>, faults: &mut Faults) -> SceneNode {
    if !sources.is_level(&scene.code) {
        faults.add(
            MethodologyCode::SceneNotALevel,
            format!("/scenes/{at}/code"),
            format!("调查表中没有等级题 {}。", scene.code),
            format!("The questionnaire has no level question {}.", scene.code),
        );
    }
    let asked = sources.question(&scene.code).and_then(|question| question.constrained);
    if asked.is_some_and(|constrained| constrained != scene.constrained) {
        faults.add(
            MethodologyCode::SceneConstrained,
            format!("/scenes/{at}/constrained"),
            format!("{} 是否约束性场景与调查表不一致。", scene.code),
            format!(
                "The questionnaire disagrees on whether {} is a constrained scene.",
                scene.code
            ),
        );
    }
    SceneNode {
        code: scene.code.as_str().into(),
        label: Arc::new(scene.label.clone()),
        depends_on: Arc::from([scene.code.clone()]),
        constrained: scene.constrained,
    }
}

/// A branch per dimension and the total, which is the last. Dimensions are exact sums of rounded items.
fn branches(document: &LevelMethodology, leaves: &[Leaf]) -> Vec<Branch> {
    let total = document.dimensions.len();
    let mut branches: Vec<Branch> = document
        .dimensions
        .iter()
        .enumerate()
        .map(|(at, dimension)| Branch {
            code: dimension.code.as_str().into(),
            label: Arc::new(dimension.label.clone()),
            kind: NodeKind::Block,
            join: Join::Sum,
            children: children_of(at, leaves),
            decimals: Fixed::DECIMALS,
            parent: Some((total, dimension.weight)),
        })
        .collect();
    branches.push(Branch {
        code: TOTAL.into(),
        label: Arc::new(document.title.clone()),
        kind: NodeKind::Total,
        join: Join::Sum,
        children: document
            .dimensions
            .iter()
            .enumerate()
            .map(|(at, d)| (NodeRef::Branch(at), d.weight))
            .collect(),
        decimals: document.rounding.total_decimals,
        parent: None,
    });
    branches
}

/// The leaves of a branch in the order of the document.
pub(super) fn children_of(branch: usize, leaves: &[Leaf]) -> Vec<(NodeRef, Fixed)> {
    let own = leaves.iter().enumerate().filter(|(_, leaf)| leaf.parent == branch);
    own.map(|(at, leaf)| (NodeRef::Leaf(at), leaf.weight)).collect()
}

/// Parents before children, topics after everything else.
pub(super) fn order(branches: &[Branch]) -> Vec<NodeRef> {
    let roots = branches
        .iter()
        .enumerate()
        .filter(|(_, branch)| branch.parent.is_none());
    let (topics, wholes): (Vec<_>, Vec<_>) = roots.partition(|(_, branch)| branch.kind == NodeKind::Topic);
    let mut order = Vec::new();
    // A stack: what is to come first is pushed last.
    let mut stack: Vec<NodeRef> = wholes
        .into_iter()
        .chain(topics)
        .map(|(at, _)| NodeRef::Branch(at))
        .rev()
        .collect();
    while let Some(node) = stack.pop() {
        order.push(node);
        if let NodeRef::Branch(at) = node
            && let Some(branch) = branches.get(at)
        {
            stack.extend(branch.children.iter().rev().map(|(child, _)| *child));
        }
    }
    order
}
