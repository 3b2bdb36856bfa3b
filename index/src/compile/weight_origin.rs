//! Checking that stated weights are those that their origin gives.

use survey::document::segment;

use super::faults::Faults;
use crate::{
    codes::MethodologyCode,
    document::IndexMethodology,
    exact::Fixed,
    weights::{Comparisons, Origin, WeightError, Weighting, ahp},
};

/// Weights in percent are stated with two decimals: half of the last, and the shift that makes them sum to 100.
const TOLERANCE: f64 = 1.5e-4;

/// Notes a fault for every origin that names no node, other parts, or other weights than are stated.
pub(super) fn check(document: &IndexMethodology, faults: &mut Faults) {
    for (node, weighting) in &document.weight_origins {
        let pointer = format!("/weight_origins/{}", segment(node));
        let Some(stated) = stated(document, node) else {
            faults.add(
                MethodologyCode::WeightOriginNodeUnknown,
                pointer,
                format!("没有块或汇总项 {node}。"),
                format!("There is no block or aggregate {node}."),
            );
            continue;
        };
        let recorded = |code: &str| {
            let at = weighting.codes.iter().position(|known| known == code)?;
            weighting.weights.get(at).copied()
        };
        let same = stated.len() == weighting.codes.len()
            && stated.iter().all(|(code, weight)| {
                let share = weight.to_f64() / Fixed::PERCENT.to_f64();
                recorded(code).is_some_and(|found| (found - share).abs() <= TOLERANCE)
            });
        if !same || !comes_out(weighting) {
            faults.add(
                MethodologyCode::WeightOriginDiffers,
                pointer,
                format!("{node} 各组成部分的权重与其来源算出的不一致；请用来源的权重，或改写来源。"),
                format!(
                    "The weights of the parts of {node} are not those that their origin gives: take those, or state \
                     another origin."
                ),
            );
        }
    }
}

/// The parts of a block or aggregate with the weights that the document states.
fn stated<'a>(document: &'a IndexMethodology, node: &str) -> Option<Vec<(&'a str, Fixed)>> {
    if document.blocks.iter().any(|block| block.code == *node) {
        let own = document.indicators.iter().filter(|indicator| indicator.block == *node);
        return Some(
            own.map(|indicator| (indicator.code.as_str(), indicator.weight))
                .collect(),
        );
    }
    let aggregate = document.aggregates.iter().find(|aggregate| aggregate.code == *node)?;
    let parts = aggregate.parts.iter();
    Some(parts.map(|(code, weight)| (code.as_str(), *weight)).collect())
}

/// Whether comparisons give the recorded weights again. Other origins need data that is not in the document.
fn comes_out(weighting: &Weighting) -> bool {
    let Origin::Ahp {
        prioritisation, matrix, ..
    } = &weighting.origin
    else {
        return true;
    };
    let rows: Vec<Vec<Option<f64>>> = matrix
        .iter()
        .map(|row| row.iter().copied().map(Some).collect())
        .collect();
    let again =
        Comparisons::new(weighting.codes.clone(), &rows).and_then(|comparisons| ahp(&comparisons, *prioritisation));
    let near = |again: Result<Weighting, WeightError>| {
        let pairs = again
            .ok()
            .map(|again| again.weights.into_iter().zip(&weighting.weights).collect::<Vec<_>>());
        pairs.is_some_and(|pairs| pairs.into_iter().all(|(now, then)| (now - then).abs() <= 1e-9))
    };
    near(again)
}
