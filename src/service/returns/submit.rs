//! Submitting: the enterprise says that its figures stand.

use std::collections::BTreeMap;

use survey::questionnaire::Action as Severity;

use super::{
    evidence::Signature,
    justify::counting_justifications,
    open::require_open,
    read::find,
    steps::{Taken, record_step, revision_for},
};
use crate::{
    domain::{
        access::Principal,
        justification::RecordedJustification,
        return_step::ReturnStep,
        round::Round,
        survey_return::{ReturnId, Revision, SentBack, SurveyReturn},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// What is said of a return that was sent back and comes again as it was, in Chinese and English.
pub const UNCHANGED: (&str, &str) = (
    "本次提交的内容与被退回的版次完全相同，没有任何更正或说明。",
    "What was submitted is the same as the revision that was sent back: nothing was corrected or justified.",
);

/// Submits the newest revision. It needs zero blocking findings; where the round says so, every warning justified.
pub async fn submit_return(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::FillReturns)?;
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    let taken = (Taken::plain(ReturnStep::Submit), None);
    let changed = submit_newest(service, &txn, caller, survey_return, expected_version, taken).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Submits the newest revision of a return by a step; with a signature it is recorded for ever.
pub(crate) async fn submit_newest(
    service: &Service,
    txn: &WriteTxn,
    caller: &Principal,
    mut survey_return: SurveyReturn,
    expected_version: i64,
    (mut taken, signature): (Taken, Option<Signature>),
) -> Result<SurveyReturn, ServiceError> {
    let round = store::round::find_round(txn, survey_return.round).await?;
    require_open(service, &round, &survey_return)?;
    let revision = revision_for(txn, caller, &survey_return, taken.step).await?;
    let counted = counting_justifications(txn, caller, &revision).await?;
    require_submittable(&round, &revision, &counted)?;
    if let Some(sent_back) = &mut survey_return.review.sent_back {
        let given = store::justification::justifications_of(txn, &caller.scope, revision.survey_return).await?;
        let before = store::survey_return::find_revision(txn, &caller.scope, sent_back.revision).await?;
        let last = given.last().map_or(0, |last| last.number);
        sent_back.unchanged = comes_unchanged(sent_back, &before, &revision, last);
        taken.detail.unchanged = sent_back.unchanged;
    }
    if let Some(signature) = signature {
        let submission = signature.of_revision(service, &caller.name, revision.id);
        survey_return.review.submissions.push(submission.clone());
        taken.detail.submission = Some(submission);
    }
    record_step(service, txn, caller, survey_return, expected_version, taken).await
}

/// Goes on only if a revision may be submitted: nothing blocks it and, where the round says so, every warning has a
/// justification that counts. Warnings beyond the list cannot be justified one by one: they must be brought down to what
/// is listed first.
pub(crate) fn require_submittable(
    round: &Round,
    revision: &Revision,
    counted: &BTreeMap<String, RecordedJustification>,
) -> Result<(), ServiceError> {
    let items = &revision.findings.items;
    if revision.findings.blocks() {
        let blocking = items.iter().filter(|finding| finding.action == Severity::Block);
        return Err(ServiceError::new(codes::returns::BLOCKED).with_faults(blocking));
    }
    let warnings = items.iter().filter(|finding| finding.action == Severity::Warn);
    let open: Vec<_> = warnings
        .clone()
        .filter(|finding| !counted.contains_key(&finding.key))
        .collect();
    let all_said = open.is_empty() && warnings.count() == revision.findings.warn;
    if all_said || !round.warnings_must_be_justified {
        Ok(())
    } else {
        Err(ServiceError::new(codes::returns::UNJUSTIFIED).with_faults(open))
    }
}

/// Whether a return that was sent back comes again as it was: the same answers, the same reasons of not applying wherever
/// these stand, and no further justification.
pub(crate) fn comes_unchanged(
    sent_back: &SentBack,
    before: &Revision,
    now: &Revision,
    last_justification: i32,
) -> bool {
    let claims = |revision: &Revision| -> Vec<(String, String)> {
        let claims = revision.claims.iter();
        claims
            .map(|(code, claim)| (code.clone(), claim.reason.clone()))
            .collect()
    };
    last_justification == sent_back.justifications && before.answers == now.answers && claims(before) == claims(now)
}
