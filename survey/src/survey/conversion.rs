//! One-step conversions of units: offered where they settle a finding, made when the filler asks for them.
//!
//! Which units are mistaken for which is data of the questionnaire. The original number stays in the provenance.

use std::collections::BTreeSet;

use rust_decimal::{Decimal, prelude::FromPrimitive};

use super::{CompiledRule, Evaluation, Survey};
use crate::{
    answer::Answer,
    cell::Provenance,
    figure,
    finding::{Conversion, Finding},
    messages::Builtin,
    questionnaire::{MistakenUnit, Question, RuleClass},
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
            ("value", both(&figure::entered(converted))),
        ]),
        offers: Vec::new(),
        folded: Vec::new(),
    }
}

/// A conversion of a single cell, tried on all edit rules.
pub(super) struct Trial {
    pub(super) conversion: Conversion,
    /// Positions of the broken rules that it settles.
    pub(super) settles: BTreeSet<usize>,
    /// How many rules it breaks that hold now.
    pub(super) breaks: usize,
}

impl Survey {
    /// The conversions that would settle any of the broken rules: cells in the order of the rules, units in that of the
    /// document.
    pub(super) fn trials(&self, evaluation: &Evaluation, broken: &BTreeSet<usize>) -> Vec<Trial> {
        let mut tried: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut trials = Vec::new();
        let rules = broken.iter().filter_map(|at| self.questionnaire.edit_rules.get(*at));
        for code in rules.flat_map(|rule| &rule.cells) {
            let Some(question) = self.question(code) else { continue };
            let Some(Answer::Number(entered)) = evaluation.answers.get(code) else {
                continue;
            };
            let units = self.questionnaire.units.get(&question.unit);
            for mistaken in units.iter().flat_map(|unit| &unit.mistaken_for) {
                if tried.len() >= MOST_TRIALS {
                    return trials;
                }
                if tried.insert((code, &mistaken.unit)) {
                    trials.extend(self.trial(evaluation, broken, question, mistaken, *entered));
                }
            }
        }
        trials
    }

    fn trial(
        &self,
        evaluation: &Evaluation,
        broken: &BTreeSet<usize>,
        question: &Question,
        mistaken: &MistakenUnit,
        entered: Decimal,
    ) -> Option<Trial> {
        let converted = self.converted(question, &mistaken.unit, entered)?;
        let changed = |number| self.with_answer(evaluation, &question.code, Answer::Number(number));
        let with = changed(converted);
        let holds = |at: &usize, with: &Evaluation| self.rules.get(*at).is_some_and(|rule| rule.holds(with.scope()));
        let settles: BTreeSet<usize> = broken.iter().copied().filter(|at| holds(at, &with)).collect();
        if settles.is_empty() || converted == entered {
            return None;
        }
        // A figure that is slightly off was not entered in another unit: part of the way, counted in powers of ten, must
        // not settle everything already. A rule about what is likely speaks of orders of magnitude itself.
        let half = mistaken.multiply_by.sqrt();
        let part_of_the_way = |factor: f64| Some(changed(entered.checked_mul(Decimal::from_f64(factor)?)?));
        let (quarter, half) = (part_of_the_way(half.sqrt())?, part_of_the_way(half)?);
        let is_plain = |at: &usize| {
            let class = self.questionnaire.edit_rules.get(*at).map(|rule| rule.class);
            match class {
                Some(RuleClass::Quality | RuleClass::Macro) => !holds(at, &quarter),
                _ => !holds(at, &half),
            }
        };
        let breaks = |(at, rule): (usize, &CompiledRule)| !broken.contains(&at) && rule.breaks(with.scope());
        settles.iter().any(is_plain).then(|| Trial {
            breaks: self.rules.iter().enumerate().filter(|rule| breaks(*rule)).count(),
            settles,
            conversion: Conversion {
                question: question.code.clone(),
                unit: mistaken.unit.clone(),
                entered,
                converted,
            },
        })
    }

    /// What to enter if the figures were entered in these units.
    pub(super) fn suggestion(&self, offers: &[Conversion]) -> Option<Text> {
        let said = |offer: &Conversion| {
            let question = self.question(&offer.question)?;
            let (label, code) = (&question.label, &question.code);
            let unit = &self.questionnaire.units.get(&question.unit)?.label;
            let mistaken = self.questionnaire.units.get(&offer.unit);
            let mistaken = mistaken.map_or_else(|| Text::new(&offer.unit, &offer.unit), |unit| unit.label.clone());
            let figure = figure::with_units(&figure::entered(offer.converted), unit);
            Some(Text::new(
                format!(
                    "“{}”（{code}）疑似按“{}”填报，如是，请改填 {}",
                    label.zh, mistaken.zh, figure.zh
                ),
                format!(
                    "“{}” ({code}) was probably entered in {}; if so, enter {}",
                    label.en, mistaken.en, figure.en
                ),
            ))
        };
        let said: Vec<Text> = offers.iter().filter_map(said).collect();
        let join = |of: fn(&Text) -> &str, or: &str| said.iter().map(of).collect::<Vec<_>>().join(or);
        (!said.is_empty()).then(|| {
            Text::new(
                format!("{}。", join(|text| &text.zh, "；或者")),
                format!("{}.", join(|text| &text.en, "; or ")),
            )
        })
    }
}
