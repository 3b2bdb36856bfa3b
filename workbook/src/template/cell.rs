//! One raw value into one cell.

use rust_xlsxwriter::{Format, Formula, Worksheet};
use survey::cell::RawValue;

use super::uncached::MARKED_RESULT;
use crate::{error::WriteError, layout::CellKey, prefill::PrefillCell};

/// Excel's limit for a text, in UTF-16 code units.
const LONGEST_TEXT: usize = 32_767;

/// Writes a prefilled value, or the blank cell with its format.
pub(crate) fn write(
    sheet: &mut Worksheet,
    at: (u32, u16),
    key: &CellKey,
    cell: Option<&PrefillCell>,
    format: &Format,
) -> Result<(), WriteError> {
    let (row, column) = at;
    let Some(cell) = cell else {
        sheet.write_blank(row, column, format)?;
        return Ok(());
    };
    let own = cell
        .number_format
        .as_ref()
        .map(|code| format.clone().set_num_format(code));
    let format = own.as_ref().unwrap_or(format);
    if let Some(formula) = &cell.formula {
        let formula = Formula::new(formula).set_result(cached(&cell.value));
        sheet.write_formula_with_format(row, column, formula, format)?;
        return Ok(());
    }
    match &cell.value {
        RawValue::Blank => sheet.write_blank(row, column, format)?,
        RawValue::Text(text) if text.encode_utf16().count() > LONGEST_TEXT => {
            return Err(WriteError::TextTooLong {
                cell: key.to_string(),
                limit: LONGEST_TEXT,
            });
        }
        // Always as a string, so that a text beginning with `=` never becomes a formula (WF38).
        RawValue::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
        RawValue::Number(number) | RawValue::DateSerial(number) => {
            sheet.write_number_with_format(row, column, *number, format)?
        }
        RawValue::Boolean(yes) => sheet.write_boolean_with_format(row, column, *yes, format)?,
        RawValue::Error(_) | RawValue::FormulaWithoutValue => {
            let formula = Formula::new("=1/0").set_result(cached(&cell.value));
            sheet.write_formula_with_format(row, column, formula, format)?
        }
    };
    Ok(())
}

/// The cached result of a formula as the writer takes it.
fn cached(value: &RawValue) -> String {
    match value {
        RawValue::Blank => " ".to_owned(),
        RawValue::Text(text) | RawValue::Error(text) => text.clone(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        RawValue::FormulaWithoutValue => MARKED_RESULT.to_owned(),
    }
}
