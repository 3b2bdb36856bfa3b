//! XML parts as a flat stream of nodes, with bounds on depth and text.

use std::borrow::Cow;

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::{Limits, limits::as_u64};
use crate::error::{Counted, ReadError};

/// A part being read. Names are compared without their prefix, so that strict and prefixed files read alike.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    part: &'a str,
    depth: usize,
    max_depth: usize,
    text_chars: usize,
    /// Whether the text is a piece of a part, which may end inside elements.
    is_piece: bool,
}

/// One step through a part.
pub(super) enum Node<'a> {
    Start(Element<'a>),
    End,
    Text(Cow<'a, str>),
    Eof,
}

/// An opened element.
pub(super) struct Element<'a>(BytesStart<'a>);

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str, part: &'a str, limits: &Limits) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            part,
            depth: 0,
            max_depth: limits.xml_depth,
            text_chars: limits.text_chars,
            is_piece: false,
        }
    }

    /// A piece of a part that begins `depth` elements deep, where no tag and no text is cut.
    pub(super) fn piece(text: &'a str, part: &'a str, limits: &Limits, depth: usize) -> Self {
        let mut xml = Self::new(text, part, limits);
        xml.reader.config_mut().allow_unmatched_ends = true;
        xml.depth = depth;
        xml.is_piece = true;
        xml
    }

    /// Elements that are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn next(&mut self) -> Result<Node<'a>, ReadError> {
        loop {
            match self
                .reader
                .read_event()
                .map_err(|error| self.damaged(error.to_string()))?
            {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > self.max_depth {
                        return Err(ReadError::too_many(Counted::XmlDepth, self.max_depth));
                    }
                    return Ok(Node::Start(Element(start)));
                }
                Event::End(_) => {
                    // In a piece the opening tag may stand in an earlier one, but there must be one.
                    self.depth = self
                        .depth
                        .checked_sub(1)
                        .ok_or_else(|| self.damaged("an end without a beginning"))?;
                    return Ok(Node::End);
                }
                Event::Text(text) => return Ok(Node::Text(text.xml10_content())),
                Event::CData(text) => return Ok(Node::Text(text.xml10_content())),
                Event::GeneralRef(reference) => return Ok(Node::Text(self.resolve(&reference)?)),
                Event::DocType(_) => {
                    return Err(ReadError::Doctype {
                        part: self.part.to_owned(),
                    });
                }
                Event::Eof if self.depth > 0 && !self.is_piece => {
                    return Err(self.damaged("the part ends inside an element"));
                }
                Event::Eof => return Ok(Node::Eof),
                // Elements without content arrive as a start and an end.
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    /// The text up to the end of the element that was just opened. Elements inside are skipped with their text.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, ReadError> {
        let inside = self.depth;
        let mut text = Cow::Borrowed("");
        loop {
            match self.next()? {
                Node::Text(piece) if self.depth == inside => self.append(&mut text, piece)?,
                Node::End if self.depth < inside => return Ok(text),
                Node::Eof => return Err(self.damaged("the part ends inside a text")),
                _ => {}
            }
        }
    }

    /// Skips to the end of the element that was just opened.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        let inside = self.depth;
        while self.depth >= inside {
            if matches!(self.next()?, Node::Eof) {
                return Err(self.damaged("the part ends inside an element"));
            }
        }
        Ok(())
    }

    /// A string item (`si`, `is`): the text of its runs, without phonetic runs, up to the end of the opened element.
    pub(super) fn string_item(&mut self) -> Result<String, ReadError> {
        let inside = self.depth;
        let mut text = Cow::Borrowed("");
        loop {
            match self.next()? {
                Node::Start(element) => match element.name() {
                    "t" => {
                        let piece = self.text()?;
                        self.append(&mut text, piece)?;
                    }
                    "r" => {}
                    _ => self.skip()?,
                },
                Node::End if self.depth < inside => return Ok(unescape_control_characters(text.into_owned())),
                Node::Eof => return Err(self.damaged("the part ends inside a string")),
                Node::End | Node::Text(_) => {}
            }
        }
    }

    pub(super) fn damaged(&self, reason: impl Into<String>) -> ReadError {
        ReadError::damaged(self.part, reason)
    }

    /// Most texts come in one piece and are never copied.
    fn append(&self, text: &mut Cow<'a, str>, piece: Cow<'a, str>) -> Result<(), ReadError> {
        if text.is_empty() {
            *text = piece;
        } else {
            text.to_mut().push_str(&piece);
        }
        self.check_length(text)
    }

    /// Refuses a text that is longer than a cell can hold.
    pub(super) fn check_length(&self, text: &str) -> Result<(), ReadError> {
        // Bytes are an upper bound of characters, so that short texts are never counted.
        if text.len() > self.text_chars && text.chars().count() > self.text_chars {
            let limit = as_u64(self.text_chars);
            return Err(ReadError::TextTooLong {
                part: self.part.to_owned(),
                limit,
            });
        }
        Ok(())
    }

    fn resolve(&self, reference: &BytesRef<'_>) -> Result<Cow<'a, str>, ReadError> {
        if let Some(character) = reference
            .resolve_char_ref()
            .map_err(|error| self.damaged(error.to_string()))?
        {
            return Ok(Cow::Owned(character.to_string()));
        }
        let text = resolve_predefined_entity(reference).ok_or_else(|| self.damaged("an unknown entity"))?;
        Ok(Cow::Borrowed(text))
    }
}

