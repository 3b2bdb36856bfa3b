//! How much an index hangs on the choices made in it.
//!
//! Choices that could have been made otherwise are named in a [`Design`]: weights, normalisation, treatment, aggregation,
//! missing policy, whatever the methodology document says. [`Draws`] pick one alternative of each for every replication;
//! they are drawn from a source of uniform numbers that is handed in, or given, so that the draws of another program can be
//! replayed. [`replicate`] computes the index once per draw and answers with the interval of ranks of every unit and the
//! probability of every level; [`sensitivity`] says which choice the ranks hang on (Sobol indices); [`remove_each`] leaves
//! out one indicator or node after the other.
//!
//! The method is that of Saisana, Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A 168, 307-323,
//! as COINr's `get_sensitivity` does it.

mod columns;
mod design;
mod draws;
mod error;
mod interval;
mod kernel;
mod noise;
mod parse;
mod prepared;
mod remove;
mod replicate;
mod sobol;

pub use columns::WEIGHT_PREFIX;
pub use design::{Alternatives, Design, NoiseOn, Uncertain, WeightSet, WeightUncertainty};
pub use draws::{Draw, DrawRow, Draws, Setting, draw, draw_sobol};
pub use error::RobustnessError;
pub use interval::{RankInterval, UnitRobustness};
pub use noise::noisy_weights;
pub use prepared::Prepared;
pub use remove::{Removal, Removals, remove_each};
pub use replicate::{Kept, Nominal, Replicated, Request, replicate};
pub use sobol::{Estimate, Sensitivity, SensitivityIndex, SensitivityWarning, estimate, saltelli_sample, sensitivity};
