//! JSON Schemas of the documents this crate reads and stores.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use crate::{
    answer::Answers,
    justification::JustificationReasons,
    questionnaire::Questionnaire,
    synonyms::Synonyms,
    tables::{FactorSettings, SizeClassRules},
};

/// The schema of each document kind, by the name of the kind, in the order of the names.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("answers", schema_of::<Answers>()),
        ("factor_settings", schema_of::<FactorSettings>()),
        ("justification_reasons", schema_of::<JustificationReasons>()),
        ("questionnaire", schema_of::<Questionnaire>()),
        ("size_classes", schema_of::<SizeClassRules>()),
        ("synonyms", schema_of::<Synonyms>()),
    ]
}

fn schema_of<T: JsonSchema>() -> Value {
    SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}