impl Element<'_> {
    /// Name without prefix.
    pub(super) fn name(&self) -> &str {
        local(self.0.name().0)
    }

    /// All attributes by name without prefix. A doubled attribute is an error.
    pub(super) fn attributes(&self, part: &str, mut each: impl FnMut(&str, Cow<'_, str>)) -> Result<(), ReadError> {
        let mut plain = [("", ""); PLAIN_ATTRIBUTES];
        if let Some(count) = plain_attributes(self.0.attributes_raw(), &mut plain) {
            for (key, value) in plain.iter().take(count) {
                each(local(key), Cow::Borrowed(value));
            }
            return Ok(());
        }
        for attribute in self.0.attributes() {
            let attribute = attribute.map_err(|error| ReadError::damaged(part, error.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| ReadError::damaged(part, error.to_string()))?;
            each(local(attribute.key.0), value);
        }
        Ok(())
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// As many attributes as almost every element has at most.
const PLAIN_ATTRIBUTES: usize = 8;

/// Attributes as almost every writer writes them: in double quotes, without references and line ends, no name twice.
/// `None` for anything else, which takes the long way. Half of the time of a sheet is spent on attributes.
fn plain_attributes<'a>(raw: &'a str, into: &mut [(&'a str, &'a str); PLAIN_ATTRIBUTES]) -> Option<usize> {
    let mut rest = raw.trim_ascii();
    let mut count = 0;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        let is_plain_name = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_'));
        let is_plain_value = !value.bytes().any(|b| matches!(b, b'&' | b'<') || b < b' ');
        let is_known = into.iter().take(count).any(|(known, _)| *known == name);
        // The next attribute needs white space before it.
        let is_apart = after.is_empty() || after.starts_with(|c: char| c.is_ascii_whitespace());
        if !is_plain_name || !is_plain_value || is_known || !is_apart {
            return None;
        }
        *into.get_mut(count)? = (name, value);
        count += 1;
        rest = after.trim_ascii_start();
    }
    Some(count)
}

/// Whether an attribute of type `xsd:boolean` is true.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "on")
}

/// `_x000D_` stands for a character that XML cannot hold (ST_Xstring, ECMA-376 part 1, 22.9.2.19).
fn unescape_control_characters(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, candidate)) = rest.split_once("_x") {
        result.push_str(before);
        let numbered = candidate
            .split_at_checked(4)
            .filter(|(hex, _)| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|(hex, after)| {
                let character = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
                Some((character, after.strip_prefix('_')?))
            });
        if let Some((character, after)) = numbered {
            result.push(character);
            rest = after;
        } else {
            result.push_str("_x");
            rest = candidate;
        }
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_attributes_are_told_from_others() {
        let check = |raw: &str, expected: Option<&[(&str, &str)]>| {
            let mut found = [("", ""); PLAIN_ATTRIBUTES];
            let count = plain_attributes(raw, &mut found);
            assert_eq!(count.map(|count| &found[..count]), expected, "{raw}");
        };
        check("", Some(&[]));
        check(" r=\"A1\" s=\"1\"", Some(&[("r", "A1"), ("s", "1")]));
        check(" x:y=\"中 文\" ", Some(&[("x:y", "中 文")]));
        check(" r='A1'", None);
        check(" r = \"A1\"", None);
        check(" r=\"A1\"s=\"1\"", None);
        check(" r=\"A1\" r=\"A2\"", None);
        check(" r=\"a&amp;b\"", None);
        check(" r=\"a\nb\"", None);
        check(" r=\"A1", None);
        check(" a=\"\" b=\"\" c=\"\" d=\"\" e=\"\" f=\"\" g=\"\" h=\"\" i=\"\"", None);
    }

    #[test]
    fn escaped_control_characters_are_read() {
        let check = |text: &str, expected: &str| assert_eq!(unescape_control_characters(text.into()), expected);
        check("a_x000D_b", "a\rb");
        check("_x005F_x000D_", "_x000D_");
        check("_x12", "_x12");
        check("_xZZZZ_", "_xZZZZ_");
        check("中_x4E2D_", "中中");
        check("a_x_x0041_", "a_xA");
    }
}
