//! The composite-indicator engine for relative methods and large sets: f64, one column per indicator.
//!
//! The steps follow the OECD/JRC Handbook on Constructing Composite Indicators (2008): denominate, impute, screen, treat,
//! normalise, aggregate, rank. Each step is a function from matrix to matrix; [`compute`] does the last three in one pass.
//! The engine refuses, naming indicator and unit, where others answer NaN.

mod aggregate;
mod denominate;
mod engine;
mod error;
mod impute;
pub(crate) mod matrix;
pub(crate) mod moments;
mod normalise;
pub(crate) mod parallel;
mod pass;
mod screen;
mod treat;
pub(crate) mod tree;

pub use aggregate::{Aggregation, Mean, aggregate};
pub use denominate::denominate;
pub use engine::{Composite, Plan, compute};
pub use error::CompositeError;
pub use impute::impute_group_mean;
pub use matrix::{Column, Matrix};
pub use normalise::{Normalisation, normalise};
pub use screen::{Screened, screen_by_availability};
pub use treat::{Treated, TreatedPoint, Treatment, TreatmentLimits, TreatmentRecord, treat};
pub use tree::{Direction, NodeKind, NodeSpec, Tree};
