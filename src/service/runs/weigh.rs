//! The work-bench of weights: pairwise comparisons of the parts of a node become weights, with their consistency, and stand in
//! a draft methodology together with the matrix that they came from. Nothing is stored; the draft is the caller's to publish.

use index::weights::{Comparisons, Origin, Prioritisation, Weighting, ahp};
use serde_json::{Map, Number, Value, json};

use crate::{
    domain::{access::Principal, count::count},
    service::{
        access::permission::Action,
        error::{Fault, ServiceError, codes},
    },
};

/// Comparisons of siblings.
pub struct NewComparisons {
    /// Codes of the siblings.
    pub codes: Vec<String>,
    /// How many times more the row matters than the column; complete and reciprocal.
    pub matrix: Vec<Vec<f64>>,
    /// Whether geometric means are taken instead of the eigenvector.
    pub geometric: bool,
    /// A draft methodology to put the weights into.
    pub methodology: Option<Value>,
}

/// Weights of siblings, and where they were put.
pub struct Weighed {
    /// Code and weight in percent; the weights sum to 100 exactly.
    pub weights: Vec<(String, f64)>,
    /// How they came about: matrix, principal eigenvalue, consistency ratio.
    pub origin: Origin,
    /// The draft with the weights and their origin in it.
    pub methodology: Option<Value>,
}

/// Decimals of a weight in percent.
const DECIMALS: u32 = 2;

/// Weighs siblings by comparisons.
pub fn weigh_nodes(caller: &Principal, new: NewComparisons) -> Result<Weighed, ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let rows: Vec<Vec<Option<f64>>> = new
        .matrix
        .into_iter()
        .map(|row| row.into_iter().map(Some).collect())
        .collect();
    let prioritisation = if new.geometric {
        Prioritisation::GeometricMean
    } else {
        Prioritisation::Eigenvector
    };
    let weighting = Comparisons::new(new.codes, &rows).and_then(|comparisons| ahp(&comparisons, prioritisation));
    let weighting = weighting.map_err(|error| {
        ServiceError::new(codes::general::INVALID).with_faults([Fault::of("/matrix", error.code(), error.message())])
    })?;
    let weights = in_percent(&weighting);
    let methodology = match new.methodology {
        Some(mut document) => {
            put(&mut document, &weights, &weighting)?;
            Some(document)
        }
        None => None,
    };
    Ok(Weighed {
        weights: weights
            .into_iter()
            .map(|(code, hundredths)| (code, percent(hundredths)))
            .collect(),
        origin: weighting.origin,
        methodology,
    })
}

fn percent(hundredths: u32) -> f64 {
    f64::from(hundredths) / 10_f64.powi(2)
}

/// Weights in hundredths of a percent that sum to the whole: what rounding down leaves goes to the largest rests.
fn in_percent(weighting: &Weighting) -> Vec<(String, u32)> {
    let whole = 100 * 10_u32.pow(DECIMALS);
    let exact: Vec<f64> = weighting
        .weights
        .iter()
        .map(|weight| weight * f64::from(whole))
        .collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "weights lie between zero and one"
    )]
    let mut units: Vec<u32> = exact.iter().map(|exact| exact.floor() as u32).collect();
    let mut by_rest: Vec<usize> = (0..units.len()).collect();
    let rest = |at: &usize| exact.get(*at).map_or(0.0, |exact| exact.fract());
    by_rest.sort_by(|a, b| rest(b).total_cmp(&rest(a)).then_with(|| a.cmp(b)));
    let left = whole.saturating_sub(units.iter().sum());
    for at in by_rest.into_iter().cycle().take(count(left)) {
        if let Some(unit) = units.get_mut(at) {
            *unit += 1;
        }
    }
    weighting.codes.iter().cloned().zip(units).collect()
}

/// Writes the weights where the siblings stand in a draft: indicators of a block, or parts of an aggregate with its blocks
/// and its formula. The origin is kept in `weight_origins`, by the code of the node they count under.
fn put(document: &mut Value, weights: &[(String, u32)], weighting: &Weighting) -> Result<(), ServiceError> {
    let parent = put_on_indicators(document, weights)
        .or_else(|| put_on_parts(document, weights))
        .ok_or_else(|| {
            let fault = Fault::at("/codes", codes::runs::NO_NODE);
            ServiceError::new(codes::general::INVALID).with_faults([fault])
        })?;
    let origin = serde_json::to_value(weighting).map_err(ServiceError::internal)?;
    if let Some(document) = document.as_object_mut() {
        let origins = document.entry("weight_origins").or_insert_with(|| json!({}));
        if let Some(origins) = origins.as_object_mut() {
            origins.insert(parent, origin);
        }
    }
    Ok(())
}

/// The weight as the document writes it: whole numbers without a point.
fn written(hundredths: u32) -> Value {
    if hundredths.is_multiple_of(100) {
        return Value::from(hundredths / 100);
    }
    Number::from_f64(percent(hundredths)).map_or(Value::Null, Value::Number)
}

fn code_of(entry: &Value) -> Option<&str> {
    entry.get("code").and_then(Value::as_str)
}

