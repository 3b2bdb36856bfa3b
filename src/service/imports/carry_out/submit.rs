//! What an import took in or recognised is recorded as submitted, in the transaction that settles it: each return whose
//! scan is there and against which nothing stands.

use std::collections::BTreeMap;

use super::{Run, settle::told};
use crate::{
    domain::{
        import::{ImportItem, ImportSubmission, ItemState},
        justification::RecordedJustification,
        return_step::ReturnStep,
        survey_return::{
            CorrectionState, Evidence, ReturnEvent, ReturnId, ReturnState, Revision, RevisionId, SurveyReturn,
        },
    },
    service::{
        error::{ServiceError, codes},
        returns::{
            evidence::{Signature, blob_of},
            justify::counted,
            steps::{By, Taken, take},
            submit::{comes_unchanged, require_submittable},
        },
    },
    store,
    store::db::WriteTxn,
};

/// The scans of a group by the number of their item.
pub(super) type ScansByItem<'g> = BTreeMap<i32, &'g Result<Evidence, ServiceError>>;

/// What is known of the returns of a group.
struct Known {
    returns: BTreeMap<ReturnId, SurveyReturn>,
    revisions: BTreeMap<RevisionId, Revision>,
    justifications: BTreeMap<ReturnId, Vec<RecordedJustification>>,
    last_events: BTreeMap<ReturnId, i32>,
}

impl Run {
    /// Records that the enterprises submit; an item that is not submitted says why.
    pub(super) async fn submit(
        &self,
        txn: &WriteTxn,
        items: &mut [ImportItem],
        mut scans: ScansByItem<'_>,
    ) -> Result<(), ServiceError> {
        let Some(submission) = &self.batch.options.submission else {
            return Ok(());
        };
        let mut ready = Vec::new();
        for (at, item) in items.iter_mut().enumerate() {
            let settled = matches!(item.state, ItemState::Taken | ItemState::Unchanged);
            let (Some(id), true, Some(scan)) = (item.survey_return, settled, scans.remove(&item.ordinal)) else {
                continue;
            };
            match scan {
                Ok(evidence) => ready.push((at, id, evidence.clone())),
                Err(error) => *item = told(item.clone(), error),
            }
        }
        if self.batch.options.dry_run || ready.is_empty() {
            return Ok(());
        }
        let ids: Vec<ReturnId> = ready.iter().map(|(_, id, _)| *id).collect();
        let mut known = self.known_returns(txn, &ids).await?;
        let (mut events, mut blobs) = (Vec::new(), BTreeMap::new());
        for (at, id, evidence) in ready {
            let Some(item) = items.get_mut(at) else { continue };
            let signature = signature(submission, evidence.clone());
            match self.submitted(&mut known, id, item.revision, signature) {
                Ok(Some(event)) => {
                    item.submitted = true;
                    events.push(event);
                    blobs.insert(evidence.sha256.clone(), blob_of(&self.service, &evidence));
                }
                Ok(None) => {}
                Err(error) => *item = told(item.clone(), &error),
            }
        }
        let blobs: Vec<_> = blobs.into_values().collect();
        store::blob::record_blobs(txn, &blobs).await?;
        let changed: Vec<ReturnId> = events.iter().map(|event: &ReturnEvent| event.survey_return).collect();
        let changed = known.returns.values_mut().filter(|found| changed.contains(&found.id));
        store::survey_return::update_returns(txn, &self.caller.scope, &mut changed.collect::<Vec<_>>()).await?;
        store::survey_return::insert_events(txn, &self.caller.scope, &events).await?;
        Ok(())
    }

    async fn known_returns(&self, txn: &WriteTxn, ids: &[ReturnId]) -> Result<Known, ServiceError> {
        let scope = &self.caller.scope;
        let returns = store::survey_return::find_returns(txn, scope, ids).await?;
        let wanted = returns.values().flat_map(|found| {
            let sent_back = found.review.sent_back.as_ref().map(|sent_back| sent_back.revision);
            [found.latest, sent_back]
        });
        let wanted: Vec<RevisionId> = wanted.flatten().collect();
        Ok(Known {
            revisions: store::survey_return::find_revisions(txn, scope, &wanted).await?,
            justifications: store::justification::justifications_of_each(txn, scope, ids).await?,
            last_events: store::survey_return::last_event_numbers(txn, scope, ids).await?,
            returns,
        })
    }

    /// Moves a return; gives what is to be recorded of it, nothing where it was submitted or accepted before.
    fn submitted(
        &self,
        known: &mut Known,
        id: ReturnId,
        revision: Option<RevisionId>,
        signature: Signature,
    ) -> Result<Option<ReturnEvent>, ServiceError> {
        let survey_return = known.returns.get_mut(&id);
        let survey_return = survey_return.ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
        let newest = survey_return.latest.filter(|latest| revision == Some(*latest));
        let newest = newest.and_then(|latest| known.revisions.get(&latest));
        let newest = newest.ok_or_else(|| ServiceError::new(codes::general::VERSION_MISMATCH))?;
        let standing = survey_return.standing();
        match (standing.state, standing.correction) {
            (ReturnState::Submitted | ReturnState::Accepted, None) | (_, Some(CorrectionState::Submitted)) => {
                return Ok(None);
            }
            _ => {}
        }
        let given = known.justifications.get(&id).map_or(&[] as &[_], Vec::as_slice);
        let counting = counted(&newest.findings, given.to_vec(), |given| &given.said);
        require_submittable(&self.round, newest, &counting)?;
        let mut taken = Taken::plain(ReturnStep::RecordSubmission);
        if let Some(sent_back) = &mut survey_return.review.sent_back {
            let last = given.last().map_or(0, |last| last.number);
            let before = known.revisions.get(&sent_back.revision);
            sent_back.unchanged = before.is_some_and(|before| comes_unchanged(sent_back, before, newest, last));
            taken.detail.unchanged = sent_back.unchanged;
        }
        let submission = signature.of_revision(&self.service, &self.caller.name, newest.id);
        survey_return.review.submissions.push(submission.clone());
        taken.detail.submission = Some(submission);
        let by = By {
            name: &self.caller.name,
            role: self.caller.role,
            at: self.service.now(),
        };
        let last_event = known.last_events.entry(id).or_default();
        let event = take(survey_return, &by, taken, *last_event)?;
        *last_event = event.number;
        Ok(Some(event))
    }
}

fn signature(submission: &ImportSubmission, evidence: Evidence) -> Signature {
    Signature {
        evidence,
        signed_by: submission.signed_by.clone(),
        signed_on: submission.signed_on,
    }
}
