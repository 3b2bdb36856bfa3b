//! XML parts as text with places: what is not touched stays as it is, byte by byte.

use std::{borrow::Cow, fmt::Write as _, ops::Range};

use quick_xml::{Reader, escape::unescape, events::Event};

use super::AnnotateError;

/// A part being walked through. Names are compared without their prefix.
pub(super) struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    part: &'a str,
    depth: usize,
}

/// A start or end tag with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) raw: &'a str,
    pub(super) kind: TagKind,
    /// Elements that are open around it.
    pub(super) depth: usize,
}

/// The kind of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagKind {
    Open,
    Close,
    /// Start and end in one.
    Empty,
}

/// An attribute with its place in the text.
#[derive(Clone, Debug)]
pub(super) struct Attribute<'a> {
    /// From the blank before its name to its closing quote.
    pub(super) span: Range<usize>,
    pub(super) key: &'a str,
    /// As written, with entities.
    pub(super) value: &'a str,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str, part: &'a str) -> Self {
        Self {
            reader: Reader::from_str(text),
            text,
            part,
            depth: 0,
        }
    }

    /// The next tag; text, comments and instructions between are passed over.
    pub(super) fn next(&mut self) -> Result<Option<Tag<'a>>, AnnotateError> {
        loop {
            let start = self.position()?;
            let event = self
                .reader
                .read_event()
                .map_err(|error| AnnotateError::damaged(self.part, error.to_string()))?;
            let kind = match event {
                Event::Start(_) => TagKind::Open,
                Event::End(_) => TagKind::Close,
                Event::Empty(_) => TagKind::Empty,
                Event::DocType(_) => return Err(AnnotateError::damaged(self.part, "a document type declaration")),
                Event::Eof if self.depth > 0 => {
                    return Err(AnnotateError::damaged(self.part, "the part ends inside an element"));
                }
                Event::Eof => return Ok(None),
                _ => continue,
            };
            let end = self.position()?;
            if kind == TagKind::Close {
                self.depth = self.depth.saturating_sub(1);
            }
            let depth = self.depth;
            if kind == TagKind::Open {
                self.depth += 1;
            }
            return Ok(Some(Tag {
                start,
                end,
                raw: slice(self.text, start..end, self.part)?,
                kind,
                depth,
            }));
        }
    }

    /// Goes to the end of the element that `open` began; gives its closing tag, which is `open` itself when empty.
    pub(super) fn close(&mut self, open: Tag<'a>) -> Result<Tag<'a>, AnnotateError> {
        if open.kind != TagKind::Open {
            return Ok(open);
        }
        while let Some(tag) = self.next()? {
            if tag.kind == TagKind::Close && tag.depth == open.depth {
                return Ok(tag);
            }
        }
        Err(AnnotateError::damaged(self.part, "the part ends inside an element"))
    }

    fn position(&self) -> Result<usize, AnnotateError> {
        usize::try_from(self.reader.buffer_position())
            .map_err(|_| AnnotateError::damaged(self.part, "the part is too long"))
    }
}

impl<'a> Tag<'a> {
    /// Name with its prefix.
    pub(super) fn full_name(&self) -> &'a str {
        leading_name(self.raw.trim_start_matches(['<', '/']))
    }

    /// Name without prefix.
    pub(super) fn name(&self) -> &'a str {
        local(self.full_name())
    }

    /// The prefix with its colon, or nothing.
    pub(super) fn prefix(&self) -> &'a str {
        let name = self.full_name();
        name.find(':').map_or("", |colon| name.split_at(colon + 1).0)
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    pub(super) fn opens(&self) -> bool {
        self.kind != TagKind::Close
    }

    /// All attributes in order.
    pub(super) fn attributes(&self) -> Vec<Attribute<'a>> {
        let mut found = Vec::new();
        let mut at = 1 + self.full_name().len();
        while let Some(rest) = self.raw.get(at..) {
            let Some((key, after)) = rest.split_once('=') else {
                break;
            };
            let Some((value, after)) = quoted(after) else { break };
            let end = self.raw.len() - after.len();
            found.push(Attribute {
                span: self.start + at..self.start + end,
                key: key.trim(),
                value,
            });
            at = end;
        }
        found
    }

    /// The value of an attribute, by its name without prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let found = self
            .attributes()
            .into_iter()
            .find(|attribute| local(attribute.key) == name)?;
        Some(unescape(found.value).unwrap_or(Cow::Borrowed(found.value)))
    }

    /// The place just before the end of the tag, where another attribute may stand.
    pub(super) fn attributes_end(&self) -> usize {
        let tail = if self.raw.ends_with("/>") { 2 } else { 1 };
        self.end - tail
    }
}

