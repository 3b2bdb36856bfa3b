//! Rows of a spreadsheet: read one after the other, checked in groups.

use std::{pin::pin, sync::Arc};

use futures::{StreamExt as _, stream};
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::{
    extract::RawWorkbook,
    mapping::{Compiled, MappedRow, rows},
};

use super::{AHEAD, Prepared, Run, Verdict, settle::Settled};
use crate::{
    domain::import::ImportItem,
    service::{
        check_workbook::read_workbook,
        error::ServiceError,
        file_revisions::Filing,
        map_spreadsheet::compile,
        read_rows::{CheckedRow, RowContext},
    },
    store,
};

/// Rows that are checked together and settled in one transaction.
const AT_ONCE: usize = 64;

/// What a spreadsheet is called when its kind does not matter.
const SPREADSHEET: &str = "application/octet-stream";

/// Rows with their numbers among the rows of the import.
type Group = Vec<(i32, MappedRow)>;

impl Run {
    /// Reads, checks and settles the rows that are not settled yet.
    pub(super) async fn rows(self: Arc<Self>) -> Result<(), ServiceError> {
        let applied = self.batch.options.mapping.clone();
        let mapping = applied.ok_or_else(|| ServiceError::internal("an import of rows without a mapping"))?;
        let mapping = Arc::new(compile(mapping.mapping, &self.form)?);
        let bytes = self.service.blobs.get(&self.batch.source_sha256).await;
        let bytes = bytes.map_err(|error| ServiceError::new("import.file_missing").because(error))?;
        let size = bytes.len();
        let raw = read_workbook(&self.service.reader, &bytes).await?;
        drop(bytes);
        let context = RowContext {
            service: self.service.clone(),
            scope: self.caller.scope.clone(),
            round: self.round.clone(),
            form: self.form.clone(),
            mapping: mapping.clone(),
            dates: raw.dates,
        };
        let last = store::import::last_ordinal(self.service.db.read(), &self.batch).await?;
        let total = rows(&mapping, &raw).len() as u64;
        let (send, receive) = mpsc::channel(AHEAD);
        let producing = tokio::task::spawn_blocking(move || produce(&mapping, &raw, last, &send));
        let checked = groups(receive).map(|group| {
            let (run, context) = (self.clone(), context.clone());
            tokio::spawn(async move { run.check(&context, group, size).await })
        });
        let mut checked = pin!(checked.buffered(AHEAD));
        while let Some(group) = checked.next().await {
            let group = group.map_err(ServiceError::internal)??;
            let done = group
                .last()
                .map_or(0, |prepared| u64::try_from(prepared.item.ordinal).unwrap_or(0));
            if self.settle(group, (done, total)).await? == Settled::Stopped {
                // The producer notices that nobody takes its rows any more.
                return Ok(());
            }
        }
        producing.await.map_err(ServiceError::internal)
    }

    async fn check(&self, context: &RowContext, group: Group, size: usize) -> Result<Vec<Prepared>, ServiceError> {
        let (ordinals, rows): (Vec<i32>, Vec<MappedRow>) = group.into_iter().unzip();
        let checked = context.check(rows).await?;
        let prepared = ordinals.into_iter().zip(checked);
        Ok(prepared
            .map(|(ordinal, row)| self.prepared(ordinal, row, size))
            .collect())
    }

    fn prepared(&self, ordinal: i32, checked: CheckedRow, size: usize) -> Prepared {
        let mut item = ImportItem {
            sha256: Some(checked.hash.clone()),
            ..ImportItem::waiting(ordinal, checked.row.name)
        };
        let (survey_return, enterprise) = match checked.owner {
            Ok(owner) => owner,
            Err(error) => {
                return Prepared {
                    item,
                    verdict: Verdict::Refused(error),
                };
            }
        };
        item.survey_return = Some(survey_return.id);
        item.uscc = Some(enterprise.facts.uscc);
        item.enterprise_name = Some(enterprise.facts.name);
        let filing = Filing {
            survey_return: survey_return.id,
            filename: self.batch.filename.clone(),
            blob_sha256: self.batch.source_sha256.clone(),
            part_sha256: Some(checked.hash),
            size,
            media_type: SPREADSHEET,
            reading: checked.reading,
            findings: checked.findings,
            justifications: Vec::new(),
            reason: None,
        };
        Prepared {
            item,
            verdict: Verdict::checked(survey_return, filing),
        }
    }
}

/// Sends the rows after `last` in groups, until they end or nobody takes them.
fn produce(mapping: &Compiled, raw: &RawWorkbook, last: i32, send: &Sender<Group>) {
    let mut group = Group::new();
    for (ordinal, source) in (1..).zip(rows(mapping, raw)) {
        if ordinal <= last {
            continue;
        }
        group.extend(mapping.read(&source).map(|row| (ordinal, row)));
        if group.len() == AT_ONCE && send.blocking_send(std::mem::take(&mut group)).is_err() {
            return;
        }
    }
    if !group.is_empty() {
        send.blocking_send(group).ok();
    }
}

fn groups(receive: Receiver<Group>) -> impl futures::Stream<Item = Group> {
    stream::unfold(receive, async |mut receive| {
        receive.recv().await.map(|group| (group, receive))
    })
}
