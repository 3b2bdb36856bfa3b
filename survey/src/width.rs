//! Full-width characters, which Chinese input methods produce, and their half-width equals.

/// The half-width form of a character: ASCII for U+FF01 to U+FF5E, a blank for the ideographic space.
pub fn half(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// A text with every character in half width.
pub fn half_width(text: &str) -> String {
    text.chars().map(half).collect()
}
