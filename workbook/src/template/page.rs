//! Page set-up and protection that all sheets share.

use rust_xlsxwriter::{ProtectionOptions, Worksheet};

/// Paper size A4 in the numbering of Excel.
const A4: u8 = 9;

/// A4 landscape, one page wide, page numbers in the footer.
pub(super) fn set_up(sheet: &mut Worksheet, title: &str) {
    // `&` begins a field code in headers and footers.
    let title = title.replace('&', "&&").replace('\n', " ");
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer(format!("&L&9{title}&R&9&P / &N"));
    sheet.set_screen_gridlines(false);
}

/// A4 portrait for sheets of text.
pub(super) fn set_up_portrait(sheet: &mut Worksheet, title: &str) {
    set_up(sheet, title);
    sheet.set_portrait();
}

/// Locks everything but answer cells, without a password: rows and columns may be made larger, nothing else changes by
/// accident, and nobody has to ask for a password in need.
pub(super) fn protect(sheet: &mut Worksheet) {
    let options = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    };
    sheet.protect_with_options(&options);
}
