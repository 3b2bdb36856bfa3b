//! Finding the answers in a returned workbook by the hidden codes of its template, never by address or sheet name.
//!
//! Faults are those of the catalogue WF01 to WF38. Here belong the ones of layout: moved, missing, doubled and hidden
//! rows (WF14 to WF16), merged cells (WF13), changed wording (WF25), unclear ticks (WF36), macros and objects (WF21).
//! What a value means is left to the survey crate.

mod computed;
mod find;
mod grid;
mod letters;
mod merged;
mod notice;
mod strays;
mod table;

use survey::{
    cell::{DateSystem, LayoutNotice, RawCell},
    questionnaire::{FormerWording, Questionnaire},
};

pub use self::computed::Overwritten;
use self::{find::AnchoredSheet, notice::Notices};
use crate::{
    annotate::{self, GivenJustification},
    error::AnchorError,
    extract::{FileFormat, RawWorkbook},
    layout::{Layout, SheetBody},
    metadata::TemplateMetadata,
    options::OptionLists,
};

/// A returned workbook with its answers found.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnWorkbook {
    /// The marks of the template. Whether they are the expected ones is the caller's question
    /// ([`TemplateMetadata::matches`]).
    pub metadata: TemplateMetadata,
    /// Every answer cell in the order of the layout, blank ones included. Of a table question only rows that hold
    /// something, or its first row when none does.
    pub cells: Vec<RawCell>,
    /// Every cell in which a reason may stand why a question does not apply, blank ones included.
    pub claims: Vec<RawCell>,
    /// What the filler should know about the layout.
    pub notices: Vec<LayoutNotice>,
    /// What the file is, by its content.
    pub format: FileFormat,
    /// Date system of all serials.
    pub dates: DateSystem,
    /// Numbers that stand where the form had worked out a derived value by itself.
    pub overwritten: Vec<Overwritten>,
    /// What was said to findings in the index sheet of an annotated workbook.
    pub justifications: Vec<GivenJustification>,
}

/// The marks of a template: with them the caller chooses the questionnaire version to anchor with.
pub fn metadata(workbook: &RawWorkbook) -> Result<TemplateMetadata, AnchorError> {
    find::metadata(workbook)
}

/// Finds the answers of a returned workbook.
///
/// `questionnaire` and `lists` must be those the template was written from; see [`metadata`].
pub fn anchor(
    workbook: &RawWorkbook,
    questionnaire: &Questionnaire,
    lists: &OptionLists,
) -> Result<ReturnWorkbook, AnchorError> {
    let metadata = find::metadata(workbook)?;
    let layout = Layout::of(questionnaire, lists, metadata.variant.as_deref());
    let sheets = find::sheets(workbook)?;
    if letters::are_lost(&sheets, &layout, metadata.language) {
        return Err(AnchorError::LettersLost);
    }
    let Some((repaired, strays)) = strays::put_back(workbook, &sheets, &layout) else {
        return Ok(read(workbook, &sheets, metadata, &layout, questionnaire, lists));
    };
    let sheets = find::sheets(&repaired)?;
    let mut returned = read(&repaired, &sheets, metadata, &layout, questionnaire, lists);
    let cells = returned.cells.iter_mut().chain(&mut returned.claims);
    let cells = cells.map(|cell| &mut cell.place);
    let notices = returned.notices.iter_mut().flat_map(|notice| &mut notice.places);
    cells.chain(notices).for_each(|place| strays.restore(place));
    returned.notices.extend(strays.notices());
    Ok(returned)
}

fn read(
    workbook: &RawWorkbook,
    sheets: &[AnchoredSheet<'_>],
    metadata: TemplateMetadata,
    layout: &Layout,
    questionnaire: &Questionnaire,
    lists: &OptionLists,
) -> ReturnWorkbook {
    let mut reading = Reading {
        workbook,
        metadata: &metadata,
        former: &questionnaire.former_wordings,
        notices: Notices::default(),
        cells: Vec::new(),
        claims: Vec::new(),
    };
    reading.report_workbook(sheets, layout);
    for sheet in &layout.sheets {
        let Some(found) = sheets.iter().find(|found| found.code == sheet.code) else {
            let issued = metadata.sheets.get(&sheet.code);
            let issued = issued.map_or_else(|| metadata.language.single(&sheet.name), String::as_str);
            match workbook.sheets.iter().find(|raw| raw.name == issued) {
                Some(raw) => reading.notices.codes_gone(raw),
                None => reading.notices.sheet_missing(sheet, metadata.language),
            }
            continue;
        };
        match &sheet.body {
            SheetBody::Grid(grid) => grid::read(&mut reading, found, grid, questionnaire, lists),
            SheetBody::Table(table) => table::read(&mut reading, found, table),
        }
    }
    let Reading {
        notices, cells, claims, ..
    } = reading;
    ReturnWorkbook {
        cells,
        claims,
        notices: notices.into_list(),
        format: workbook.format,
        dates: workbook.dates,
        overwritten: computed::overwritten(workbook, questionnaire, find::is_computed_sheet),
        justifications: annotate::justifications(workbook),
        metadata,
    }
}

/// What all sheets share while they are read.
struct Reading<'a> {
    workbook: &'a RawWorkbook,
    metadata: &'a TemplateMetadata,
    /// Wordings of forms issued earlier that mean the same.
    former: &'a [FormerWording],
    notices: Notices,
    cells: Vec<RawCell>,
    claims: Vec<RawCell>,
}

impl Reading<'_> {
    fn report_workbook(&mut self, sheets: &[AnchoredSheet<'_>], layout: &Layout) {
        self.notices.carried_along(self.workbook);
        for found in sheets {
            self.notices.sheet(found, self.metadata);
            if layout.sheet(found.code).is_none() {
                self.notices.sheet_unknown(found);
            }
        }
        let order = |sheet: &&AnchoredSheet<'_>| layout.sheets.iter().position(|s| s.code == sheet.code);
        let positions: Vec<usize> = sheets.iter().filter_map(|sheet| order(&sheet)).collect();
        if !positions.is_sorted() {
            self.notices.sheets_reordered(sheets);
        }
    }
}
