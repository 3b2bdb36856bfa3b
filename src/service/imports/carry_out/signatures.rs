//! Scans of signatures that came with workbooks: found, looked at, kept.

use std::sync::Arc;

use bytes::Bytes;

use super::{Run, files::Originals};
use crate::{
    domain::{
        count::count,
        import::{ImportItem, ItemState},
        survey_return::Evidence,
    },
    service::{
        blocking::blocking,
        error::{Fault, Kind, ServiceError, codes},
        imports::{
            read::all_items,
            scans::{Found, is_scan, scan_of, unused},
        },
        returns::evidence::check_scan,
    },
    store,
    store::db::StoreError,
};

/// The scans of an import.
#[derive(Clone)]
pub(super) struct Scans {
    originals: Originals,
    /// Those that may belong to one workbook.
    names: Arc<[String]>,
    /// Where the bytes of each are.
    places: Arc<[Place]>,
    /// The one that covers every workbook without its own.
    covering: Option<Evidence>,
}

/// Where the bytes of a scan are.
enum Place {
    /// The file of the ZIP at this position.
    Archive(usize),
    /// A blob.
    Blob(String),
}

impl Run {
    /// The scans that came with the workbooks, where submissions are to be recorded.
    pub(super) async fn scans(&self, originals: &Originals) -> Result<Option<Scans>, ServiceError> {
        let Some(submission) = &self.batch.options.submission else {
            return Ok(None);
        };
        let all: Vec<(String, Place)> = match originals {
            Originals::Archive(archive) => {
                let files = (0..).zip(archive.files());
                let scans = files.filter(|(_, file)| is_scan(&file.name));
                scans
                    .map(|(at, file)| (file.name.clone(), Place::Archive(at)))
                    .collect()
            }
            Originals::Blobs => {
                let scans = submission.scans.iter();
                scans
                    .map(|(name, sha256)| (name.clone(), Place::Blob(sha256.clone())))
                    .collect()
            }
        };
        let is_covering = |(name, _): &(String, Place)| submission.covering.as_ref() == Some(name);
        let (covering, own): (Vec<_>, Vec<_>) = all.into_iter().partition(is_covering);
        let (names, places): (Vec<String>, Vec<Place>) = own.into_iter().unzip();
        let mut scans = Scans {
            originals: originals.clone(),
            names: names.into(),
            places: places.into(),
            covering: None,
        };
        if let Some((name, place)) = covering.first() {
            scans.covering = Some(self.keep(&scans, name, place).await??);
        }
        Ok(Some(scans))
    }

    /// The scan of the signature under a workbook whose enterprise is known. The inner error is the workbook's own.
    pub(super) async fn scan(
        &self,
        scans: &Scans,
        item: &ImportItem,
    ) -> Result<Result<Evidence, ServiceError>, ServiceError> {
        let known = |text: &Option<String>| text.clone().unwrap_or_default();
        let found = scan_of(
            &scans.names,
            &item.name,
            &known(&item.uscc),
            &known(&item.enterprise_name),
        );
        match (found, &scans.covering) {
            (Found::One(at), _) => match (scans.names.get(at), scans.places.get(at)) {
                (Some(name), Some(place)) => self.keep(scans, name, place).await,
                _ => Err(ServiceError::internal("a scan without its place")),
            },
            (Found::Several(several), _) => {
                let names = several.into_iter().filter_map(|at| scans.names.get(at));
                let faults = names.map(|name| {
                    Fault::of(
                        name.clone(),
                        codes::imports::SEVERAL_SCANS.name,
                        survey::text::Text::new(name, name),
                    )
                });
                Ok(Err(ServiceError::new(codes::imports::SEVERAL_SCANS).with_faults(faults)))
            }
            (Found::None, Some(covering)) => Ok(Ok(covering.clone())),
            (Found::None, None) => Ok(Err(ServiceError::new(codes::imports::NO_SCAN))),
        }
    }

    /// Looks at a scan and keeps it, but in a dry run.
    async fn keep(
        &self,
        scans: &Scans,
        name: &str,
        place: &Place,
    ) -> Result<Result<Evidence, ServiceError>, ServiceError> {
        let bytes: Bytes = match (place, &scans.originals) {
            (Place::Archive(at), Originals::Archive(archive)) => {
                let (archive, at) = (archive.clone(), *at);
                match blocking(move || Ok(archive.read(at))).await? {
                    Ok(bytes) => bytes.into(),
                    Err(error) => return Ok(Err(error.into())),
                }
            }
            (Place::Blob(sha256), _) => match self.service.original(sha256).await {
                Ok(bytes) => bytes,
                Err(error) if error.kind == Kind::Internal => return Err(error),
                Err(error) => return Ok(Err(error)),
            },
            (Place::Archive(_), Originals::Blobs) => return Err(ServiceError::internal("a scan without its ZIP")),
        };
        let filename = name.rsplit('/').next().unwrap_or(name);
        let evidence = match check_scan(&self.service, Some(filename), &bytes) {
            Ok(evidence) => evidence,
            Err(error) => return Ok(Err(error)),
        };
        if !self.batch.options.dry_run {
            self.service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
        }
        Ok(Ok(evidence))
    }

    /// Tells of scans that belong to no workbook, as items after all others.
    pub(super) async fn tell_unused(&self, scans: &Scans) -> Result<(), ServiceError> {
        let items = all_items(&self.service, &self.batch).await?;
        let workbooks: Vec<&ImportItem> = items.iter().filter(|item| !is_scan(&item.name)).collect();
        let named = workbooks.iter().map(|item| {
            let known = |text: &'_ Option<String>| text.clone().unwrap_or_default();
            (item.name.clone(), known(&item.uscc), known(&item.enterprise_name))
        });
        let named: Vec<(String, String, String)> = named.collect();
        let named = named
            .iter()
            .map(|(name, uscc, enterprise)| (&**name, &**uscc, &**enterprise));
        let last = workbooks.last().map_or(0, |item| item.ordinal);
        let told = unused(&scans.names, named).into_iter().filter_map(|at| {
            let ordinal = match scans.places.get(at)? {
                Place::Archive(position) => count(position + 1),
                Place::Blob(_) => last + count::<usize, i32>(at + 1),
            };
            let error = ServiceError::new(codes::imports::SCAN_UNUSED);
            let item = ImportItem::waiting(ordinal, scans.names.get(at)?.chars().take(255).collect());
            Some(ImportItem {
                state: ItemState::Refused,
                code: Some(error.code),
                message: Some(error.message),
                ..item
            })
        });
        let told: Vec<ImportItem> = told.collect();
        if told.is_empty() {
            return Ok(());
        }
        let txn = self.service.db.begin_write().await?;
        match store::job::hold_job(&txn, self.job, self.service.now()).await {
            Err(StoreError::NotFound) => return Ok(()),
            held => held?,
        }
        store::import::put_items(&txn, &self.batch, &told).await?;
        Ok(txn.commit().await?)
    }
}
