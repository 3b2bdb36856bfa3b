//! Publication: everything that must be true of a questionnaire before it is used, and its compilation.
//!
//! All faults of a document are collected; none is left to be found at an enterprise's upload.

mod expressions;
mod faults;
mod messages;
mod questions;
mod structure;
mod texts;

use std::{collections::BTreeMap, sync::Arc};

use super::{CompiledQuestion, Survey, environment};
use crate::{
    document::DocumentFault,
    questionnaire::{ChoiceOption, Questionnaire},
    reading::OptionIndex,
    tables::ReferenceTables,
};
use faults::Faults;

pub(super) fn compile(
    questionnaire: Questionnaire,
    tables: Arc<ReferenceTables>,
) -> Result<Survey, Vec<DocumentFault>> {
    let mut faults = Faults::default();
    texts::check(&questionnaire, &mut faults);
    let functions = Arc::new(environment::library(&tables));
    structure::check(&questionnaire, &functions, &mut faults);
    let options: Vec<Vec<ChoiceOption>> = questionnaire
        .questions
        .iter()
        .enumerate()
        .map(|(index, question)| questions::check(&questionnaire, index, question, &tables, &mut faults))
        .collect();
    let by_code: BTreeMap<&str, &[ChoiceOption]> = questionnaire
        .questions
        .iter()
        .map(|question| question.code.as_str())
        .zip(options.iter().map(Vec::as_slice))
        .collect();
    let environment = environment::environment(&questionnaire, &by_code, functions);
    let expressions = expressions::compile(&questionnaire, environment, &by_code, &mut faults);
    faults.into_result()?;

    let compiled = questionnaire
        .questions
        .iter()
        .zip(options)
        .zip(expressions.relevance)
        .map(|((question, options), relevance)| CompiledQuestion {
            name: Arc::from(question.code.as_str()),
            previous_name: Arc::from(format!("{}{}", environment::PREVIOUS, question.code)),
            relevance,
            option_index: OptionIndex::of(&options),
            options,
            column_options: question
                .columns
                .iter()
                .flatten()
                .map(|column| {
                    let options = column.own_options();
                    (column.code.clone(), OptionIndex::of(options))
                })
                .collect(),
        })
        .collect();
    let positions = questionnaire
        .questions
        .iter()
        .enumerate()
        .map(|(index, question)| (question.code.clone(), index))
        .collect();
    Ok(Survey {
        tables,
        compiled,
        positions,
        conditions: expressions.conditions,
        derived: expressions.derived,
        rules: expressions.rules,
        environment: expressions.environment,
        questionnaire,
    })
}
