//! Two indices of a region beside each other: how far the total moved, what each indicator brought to that, and why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::{RegionIndicatorScore, RegionScored};
use crate::{document::MissingSubstitute, exact::Fixed};

/// Comparison of two regional indices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionChange {
    /// Total index.
    pub total: Moved,
    /// Classes in the order of the current index, followed by those that exist only in the index compared with.
    pub classes: Vec<RegionClassChange>,
    /// Indicators in the order of the current index, followed by those that exist only in the index compared with.
    pub indicators: Vec<RegionIndicatorChange>,
    /// Rounding residual: change of the total less the contributions of the indicators; absent if either total is
    /// missing or the indicators are not disclosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_residual: Option<f64>,
}

/// Change of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The current index; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Fixed>,
    /// The index compared with; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Fixed>,
    /// Change of the index, positive for an increase; absent if either value is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Fixed>,
}

/// Change of a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionClassChange {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Index of the class.
    pub index: Moved,
}

/// Change of an indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionIndicatorChange {
    /// The indicator in the current index; absent if its methodology has no such indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<RegionIndicatorScore>,
    /// The indicator in the index compared with; absent if its methodology has no such indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<RegionIndicatorScore>,
    /// Contribution to the change of the total, in points; absent if either total is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contribution: Option<f64>,
    /// Reasons for the contribution; empty if there is none.
    pub causes: Vec<RegionCause>,
}

/// Reason why an indicator changed the total index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionCause {
    /// The indicator is new: the methodology compared with does not have it.
    Joined,
    /// The indicator was removed from the methodology.
    Left,
    /// The value is different.
    Value,
    /// The base value is different.
    Base,
    /// The weight is different.
    Weight,
    /// The direction of the indicator is reversed.
    Direction,
    /// The substitute for a missing value is different, or its value has changed.
    Substitute,
    /// The formula is different: the same figures give another index.
    Formula,
    /// The indicator itself is unchanged; its effective weight changed because other indicators gained or lost an
    /// index.
    Others,
}

impl RegionScored {
    /// How this index differs from another one.
    ///
    /// The total is the mean of the indices by their weights, over the indicators that have one. An indicator contributes
    /// `share now * (index now - total before) - share before * (index before - total before)`: where weights stay, that is
    /// its share of the weight times the change of its index; one that joins counts by how far it lies from the total that
    /// was. The contributions add up to the change of the total, but for rounding.
    pub fn change_from(&self, before: &Self) -> RegionChange {
        let earlier: BTreeMap<&str, &RegionIndicatorScore> = by_code(before);
        let current = by_code(self);
        let weights = [self, before].map(weight_of_present);
        let total_before = before.total.filter(|_| self.total.is_some()).map(Fixed::to_f64);
        let pair = |now: Option<&RegionIndicatorScore>, was: Option<&RegionIndicatorScore>| {
            let part = |one: Option<&RegionIndicatorScore>, whole: Fixed, total: f64| {
                let brought =
                    one.and_then(|one| Some(one.weight.to_f64() / whole.to_f64() * (one.z?.to_f64() - total)));
                // Without an index it has brought nothing.
                brought.unwrap_or(0.0)
            };
            let contribution = total_before.map(|total| part(now, weights[0], total) - part(was, weights[1], total));
            RegionIndicatorChange {
                causes: causes(now, was, contribution),
                now: now.cloned(),
                before: was.cloned(),
                contribution,
            }
        };
        let here = self.indicators.iter();
        let here = here.map(|now| pair(Some(now), earlier.get(now.code.as_str()).copied()));
        let gone = before
            .indicators
            .iter()
            .filter(|was| !current.contains_key(was.code.as_str()));
        let indicators: Vec<RegionIndicatorChange> = here.chain(gone.map(|was| pair(None, Some(was)))).collect();
        let explained: f64 = indicators.iter().filter_map(|indicator| indicator.contribution).sum();
        let total = Moved::between(self.total, before.total);
        let residual = total.change.filter(|_| !indicators.is_empty());
        RegionChange {
            total,
            classes: classes(self, before),
            indicators,
            rounding_residual: residual.map(|change| change.to_f64() - explained),
        }
    }
}

impl Moved {
    fn between(now: Option<Fixed>, before: Option<Fixed>) -> Self {
        Self {
            now,
            before,
            change: now.zip(before).map(|(now, before)| now - before),
        }
    }
}

fn by_code(scored: &RegionScored) -> BTreeMap<&str, &RegionIndicatorScore> {
    let indicators = scored.indicators.iter();
    indicators
        .map(|indicator| (indicator.code.as_str(), indicator))
        .collect()
}

fn weight_of_present(scored: &RegionScored) -> Fixed {
    let present = scored.indicators.iter().filter(|indicator| indicator.z.is_some());
    present.map(|indicator| indicator.weight).sum()
}

fn classes(now: &RegionScored, before: &RegionScored) -> Vec<RegionClassChange> {
    let index_in = |scored: &RegionScored, code: &str| {
        let class = scored.classes.iter().find(|class| class.code == code);
        class.and_then(|class| class.index)
    };
    let has = |code: &str| now.classes.iter().any(|class| class.code == code);
    let gone = before.classes.iter().filter(|class| !has(&class.code));
    let change = |class: &super::RegionClassScore| RegionClassChange {
        code: class.code.clone(),
        label: class.label.clone(),
        index: Moved::between(index_in(now, &class.code), index_in(before, &class.code)),
    };
    now.classes.iter().chain(gone).map(change).collect()
}

fn causes(
    now: Option<&RegionIndicatorScore>,
    before: Option<&RegionIndicatorScore>,
    contribution: Option<f64>,
) -> Vec<RegionCause> {
    let (now, before) = match (now, before) {
        (Some(now), Some(before)) => (now, before),
        (Some(_), None) => return vec![RegionCause::Joined],
        _ => return vec![RegionCause::Left],
    };
    let is_mean = |one: &RegionIndicatorScore| one.substitute == Some(MissingSubstitute::ClassMean);
    let has_moved = now.z != before.z;
    let mean_moved = has_moved && is_mean(now) && is_mean(before);
    let own = [
        (now.value != before.value, RegionCause::Value),
        (now.base != before.base, RegionCause::Base),
        (now.weight != before.weight, RegionCause::Weight),
        (now.inverse != before.inverse, RegionCause::Direction),
        (
            now.substitute != before.substitute || mean_moved,
            RegionCause::Substitute,
        ),
    ];
    let own: Vec<RegionCause> = own
        .into_iter()
        .filter_map(|(differs, cause)| differs.then_some(cause))
        .collect();
    let brings_something = contribution.is_some_and(|points| points.abs() > 0.0);
    match (has_moved || brings_something, own.is_empty()) {
        (false, _) => Vec::new(),
        (true, false) => own,
        (true, true) if has_moved => vec![RegionCause::Formula],
        (true, true) => vec![RegionCause::Others],
    }
}
