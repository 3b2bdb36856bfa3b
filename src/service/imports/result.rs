//! The result of an import as a workbook: one row per file or row handed in, with its outcome and where to look.

use rust_xlsxwriter::{Format, Url, Workbook, Worksheet, XlsxError};

use crate::{
    domain::{
        access::Principal,
        import::{ImportId, ImportItem, ItemState},
    },
    service::{Service, blocking::blocking, error::ServiceError, imports},
};

/// A result to download.
pub struct ImportResult {
    /// Name for the file.
    pub filename: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Rows of one sheet, the header counted: what Excel shows.
const MOST_ROWS: usize = 1_048_575;

const HEADER: [(&str, f64); 13] = [
    ("序号 no.", 8.0),
    ("文件或行 file or row", 36.0),
    ("结果 outcome", 20.0),
    ("统一社会信用代码 uscc", 22.0),
    ("企业名称 enterprise", 32.0),
    ("版次 revision", 10.0),
    ("强制性错误 errors", 16.0),
    ("核实性错误 queries", 16.0),
    ("提示性信息 information", 16.0),
    ("代码 code", 28.0),
    ("说明", 60.0),
    ("message", 60.0),
    ("填报表 return", 44.0),
];

/// Writes the result. `base` is the address of this service (`https://host`), for links; without it they are paths.
pub async fn write_import_result(
    service: &Service,
    caller: &Principal,
    id: ImportId,
    base: Option<String>,
) -> Result<ImportResult, ServiceError> {
    let view = imports::read::get_import(service, caller, id).await?;
    let items = imports::read::all_items(service, &view.batch).await?;
    let filename = format!("{}_result.xlsx", view.batch.filename);
    let bytes = blocking(move || write(&items, base.as_deref()).map_err(ServiceError::internal)).await?;
    Ok(ImportResult { filename, bytes })
}

/// The workbook: all items on one sheet, every single fault of refused ones on another.
pub fn write(items: &[ImportItem], base: Option<&str>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("结果 result")?;
    head(sheet, &HEADER)?;
    for (at, item) in (1_u32..).zip(items.iter().take(MOST_ROWS)) {
        write_item(sheet, at, item, base)?;
    }
    let faults = workbook.add_worksheet().set_name("问题 faults")?;
    head(
        faults,
        &[
            ("序号 no.", 8.0),
            ("文件或行 file or row", 36.0),
            ("工作表 sheet", 20.0),
            ("单元格 cell", 12.0),
            ("代码 code", 28.0),
            ("说明", 60.0),
            ("message", 60.0),
        ],
    )?;
    let single = items
        .iter()
        .flat_map(|item| item.faults.iter().map(move |fault| (item, fault)));
    for (at, (item, fault)) in (1_u32..).zip(single.take(MOST_ROWS)) {
        faults.write_number(at, 0, f64::from(item.ordinal))?;
        let (sheet, cell) = fault
            .place
            .as_ref()
            .map_or(("", ""), |place| (place.sheet.as_str(), place.cell.as_str()));
        let texts = [
            item.name.as_str(),
            sheet,
            cell,
            &fault.code,
            &fault.message.zh,
            &fault.message.en,
        ];
        for (column, text) in (1_u16..).zip(texts) {
            faults.write_string(at, column, text)?;
        }
    }
    workbook.save_to_buffer()
}

fn head(sheet: &mut Worksheet, columns: &[(&str, f64)]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, (title, width)) in (0_u16..).zip(columns) {
        sheet.write_with_format(0, column, *title, &bold)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_item(sheet: &mut Worksheet, at: u32, item: &ImportItem, base: Option<&str>) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@");
    sheet.write_number(at, 0, f64::from(item.ordinal))?;
    sheet.write_string(at, 1, &item.name)?;
    sheet.write_string(at, 2, outcome(item))?;
    if let Some(uscc) = &item.uscc {
        sheet.write_string_with_format(at, 3, uscc, &text)?;
    }
    if let Some(name) = &item.enterprise_name {
        sheet.write_string(at, 4, name)?;
    }
    if let Some(number) = item.revision_number {
        sheet.write_number(at, 5, f64::from(number))?;
    }
    for (column, count) in [(6, item.block), (7, item.warn), (8, item.info)] {
        sheet.write_number(at, column, f64::from(count))?;
    }
    if let Some(code) = &item.code {
        sheet.write_string(at, 9, code)?;
    }
    if let Some(message) = &item.message {
        sheet.write_string(at, 10, &message.zh)?;
        sheet.write_string(at, 11, &message.en)?;
    }
    if let Some(id) = item.survey_return {
        let path = format!("/api/v1/returns/{id}");
        match base {
            Some(base) => sheet.write_url(at, 12, Url::new(format!("{base}{path}")).set_text(&path))?,
            None => sheet.write_string(at, 12, &path)?,
        };
    }
    Ok(())
}

fn outcome(item: &ImportItem) -> &'static str {
    match item.state {
        ItemState::Taken if item.submitted => "已收，已登记提交 taken, submitted",
        ItemState::Unchanged if item.submitted => "未变，已登记提交 unchanged, submitted",
        ItemState::Waiting => "待处理 waiting",
        ItemState::Taken => "已收 taken",
        ItemState::Unchanged => "未变 unchanged",
        ItemState::Refused => "未收 refused",
        ItemState::Cancelled => "已取消 cancelled",
    }
}
