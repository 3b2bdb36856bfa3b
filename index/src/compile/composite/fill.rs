//! The filling of missing values.

use std::collections::BTreeMap;

use survey::document::segment;

use super::{context::Context, refusals::misplaced_at};
use crate::{
    codes::CompositeCode,
    compile::faults::Faults,
    composite::{Fill, Imputation, Step, YearFill},
    document::{EmptyFill, FillMethod},
};

impl Context<'_> {
    pub(super) fn imputation(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.imputation.as_ref()?;
        self.known(rule.indicators.keys(), "/imputation/indicators", faults);
        let mut own = |method: FillMethod, value: Option<f64>, pointer: String| {
            let fill = fill_of(method, value);
            if fill.is_none() {
                faults.add(
                    CompositeCode::BadFill,
                    pointer,
                    "该插补方法只能用于全部指标，不能单独用于一个指标。",
                    "This method fills all indicators at once; it cannot be that of one indicator.",
                );
            }
            // Refused: the rest of the document is checked as with the usual fill.
            fill.unwrap_or(Fill::Mean)
        };
        let of = rule.indicators.iter().map(|(code, indicator)| {
            let pointer = format!("/imputation/indicators/{}/method", segment(code));
            (code.clone(), own(indicator.method, indicator.value, pointer))
        });
        let of: BTreeMap<String, Fill> = of.collect();
        let grouped = |fill: &Fill| matches!(fill, Fill::GroupMean | Fill::GroupMedian);
        let fill = fill_of(rule.method, rule.value);
        if rule.group.is_none() && of.values().chain(&fill).any(grouped) {
            faults.add(
                CompositeCode::NoGroupColumn,
                "/imputation/group",
                "按组插补须给出分组列 group。",
                "Filling by group needs the column of groups, group.",
            );
        }
        let refuse_empty = rule.empty == EmptyFill::Refuse;
        let over_years = |fill| Step::ImputeOverYears { fill, refuse_empty };
        let Some(fill) = fill else {
            if !of.is_empty() {
                faults.add(
                    CompositeCode::BadFill,
                    "/imputation/indicators",
                    "该插补方法用于全部指标，不能再为单个指标另设。",
                    "This method fills all indicators at once; indicators by themselves are not supported with it.",
                );
            }
            return Some(match rule.method {
                FillMethod::Latest => over_years(YearFill::Latest {
                    max_years: rule.max_years,
                }),
                FillMethod::Linear => over_years(YearFill::Linear),
                FillMethod::Constant => over_years(YearFill::Constant),
                other => Step::ImputeByUnit {
                    level: rule.group_level,
                    by_median: other == FillMethod::UnitMedian,
                    refuse_empty,
                },
            });
        };
        if refuse_empty && of.values().chain([&fill]).all(|fill| *fill == Fill::None) {
            misplaced_at("empty", "/imputation", faults);
        }
        let imputation = Imputation { fill, of, refuse_empty };
        Some(Step::Impute(imputation, rule.group.clone()))
    }
}

/// What the method `value` puts in where the document names no value.
const UNNAMED_VALUE: f64 = 0.0;

/// The fill of one column; none for a method over all columns or all years.
fn fill_of(method: FillMethod, value: Option<f64>) -> Option<Fill> {
    match method {
        FillMethod::None => Some(Fill::None),
        FillMethod::Mean => Some(Fill::Mean),
        FillMethod::Median => Some(Fill::Median),
        FillMethod::GroupMean => Some(Fill::GroupMean),
        FillMethod::GroupMedian => Some(Fill::GroupMedian),
        FillMethod::Value => Some(Fill::Value(value.unwrap_or(UNNAMED_VALUE))),
        FillMethod::UnitMean
        | FillMethod::UnitMedian
        | FillMethod::Latest
        | FillMethod::Linear
        | FillMethod::Constant => None,
    }
}
