//! The comparison of wordings: what the template wrote against what came back (WF25).

/// Whether two wordings say the same: blanks and line breaks aside, character by character.
pub(crate) fn same(found: &str, expected: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    letters(found) == letters(expected)
}
