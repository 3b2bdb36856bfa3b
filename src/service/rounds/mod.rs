//! Rounds: one questionnaire, one year, one population.

pub mod create;
pub mod figures;
pub(crate) mod form;
pub(crate) mod last_answers;
pub mod read;
pub mod update;