/// The text of a span of a part. A span outside of the text, or inside a character, is an error: what it covers would be
/// lost.
pub(super) fn slice<'a>(text: &'a str, span: Range<usize>, part: &str) -> Result<&'a str, AnnotateError> {
    text.get(span)
        .ok_or_else(|| AnnotateError::damaged(part, "a span outside of the text"))
}

/// The name at the beginning of the inside of a tag.
fn leading_name(inside: &str) -> &str {
    inside
        .split_once(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        .map_or(inside, |(name, _)| name)
}

/// The next text in quotes, and what follows its closing quote.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (_, opened) = text.split_at(text.find(['"', '\''])?);
    let mut characters = opened.chars();
    let quote = characters.next()?;
    characters.as_str().split_once(quote)
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Changes to a text, applied all at once.
#[derive(Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.0.push((at..at, text.into()));
    }

    pub(super) fn replace(&mut self, span: Range<usize>, text: impl Into<String>) {
        self.0.push((span, text.into()));
    }

    /// Sets an attribute of a tag.
    pub(super) fn set_attribute(&mut self, tag: &Tag<'_>, name: &str, value: &str) {
        let attribute = format!(" {name}=\"{}\"", escape(value));
        match tag.attributes().into_iter().find(|found| found.key == name) {
            Some(found) => self.replace(found.span, attribute),
            None => self.insert(tag.attributes_end(), attribute),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changed text of a part. Insertions at one place keep the order in which they were made; of changes that overlap
    /// the first one stands.
    pub(super) fn apply(mut self, text: &str, part: &str) -> Result<String, AnnotateError> {
        self.0.sort_by_key(|(span, _)| span.start);
        let added: usize = self.0.iter().map(|(_, new)| new.len()).sum();
        let mut result = String::with_capacity(text.len() + added);
        let mut at = 0;
        for (span, new) in &self.0 {
            if span.start < at {
                continue;
            }
            slice(text, span.clone(), part)?;
            result.push_str(slice(text, at..span.start, part)?);
            result.push_str(new);
            at = span.end;
        }
        result.push_str(slice(text, at..text.len(), part)?);
        Ok(result)
    }
}

/// Characters for an attribute or the text of an element.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            // XML 1.0 cannot hold these at all.
            c if c.is_control() && (c as u32) < 0x20 => escaped.push('\u{FFFD}'),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A cell or note text: control characters in the spelling of ECMA-376 part 1, 22.9.2.19, at most as long as Excel allows.
pub(super) fn cell_text(text: &str) -> String {
    const LONGEST: usize = 32_000;
    let mut spelled = String::with_capacity(text.len());
    let mut characters = text.chars();
    let mut units = 0;
    loop {
        let rest = characters.as_str();
        let Some(c) = characters.next() else { break };
        units += c.len_utf16();
        if units > LONGEST {
            spelled.push('…');
            break;
        }
        let is_spelling = rest.starts_with("_x")
            && rest
                .get(2..6)
                .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            && rest.get(6..7) == Some("_");
        if is_spelling {
            spelled.push_str("_x005F_");
        } else if (c as u32) < 0x20 && !matches!(c, '\n' | '\t') {
            write!(spelled, "_x{:04X}_", c as u32).ok();
        } else {
            spelled.push(c);
        }
    }
    escape(&spelled)
}

/// An element as text without the prefix of its part, so that equal elements are equal texts.
pub(super) fn canonical(text: &str, prefix: &str, part: &str) -> Result<String, AnnotateError> {
    let mut walk = Walk::new(text, part);
    let mut result = String::with_capacity(text.len());
    while let Some(tag) = walk.next()? {
        let full = tag.full_name();
        let name = full.strip_prefix(prefix).unwrap_or(full);
        if tag.kind == TagKind::Close {
            // An element that turned out empty is written as one tag.
            if result.ends_with('>')
                && !result.ends_with("/>")
                && result.rfind('<').is_some_and(|at| opens(&result, at, name))
            {
                result.pop();
                result.push_str("/>");
            } else {
                write!(result, "</{name}>").ok();
            }
            continue;
        }
        result.push('<');
        result.push_str(name);
        for attribute in tag.attributes() {
            write!(
                result,
                " {}=\"{}\"",
                attribute.key,
                attribute.value.replace('"', "&quot;")
            )
            .ok();
        }
        result.push_str(if tag.kind == TagKind::Empty { "/>" } else { ">" });
    }
    Ok(result)
}

fn opens(text: &str, at: usize, name: &str) -> bool {
    text.get(at + 1..)
        .and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|rest| rest.starts_with([' ', '>']))
}

