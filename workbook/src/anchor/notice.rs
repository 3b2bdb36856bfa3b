//! What the filler is told about the layout of a returned workbook.

use std::collections::BTreeSet;

use survey::{
    cell::{LayoutNotice, Place, RawValue},
    questionnaire::Action,
    text::Text,
};

use super::find::{AnchoredSheet, text_of};
use crate::{
    codes::NoticeCode,
    extract::{RawSheet, RawWorkbook, Visibility},
    language::Language,
    layout::{FURNITURE, GridRow, SheetLayout, column_anchor},
    metadata::TemplateMetadata,
};

/// Rows without a code that are listed one by one; a sheet of notes must not drown everything else.
const LISTED_NOTE_ROWS: usize = 50;
/// Notices of one workbook; a workbook with more is beyond repair row by row.
const MOST: usize = 1000;
/// Places that one notice names.
const NAMED_PLACES: usize = 20;

/// Notices in the order in which they arise: workbook first, then sheet by sheet.
#[derive(Default)]
pub(super) struct Notices(Vec<LayoutNotice>);

impl Notices {
    pub(super) fn into_list(self) -> Vec<LayoutNotice> {
        self.0
    }

    /// What the file carries that is never read (WF21), and links that are never followed (WF17).
    pub(super) fn carried_along(&mut self, workbook: &RawWorkbook) {
        if workbook.macros {
            let message = Text::new(
                "工作簿带有宏，系统没有运行也没有读取。请另存为不带宏的 .xlsx。",
                "The workbook carries macros; they were neither run nor read. Save it as .xlsx without macros.",
            );
            self.push(NoticeCode::Macros, Action::Warn, None, Vec::new(), message);
        }
        if workbook.embedded_objects {
            let message = Text::new(
                "工作簿里嵌有对象，系统没有读取。请删除；相关材料另行报送。",
                "The workbook has embedded objects; they were not read. Remove them; documents are handed in separately.",
            );
            self.push(NoticeCode::Objects, Action::Warn, None, Vec::new(), message);
        }
        if workbook.external_links {
            let message = Text::new(
                "工作簿链接了别的文件，系统只取保存时的数值。",
                "The workbook links to other files; only the values saved in it were taken.",
            );
            self.push(NoticeCode::ExternalLinks, Action::Info, None, Vec::new(), message);
        }
    }

    /// Renamed and hidden sheets (WF15).
    pub(super) fn sheet(&mut self, sheet: &AnchoredSheet<'_>, metadata: &TemplateMetadata) {
        let place = vec![sheet.raw.place(sheet.anchor_row, sheet.anchor_column)];
        let issued = metadata.sheets.get(sheet.code);
        if let Some(issued) = issued.filter(|issued| **issued != sheet.raw.name) {
            let message = Text::new(
                format!("工作表“{issued}”已改名为“{}”，已照常读取。", sheet.raw.name),
                format!(
                    "Sheet \"{issued}\" was renamed \"{}\"; it was read all the same.",
                    sheet.raw.name
                ),
            );
            self.push(NoticeCode::SheetRenamed, Action::Info, None, place.clone(), message);
        }
        if sheet.raw.visibility != Visibility::Visible {
            let message = Text::new(
                format!("工作表“{}”被隐藏，内容已照常读取。", sheet.raw.name),
                format!("Sheet \"{}\" is hidden; it was read all the same.", sheet.raw.name),
            );
            self.push(NoticeCode::SheetHidden, Action::Info, None, place, message);
        }
    }

