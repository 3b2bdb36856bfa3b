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
    domain::{import::ImportItem, survey_return::SurveyReturn},
    service::{
        error::{ServiceError, codes},
        imports::read_rows::{CheckedRow, OwnedRow, Owner, RowContext, SheetRow},
        returns::filing::Filing,
    },
    store,
};

/// What a spreadsheet is called when its kind does not matter.
const SPREADSHEET: &str = "application/octet-stream";

impl Run {
    /// Reads, checks and settles the rows that are not settled yet.
    pub(super) async fn rows(self: Arc<Self>) -> Result<(), ServiceError> {
        let (size, source) = {
            // Held no longer than it takes to see what it is.
            let bytes = self.service.original(&self.batch.source_sha256).await?;
            let mapping = self.batch.options.mapping.clone();
            let source = Source::of(&self.service, &self.round, &self.form, mapping, &bytes).await?;
            (bytes.len(), source)
        };
        let context = RowContext {
            service: self.service.clone(),
            scope: self.caller.scope.clone(),
            round: self.round.clone(),
            form: self.form.clone(),
            columns: source.columns(),
        };
        let last = store::import::last_ordinal(self.service.db.read(), &self.batch).await?;
        let (send, receive) = mpsc::channel(1);
        let (service, sha256) = (self.service.clone(), self.batch.source_sha256.clone());
        let giving = tokio::spawn(async move { source.give(&service, &sha256, last, send).await });
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

    /// Checks the rows of a group whose returns do not say the same already.
    async fn check(&self, context: &RowContext, group: Group, size: usize) -> Result<Vec<Prepared>, ServiceError> {
        let (ordinals, rows): (Vec<i32>, Vec<SheetRow>) = group.rows.into_iter().unzip();
        let owned = context.own(rows).await?;
        let returns = owned.iter().filter_map(return_of).map(|survey_return| survey_return.id);
        let (conn, scope) = (self.service.db.read(), &self.caller.scope);
        let newest = store::survey_return::newest_parts(conn, scope, &returns.collect::<Vec<_>>()).await?;
        let is_repeated = |row: &OwnedRow| return_of(row).and_then(|found| newest.get(&found.id)) == Some(&row.hash);
        let (repeated, others): (Vec<_>, Vec<_>) =
            ordinals.into_iter().zip(owned).partition(|(_, row)| is_repeated(row));
        let (ordinals, others): (Vec<i32>, Vec<OwnedRow>) = others.into_iter().unzip();
        let checked = ordinals.into_iter().zip(context.check(others, group.dates).await?);
        let repeated = repeated.into_iter().map(|(ordinal, row)| repeated_row(ordinal, row));
        let checked = checked.map(|(ordinal, row)| self.prepared(ordinal, row, size));
        let mut prepared: Vec<Prepared> = repeated.chain(checked).collect();
        prepared.sort_unstable_by_key(|prepared| prepared.item.ordinal);
        Ok(prepared)
    }

    fn prepared(&self, ordinal: i32, checked: CheckedRow, size: usize) -> Prepared {
        let (item, owner) = item(ordinal, checked.name, &checked.hash, checked.owner);
        let survey_return = match owner {
            Ok(owner) => owner,
            Err(error) => {
                let verdict = Verdict::Refused(error);
                return Prepared::of(item, verdict);
            }
        };
        if checked.untouched {
            let verdict = Verdict::Refused(ServiceError::new(codes::imports::ROW_UNTOUCHED));
            return Prepared::of(item, verdict);
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
            said_by: self.caller.name.clone(),
            reason: None,
        };
        Prepared::of(item, Verdict::checked(survey_return, filing))
    }
}

fn return_of(row: &OwnedRow) -> Option<&SurveyReturn> {
    row.owner.as_ref().ok().map(|(survey_return, _)| survey_return)
}

/// A row that the newest revision of its return was read from.
fn repeated_row(ordinal: i32, row: OwnedRow) -> Prepared {
    let (item, owner) = item(ordinal, row.row.name, &row.hash, row.owner);
    let verdict = owner.map_or_else(Verdict::Refused, |found| Verdict::Repeated(Box::new(found)));
    Prepared::of(item, verdict)
}

/// The item of a row, with the return that is its owner's.
fn item(ordinal: i32, name: String, hash: &str, owner: Owner) -> (ImportItem, Result<SurveyReturn, ServiceError>) {
    let mut item = ImportItem {
        sha256: Some(hash.to_owned()),
        ..ImportItem::waiting(ordinal, name)
    };
    let owner = owner.map(|(survey_return, enterprise)| {
        item.survey_return = Some(survey_return.id);
        item.uscc = Some(enterprise.facts.uscc);
        item.enterprise_name = Some(enterprise.facts.name);
        survey_return
    });
    (item, owner)
}

fn groups(receive: Receiver<Group>) -> impl futures::Stream<Item = Group> {
    stream::unfold(receive, async |mut receive| {
        receive.recv().await.map(|group| (group, receive))
    })
}
