//! A workbook from its bytes to its cells.

use workbook::{
    anchor::{ReturnWorkbook, anchor},
    extract::RawWorkbook,
};

use crate::{
    reader::WorkbookReader,
    service::{documents::form::Form, error::ServiceError},
};

/// Reads a workbook in a limited child process.
pub async fn read_workbook(reader: &WorkbookReader, bytes: &[u8]) -> Result<RawWorkbook, ServiceError> {
    let read = reader.read(bytes).await.map_err(ServiceError::internal)?;
    Ok(read?)
}

/// Finds the answer cells by metadata and row codes.
pub fn anchor_workbook(raw: &RawWorkbook, form: &Form) -> Result<ReturnWorkbook, ServiceError> {
    Ok(anchor(raw, form.survey.questionnaire(), &form.options)?)
}
