//! Returns of many enterprises at once: handed in, followed, looked through.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{ReadFailure, UploadFailure},
            instant::Instant,
            page::{self, paged},
            upload,
            word::{CursorText, FileName, Name},
        },
        jobs::{JobAccepted, JobStateName, accepted},
    },
    domain::{
        import::{Blocked, ImportId, ImportKind, ImportOptions, ImportSubmission},
        mapping::ProfileId,
        round::RoundId,
    },
    service::{
        Service,
        error::{ServiceError, codes},
        imports,
        imports::{
            begin::{Source, queue_import},
            mapping_profiles::apply_profile,
            read::ImportView,
        },
    },
};

/// Import operations.
#[derive(Default)]
pub struct ImportsApi;

/// Kind of import.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "ImportKind")]
enum KindName {
    /// A ZIP with one workbook per enterprise.
    Zip,
    /// The workbooks of a folder.
    Folder,
    /// A spreadsheet of another system, read by a mapping profile.
    Mapped,
    /// A filled bulk sheet that was issued here.
    Bulk,
}

impl From<ImportKind> for KindName {
    fn from(kind: ImportKind) -> Self {
        match kind {
            ImportKind::Zip => Self::Zip,
            ImportKind::Folder => Self::Folder,
            ImportKind::Mapped => Self::Mapped,
            ImportKind::Bulk => Self::Bulk,
        }
    }
}

/// Handling of files or rows with errors.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "ImportBlocked")]
enum BlockedName {
    /// It becomes a revision, as an upload would; the findings stand at the return.
    File,
    /// It is refused with its findings.
    Refuse,
}

impl From<Blocked> for BlockedName {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::File => Self::File,
            Blocked::Refuse => Self::Refuse,
        }
    }
}

impl From<BlockedName> for Blocked {
    fn from(blocked: BlockedName) -> Self {
        match blocked {
            BlockedName::File => Self::File,
            BlockedName::Refuse => Self::Refuse,
        }
    }
}

/// A bulk import of returns.
#[derive(Object)]
#[oai(rename = "Import", skip_serializing_if_is_none)]
struct ImportOut {
    /// Identifier.
    id: Uuid,
    /// Identifier of the round.
    round_id: Uuid,
    /// Identifier of the job that carries out the import.
    job_id: Uuid,
    /// State of the job.
    state: JobStateName,
    /// Kind of import.
    kind: KindName,
    /// Name of the file or folder.
    filename: String,
    /// SHA-256 of the file, or of the list of a folder's files.
    source_sha256: String,
    /// Whether it is a dry run, which reports the outcome and stores nothing.
    dry_run: bool,
    /// Handling of files or rows with errors.
    blocked: BlockedName,
    /// Identifier of the mapping profile used.
    profile_id: Option<Uuid>,
    /// Version of the profile at the start of the import.
    profile_version: Option<i64>,
    /// Number of files skipped because they are not returns (`.DS_Store`, `~$open.xlsx`).
    left_out: i32,
    /// Number of files or rows by state.
    counts: CountsOut,
    /// Name of the user who started the import.
    created_by: String,
    /// Time of creation.
    created_at: Instant,
}

/// Progress of an import.
#[derive(Object)]
#[oai(rename = "ImportCounts")]
struct CountsOut {
    /// Number of files or rows in total.
    items: u64,
    /// Number waiting to be processed.
    waiting: u64,
    /// Number imported as new revisions.
    taken: u64,
    /// Number recognised as identical to the newest revision.
    unchanged: u64,
    /// Number refused.
    refused: u64,
    /// Number not processed because of a cancellation.
    cancelled: u64,
    /// Number imported or recognised with errors to correct.
    with_blocking: u64,
}

impl From<ImportView> for ImportOut {
    fn from(view: ImportView) -> Self {
        let ImportView { batch, job, counts } = view;
        Self {
            id: batch.id.0,
            round_id: batch.round.0,
            job_id: batch.job.0,
            state: job.state.into(),
            kind: batch.kind.into(),
            filename: batch.filename,
            source_sha256: batch.source_sha256,
            dry_run: batch.options.dry_run,
            blocked: batch.options.blocked.into(),
            profile_id: batch.options.mapping.as_ref().map(|applied| applied.profile.0),
            profile_version: batch.options.mapping.as_ref().map(|applied| applied.version),
            left_out: batch.left_out,
            counts: CountsOut {
                items: counts.items,
                waiting: counts.waiting,
                taken: counts.taken,
                unchanged: counts.unchanged,
                refused: counts.refused,
                cancelled: counts.cancelled,
                with_blocking: counts.with_blocking,
            },
            created_by: batch.created_by,
            created_at: batch.created_at.into(),
        }
    }
}

