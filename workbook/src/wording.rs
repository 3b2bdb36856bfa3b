//! The comparison of wordings: what the template wrote against what came back (WF25).

use survey::width::{half, is_invisible};

/// Whether two wordings say the same: blanks, line breaks, invisible marks and the width of signs aside, which programs
/// change by themselves.
pub(crate) fn same(found: &str, expected: &str) -> bool {
    let plain = |c: char| match half(c) {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        other => other,
    };
    let says = |c: &char| !c.is_whitespace() && !is_invisible(*c);
    let letters = |text: &str| -> String { text.chars().map(plain).filter(says).collect() };
    letters(found) == letters(expected)
}
