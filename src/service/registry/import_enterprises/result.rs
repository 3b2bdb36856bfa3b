//! The outcome of an import as a workbook: the list as it came, with what became of each row beside it.

use std::collections::BTreeMap;

use bytes::Bytes;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use survey::{cell::RawValue, text::Text};
use workbook::extract::{RawRow, RowsHead};

use super::{ImportReport, Outcome, RowFault, RowOutcome, columns::read_list};
use crate::{
    domain::{
        access::Principal,
        job::{JobId, Task},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        documents::catalogue::current_synonyms,
        error::{ServiceError, codes},
        jobs::read::get_job,
        workbooks::sheet_rows::{Sheets, next_rows},
    },
};

/// A result to download.
pub struct EnterpriseImportResult {
    /// Name for the file.
    pub filename: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// The last column of a sheet in Excel.
const LAST_COLUMN: u32 = 16_383;
/// Fill of a row that was refused.
const REFUSED: Color = Color::RGB(0xF8_CBAD);

/// Writes the result of an import that a job has carried out.
pub async fn write_enterprise_import_result(
    service: &Service,
    caller: &Principal,
    job: JobId,
) -> Result<EnterpriseImportResult, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let job = get_job(service, caller, job).await?;
    let Task::ImportEnterprises { blob_sha256, .. } = &job.task else {
        return Err(ServiceError::new(codes::general::NOT_FOUND));
    };
    let Some(result) = job.result else {
        return Err(ServiceError::new(codes::registry::IMPORT_WITHOUT_RESULT));
    };
    let report: ImportReport = serde_json::from_value(result).map_err(ServiceError::internal)?;
    let list = service.original(blob_sha256).await?;
    let bytes = write_result(service, &list, report).await?;
    let filename = "enterprise_import_result.xlsx".to_owned();
    Ok(EnterpriseImportResult { filename, bytes })
}

/// The list with what became of its rows.
pub async fn write_result(service: &Service, list: &Bytes, report: ImportReport) -> Result<Vec<u8>, ServiceError> {
    let words = current_synonyms(&service.db).await?;
    let found = read_list(service, list, &words).await?;
    let mut sheets = Sheets::named(service, list, &found.sheet);
    let mut rows = Vec::new();
    let Some(mut stream) = sheets.next().await? else {
        return Err(ServiceError::new(codes::registry::LIST_UNREADABLE));
    };
    let head = stream.head().clone();
    while let Some(batch) = next_rows(&mut stream).await? {
        rows.extend(batch);
    }
    let head_row = found.head.row;
    blocking(move || write(&head, &rows, head_row, &report).map_err(ServiceError::internal)).await
}

fn write(head: &RowsHead, rows: &[RawRow], head_row: usize, report: &ImportReport) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("名单 list")?;
    let outcomes: BTreeMap<usize, &RowOutcome> = report.outcomes.iter().map(|outcome| (outcome.row, outcome)).collect();
    let used = rows.iter().filter_map(|row| row.cells.last()).map(|cell| cell.column);
    // Excel has no column behind the last; a list that wide loses what stands there to the outcome.
    let beside = u16::try_from(used.max().unwrap_or(0).saturating_add(1).min(LAST_COLUMN - 2)).unwrap_or(0);
    let looks = Looks::of(head);
    for row in rows {
        looks.copy(sheet, row, beside)?;
        let number = row.row as usize + 1;
        if number == head_row {
            for (column, title) in (beside..).zip(["导入结果 outcome", "说明", "message"]) {
                sheet.write_with_format(row.row, column, title, &looks.bold)?;
            }
        } else if let Some(outcome) = outcomes.get(&number) {
            looks.tell(sheet, row.row, beside, outcome)?;
        } else if number > head_row && report.outcomes.len() == ImportReport::CAP {
            sheet.write_with_format(row.row, beside, "已处理，未逐行列出 not listed", &looks.wrap)?;
        }
    }
    for (column, width) in [(beside, 20.0), (beside + 1, 60.0), (beside + 2, 60.0)] {
        sheet.set_column_width(column, width)?;
    }
    write_notes(workbook.add_worksheet(), report, &looks)?;
    workbook.save_to_buffer()
}

