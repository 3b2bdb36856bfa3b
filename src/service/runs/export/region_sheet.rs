//! The index of a region as a sheet, with the formulas live.

use index::{document::MissingSubstitute, exact::Fixed, region::RegionIndicatorScore};
use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError};

use super::{
    ExportedRegion,
    workbook_tables::{number, titles},
};

/// Titles of the columns; the formulas below name some by their letters.
const COLUMNS: [&str; 11] = [
    "代码 code",
    "名称 label",
    "label",
    "类别 class",
    "单位 unit",
    "权重 weight",
    "数值 X",
    "基期值 X0",
    "企业数 enterprises",
    "指数 Z",
    "替代 substitute",
];
const CODE: u16 = 0;
const LABEL: u16 = 1;
const LABEL_EN: u16 = 2;
const CLASS: u16 = 3;
const UNIT: u16 = 4;
const WEIGHT: u16 = 5;
const VALUE: u16 = 6;
const BASE: u16 = 7;
const ENTERPRISES: u16 = 8;
const INDEX: u16 = 9;
const SUBSTITUTE: u16 = 10;

/// First row of the indicators; classes and the total stand below them.
const FIRST: u32 = 1;

pub(super) fn write(sheet: &mut Worksheet, region: &ExportedRegion, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("区域 Region")?;
    titles(sheet, COLUMNS, bold)?;
    let scored = &region.scored;
    let mut row = FIRST;
    for indicator in &scored.indicators {
        write_indicator(sheet, region, indicator, row)?;
        row += 1;
    }
    let mean = Mean {
        last: row,
        decimals: region.decimals.1,
    };
    for class in &scored.classes {
        sheet
            .write_string_with_format(row, CODE, &class.code, bold)?
            .write_string(row, LABEL, &class.label.zh)?
            .write_string(row, LABEL_EN, &class.label.en)?;
        write_index(sheet, row, mean.formula(Some(row)), class.index)?;
        row += 1;
    }
    sheet
        .write_string_with_format(row, LABEL, "总指数", bold)?
        .write_string_with_format(row, LABEL_EN, "Total index", bold)?;
    write_index(sheet, row, mean.formula(None), scored.total)?;
    sheet
        .set_column_width(LABEL, 32)?
        .set_column_width(LABEL_EN, 32)?
        .set_column_width(SUBSTITUTE, 20)?
        .set_freeze_panes(FIRST, LABEL)?;
    Ok(())
}

fn write_indicator(
    sheet: &mut Worksheet,
    region: &ExportedRegion,
    indicator: &RegionIndicatorScore,
    row: u32,
) -> Result<(), XlsxError> {
    sheet
        .write_string(row, CODE, &indicator.code)?
        .write_string(row, LABEL, &indicator.label.zh)?
        .write_string(row, LABEL_EN, &indicator.label.en)?
        .write_string(row, CLASS, &indicator.class)?
        .write_string(row, UNIT, &indicator.unit)?
        .write_string(row, SUBSTITUTE, indicator.substitute.map_or("", told))?;
    number(sheet, row, WEIGHT, Some(indicator.weight.to_f64()))?;
    number(sheet, row, VALUE, indicator.value)?;
    number(sheet, row, BASE, indicator.base)?;
    #[expect(clippy::cast_precision_loss, reason = "fewer enterprises than 2^53")]
    let enterprises = indicator.enterprises.map(|enterprises| enterprises as f64);
    number(sheet, row, ENTERPRISES, enterprises)?;
    match indicator.substitute {
        // It follows from no value.
        Some(MissingSubstitute::ClassMean) => number(sheet, row, INDEX, indicator.z.map(Fixed::to_f64)),
        Some(MissingSubstitute::LastYearValue) | None => {
            let line = row + 1;
            let (value, base) = (format!("G{line}"), format!("H{line}"));
            let ratio = if indicator.inverse {
                format!("{base}/{value}")
            } else {
                format!("{value}/{base}")
            };
            let formula = format!("=ROUND({}*LOG(1+{ratio},2),{})", region.factor, region.decimals.0);
            write_index(sheet, row, formula, indicator.z)
        }
    }
}

/// An index as a formula with its result; nothing where there is none.
fn write_index(sheet: &mut Worksheet, row: u32, formula: String, index: Option<Fixed>) -> Result<(), XlsxError> {
    if let Some(index) = index {
        let formula = Formula::new(formula).set_result(index.to_string());
        sheet.write_formula(row, INDEX, formula)?;
    }
    Ok(())
}

/// The mean of the indices of indicators by their weights.
struct Mean {
    /// The row after the last indicator, from 0: its line from 1.
    last: u32,
    decimals: u32,
}

impl Mean {
    /// Over the indicators of the class whose code stands in a row, or over all.
    fn formula(&self, class_row: Option<u32>) -> String {
        let column = |letter: char| format!("${letter}${}:${letter}${}", FIRST + 1, self.last);
        let (weights, indices) = (column('F'), column('J'));
        let of_class = class_row.map_or_else(String::new, |row| format!("({}=$A{})*", column('D'), row + 1));
        format!(
            "=ROUND(SUMPRODUCT({of_class}{weights}*{indices})/SUMPRODUCT({of_class}({indices}<>\"\")*{weights}),{})",
            self.decimals
        )
    }
}

fn told(substitute: MissingSubstitute) -> &'static str {
    match substitute {
        MissingSubstitute::LastYearValue => "上年值 last year",
        MissingSubstitute::ClassMean => "类别均值 class mean",
    }
}
