//! Files, each a workbook of one enterprise: read and checked in groups. Nothing is written here but their originals.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt as _, future::try_join_all, stream};
use survey::{answer::Answers, survey::WantedConversion};
use uuid::Uuid;
use workbook::{archive::Archive, extract::RawWorkbook, metadata::TemplateKind};

use super::{AHEAD, Prepared, Run, Verdict, settle::Settled, signatures::Scans};
use crate::{
    blobs::{BlobError, sha256_hex},
    domain::{
        count::count,
        enterprise::{Enterprise, EnterpriseId},
        import::{ImportItem, ImportKind},
        survey_return::{ReturnId, SurveyReturn},
    },
    service::{
        blocking::blocking,
        error::{Kind, ServiceError, codes},
        returns::{check_workbook::check_returned, filing::Filing},
        rounds::last_answers::last_answers,
        templates::{
            recognise::{blank_version, other_round, sealed_return, typed_uscc},
            situation::Situation,
        },
        workbooks::read::{anchor_workbook, read_workbook},
    },
    store,
};

/// Files that are prepared together and settled in one transaction: large enough that the statements of a transaction
/// are shared, small enough that progress is seen and that a kill loses little work.
const AT_ONCE: usize = 16;

/// Where the bytes of the items are.
#[derive(Clone)]
pub(super) enum Originals {
    /// In a ZIP, item by item in its order.
    Archive(Archive),
    /// Each under its own hash.
    Blobs,
}

/// A file as far as it can be known without the database.
enum Seen {
    Refused(ServiceError),
    Repeated(EnterpriseId),
    Read(Addressee, Box<RawWorkbook>, usize),
}

/// Whose a workbook says it is.
enum Addressee {
    /// The enterprise it was issued to.
    Issued(EnterpriseId),
    /// A blank form: the one whose credit code was typed into it.
    Typed(String),
}

/// The returns of a group with their enterprises, and what was said of them before.
struct Known {
    returns: BTreeMap<EnterpriseId, (SurveyReturn, Enterprise)>,
    /// Enterprises by the credit codes that were typed into blank forms.
    typed: BTreeMap<String, EnterpriseId>,
    previous: BTreeMap<EnterpriseId, Answers>,
    /// Conversions of units that the fillers have asked for up to now.
    conversions: BTreeMap<ReturnId, Vec<WantedConversion>>,
}

impl Run {
    /// Reads, checks and settles the files that still wait.
    pub(super) async fn files(self: Arc<Self>) -> Result<(), ServiceError> {
        let originals = self.originals().await?;
        let scans = self.scans(&originals).await?;
        let waiting = store::import::waiting_items(self.service.db.read(), &self.batch).await?;
        let total = self.counts().await?.items;
        let mut done = total.saturating_sub(waiting.len() as u64);
        let groups = waiting.chunks(AT_ONCE).map(<[ImportItem]>::to_vec).collect::<Vec<_>>();
        let mut prepared = stream::iter(groups)
            .map(|group| {
                let (run, originals, scans) = (self.clone(), originals.clone(), scans.clone());
                // On a task of its own: it goes on while the group before is settled.
                tokio::spawn(async move { run.prepare(originals, scans, group).await })
            })
            .buffered(AHEAD);
        while let Some(group) = prepared.next().await {
            let group = group.map_err(ServiceError::internal)??;
            done += group.len() as u64;
            if self.settle(group, (done, total)).await? == Settled::Stopped {
                return Ok(());
            }
        }
        match &scans {
            Some(scans) => self.tell_unused(scans).await,
            None => Ok(()),
        }
    }

    async fn originals(&self) -> Result<Originals, ServiceError> {
        if self.batch.kind != ImportKind::Zip {
            return Ok(Originals::Blobs);
        }
        let bytes = self.service.original(&self.batch.source_sha256).await?;
        let limits = self.service.settings.imports.archive();
        let open = move || Ok(Archive::open(&bytes, &limits)?);
        Ok(Originals::Archive(blocking(open).await?))
    }

    /// Reads and checks a group of files, side by side.
    async fn prepare(
        self: Arc<Self>,
        originals: Originals,
        scans: Option<Scans>,
        items: Vec<ImportItem>,
    ) -> Result<Vec<Prepared>, ServiceError> {
        let hashed = items
            .into_iter()
            .map(|item| tokio::spawn(self.clone().hash(originals.clone(), item)));
        let hashed = joined(hashed).await?;
        let shas = hashed
            .iter()
            .filter_map(|(item, _)| item.sha256.clone())
            .collect::<Vec<_>>();
        let (conn, scope) = (self.service.db.read(), &self.caller.scope);
        let repeated = store::survey_return::newest_by_blob(conn, scope, self.round.id, &shas).await?;
        let seen = hashed.into_iter().map(|(item, refused)| {
            let known = item.sha256.as_ref().and_then(|sha| repeated.get(sha)).copied();
            tokio::spawn(self.clone().see(originals.clone(), item, refused, known))
        });
        let seen = joined(seen).await?;
        let known = self.known(&seen).await?;
        let judged = seen.into_iter().map(|(item, seen)| self.judge(item, seen, &known));
        let mut prepared = try_join_all(judged).await?;
        if let Some(scans) = &scans {
            let wanted = prepared
                .iter_mut()
                .filter(|prepared| prepared.item.survey_return.is_some());
            for prepared in wanted {
                prepared.scan = Some(self.scan(scans, &prepared.item).await?);
            }
        }
        Ok(prepared)
    }