/// What is said of the list as a whole, below the counts.
fn write_notes(sheet: &mut Worksheet, report: &ImportReport, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_name("汇总 summary")?;
    let counts = [
        ("读取的企业行 rows", report.rows),
        ("新增 created", report.created),
        ("更新 updated", report.updated),
        ("未变 unchanged", report.unchanged),
        ("未导入 refused", report.refused),
    ];
    for (row, (title, count)) in (0_u32..).zip(counts) {
        sheet.write_with_format(row, 0, title, &looks.bold)?;
        sheet.write_number(row, 1, u32::try_from(count).unwrap_or(u32::MAX))?;
    }
    for (column, title) in (0_u16..).zip(["单元格 cell", "说明", "message"]) {
        sheet.write_with_format(6, column, title, &looks.bold)?;
    }
    for (row, note) in (7_u32..).zip(&report.notes) {
        if let Some(cell) = &note.cell {
            sheet.write_string(row, 0, cell)?;
        }
        sheet.write_with_format(row, 1, note.message.zh.as_str(), &looks.wrap)?;
        sheet.write_with_format(row, 2, note.message.en.as_str(), &looks.wrap)?;
    }
    for (column, width) in [(0, 24.0), (1, 70.0), (2, 70.0)] {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

/// How cells look.
struct Looks {
    bold: Format,
    wrap: Format,
    refused: Format,
    /// Number formats of the list, by style.
    of_styles: Vec<Format>,
}

impl Looks {
    fn of(head: &RowsHead) -> Self {
        let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let of_style =
            |style: &workbook::extract::CellStyle| Format::new().set_num_format(style.number_format.as_str());
        Self {
            bold: Format::new().set_bold(),
            refused: wrap.clone().set_background_color(REFUSED),
            wrap,
            of_styles: head.styles.iter().map(of_style).collect(),
        }
    }

    /// A row as it came.
    fn copy(&self, sheet: &mut Worksheet, row: &RawRow, beside: u16) -> Result<(), XlsxError> {
        let plain = Format::new();
        for cell in &row.cells {
            let Some(column) = u16::try_from(cell.column).ok().filter(|column| *column < beside) else {
                continue;
            };
            let style = usize::try_from(cell.style).ok().and_then(|at| self.of_styles.get(at));
            let format = style.unwrap_or(&plain);
            match &cell.value {
                RawValue::Text(text) | RawValue::Error(text) => {
                    sheet.write_string_with_format(row.row, column, text, format)?;
                }
                RawValue::Number(number) | RawValue::DateSerial(number) => {
                    sheet.write_number_with_format(row.row, column, *number, format)?;
                }
                RawValue::Boolean(yes) => {
                    sheet.write_boolean_with_format(row.row, column, *yes, format)?;
                }
                RawValue::Blank | RawValue::FormulaWithoutValue => {}
            }
        }
        Ok(())
    }

    /// What became of a row.
    fn tell(&self, sheet: &mut Worksheet, row: u32, beside: u16, outcome: &RowOutcome) -> Result<(), XlsxError> {
        let (word, format) = match outcome.outcome {
            Outcome::Refused => ("未导入 refused", &self.refused),
            Outcome::Created => ("新增 created", &self.wrap),
            Outcome::Updated => ("更新 updated", &self.wrap),
            Outcome::Unchanged => ("未变 unchanged", &self.wrap),
        };
        sheet.write_with_format(row, beside, word, format)?;
        let told = || outcome.faults.iter().chain(&outcome.notes);
        sheet.write_with_format(row, beside + 1, lines(told(), |text| &text.zh), format)?;
        sheet.write_with_format(row, beside + 2, lines(told(), |text| &text.en), format)?;
        Ok(())
    }
}

fn lines<'f>(faults: impl Iterator<Item = &'f RowFault>, language: impl Fn(&Text) -> &str) -> String {
    let line = |fault: &RowFault| {
        let cell = fault.cell.as_ref().map_or_else(String::new, |cell| format!(" {cell}"));
        format!("{}{cell}: {}", fault.column, language(&fault.message))
    };
    faults.map(line).collect::<Vec<_>>().join("\n")
}
