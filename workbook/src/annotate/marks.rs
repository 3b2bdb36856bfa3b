//! Which cells are marked, and what earlier marks cover.

use std::collections::{BTreeMap, BTreeSet};

use survey::{
    cell::RawValue,
    report::{FindingLine, Report},
    text::Text,
};

use super::{
    Notes,
    index_sheet::{KEYS_MARK, SHADE},
    own_mark,
    sheet::Marks,
    styles,
};
use crate::{
    extract::{RawSheet, RawWorkbook, position},
    language::Language,
};

/// Cells of one finding that are marked; a rule over a whole sheet must not colour it all.
const MARKED_PLACES: usize = 30;
/// Findings that one note holds.
const NOTED_FINDINGS: usize = 12;

/// What earlier marks cover, as the hidden sheet tells. Whoever has changed it changes the look of his own file only.
pub(super) fn earlier_shades(raw: &RawWorkbook) -> BTreeMap<String, String> {
    let text = |sheet: &RawSheet, row, column| match &sheet.cell(row, column)?.value {
        RawValue::Text(text) => Some(text.clone()),
        _ => None,
    };
    let of_sheet = |sheet: &RawSheet| {
        let row = |row: u32| {
            let shade = text(sheet, row, 1).filter(|_| text(sheet, row, 0).as_deref() == Some(SHADE))?;
            let is_colour = shade.len() == 8 && shade.bytes().all(|byte| byte.is_ascii_hexdigit());
            let fill = styles::fill_from_outside(&text(sheet, row, 2)?)?;
            is_colour.then(|| (shade.to_uppercase(), fill))
        };
        let last = sheet.cells.last().map_or(0, |cell| cell.row).min(10_000);
        (1..=last).filter_map(row).collect::<BTreeMap<_, _>>()
    };
    let keys = raw.sheets.iter().find(|sheet| own_mark(sheet) == Some(KEYS_MARK));
    keys.map_or_else(BTreeMap::new, of_sheet)
}

/// Which cells of which sheet are marked how, and what their notes say.
pub(super) fn marks_of(
    report: &Report,
    language: Language,
    raw: &RawWorkbook,
) -> (BTreeMap<usize, Marks>, BTreeMap<usize, Notes>) {
    let mut marks: BTreeMap<usize, Marks> = BTreeMap::new();
    let mut lines: BTreeMap<usize, BTreeMap<(u32, u32), Vec<String>>> = BTreeMap::new();
    for line in &report.findings {
        let finding = &line.finding;
        let mut seen = BTreeSet::new();
        for place in finding.places.iter().take(MARKED_PLACES) {
            let number = raw.sheets.iter().position(|sheet| sheet.name == place.sheet);
            let Some((number, at)) = number.zip(position(&place.cell)) else {
                continue;
            };
            let Some(sheet) = raw.sheets.get(number).filter(|sheet| own_mark(sheet).is_none()) else {
                continue;
            };
            // Of merged cells only the first is seen.
            let merged = sheet.merged.iter().find(|merged| merged.contains(at.0, at.1));
            let at = merged.map_or(at, |merged| (merged.first_row, merged.first_column));
            if !seen.insert((number, at)) {
                continue;
            }
            let mark = marks.entry(number).or_default().entry(at).or_insert(finding.action);
            *mark = (*mark).min(finding.action);
            let noted = lines.entry(number).or_default().entry(at).or_default();
            if noted.len() < NOTED_FINDINGS {
                noted.push(note(line, language));
            }
        }
    }
    let joined = |lines: BTreeMap<(u32, u32), Vec<String>>| -> Notes {
        lines.into_iter().map(|(at, lines)| (at, lines.join("\n"))).collect()
    };
    let notes = lines
        .into_iter()
        .map(|(number, lines)| (number, joined(lines)))
        .collect();
    (marks, notes)
}

/// What the note of a cell says of a finding: how grave it is, what is wrong and what to do, and which other rules are
/// broken for the same cause.
fn note(line: &FindingLine, language: Language) -> String {
    let finding = &line.finding;
    let severity = language.inline(&finding.action.demand());
    let mut note = format!("【{severity}】{}", language.block(&finding.message));
    let folded: Vec<&str> = finding.folded.iter().map(|folded| folded.rule.as_str()).collect();
    if !folded.is_empty() {
        let same = language.inline(&Text::new("同因问题，一并解决：", "Settled with it: "));
        note = format!("{note}\n{same}{}", folded.join("、"));
    }
    note
}
