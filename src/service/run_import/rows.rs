//! Rows of a spreadsheet: read one after the other, checked in groups.

use std::{pin::pin, sync::Arc};

use futures::{StreamExt as _, stream};
use tokio::sync::mpsc::{self, Receiver};

use super::{
    AHEAD, Prepared, Run, Verdict,
    settle::Settled,
    source::{Group, Source},
};
use crate::{
    domain::import::ImportItem,
    service::{
        error::ServiceError,
        file_revisions::Filing,
        read_rows::{CheckedRow, RowContext, SheetRow},
    },
    store,
};

/// What a spreadsheet is called when its kind does not matter.
const SPREADSHEET: &str = "application/octet-stream";

impl Run {
    /// Reads, checks and settles the rows that are not settled yet.
    pub(super) async fn rows(self: Arc<Self>) -> Result<(), ServiceError> {
        let bytes = self.service.original(&self.batch.source_sha256).await?;
        let bytes: Arc<[u8]> = bytes.into();
        let size = bytes.len();
        let mapping = self.batch.options.mapping.clone();
        let source = Source::of(&self.service, &self.round, &self.form, mapping, &bytes).await?;
        let context = RowContext {
            service: self.service.clone(),
            scope: self.caller.scope.clone(),
            round: self.round.clone(),
            form: self.form.clone(),
            columns: source.columns(),
        };
        let last = store::import::last_ordinal(self.service.db.read(), &self.batch).await?;
        let (send, receive) = mpsc::channel(AHEAD);
        let service = self.service.clone();
        let giving = tokio::spawn(async move { source.give(&service, &bytes, last, send).await });
        let checked = groups(receive).map(|group| {
            let (run, context) = (self.clone(), context.clone());
            tokio::spawn(async move { run.check(&context, group, size).await })
        });
        let mut checked = pin!(checked.buffered(AHEAD));
        let mut done = self.counts().await?.items;
        while let Some(group) = checked.next().await {
            let group = group.map_err(ServiceError::internal)??;
            done += group.len() as u64;
            // How many rows there are is known when the last one was read.
            if self.settle(group, (done, 0)).await? == Settled::Stopped {
                // Who gives the rows notices that nobody takes them any more.
                return Ok(());
            }
        }
        giving.await.map_err(ServiceError::internal)?
    }

    async fn check(&self, context: &RowContext, group: Group, size: usize) -> Result<Vec<Prepared>, ServiceError> {
        let (ordinals, rows): (Vec<i32>, Vec<SheetRow>) = group.rows.into_iter().unzip();
        let checked = context.check(rows, group.dates).await?;
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
        if checked.untouched {
            let verdict = Verdict::Refused(ServiceError::new("import.row_untouched"));
            return Prepared { item, verdict };
        }
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

fn groups(receive: Receiver<Group>) -> impl futures::Stream<Item = Group> {
    stream::unfold(receive, async |mut receive| {
        receive.recv().await.map(|group| (group, receive))
    })
}
