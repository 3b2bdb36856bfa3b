//! Workbooks as downloads, and pages to print.

use poem_openapi::{
    ApiResponse,
    payload::{Binary, PlainText},
};

use super::upload;

/// A workbook.
#[derive(ApiResponse)]
pub(crate) enum WorkbookFound {
    /// The workbook.
    #[oai(
        status = 200,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )]
    Found(
        Binary<Vec<u8>>,
        /// File name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

impl WorkbookFound {
    /// A workbook under a name.
    pub(crate) fn of(bytes: Vec<u8>, filename: &str) -> Self {
        Self::Found(Binary(bytes), upload::attachment(filename))
    }
}

/// A page to print.
#[derive(ApiResponse)]
pub(crate) enum PrintedPage {
    /// The page: one HTML file in A4 layout without external resources.
    #[oai(status = 200, content_type = "text/html")]
    Found(
        PlainText<String>,
        /// Content security policy: no external resources and no scripts.
        #[oai(header = "Content-Security-Policy")]
        String,
    ),
}

impl PrintedPage {
    /// A page.
    pub(crate) fn of(page: String) -> Self {
        let policy = "default-src 'none'; style-src 'unsafe-inline'".to_owned();
        Self::Found(PlainText(page), policy)
    }
}
