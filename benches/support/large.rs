//! A county of any size, generated part by part: of all its answers only one part is in memory.

use std::sync::Arc;

use demo::SampleEnterprise;
use ronghe::{
    domain::round::RoundId,
    service::{Service, documents::form::Form, registry::import_enterprises::import_enterprises},
};
use survey::{
    answer::{Answer, Answers},
    identifier::Uscc,
};

use crate::support::{county, form, operator, publish, round_of_all};

/// Enterprises that are generated at once.
const GENERATED: usize = 1000;

/// The generated part, and how to generate another.
pub(crate) struct LargeCounty {
    form: Arc<Form>,
    part: usize,
    samples: Vec<SampleEnterprise>,
}

impl LargeCounty {
    pub(crate) fn new(form: &Arc<Form>) -> Self {
        Self {
            form: Arc::clone(form),
            part: usize::MAX,
            samples: Vec::new(),
        }
    }

    fn sample(&mut self, at: usize) -> &SampleEnterprise {
        let part = at / GENERATED;
        if part != self.part {
            self.samples = county(&self.form).generate(part as u64 + 1, GENERATED);
            self.part = part;
        }
        &self.samples[at % GENERATED]
    }

    /// What the enterprise with this code of the county answers.
    pub(crate) fn answers_of(&mut self, uscc: &str) -> Answers {
        let sample = self.sample(uscc[8..16].parse().unwrap());
        let mut answers = sample.answers.clone();
        for answer in answers.values_mut() {
            if *answer == Answer::Text(sample.facts.uscc.clone()) {
                *answer = Answer::Text(uscc.to_owned());
            }
        }
        answers
    }
}

/// The code of the enterprise at this place of a large county, with both check characters.
fn uscc(at: usize) -> String {
    let letters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let with = |body: String, right: &dyn Fn(&str) -> bool| {
        let mut candidates = letters.chars().map(|letter| format!("{body}{letter}"));
        candidates.find(|candidate| right(candidate)).unwrap()
    };
    let inner = with(format!("91330111{at:08}"), &|text| {
        Uscc::parse(&format!("{text}0")).is_ok_and(|code| code.inner_check_ok())
    });
    with(inner, &|text| Uscc::parse(text).is_ok_and(|code| code.check_ok()))
}

/// The registry of a large county, imported as a list, and a round that asks all of it.
pub(crate) async fn large_round(service: &Arc<Service>, enterprises: usize) -> RoundId {
    publish(service).await;
    let mut county = LargeCounty::new(&form(service).await);
    let mut list = "统一社会信用代码,企业名称,镇街代码,行业代码,从业人员,营业收入（万元）\n".to_owned();
    for at in 0..enterprises {
        let facts = &county.sample(at).facts;
        let number = |number: Option<String>| number.unwrap_or_default();
        let row = [
            uscc(at),
            facts.name.clone(),
            facts.area_code.clone(),
            facts.industry_code.clone(),
            number(facts.employees.map(|count| count.to_string())),
            number(facts.revenue_wan_yuan.map(|money| money.to_string())),
        ];
        list.push_str(&row.join(","));
        list.push('\n');
    }
    let report = import_enterprises(service, &operator(), &list.into(), false)
        .await
        .unwrap();
    assert_eq!(report.created, enterprises, "{:?}", report.outcomes.first());
    round_of_all(service).await
}