paged! {
    /// A page of imports.
    ImportPage as ImportsFound {
        /// The imports, from newest to oldest.
        items: ImportOut,
    }
}

/// One import.
#[derive(ApiResponse)]
enum ImportFound {
    /// The import.
    #[oai(status = 200)]
    Found(Json<ImportOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Imports")]
impl ImportsApi {
    /// Import returns in bulk
    ///
    /// The request body is a ZIP with one filled workbook for each enterprise; or a filled bulk sheet of the round
    /// (`GET /rounds/{round_id}/bulk-template`) with one row for each enterprise; or, with `profile_id`, a spreadsheet
    /// of another system with one row (or sheet) for each enterprise. The format is recognised by content. Starts a
    /// job: every file or row is read in a limited process, checked, and stored as a revision exactly as received, for
    /// enterprises in the caller's scope. Valid files are imported; rejected ones are listed with the reason; files
    /// already imported change nothing. With `dry_run`, the report is the same and nothing is stored. Sending a ZIP
    /// again while it is being imported returns the same import. With `signed_by` and `signed_on`, the bureau also
    /// records the submissions, for workbooks sent by mail and signed on paper: the ZIP also contains the scans (PDF,
    /// JPEG or PNG), each named like its workbook or with the credit code in its name, and `covering` names a signed
    /// list that covers all others. A return with errors, with unjustified queries or without a scan is imported and
    /// not submitted; its item states why.
    #[oai(path = "/rounds/:round_id/imports", method = "post", operation_id = "create_import")]
    async fn create_import(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// File name.
        filename: Query<Option<FileName>>,
        /// Dry run: the outcome is reported and nothing is stored. False by default.
        dry_run: Query<Option<bool>>,
        /// Handling of files or rows with errors. By default `file` for a ZIP and `refuse` for rows of a sheet.
        blocked: Query<Option<BlockedName>>,
        /// Identifier of the mapping profile with which a spreadsheet of another system is read.
        profile_id: Query<Option<Uuid>>,
        /// Name of the person who signed for the enterprises; together with `signed_on`, records their submissions.
        signed_by: Query<Option<Name>>,
        /// Date of the signatures; together with `signed_by`.
        signed_on: Query<Option<NaiveDate>>,
        /// File name of the scan in the ZIP that covers every workbook without a scan of its own; together with
        /// `signed_by`.
        covering: Query<Option<FileName>>,
        body: Binary<Body>,
    ) -> Result<JobAccepted, UploadFailure> {
        let round = RoundId(round_id.0);
        let mapping = match profile_id.0.map(ProfileId) {
            Some(id) => Some(apply_profile(&service, auth.principal(), round, id).await?),
            None => None,
        };
        let submission = match (signed_by.0, signed_on.0, covering.0) {
            (Some(signed_by), Some(signed_on), covering) => Some(ImportSubmission {
                signed_by: signed_by.0,
                signed_on,
                covering: covering.map(|name| name.0),
                scans: Vec::new(),
            }),
            (None, None, None) => None,
            _ => return Err(ServiceError::new(codes::returns::INVALID_SUBMISSION).into()),
        };
        let bytes = upload::read_import(&service, body.0).await?;
        let filename = filename.0.map_or_else(|| "returns".to_owned(), |name| name.0);
        let source = Source::of_file(filename, bytes, mapping.is_some());
        let usual = source.usual_blocked();
        let options = ImportOptions {
            dry_run: dry_run.0.unwrap_or(false),
            blocked: blocked.0.map_or(usual, Into::into),
            submission,
            mapping,
        };
        let begun = queue_import(&service, auth.principal(), round, source, options).await?;
        Ok(accepted(begun.job))
    }

    /// List imports
    ///
    /// Sorted from newest to oldest: the imports for the caller's area, or all imports for a caller who sees the
    /// county.
    #[oai(path = "/imports", method = "get", operation_id = "list_imports")]
    async fn list_imports(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by round.
        round_id: Query<Option<Uuid>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ImportsFound, ReadFailure> {
        let list = ("imports", round_id.0);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let round = round_id.0.map(RoundId);
        let found = imports::read::list_imports(&service, auth.principal(), round, &asked.request).await?;
        Ok(ImportsFound::of(found, &asked)?)
    }

    /// Get an import
    ///
    /// Returns the options and the state of the import and the number of files by outcome.
    #[oai(path = "/imports/:import_id", method = "get", operation_id = "get_import")]
    async fn get_import(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        import_id: Path<Uuid>,
    ) -> Result<ImportFound, ReadFailure> {
        let view = imports::read::get_import(&service, auth.principal(), ImportId(import_id.0)).await?;
        Ok(ImportFound::Found(Json(view.into())))
    }
}
