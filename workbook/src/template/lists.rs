//! Drop-down lists. They always are ranges: a list written into the validation itself ends at 255 characters, and
//! Excel "repairs" the file beyond that.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Formula, Workbook, Worksheet};

use super::{page, style::Palette};
use crate::{
    error::WriteError,
    extract::{a1, as_u64, reference::MAX_COLUMNS},
    language::Language,
};

/// Lists of more options stand on a sheet that people can see and search.
pub(crate) const LONGEST_HIDDEN: usize = 40;
const HIDDEN_SHEET: &str = "_lists";
const FIRST_VISIBLE_ROW: u32 = 3;

/// All lists of a template, each written once.
pub(crate) struct ListSheets {
    language: Language,
    formulas: BTreeMap<Vec<String>, String>,
    hidden: Vec<Vec<String>>,
    visible: Vec<(String, Vec<String>)>,
}

impl ListSheets {
    pub(crate) fn new(language: Language) -> Self {
        Self {
            language,
            formulas: BTreeMap::new(),
            hidden: Vec::new(),
            visible: Vec::new(),
        }
    }

    /// The range of a list. `title` heads it when it stands on the visible sheet.
    pub(crate) fn range(&mut self, title: &str, items: Vec<String>) -> Formula {
        if let Some(formula) = self.formulas.get(&items) {
            return Formula::new(formula);
        }
        let formula = if items.len() > LONGEST_HIDDEN {
            let formula = range_of(self.visible_name(), self.visible.len(), FIRST_VISIBLE_ROW, items.len());
            self.visible.push((title.to_owned(), items.clone()));
            formula
        } else {
            let formula = range_of(HIDDEN_SHEET, self.hidden.len(), 0, items.len());
            self.hidden.push(items.clone());
            formula
        };
        self.formulas.insert(items, formula.clone());
        Formula::new(formula)
    }

    pub(crate) fn write(&self, workbook: &mut Workbook, palette: &Palette) -> Result<(), WriteError> {
        if !self.visible.is_empty() {
            self.write_visible(workbook.add_worksheet(), palette)?;
        }
        if !self.hidden.is_empty() {
            let sheet = workbook.add_worksheet();
            sheet.set_name(HIDDEN_SHEET)?;
            for (column, items) in (0..).zip(&self.hidden) {
                write_items(sheet, 0, column, items, palette)?;
            }
            page::protect(sheet);
            sheet.set_hidden(true);
        }
        Ok(())
    }

    fn write_visible(&self, sheet: &mut Worksheet, palette: &Palette) -> Result<(), WriteError> {
        sheet.set_name(self.visible_name())?;
        let (title, lead) = match self.language {
            Language::En => (
                "Codes",
                "Look a code up here and type or choose it in the form. Not printed.",
            ),
            _ => (
                "代码表",
                "在此查代码（可用 Ctrl+F 查找），再到填报页选择或直接填代码。本页不打印。",
            ),
        };
        sheet.write_string_with_format(0, 0, title, &palette.title)?;
        sheet.write_string_with_format(1, 0, lead, &palette.lead)?;
        for (column, (title, items)) in (0..).zip(&self.visible) {
            sheet.set_column_width(column, 46)?;
            sheet.write_string_with_format(FIRST_VISIBLE_ROW - 1, column, title, &palette.header)?;
            write_items(sheet, FIRST_VISIBLE_ROW, column, items, palette)?;
        }
        sheet.set_freeze_panes(FIRST_VISIBLE_ROW, 0)?;
        page::set_up_portrait(sheet, title);
        // Hundreds of rows that nobody reads on paper: only what the page is.
        sheet.set_print_area(0, 0, 1, 0)?;
        page::protect(sheet);
        Ok(())
    }

    fn visible_name(&self) -> &'static str {
        codes_sheet(self.language)
    }
}

/// The name of the sheet of long lists.
pub(crate) fn codes_sheet(language: Language) -> &'static str {
    if language == Language::En { "Codes" } else { "代码表" }
}

fn write_items(
    sheet: &mut Worksheet,
    first_row: u32,
    column: u16,
    items: &[String],
    palette: &Palette,
) -> Result<(), WriteError> {
    for (row, item) in (first_row..).zip(items) {
        sheet.write_string_with_format(row, column, item, &palette.value)?;
    }
    Ok(())
}

fn range_of(sheet: &str, column: usize, first_row: u32, count: usize) -> String {
    // Past the last column, where the writer refuses the list itself.
    let column = u32::try_from(column).unwrap_or(MAX_COLUMNS);
    let letters = a1(0, column);
    let letters = letters.trim_end_matches('1');
    format!(
        "='{sheet}'!${letters}${}:${letters}${}",
        first_row + 1,
        u64::from(first_row).saturating_add(as_u64(count.max(1)))
    )
}
