//! Text of unknown encoding: UTF-8, UTF-16, and GB18030 with its subsets GBK and GB2312.

use std::io::Read;

use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::ReadError;

/// What some programs put before UTF-8.
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The beginning of a text as far as one can tell without decoding it: UTF-16, or bytes without control characters,
/// with `·` for every byte that is not ASCII. `None` for what is no text.
pub(super) fn glance(head: &[u8]) -> Option<String> {
    Some(glance_at_markup(head)).filter(|text| !text.contains(is_control))
}

/// The same of markup, in which some programs leave control characters of names that they have encoded wrongly.
pub(super) fn glance_at_markup(head: &[u8]) -> String {
    if let Some((encoding, body)) = utf16_of(head) {
        let (text, _) = encoding.decode_without_bom_handling(body);
        return text.into_owned();
    }
    let body = head.strip_prefix(UTF_8_MARK).unwrap_or(head);
    let shown = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '·' };
    body.iter().map(shown).collect()
}

fn is_control(character: char) -> bool {
    character.is_ascii_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{C}')
}

/// UTF-16 by its mark, or by the zero bytes that every ASCII character has in it; with the text without the mark.
fn utf16_of(bytes: &[u8]) -> Option<(&'static Encoding, &[u8])> {
    match bytes {
        [0xFF, 0xFE, body @ ..] => Some((UTF_16LE, body)),
        [0xFE, 0xFF, body @ ..] => Some((UTF_16BE, body)),
        [first, 0, third, 0, ..] if *first != 0 && *third != 0 => Some((UTF_16LE, bytes)),
        [0, second, 0, fourth, ..] if *second != 0 && *fourth != 0 => Some((UTF_16BE, bytes)),
        _ => None,
    }
}

/// The encoding of a text, and the text without its mark. What is declared inside is only asked when the bytes fit
/// neither UTF-8 nor GB18030, for declarations are often wrong.
fn detect<'a>(
    bytes: &'a [u8],
    declared: Option<&'static Encoding>,
) -> Result<(&'static Encoding, &'a [u8]), ReadError> {
    if let Some(found) = utf16_of(bytes) {
        return Ok(found);
    }
    if let Some(body) = bytes.strip_prefix(UTF_8_MARK) {
        return Ok((UTF_8, body));
    }
    [Some(UTF_8), Some(GB18030), declared]
        .into_iter()
        .flatten()
        .find(|encoding| fits(bytes, encoding))
        .map(|encoding| (encoding, bytes))
        .ok_or_else(|| ReadError::damaged("text", "neither UTF-8, UTF-16 nor GB18030"))
}

fn fits(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).is_ok();
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut scratch = [0; 16 * 1024];
    let mut rest = bytes;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut scratch, true);
        // A decoder reads no more than it is given.
        (_, rest) = rest.split_at(read);
        match result {
            encoding_rs::DecoderResult::InputEmpty => return true,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(..) => return false,
        }
    }
}

/// A whole text.
pub(super) fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> Result<String, ReadError> {
    let (encoding, body) = detect(bytes, declared)?;
    let (text, has_errors) = encoding.decode_without_bom_handling(body);
    if has_errors {
        return Err(ReadError::damaged("text", "bytes that are no characters"));
    }
    Ok(text.into_owned())
}

/// A whole text of unknown encoding, which becomes the string where it is UTF-8 already.
pub fn decode_text(mut bytes: Vec<u8>) -> Result<String, ReadError> {
    if utf16_of(&bytes).is_some() {
        return decode(&bytes, None);
    }
    if bytes.starts_with(UTF_8_MARK) {
        bytes.drain(..UTF_8_MARK.len());
    }
    String::from_utf8(bytes).or_else(|error| decode(error.as_bytes(), None))
}

/// A text as UTF-8 bytes, decoded piece by piece.
pub(super) struct Utf8Stream<'a> {
    rest: &'a [u8],
    decoder: Decoder,
    done: bool,
    /// A decoder wants room for a whole character; small requests are served from here.
    spare: [u8; 64],
    spare_at: usize,
    spare_end: usize,
}

impl<'a> Utf8Stream<'a> {
    /// The text of these bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let (encoding, rest) = detect(bytes, None)?;
        Ok(Self {
            rest,
            decoder: encoding.new_decoder_without_bom_handling(),
            done: false,
            spare: [0; 64],
            spare_at: 0,
            spare_end: 0,
        })
    }

    fn decode(&mut self, into: &mut [u8]) -> usize {
        let (result, read, written, _) = self.decoder.decode_to_utf8(self.rest, into, true);
        // A decoder reads no more than it is given.
        (_, self.rest) = self.rest.split_at(read);
        self.done = result == CoderResult::InputEmpty;
        written
    }
}

impl Read for Utf8Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.spare_at == self.spare_end && !self.done {
            if into.len() >= 64 {
                return Ok(self.decode(into));
            }
            let mut spare = self.spare;
            self.spare_end = self.decode(&mut spare);
            self.spare = spare;
            self.spare_at = 0;
        }
        let waiting = self.spare.iter().take(self.spare_end).skip(self.spare_at);
        let mut count = 0;
        for (target, source) in into.iter_mut().zip(waiting) {
            *target = *source;
            count += 1;
        }
        self.spare_at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streamed(bytes: &[u8], step: usize) -> String {
        let mut stream = Utf8Stream::new(bytes).unwrap();
        let (mut all, mut piece) = (Vec::new(), vec![0; step]);
        loop {
            let count = stream.read(&mut piece).unwrap();
            if count == 0 {
                return String::from_utf8(all).unwrap();
            }
            all.extend_from_slice(&piece[..count]);
        }
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "企业名称,营业收入\r\n某某厂,12.5€\r\n".repeat(40);
        let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let (gbk, _, _) = GB18030.encode(&text);
        let files = [
            text.clone().into_bytes(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [&b"\xFF\xFE"[..], &utf16(u16::to_le_bytes)].concat(),
            [&b"\xFE\xFF"[..], &utf16(u16::to_be_bytes)].concat(),
            gbk.into_owned(),
        ];
        for bytes in files {
            assert_eq!(decode(&bytes, None).unwrap(), text);
            assert_eq!(decode_text(bytes.clone()).unwrap(), text);
            for step in [1, 3, 64, 1000] {
                assert_eq!(streamed(&bytes, step), text);
            }
        }
    }

    #[test]
    fn utf16_without_a_mark_is_told_by_its_zeros() {
        let bytes: Vec<u8> = "code,名称".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&bytes, None).unwrap(), "code,名称");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(glance(b"a\0b").is_none());
        assert!(glance(b"\x7fELF\x01").is_none());
        assert!(decode(b"abc\xFF\xFF", None).is_err());
    }
}
