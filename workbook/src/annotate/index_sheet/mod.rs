//! The sheet that lists every finding, and the very hidden sheet of keys behind it.

mod cells;
mod keys;
mod rows;

use std::fmt::Write as _;

use survey::{report::Report, text::Text};

pub(super) use self::keys::write as write_keys;
use self::rows::Sheet;
use super::{Subject, looks::Looks};

/// The mark in the first cell of the index sheet.
pub(super) const INDEX_MARK: &str = "#ronghe.findings";
/// The mark in the first cell of the sheet of keys.
pub(super) const KEYS_MARK: &str = "#ronghe.marks";
/// Codes of the columns in the hidden first row.
pub(super) const KEY: &str = INDEX_MARK;
pub(super) const FINGERPRINT: &str = "#fingerprint";
pub(super) const REASON: &str = "#reason";
pub(super) const TEXT: &str = "#text";
/// The row key of what is no finding.
const NO_FINDING: &str = "#";
/// First word of a row of shades in the sheet of keys.
pub(super) const SHADE: &str = "shade";

/// Column widths in characters: key, fingerprint, number, severity, sheet, cell, question, value, rule, message, reason, text.
const WIDTHS: [f64; 12] = [8.0, 8.0, 5.0, 8.0, 16.0, 9.0, 26.0, 16.0, 11.0, 52.0, 26.0, 34.0];

mod column {
    pub(super) const NUMBER: u32 = 2;
    pub(super) const SEVERITY: u32 = 3;
    pub(super) const SHEET: u32 = 4;
    pub(super) const CELL: u32 = 5;
    pub(super) const QUESTION: u32 = 6;
    pub(super) const VALUE: u32 = 7;
    pub(super) const RULE: u32 = 8;
    pub(super) const MESSAGE: u32 = 9;
    pub(super) const REASON: u32 = 10;
    pub(super) const TEXT: u32 = 11;
}

const TITLE_ROW: u32 = 1;
/// The first remark of the review; the lead stands here where there is none.
const REMARK_ROW: u32 = 2;

/// The row of the column heads: below title, remarks and lead.
fn header_row(report: &Report) -> u32 {
    (REMARK_ROW + 1..)
        .zip(&report.remarks)
        .last()
        .map_or(REMARK_ROW, |(row, _)| row)
        + 1
}

/// The index sheet.
pub(super) fn write(report: &Report, subject: &Subject, looks: &Looks, keys_sheet: &str, namespace: &str) -> String {
    let mut sheet = Sheet {
        language: subject.language,
        looks,
        rows: String::new(),
        links: String::new(),
        merges: Vec::new(),
    };
    let header = header_row(report);
    sheet.codes();
    sheet.title(report, subject);
    sheet.header(header);
    let mut at = header + 1;
    for (number, line) in (1_usize..).zip(&report.findings) {
        sheet.finding(at, number, line, report);
        at += 1;
    }
    let total = report.block + report.warn + report.info;
    if total > report.findings.len() {
        let more = total - report.findings.len();
        let text = Text::new(
            format!("另有 {more} 个问题没有列出。请先改正已列出的，再次上传后会列出其余的。"),
            format!("{more} more findings are not listed. Correct these and upload again to see the rest."),
        );
        let text = sheet.language.inline(&text);
        sheet.line(at, looks.lead, &text, 18.0);
        at += 1;
    }
    at = sheet.missing(at + 1, &report.progress);
    sheet.readings(at + 1, report);
    let validation = keys::validation(report, keys_sheet, subject.language);
    let Sheet {
        rows, links, merges, ..
    } = sheet;
    let merges = if merges.is_empty() {
        String::new()
    } else {
        format!(
            "<mergeCells count=\"{}\">{}</mergeCells>",
            merges.len(),
            merges.concat()
        )
    };
    let links = if links.is_empty() {
        String::new()
    } else {
        format!("<hyperlinks>{links}</hyperlinks>")
    };
    let mut columns = String::new();
    for (number, width) in (1..).zip(WIDTHS) {
        let hidden = if number <= 2 { " hidden=\"1\"" } else { "" };
        // Writing to a string cannot fail.
        write!(
            columns,
            "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"{hidden}/>"
        )
        .ok();
    }
    let first = header + 2;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{namespace}\"><sheetPr><tabColor rgb=\"FFC03A2B\"/><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView showGridLines=\"0\" workbookViewId=\"0\"><pane ySplit=\"{ahead}\" topLeftCell=\"A{first}\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>{columns}</cols><sheetData>{rows}</sheetData><sheetProtection sheet=\"1\" objects=\"1\" scenarios=\"1\" formatColumns=\"0\" formatRows=\"0\"/>{merges}{validation}{links}<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/><headerFooter><oddFooter>&amp;R&amp;9&amp;P / &amp;N</oddFooter></headerFooter></worksheet>",
        ahead = header + 1,
    )
}
