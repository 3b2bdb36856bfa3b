//! One cause, one finding: which of the broken edit rules belong together.
//!
//! Nothing is known here of any rule or question. Two things decide: a conversion of one cell with which several broken
//! rules hold (the cell was entered in another unit), and rules that read the very same cells.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{CompiledRule, Evaluation, Survey, conversion::Trial};
use crate::{
    finding::Conversion,
    questionnaire::{Action, QuestionType},
};

/// What is wrong, once. Rules are named by their positions.
pub(super) struct Cause {
    /// The rule that tells it: the gravest.
    pub(super) told: usize,
    /// The others, in the order of the document.
    pub(super) folded: Vec<usize>,
    /// Conversions that would settle all of them.
    pub(super) offers: Vec<Conversion>,
}

impl Survey {
    /// The causes for which these rules are broken, in the order of the rules that tell them.
    pub(super) fn causes(&self, evaluation: &Evaluation, broken: &BTreeSet<usize>) -> Vec<Cause> {
        let mut open = broken.clone();
        let mut causes = Vec::new();
        let trials = if broken.is_empty() {
            Vec::new()
        } else {
            self.trials(evaluation, broken)
        };
        while let Some((settled, offers)) = likeliest(&trials, &open) {
            open.retain(|at| !settled.contains(at));
            // The rule that looks at the fewest cells says it most plainly; of two the later, which is the narrower.
            let plainest = |at: &usize| (self.action_of(*at), self.reads_of(*at).len(), Reverse(*at));
            causes.extend(cause(&settled, offers, plainest));
        }
        let mut together: BTreeMap<&BTreeSet<String>, BTreeSet<usize>> = BTreeMap::new();
        for at in open {
            let reads = self.reads_of(at);
            if reads.iter().all(|code| self.is_scalar(code)) {
                together.entry(reads).or_default().insert(at);
            } else {
                causes.extend(cause(&BTreeSet::from([at]), Vec::new(), |at| *at));
            }
        }
        for rules in together.into_values() {
            causes.extend(cause(&rules, Vec::new(), |at| (self.action_of(*at), *at)));
        }
        causes.sort_by_key(|cause| cause.told);
        causes
    }

    /// Whether a name is one answer rather than a table of them.
    pub(super) fn is_scalar(&self, code: &str) -> bool {
        self.question(code)
            .is_none_or(|question| question.kind != QuestionType::Table)
    }

    fn action_of(&self, at: usize) -> Action {
        let rule = self.questionnaire.edit_rules.get(at);
        rule.map_or(Action::Info, |rule| rule.action)
    }

    fn reads_of(&self, at: usize) -> &BTreeSet<String> {
        static NOTHING: BTreeSet<String> = BTreeSet::new();
        self.rules.get(at).map_or(&NOTHING, |rule: &CompiledRule| &rule.reads)
    }
}

/// The conversions that settle most of the open rules, less what they break; several where they settle the same.
fn likeliest(trials: &[Trial], open: &BTreeSet<usize>) -> Option<(BTreeSet<usize>, Vec<Conversion>)> {
    let settled = |trial: &Trial| -> BTreeSet<usize> { trial.settles.intersection(open).copied().collect() };
    // What is broken anew takes away from what is settled, so that of two cells the one is suspected that fits the rest.
    let score = |trial: &Trial| {
        let settled = i64::try_from(trial.settles.intersection(open).count()).unwrap_or(i64::MAX);
        settled.saturating_sub(i64::try_from(trial.breaks).unwrap_or(i64::MAX))
    };
    let helps = |trial: &&Trial| trial.settles.intersection(open).next().is_some();
    let best = trials.iter().filter(helps).rev().max_by_key(|trial| score(trial))?;
    let alike = |trial: &&Trial| score(trial) == score(best) && settled(trial) == settled(best);
    let offers = trials.iter().filter(alike).map(|trial| trial.conversion.clone());
    Some((settled(best), offers.collect()))
}

fn cause<K: Ord>(rules: &BTreeSet<usize>, offers: Vec<Conversion>, first: impl Fn(&usize) -> K) -> Option<Cause> {
    let told = *rules.iter().min_by_key(|at| first(at))?;
    let folded = rules.iter().copied().filter(|at| *at != told).collect();
    Some(Cause { told, folded, offers })
}
