//! The columns of figures that a methodology takes from a return.

use survey::{document::segment, expression::Type};

use super::refusals::unknown;
use crate::{
    codes::CompositeCode,
    compile::{faults::Faults, sources::Sources},
    composite::Method,
    document::CompositeMethodology,
    source::FigureSource,
};

/// The columns of groups that enterprises have: facts of the registry.
pub const GROUPS: [&str; 3] = ["area", "industry", "size_class"];

/// A column of figures.
#[derive(Clone, Debug)]
pub struct CompositeColumn {
    /// Code.
    pub code: String,
    /// Whether indicators are divided by it.
    pub denominator: bool,
    /// Where its figure comes from.
    pub source: FigureSource,
}

/// The columns of a methodology over returns: every indicator and denominator needs a source.
pub(super) fn columns(
    document: &CompositeMethodology,
    method: &Method,
    survey: &Sources<'_>,
    faults: &mut Faults,
) -> Vec<CompositeColumn> {
    let indicators = method.tree.indicators().map(|code| (code.to_owned(), false));
    let denominators = method.denominators().into_iter().map(|code| (code, true));
    let wanted: Vec<(String, bool)> = indicators.chain(denominators).collect();
    for code in document.sources.keys() {
        if !wanted.iter().any(|(wanted, _)| wanted == code) {
            unknown(code, &format!("/sources/{}", segment(code)), faults);
        }
    }
    let mut columns = Vec::with_capacity(wanted.len());
    for (code, denominator) in wanted {
        let pointer = format!("/sources/{}", segment(&code));
        let Some(source) = document.sources.get(&code) else {
            if document.questionnaire.is_some() {
                faults.add(
                    CompositeCode::NoSource,
                    pointer,
                    format!("没有说明 {code} 的数值从调查表的哪里来。"),
                    format!("Nothing says where the figures of {code} come from in the questionnaire."),
                );
            }
            continue;
        };
        let pointer = format!("{pointer}/expression");
        let source = survey.figure(&source.expression, &source.needs, &Type::Double, &pointer, faults);
        columns.extend(source.map(|source| CompositeColumn {
            code,
            denominator,
            source,
        }));
    }
    for group in method.groups() {
        if document.questionnaire.is_some() && !GROUPS.contains(&group.as_str()) {
            faults.add(
                CompositeCode::UnknownGroup,
                "/normalisation/group",
                format!("企业没有分组 {group}；可用的是 {}。", GROUPS.join("、")),
                format!("Enterprises have no group {group}; there are {}.", GROUPS.join(", ")),
            );
        }
    }
    columns
}
