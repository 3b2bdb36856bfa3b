//! The mean and the missing policy of every aggregate.

use std::collections::{BTreeMap, BTreeSet};

use survey::document::segment;

use super::{
    context::Context,
    refusals::{check_share, misplaced_at, unknown},
};
use crate::{
    codes::CompositeCode,
    compile::faults::Faults,
    composite::{Mean, Missing, NodeKind, NodeSpec},
    document::{MeanRule, MissingRule, NodeRule, Penalty},
};

impl Context<'_> {
    /// Gives every aggregate its mean and its missing policy.
    pub(super) fn join(&self, nodes: &mut [NodeSpec], levels: &BTreeMap<String, u32>, faults: &mut Faults) {
        let rules = &self.document.aggregation;
        let (mut used_levels, mut used) = (BTreeSet::new(), UsedFields::default());
        for node in nodes.iter_mut().filter(|node| node.kind == NodeKind::Aggregate) {
            let level = levels.get(&node.code).copied().unwrap_or(NO_LEVEL);
            used_levels.insert(level);
            let chain = [rules.nodes.get(&node.code), rules.levels.get(&level), Some(&rules.all)];
            node.mean = Some(mean_of(&chain));
            node.missing = Some(missing_of(&chain));
            let pointers = pointers_of(&node.code, level);
            check_power(&chain, &pointers, faults);
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
        },
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
            Mean::MazziottaPareto { .. } => from("penalty", |rule| rule.penalty.is_some()),
            _ => {}
        }
        if let Missing::Skip { .. } = missing_of(chain) {
            from("availability", |rule| rule.availability.is_some());
        }
    }
}

/// Checks a rule: its numbers, and that each of its fields decides about some node.
fn check_rule(rule: &NodeRule, pointer: &str, used: &UsedFields, faults: &mut Faults) {
    check_share(rule.availability, &format!("{pointer}/availability"), faults);
    let fields = [
        ("power", rule.power.is_some()),
        ("penalty", rule.penalty.is_some()),
        ("availability", rule.availability.is_some()),
    ];
    for (field, _) in fields.iter().filter(|(_, given)| *given) {
        if !used.0.contains(&format!("{pointer}/{field}")) {
            misplaced_at(field, pointer, faults);
        }
    }
}
