//! The file comes back: the annotated workbook, and the report as CSV and as a page to print.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, OpenApi,
    param::{Path, Query},
    payload::{Binary, PlainText},
};
use uuid::Uuid;
use workbook::language::Language;

use crate::{
    api::{
        Tag,
        http::{auth::Auth, download::WorkbookFound, problem::UploadFailure, upload},
    },
    domain::survey_return::{ReturnId, RevisionId},
    service::{
        Service,
        error::ServiceError,
        returns::annotate::{annotated_workbook, report_on},
    },
};

/// Report operations.
#[derive(Default)]
pub struct ReportsApi;

/// Language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "ReportLanguage")]
enum LanguageName {
    /// Chinese.
    Zh,
    /// English.
    En,
    /// Both.
    Both,
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::Zh => Self::Zh,
            LanguageName::En => Self::En,
            LanguageName::Both => Self::Both,
        }
    }
}

/// A report as CSV.
#[derive(ApiResponse)]
enum CsvFound {
    /// The report.
    #[oai(status = 200, content_type = "text/csv")]
    Found(
        Binary<Vec<u8>>,
        /// File name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// A report as a page.
#[derive(ApiResponse)]
enum PageFound {
    /// The page.
    #[oai(status = 200, content_type = "text/html")]
    Found(
        PlainText<String>,
        /// Nothing is loaded from elsewhere and no script runs.
        #[oai(header = "Content-Security-Policy")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl ReportsApi {
    /// Download the uploaded workbook with marks
    ///
    /// The enterprise's own file with wrong cells coloured, notes on what to do, and a first sheet that lists all
    /// findings and takes justifications. Correct it and upload it again. If the format of the upload cannot be
    /// patched, a new form is written with the same values.
    #[oai(
        path = "/returns/:return_id/annotated.xlsx",
        method = "get",
        operation_id = "get_annotated_workbook"
    )]
    async fn get_annotated_workbook(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// A revision other than the newest.
        revision: Query<Option<Uuid>>,
    ) -> Result<WorkbookFound, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let found = annotated_workbook(&service, auth.principal(), id, revision).await?;
        Ok(WorkbookFound::of(found.bytes, &found.filename))
    }

    /// Download the report as CSV
    ///
    /// UTF-8, one row for each finding and for each value that was read differently from what was typed. Fields
    /// beginning with =, +, -, @, a tab or a line break are preceded by an apostrophe, so that no spreadsheet treats
    /// them as formulas.
    #[oai(
        path = "/returns/:return_id/report.csv",
        method = "get",
        operation_id = "get_return_report_table"
    )]
    async fn get_return_report_table(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// A revision other than the newest.
        revision: Query<Option<Uuid>>,
        /// Language; Chinese when absent.
        lang: Query<Option<LanguageName>>,
    ) -> Result<CsvFound, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let found = report_on(&service, auth.principal(), id, revision).await?;
        let bytes = report::csv::write(&found.report, language(lang.0)).map_err(ServiceError::internal)?;
        let name = format!("report_{}.csv", found.revision.number);
        Ok(CsvFound::Found(Binary(bytes), upload::attachment(&name)))
    }

    /// Get the report as a page to print
    ///
    /// One HTML file for A4 that loads nothing from elsewhere.
    #[oai(
        path = "/returns/:return_id/report.html",
        method = "get",
        operation_id = "get_return_report_page"
    )]
    async fn get_return_report_page(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// A revision other than the newest.
        revision: Query<Option<Uuid>>,
        /// Language; Chinese when absent.
        lang: Query<Option<LanguageName>>,
    ) -> Result<PageFound, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let found = report_on(&service, auth.principal(), id, revision).await?;
        let about = format!(
            "{} · #{} · {}",
            found.revision.filename, found.revision.number, found.revision.created_at
        );
        let page = report::page::write(&found.report, &found.subject, &about, language(lang.0));
        let policy = "default-src 'none'; style-src 'unsafe-inline'".to_owned();
        Ok(PageFound::Found(PlainText(page), policy))
    }
}

fn language(name: Option<LanguageName>) -> Language {
    name.map_or(Language::Zh, Into::into)
}