    /// The hash of a file, or why its bytes cannot be had.
    async fn hash(
        self: Arc<Self>,
        originals: Originals,
        mut item: ImportItem,
    ) -> Result<(ImportItem, Option<ServiceError>), ServiceError> {
        if item.sha256.is_some() {
            return Ok((item, None));
        }
        match self.bytes(&originals, &item).await? {
            Ok(bytes) => {
                item.sha256 = Some(sha256_hex(&bytes));
                Ok((item, None))
            }
            Err(error) => Ok((item, Some(error))),
        }
    }

    /// The bytes of a file. The inner error is the file's own, the outer one ours.
    async fn bytes(
        &self,
        originals: &Originals,
        item: &ImportItem,
    ) -> Result<Result<Bytes, ServiceError>, ServiceError> {
        match originals {
            Originals::Archive(archive) => {
                let (archive, at) = (archive.clone(), count(item.ordinal - 1));
                blocking(move || Ok(archive.read(at).map(Bytes::from).map_err(Into::into))).await
            }
            Originals::Blobs => {
                let sha256 = item.sha256.as_deref().ok_or_else(without_file)?;
                match self.service.blobs.get(sha256).await {
                    Ok(bytes) => Ok(Ok(bytes)),
                    Err(error @ (BlobError::Missing(_) | BlobError::Damaged(_))) => {
                        Ok(Err(ServiceError::new(codes::imports::FILE_MISSING).because(error)))
                    }
                    Err(error) => Err(ServiceError::internal(error)),
                }
            }
        }
    }

    /// Reads a file that is not known by its hash, in a limited child, and keeps its original.
    async fn see(
        self: Arc<Self>,
        originals: Originals,
        item: ImportItem,
        refused: Option<ServiceError>,
        known: Option<EnterpriseId>,
    ) -> Result<(ImportItem, Seen), ServiceError> {
        if let Some(error) = refused {
            return Ok((item, Seen::Refused(error)));
        }
        if let Some(enterprise) = known {
            return Ok((item, Seen::Repeated(enterprise)));
        }
        let bytes = match self.bytes(&originals, &item).await? {
            Ok(bytes) => bytes,
            Err(error) => return Ok((item, Seen::Refused(error))),
        };
        match self.read(&bytes).await {
            Ok((addressee, raw)) => {
                let size = bytes.len();
                if !self.batch.options.dry_run {
                    self.service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
                }
                Ok((item, Seen::Read(addressee, Box::new(raw), size)))
            }
            // Ours, not the file's: the import stops and can be taken up again.
            Err(error) if error.kind == Kind::Internal => Err(error),
            Err(error) => Ok((item, Seen::Refused(error))),
        }
    }

    /// A file, and whose its sealed marks say it is.
    async fn read(&self, bytes: &[u8]) -> Result<(Addressee, RawWorkbook), ServiceError> {
        let raw = read_workbook(&self.service.reader, bytes).await?;
        let metadata = sealed_return(&self.service, &raw).await?;
        if metadata.round_id != self.round.id.to_string() {
            return Err(other_round(&self.service, &self.round, &metadata).await?);
        }
        if metadata.kind == TemplateKind::Generic {
            let form = blank_version(&self.service, &self.round, &self.form, &metadata).await?;
            return blocking(move || {
                let typed = typed_uscc(&form, &anchor_workbook(&raw, &form)?);
                let typed = typed.ok_or_else(|| ServiceError::new(codes::templates::NO_USCC))?;
                Ok((Addressee::Typed(typed), raw))
            })
            .await;
        }
        let enterprise = metadata.enterprise_id.parse::<Uuid>();
        let enterprise = enterprise.map_err(|_| ServiceError::new(codes::imports::NO_RETURN))?;
        Ok((Addressee::Issued(EnterpriseId(enterprise)), raw))
    }

