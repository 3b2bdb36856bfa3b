//! The mean and the missing policy of every aggregate.

use std::collections::{BTreeMap, BTreeSet};

use survey::document::segment;

use super::{
    context::Context,
    refusals::{add_error, check_share, misplaced_at, unknown},
};
use crate::{
    codes::CompositeCode,
    compile::faults::Faults,
    composite::{Mean, Missing, NodeKind, NodeSpec, Variance, tree::check_order_weights},
    document::{MeanRule, MissingRule, NodeRule, Penalty},
};

impl Context<'_> {
    /// Gives every aggregate its mean and its missing policy.
    pub(super) fn join(&self, nodes: &mut [NodeSpec], levels: &BTreeMap<String, u32>, faults: &mut Faults) {
        let rules = &self.document.aggregation;
        let mut children: BTreeMap<String, usize> = BTreeMap::new();
        for parent in nodes.iter().filter_map(|node| node.parent.clone()) {
            *children.entry(parent).or_default() += 1;
        }
        let (mut used_levels, mut used) = (BTreeSet::new(), UsedFields::default());
        for node in nodes.iter_mut().filter(|node| node.kind == NodeKind::Aggregate) {
            let level = levels.get(&node.code).copied().unwrap_or(NO_LEVEL);
            used_levels.insert(level);
            let chain = [rules.nodes.get(&node.code), rules.levels.get(&level), Some(&rules.all)];
            node.mean = Some(mean_of(&chain));
            node.missing = Some(missing_of(&chain));
            let pointers = pointers_of(&node.code, level);
            check_power(&chain, &pointers, faults);
            if node.mean == Some(Mean::Ordered) {
                let children = children.get(&node.code).copied().unwrap_or(0);
                node.order_weights = order_weights(&chain, &pointers, children, faults);
            }
            self.rescale(node, &chain, &pointers, faults);
            used.note(&chain, &pointers);
        }
        check_rule(&rules.all, "/aggregation/all", &used, faults);
        for (level, rule) in &rules.levels {
            let pointer = format!("/aggregation/levels/{level}");
            check_rule(rule, &pointer, &used, faults);
            if !used_levels.contains(level) {
                faults.add(
                    CompositeCode::UnknownLevel,
                    pointer,
                    format!("指标树没有第 {level} 级的汇总节点。"),
                    format!("The tree has no aggregate of level {level}."),
                );
            }
        }
        for (code, rule) in &rules.nodes {
            let pointer = format!("/aggregation/nodes/{}", segment(code));
            check_rule(rule, &pointer, &used, faults);
            if !self.aggregates.contains(code) {
                unknown(code, &pointer, faults);
            }
        }
    }
}

impl Context<'_> {
    /// Gives an aggregate the scale that its score is brought to, by the nearest rule that has one.
    fn rescale(
        &self,
        node: &mut NodeSpec,
        chain: &[Option<&NodeRule>; 3],
        pointers: &[String; 3],
        faults: &mut Faults,
    ) {
        let given = chain.iter().zip(pointers);
        let mut given = given.filter_map(|(rule, pointer)| Some((rule.as_ref()?.rescale.as_ref()?, pointer)));
        let Some((rule, pointer)) = given.next() else { return };
        match self.normalisation(&node.code, rule) {
            Ok(scale) => node.normalisation = Some(scale),
            Err(error) => add_error(&error, &format!("{pointer}/rescale"), faults),
        }
    }
}

/// The level of a node whose tree is refused; no rule is about it.
const NO_LEVEL: u32 = 0;

/// A field of the first rule of the chain that has it.
fn first<T>(chain: &[Option<&NodeRule>], field: impl Fn(&NodeRule) -> Option<T>) -> Option<T> {
    chain.iter().flatten().find_map(|rule| field(rule))
}

/// The mean of a node by the rules about it, the nearest first.
fn mean_of(chain: &[Option<&NodeRule>]) -> Mean {
    match first(chain, |rule| rule.mean).unwrap_or(MeanRule::Arithmetic) {
        MeanRule::Arithmetic => Mean::Arithmetic,
        MeanRule::Geometric => Mean::Geometric,
        MeanRule::Harmonic => Mean::Harmonic,
        // A generalised mean without power is a fault of its own.
        MeanRule::Generalised => Mean::Generalised {
            power: first(chain, |rule| rule.power.filter(|power| *power != 0.0)).unwrap_or(1.0),
        },
        MeanRule::MazziottaPareto => Mean::MazziottaPareto {
            added: first(chain, |rule| rule.penalty) == Some(Penalty::Added),
            variance: first(chain, |rule| rule.variance).unwrap_or(Variance::Population),
        },
        MeanRule::MeanMin => Mean::MeanMin {
            alpha: first(chain, |rule| rule.alpha).unwrap_or(1.0),
            beta: first(chain, |rule| rule.beta).unwrap_or(0.0),
        },
        MeanRule::Owa => Mean::Ordered,
        MeanRule::Median => Mean::Median,
        MeanRule::Copeland => Mean::Copeland,
    }
}

/// The share of children that must be present where no rule says one: a single child is enough.
const ANY_CHILD: f64 = 0.0;

