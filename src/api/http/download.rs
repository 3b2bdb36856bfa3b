//! Workbooks as downloads.

use poem_openapi::{ApiResponse, payload::Binary};

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
        /// Name for the file.
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
