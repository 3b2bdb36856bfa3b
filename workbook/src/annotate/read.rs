//! What a filler wrote into the index sheet of an annotated workbook.

use survey::cell::{Place, RawValue};

use super::{
    index_sheet::{FINGERPRINT, INDEX_MARK, REASON, TEXT},
    own_mark,
};
use crate::extract::{RawSheet, RawWorkbook};

/// A justification as it stands in the index sheet, before anybody has looked whether it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenJustification {
    /// Which finding: [`Finding::key`](survey::finding::Finding::key).
    pub finding_key: String,
    /// The values that the filler saw: [`Finding::fingerprint`](survey::finding::Finding::fingerprint).
    pub fingerprint: String,
    /// Code of the reason; empty where none was chosen.
    pub reason: String,
    /// Explanation; empty where none was written.
    pub text: String,
    /// Where it stands: the cell of the reason.
    pub place: Place,
}

/// Whether a sheet is the index sheet or the sheet of keys, which ask nothing of a form.
pub(crate) fn is_ours(sheet: &RawSheet) -> bool {
    own_mark(sheet).is_some()
}

/// Every row of the index sheet in which something was chosen or written, in the order of the sheet. Rows are found by
/// their hidden key and columns by their hidden code, so that sorting and inserting does no harm.
pub fn justifications(workbook: &RawWorkbook) -> Vec<GivenJustification> {
    let index = workbook.sheets.iter().find(|sheet| own_mark(sheet) == Some(INDEX_MARK));
    let Some(index) = index else { return Vec::new() };
    let column = |code: &str| {
        let found = index.row(0).iter().find(|cell| text_of(&cell.value) == code);
        found.map(|cell| cell.column)
    };
    let (Some(fingerprint), Some(reason), Some(text)) = (column(FINGERPRINT), column(REASON), column(TEXT)) else {
        return Vec::new();
    };
    let keys = index.cells.iter().filter(|cell| cell.column == 0 && cell.row > 0);
    keys.filter_map(|cell| {
        let key = text_of(&cell.value);
        let at = |column| {
            index
                .cell(cell.row, column)
                .map_or_else(String::new, |cell| text_of(&cell.value))
        };
        let (reason_text, text) = (at(reason), at(text));
        if key.is_empty() || key.starts_with('#') || (reason_text.is_empty() && text.is_empty()) {
            return None;
        }
        Some(GivenJustification {
            finding_key: key,
            fingerprint: at(fingerprint),
            // `J02 业务实际变化`: the code stands before the first blank.
            reason: reason_text.split_whitespace().next().unwrap_or("").to_owned(),
            text,
            place: index.place(cell.row, reason),
        })
    })
    .collect()
}

fn text_of(value: &RawValue) -> String {
    match value {
        RawValue::Text(text) => text.trim().to_owned(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(_) | RawValue::Blank | RawValue::Error(_) | RawValue::FormulaWithoutValue => String::new(),
    }
}
