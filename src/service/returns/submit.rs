//! Submitting: the enterprise says that its figures stand.

use survey::questionnaire::Action as Severity;

use super::{
    justify::counting_justifications,
    read::find,
    situation::require_open,
    steps::{Taken, record_step, revision_for},
};
use crate::{
    domain::{
        access::Principal,
        return_step::ReturnStep,
        survey_return::{EventDetail, ReturnId, Revision, SurveyReturn},
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
    let mut survey_return = find(&txn, caller, id).await?;
    let round = store::round::find_round(&txn, survey_return.round).await?;
    require_open(service, &round)?;
    let revision = revision_for(&txn, caller, &survey_return, ReturnStep::Submit).await?;
    if revision.findings.blocks() {
        let blocking = revision
            .findings
            .items
            .iter()
            .filter(|finding| finding.action == Severity::Block);
        return Err(ServiceError::new(codes::returns::BLOCKED).with_faults(blocking));
    }
    if round.warnings_must_be_justified {
        require_justified(&txn, caller, &revision).await?;
    }
    let unchanged = compare_with_sent_back(&txn, caller, &mut survey_return, &revision).await?;
    let taken = Taken {
        detail: EventDetail {
            unchanged,
            ..EventDetail::default()
        },
        ..Taken::plain(ReturnStep::Submit)
    };
    let changed = record_step(service, &txn, caller, survey_return, expected_version, taken).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Whether a return that was sent back comes again as it was: the same answers, claims and justifications. The return
/// keeps it for the reviewer.
async fn compare_with_sent_back(
    txn: &WriteTxn,
    caller: &Principal,
    survey_return: &mut SurveyReturn,
    revision: &Revision,
) -> Result<bool, ServiceError> {
    let Some(sent_back) = &mut survey_return.review.sent_back else {
        return Ok(false);
    };
    let given = store::justification::justifications_of(txn, &caller.scope, revision.survey_return).await?;
    sent_back.unchanged = given.last().map_or(0, |last| last.number) == sent_back.justifications
        && (sent_back.revision == revision.id || {
            let before = store::survey_return::find_revision(txn, &caller.scope, sent_back.revision).await?;
            says_the_same(&before, revision)
        });
    Ok(sent_back.unchanged)
}

/// Whether two revisions hold the same answers and claims, wherever in the workbook these stand.
fn says_the_same(one: &Revision, other: &Revision) -> bool {
    let claims = |revision: &Revision| -> Vec<(String, String)> {
        let claims = revision.claims.iter();
        claims
            .map(|(code, claim)| (code.clone(), claim.reason.clone()))
            .collect()
    };
    one.answers == other.answers && claims(one) == claims(other)
}

/// Goes on only if every warning has a justification that counts. Warnings beyond the list cannot be justified one by
/// one: they must be brought down to what is listed first.
async fn require_justified(txn: &WriteTxn, caller: &Principal, revision: &Revision) -> Result<(), ServiceError> {
    let counted = counting_justifications(txn, caller, revision).await?;
    let warnings = revision
        .findings
        .items
        .iter()
        .filter(|finding| finding.action == Severity::Warn);
    let open: Vec<_> = warnings
        .clone()
        .filter(|finding| !counted.contains_key(&finding.key))
        .collect();
    if open.is_empty() && warnings.count() == revision.findings.warn {
        Ok(())
    } else {
        Err(ServiceError::new(codes::returns::UNJUSTIFIED).with_faults(open))
    }
}
