//! The registry of the demo as a list that a bureau would bring.

use demo::SampleEnterprise;
use rust_xlsxwriter::Workbook;

/// The enterprise list as a workbook.
pub(super) fn enterprise_list(samples: &[SampleEnterprise]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = Workbook::new();
    let stamp = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 4, 1)?;
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&stamp));
    let sheet = workbook.add_worksheet();
    let titles = [
        "统一社会信用代码",
        "企业名称",
        "镇街代码",
        "行业代码",
        "从业人员",
        "营业收入（万元）",
        "资产总计（万元）",
        "曾用名",
    ];
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write(0, column, title)?;
    }
    for (row, sample) in (1_u32..).zip(samples) {
        let facts = &sample.facts;
        sheet
            .write(row, 0, &facts.uscc)?
            .write(row, 1, &facts.name)?
            .write(row, 2, &facts.area_code)?
            .write(row, 3, &facts.industry_code)?;
        if let Some(employees) = facts.employees {
            sheet.write(row, 4, employees)?;
        }
        for (column, amount) in [(5, facts.revenue_wan_yuan), (6, facts.assets_wan_yuan)] {
            if let Some(amount) = amount {
                sheet.write(row, column, amount.to_string())?;
            }
        }
    }
    workbook.save_to_buffer()
}
