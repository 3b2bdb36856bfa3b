//! Settling a group: its revisions are filed and its items say what became of them, in one transaction.

use std::{collections::BTreeMap, time::Duration};

use survey::{finding::Findings, questionnaire::Action};

use super::{Prepared, Run, Verdict, counted, submit::ScansByItem};
use crate::{
    domain::{
        count::count,
        import::{Blocked, ImportItem, ImportKind, ItemFault, ItemState},
        return_step::ReturnStep,
        revision::NewestRevision,
        survey_return::{ReturnId, RevisionId, SurveyReturn},
    },
    service::{
        error::{Fault, Kind, ServiceError, codes},
        returns::filing::{Filer, Filing, file_revisions},
    },
    store,
    store::db::{StoreError, WriteTxn},
};

/// How often a group is tried when the database is busy or a return is changed by its enterprise at the same moment.
const TRIES: u32 = 6;

/// Whether the import goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It goes on.
    Done,
    /// It was cancelled: nothing of the group was written.
    Stopped,
}

/// What stands in the way of, or speaks for, the files of a group.
struct Standing {
    /// Files of this import that were taken in or recognised before, by return.
    settled: BTreeMap<ReturnId, ImportItem>,
    /// The newest revisions.
    newest: BTreeMap<ReturnId, NewestRevision>,
}

impl Run {
    /// Settles a group. `progress` is how many items are done with it, and how many there are.
    pub(super) async fn settle(&self, group: Vec<Prepared>, progress: (u64, u64)) -> Result<Settled, ServiceError> {
        for attempt in 1.. {
            match self.try_to_settle(&group, progress).await {
                Err(error) if attempt < TRIES && matches!(error.kind, Kind::Busy | Kind::VersionMismatch) => {
                    tokio::time::sleep(Duration::from_millis(50) * attempt).await;
                }
                ended => return ended,
            }
        }
        Ok(Settled::Done)
    }

    async fn try_to_settle(&self, group: &[Prepared], progress: (u64, u64)) -> Result<Settled, ServiceError> {
        let now = self.service.now();
        let txn = self.service.db.begin_write().await?;
        match store::job::hold_job(&txn, self.job, now).await {
            Err(StoreError::NotFound) => return Ok(Settled::Stopped),
            held => held?,
        }
        let group = self.unsettled(&txn, group).await?;
        let mut standing = self.standing(&txn, &group).await?;
        let (mut items, mut filings) = (Vec::with_capacity(group.len()), Vec::new());
        let mut scans = ScansByItem::new();
        for prepared in group {
            if let Some(scan) = &prepared.scan {
                scans.insert(prepared.item.ordinal, scan);
            }
            let (item, filing) = self.decide(prepared, &mut standing);
            if let Some(filing) = filing {
                filings.push((items.len(), filing));
            }
            items.push(item);
        }
        self.file(&txn, &mut items, filings).await?;
        self.submit(&txn, &mut items, scans).await?;
        store::import::put_items(&txn, &self.batch, &items).await?;
        let (done, total) = progress;
        store::job::set_job_progress(&txn, self.job, count(done), count(total), now).await?;
        txn.commit().await?;
        self.service.round_figures.changed(self.round.id);
        Ok(Settled::Done)
    }

