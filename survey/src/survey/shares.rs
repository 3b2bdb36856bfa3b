//! Shares over all answers that the round context is made of.

use super::Survey;
use crate::{
    answer::{Answer, Answers},
    questionnaire::QuestionType,
};

impl Survey {
    /// Share of the numbers answered in both returns that are equal, 0 to 1; none where there is no such number.
    ///
    /// With the same enterprise's last return this is `same_numeric_share`, with another enterprise's `twin_share`.
    pub fn same_number_share(&self, answers: &Answers, other: &Answers) -> Option<f64> {
        let mut both = 0_u32;
        let mut equal = 0_u32;
        for question in self
            .questionnaire
            .questions
            .iter()
            .filter(|question| question.kind.is_numeric())
        {
            if let (Some(Answer::Number(one)), Some(Answer::Number(two))) =
                (answers.get(&question.code), other.get(&question.code))
            {
                both += 1;
                equal += u32::from(one == two);
            }
        }
        (both > 0).then(|| f64::from(equal) / f64::from(both))
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
