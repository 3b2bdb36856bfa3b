//! Checking the aggregates of an index: one tree, and formulas that say what the parts say.

use std::{collections::BTreeSet, sync::Arc};

use survey::{
    document::segment,
    expression::{Expression, Library, Scope, Type, TypeEnv},
};

use super::{checks::check_sum, faults::Faults, sources::wrong_type};
use crate::{
    codes::MethodologyCode,
    document::{IndexAggregate, IndexMethodology},
    exact::Fixed,
};

/// What a block writes in `part_of` when it counts in no aggregate.
pub(super) const TOPIC: &str = "topic";

/// Checks blocks and aggregates as a tree. For each block and then each aggregate: the aggregate it is a part of, counted
/// from the first block on, and its weight there.
pub(super) fn check(document: &IndexMethodology, faults: &mut Faults) -> Vec<Option<(usize, Fixed)>> {
    let blocks = document.blocks.len();
    let codes: Vec<&str> = document
        .blocks
        .iter()
        .map(|block| block.code.as_str())
        .chain(document.aggregates.iter().map(|aggregate| aggregate.code.as_str()))
        .collect();
    let mut parents: Vec<Option<(usize, Fixed)>> = vec![None; codes.len()];
    for (at, aggregate) in document.aggregates.iter().enumerate() {
        let own = blocks + at;
        for (part, weight) in &aggregate.parts {
            let pointer = format!("/aggregates/{at}/parts/{}", segment(part));
            // Parts stand before the whole, so that there is no circle.
            let known = codes.iter().take(own).position(|code| code == part);
            match known.and_then(|place| parents.get_mut(place)) {
                None => faults.add(
                    MethodologyCode::AggregatePartUnknown,
                    pointer,
                    format!("{part} 不是块，也不是排在前面的汇总项。"),
                    format!("{part} is no block and no aggregate that stands before this one."),
                ),
                Some(Some(_)) => faults.add(
                    MethodologyCode::AggregatePartShared,
                    pointer,
                    format!("{part} 已是另一汇总项的组成部分，每项只能归入一处。"),
                    format!("{part} is already a part of another aggregate; each counts in one place only."),
                ),
                Some(parent) => *parent = Some((own, *weight)),
            }
        }
        let sum = aggregate.parts.values().copied().sum();
        let named = ("各组成部分的权重", "The weights of the parts");
        check_sum(
            MethodologyCode::AggregatePartSum,
            sum,
            Fixed::PERCENT,
            format!("/aggregates/{at}/parts"),
            named,
            faults,
        );
        check_formula(at, aggregate, &codes[..own], faults);
    }
    check_blocks(document, &parents, faults);
    parents
}

/// What a block says of its place must be what the aggregates say.
fn check_blocks(document: &IndexMethodology, parents: &[Option<(usize, Fixed)>], faults: &mut Faults) {
    for (at, (block, parent)) in document.blocks.iter().zip(parents).enumerate() {
        let aggregate = parent.and_then(|(own, _)| document.aggregates.get(own - document.blocks.len()));
        let found = aggregate.map_or(TOPIC, |aggregate| aggregate.code.as_str());
        if block.part_of != found {
            faults.add(
                MethodologyCode::BlockPartOf,
                format!("/blocks/{at}/part_of"),
                format!(
                    "块 {} 写明属于 {}，但按 aggregates 属于 {found}。",
                    block.code, block.part_of
                ),
                format!(
                    "Block {} says it is part of {}; by the aggregates it is part of {found}.",
                    block.code, block.part_of
                ),
            );
        }
        // Beside other aggregates a block's weight among blocks is not its weight in the whole.
        let only_blocks = aggregate.is_some_and(|a| {
            a.parts
                .keys()
                .all(|part| document.blocks.iter().any(|block| block.code == *part))
        });
        if let Some((_, weight)) = parent.filter(|(_, weight)| only_blocks && *weight != block.weight) {
            faults.add(
                MethodologyCode::BlockWeight,
                format!("/blocks/{at}/weight"),
                format!("权重 {} 与汇总项中的 {weight} 不一致。", block.weight),
                format!("Weight {} differs from {weight} in the aggregate.", block.weight),
            );
        }
    }
}

/// The formula must compile, use the parts and nothing else, and give what the parts give.
fn check_formula(at: usize, aggregate: &IndexAggregate, codes: &[&str], faults: &mut Faults) {
    let pointer = format!("/aggregates/{at}/expression");
    let expression = match Expression::compile(&aggregate.expression, &score_types(codes.iter().copied())) {
        Ok(expression) if *expression.result() == Type::Double => expression,
        Ok(expression) => return wrong_type(&expression, &Type::Double, &pointer, faults),
        Err(fault) => return faults.add_expression(&pointer, fault),
    };
    let named: BTreeSet<&str> = expression.names().iter().map(String::as_str).collect();
    let parts: BTreeSet<&str> = aggregate.parts.keys().map(String::as_str).collect();
    if named != parts || !agrees(&expression, aggregate) {
        faults.add(
            MethodologyCode::AggregateDisagrees,
            pointer,
            "表达式与 parts 算出的结果不一致；计分以 parts 为准，请使二者一致。",
            "The expression does not give what parts give; scores are computed from parts, so make the two agree.",
        );
    }
}

/// The environment of an expression over scores.
pub(super) fn score_types<'a>(codes: impl Iterator<Item = &'a str>) -> TypeEnv {
    let mut types = TypeEnv::new(Arc::new(Library::standard()));
    for code in codes {
        types.declare(code, Type::Double);
    }
    types
}

/// Compares formula and parts on sample points: each part alone, all together, and uneven mixtures that no formula but
/// the weighted mean passes.
fn agrees(expression: &Expression, aggregate: &IndexAggregate) -> bool {
    const MIXTURES: i64 = 5;
    let count = aggregate.parts.len();
    let alone = (0..count).map(|one| {
        (0..count)
            .map(|part| if part == one { 100 } else { 0 })
            .collect::<Vec<i64>>()
    });
    let mixed = (0..MIXTURES).map(|mix| {
        let score = |part: i64| (part * 37 + mix * 61 + part * mix * 13) % 101;
        (0..).take(count).map(score).collect()
    });
    let together = std::iter::once(vec![100; count]);
    alone
        .chain(together)
        .chain(mixed)
        .all(|scores| agrees_at(expression, aggregate, &scores))
}

fn agrees_at(expression: &Expression, aggregate: &IndexAggregate, scores: &[i64]) -> bool {
    const TOLERANCE: f64 = 1e-9;
    let mut scope = Scope::new();
    for (part, score) in aggregate.parts.keys().zip(scores) {
        scope.set(part.as_str(), Fixed::from_int(*score).to_f64());
    }
    let terms = aggregate
        .parts
        .values()
        .zip(scores)
        .map(|(weight, score)| (*weight, Fixed::from_int(*score)));
    let exact = Fixed::weighted_quotient(terms, Fixed::PERCENT, Fixed::DECIMALS);
    let formula = expression.value(&scope).as_f64();
    exact
        .zip(formula)
        .is_some_and(|(exact, formula)| (exact.to_f64() - formula).abs() <= TOLERANCE)
}
