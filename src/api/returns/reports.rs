//! The file comes back: the annotated workbook, and the report as CSV and as a page to print.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json, PlainText},
};
use uuid::Uuid;
use workbook::language::Language;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            download::WorkbookFound,
            failures::{ReadFailure, UploadFailure},
            instant::Instant,
            upload,
            word::Name,
        },
    },
    domain::survey_return::{ReturnId, Revision, RevisionId},
    service::{
        Service,
        error::ServiceError,
        returns::{
            annotate::{ReturnReport, annotated_workbook, report_on},
            report_link::{create_report_link, linked_report},
        },
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
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
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
    #[oai(status = 200, content_type = "text/html; charset=utf-8")]
    Found(
        PlainText<String>,
        /// Nothing is loaded from elsewhere and no script runs.
        #[oai(header = "Content-Security-Policy")]
        String,
        /// The page is not kept by anybody on the way.
        #[oai(header = "Cache-Control")]
        String,
        /// The address is told to nobody.
        #[oai(header = "Referrer-Policy")]
        String,
        /// It is nothing but a page.
        #[oai(header = "X-Content-Type-Options")]
        String,
    ),
}

impl PageFound {
    fn of(service: &Service, found: &ReturnReport, language: Language) -> Self {
        let Revision {
            filename,
            number,
            created_at,
            ..
        } = &found.revision;
        let at = service.shown(*created_at);
        let about = match language {
            Language::Zh => format!("{filename} · 第 {number} 版 · 上传时间 {at}"),
            Language::En => format!("{filename} · revision {number} · uploaded {at}"),
            Language::Both => format!("{filename} · 第 {number} 版 revision {number} · {at}"),
        };
        Self::Found(
            PlainText(report::page::write(&found.report, &found.subject, &about, language)),
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'".to_owned(),
            "no-store".to_owned(),
            "no-referrer".to_owned(),
            "nosniff".to_owned(),
        )
    }
}

/// A link to the page of a report.
#[derive(Object)]
#[oai(rename = "ReportLink")]
struct ReportLinkOut {
    /// Address of the page on this server. Whoever has it opens the page without logging in.
    url: String,
    /// Until when it opens the page.
    expires_at: Instant,
}

/// A new link.
#[derive(ApiResponse)]
enum LinkCreated {
    /// The link.
    #[oai(status = 201)]
    Created(Json<ReportLinkOut>),
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
    /// UTF-8 with heads in the language asked for, one row per finding and per value that was read otherwise than entered. A
    /// field beginning with =, +, -, @, a
    /// tab or a line break has an apostrophe before it, so that no spreadsheet takes it for a formula.
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
        Ok(PageFound::of(&service, &found, language(lang.0)))
    }

    /// Create a link to the report page
    ///
    /// A signed address that opens the page in any browser for 15 minutes, without logging in: this report of this revision
    /// in this language, and nothing else.
    #[oai(
        path = "/returns/:return_id/report-links",
        method = "post",
        operation_id = "create_report_link"
    )]
    async fn create_report_link(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// Another revision than the newest.
        revision: Query<Option<Uuid>>,
        /// Language of the page; Chinese when absent.
        lang: Query<Option<LanguageName>>,
    ) -> Result<LinkCreated, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let link = create_report_link(&service, auth.principal(), id, revision, language(lang.0)).await?;
        Ok(LinkCreated::Created(Json(ReportLinkOut {
            url: format!("/api/v1/report-pages/{}", link.token),
            expires_at: link.expires_at.into(),
        })))
    }

    /// Open the report page by a link
    ///
    /// The page that the link was created for, until it expires.
    #[oai(path = "/report-pages/:link", method = "get", operation_id = "get_linked_report")]
    async fn get_linked_report(
        &self,
        service: Data<&Arc<Service>>,
        /// The last part of the address of a link.
        link: Path<Name>,
    ) -> Result<PageFound, ReadFailure> {
        let (found, language) = linked_report(&service, &link.0.0).await?;
        Ok(PageFound::of(&service, &found, language))
    }
}

fn language(name: Option<LanguageName>) -> Language {
    name.map_or(Language::Zh, Into::into)
}
