//! What is computed and should be looked at all the same.

use std::collections::{BTreeMap, BTreeSet};

use index::composite::{Bounding, CompositeError, Stage};
use serde::Serialize;
use survey::text::Text;

use super::written::Written;
use crate::{cli::tongue::Tongue, service::error::codes};

/// A reason to look at results that were computed.
#[derive(Serialize)]
pub(in crate::cli::index) struct Warning {
    pub(in crate::cli::index) code: &'static str,
    pub(in crate::cli::index) message: Text,
}

impl Warning {
    pub(in crate::cli::index) fn line(&self, tongue: Tongue) -> String {
        format!(
            "\n{}{}",
            tongue.choose("提示：", "warning: "),
            tongue.say(&self.message)
        )
    }
}

impl Written<'_> {
    /// Indicators whose better values have lower scores.
    pub(super) fn turned_over(&self) -> Vec<Warning> {
        let tree = &self.method.tree;
        let turned = self.results.iter().flat_map(|year| year.scales.turned_over(tree));
        let turned: BTreeSet<&str> = turned.collect();
        let told = turned.into_iter().map(|code| {
            let error = CompositeError::TurnedOver { code: code.to_owned() };
            Warning {
                code: error.code(),
                message: error.message(),
            }
        });
        told.collect()
    }

    /// Indicators that are treated in one year otherwise than in another: their scores cannot be compared over the years.
    pub(super) fn treated_otherwise(&self) -> Option<Warning> {
        if self.method.bounds == Bounding::EachYear {
            return None;
        }
        let mut steps: BTreeMap<&str, BTreeSet<&[&str]>> = BTreeMap::new();
        for year in self.results {
            for stage in &year.stages {
                if let Stage::Treated(treated) = stage {
                    for record in &treated.records {
                        steps.entry(&record.code).or_default().insert(&record.steps);
                    }
                }
            }
        }
        let differing: Vec<&str> = steps
            .iter()
            .filter(|(_, ways)| ways.len() > 1)
            .map(|(code, _)| *code)
            .collect();
        (!differing.is_empty()).then(|| {
            let codes = differing.join(", ");
            Warning {
                code: codes::cli::TREATMENT_DIFFERS.name,
                message: Text::new(
                    format!("各年的异常值处理不同，得分不能跨年比较，变化中也含有处理的影响：{codes}"),
                    format!("treated otherwise in one year than in another, so that scores cannot be compared over the years and changes hold the treatment too: {codes}"),
                ),
            }
        })
    }
}
