//! The index of a region as a sheet, with the formulas live.

use index::{document::MissingSubstitute, exact::Fixed, region::RegionIndicatorScore};
use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::{
    ExportedRegion,
    look::{Look, print},
};

/// Titles of the columns; the formulas below name some by their letters.
const COLUMNS: [&str; 11] = [
    "代码 Code",
    "名称",
    "Label",
    "类别 Class",
    "单位 Unit",
    "权重 Weight",
    "数值 Value",
    "基期值 Base value",
    "企业数 Enterprises",
    "指数 Index",
    "替代 Substitute",
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

pub(super) fn write(sheet: &mut Worksheet, region: &ExportedRegion, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name("区域 Region")?;
    look.heads(sheet, 0, COLUMNS)?;
    sheet.set_row_height(0, 30)?;
    let scored = &region.scored;
    let mut row = FIRST;
    for indicator in &scored.indicators {
        write_indicator(sheet, look, region, indicator, row)?;
        row += 1;
    }
    let mean = Mean {
        last: row,
        decimals: region.decimals.1,
    };
    for class in &scored.classes {
        sheet
            .write_string_with_format(row, CODE, &class.code, &look.head)?
            .write_string_with_format(row, LABEL, &class.label.zh, &look.head)?
            .write_string_with_format(row, LABEL_EN, &class.label.en, &look.head)?;
        write_index(sheet, look, row, mean.formula(Some(row)), class.index)?;
        row += 1;
    }
    sheet
        .write_string_with_format(row, LABEL, "总指数", &look.head)?
        .write_string_with_format(row, LABEL_EN, "Total index", &look.head)?;
    write_index(sheet, look, row, mean.formula(None), scored.total)?;
    sheet
        .set_column_width(LABEL, 32)?
        .set_column_width(LABEL_EN, 32)?
        .set_column_width(SUBSTITUTE, 20)?
        .set_column_width(UNIT, 10)?
        .set_column_width(VALUE, 12)?
        .set_column_width(BASE, 12)?;
    print(sheet, FIRST, LABEL, SUBSTITUTE + 1)
}

fn write_indicator(
    sheet: &mut Worksheet,
    look: &Look,
    region: &ExportedRegion,
    indicator: &RegionIndicatorScore,
    row: u32,
) -> Result<(), XlsxError> {
    let texts = [
        (CODE, &*indicator.code, &look.center),
        (LABEL, &indicator.label.zh, &look.text),
        (LABEL_EN, &indicator.label.en, &look.text),
        (CLASS, &indicator.class, &look.center),
        (UNIT, &indicator.unit, &look.center),
        (SUBSTITUTE, indicator.substitute.map_or("", told), &look.text),
    ];
    for (column, text, format) in texts {
        sheet.write_string_with_format(row, column, text, format)?;
    }
    look.number(sheet, row, WEIGHT, Some(indicator.weight.to_f64()))?;
    look.number(sheet, row, VALUE, indicator.value)?;
    look.number(sheet, row, BASE, indicator.base)?;
    #[expect(clippy::cast_precision_loss, reason = "fewer enterprises than 2^53")]
    let enterprises = indicator.enterprises.map(|enterprises| enterprises as f64);
    look.number(sheet, row, ENTERPRISES, enterprises)?;
    match indicator.substitute {
        // It follows from no value.
        Some(MissingSubstitute::ClassMean) => look.score(sheet, row, INDEX, indicator.z.map(Fixed::to_f64)),
        Some(MissingSubstitute::LastYearValue) | None => {
            let line = row + 1;
            let (value, base) = (format!("G{line}"), format!("H{line}"));
            let ratio = if indicator.inverse {
                format!("{base}/{value}")
            } else {
                format!("{value}/{base}")
            };
            let formula = format!("=ROUND({}*LOG(1+{ratio},2),{})", region.factor, region.decimals.0);
            write_index(sheet, look, row, formula, indicator.z)
        }
    }
}

/// An index as a formula with its result; nothing where there is none.
fn write_index(
    sheet: &mut Worksheet,
    look: &Look,
    row: u32,
    formula: String,
    index: Option<Fixed>,
) -> Result<(), XlsxError> {
    if let Some(index) = index {
        let formula = Formula::new(formula).set_result(index.to_string());
        sheet.write_formula_with_format(row, INDEX, formula, &look.joined)?;
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