/// Whether these are the codes that were weighed, in whatever order.
fn same_codes<'a>(weights: &[(String, u32)], codes: impl Iterator<Item = &'a str>) -> bool {
    let mut codes: Vec<&str> = codes.collect();
    let mut weighed: Vec<&str> = weights.iter().map(|(code, _)| code.as_str()).collect();
    codes.sort_unstable();
    weighed.sort_unstable();
    codes == weighed
}

fn put_on_indicators(document: &mut Value, weights: &[(String, u32)]) -> Option<String> {
    let indicators = document.get_mut("indicators")?.as_array_mut()?;
    let first = weights.first().map(|(code, _)| code.as_str());
    let own = indicators.iter().find(|indicator| code_of(indicator) == first)?;
    let block = own.get("block")?.as_str()?.to_owned();
    let siblings = |indicator: &&Value| indicator.get("block").and_then(Value::as_str) == Some(&block);
    if !same_codes(weights, indicators.iter().filter(siblings).filter_map(code_of)) {
        return None;
    }
    for indicator in indicators {
        let weight = weights.iter().find(|(code, _)| code_of(indicator) == Some(code));
        if let (Some((_, weight)), Some(indicator)) = (weight, indicator.as_object_mut()) {
            indicator.insert("weight".to_owned(), written(*weight));
        }
    }
    Some(block)
}

fn put_on_parts(document: &mut Value, weights: &[(String, u32)]) -> Option<String> {
    let aggregates = document.get_mut("aggregates")?.as_array_mut()?;
    let keys = |aggregate: &Value| {
        let parts = aggregate.get("parts").and_then(Value::as_object);
        parts.is_some_and(|parts| same_codes(weights, parts.keys().map(String::as_str)))
    };
    let aggregate = aggregates.iter_mut().find(|aggregate| keys(aggregate))?;
    let code = code_of(aggregate)?.to_owned();
    let parts: Map<String, Value> = weights
        .iter()
        .map(|(code, weight)| (code.clone(), written(*weight)))
        .collect();
    let terms: Vec<String> = weights
        .iter()
        .map(|(code, weight)| format!("{:?} * {code}", percent(*weight)))
        .collect();
    let aggregate = aggregate.as_object_mut()?;
    aggregate.insert("parts".to_owned(), Value::Object(parts));
    aggregate.insert(
        "expression".to_owned(),
        json!(format!("({}) / 100.0", terms.join(" + "))),
    );
    // A block states its weight in the aggregate as well.
    let blocks = document.get_mut("blocks").and_then(Value::as_array_mut);
    for block in blocks.into_iter().flatten() {
        let weight = weights.iter().find(|(part, _)| code_of(block) == Some(part));
        let here = block.get("part_of").and_then(Value::as_str) == Some(&code);
        if let (Some((_, weight)), true, Some(block)) = (weight, here, block.as_object_mut()) {
            block.insert("weight".to_owned(), written(*weight));
        }
    }
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighting(weights: &[f64]) -> Weighting {
        Weighting {
            codes: (0..weights.len()).map(|at| format!("P{at}")).collect(),
            weights: weights.to_vec(),
            origin: Origin::Equal,
        }
    }

    #[test]
    fn percentages_sum_to_the_whole() {
        let check = |weights: &[f64], expected: &[u32]| {
            let found: Vec<u32> = in_percent(&weighting(weights))
                .into_iter()
                .map(|(_, weight)| weight)
                .collect();
            assert_eq!(found, expected, "{weights:?}");
        };
        check(&[1.0 / 3.0; 3], &[3334, 3333, 3333]);
        check(&[0.5, 0.25, 0.25], &[5000, 2500, 2500]);
        check(&[1.0], &[10_000]);
    }

    #[test]
    fn weights_go_where_the_siblings_stand() {
        let document = json!({
            "blocks": [{"code": "M", "part_of": "T", "weight": 50}, {"code": "N", "part_of": "T", "weight": 50}],
            "aggregates": [{"code": "T", "expression": "0.5 * M + 0.5 * N", "parts": {"M": 50, "N": 50}}],
            "indicators": [{"code": "P0", "block": "M", "weight": 100}],
        });
        let weighed = [("N".to_owned(), 2500), ("M".to_owned(), 7500)];
        let mut parts = document.clone();
        put(&mut parts, &weighed, &weighting(&[0.25, 0.75])).unwrap();
        assert_eq!(parts["aggregates"][0]["parts"], json!({"N": 25, "M": 75}));
        assert_eq!(parts["aggregates"][0]["expression"], "(25.0 * N + 75.0 * M) / 100.0");
        assert_eq!(
            (&parts["blocks"][0]["weight"], &parts["blocks"][1]["weight"]),
            (&json!(75), &json!(25))
        );
        assert_eq!(parts["weight_origins"]["T"]["origin"]["method"], "equal");
        let mut indicators = document.clone();
        let one = [("P0".to_owned(), 10_000)];
        put(&mut indicators, &one, &weighting(&[1.0])).unwrap();
        assert!(indicators["weight_origins"]["M"].is_object());
        let mut other = document.clone();
        assert!(put(&mut other, &[("M".to_owned(), 10_000)], &weighting(&[1.0])).is_err());
        assert_eq!(other, document, "nothing half-written");
    }
}
