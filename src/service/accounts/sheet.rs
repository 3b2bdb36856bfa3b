//! What became of every account as a workbook: the list that the bureau keeps and hands out by town.

use rust_xlsxwriter::{Format, FormatBorder, Workbook, XlsxError};

use super::issue_codes::{CodeOutcome, IssuedCode, IssuedCodes};
use crate::service::{Service, error::ServiceError};

const HEADS: [(&str, f64); 9] = [
    ("序号", 6.0),
    ("统一社会信用代码", 22.0),
    ("企业名称", 34.0),
    ("镇街", 14.0),
    ("登录名", 24.0),
    ("一次性登录码", 24.0),
    ("有效期至", 14.0),
    ("结果", 26.0),
    ("说明", 46.0),
];

/// Writes the workbook.
pub fn write_accounts(service: &Service, issued: &IssuedCodes) -> Result<Vec<u8>, ServiceError> {
    write(issued, &service.day_of(issued.expires_at)).map_err(ServiceError::internal)
}

fn write(issued: &IssuedCodes, valid_until: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("账号")?;
    let bold = Format::new()
        .set_bold()
        .set_background_color("#DCE6F1")
        .set_border(FormatBorder::Thin);
    let text = Format::new().set_num_format("@").set_border(FormatBorder::Thin);
    for (column, (title, width)) in (0_u16..).zip(HEADS) {
        sheet.write_with_format(0, column, title, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    for (at, row) in (1_u32..).zip(&issued.rows) {
        sheet.write_number_with_format(at, 0, f64::from(at), &text)?;
        let until = if row.code.is_some() { valid_until } else { "" };
        let says = row.fault.as_ref().map_or("", |fault| fault.message.zh.as_str());
        let cells = [
            row.uscc.as_str(),
            &row.name,
            &row.town,
            &row.login,
            row.code.as_deref().unwrap_or(""),
            until,
            outcome(row),
            says,
        ];
        for (column, cell) in (1_u16..).zip(cells) {
            sheet.write_string_with_format(at, column, cell, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    workbook.save_to_buffer()
}

fn outcome(row: &IssuedCode) -> &'static str {
    match row.outcome {
        CodeOutcome::Created => "已建账号，已发登录码",
        CodeOutcome::Renewed => "已重新发放登录码",
        CodeOutcome::StillOpen => "登录码仍有效，未重新发放",
        CodeOutcome::HasPassword => "已设置密码，无需登录码",
        CodeOutcome::Refused => "未办理",
    }
}
