//! Justifying a warning instead of correcting it: the enterprise alone, with a coded reason and words.

use std::collections::{BTreeMap, BTreeSet};

use survey::{
    finding::Findings,
    justification::{Justification, JustificationFault, JustificationReason, valid},
};

use super::{
    filing::Filer,
    open::require_open,
    read::{find, get_return},
    steps::revision_for,
};
use crate::{
    domain::{
        access::Principal,
        justification::{CountedJustification, RecordedJustification},
        return_step::ReturnStep,
        survey_return::{ReturnId, Revision},
    },
    service::{
        Service,
        access::permission::Action,
        error::{Fault, ServiceError, codes},
        templates::situation::Situation,
    },
    store,
    store::db::{Connection, WriteTxn},
};

/// Ours have 32 characters; room for a longer hash.
const LONGEST_FINGERPRINT: usize = 64;

/// The justifications that count, by the key of their finding.
pub type Counted = BTreeMap<String, CountedJustification>;

/// Justifies a warning of the newest revision. Saying the same again changes nothing.
pub async fn justify_finding(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    finding_key: &str,
    reason: &str,
    text: &str,
) -> Result<RecordedJustification, ServiceError> {
    caller.may(Action::FillReturns)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    require_open(service, &situation.round, &survey_return)?;
    situation.form.reasons.check(reason, text).map_err(|fault| {
        let pointer = match fault {
            JustificationFault::TextMissing { .. } | JustificationFault::TextTooLong => "/text",
            JustificationFault::ReasonMissing | JustificationFault::ReasonUnknown { .. } => "/reason",
        };
        ServiceError::new(codes::returns::INVALID_JUSTIFICATION).with_faults([Fault::of(
            pointer,
            fault.code().code(),
            fault.message(),
        )])
    })?;
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    let revision = revision_for(&txn, caller, &survey_return, ReturnStep::Justify).await?;
    let finding = revision
        .findings
        .items
        .iter()
        .find(|finding| finding.key == finding_key);
    let finding = finding.ok_or_else(|| ServiceError::new(codes::returns::NO_FINDING))?;
    if !finding.is_justifiable() {
        return Err(ServiceError::new(codes::returns::NOT_A_WARNING));
    }
    let said = Justification {
        finding_key: finding.key.clone(),
        fingerprint: finding.fingerprint.clone(),
        reason: reason.to_owned(),
        text: text.trim().to_owned(),
    };
    let filer = Filer {
        name: &caller.name,
        scope: &caller.scope,
        role: caller.role,
        step: ReturnStep::Justify,
        import: None,
    };
    record_given(service, &txn, &filer, &revision, (vec![said], &caller.name)).await?;
    let counted = counting_justifications(&txn, caller, &revision).await?;
    txn.commit().await?;
    let mut counted = counted;
    counted
        .remove(finding_key)
        .ok_or_else(|| ServiceError::internal("a justification that does not count at once"))
}

/// Everything that was said to the findings of a return, oldest first, and the reasons that may be given.
pub async fn list_justifications(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
) -> Result<(Vec<RecordedJustification>, Vec<JustificationReason>), ServiceError> {
    let survey_return = get_return(service, caller, id).await?;
    let given = store::justification::justifications_of(service.db.read(), &caller.scope, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    Ok((given, situation.form.reasons.reasons.clone()))
}

/// The justifications that count for a revision: those it was accepted with, else those that speak of its values.
pub async fn counted_for(service: &Service, caller: &Principal, revision: &Revision) -> Result<Counted, ServiceError> {
    let counting = counting_justifications(service.db.read(), caller, revision).await?;
    Ok(counting.into_iter().map(|(key, given)| (key, given.into())).collect())
}

/// The justifications that would count once these findings and justifications of an upload are kept.
pub(crate) async fn counted_for_upload(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    findings: &Findings,
    given: Vec<Justification>,
) -> Result<Counted, ServiceError> {
    let recorded = store::justification::justifications_of(service.db.read(), &caller.scope, id).await?;
    let now = service.now();
    let given = given.into_iter().map(|said| CountedJustification {
        said,
        kept: None,
        actor: caller.name.clone(),
        at: now,
    });
    let all = recorded.into_iter().map(CountedJustification::from).chain(given);
    Ok(counted(findings, all.collect(), |given| &given.said))
}

/// The justifications that count for a revision, as they are kept.
pub(crate) async fn counting_justifications(
    conn: &impl Connection,
    caller: &Principal,
    revision: &Revision,
) -> Result<BTreeMap<String, RecordedJustification>, ServiceError> {
    let frozen = store::justification::accepted_justifications(conn, &caller.scope, revision.id).await?;
    if let Some(frozen) = frozen {
        let by_key = frozen.into_iter().map(|given| (given.said.finding_key.clone(), given));
        return Ok(by_key.collect());
    }
    let given = store::justification::justifications_of(conn, &caller.scope, revision.survey_return).await?;
    Ok(counted(&revision.findings, given, |given| &given.said))
}

/// Records what was said, unless it is what was said last to the same finding.
pub(crate) async fn record_given(
    service: &Service,
    txn: &WriteTxn,
    filer: &Filer<'_>,
    revision: &Revision,
    (given, said_by): (Vec<Justification>, &str),
) -> Result<(), ServiceError> {
    if given.is_empty() {
        return Ok(());
    }
    let before = store::justification::justifications_of(txn, filer.scope, revision.survey_return).await?;
    let mut last: BTreeMap<&str, &Justification> = BTreeMap::new();
    for recorded in &before {
        last.insert(&recorded.said.finding_key, &recorded.said);
    }
    // A workbook may hold anything: what speaks of no warning of this revision is not kept, and of one warning the last.
    let warned: BTreeSet<&str> = revision
        .findings
        .items
        .iter()
        .filter(|finding| finding.is_justifiable())
        .map(|finding| finding.key.as_str())
        .collect();
    let given: BTreeMap<String, Justification> = given
        .into_iter()
        .filter(|said| warned.contains(said.finding_key.as_str()) && said.fingerprint.len() <= LONGEST_FINGERPRINT)
        .map(|said| (said.finding_key.clone(), said))
        .collect();
    let mut number = before.last().map_or(0, |recorded| recorded.number);
    let mut new = Vec::new();
    for said in given.into_values() {
        if last.get(said.finding_key.as_str()) == Some(&&said) {
            continue;
        }
        number += 1;
        new.push(RecordedJustification {
            number,
            said,
            revision: revision.id,
            actor: said_by.to_owned(),
            at: service.now(),
        });
    }
    store::justification::insert_justifications(txn, filer.scope, revision.survey_return, &new).await?;
    Ok(())
}

/// Of everything that was said, in order: by finding the last that holds for its values.
pub(crate) fn counted<T>(
    findings: &Findings,
    given: Vec<T>,
    said: impl Fn(&T) -> &Justification,
) -> BTreeMap<String, T> {
    let valid: BTreeMap<String, Justification> = valid(findings, given.iter().map(&said))
        .into_iter()
        .map(|(key, said)| (key, said.clone()))
        .collect();
    let mut counted = BTreeMap::new();
    for given in given {
        let key = said(&given).finding_key.clone();
        if valid.get(&key) == Some(said(&given)) {
            counted.insert(key, given);
        }
    }
    counted
}
