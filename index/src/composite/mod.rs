//! The composite-indicator engine for relative methods and large sets: f64, one column per indicator.
//!
//! The steps follow the OECD/JRC Handbook on Constructing Composite Indicators (2008): denominate, impute, screen, treat,
//! normalise, aggregate, rank. Each step is a function from matrix to matrix; [`compute`] does the last three in one pass.
//! The engine refuses, naming indicator and unit, where others answer NaN.

mod aggregate;
mod alone;
mod cause;
mod copeland;
mod denominate;
mod detail;
mod engine;
mod error;
mod explain;
mod fitting;
mod impute;
mod levels;
pub(crate) mod matrix;
mod mean;
pub(crate) mod moments;
mod normalisation;
mod normalise;
mod panel;
mod pass;
mod pipeline;
mod row_mean;
mod scaler;
mod screen;
mod transform;
mod treat;
pub(crate) mod tree;

pub use aggregate::aggregate;
pub use alone::{Alone, Changed};
pub use denominate::{Denominator, denominate};
pub use detail::{CompositeDetail, ImputedFigure};
pub use engine::{Composite, Plan, compute, compute_with, fit};
pub use error::CompositeError;
pub use explain::{Contribution, ContributionScale, explain_unit};
pub use fitting::Sample;
pub use impute::{Fill, Imputation, Imputed, ImputedPoint, impute, impute_by_unit, imputed_share};
pub use levels::{Cuts, StageConditions};
pub use matrix::{Column, Matrix};
pub use mean::{Aggregation, Mean, Missing};
pub use normalisation::{Base, Bounds, Normalisation, On, Variance};
pub use normalise::{Scales, normalise};
pub use panel::{MeanChange, UnitChange, YearFill, decompose_means, impute_over_years, unit_changes};
pub use pipeline::{Bounding, Method, Stage, Step, YearInput, YearResult};
pub use scaler::Ties;
pub use screen::{ScreenRecord, Screened, Screening, Verdict, screen, select_rows};
pub use treat::{
    Shape, Treated, TreatedPoint, Treatment, TreatmentLimits, TreatmentRecord, TreatmentStep, Treatments, treat,
};
pub use tree::{Direction, NodeKind, NodeSpec, Tree};
