//! Colours and cell formats: calm, official, legible in print.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatPattern, FormatUnderline};

const FONT: &str = "等线";
const INK: Color = Color::RGB(0x26_2626);
const NAVY: Color = Color::RGB(0x1F_3864);
const GREY: Color = Color::RGB(0x7F_7F7F);
const LINE: Color = Color::RGB(0xBF_C5CE);
const HEADER_FILL: Color = Color::RGB(0xDC_E6F1);
const ANSWER_FILL: Color = Color::RGB(0xFF_FCE8);
const QUIET_FILL: Color = Color::RGB(0xF3_F4F6);
const REQUIRED: Color = Color::RGB(0xC0_3A2B);

/// Point size of body text; column widths and row heights are measured for it.
pub(super) const BODY_SIZE: f64 = 10.5;

/// Cell formats of a template.
pub(super) struct Palette {
    pub(super) title: Format,
    pub(super) lead: Format,
    pub(super) header: Format,
    pub(super) code: Format,
    pub(super) required_code: Format,
    pub(super) label: Format,
    pub(super) tick_label: Format,
    pub(super) unit: Format,
    pub(super) note: Format,
    pub(super) unused: Format,
    pub(super) hint: Format,
    pub(super) reference: Format,
    pub(super) answer: Format,
    pub(super) anchor: Format,
    pub(super) cover_title: Format,
    pub(super) cover_lead: Format,
    pub(super) heading: Format,
    pub(super) field: Format,
    pub(super) value: Format,
    pub(super) plain: Format,
    pub(super) link: Format,
}

/// How an answer stands in its cell.
#[derive(Clone, Copy)]
pub(super) enum Alignment {
    Left,
    Center,
    Right,
}

impl Palette {
    pub(super) fn new() -> Self {
        let text = Format::new()
            .set_font_name(FONT)
            .set_font_size(BODY_SIZE)
            .set_font_color(INK)
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        let boxed = text.clone().set_border(FormatBorder::Thin).set_border_color(LINE);
        let center = |format: &Format| format.clone().set_align(FormatAlign::Center);
        Self {
            title: text
                .clone()
                .set_font_size(15)
                .set_bold()
                .set_font_color(NAVY)
                .unset_text_wrap(),
            lead: text.clone().set_font_color(GREY).unset_text_wrap(),
            header: fill(&center(&boxed), HEADER_FILL).set_bold().set_font_color(NAVY),
            code: center(&boxed).set_font_color(GREY),
            required_code: center(&boxed).set_font_color(REQUIRED).set_bold(),
            label: boxed.clone(),
            tick_label: boxed.clone().set_indent(2),
            unit: center(&boxed),
            note: boxed.clone().set_font_color(GREY).set_font_size(9),
            unused: fill(&boxed, QUIET_FILL),
            hint: fill(&center(&boxed), QUIET_FILL).set_font_color(GREY).set_font_size(9),
            reference: fill(&boxed, QUIET_FILL).set_font_color(GREY),
            answer: fill(&boxed, ANSWER_FILL).set_unlocked(),
            anchor: Format::new().set_font_size(8).set_font_color(GREY).set_num_format("@"),
            cover_title: center(&text).set_font_size(20).set_bold().set_font_color(NAVY),
            cover_lead: center(&text).set_font_size(11).set_font_color(GREY),
            heading: text
                .clone()
                .set_font_size(12)
                .set_bold()
                .set_font_color(NAVY)
                .unset_text_wrap(),
            field: fill(&boxed, HEADER_FILL).set_font_color(NAVY),
            value: boxed.clone().set_num_format("@"),
            plain: text.clone(),
            link: boxed.set_font_color(NAVY).set_underline(FormatUnderline::Single),
        }
    }

    /// The format of an answer cell.
    pub(super) fn answer(&self, number_format: &str, alignment: Alignment) -> Format {
        aligned(&self.answer, alignment).set_num_format(number_format)
    }

    /// The format of a cell with last round's answer.
    pub(super) fn reference(&self, number_format: &str, alignment: Alignment) -> Format {
        aligned(&self.reference, alignment).set_num_format(number_format)
    }
}

fn aligned(format: &Format, alignment: Alignment) -> Format {
    match alignment {
        Alignment::Left => format.clone().set_align(FormatAlign::Left).set_indent(1),
        Alignment::Center => format.clone().set_align(FormatAlign::Center),
        Alignment::Right => format.clone().set_align(FormatAlign::Right).set_indent(1),
    }
}

fn fill(format: &Format, color: Color) -> Format {
    format
        .clone()
        .set_pattern(FormatPattern::Solid)
        .set_background_color(color)
}
