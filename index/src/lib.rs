//! Composite indicators: normalise, weigh, aggregate, rank, explain.
//!
//! There are two numeric worlds and one idea of a tree. A methodology with declared rounding is scored in exact decimals,
//! one return at a time ([`document`], [`compile`], [`card`], [`explain`], [`region`]). Relative methods and large
//! sets go through the f64 engine, column by column ([`composite`]). Both are ranked by [`rank`].
//!
//! [`returns`] brings the two together: a composite over the returns of a round.
//!
//! Around the f64 engine stand [`statistics`] of its columns, [`weights`] with their origin, [`alternatives`] to an
//! index as a ranking, and [`robustness`] of a ranking against the choices made in it.
//!
//! The crate knows no HTTP, no database, no clock and no randomness, and holds no indicator, weight or condition of its
//! own: those come as documents.

pub mod alternatives;
pub mod card;
pub mod codes;
pub mod compile;
pub mod composite;
pub mod difference;
pub mod disclosure;
pub mod document;
pub mod exact;
pub mod exchange;
pub mod explain;
pub mod ladder;
pub mod outline;
pub mod over_returns;
pub mod overlap;
pub mod parallel;
pub mod rank;
pub mod region;
pub mod returns;
pub mod robustness;
pub mod schema;
pub mod source;
pub mod statistics;
pub mod weights;