/// The missing policy of a node by the rules about it, the nearest first.
fn missing_of(chain: &[Option<&NodeRule>]) -> Missing {
    match first(chain, |rule| rule.missing).unwrap_or(MissingRule::Skip) {
        MissingRule::Skip => Missing::Skip {
            availability: first(chain, |rule| rule.availability).unwrap_or(ANY_CHILD),
        },
        MissingRule::Zero => Missing::Zero,
        MissingRule::NotRanked => Missing::NotRanked,
        MissingRule::Refuse => Missing::Refuse,
    }
}

/// The places of the rules about a node, the nearest first.
fn pointers_of(code: &str, level: u32) -> [String; 3] {
    [
        format!("/aggregation/nodes/{}", segment(code)),
        format!("/aggregation/levels/{level}"),
        "/aggregation/all".to_owned(),
    ]
}

/// Notes a generalised mean of a node for which no rule about it has a power.
fn check_power(chain: &[Option<&NodeRule>; 3], pointers: &[String; 3], faults: &mut Faults) {
    let names_mean = |rule: &&NodeRule| rule.mean.is_some();
    let names = chain
        .iter()
        .zip(pointers)
        .find(|(rule, _)| rule.as_ref().is_some_and(names_mean));
    if let Some((Some(rule), pointer)) = names
        && rule.mean == Some(MeanRule::Generalised)
        && first(chain, |rule| rule.power).is_none_or(|power| power == 0.0)
    {
        faults.add(
            CompositeCode::BadPower,
            format!("{pointer}/power"),
            "幂平均须给出不为零的指数 power；指数趋于零时即几何平均。",
            "A generalised mean needs a power that is not zero; towards zero it is the geometric mean.",
        );
    }
}

/// The order weights of a node by the rules about it. Notes that there are none, or other than its children need; then they
/// are left even, so that no other fault is told of them.
fn order_weights(
    chain: &[Option<&NodeRule>; 3],
    pointers: &[String; 3],
    children: usize,
    faults: &mut Faults,
) -> Vec<f64> {
    let given = chain.iter().zip(pointers);
    let mut given = given.filter_map(|(rule, pointer)| Some((rule.as_ref()?.order_weights.as_ref()?, pointer)));
    let (weights, pointer) = match given.next() {
        Some((weights, pointer)) => (weights.clone(), pointer),
        None => (Vec::new(), &pointers[0]),
    };
    if check_order_weights(&weights, children).is_ok() {
        return weights;
    }
    faults.add(
        CompositeCode::BadSetting,
        format!("{pointer}/order_weights"),
        format!("owa 须给出 order_weights：每个下级一个，共 {children} 个，按得分由高到低，不小于零，合计大于零。"),
        format!(
            "owa needs order_weights: one per child, {children} in all, from the best to the worst, zero or more, with a sum above zero."
        ),
    );
    vec![1.0; children]
}

/// The fields of rules, by their places, that decide about some node.
#[derive(Default)]
struct UsedFields(BTreeSet<String>);

impl UsedFields {
    fn note(&mut self, chain: &[Option<&NodeRule>; 3], pointers: &[String; 3]) {
        let mut from = |field: &str, has: fn(&NodeRule) -> bool| {
            let decides = chain.iter().zip(pointers).find(|(rule, _)| rule.is_some_and(has));
            self.0.extend(decides.map(|(_, pointer)| format!("{pointer}/{field}")));
        };
        match mean_of(chain) {
            Mean::Generalised { .. } => from("power", |rule| rule.power.is_some()),
            Mean::MazziottaPareto { .. } => {
                from("penalty", |rule| rule.penalty.is_some());
                from("variance", |rule| rule.variance.is_some());
            }
            Mean::MeanMin { .. } => {
                from("alpha", |rule| rule.alpha.is_some());
                from("beta", |rule| rule.beta.is_some());
            }
            Mean::Ordered => from("order_weights", |rule| rule.order_weights.is_some()),
            _ => {}
        }
        from("rescale", |rule| rule.rescale.is_some());
        if let Missing::Skip { .. } = missing_of(chain) {
            from("availability", |rule| rule.availability.is_some());
        }
    }
}

/// Checks a rule: its numbers, and that each of its fields decides about some node.
fn check_rule(rule: &NodeRule, pointer: &str, used: &UsedFields, faults: &mut Faults) {
    check_share(rule.availability, &format!("{pointer}/availability"), faults);
    check_share(rule.alpha, &format!("{pointer}/alpha"), faults);
    if let Some(beta) = rule.beta.filter(|beta| *beta < 0.0) {
        faults.add(
            CompositeCode::BadSetting,
            format!("{pointer}/beta"),
            format!("beta = {beta} 应不小于零。"),
            format!("beta = {beta} must not be below zero."),
        );
    }
    let fields = [
        ("power", rule.power.is_some()),
        ("penalty", rule.penalty.is_some()),
        ("variance", rule.variance.is_some()),
        ("alpha", rule.alpha.is_some()),
        ("beta", rule.beta.is_some()),
        ("order_weights", rule.order_weights.is_some()),
        ("rescale", rule.rescale.is_some()),
        ("availability", rule.availability.is_some()),
    ];
    for (field, _) in fields.iter().filter(|(_, given)| *given) {
        if !used.0.contains(&format!("{pointer}/{field}")) {
            misplaced_at(field, pointer, faults);
        }
    }
}
