//! One-step conversions of units: offered where they settle a finding, made when the filler asks for them.
//!
//! Which units are mistaken for which is data of the questionnaire. The original number stays in the provenance.

use rust_decimal::Decimal;

use super::{CompiledRule, Evaluation, Survey};
use crate::{
    answer::Answer,
    cell::Provenance,
    finding::{Conversion, Finding},
    messages::Builtin,
    questionnaire::{EditRule, Question},
    reading::{Reading, same_unit},
    text::Text,
};

/// Prefix of the unit in [`Provenance::normalised_by`] of a number that was converted.
const CONVERTED_FROM: &str = "unit:";
/// Conversions tried in one check. Each costs as much as computing the derived values; a return that is wrong all over
/// has other worries than units.
const MOST_TRIALS: usize = 60;

/// A conversion that a filler asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedConversion {
    /// Question code.
    pub question: String,
    /// The unit that the number was entered in.
    pub unit: String,
    /// The raw text that it was asked for; a cell that says something else by now is left as it is.
    pub raw: Option<String>,
}

impl WantedConversion {
    /// The conversions that were made of answers with these provenances.
    pub fn made<'p>(provenance: impl IntoIterator<Item = (&'p String, &'p Provenance)>) -> Vec<Self> {
        let wanted = |(question, provenance): (&String, &Provenance)| {
            let unit = provenance
                .normalised_by
                .iter()
                .find_map(|rule| rule.strip_prefix(CONVERTED_FROM))?;
            Some(Self {
                question: question.clone(),
                unit: unit.to_owned(),
                raw: Some(provenance.raw.clone()),
            })
        };
        provenance.into_iter().filter_map(wanted).collect()
    }
}

impl Survey {
    /// Converts a number that was read, if it is one that can be converted; says whether it was.
    pub fn convert(&self, reading: &mut Reading, wanted: &WantedConversion) -> bool {
        let WantedConversion {
            question: code,
            unit,
            raw,
        } = wanted;
        let Some(question) = self.question(code) else {
            return false;
        };
        let (entered, provenance) = match (reading.answers.get(code), reading.provenance.get(code)) {
            (Some(Answer::Number(entered)), Some(provenance)) => (*entered, provenance.clone()),
            _ => match unread(reading, code, unit) {
                Some(found) => found,
                None => return false,
            },
        };
        let unchanged = raw.as_ref().is_none_or(|raw| *raw == provenance.raw);
        let Some(converted) = self.converted(question, unit, entered).filter(|_| unchanged) else {
            return false;
        };
        reading.findings.retain(|finding| !offers(finding, code));
        reading.unreadable.remove(code);
        reading.findings.push(said(question, unit, converted, &provenance));
        reading.answers.insert(code.clone(), Answer::Number(converted));
        let mut provenance = provenance;
        provenance.normalised_by.push(format!("{CONVERTED_FROM}{unit}"));
        reading.provenance.insert(code.clone(), provenance);
        true
    }

    /// A number of the mistaken unit in the question's own; none where the unit is no mistake that is known of.
    fn converted(&self, question: &Question, unit: &str, entered: Decimal) -> Option<Decimal> {
        let known = self.questionnaire.units.get(&question.unit)?;
        let mistaken = known
            .mistaken_for
            .iter()
            .find(|mistaken| same_unit(&mistaken.unit, unit))?;
        let factor: Decimal = Decimal::from_str_exact(&mistaken.multiply_by.to_string()).ok()?;
        let converted = entered.checked_mul(factor)?.normalize();
        let bound = |bound: f64| Decimal::from_str_exact(&bound.to_string()).ok();
        let fits = question.min.and_then(bound).is_none_or(|min| converted >= min)
            && question.max.and_then(bound).is_none_or(|max| converted <= max);
        fits.then_some(converted)
    }
}

/// The number of a cell that was not read because it named another unit.
fn unread(reading: &Reading, code: &str, unit: &str) -> Option<(Decimal, Provenance)> {
    let finding = reading.findings.iter().find(|finding| offers(finding, code))?;
    let offer = finding.offers.iter().find(|offer| same_unit(&offer.unit, unit))?;
    let provenance = Provenance {
        place: finding.places.first()?.clone(),
        raw: finding.value.clone()?,
        number_format: String::new(),
        normalised_by: vec![finding.rule.clone()],
    };
    Some((offer.entered, provenance))
}

fn offers(finding: &Finding, question: &str) -> bool {
    finding.offers.iter().any(|offer| offer.question == question)
}

fn said(question: &Question, unit: &str, converted: Decimal, provenance: &Provenance) -> Finding {
    let check = Builtin::Converted;
    let both = |text: &str| Text::new(text, text);
    Finding {
        key: question.code.clone(),
        fingerprint: String::new(),
        rule: check.code().to_owned(),
        class: check.class(),
        action: check.action(),
        question: Some(question.code.clone()),
        places: vec![provenance.place.clone()],
        value: Some(provenance.raw.clone()),
        message: check.message(&[
            ("label", question.label.clone()),
            ("raw", both(&provenance.raw)),
            ("unit", both(unit)),
            ("value", both(&converted.to_string())),
        ]),
        offers: Vec::new(),
    }
}

/// Finds the conversions of single cells with which broken rules would hold.
pub(super) struct Offers<'c> {
    survey: &'c Survey,
    evaluation: &'c Evaluation,
    trials: usize,
}

impl<'c> Offers<'c> {
    pub(super) fn new(survey: &'c Survey, evaluation: &'c Evaluation) -> Self {
        Self {
            survey,
            evaluation,
            trials: 0,
        }
    }

    /// The conversions that would settle a broken rule: cells in the order of the rule, units in that of the document.
    pub(super) fn of(&mut self, rule: &EditRule, compiled: &CompiledRule) -> Vec<Conversion> {
        let mut offers = Vec::new();
        for code in &rule.cells {
            let Some(question) = self.survey.question(code) else {
                continue;
            };
            let Some(Answer::Number(entered)) = self.evaluation.answers.get(code) else {
                continue;
            };
            let units = self.survey.questionnaire.units.get(&question.unit);
            for mistaken in units.iter().flat_map(|unit| &unit.mistaken_for) {
                if self.trials >= MOST_TRIALS {
                    return offers;
                }
                let converted = self.survey.converted(question, &mistaken.unit, *entered);
                let Some(converted) = converted.filter(|converted| converted != entered) else {
                    continue;
                };
                self.trials += 1;
                let changed = self
                    .survey
                    .with_answer(self.evaluation, code, Answer::Number(converted));
                if compiled.holds(changed.scope()) {
                    offers.push(Conversion {
                        question: code.clone(),
                        unit: mistaken.unit.clone(),
                        entered: *entered,
                        converted,
                    });
                }
            }
        }
        offers
    }
}
