//! How far a return is from the next level or stage, condition by condition.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::{
    card::{
        Scored,
        standing::{Rung, State},
    },
    compile::CompiledCard,
    exact::Fixed,
};

/// The next level or stage and the gap to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distance {
    /// Number of the next level or stage.
    pub value: u32,
    /// Label.
    pub label: Text,
    /// All conditions of the level or stage.
    pub conditions: Vec<ConditionDistance>,
}

/// A condition of a level or stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConditionDistance {
    /// Condition as written in the rule.
    pub condition: String,
    /// Code of the node whose score is compared; absent if the condition concerns scenes or is not a simple comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Arc<str>>,
    /// Whether the condition is met.
    pub holds: bool,
    /// Current value; absent if the score is missing or the condition is not a simple comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Fixed>,
    /// Value required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Fixed>,
    /// Amount by which the condition is missed; absent if it is met or cannot be evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_by: Option<Fixed>,
    /// Description of the value required, the current value and the gap.
    pub message: Text,
}

/// The distance to the next level or stage; none where there is no result or nothing above.
/// `scored` must come from `methodology`.
pub fn distance(scored: &Scored, methodology: &CompiledCard) -> Option<Distance> {
    let card = &methodology.card;
    let rung = Rung::next(card, scored)?;
    let state = State::of(card, scored)?;
    let conditions = rung.standings(card, &state.joined(card)).into_iter().map(|standing| {
        ConditionDistance {
            message: rung.sentence(card, &standing),
            condition: rung.condition_text(card, standing.condition),
            node: standing.branch.and_then(|at| card.shared_code(at)),
            holds: standing.holds,
            found: standing.found,
            required: standing.required,
            short_by: None,
        }
        .measured()
    });
    Some(Distance {
        value: rung.value(card),
        label: rung.label(card),
        conditions: conditions.collect(),
    })
}

impl ConditionDistance {
    /// With what is lacking.
    pub(super) fn measured(mut self) -> Self {
        let compared = self.found.zip(self.required).filter(|_| !self.holds);
        self.short_by = compared.map(|(found, required)| (required - found).abs());
        self
    }
}
