//! One return of a run, evaluated and scored.

use std::collections::BTreeSet;

use index::{
    card::Scored,
    compile::{CompiledCard, CompiledComposite},
    returns::{Figures, UnitFigures},
};
use survey::{
    answer::Answers,
    survey::{Evaluation, RoundContext, Survey},
};

use super::pass::Contents;
use crate::domain::{revision::RevisionContent, run::RunInput};

/// What a composite keeps of a return.
pub(super) fn figures_of(
    survey: &Survey,
    composite: &CompiledComposite,
    input: &RunInput,
    contents: &Contents<'_>,
) -> UnitFigures {
    let figures = |content, previous| figures_of_content(survey, composite, content, previous);
    let last_year = contents.previous.filter(|_| composite.needs_last_year());
    let group = |name: &String| match name.as_str() {
        "area" => Some(input.area_code.clone()),
        "industry" => Some(input.industry_code.clone()),
        "size_class" => input.size_class.clone(),
        _ => None,
    };
    UnitFigures {
        unit: input.uscc.clone(),
        figures: figures(contents.now, contents.previous.map(|previous| &previous.answers)),
        last_year: last_year.map(|previous| figures(previous, None)),
        groups: composite.group_columns().iter().map(group).collect(),
    }
}

/// What a composite keeps of the content of one revision.
pub(crate) fn figures_of_content(
    survey: &Survey,
    composite: &CompiledComposite,
    content: &RevisionContent,
    previous: Option<&Answers>,
) -> Figures {
    let (evaluation, not_applicable) = evaluated(survey, content, previous);
    composite.figures(&evaluation, &not_applicable)
}

/// Scores the content of one revision.
pub(crate) fn score_content(
    survey: &Survey,
    methodology: &CompiledCard,
    content: &RevisionContent,
    previous: Option<&Answers>,
) -> Scored {
    let (evaluation, not_applicable) = evaluated(survey, content, previous);
    methodology.score(&evaluation, &not_applicable)
}

/// What a revision says, and the questions that do not apply: whoever accepted it has agreed to what it claims.
pub(super) fn evaluated(
    survey: &Survey,
    content: &RevisionContent,
    previous: Option<&Answers>,
) -> (Evaluation, BTreeSet<String>) {
    let evaluation = survey.evaluate(&content.answers, &RoundContext::default(), previous);
    (evaluation, content.claims.keys().cloned().collect())
}
