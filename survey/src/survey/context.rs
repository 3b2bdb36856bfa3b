//! The round context of a return: what it looks like beside last round's and beside the others of its round.
//!
//! Which fields there are and what each is made of is data of the questionnaire ([`ContextSource`]).

use super::{
    DerivedResult, Evaluation, RoundContext, Survey,
    fingerprint::{Fingerprint, PeerFigures},
    neighbours::{Others, share_equal},
};
use crate::{
    answer::{Answer, Answers},
    expression::Value,
    questionnaire::{ContextSource, QuestionType},
};

impl Survey {
    /// What to keep of a return's answers.
    pub fn fingerprint(&self, answers: &Answers) -> Fingerprint {
        let numeric = self
            .questionnaire
            .questions
            .iter()
            .filter(|question| question.kind.is_numeric());
        let numbers = numeric
            .map(|question| match answers.get(&question.code) {
                Some(Answer::Number(number)) => Some(*number),
                _ => None,
            })
            .collect();
        let keys = self
            .sources()
            .filter_map(|(_, source)| match source {
                ContextSource::DuplicateAnswer { question } => Some(key(answers, question)),
                _ => None,
            })
            .collect();
        Fingerprint { numbers, keys }
    }

    /// What to keep of an accepted return.
    pub fn peer_figures(&self, industry: &str, evaluation: &Evaluation) -> PeerFigures {
        let value = |code: &str| match evaluation.derived.get(code) {
            Some(DerivedResult::Number(number)) => Some(*number),
            _ => evaluation.scope().get(code).as_f64(),
        };
        PeerFigures {
            industry: industry.to_owned(),
            values: self.peer_sources().map(|source| value(source.of)).collect(),
        }
    }

    /// The context of a return: `industry` is its own in the registry, `others` are the rest of the round.
    pub fn context(
        &self,
        answers: &Answers,
        previous: Option<&Answers>,
        industry: Option<&str>,
        others: Option<Others<'_>>,
    ) -> RoundContext {
        let own = self.fingerprint(answers);
        let mut keys = own.keys.iter().enumerate();
        let mut peers = self.peer_sources().enumerate();
        let mut context = RoundContext::new();
        for (field, source) in self.sources() {
            let value = match source {
                ContextSource::DuplicateAnswer { .. } => keys.next().and_then(|(at, key)| {
                    let key = key.as_ref()?;
                    Some(Value::Bool(others.is_some_and(|others| others.have(at, key))))
                }),
                ContextSource::SameNumberShare => previous
                    .and_then(|previous| self.same_number_share(answers, previous))
                    .map(Value::from),
                ContextSource::TwinNumberShare => others
                    .and_then(|others| others.greatest_share_equal(&own))
                    .map(Value::from),
                ContextSource::TopOptionShare => self.top_option_share(answers).map(Value::from),
                ContextSource::PeerCount { .. } | ContextSource::PeerQuantile { .. } => {
                    peers.next().and_then(|(at, peer)| {
                        let industry = industry?.get(..peer.digits)?;
                        let figures = others.into_iter().flat_map(|others| others.peers(industry));
                        let mut values: Vec<f64> = figures.filter_map(|figures| *figures.values.get(at)?).collect();
                        match peer.probability {
                            None => u32::try_from(values.len()).ok().map(f64::from),
                            Some(probability) => quantile(&mut values, probability),
                        }
                        .map(Value::from)
                    })
                }
            };
            if let Some(value) = value {
                context = context.with(field, value);
            }
        }
        context
    }

    fn sources(&self) -> impl Iterator<Item = (&str, &ContextSource)> {
        let fields = self.questionnaire.expression_environment.context.iter();
        fields.filter_map(|field| Some((field.name.as_str(), field.source.as_ref()?)))
    }

    fn peer_sources(&self) -> impl Iterator<Item = PeerSource<'_>> {
        self.sources().filter_map(|(_, source)| match source {
            ContextSource::PeerCount { of, industry_digits } => Some(PeerSource {
                of,
                digits: usize::from(*industry_digits),
                probability: None,
            }),
            ContextSource::PeerQuantile {
                of,
                industry_digits,
                probability,
            } => Some(PeerSource {
                of,
                digits: usize::from(*industry_digits),
                probability: Some(*probability),
            }),
            _ => None,
        })
    }

    /// Share of the numbers answered in both returns that are equal, 0 to 1; none where there is no such number.
    pub fn same_number_share(&self, answers: &Answers, other: &Answers) -> Option<f64> {
        share_equal(
            &self.fingerprint(answers).numbers,
            &self.fingerprint(other).numbers,
            None,
        )
    }

    /// Share of the answered single choices and levels at their last option, 0 to 1; none where none is answered.
    ///
    /// Choices from code lists have no top and are left out.
    pub fn top_option_share(&self, answers: &Answers) -> Option<f64> {
        let mut answered = 0_u32;
        let mut at_top = 0_u32;
        for question in &self.questionnaire.questions {
            let Some(top) = question.options.as_ref().and_then(|options| options.last()) else {
                continue;
            };
            let is_top = match (question.kind, answers.get(&question.code)) {
                (QuestionType::Single, Some(Answer::Choice(code))) => *code == top.code,
                (QuestionType::Level, Some(Answer::Number(level))) => top.code.parse() == Ok(*level),
                _ => continue,
            };
            answered += 1;
            at_top += u32::from(is_top);
        }
        (answered > 0).then(|| f64::from(at_top) / f64::from(answered))
    }
}

/// A context field made of the accepted returns of the same industry.
struct PeerSource<'q> {
    of: &'q str,
    digits: usize,
    probability: Option<f64>,
}

/// An answer in the form in which two of it are the same.
fn key(answers: &Answers, question: &str) -> Option<String> {
    match answers.get(question)? {
        Answer::Text(text) => Some(text.trim().to_uppercase()),
        Answer::Choice(code) => Some(code.clone()),
        Answer::Number(number) => Some(number.normalize().to_string()),
        Answer::Date(date) => Some(date.clone()),
        Answer::Boolean(_) | Answer::Choices(_) | Answer::Table(_) => None,
    }
}

/// The quantile of a sample by linear interpolation between order statistics (Hyndman and Fan 1996, type 7).
fn quantile(values: &mut [f64], probability: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let position = f64::from(u32::try_from(last).ok()?) * probability;
    let below = values.get(whole(position)?)?;
    let above = values.get(whole(position)?.saturating_add(1)).unwrap_or(below);
    Some(below + (above - below) * position.fract())
}

/// The whole part of a position in a sample.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the whole part of a number from 0 to the length of a slice"
)]
fn whole(position: f64) -> Option<usize> {
    (0.0..=f64::from(u32::MAX))
        .contains(&position)
        .then_some(position as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        // R: quantile(c(1, 2, 4, 8), type = 7)
        let check = |probability, expected| {
            assert_eq!(quantile(&mut [8.0, 1.0, 4.0, 2.0], probability), Some(expected));
        };
        check(0.0, 1.0);
        check(0.25, 1.75);
        check(0.5, 3.0);
        check(0.75, 5.0);
        check(1.0, 8.0);
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [3.0], 0.99), Some(3.0));
    }
}