/// A canonical element in the prefix of a part. Names that have a prefix of their own keep it.
pub(super) fn prefixed(canonical: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        return canonical.to_owned();
    }
    let mut result = String::with_capacity(canonical.len() + 16);
    let mut rest = canonical;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        result.push_str(before);
        let (sign, name) = tag.split_at(if tag.starts_with("</") { 2 } else { 1 });
        result.push_str(sign);
        if !leading_name(name).contains(':') {
            result.push_str(prefix);
        }
        rest = name;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_where_they_stand() {
        let text = "<a><x:c r='D1'  s=\"3\" y=\"a'b=&quot;\" /></a>";
        let mut walk = Walk::new(text, "p");
        walk.next().unwrap();
        let tag = walk.next().unwrap().unwrap();
        assert_eq!((tag.name(), tag.prefix(), tag.kind), ("c", "x:", TagKind::Empty));
        let keys: Vec<(&str, &str)> = tag.attributes().iter().map(|a| (a.key, a.value)).collect();
        assert_eq!(keys, [("r", "D1"), ("s", "3"), ("y", "a'b=&quot;")]);
        let mut edits = Edits::default();
        edits.set_attribute(&tag, "s", "4");
        edits.set_attribute(&tag, "t", "n");
        assert_eq!(
            edits.apply(text, "p").unwrap(),
            "<a><x:c r='D1' s=\"4\" y=\"a'b=&quot;\"  t=\"n\"/></a>"
        );
    }

    #[test]
    fn a_change_outside_of_the_text_is_refused() {
        let apply = |span: Range<usize>| {
            let mut edits = Edits::default();
            edits.replace(span, "x");
            edits.apply("<a>企</a>", "p")
        };
        assert_eq!(apply(3..6).unwrap(), "<a>x</a>");
        for span in [3..4, 4..6, 3..99, 99..99] {
            assert!(matches!(apply(span), Err(AnnotateError::Damaged { .. })));
        }
    }

    #[test]
    fn equal_elements_are_equal_texts() {
        let check = |text: &str, prefix: &str, expected: &str| {
            let found = canonical(text, prefix, "p").unwrap();
            assert_eq!(found, expected);
            assert_eq!(canonical(&prefixed(&found, prefix), prefix, "p").unwrap(), expected);
        };
        check("<fill><none  a='1'></none></fill>", "", "<fill><none a=\"1\"/></fill>");
        check(
            "<x:fill>\n <x:none a=\"1\"/></x:fill>",
            "x:",
            "<fill><none a=\"1\"/></fill>",
        );
        check("<x:xf><y:z/></x:xf>", "x:", "<xf><y:z/></xf>");
    }

    #[test]
    fn texts_that_xml_cannot_hold_are_spelled() {
        assert_eq!(
            cell_text("a<b>&\"c\u{1}_x0041_\n"),
            "a&lt;b&gt;&amp;&quot;c_x0001__x005F_x0041_\n"
        );
        assert_eq!(escape("\u{2}"), "\u{FFFD}");
    }
}
