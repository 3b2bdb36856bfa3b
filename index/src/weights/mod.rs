//! Weights of siblings and where they come from.
//!
//! A weight is a decision, so it never travels without its origin: every function here answers with a [`Weighting`], the
//! weights (none negative, sum 1) together with the method, its inputs and the figures by which it is judged, as one
//! record that can be stored and read again. Given weights, equal weights and pairwise comparisons ([`ahp`]) speak for
//! people; entropy, CRITIC, dispersion, principal components and balanced correlations ([`entropy`], [`critic`],
//! [`disperse`], [`principal_components`], [`balance`]) let the data speak, with all the care that this needs: they weigh
//! how much units differ, not how much an indicator matters.

mod ahp;
mod balance;
mod critic;
mod disperse;
mod doubt;
mod effective;
mod entropy;
mod error;
mod given;
mod minimise;
mod principal;
mod record;
mod siblings;

pub use ahp::{Comparisons, MOST_COMPARED, Prioritisation, ahp, random_index};
pub use balance::{Balance, Influence, balance, balance_level};
pub use critic::critic;
pub use disperse::{Dispersion, disperse};
pub use doubt::{MOST_INCONSISTENT, WeightDoubt};
pub use effective::{EffectiveWeight, effective_weights};
pub use entropy::{EntropyScale, entropy};
pub use error::WeightError;
pub use given::{equal, given};
pub use minimise::{Minimum, SearchLimits, minimise};
pub use principal::{Components, principal_components};
pub use record::{Origin, Weighting};
pub(crate) use siblings::share_of_way;
pub use siblings::{Item, Method, Over, weigh_tree};
