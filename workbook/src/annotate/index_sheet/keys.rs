//! The very hidden sheet of keys, and the drop-down list of reasons that it feeds.

use std::{collections::BTreeMap, fmt::Write as _};

use survey::{report::Report, text::Text};

use super::{
    KEYS_MARK, SHADE,
    cells::{quoted, text_cell},
    column, header_row,
};
use crate::{annotate::xml::escape, extract::a1, language::Language};

/// The sheet of keys: what each shade covers, and the reasons of the drop-down list.
pub(in crate::annotate) fn write(
    shades: &BTreeMap<String, String>,
    report: &Report,
    language: Language,
    namespace: &str,
) -> String {
    let reasons: Vec<String> = report
        .reasons
        .iter()
        .map(|reason| format!("{} {}", reason.code, language.single(&reason.label)))
        .collect();
    let shades: Vec<(&String, &String)> = shades.iter().collect();
    let mut rows = String::new();
    for (at, row) in (1_u32..).zip(0..shades.len().max(reasons.len())) {
        let mut cells = String::new();
        if let Some((shade, fill)) = shades.get(row) {
            for (column, text) in (0..).zip([SHADE, shade.as_str(), fill.as_str()]) {
                cells.push_str(&text_cell(at, column, 0, text));
            }
        }
        if let Some(reason) = reasons.get(row) {
            cells.push_str(&text_cell(at, REASON_COLUMN, 0, reason));
        }
        write!(rows, "<row r=\"{}\">{cells}</row>", at + 1).ok();
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{namespace}\"><sheetData><row r=\"1\">{}</row>{rows}</sheetData><sheetProtection sheet=\"1\" objects=\"1\" scenarios=\"1\"/></worksheet>",
        text_cell(0, 0, 0, KEYS_MARK)
    )
}

/// Column of the reasons in the sheet of keys.
const REASON_COLUMN: u32 = 4;

/// The drop-down list of the reasons, and a message at the explanations.
pub(super) fn validation(report: &Report, keys_sheet: &str, language: Language) -> String {
    let rows: Vec<u32> = (header_row(report) + 1..)
        .zip(&report.findings)
        .filter(|(_, line)| line.finding.is_justifiable())
        .map(|(row, _)| row)
        .collect();
    let reason = (1..).zip(&report.reasons).last();
    let (false, Some((reason_row, _))) = (rows.is_empty(), reason) else {
        return String::new();
    };
    let range = ranges(&rows);
    let words = |zh: &str, en: &str| escape(&language.inline(&Text::new(zh, en)));
    let last_reason = a1(reason_row, REASON_COLUMN);
    let (letter, number) = last_reason.split_at(1);
    format!(
        "<dataValidations count=\"1\"><dataValidation type=\"list\" allowBlank=\"1\" showInputMessage=\"1\" showErrorMessage=\"1\" errorTitle=\"{}\" error=\"{}\" promptTitle=\"{}\" prompt=\"{}\" sqref=\"{range}\"><formula1>{}!$E$2:${letter}${number}</formula1></dataValidation></dataValidations>",
        words("没有这条理由", "No such reason"),
        words("请从下拉列表中选择。", "Choose from the list."),
        words("说明理由", "Reason"),
        words(
            "数据无误而不改正的，选一条理由，并在右侧写明情况。",
            "If the figure is right, choose a reason and explain it on the right."
        ),
        escape(&quoted(keys_sheet)),
    )
}

/// Cells of the reasons in these rows, neighbours as one range.
fn ranges(rows: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => ranges.push((*row, *row)),
        }
    }
    let range = |(first, last): (u32, u32)| format!("{}:{}", a1(first, column::REASON), a1(last, column::REASON));
    ranges.into_iter().map(range).collect::<Vec<_>>().join(" ")
}
