//! Bringing indicators of different units to one scale, direction first.
//!
//! Every method is fitted to a sample and then applied, so that the bounds of one year can be frozen and used for another.
//! Formulas: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 5; COINr, vignette "normalise".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    error::CompositeError,
    fitting::{Fit, Sample},
    matrix::{Column, Matrix},
    normalisation::Normalisation,
    scaler::Scaler,
    tree::{Direction, Indicator, Tree},
};

/// The scale of every indicator of a tree, fitted and ready to be applied to any data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scales {
    /// In the order of the tree's indicators.
    pub(super) of: Vec<Scale>,
    /// The scale of every aggregate that has one, in the order of the tree's aggregates; empty where none has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) of_aggregates: Vec<Option<Scaler>>,
}

impl Scales {
    /// The indicators whose better values have lower scores: under a fraction of the best value that is below zero, or a
    /// target that is worse than the worst value. COINr computes with such a scale.
    pub fn turned_over<'t>(&'t self, tree: &'t Tree) -> impl Iterator<Item = &'t str> {
        let indicators = tree.indicators.iter().zip(&self.of);
        let is_turned = |indicator: &Indicator, scale: &Scale| {
            let less_is_better = indicator.direction == Direction::Negative;
            let turned = |scaler: &Scaler| scaler.falls().is_some_and(|falls| falls != less_is_better);
            match scale {
                Scale::Whole(scaler) => turned(scaler),
                Scale::ByGroup(scalers) => scalers.values().any(turned),
            }
        };
        let turned = indicators.filter(move |(indicator, scale)| is_turned(indicator, scale));
        turned.map(|(indicator, _)| indicator.code.as_str())
    }
}

/// The scale of an indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Scale {
    /// One for all units.
    Whole(Scaler),
    /// One for each group.
    ByGroup(BTreeMap<String, Scaler>),
}

/// Normalises every column of the data; each must be an indicator of the tree.
pub fn normalise(data: &Matrix, tree: &Tree, normalisation: &Normalisation) -> Result<Matrix, CompositeError> {
    let columns = data
        .columns()
        .iter()
        .map(|column| {
            let indicator = tree
                .indicators
                .iter()
                .find(|i| i.code == column.code())
                .ok_or_else(|| CompositeError::ColumnNotInTree {
                    code: column.code().to_owned(),
                })?;
            let sample = Sample { data, peers: None };
            let scaler = fit_scaler(indicator, &[(sample, column)], None, normalisation, false)?;
            scaler.map(column, data.units())
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(data.with_columns(columns))
}

/// Fits the scale of one indicator to its columns in one or several samples.
pub(super) fn fit_scale(
    indicator: &Indicator,
    samples: &[(Sample<'_>, &Column)],
    normalisation: &Normalisation,
    constant_is_missing: bool,
) -> Result<Scale, CompositeError> {
    let mut groups: Vec<&String> = samples
        .iter()
        .filter_map(|(sample, _)| sample.peers)
        .flatten()
        .collect();
    if groups.is_empty() {
        return fit_scaler(indicator, samples, None, normalisation, constant_is_missing).map(Scale::Whole);
    }
    groups.sort_unstable();
    groups.dedup();
    let scalers = groups.into_iter().map(|group| {
        fit_scaler(indicator, samples, Some(group), normalisation, constant_is_missing)
            .map(|scaler| (group.clone(), scaler))
    });
    scalers.collect::<Result<_, _>>().map(Scale::ByGroup)
}

/// Fits one scaler to the values of all units or of one group; refuses a sample without any spread.
fn fit_scaler(
    indicator: &Indicator,
    samples: &[(Sample<'_>, &Column)],
    group: Option<&String>,
    normalisation: &Normalisation,
    constant_is_missing: bool,
) -> Result<Scaler, CompositeError> {
    let normalisation = indicator.normalisation.as_ref().unwrap_or(normalisation);
    let fit = Fit {
        code: &indicator.code,
        sign: if indicator.direction == Direction::Negative {
            -1.0
        } else {
            1.0
        },
        samples,
        group,
    };
    match fit.scaler(normalisation) {
        // A group of one or none has no spread either.
        Err(
            CompositeError::ConstantColumn { .. }
            | CompositeError::TooFewValues { .. }
            | CompositeError::NoScale { .. },
        ) if constant_is_missing => Ok(Scaler::Missing),
        Err(CompositeError::BadSetting { setting, value }) => Err(CompositeError::BadParameter {
            code: indicator.code.clone(),
            setting,
            value,
        }),
        other => other,
    }
}

#[cfg(test)]
mod tests;
