//! What an enterprise's result would be with other answers. Computed against the run as it stands, and never stored.

use std::collections::BTreeMap;

use index::{
    card::Scored,
    over_returns::{Tried, TriedResult, UnitReturn},
};
use survey::{
    answer::{Answer, Answers},
    document::segment,
    survey::Survey,
};

use super::{read::get_run, threads::content_of};
use crate::{
    domain::{
        access::Principal,
        enterprise::EnterpriseId,
        revision::RevisionContent,
        run::{RankingRow, Run, RunId, Standing},
        survey_return::RevisionId,
    },
    service::{
        Service,
        blocking::blocking,
        error::{Fault, ServiceError, codes},
    },
    store,
};

/// Answers to be put in place of those of the revision: none leaves the question blank.
pub type Changes = BTreeMap<String, Option<Answer>>;

/// A result as it would be.
pub struct WhatIf {
    /// The run.
    pub run: Run,
    /// The result as it is.
    pub result: RankingRow,
    /// Where the enterprise would stand with bounds and everybody else as in the run.
    pub standing: Standing,
    /// Every node as it would be.
    pub scored: Scored,
    /// Whether other enterprises' scores would move too if the change were real, because the methodology is relative: they
    /// are held as they are.
    pub relative: bool,
    /// Where it would stand if all were computed anew with everybody else's figures as in the run; only of a methodology
    /// that scores all together.
    pub rerun: Option<Standing>,
}

/// Computes the result of an enterprise in a run with some answers changed.
pub async fn what_if(
    service: &Service,
    caller: &Principal,
    run: RunId,
    enterprise: EnterpriseId,
    changes: Changes,
) -> Result<WhatIf, ServiceError> {
    let run = get_run(service, caller, run).await?;
    let conn = service.db.read();
    let found = store::run_result::results_of_enterprises(conn, &caller.scope, run.id, &[enterprise]).await?;
    let result = found
        .into_iter()
        .next()
        .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
    let round = store::round::find_round(conn, run.round).await?;
    let form = service.form(&round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let ids: Vec<RevisionId> = std::iter::once(result.revision).chain(result.previous).collect();
    let mut contents = store::survey_return::contents_of(conn, &caller.scope, &ids).await?;
    let previous = result.previous.and_then(|id| contents.remove(&id));
    let mut content = contents
        .remove(&result.revision)
        .ok_or_else(|| ServiceError::internal("the revision of a result is missing"))?;
    change(&form.survey, &mut content, changes)?;
    let among = if methodology.scores_together() {
        Some(service.scored_runs.of(service, &run).await?)
    } else {
        None
    };
    let place = among.as_ref().map(|all| all.place(result.enterprise)).transpose()?;
    let (tried, relative) = blocking({
        let unit = result.uscc.clone();
        move || {
            let unit = UnitReturn {
                unit: &unit,
                survey: &form.survey,
                now: content_of(&content),
                last_year: previous.as_ref().map(content_of),
                groups: BTreeMap::new(),
            };
            let among = among.as_ref().zip(place).map(|(all, place)| (&*all.scores, place));
            Ok((methodology.try_return(&unit, among)?, methodology.relative()))
        }
    })
    .await?;
    let Tried {
        scored,
        result: tried,
        rerun,
    } = tried;
    let mut standing = standing_of(tried)?;
    if let (None, Some(score), None) = (standing.rank, standing.score, place) {
        // How many stand above it is no more than the rank itself says.
        let above = store::run_result::results_above(conn, run.id, score, &result).await?;
        standing.rank = i32::try_from(above.saturating_add(1)).ok();
    }
    Ok(WhatIf {
        run,
        result,
        standing,
        scored,
        relative,
        rerun: rerun.map(standing_of).transpose()?,
    })
}

fn standing_of(result: TriedResult) -> Result<Standing, ServiceError> {
    let stored = |number: Option<u32>| number.map(i32::try_from).transpose().map_err(ServiceError::internal);
    Ok(Standing {
        score: result.score,
        rank: stored(result.rank)?,
        band: stored(result.rung)?,
    })
}

/// Puts the changed answers in place. All that do not fit the questionnaire are refused together.
fn change(survey: &Survey, content: &mut RevisionContent, changes: Changes) -> Result<(), ServiceError> {
    let faults: Vec<Fault> = changes
        .iter()
        .flat_map(|(code, answer)| faults(survey, code, answer.as_ref()))
        .collect();
    if !faults.is_empty() {
        return Err(ServiceError::new(codes::runs::INVALID_ANSWERS).with_faults(faults));
    }
    for (code, answer) in changes {
        put(&mut content.answers, code, answer);
    }
    Ok(())
}

fn put(answers: &mut Answers, code: String, answer: Option<Answer>) {
    match answer {
        Some(answer) => drop(answers.insert(code, answer)),
        None => drop(answers.remove(&code)),
    }
}

/// Why an answer does not fit its question, in the words of the check of a return; none when it does.
fn faults(survey: &Survey, code: &str, answer: Option<&Answer>) -> Vec<Fault> {
    let pointer = format!("/answers/{}", segment(code));
    let Some(question) = survey.question(code) else {
        return vec![Fault::saying(
            pointer,
            codes::runs::UNKNOWN_QUESTION,
            format!("调查表中没有题项 {code}。"),
            format!("The questionnaire has no question {code}."),
        )];
    };
    // No answer fits every question.
    let misfits = answer.map_or_else(Vec::new, |answer| survey.misfits(question, answer));
    misfits
        .into_iter()
        .map(|misfit| Fault::of(pointer.clone(), misfit.check.code(), misfit.message))
        .collect()
}
