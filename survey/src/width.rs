//! Full-width characters, which Chinese input methods produce, and their half-width equals.

/// The half-width form of a character: ASCII for U+FF01 to U+FF5E, a blank for the ideographic space.
pub fn half(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Whether a character takes no room and says nothing: what web pages, chats and input methods leave in a copied text.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A text with every character in half width.
pub fn half_width(text: &str) -> String {
    text.chars().map(half).collect()
}
