//! The steps before normalisation, in their order.

use std::collections::BTreeSet;

use survey::document::segment;

use super::{context::Context, refusals::check_share};
use crate::{
    codes::CompositeCode,
    compile::faults::Faults,
    composite::{Denominator, Screening, Step},
    document::{CompositeStep, ScreenBy},
    exchange::MetaKind,
};

impl Context<'_> {
    /// The steps before normalisation that the document has, in its order.
    pub(super) fn steps(&self, faults: &mut Faults) -> Vec<Step> {
        let usual = [
            CompositeStep::Denominate,
            CompositeStep::Impute,
            CompositeStep::Screen,
            CompositeStep::Treat,
        ];
        let order = self.document.order.as_deref().unwrap_or(&usual);
        let named: BTreeSet<CompositeStep> = order.iter().copied().collect();
        let document = self.document;
        let present = [
            (CompositeStep::Denominate, document.denomination.is_some()),
            (CompositeStep::Impute, document.imputation.is_some()),
            (CompositeStep::Screen, document.screening.is_some()),
            (CompositeStep::Treat, document.treatment.is_some()),
        ];
        if named.len() != order.len() || present.iter().any(|(step, there)| *there && !named.contains(step)) {
            faults.add(
                CompositeCode::BadOrder,
                "/order",
                "order 须恰好列出文档中的每个步骤一次。",
                "The order names every step of the document, each once.",
            );
        }
        let steps = order.iter().filter_map(|step| match step {
            CompositeStep::Denominate => self.denomination(faults),
            CompositeStep::Impute => self.imputation(faults),
            CompositeStep::Screen => self.screening(faults),
            CompositeStep::Treat => self.treatment(faults),
        });
        steps.collect()
    }

    fn denomination(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.denomination.as_ref()?;
        let Some(given) = &rule.indicators else {
            let rows = self.meta.iter().flat_map(|meta| meta.of_kind(MetaKind::Indicator));
            let of = rows.filter_map(|row| Some((row.code.clone(), Denominator::new(row.denominator.clone()?))));
            return Some(Step::Denominate(of.collect()));
        };
        self.known(given.keys(), "/denomination/indicators", faults);
        for (code, rule) in given
            .iter()
            .filter(|(_, rule)| !rule.factor.is_finite() || rule.factor == 0.0)
        {
            faults.add(
                CompositeCode::BadSetting,
                format!("/denomination/indicators/{}/factor", segment(code)),
                format!("系数 {} 不能为零。", rule.factor),
                format!("The factor {} must not be zero.", rule.factor),
            );
        }
        let of = given.iter().map(|(code, rule)| {
            let (by, factor) = (rule.by.clone(), rule.factor);
            (code.clone(), Denominator { by, factor })
        });
        Some(Step::Denominate(of.collect()))
    }

    fn screening(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.screening.as_ref()?;
        for (field, share) in [("availability", rule.availability), ("nonzero", rule.nonzero)] {
            check_share(share, &format!("/screening/{field}"), faults);
        }
        for unit in rule.drop.intersection(&rule.keep) {
            faults.add(
                CompositeCode::KeptAndDropped,
                "/screening/drop",
                format!("单位 {unit} 同时列在 keep 和 drop 中，请只留一处。"),
                format!("Unit {unit} stands in keep and in drop; leave it in one of them."),
            );
        }
        let availability = Some(rule.availability.unwrap_or(2.0 / 3.0));
        let nonzero = Some(rule.nonzero.unwrap_or(0.05));
        Some(Step::Screen(Screening {
            availability: availability.filter(|_| rule.by != ScreenBy::Nonzero),
            nonzero: nonzero.filter(|_| rule.by != ScreenBy::Availability),
            keep: rule.keep.clone(),
            drop: rule.drop.clone(),
        }))
    }
}
