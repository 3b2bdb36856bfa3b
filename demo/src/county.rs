//! The county: a validated profile that makes enterprises.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use survey::{
    answer::{Answer, Answers},
    document::DocumentFault,
    survey::{RoundContext, Survey},
    tables::ReferenceTables,
};

use super::{
    dice::Dice,
    draft::Draft,
    fault,
    field::Field,
    identity::Brands,
    last_year,
    profile::{DemoProfile, Stratum},
    quota::allot,
    sample::{SampleEnterprise, SampleFacts},
    validate::validate,
    workshop::Workshop,
};

/// A county that can be generated: a profile known to fit its questionnaire.
#[derive(Clone, Debug)]
pub struct County<'s> {
    profile: DemoProfile,
    survey: &'s Survey,
    fields: BTreeMap<String, Field>,
}

impl<'s> County<'s> {
    /// Fits a profile to a survey, or lists everything that does not fit.
    pub fn new(profile: DemoProfile, survey: &'s Survey) -> Result<Self, Vec<DocumentFault>> {
        let questions = survey.questionnaire().questions.iter();
        let fields = questions
            .map(|q| (q.code.clone(), Field::of_question(q, survey)))
            .collect();
        let faults = validate(&profile, survey, &fields);
        if faults.is_empty() {
            Ok(Self {
                profile,
                survey,
                fields,
            })
        } else {
            Err(faults)
        }
    }

    /// Makes enterprises. The same profile, survey, seed and number give the same enterprises, byte for byte.
    pub fn generate(&self, seed: u64, enterprises: usize) -> Vec<SampleEnterprise> {
        let plan = Plan::new(&self.profile, self.survey.tables(), seed, enterprises);
        let mut names = BTreeSet::new();
        (0..enterprises)
            .map(|serial| self.enterprise(&plan, serial, &mut names))
            .collect()
    }

    fn enterprise(&self, plan: &Plan<'_>, serial: usize, names: &mut BTreeSet<String>) -> SampleEnterprise {
        let workshop = Workshop {
            profile: &self.profile,
            fields: &self.fields,
            seed: plan.seed,
            enterprise: serial as u64,
        };
        let (mut draft, facts) = self.named_draft(plan, &workshop, serial, names);
        // Last year's steps may use answers that the form does not ask of this variant, so those are dropped afterwards.
        let previous = plan.took_part(serial).then(|| {
            let questions = &self.survey.questionnaire().questions;
            self.relevant(&last_year::answers(&workshop, &draft, questions))
        });
        draft.answers = self.relevant(&draft.answers);
        let faults = if plan.errs(serial) {
            fault::inject(&workshop, &draft)
        } else {
            Vec::new()
        };
        SampleEnterprise {
            facts,
            answers: draft.answers,
            previous,
            faults,
        }
    }

    /// The answers to relevant questions: a profile need not say which variant is asked what.
    fn relevant(&self, answers: &Answers) -> Answers {
        self.survey.evaluate(answers, &RoundContext::new(), None).answers
    }

    /// The draft with a name that no earlier enterprise has. A name made of other words may by chance read like an earlier
    /// one; the next free brand then tells them apart, and brands never end.
    fn named_draft<'p>(
        &self,
        plan: &Plan<'p>,
        workshop: &Workshop<'_>,
        serial: usize,
        names: &mut BTreeSet<String>,
    ) -> (Draft<'p>, SampleFacts) {
        let mut attempt = 0;
        loop {
            let mut draft = plan.draft(serial, attempt);
            workshop.run(&self.profile.steps, &mut draft, &BTreeSet::new());
            let facts = self.facts(&draft.answers);
            if names.insert(facts.name.clone()) {
                return (draft, facts);
            }
            attempt += 1;
        }
    }

    fn facts(&self, answers: &Answers) -> SampleFacts {
        let questions = &self.profile.facts;
        let text = |code: &str| match answers.get(code) {
            Some(Answer::Text(text) | Answer::Choice(text)) => text.clone(),
            _ => String::new(),
        };
        let number = |code: &str| match answers.get(code) {
            Some(Answer::Number(number)) => Some(*number),
            _ => None,
        };
        SampleFacts {
            uscc: text(&questions.uscc),
            name: text(&questions.name),
            area_code: text(&questions.area),
            industry_code: text(&questions.industry),
            employees: number(&questions.employees).as_ref().and_then(Decimal::to_u32),
            revenue_wan_yuan: number(&questions.revenue_wan_yuan),
            assets_wan_yuan: number(&questions.assets_wan_yuan),
        }
    }
}

/// What is decided for the county as a whole before its enterprises are made one by one.
struct Plan<'a> {
    tables: &'a ReferenceTables,
    seed: u64,
    enterprises: usize,
    brands: Brands<'a>,
    strata: BTreeMap<&'a str, Vec<&'a Stratum>>,
    took_part: Vec<usize>,
    errs: Vec<usize>,
}

impl<'a> Plan<'a> {
    fn new(profile: &'a DemoProfile, tables: &'a ReferenceTables, seed: u64, enterprises: usize) -> Self {
        let dice = |purpose: &str| Dice::new(seed, u64::MAX, purpose);
        let share = |share: f64, purpose: &str| allot(&[share, 1.0 - share], enterprises, &mut dice(purpose));
        let strata = profile.strata.iter().map(|(kind, strata)| {
            let weights: Vec<f64> = strata.iter().map(|stratum| stratum.weight).collect();
            let places = allot(&weights, enterprises, &mut dice(&format!("strata.{kind}")));
            (
                kind.as_str(),
                places.into_iter().filter_map(|place| strata.get(place)).collect(),
            )
        });
        Self {
            tables,
            seed,
            enterprises,
            brands: Brands::new(&profile.brands, &mut dice("brands")),
            strata: strata.collect(),
            took_part: share(profile.last_year.share, "last_year"),
            errs: share(profile.faults.share, "faults"),
        }
    }

    fn draft(&self, serial: usize, attempt: usize) -> Draft<'a> {
        let strata = self
            .strata
            .iter()
            .filter_map(|(kind, strata)| Some((*kind, *strata.get(serial)?)));
        Draft {
            brand: self
                .brands
                .brand(serial.saturating_add(attempt.saturating_mul(self.enterprises))),
            serial,
            strata: strata.collect(),
            tables: Some(self.tables),
            ..Draft::default()
        }
    }

    fn took_part(&self, serial: usize) -> bool {
        self.took_part.get(serial) == Some(&0)
    }

    fn errs(&self, serial: usize) -> bool {
        self.errs.get(serial) == Some(&0)
    }
}
