//! Last year's answers of an enterprise, in keeping with what this year's form says of the year before.

use std::collections::BTreeSet;

use survey::{
    answer::Answers,
    questionnaire::{CarryMode, Question},
};

use super::{draft::Draft, workshop::Workshop};

/// The answers that the enterprise gave a year ago: the same steps with the same luck, but with last year's known figures
/// pinned and traits set back.
pub(super) fn answers(workshop: &Workshop<'_>, this_year: &Draft<'_>, questions: &[Question]) -> Answers {
    let plan = &workshop.profile.last_year;
    let mut pinned = BTreeSet::new();
    let mut draft = Draft {
        answers: Answers::new(),
        ..this_year.clone()
    };

    let kept = plan.keep.iter().map(|code| (code, code));
    let repeated = questions
        .iter()
        .filter(|question| question.carry_mode == CarryMode::Prefill)
        .filter_map(|question| Some((question.carry_from.as_ref()?, &question.code)));
    for (then, now) in kept.chain(repeated) {
        if let Some(answer) = this_year.answers.get(now) {
            pinned.insert(then.clone());
            draft.answers.insert(then.clone(), answer.clone());
        }
    }

    workshop.run(&plan.steps, &mut draft, &BTreeSet::new());
    pinned.extend(plan.steps.iter().map(|step| step.set.clone()));
    workshop.run(&workshop.profile.steps, &mut draft, &pinned);
    draft.answers
}
