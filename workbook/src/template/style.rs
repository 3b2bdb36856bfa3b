//! Colours and cell formats: calm, official, legible in print.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatPattern, FormatUnderline};

const FONT: &str = "等线";
const INK: Color = Color::RGB(0x26_2626);
const NAVY: Color = Color::RGB(0x1F_3864);
const GREY: Color = Color::RGB(0x7F_7F7F);
const NOTE_INK: Color = Color::RGB(0x52_5252);
const LINE: Color = Color::RGB(0xBF_C5CE);
const HEADER_FILL: Color = Color::RGB(0xDC_E6F1);
const ANSWER_FILL: Color = Color::RGB(0xFF_FCE8);
const QUIET_FILL: Color = Color::RGB(0xF3_F4F6);
const BROKEN_FILL: Color = Color::RGB(0xFF_C7CE);
const BROKEN_INK: Color = Color::RGB(0x9C_0006);
const DOUBTFUL_FILL: Color = Color::RGB(0xF9_DC9B);
const DOUBTFUL_INK: Color = Color::RGB(0x7F_6000);
const REQUIRED: Color = Color::RGB(0xC0_3A2B);

/// Point size of body text; column widths and row heights are measured for it.
pub(crate) const BODY_SIZE: f64 = 10.5;

/// Cell formats of a template.
pub(crate) struct Palette {
    pub(crate) title: Format,
    pub(crate) lead: Format,
    pub(crate) header: Format,
    pub(crate) code: Format,
    pub(crate) required_code: Format,
    pub(crate) label: Format,
    pub(crate) tick_label: Format,
    pub(crate) unit: Format,
    pub(crate) note: Format,
    pub(crate) unused: Format,
    pub(crate) hint: Format,
    pub(crate) reference: Format,
    pub(crate) answer: Format,
    pub(crate) anchor: Format,
    pub(crate) cover_title: Format,
    pub(crate) cover_lead: Format,
    pub(crate) cover_heading: Format,
    pub(crate) heading: Format,
    pub(crate) field: Format,
    pub(crate) value: Format,
    pub(crate) plain: Format,
    pub(crate) link: Format,
    /// Laid over the cells of a contradiction that must be corrected.
    pub(crate) broken: Format,
    /// Laid over the cells of one that may be justified.
    pub(crate) doubtful: Format,
    computed: Format,
}

/// How an answer stands in its cell.
#[derive(Clone, Copy)]
pub(crate) enum Alignment {
    Left,
    Center,
    Right,
}

impl Palette {
    pub(crate) fn new() -> Self {
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
            note: boxed.clone().set_font_color(NOTE_INK).set_font_size(9),
            unused: fill(&boxed, QUIET_FILL),
            hint: fill(&center(&boxed), QUIET_FILL).set_font_color(GREY).set_font_size(9),
            reference: fill(&boxed, QUIET_FILL).set_font_color(GREY),
            answer: fill(&boxed, ANSWER_FILL).set_unlocked(),
            anchor: Format::new().set_font_size(8).set_font_color(GREY).set_num_format("@"),
            cover_title: center(&text).set_font_size(20).set_bold().set_font_color(NAVY),
            cover_lead: center(&text).set_font_size(11).set_font_color(GREY),
            cover_heading: text.clone().set_align(FormatAlign::Right),
            heading: text
                .clone()
                .set_font_size(12)
                .set_bold()
                .set_font_color(NAVY)
                .unset_text_wrap(),
            field: fill(&boxed, HEADER_FILL).set_font_color(NAVY),
            value: boxed.clone().set_num_format("@"),
            plain: text.clone(),
            broken: Format::new()
                .set_background_color(BROKEN_FILL)
                .set_font_color(BROKEN_INK)
                .set_bold(),
            doubtful: Format::new()
                .set_background_color(DOUBTFUL_FILL)
                .set_font_color(DOUBTFUL_INK),
            computed: fill(&boxed, QUIET_FILL).set_align(FormatAlign::Right).set_indent(1),
            link: boxed.set_font_color(NAVY).set_underline(FormatUnderline::Single),
        }
    }

    /// The format of an answer cell.
    pub(crate) fn answer(&self, number_format: &str, alignment: Alignment) -> Format {
        aligned(&self.answer, alignment).set_num_format(number_format)
    }

    /// The format of a value that the form works out.
    pub(crate) fn computed(&self, number_format: &str) -> Format {
        self.computed.clone().set_num_format(number_format)
    }

    /// The format of a cell with last round's answer.
    pub(crate) fn reference(&self, number_format: &str, alignment: Alignment) -> Format {
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
