//! What is asked and answered: questionnaires, answers, expressions, edit rules, energy accounting.
//!
//! This crate knows no HTTP, no database, no clock and no randomness. A questionnaire comes in as a document
//! ([`questionnaire::Questionnaire`]); it is validated and compiled together with its code lists and factor tables into
//! a [`survey::Survey`], which reads raw workbook cells into answers, computes derived values and raises findings.

pub mod accounting;
pub mod answer;
pub mod cell;
pub mod document;
pub mod expression;
pub mod finding;
pub mod identifier;
pub mod justification;
pub mod messages;
pub mod questionnaire;
pub mod reading;
pub mod report;
pub mod schema;
pub mod survey;
pub mod tables;
pub mod text;
pub mod width;
