//! What is kept of a return to compare others with it.

use rust_decimal::Decimal;

/// Of the answers of a return, those that a comparison needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The numeric questions, in the order of the questionnaire.
    pub(super) numbers: Vec<Option<Decimal>>,
    /// The answers that must not occur twice, in the order of the context fields.
    pub(super) keys: Vec<Option<String>>,
}

/// What an accepted return contributes to the figures of its industry.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerFigures {
    /// Industry code in the registry.
    pub industry: String,
    /// The values that context fields are made of, in the order of the fields.
    pub(super) values: Vec<Option<f64>>,
}
