//! A run as files.

use std::{
    io::{Cursor, Write as _},
    sync::Arc,
};

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, OpenApi,
    param::{Path, Query},
    payload::Binary,
};
use uuid::Uuid;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::CompareFailure, upload},
    },
    domain::run::RunId,
    service::{
        Service,
        error::ServiceError,
        runs::export::{ExportFormat, ExportedFile, export_run},
    },
};

/// Export operations.
#[derive(Default)]
pub struct ExportsApi;

/// Export format of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "ExportFormat")]
enum FormatName {
    /// A workbook with all tables; block and total scores are live formulas.
    Xlsx,
    /// One table, UTF-8 with a byte order mark.
    Csv,
    /// A ZIP of iData.csv and iMeta.csv for the R package COINr.
    Coinr,
}

impl From<FormatName> for ExportFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Xlsx => Self::Xlsx,
            FormatName::Csv => Self::Csv,
            FormatName::Coinr => Self::Coinr,
        }
    }
}

/// A run as a file.
#[derive(ApiResponse)]
enum ExportFound {
    /// The file.
    #[oai(status = 200, content_type = "application/octet-stream")]
    Found(
        Binary<Vec<u8>>,
        /// File name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl ExportsApi {
    /// Export a run
    ///
    /// Limited to the caller's scope. The workbook contains the ranking, the scores as formulas, the values, the
    /// answers used (for callers who may read returns) and the methodology. `coinr` contains the data needed to compute
    /// the run again in R.
    #[oai(path = "/runs/:run_id/export", method = "get", operation_id = "export_run")]
    async fn export_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// Export format.
        format: Query<FormatName>,
    ) -> Result<ExportFound, CompareFailure> {
        let files = export_run(&service, auth.principal(), RunId(run_id.0), format.0.into()).await?;
        let file = one_file(files, run_id.0)?;
        Ok(ExportFound::Found(Binary(file.bytes), upload::attachment(&file.name)))
    }
}

/// The file, or all of them in a ZIP.
fn one_file(mut files: Vec<ExportedFile>, run: Uuid) -> Result<ExportedFile, ServiceError> {
    if let [_] = files.as_slice()
        && let Some(file) = files.pop()
    {
        return Ok(file);
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in &files {
        // The default time of an entry is a fixed one: the same run gives the same bytes.
        let options = SimpleFileOptions::default();
        zip.start_file(file.name.as_str(), options)
            .map_err(ServiceError::internal)?;
        zip.write_all(&file.bytes).map_err(ServiceError::internal)?;
    }
    let bytes = zip.finish().map_err(ServiceError::internal)?.into_inner();
    Ok(ExportedFile {
        name: format!("coinr-{run}.zip"),
        bytes,
    })
}
