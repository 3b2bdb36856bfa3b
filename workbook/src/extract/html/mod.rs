//! Web pages that call themselves `.xls`: every table is a sheet.
//!
//! Pages of Excel, LibreOffice and of reporting programs say more than they show: `x:num` and `sdval` hold the exact
//! number, `mso-number-format` and `sdnum` its format. Where they are missing a cell is the text that it shows.

mod format;
mod grid;
mod page;
mod token;

use self::{grid::Grid, page::Page, token::Tokens};
use super::{
    FileFormat, Limits, charset,
    gather::{Budget, Gather},
    raw::{RawWorkbook, Visibility},
};
use crate::error::ReadError;

const PART: &str = "page";

/// Reads all tables of a page.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let page = charset::decode(bytes, declared(bytes))?;
    let mut reading = Page::new(limits);
    for token in Tokens::of(&page) {
        reading.take(token)?;
    }
    while reading.close_table() {}
    let Page {
        tables, names, styles, ..
    } = reading;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    let mut tables: Vec<Grid> = tables.into_iter().filter(|table| !table.cells.is_empty()).collect();
    tables.sort_by_key(|table| table.number);
    for (at, table) in tables.into_iter().enumerate() {
        budget.count_sheet()?;
        let name = table.name.clone().or_else(|| names.get(at).cloned());
        let name = name.unwrap_or_else(|| format!("Sheet{}", at + 1));
        let mut gather = Gather::whole(&name, Visibility::Visible, &mut budget);
        for cell in table.cells {
            gather.count()?;
            gather.put(cell)?;
        }
        for merged in table.merged {
            gather.merge(merged)?;
        }
        for row in table.hidden_rows {
            gather.hide_rows(row, row);
        }
        sheets.push(gather.finish(PART)?);
    }
    if sheets.is_empty() {
        return Err(ReadError::Html);
    }
    Ok(RawWorkbook {
        format: FileFormat::Html,
        sheets,
        styles: styles.styles.cells,
        ..RawWorkbook::default()
    })
}

/// The encoding that the page names.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048))?).to_lowercase();
    let rest = head.split("charset=").nth(1)?.trim_start_matches(['"', '\'']);
    let name = rest.split(['"', '\'', ';', '>', ' ']).next()?;
    encoding_rs::Encoding::for_label(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use survey::cell::RawValue;

    use super::*;

    fn cells(page: &str) -> Vec<(u32, u32, RawValue)> {
        let workbook = read(page.as_bytes(), &Limits::default()).unwrap();
        let sheet = &workbook.sheets[0];
        sheet
            .cells
            .iter()
            .map(|cell| (cell.row, cell.column, cell.value.clone()))
            .collect()
    }

    fn text(row: u32, column: u32, text: &str) -> (u32, u32, RawValue) {
        (row, column, RawValue::Text(text.to_owned()))
    }

    #[test]
    fn tables_are_read_as_browsers_do() {
        assert_eq!(
            cells("<table><tr><td>a<td>b<tr><td> c\n d <br>e&nbsp;</table>"),
            [text(0, 0, "a"), text(0, 1, "b"), text(1, 0, "c d\ne")]
        );
        assert_eq!(
            cells("<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr></table>"),
            [text(0, 0, "a"), text(0, 1, "b"), text(1, 1, "c"), text(1, 2, "d")]
        );
    }

    #[test]
    fn exact_numbers_and_formats_are_taken() {
        let page = "<style>.p{mso-number-format:\"0\\.00%\";}</style><table><tr>\
            <td class=p x:num=0.8512>85.12%</td><td sdval=\"46113\" sdnum=\"2052;0;YYYY-MM-DD\">2026-04-01</td>\
            <td style='mso-number-format:\"\\@\"'>0501</td><td x:num>1,234.5</td></tr></table>";
        let workbook = read(page.as_bytes(), &Limits::default()).unwrap();
        let cells = &workbook.sheets[0].cells;
        let found: Vec<_> = cells
            .iter()
            .map(|cell| (cell.value.clone(), workbook.number_format(cell)))
            .collect();
        assert_eq!(
            found,
            [
                (RawValue::Number(0.8512), "0.00%"),
                (RawValue::DateSerial(46113.0), "YYYY-MM-DD"),
                (RawValue::Text("0501".into()), "@"),
                (RawValue::Number(1234.5), "General"),
            ]
        );
    }

    #[test]
    fn greedy_pages_are_refused() {
        let code = |page: &str| {
            read(page.as_bytes(), &Limits::default())
                .map(|_| ())
                .map_err(|error| error.code())
        };
        assert_eq!(
            code("<table><tr><td colspan=1000000000>a<td>b</table>"),
            Err("workbook.cell_out_of_range")
        );
        assert_eq!(code(&"<table><tr><td>".repeat(1_000_000)), Err("workbook.too_deep"));
        assert_eq!(code("<html><body>no table</body></html>"), Err("workbook.html"));
    }
}
