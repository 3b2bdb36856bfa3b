//! Filing: what was read and checked becomes the newest revision of its return. One upload and a thousand files of a ZIP
//! go this way, in as few statements as there can be.

use std::collections::{BTreeMap, BTreeSet};

use survey::{finding::Findings, justification::Justification, reading::Reading};

use super::{
    justify::record_given,
    steps::{By, Taken, take},
};
use crate::{
    domain::{
        access::{Role, Scope},
        blob::Blob,
        count::count,
        import::ImportId,
        return_step::ReturnStep,
        survey_return::{ReturnEvent, ReturnId, Revision, RevisionId, SurveyReturn},
    },
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// Something that was read and checked, on its way to become a revision.
#[derive(Clone)]
pub(crate) struct Filing {
    /// The return.
    pub(crate) survey_return: ReturnId,
    /// Name of the file as handed in.
    pub(crate) filename: String,
    /// SHA-256 of the file, whose bytes are kept already.
    pub(crate) blob_sha256: String,
    /// Hash of the row, where it was read from one.
    pub(crate) part_sha256: Option<String>,
    /// Bytes of the file.
    pub(crate) size: usize,
    /// Media type of the file.
    pub(crate) media_type: &'static str,
    /// Answers and where they stood.
    pub(crate) reading: Reading,
    /// What was found.
    pub(crate) findings: Findings,
    /// What the filler says to warnings, in the file itself.
    pub(crate) justifications: Vec<Justification>,
    /// Whose words these are.
    pub(crate) said_by: String,
    /// What was done to it, where it is not simply what was handed in.
    pub(crate) reason: Option<String>,
}

/// Who files, and how it came.
pub(crate) struct Filer<'a> {
    /// Name in the records.
    pub(crate) name: &'a str,
    /// What the filer may see.
    pub(crate) scope: &'a Scope,
    /// Role of who files.
    pub(crate) role: Role,
    /// As which step of the return.
    pub(crate) step: ReturnStep,
    /// The import it came through.
    pub(crate) import: Option<ImportId>,
}

/// The return as it stands after filing, and the revision made.
pub(crate) type Filed = (SurveyReturn, Revision);

/// Files each in the order given; a return that does not take it (it is submitted) is an error of its own and the others
/// go on. An outer error leaves the transaction to be dropped: [`ServiceError`] `version_mismatch` when somebody else
/// changed a return meanwhile, which may be tried again.
pub(crate) async fn file_revisions(
    service: &Service,
    txn: &WriteTxn,
    filer: &Filer<'_>,
    filings: Vec<Filing>,
) -> Result<Vec<Result<Filed, ServiceError>>, ServiceError> {
    let now = service.now();
    let by = By {
        name: filer.name,
        role: filer.role,
        at: now,
    };
    let ids = filings.iter().map(|filing| filing.survey_return).collect::<Vec<_>>();
    let mut returns = store::survey_return::find_returns(txn, filer.scope, &ids).await?;
    let mut events_so_far = store::survey_return::last_event_numbers(txn, filer.scope, &ids).await?;
    let (mut blobs, mut revisions, mut events) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut changed: BTreeSet<ReturnId> = BTreeSet::new();
    let mut said = Vec::new();
    let mut outcomes = Vec::with_capacity(filings.len());
    for filing in filings {
        let Some(survey_return) = returns.get_mut(&filing.survey_return) else {
            outcomes.push(Err(ServiceError::new(codes::general::NOT_FOUND)));
            continue;
        };
        let number = events_so_far.entry(survey_return.id).or_default();
        let taken = Taken {
            reason: filing.reason,
            ..Taken::plain(filer.step)
        };
        // Between reading and writing the return may have been submitted from another window.
        let event = match take(survey_return, &by, taken, *number) {
            Ok(event) => event,
            Err(refused) => {
                outcomes.push(Err(refused.into()));
                continue;
            }
        };
        *number = event.number;
        let revision = Revision {
            id: RevisionId(service.next_id()),
            survey_return: survey_return.id,
            number: survey_return.revision_number + 1,
            blob_sha256: filing.blob_sha256,
            filename: filing.filename,
            answers: filing.reading.answers,
            claims: filing.reading.claims,
            provenance: filing.reading.provenance,
            findings: filing.findings,
            created_by: filer.name.to_owned(),
            created_at: now,
            import: filer.import,
            part_sha256: filing.part_sha256,
        };
        let blob = Blob {
            sha256: revision.blob_sha256.clone(),
            size_bytes: count(filing.size),
            media_type: filing.media_type.to_owned(),
            created_at: now,
        };
        blobs.insert(blob.sha256.clone(), blob);
        changed.insert(survey_return.id);
        survey_return.latest = Some(revision.id);
        survey_return.revision_number = revision.number;
        survey_return.block = count(revision.findings.block);
        survey_return.warn = count(revision.findings.warn);
        events.push(ReturnEvent {
            revision: Some(revision.id),
            ..event
        });
        said.push((filing.justifications, filing.said_by));
        revisions.push(revision);
        outcomes.push(Ok(survey_return.id));
    }
    let blobs = blobs.into_values().collect::<Vec<_>>();
    store::blob::record_blobs(txn, &blobs).await?;
    store::survey_return::insert_revisions(txn, filer.scope, &revisions).await?;
    for (revision, (said, said_by)) in revisions.iter().zip(said) {
        record_given(service, txn, filer, revision, (said, &said_by)).await?;
    }
    let mut changed = returns
        .values_mut()
        .filter(|survey_return| changed.contains(&survey_return.id))
        .collect::<Vec<_>>();
    store::survey_return::update_returns(txn, filer.scope, &mut changed).await?;
    store::survey_return::insert_events(txn, filer.scope, &events).await?;
    let mut revisions = revisions.into_iter();
    let mut filed = |id| Some((returns.get(&id)?.clone(), revisions.next()?));
    let outcomes = outcomes.into_iter().map(|outcome: Result<ReturnId, ServiceError>| {
        outcome.and_then(|id| filed(id).ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND)))
    });
    Ok(outcomes.collect())
}
