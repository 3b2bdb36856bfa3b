//! The very hidden sheet with the marks of the template.

use rust_xlsxwriter::{Format, Workbook};

use super::page;
use crate::{
    error::WriteError,
    metadata::{MARK, SEAL_NAME, TemplateMetadata},
};

pub(crate) fn write(metadata: &TemplateMetadata, workbook: &mut Workbook) -> Result<(), WriteError> {
    if let Some(seal) = &metadata.seal {
        // A quote inside a quoted text is doubled.
        workbook.define_name(SEAL_NAME, &format!("=\"{}\"", seal.replace('"', "\"\"")))?;
    }
    let text = Format::new().set_num_format("@");
    let sheet = workbook.add_worksheet();
    sheet.set_name("_template")?;
    sheet.write_string_with_format(0, 0, MARK, &text)?;
    for (row, (key, value)) in (1..).zip(metadata.entries()) {
        sheet.write_string_with_format(row, 0, key, &text)?;
        sheet.write_string_with_format(row, 1, value, &text)?;
    }
    page::protect(sheet);
    sheet.set_very_hidden(true);
    Ok(())
}
