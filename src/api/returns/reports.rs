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
    /// The report as an HTML page.
    #[oai(status = 200, content_type = "text/html; charset=utf-8")]
    Found(
        PlainText<String>,
        /// Content security policy: no external resources and no scripts.
        #[oai(header = "Content-Security-Policy")]
        String,
        /// Caching policy: the page must not be cached.
        #[oai(header = "Cache-Control")]
        String,
        /// Referrer policy: the URL is not sent to other sites.
        #[oai(header = "Referrer-Policy")]
        String,
        /// Protection against content type sniffing.
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
    /// URL of the page on this server. Anyone who has it can open the page without logging in.
    url: String,
    /// Time of expiry.
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
    /// Download the annotated workbook
    ///
    /// Returns the enterprise's own file with the cells concerned coloured, notes with the remedy, and a first sheet
    /// that lists all findings and takes justifications, to be corrected and uploaded again. If the format of the
    /// upload does not allow this, a new form is written with the same values.
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
        /// Identifier of the revision; the newest by default.
        revision: Query<Option<Uuid>>,
    ) -> Result<WorkbookFound, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let found = annotated_workbook(&service, auth.principal(), id, revision).await?;
        Ok(WorkbookFound::of(found.bytes, &found.filename))
    }

    /// Download the report as CSV
    ///
    /// UTF-8 with headings in the requested language, one row for each finding and for each value read differently from
    /// the entry. A field beginning with =, +, -, @, a tab or a line break is preceded by an apostrophe, so that
    /// spreadsheet programs do not read it as a formula.
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
        /// Identifier of the revision; the newest by default.
        revision: Query<Option<Uuid>>,
        /// Language of the report; Chinese by default.
        lang: Query<Option<LanguageName>>,
    ) -> Result<CsvFound, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let found = report_on(&service, auth.principal(), id, revision).await?;
        let bytes = report::csv::write(&found.report, language(lang.0)).map_err(ServiceError::internal)?;
        let name = format!("report_{}.csv", found.revision.number);
        Ok(CsvFound::Found(Binary(bytes), upload::attachment(&name)))
    }

    /// Get the report as a printable page
    ///
    /// Returns one HTML file in A4 layout without external resources.
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
        /// Identifier of the revision; the newest by default.
        revision: Query<Option<Uuid>>,
        /// Language of the report; Chinese by default.
        lang: Query<Option<LanguageName>>,
    ) -> Result<PageFound, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let found = report_on(&service, auth.principal(), id, revision).await?;
        Ok(PageFound::of(&service, &found, language(lang.0)))
    }

    /// Create a link to the report page
    ///
    /// Returns a signed URL that opens this report of this revision in this language in any browser for 15 minutes
    /// without logging in, and nothing else.
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
        /// Identifier of the revision; the newest by default.
        revision: Query<Option<Uuid>>,
        /// Language of the page; Chinese by default.
        lang: Query<Option<LanguageName>>,
    ) -> Result<LinkCreated, UploadFailure> {
        let (id, revision) = (ReturnId(return_id.0), revision.0.map(RevisionId));
        let link = create_report_link(&service, auth.principal(), id, revision, language(lang.0)).await?;
        Ok(LinkCreated::Created(Json(ReportLinkOut {
            url: format!("/api/v1/report-pages/{}", link.token),
            expires_at: link.expires_at.into(),
        })))
    }

    /// Get the report page of a link
    ///
    /// Returns the page for which the link was created, until the link expires.
    #[oai(path = "/report-pages/:link", method = "get", operation_id = "get_linked_report")]
    async fn get_linked_report(
        &self,
        service: Data<&Arc<Service>>,
        /// Last path segment of the link.
        link: Path<Name>,
    ) -> Result<PageFound, ReadFailure> {
        let (found, language) = linked_report(&service, &link.0.0).await?;
        Ok(PageFound::of(&service, &found, language))
    }
}

fn language(name: Option<LanguageName>) -> Language {
    name.map_or(Language::Zh, Into::into)
}
