//! How wide and how high texts are, in the units of Excel.

/// Width of the column of labels.
pub(super) const LABEL_WIDTH: f64 = 36.0;
/// Width of the column of filling notes.
pub(super) const NOTE_WIDTH: f64 = 62.0;
/// Height of a row of one line, in points.
pub(super) const BODY_ROW: f64 = LINE + PADDING;

/// Height of one line of body text, in points.
const LINE: f64 = 15.0;
/// Height of one line of a filling note, which is set in a smaller size, and how much more of it fits into a line.
const NOTE_LINE: f64 = 12.5;
const NOTE_FIT: f64 = 1.15;
/// Space above and below the text of a cell, in points.
const PADDING: f64 = 4.0;
/// Excel's highest row, in points.
const HIGHEST: f64 = 409.0;

/// Width in characters as columns count it: a Chinese character takes two.
pub(crate) fn width(text: &str) -> f64 {
    text.lines().map(line_width).fold(0.0, f64::max)
}

/// Height of a row, in points, that shows the most demanding of its texts in full. Each comes with its column width.
pub(crate) fn row_height<'a>(cells: impl IntoIterator<Item = (&'a str, f64)>) -> f64 {
    let lines = cells
        .into_iter()
        .map(|(text, column)| lines(text, column))
        .fold(1.0, f64::max);
    (lines * LINE + PADDING).min(HIGHEST)
}

/// Height of a row, in points, that shows a filling note in full.
pub(super) fn note_height(text: &str) -> f64 {
    (lines(text, NOTE_WIDTH * NOTE_FIT) * NOTE_LINE + PADDING).min(HIGHEST)
}

fn lines(text: &str, column: f64) -> f64 {
    // A line loses up to a character at its end, and the cell itself a little at both sides.
    let usable = (column - 2.0).max(2.0);
    text.lines()
        .map(|line| (line_width(line) / usable).ceil().max(1.0))
        .sum::<f64>()
        .max(1.0)
}

fn line_width(line: &str) -> f64 {
    line.chars().map(|c| if is_wide(c) { 2.0 } else { 1.0 }).sum()
}

/// East Asian wide and full-width characters, and the quotation marks that Chinese fonts draw wide.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..='\u{3FFFD}'
        | '“' | '”' | '‘' | '’' | '—' | '…' | '√')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_follow_the_longest_text() {
        let check = |text: &str, column: f64, expected: f64| {
            assert!((row_height([(text, column)]) - expected).abs() < 1e-9, "{text}");
        };
        check("", 10.0, 19.0);
        check("营业收入", 10.0, 19.0);
        check("营业收入合计", 10.0, 34.0);
        check("a\nb\nc", 10.0, 49.0);
        check(&"长".repeat(10_000), 10.0, 409.0);
    }
}
