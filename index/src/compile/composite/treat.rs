//! The treatment of outliers.

use super::context::Context;
use crate::{
    compile::faults::Faults,
    composite::{Step, Treatment, TreatmentLimits, TreatmentStep, Treatments},
    document::{IndicatorTreatment, LimitRule, StepRule, TreatmentRule},
};

impl Context<'_> {
    pub(super) fn treatment(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.treatment.as_ref()?;
        self.known(rule.indicators.keys(), "/treatment/indicators", faults);
        let of = rule
            .indicators
            .iter()
            .map(|(code, own)| (code.clone(), treatment_of(rule, Some(own))));
        Some(Step::Treat(Treatments {
            all: treatment_of(rule, None).unwrap_or_default(),
            of: of.collect(),
        }))
    }
}

/// How an indicator is treated: what it says itself, else what is said for all, else the default.
fn treatment_of(rule: &TreatmentRule, own: Option<&IndicatorTreatment>) -> Option<Treatment> {
    if own.is_some_and(|own| !own.treat) {
        return None;
    }
    let default = TreatmentLimits::default();
    let limits = own.and_then(|own| own.limits).or(rule.limits);
    let limits = limits.map_or(default, |LimitRule { skew, kurtosis }| TreatmentLimits {
        skew,
        kurtosis,
    });
    let first = own.and_then(|own| own.first.as_ref()).or(rule.first.as_ref());
    let second = own.and_then(|own| own.second.as_ref()).or(rule.second.as_ref());
    let winsorise = StepRule::Winsorise {
        max_points: None,
        unlimited: false,
        skew: None,
        kurtosis: None,
        force: false,
    };
    Some(Treatment {
        limits,
        first: treatment_step(first.unwrap_or(&winsorise), limits),
        second: treatment_step(second.unwrap_or(&StepRule::LogCt {}), limits),
        combine: own.and_then(|own| own.combine).unwrap_or(rule.combine),
        force: own.and_then(|own| own.force).unwrap_or(rule.force),
    })
}

fn treatment_step(rule: &StepRule, limits: TreatmentLimits) -> Option<TreatmentStep> {
    Some(match rule {
        StepRule::None {} => return None,
        StepRule::Winsorise {
            max_points,
            unlimited,
            skew,
            kurtosis,
            force,
        } => TreatmentStep::Winsorise {
            max_points: (!unlimited).then_some(max_points.unwrap_or(5)),
            limits: TreatmentLimits {
                skew: skew.unwrap_or(limits.skew),
                kurtosis: kurtosis.unwrap_or(limits.kurtosis),
            },
            force: *force,
        },
        StepRule::LogCt {} => TreatmentStep::LogCt,
        StepRule::LogCtPlus {} => TreatmentStep::LogCtPlus,
        StepRule::LogCtOrig {} => TreatmentStep::LogCtOrig,
        StepRule::LogGii {} => TreatmentStep::LogGii,
        StepRule::Log {} => TreatmentStep::Log,
        StepRule::Log1p {} => TreatmentStep::Log1p,
        StepRule::BoxCox { lambda, shift } => TreatmentStep::BoxCox {
            lambda: *lambda,
            shift: *shift,
        },
    })
}
