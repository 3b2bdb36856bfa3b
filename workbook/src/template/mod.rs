//! Writing a template: cover, filling notes, one sheet per section and table, hidden lists and marks.

mod cell;
mod cover;
mod field;
mod grid;
mod lists;
mod marks;
pub(crate) mod measure;
mod notes;
mod page;
mod row;
mod style;
mod table;
mod uncached;
mod validation;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use serde::{Deserialize, Serialize};
use survey::{
    answer::{Answers, Claims},
    questionnaire::{Question, Questionnaire},
    text::Text,
};

use self::{lists::ListSheets, style::Palette};
use crate::{
    error::WriteError,
    language::Language,
    layout::{Layout, SheetBody},
    metadata::TemplateMetadata,
    options::OptionLists,
    prefill::{Prefill, raw_values},
};

/// The default level takes a sixth more time of the whole for a twelfth fewer bytes.
const COMPRESSION: u8 = 2;

/// For whom and when a template is issued.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TemplateIssue {
    /// Id of this issue.
    pub template_id: String,
    /// When it is issued, RFC 3339; it is also the date of the file.
    pub issued_at: String,
    /// The enterprise.
    pub enterprise: Addressee,
    /// The round.
    pub round: RoundTitle,
    /// Language.
    pub language: Language,
    /// The caller's seal over [`TemplateMetadata::sealed_text`], where the caller seals.
    pub seal: Option<String>,
    /// Last round's answers, shown in grey beside the cells of questions with `carry_mode` show.
    pub previous: Answers,
    /// Reasons why questions do not apply, where the template leaves the house with some.
    pub claims: Claims,
}

/// The enterprise a template is addressed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// Id.
    pub id: String,
    /// Registered name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Town or subdistrict.
    pub town: String,
}

/// The round as the cover names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTitle {
    /// Id.
    pub id: String,
    /// Code, such as `2026`.
    pub code: String,
    /// Title.
    pub title: Text,
    /// First day, `YYYY-MM-DD`.
    pub opens_on: String,
    /// Last day, `YYYY-MM-DD`.
    pub due_on: String,
}

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
    refuse_unknown_cells(layout, prefill)?;
    let template = Template::new(layout, questionnaire, lists, issue, prefill);
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
    list_sheets.write(&mut workbook, &template.palette)?;
    marks::write(&TemplateMetadata::of(layout, issue), workbook.add_worksheet())?;
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

    fn question(&self, code: &str) -> Option<&'a Question> {
        self.questions.get(code).copied()
    }

    fn properties(&self) -> DocProperties {
        DocProperties::new()
            .set_title(self.language().inline(&self.questionnaire.title))
            .set_author("Ronghe")
            .set_creation_datetime(&issue_time(&self.issue.issued_at).unwrap_or_default())
    }
}

/// The writer would ask the clock if it were not told a time.
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