    /// What another worker has not settled meanwhile.
    async fn unsettled<'a>(&self, txn: &WriteTxn, group: &'a [Prepared]) -> Result<Vec<&'a Prepared>, ServiceError> {
        let group = group.iter();
        Ok(match self.batch.kind {
            ImportKind::Zip | ImportKind::Folder => {
                let ordinals = group.clone().map(|prepared| prepared.item.ordinal).collect::<Vec<_>>();
                let waiting = store::import::still_waiting(txn, &self.batch, &ordinals).await?;
                group
                    .filter(|prepared| waiting.contains(&prepared.item.ordinal))
                    .collect()
            }
            // Rows become items when they are settled, in order.
            ImportKind::Mapped | ImportKind::Bulk => {
                let last = store::import::last_ordinal(txn, &self.batch).await?;
                group.filter(|prepared| prepared.item.ordinal > last).collect()
            }
        })
    }

    async fn standing(&self, txn: &WriteTxn, group: &[&Prepared]) -> Result<Standing, ServiceError> {
        let returns = group
            .iter()
            .filter_map(|prepared| prepared.item.survey_return)
            .collect::<Vec<_>>();
        Ok(Standing {
            settled: store::import::settled_for(txn, &self.batch, &returns).await?,
            newest: store::survey_return::newest_of(txn, &self.caller.scope, &returns).await?,
        })
    }

    /// What becomes of a file; with what is to be filed if it is taken in for real.
    fn decide(&self, prepared: &Prepared, standing: &mut Standing) -> (ImportItem, Option<Filing>) {
        let item = prepared.item.clone();
        let (survey_return, filing) = match &prepared.verdict {
            Verdict::Refused(error) => return (refuse(item, error), None),
            Verdict::Repeated(survey_return) => (survey_return, None),
            Verdict::Checked(survey_return, filing) => (survey_return, Some(filing)),
        };
        let id = survey_return.id;
        if let Some(first) = standing.settled.get(&id) {
            // Within one import the first file of an enterprise counts; the same again is the same.
            return if first.sha256 == item.sha256 {
                (recognise(item, first), None)
            } else {
                (refuse(item, &twice(first)), None)
            };
        }
        let newest = standing.newest.get(&id);
        let same = newest.filter(|newest| match self.batch.kind {
            ImportKind::Zip | ImportKind::Folder => {
                newest.part_sha256.is_none() && Some(&newest.blob_sha256) == item.sha256.as_ref()
            }
            ImportKind::Mapped | ImportKind::Bulk => newest.part_sha256.is_some() && newest.part_sha256 == item.sha256,
        });
        let (item, filing) = match (same, filing) {
            (Some(newest), _) => (unchanged(item, newest), None),
            // The enterprise uploaded another file in between.
            (None, None) => return (refuse(item, &ServiceError::new(codes::general::VERSION_MISMATCH)), None),
            (None, Some(filing)) => {
                if let Some(error) = self.obstacle(survey_return, &filing.findings) {
                    return (refuse(item, &error), None);
                }
                let made = newest
                    .map_or(0, |newest| newest.number)
                    .max(survey_return.revision_number);
                let number = made + 1;
                let wanted = (!self.batch.options.dry_run).then(|| filing.as_ref().clone());
                (taken(item, number, &filing.findings), wanted)
            }
        };
        standing.settled.insert(id, item.clone());
        (item, filing)
    }

    fn obstacle(&self, survey_return: &SurveyReturn, findings: &Findings) -> Option<ServiceError> {
        if let Err(refused) = ReturnStep::HandIn.taken_by(self.caller.role, survey_return.standing()) {
            return Some(refused.into());
        }
        if self.batch.options.blocked == Blocked::Refuse && findings.blocks() {
            let blocking = findings.items.iter().filter(|finding| finding.action == Action::Block);
            return Some(ServiceError::new(codes::imports::BLOCKED).with_faults(blocking));
        }
        None
    }

    /// Files what is to be filed; an item whose return does not take it any more is refused after all.
    async fn file(
        &self,
        txn: &WriteTxn,
        items: &mut [ImportItem],
        filings: Vec<(usize, Filing)>,
    ) -> Result<(), ServiceError> {
        if filings.is_empty() {
            return Ok(());
        }
        let filer = Filer {
            name: &self.caller.name,
            scope: &self.caller.scope,
            role: self.caller.role,
            step: ReturnStep::HandIn,
            import: Some(self.batch.id),
        };
        let (positions, filings): (Vec<usize>, Vec<Filing>) = filings.into_iter().unzip();
        let filed = file_revisions(&self.service, txn, &filer, filings).await?;
        for (position, outcome) in positions.into_iter().zip(filed) {
            let Some(item) = items.get_mut(position) else { continue };
            match outcome {
                Ok((_, revision)) => {
                    item.revision = Some(revision.id);
                    item.revision_number = Some(revision.number);
                }
                Err(error) => *item = refuse(item.clone(), &error),
            }
        }
        name_revisions(items);
        Ok(())
    }
}

/// The same file again in one group: it names the revision that the first of the two has become.
fn name_revisions(items: &mut [ImportItem]) {
    let made: BTreeMap<ReturnId, RevisionId> = items
        .iter()
        .filter_map(|item| Some((item.survey_return?, item.revision?)))
        .collect();
    let nameless = |item: &&mut ImportItem| item.state == ItemState::Unchanged && item.revision.is_none();
    for item in items.iter_mut().filter(nameless) {
        item.revision = item.survey_return.and_then(|id| made.get(&id).copied());
    }
}

fn taken(item: ImportItem, number: i32, findings: &Findings) -> ImportItem {
    ImportItem {
        state: ItemState::Taken,
        revision_number: Some(number),
        ..counted(item, findings)
    }
}

fn unchanged(item: ImportItem, newest: &NewestRevision) -> ImportItem {
    ImportItem {
        state: ItemState::Unchanged,
        revision: Some(newest.id),
        revision_number: Some(newest.number),
        block: count(newest.block),
        warn: count(newest.warn),
        info: count(newest.info),
        ..item
    }
}

/// The same file a second time within one import.
fn recognise(item: ImportItem, first: &ImportItem) -> ImportItem {
    ImportItem {
        state: ItemState::Unchanged,
        revision: first.revision,
        revision_number: first.revision_number,
        block: first.block,
        warn: first.warn,
        info: first.info,
        ..item
    }
}

fn refuse(item: ImportItem, error: &ServiceError) -> ImportItem {
    ImportItem {
        state: ItemState::Refused,
        revision: None,
        revision_number: None,
        block: if error.is(codes::imports::BLOCKED) {
            count(error.faults.len())
        } else {
            0
        },
        warn: 0,
        info: 0,
        ..told(item, error)
    }
}

/// The item with what was not done and why.
pub(super) fn told(item: ImportItem, error: &ServiceError) -> ImportItem {
    let faults = error.faults.iter().take(ImportItem::FAULTS).map(|fault| ItemFault {
        code: fault.code.clone(),
        place: fault.place.clone(),
        message: fault.message.clone(),
    });
    ImportItem {
        code: Some(error.code.clone()),
        message: Some(error.message.clone()),
        faults: faults.collect(),
        ..item
    }
}

fn twice(first: &ImportItem) -> ServiceError {
    let name = &first.name;
    let first = Fault {
        code: codes::imports::RETURN_TWICE.name.to_owned(),
        pointer: None,
        place: None,
        message: survey::text::Text::new(format!("已收的是“{name}”。"), format!("\"{name}\" was taken in.")),
    };
    ServiceError::new(codes::imports::RETURN_TWICE).with_faults([first])
}
