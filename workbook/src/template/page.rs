//! Page set-up and protection that all sheets share.

use rust_xlsxwriter::{ProtectionOptions, Worksheet};

/// Paper size A4 in the numbering of Excel.
const A4: u8 = 9;

/// What stands at the head of every printed page.
pub(crate) struct Head {
    /// Title of the form.
    pub(crate) form: String,
    /// The enterprise, with its credit code.
    pub(crate) enterprise: String,
}

/// Characters of a head; Excel takes 255 with the codes of the fields.
const LONGEST_HEAD: usize = 100;

/// A4 landscape, one page wide, page numbers in the footer.
pub(crate) fn set_up(sheet: &mut Worksheet, title: &str) {
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3);
    sheet.set_footer(format!("&L&9{}&R&9&P / &N", plain(title)));
    sheet.set_screen_gridlines(false);
}

/// Space for rows and columns on a landscape page within its margins, in points.
const PAGE_WIDTH: f64 = 784.0;
const PAGE_HEIGHT: f64 = 500.0;
/// The smallest scale at which people still read a form.
const SMALLEST_SCALE: f64 = 0.65;
/// A sheet of more pages is not squeezed.
const MOST_PAGES: u16 = 20;
/// Points of a character of column width.
const CHARACTER: f64 = 5.6;

/// Spreads a landscape sheet over no more pages than it needs at the smallest scale. `width` is that of its columns in
/// characters, `height` that of its rows in points.
pub(crate) fn spread(sheet: &mut Worksheet, width: f64, height: f64) {
    let fitting = (PAGE_WIDTH / (width * CHARACTER)).min(1.0);
    let scale = fitting.min(SMALLEST_SCALE);
    let fits = |pages: u16, scale: f64| height * scale <= f64::from(pages) * PAGE_HEIGHT;
    if let Some(pages) = (1..MOST_PAGES).find(|pages| fits(*pages, scale))
        && !fits(pages, fitting)
    {
        sheet.set_print_fit_to_pages(1, pages);
    }
}

/// A4 portrait for sheets of text.
pub(crate) fn set_up_portrait(sheet: &mut Worksheet, title: &str) {
    set_up(sheet, title);
    sheet.set_portrait();
}

/// The form's head on every printed page.
pub(crate) fn set_head(sheet: &mut Worksheet, head: &Head) {
    sheet.set_header(format!("&L&9{}&R&9{}", plain(&head.form), plain(&head.enterprise)));
}

/// A text for headers and footers, in which `&` begins a field code.
fn plain(text: &str) -> String {
    let line = text.replace('\n', " ");
    line.chars().take(LONGEST_HEAD).collect::<String>().replace('&', "&&")
}

/// Locks everything but answer cells, without a password: rows and columns may be made larger, nothing else changes by
/// accident, and nobody has to ask for a password in need.
pub(crate) fn protect(sheet: &mut Worksheet) {
    let options = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    };
    sheet.protect_with_options(&options);
}