    async fn known(&self, seen: &[(ImportItem, Seen)]) -> Result<Known, ServiceError> {
        let (conn, scope) = (self.service.db.read(), &self.caller.scope);
        let (mut enterprises, mut codes) = (Vec::new(), Vec::new());
        for (_, seen) in seen {
            match seen {
                Seen::Read(Addressee::Issued(id), ..) | Seen::Repeated(id) => enterprises.push(*id),
                Seen::Read(Addressee::Typed(code), ..) => codes.push(code.clone()),
                Seen::Refused(_) => {}
            }
        }
        let typed: BTreeMap<String, EnterpriseId> = match codes.as_slice() {
            [] => BTreeMap::new(),
            codes => {
                let found = store::enterprise::find_enterprises_by_uscc(conn, scope, codes).await?;
                found
                    .into_iter()
                    .map(|(code, enterprise)| (code, enterprise.id))
                    .collect()
            }
        };
        enterprises.extend(typed.values());
        let returns = store::survey_return::find_returns_of(conn, scope, self.round.id, &enterprises).await?;
        // Within the returns found, whose enterprises the caller may see.
        let found = returns.keys().copied().collect::<Vec<_>>();
        let previous = last_answers(&self.service, &self.round, &self.form, &found).await?;
        let ids = returns
            .values()
            .map(|(survey_return, _)| survey_return.id)
            .collect::<Vec<_>>();
        let newest = store::survey_return::newest_provenances(conn, scope, &ids).await?;
        let conversions = newest
            .into_iter()
            .map(|(id, provenance)| (id, WantedConversion::made(&provenance)));
        Ok(Known {
            returns,
            typed,
            previous,
            conversions: conversions.collect(),
        })
    }

    /// Whose it is by the registry, and what is wrong or doubtful in it.
    async fn judge(&self, mut item: ImportItem, seen: Seen, known: &Known) -> Result<Prepared, ServiceError> {
        let (enterprise, raw, unknown) = match seen {
            Seen::Refused(error) => {
                return Ok(Prepared::of(item, Verdict::Refused(error)));
            }
            Seen::Repeated(enterprise) => (Some(enterprise), None, codes::imports::NO_RETURN),
            Seen::Read(Addressee::Issued(enterprise), raw, size) => {
                (Some(enterprise), Some((raw, size)), codes::imports::NO_RETURN)
            }
            Seen::Read(Addressee::Typed(code), raw, size) => {
                let found = known.typed.get(&code).copied();
                item.uscc = Some(code);
                (found, Some((raw, size)), codes::imports::UNKNOWN_ENTERPRISE)
            }
        };
        let found = enterprise.and_then(|enterprise| known.returns.get(&enterprise));
        let Some((survey_return, enterprise)) = found else {
            let verdict = Verdict::Refused(ServiceError::new(unknown));
            return Ok(Prepared::of(item, verdict));
        };
        item.survey_return = Some(survey_return.id);
        item.uscc = Some(enterprise.facts.uscc.clone());
        item.enterprise_name = Some(enterprise.facts.name.clone());
        let Some((raw, size)) = raw else {
            let verdict = Verdict::Repeated(Box::new(survey_return.clone()));
            return Ok(Prepared::of(item, verdict));
        };
        let situation = Situation::of(
            self.round.clone(),
            enterprise.clone(),
            self.form.clone(),
            survey_return.id,
            known.previous.get(&enterprise.id).cloned(),
        );
        // None where the newest revision was read as it stood, or where there is none.
        let conversions = known
            .conversions
            .get(&survey_return.id)
            .map_or_else(Vec::new, Clone::clone);
        let verdict = match check_returned(&self.service, &situation, *raw, conversions).await {
            Err(error) if error.kind == Kind::Internal => return Err(error),
            Err(error) => Verdict::Refused(error),
            Ok(checked) => {
                let filing = Filing {
                    survey_return: survey_return.id,
                    filename: item.name.rsplit('/').next().unwrap_or(&item.name).to_owned(),
                    blob_sha256: item.sha256.clone().ok_or_else(without_file)?,
                    part_sha256: None,
                    size,
                    media_type: checked.format.media_type(),
                    reading: checked.reading,
                    findings: checked.findings,
                    justifications: checked.justifications,
                    // The officer only hands in what the enterprise has written.
                    said_by: enterprise.facts.name.clone(),
                    reason: None,
                };
                Verdict::checked(survey_return.clone(), filing)
            }
        };
        Ok(Prepared::of(item, verdict))
    }
}

/// An item whose file was read must have its hash.
fn without_file() -> ServiceError {
    ServiceError::internal("an item without the hash of its file")
}

/// The results of tasks in order; the first failure is the failure of all.
async fn joined<T>(
    tasks: impl Iterator<Item = tokio::task::JoinHandle<Result<T, ServiceError>>>,
) -> Result<Vec<T>, ServiceError> {
    let mut results = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        results.push(task.await.map_err(ServiceError::internal)??);
    }
    Ok(results)
}
