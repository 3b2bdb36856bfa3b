//! How the sheets of results look: fonts, heads, number formats, and how they are printed.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

const FONT: &str = "等线";
const INK: Color = Color::RGB(0x26_2626);
const NAVY: Color = Color::RGB(0x1F_3864);
const GREY: Color = Color::RGB(0x7F_7F7F);
const LINE: Color = Color::RGB(0xBF_C5CE);
const HEAD_FILL: Color = Color::RGB(0xDC_E6F1);
const SUM_FILL: Color = Color::RGB(0xF3_F4F6);

/// Paper sizes as Excel numbers them.
const A3: u8 = 8;
const A4: u8 = 9;

/// Columns that A4 still shows legibly; a wider sheet is printed on A3.
const MOST_ON_A4: u16 = 14;
/// Columns that A3 still shows legibly; a wider sheet takes several pages beside each other.
const MOST_ON_A3: u16 = 24;

/// Cell formats of an export.
pub(in crate::service::runs) struct Look {
    pub(in crate::service::runs) title: Format,
    pub(in crate::service::runs) lead: Format,
    /// Of a column or a fact.
    pub(in crate::service::runs) head: Format,
    /// Below a head: labels, units and weights of columns.
    pub(in crate::service::runs) below: Format,
    pub(in crate::service::runs) text: Format,
    pub(in crate::service::runs) center: Format,
    /// A whole number.
    pub(in crate::service::runs) whole: Format,
    /// A figure with whatever decimals it has.
    pub(in crate::service::runs) figure: Format,
    /// A score, with the decimals in print.
    pub(in crate::service::runs) score: Format,
    /// A score that others were joined to.
    pub(in crate::service::runs) joined: Format,
    /// A share of one.
    pub(in crate::service::runs) percent: Format,
}

impl Look {
    /// Formats that print scores with so many decimals.
    pub(in crate::service::runs) fn new(decimals: u32) -> Self {
        let text = Format::new()
            .set_font_name(FONT)
            .set_font_size(10)
            .set_font_color(INK)
            .set_align(FormatAlign::VerticalCenter);
        let boxed = text.clone().set_border(FormatBorder::Thin).set_border_color(LINE);
        let wrapped = boxed.clone().set_text_wrap();
        let center = wrapped.clone().set_align(FormatAlign::Center);
        let score = match decimals {
            0 => "0".to_owned(),
            decimals => format!("0.{}", "0".repeat(usize::try_from(decimals).unwrap_or(2))),
        };
        let score = boxed.clone().set_num_format(score);
        Self {
            title: text.clone().set_font_size(15).set_bold().set_font_color(NAVY),
            lead: text.clone().set_font_color(GREY),
            head: center
                .clone()
                .set_background_color(HEAD_FILL)
                .set_bold()
                .set_font_color(NAVY),
            below: center.clone().set_background_color(HEAD_FILL).set_font_size(9),
            text: wrapped,
            whole: center.clone().set_num_format("#,##0"),
            figure: boxed.clone().set_num_format("#,##0.00##"),
            joined: score.clone().set_background_color(SUM_FILL).set_bold(),
            percent: boxed.set_num_format("0.0%"),
            center,
            score,
        }
    }

    /// Writes a number: a whole one without decimals, any other with as many as it has, up to four.
    pub(in crate::service::runs) fn number(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        number: Option<f64>,
    ) -> Result<(), XlsxError> {
        match number {
            Some(number) => {
                let format = if number.fract() == 0.0 {
                    &self.whole
                } else {
                    &self.figure
                };
                sheet.write_number_with_format(row, column, number, format)?;
            }
            None => drop(sheet.write_blank(row, column, &self.text)?),
        }
        Ok(())
    }

    /// Writes a score; nothing of one that is missing.
    pub(in crate::service::runs) fn score(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        score: Option<f64>,
    ) -> Result<(), XlsxError> {
        match score {
            Some(score) => drop(sheet.write_number_with_format(row, column, score, &self.score)?),
            None => drop(sheet.write_blank(row, column, &self.score)?),
        }
        Ok(())
    }

    /// Writes the heads of columns.
    pub(in crate::service::runs) fn heads<'a>(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        heads: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), XlsxError> {
        for (column, head) in (0_u16..).zip(heads) {
            sheet.write_string_with_format(row, column, head, &self.head)?;
        }
        Ok(())
    }
}

/// How a sheet is printed: one page wide as long as that can be read, numbered, its heads and first columns on every page and
/// always in sight.
pub(in crate::service::runs) fn print(
    sheet: &mut Worksheet,
    heads: u32,
    frozen_columns: u16,
    columns: u16,
) -> Result<(), XlsxError> {
    sheet
        .set_landscape()
        .set_paper_size(if columns > MOST_ON_A4 { A3 } else { A4 })
        .set_print_fit_to_pages(columns.div_ceil(MOST_ON_A3).max(1), 0)
        .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
        .set_footer("&L&A&R&P / &N");
    if heads > 0 {
        sheet
            .set_repeat_rows(0, heads - 1)?
            .set_freeze_panes(heads, frozen_columns)?;
    }
    if columns > MOST_ON_A3 && frozen_columns > 0 {
        sheet.set_repeat_columns(0, frozen_columns - 1)?;
    }
    Ok(())
}
