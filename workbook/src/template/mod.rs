//! Writing a template: cover, filling notes, one sheet per section and table, hidden lists and marks.

pub(crate) mod cell;
mod checks;
mod cover;
pub(crate) mod field;
mod grid;
pub(crate) mod lists;
mod live;
pub(crate) mod marks;
pub(crate) mod measure;
mod notes;
mod options;
pub(crate) mod page;
mod row;
pub(crate) mod style;
mod table;
mod uncached;
pub(crate) mod validation;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use survey::{
    questionnaire::{Question, Questionnaire},
    survey::Survey,
    text::Text,
};

use self::{lists::ListSheets, live::Live, style::Palette};
use crate::{
    error::WriteError,
    language::Language,
    layout::{Layout, SheetBody},
    metadata::TemplateMetadata,
    options::OptionLists,
    prefill::{Prefill, raw_values},
};

pub use crate::issue::{Addressee, FormHeading, RoundTitle, TemplateIssue};

/// The default level takes a sixth more time of the whole for a twelfth fewer bytes.
pub(crate) const COMPRESSION: u8 = 2;

/// Writes a template as an `.xlsx` file. The same arguments give the same bytes.
///
/// Sheets are protected without a password, so that only answer cells are edited in ordinary use and nobody is locked
/// out in need. `prefill` fills answer cells: last year's values, or a whole return for demonstrations and tests.
pub fn write(
    layout: &Layout,
    questionnaire: &Questionnaire,
    lists: &OptionLists,
    issue: &TemplateIssue,
    prefill: &Prefill,
) -> Result<Vec<u8>, WriteError> {
    write_with(questionnaire, None, layout, lists, issue, prefill)
}

/// Writes a template that works things out while it is filled in: the progress on its cover, derived values, and
/// contradictions, whose cells turn red. All of it comes from the expressions of the questionnaire.
pub fn write_live(
    layout: &Layout,
    survey: &Survey,
    lists: &OptionLists,
    issue: &TemplateIssue,
    prefill: &Prefill,
) -> Result<Vec<u8>, WriteError> {
    let live = Live::of(survey, layout, issue, prefill);
    write_with(survey.questionnaire(), Some(&live), layout, lists, issue, prefill)
}

fn write_with(
    questionnaire: &Questionnaire,
    live: Option<&Live>,
    layout: &Layout,
    lists: &OptionLists,
    issue: &TemplateIssue,
    prefill: &Prefill,
) -> Result<Vec<u8>, WriteError> {
    refuse_unknown_cells(layout, prefill)?;
    let template = Template::new(layout, questionnaire, live, lists, issue, prefill);
    let mut workbook = Workbook::new();
    workbook
        .set_properties(&template.properties())
        .set_zip_compression_level(COMPRESSION);
    let mut list_sheets = ListSheets::new(issue.language);
    cover::write(&template, workbook.add_worksheet())?;
    notes::write(&template, workbook.add_worksheet())?;
    for sheet in &layout.sheets {
        let worksheet = workbook.add_worksheet();
        match &sheet.body {
            SheetBody::Grid(grid) => grid::write(&template, sheet, grid, &mut list_sheets, worksheet)?,
            SheetBody::Table(table) => table::write(&template, sheet, table, &mut list_sheets, worksheet)?,
        }
    }
    if let Some(live) = live {
        checks::write(&template, live, workbook.add_worksheet())?;
    }
    list_sheets.write(&mut workbook, &template.palette)?;
    if let Some(live) = live {
        live.write(&mut workbook, &template.palette)?;
    }
    marks::write(&TemplateMetadata::of(layout, issue), &mut workbook)?;
    let bytes = workbook.save_to_buffer()?;
    let has_uncached = prefill
        .values()
        .any(|cell| cell.value == survey::cell::RawValue::FormulaWithoutValue);
    if has_uncached {
        uncached::remove_marked_results(&bytes)
    } else {
        Ok(bytes)
    }
}

/// Everything the sheets are written from.
struct Template<'a> {
    layout: &'a Layout,
    questionnaire: &'a Questionnaire,
    questions: BTreeMap<&'a str, &'a Question>,
    live: Option<&'a Live>,
    lists: &'a OptionLists,
    issue: &'a TemplateIssue,
    prefill: &'a Prefill,
    previous: Prefill,
    palette: Palette,
}

impl<'a> Template<'a> {
    fn new(
        layout: &'a Layout,
        questionnaire: &'a Questionnaire,
        live: Option<&'a Live>,
        lists: &'a OptionLists,
        issue: &'a TemplateIssue,
        prefill: &'a Prefill,
    ) -> Self {
        let questions = questionnaire
            .questions
            .iter()
            .map(|question| (question.code.as_str(), question))
            .collect();
        let previous = raw_values(questionnaire, lists, &issue.previous, issue.language);
        Self {
            layout,
            questionnaire,
            questions,
            live,
            lists,
            issue,
            prefill,
            previous,
            palette: Palette::new(),
        }
    }

    fn language(&self) -> Language {
        self.issue.language
    }

    /// A text of the template itself.
    fn words(&self, zh: &str, en: &str) -> String {
        self.language().block(&Text::new(zh, en))
    }

    /// The head of every printed page: the form, and whose it is.
    fn head(&self) -> page::Head {
        let enterprise = &self.issue.enterprise;
        page::Head {
            form: self.language().inline(&self.questionnaire.title),
            enterprise: format!("{} {}", enterprise.name, enterprise.uscc).trim().to_owned(),
        }
    }

    fn question(&self, code: &str) -> Option<&'a Question> {
        self.questions.get(code).copied()
    }

    fn properties(&self) -> DocProperties {
        let title = self.language().inline(&self.questionnaire.title);
        properties(&title, &self.issue.issued_at)
    }
}

/// The properties of the file; the writer would ask the clock if it were not told a time.
pub(crate) fn properties(title: &str, issued_at: &str) -> DocProperties {
    // What is no time gives the first day of Excel.
    let first_day = ExcelDateTime::default();
    DocProperties::new()
        .set_title(title)
        .set_author("Ronghe")
        .set_creation_datetime(&issue_time(issued_at).unwrap_or(first_day))
}

fn issue_time(issued_at: &str) -> Option<ExcelDateTime> {
    let time = DateTime::parse_from_rfc3339(issued_at).ok()?.naive_utc();
    let (month, day) = (u8::try_from(time.month()).ok()?, u8::try_from(time.day()).ok()?);
    let (hour, minute) = (u16::try_from(time.hour()).ok()?, u8::try_from(time.minute()).ok()?);
    let date = ExcelDateTime::from_ymd(u16::try_from(time.year()).ok()?, month, day).ok()?;
    date.and_hms(hour, minute, f64::from(time.second().min(59))).ok()
}

fn refuse_unknown_cells(layout: &Layout, prefill: &Prefill) -> Result<(), WriteError> {
    let known = layout.cells();
    match prefill.keys().find(|key| !known.contains(key)) {
        Some(key) => Err(WriteError::UnknownCell { cell: key.to_string() }),
        None => Ok(()),
    }
}
