//! Last round's answers as those of a survey one year before this one: by the year they speak of, not by their place.
//!
//! Everything that looks back (`prev.` in expressions, `carry_from`, the answers shown beside a cell) looks one year back.
//! Where the last round was asked in another year than that, an answer stands under the question that asked for its year.

use crate::{
    answer::Answers,
    questionnaire::{Question, Questionnaire},
};

/// The way from the answers of one round to those of the year before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carry {
    /// From the question of the last round to that of this one.
    moves: Vec<(String, String)>,
}

impl Carry {
    /// Between two rounds, each with its questionnaire as it is asked in its year.
    pub fn between(last: &Questionnaire, now: &Questionnaire) -> Self {
        let moves = now.questions.iter().filter_map(|question| {
            let from = source(last, now, question)?;
            Some((from.code.clone(), question.code.clone()))
        });
        Self { moves: moves.collect() }
    }

    /// The answers of the last round, as they would have been given a year before this one.
    pub fn year_before(&self, mut answers: Answers) -> Answers {
        let moves = self.moves.iter();
        moves
            .filter_map(|(from, to)| Some((to.clone(), answers.remove(from)?)))
            .collect()
    }
}

/// The question of the last round that asked what this question would have asked a year ago.
fn source<'l>(last: &'l Questionnaire, now: &Questionnaire, question: &Question) -> Option<&'l Question> {
    let same_code = || last.questions.iter().find(|other| other.code == question.code);
    let period = now.periods.get(&question.period);
    let Some((year, at_end)) = period.and_then(|period| Some((period.year?, period.at_end))) else {
        return same_code();
    };
    let gap = last.survey_year.saturating_add(1).saturating_sub(now.survey_year);
    let asked_for_it = |other: &&Question| {
        let then = last.periods.get(&other.period);
        other.row == question.row
            && other.kind == question.kind
            && then.is_some_and(|then| {
                then.at_end == at_end && then.year.is_some_and(|then| then.saturating_add(gap) == year)
            })
    };
    let found = last.questions.iter().find(asked_for_it);
    // A document that states no years for its periods is known by its codes, in the year after it alone.
    let states_no_year = |other: &&Question| {
        let then = last.periods.get(&other.period);
        gap == 0 && then.is_some_and(|then| then.year.is_none())
    };
    found.or_else(|| same_code().filter(states_no_year))
}
