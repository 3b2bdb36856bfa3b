//! The very hidden sheet with the marks of the template.

use rust_xlsxwriter::{Format, Worksheet};

use super::page;
use crate::{
    error::WriteError,
    metadata::{MARK, TemplateMetadata},
};

pub(super) fn write(metadata: &TemplateMetadata, sheet: &mut Worksheet) -> Result<(), WriteError> {
    let text = Format::new().set_num_format("@");
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