    pub(super) fn sheets_reordered(&mut self, sheets: &[AnchoredSheet<'_>]) {
        let places = sheets
            .iter()
            .map(|sheet| sheet.raw.place(sheet.anchor_row, sheet.anchor_column))
            .collect();
        let message = Text::new(
            "工作表的次序已变，已照常读取。",
            "The sheets were reordered; they were read all the same.",
        );
        self.push(NoticeCode::SheetsReordered, Action::Info, None, places, message);
    }

    pub(super) fn sheet_missing(&mut self, sheet: &SheetLayout, language: Language) {
        let name = language.single(&sheet.name);
        let message = Text::new(
            format!("缺少工作表“{name}”，其中的题按未填处理。请从原调查表恢复该页。"),
            format!(
                "Sheet \"{name}\" is missing; its questions count as blank. Restore it from the form that was issued."
            ),
        );
        self.push(NoticeCode::SheetMissing, Action::Warn, None, Vec::new(), message);
    }

    /// A sheet that is there, but whose rows cannot be told any more.
    pub(super) fn codes_gone(&mut self, sheet: &RawSheet) {
        let message = Text::new(
            format!(
                "工作表“{}”最左边隐藏的行代码已被删除，无法读取，其中的题按未填处理。请重新下载调查表，把数据粘贴进去（只粘贴数值）后上传。",
                sheet.name
            ),
            format!(
                "The hidden row codes on the left of sheet \"{}\" are gone; it cannot be read and its questions count as blank. Download the form again, paste your figures into it (values only) and upload it.",
                sheet.name
            ),
        );
        self.push(
            NoticeCode::CodesGone,
            Action::Warn,
            None,
            vec![sheet.place(0, 0)],
            message,
        );
    }

    /// A column under the head of another one (WF25).
    pub(super) fn columns_swapped(&mut self, place: Place, found: &str, expected: &str) {
        let message = Text::new(
            format!(
                "这一列应为“{expected}”，列标题却是“{found}”，可能调换过列；该列按未答处理。请恢复原来的列标题，核对该列的数后再上传。"
            ),
            format!(
                "This column is \"{expected}\", but its head says \"{found}\"; columns may have been swapped, and it counts as not answered. Restore the heads, check the figures of the column and upload again."
            ),
        );
        self.push(NoticeCode::ColumnsSwapped, Action::Warn, None, vec![place], message);
    }

    pub(super) fn sheet_unknown(&mut self, sheet: &AnchoredSheet<'_>) {
        let message = Text::new(
            format!("工作表“{}”不属于本调查表，没有读取。", sheet.raw.name),
            format!(
                "Sheet \"{}\" does not belong to this form and was not read.",
                sheet.raw.name
            ),
        );
        let place = sheet.raw.place(sheet.anchor_row, sheet.anchor_column);
        self.push(NoticeCode::SheetUnknown, Action::Warn, None, vec![place], message);
    }

    pub(super) fn row_missing(&mut self, sheet: &AnchoredSheet<'_>, anchor: &str, question: Option<&String>) {
        let message = Text::new(
            format!(
                "工作表“{}”缺少行 {anchor}，按未填处理。请从原调查表恢复该行。",
                sheet.raw.name
            ),
            format!(
                "Row {anchor} is missing on sheet \"{}\" and counts as blank. Restore it from the form that was issued.",
                sheet.raw.name
            ),
        );
        let place = sheet.raw.place(sheet.anchor_row, sheet.anchor_column);
        self.push(
            NoticeCode::RowMissing,
            Action::Warn,
            question.map(String::as_str),
            vec![place],
            message,
        );
    }

    pub(super) fn row_unknown(&mut self, sheet: &AnchoredSheet<'_>, code: &str, row: u32) {
        let code: String = code.chars().take(40).collect();
        let message = Text::new(
            format!("行代码 {code} 不属于本页，该行没有读取。请把内容移回原处。"),
            format!("Row code {code} does not belong to this sheet; the row was not read. Move its content back."),
        );
        let place = sheet.raw.place(row, sheet.anchor_column);
        self.push(NoticeCode::RowUnknown, Action::Warn, None, vec![place], message);
    }

    /// Rows that were moved lose nothing: they are found by their codes.
    pub(super) fn rows_moved(&mut self, sheet: &AnchoredSheet<'_>, order: &[u32]) {
        let moved = order.windows(2).filter(|pair| pair[1] < pair[0]).map(|pair| pair[1]);
        let places = moved.map(|row| sheet.raw.place(row, sheet.anchor_column)).collect();
        let message = Text::new(
            format!("工作表“{}”的行次序已变，已按行代码照常读取。", sheet.raw.name),
            format!(
                "Rows of sheet \"{}\" were moved; they were read by their codes.",
                sheet.raw.name
            ),
        );
        self.push(NoticeCode::RowsMoved, Action::Info, None, places, message);
    }

    /// Rows that were inserted into a table and are read as its rows.
    pub(super) fn rows_added(&mut self, sheet: &AnchoredSheet<'_>, question: &str, rows: &BTreeSet<u32>) {
        if rows.is_empty() {
            return;
        }
        let places = rows
            .iter()
            .map(|row| sheet.raw.place(*row, sheet.anchor_column))
            .collect();
        let message = Text::new(
            format!("工作表“{}”中插入的行已作为表格的行读取，请核对。", sheet.raw.name),
            format!(
                "Rows inserted on sheet \"{}\" were read as rows of its table; check them.",
                sheet.raw.name
            ),
        );
        self.push(NoticeCode::RowsAdded, Action::Info, Some(question), places, message);
    }

    pub(super) fn column_missing(&mut self, sheet: &AnchoredSheet<'_>, code: &str) {
        let message = Text::new(
            format!(
                "工作表“{}”缺少列 {code}，该列按未填处理。请从原调查表恢复该列。",
                sheet.raw.name
            ),
            format!(
                "Column {code} is missing on sheet \"{}\" and counts as blank. Restore it from the form that was issued.",
                sheet.raw.name
            ),
        );
        let place = sheet.raw.place(sheet.anchor_row, sheet.anchor_column);
        self.push(NoticeCode::ColumnMissing, Action::Warn, None, vec![place], message);
    }

    /// Rows without a code (WF16). On a table sheet a row that holds something in the table's own columns may be data
    /// of a row too many, so it is warned about.
    ///
    /// Rows in `read` are answers all the same.
    pub(super) fn note_rows(
        &mut self,
        sheet: &AnchoredSheet<'_>,
        read: &BTreeSet<u32>,
        table_columns: Option<&BTreeSet<u32>>,
    ) {
        let mut listed = 0;
        let mut cells = sheet.raw.cells.iter().peekable();
        while let Some(first) = cells.peek() {
            let row = first.row;
            let (mut content, mut has_code) = (None, false);
            while let Some(cell) = cells.next_if(|cell| cell.row == row) {
                let is_empty = cell.value == RawValue::Blank || text_of(cell) == Some("");
                has_code |= cell.column == sheet.anchor_column && !is_empty;
                let counts =
                    !is_empty && (content.is_none() || table_columns.is_some_and(|t| t.contains(&cell.column)));
                if counts {
                    content = Some(cell.column);
                }
            }
            let Some(column) = content.filter(|_| !has_code && row > sheet.anchor_row && !read.contains(&row)) else {
                continue;
            };
            listed += 1;
            if listed > LISTED_NOTE_ROWS {
                return;
            }
            let place = vec![sheet.raw.place(row, column)];
            if table_columns.is_some_and(|columns| columns.contains(&column)) {
                let message = Text::new(
                    "这一行在表格的行之外，或超出表格最多可填的行数，没有读取。请填在带序号的空行里；行数不够请与主管部门联系。",
                    "This row lies outside the table, or is one more than it may have, and was not read. Use the numbered rows; ask the bureau if they do not suffice.",
                );
                self.push(NoticeCode::RowWithoutCode, Action::Warn, None, place, message);
            } else {
                let message = Text::new(
                    "这一行没有行代码，按备注处理，没有读取。",
                    "This row has no code; it was taken as a note and not read.",
                );
                self.push(NoticeCode::NoteRow, Action::Info, None, place, message);
            }
        }
    }

    /// Hidden rows and columns that hold answers (WF15).
    pub(super) fn hidden(&mut self, sheet: &AnchoredSheet<'_>, answers: impl Iterator<Item = (u32, u32)>) {
        let is_hidden = |row: u32, column: u32| sheet.raw.is_row_hidden(row) || sheet.raw.is_column_hidden(column);
        let holds = |row: u32, column: u32| sheet.raw.cell(row, column).is_some_and(|c| c.value != RawValue::Blank);
        if sheet.raw.hidden_rows.is_empty() && sheet.raw.hidden_columns.is_empty() {
            return;
        }
        let places: Vec<Place> = answers
            .filter(|(row, column)| is_hidden(*row, *column) && holds(*row, *column))
            .map(|(row, column)| sheet.raw.place(row, column))
            .collect();
        if !places.is_empty() {
            let message = Text::new(
                format!("工作表“{}”有隐藏的行或列填了内容，已照常读取。", sheet.raw.name),
                format!(
                    "Hidden rows or columns of sheet \"{}\" hold answers; they were read all the same.",
                    sheet.raw.name
                ),
            );
            self.push(NoticeCode::HiddenCells, Action::Info, None, places, message);
        }
    }

    /// Merged cells over answers (WF13).
    pub(super) fn merged(&mut self, questions: &BTreeSet<&str>, places: Vec<Place>, is_readable: bool) {
        let question = questions.first().copied();
        if is_readable {
            let message = Text::new(
                "填报格被合并，取左上格的值。请取消合并。",
                "The answer cell is merged; the value of its top-left cell was taken. Unmerge it.",
            );
            self.push(NoticeCode::Merged, Action::Warn, question, places, message);
        } else {
            let list: Vec<&str> = questions.iter().copied().take(NAMED_PLACES).collect();
            let message = Text::new(
                format!(
                    "合并单元格盖住了不止一个格（{}），都按未填处理。请取消合并后分别填写。",
                    list.join("、")
                ),
                format!(
                    "A merge covers more than one cell ({}); all count as blank. Unmerge them and fill in each.",
                    list.join(", ")
                ),
            );
            self.push(NoticeCode::MergedOverQuestions, Action::Warn, question, places, message);
        }
    }

    /// Changed wording (WF25).
    pub(super) fn reworded(&mut self, anchor: &str, question: Option<&str>, places: Vec<Place>, expected: &str) {
        let (code, zh, en) = if anchor == column_anchor::UNIT {
            (NoticeCode::UnitChanged, "计量单位", "unit")
        } else {
            (NoticeCode::LabelChanged, "题目文字", "wording")
        };
        let message = Text::new(
            format!("{zh}被改动（原为“{expected}”），该题按未答处理。请恢复原文后再填。"),
            format!(
                "The {en} was changed (it was \"{expected}\"); the answer counts as not given. Restore it and answer again."
            ),
        );
        self.push(code, Action::Warn, question, places, message);
    }

    pub(super) fn tick_unclear(&mut self, sheet: &AnchoredSheet<'_>, row: &GridRow, at: (u32, u32)) {
        let option = row
            .anchor
            .split_once(FURNITURE)
            .map_or(row.anchor.as_str(), |(_, option)| option);
        let message = Text::new(
            format!("选项 {option} 的勾选看不懂，按未选处理。适用请选√，不适用请清空。"),
            format!(
                "What stands at option {option} is neither a tick nor blank; it counts as not chosen. Choose √ or clear it."
            ),
        );
        let question = row.questions.iter().flatten().next().map(String::as_str);
        self.push(
            NoticeCode::TickUnclear,
            Action::Warn,
            question,
            vec![sheet.raw.place(at.0, at.1)],
            message,
        );
    }

    fn push(
        &mut self,
        code: NoticeCode,
        action: Action,
        question: Option<&str>,
        mut places: Vec<Place>,
        message: Text,
    ) {
        if self.0.len() >= MOST {
            return;
        }
        places.truncate(NAMED_PLACES);
        self.0.push(LayoutNotice::of(code, action, question, places, message));
    }
}
