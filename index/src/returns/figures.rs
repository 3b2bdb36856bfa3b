//! What is kept of one return.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    card::{Facts, MissingReason},
    compile::{CompiledComposite, CompositeColumn},
    composite::Step,
    source::figure,
};

/// What is kept of one return, column by column of the methodology.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures(Vec<Result<f64, MissingReason>>);

/// A return on its way into a score.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitFigures {
    /// The unit: credit code.
    pub unit: String,
    /// Its figures of this year.
    pub figures: Figures,
    /// Its figures of the year before, where there are any; looked at only where [`CompiledComposite::needs_last_year`].
    pub last_year: Option<Figures>,
    /// Its groups, in the order of [`CompiledComposite::group_columns`].
    pub groups: Vec<Option<String>>,
}

/// The figure of an indicator as it is compared: itself, or divided by the size of the unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotient<'m> {
    pub(crate) indicator: &'m CompositeColumn,
    pub(crate) column: usize,
    /// The column of the size, and the factor of the quotient.
    by: Option<(usize, f64)>,
}

impl Figures {
    pub(super) fn get(&self, column: usize) -> Option<f64> {
        self.0.get(column)?.ok()
    }

    pub(super) fn missing(&self, column: usize) -> Option<MissingReason> {
        self.0.get(column)?.err()
    }
}

impl Quotient<'_> {
    pub(super) fn size(self, figures: &Figures) -> Option<f64> {
        let size = match self.by {
            None => 1.0,
            Some((column, factor)) => figures.get(column)? / factor,
        };
        Some(size).filter(|size| *size != 0.0)
    }

    pub(super) fn of(self, figures: &Figures) -> Option<f64> {
        Some(figures.get(self.column)? / self.size(figures)?)
    }
}

impl CompiledComposite {
    /// What is kept of a return. `not_applicable` are the questions of which the reviewer has agreed that they do not
    /// apply.
    pub fn figures(&self, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> Figures {
        let columns = self.columns.iter();
        Figures(
            columns
                .map(|column| figure(&column.source, facts, not_applicable))
                .collect(),
        )
    }

    /// Whether missing figures are filled from the year before.
    pub fn needs_last_year(&self) -> bool {
        let steps = self.method.steps.iter();
        steps
            .into_iter()
            .any(|step| matches!(step, Step::ImputeOverYears { .. }))
    }

    /// The columns of groups that it needs, each a fact of the registry: `area`, `industry`, `size_class`.
    pub fn group_columns(&self) -> Vec<String> {
        self.method.groups().into_iter().collect()
    }

    /// The indicators as they are compared; one that is divided by what has no column is left out.
    pub(crate) fn quotients(&self) -> Vec<Quotient<'_>> {
        let mut quotients = Vec::with_capacity(self.columns.len());
        let indicators = self.columns.iter().enumerate();
        for (column, indicator) in indicators.filter(|(_, column)| !column.denominator) {
            let denominator = self.method.denominator(&indicator.code);
            let by = denominator.and_then(|denominator| {
                let is_size = |column: &CompositeColumn| column.denominator && column.code == denominator.by;
                Some((self.columns.iter().position(is_size)?, denominator.factor))
            });
            if denominator.is_some() == by.is_some() {
                quotients.push(Quotient { indicator, column, by });
            }
        }
        quotients
    }

    /// The questions that an indicator hangs on, those of what it is divided by included; none of an aggregate.
    pub(crate) fn questions(&self, code: &str) -> Arc<[String]> {
        let column = |code: &str, denominator: bool| {
            let mut columns = self.columns.iter();
            columns.find(|column| column.code == code && column.denominator == denominator)
        };
        let Some(own) = column(code, false) else {
            return Arc::default();
        };
        let by = self.method.denominator(code).and_then(|by| column(&by.by, true));
        let Some(by) = by else {
            return own.source.questions.clone();
        };
        let own = own.source.questions.iter();
        let more = by
            .source
            .questions
            .iter()
            .filter(|question| !own.clone().any(|own| own == *question));
        own.clone().chain(more).cloned().collect()
    }
}
