//! What is asked for when the robustness of a run is tested.

use index::robustness::{Design, NoiseOn, Uncertain, WeightUncertainty};
use serde::{Deserialize, Serialize};

/// What is asked for when the robustness of a run is tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RobustnessRequest {
    /// Replications, 1 to 10 000; of a sensitivity analysis those of each block.
    pub replications: u32,
    /// By how much a weight moves at most, as a share of itself, 0 to 1; zero only where settings are uncertain.
    pub noise: f64,
    /// Settings of a composite that could be otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertain: Vec<Uncertain>,
    /// Whether it is asked what of all this the ranks hang on.
    #[serde(default)]
    pub sensitivity: bool,
}

impl RobustnessRequest {
    /// Replications where nothing is said: the intervals of ranks are stable from some hundreds on.
    pub const USUAL_REPLICATIONS: u32 = 1_000;
    /// Noise where nothing is said: a weight moves by a quarter of itself at most.
    pub const USUAL_NOISE: f64 = 0.25;

    /// How often the ranking is computed.
    pub fn runs(&self) -> u64 {
        let blocks = if self.sensitivity {
            self.design().parameters().len() as u64 + 2
        } else {
            1
        };
        u64::from(self.replications) * blocks
    }

    /// What is varied.
    pub fn design(&self) -> Design {
        let noise = NoiseOn {
            codes: None,
            factor: self.noise,
        };
        Design {
            uncertain: self.uncertain.clone(),
            weights: (self.noise > 0.0).then(|| WeightUncertainty::Noise(vec![noise])),
            cuts: Vec::new(),
        }
    }
}
