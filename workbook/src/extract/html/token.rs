//! A tolerant tokenizer of web pages: tags, texts and comments, and nothing else.

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An opening tag: name as written, and what stands behind it.
    Open(&'a str, &'a str),
    /// A closing tag.
    Close(&'a str),
    /// Text between tags, as written.
    Text(&'a str),
    /// A comment, a declaration or a processing instruction.
    Comment(&'a str),
}

/// The tokens of a page.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// An element whose content is no markup, such as `style`.
    raw: Option<&'static str>,
}

/// Elements whose content is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "xmp"];

impl<'a> Tokens<'a> {
    pub(super) fn of(page: &'a str) -> Self {
        Self { rest: page, raw: None }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if let Some(name) = self.raw.take() {
            let end = closing(self.rest, name).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(text));
        }
        let Some(inside) = self.rest.strip_prefix('<') else {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(text));
        };
        if let Some(comment) = inside.strip_prefix("!--") {
            let (text, rest) = comment.split_once("-->").unwrap_or((comment, ""));
            self.rest = rest;
            return Some(Token::Comment(text));
        }
        if inside.starts_with(['!', '?']) {
            let (text, rest) = inside.split_once('>').unwrap_or((inside, ""));
            self.rest = rest;
            return Some(Token::Comment(text));
        }
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        if !is_tag {
            // A lone sign is text.
            let end = inside.find('<').map_or(self.rest.len(), |at| at + 1);
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(text));
        }
        let end = tag_end(inside);
        let (tag, rest) = inside.split_at(end);
        self.rest = rest.strip_prefix('>').unwrap_or(rest);
        if let Some(name) = tag.strip_prefix('/') {
            return Some(Token::Close(name.trim()));
        }
        let name_end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        if !attributes.ends_with('/') {
            self.raw = RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
        }
        Some(Token::Open(name, attributes))
    }
}

/// Where a tag ends; a `>` inside quotes is not its end.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (byte, quote) {
            (b'"' | b'\'', None) if tag.get(..at).is_some_and(|before| before.trim_end().ends_with('=')) => {
                quote = Some(byte);
            }
            (_, Some(open)) if byte == open => quote = None,
            (b'>', None) => return at,
            _ => {}
        }
    }
    // A quotation mark without its end: the first `>` then.
    tag.find('>').unwrap_or(tag.len())
}

/// Where `</name` begins.
fn closing(text: &str, name: &str) -> Option<usize> {
    text.match_indices("</").map(|(at, _)| at).find(|at| {
        text.get(at + 2..at + 2 + name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

/// The attributes of a tag: names as written, values without quotes.
pub(super) struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(attributes: &'a str) -> Self {
        Self { rest: attributes }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self
            .rest
            .trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
            .map_or(rest.len(), |(at, _)| at);
        let (name, after) = rest.split_at(end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            self.rest = after;
            return Some((name, ""));
        };
        let value = value.trim_start();
        let mut characters = value.chars();
        let (value, rest) = match characters.next() {
            Some(quote @ ('"' | '\'')) => {
                let inside = characters.as_str();
                inside.split_once(quote).unwrap_or((inside, ""))
            }
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        self.rest = rest;
        Some((name, value))
    }
}

/// The text with its character references resolved; unknown ones stay as they are.
pub(super) fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        into.push_str(before);
        // The longest reference that is known here has eight characters between its signs.
        let end = reference
            .char_indices()
            .take(11)
            .find(|(_, c)| *c == ';')
            .map(|(end, _)| end);
        let resolved = end.and_then(|end| {
            let (name, after) = reference.split_at_checked(end)?;
            Some((character(name)?, after.strip_prefix(';')?))
        });
        if let Some((character, after)) = resolved {
            into.push(character);
            rest = after;
        } else {
            into.push('&');
            rest = reference;
        }
    }
    into.push_str(rest);
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "nbsp" => '\u{A0}',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "yen" => '¥',
        "middot" => '·',
        "times" => '×',
        "divide" => '÷',
        "deg" => '°',
        "plusmn" => '±',
        "sup2" => '²',
        "sup3" => '³',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "ndash" => '–',
        "mdash" => '—',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "hellip" => '…',
        "radic" => '√',
        "permil" => '‰',
        "le" => '≤',
        "ge" => '≥',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_cut_into_tokens() {
        let tokens: Vec<_> = Tokens::of("<TD a='>' b>1 < 2<br/>x</td><!-- <td> --><style>a<b></style>").collect();
        assert_eq!(
            tokens,
            [
                Token::Open("TD", " a='>' b"),
                Token::Text("1 "),
                Token::Text("< 2"),
                Token::Open("br", "/"),
                Token::Text("x"),
                Token::Close("td"),
                Token::Comment(" <td> "),
                Token::Open("style", ""),
                Token::Text("a<b>"),
                Token::Close("style"),
            ]
        );
    }

    #[test]
    fn unfinished_markup_ends_somewhere() {
        for page in [
            "<",
            "<td",
            "<td a=\"",
            "</",
            "<!--",
            "<!",
            "<script>",
            "<td a=\"b>c<tr>",
            "&",
            "&#;",
            "<a\u{4e2d}",
        ] {
            assert!(Tokens::of(page).count() <= 4, "{page}");
        }
    }

    #[test]
    fn attributes_are_read_with_and_without_quotes() {
        let all: Vec<_> = Attributes::of(" a=1 b='x y' c = \"z\" d e/").collect();
        assert_eq!(all, [("a", "1"), ("b", "x y"), ("c", "z"), ("d", ""), ("e", "")]);
    }

    #[test]
    fn references_are_resolved() {
        let check = |text: &str, expected: &str| {
            let mut found = String::new();
            unescape(text, &mut found);
            assert_eq!(found, expected);
        };
        check("a&lt;b&amp;&#20013;&#x4E2D;", "a<b&中中");
        check("&unknown; & &#0; &;", "&unknown; & &#0; &;");
        check("中&nbsp;", "中\u{A0}");
    }
}
