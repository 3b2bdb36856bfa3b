//! Rounds: one questionnaire, one year, one population.

pub mod create;
pub mod figures;
pub mod read;
pub mod update;
