//! An invented county for demonstrations, load tests and training: enterprises, answers and workbook mistakes from a seed.
//!
//! Nothing of the domain stands in this code. Which questions there are comes from the questionnaire; how enterprises
//! answer them comes from a profile ([`DemoProfile`]), a document in a small generator language of traits (hidden numbers
//! such as the maturity of an enterprise), terms (arithmetic and chance) and recipes (how an answer of each kind comes
//! about). [`County`] fits a profile to a questionnaire and makes enterprises from it. No clock, no input or output;
//! the same seed gives the same bytes on every machine.

mod codes;
mod condition;
mod county;
mod dice;
mod draft;
mod fault;
mod field;
mod identity;
mod last_year;
mod profile;
mod quota;
mod sample;
mod template;
mod term;
mod validate;
mod workshop;

#[cfg(test)]
mod tests;

pub use condition::{Comparison, Condition, Test};
pub use county::County;
pub use profile::{
    Constant, CreditCodes, DemoProfile, FactQuestions, FaultPlan, FaultRecipe, LastYear, Mistake, Recipe, Step,
    Stratum, Thresholds,
};
pub use sample::{InjectedFault, SampleEnterprise, SampleFacts};
pub use term::{Operation, Term};

/// Every code that this crate gives.
pub fn all_codes() -> Vec<survey::codes::Row> {
    survey::codes::rows::<codes::ProfileCode>().collect()
}
