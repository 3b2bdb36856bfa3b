//! `.xls` streams under RC4 (MS-XLS 2.2.10, MS-OFFCRYPTO 2.3.5 and 2.3.6).

use md5::{Digest as _, Md5};
use sha1::Sha1;

use super::{agree, password};
use crate::extract::bytes::Bytes;

/// The record that says how a stream is encrypted.
const FILE_PASS: u16 = 0x002F;
/// The record that lists a sheet: where the sheet begins stays readable.
const SHEET: u16 = 0x0085;
/// Records that stay readable.
const READABLE: [u16; 7] = [0x0809, FILE_PASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138];
/// Bytes of the stream under one key.
const BLOCK: usize = 1024;

/// The stream as it was before, where the built-in password opens it.
pub(in crate::extract) fn decrypt(stream: &[u8]) -> Option<Vec<u8>> {
    let mut plain = stream.to_vec();
    let (mut at, mut cipher) = (0, None);
    while let Some(head) = stream.get(at..at + 4) {
        let mut fields = Bytes::new(head);
        let (kind, length) = (fields.u16()?, usize::from(fields.u16()?));
        let data = at + 4..(at + 4).checked_add(length)?.min(stream.len());
        if kind == FILE_PASS && cipher.is_none() {
            cipher = Some(Cipher::of(stream.get(data.clone())?)?);
            // What is read from here on is plain.
            plain.get_mut(at..at + 2)?.fill(0xFF);
        } else if let Some(cipher) = cipher.as_mut().filter(|_| !READABLE.contains(&kind)) {
            let skipped = if kind == SHEET { 4 } else { 0 };
            let from = (data.start + skipped).min(data.end);
            for (place, byte) in (from..data.end).zip(plain.get_mut(from..data.end)?) {
                *byte ^= cipher.key_byte(place)?;
            }
        }
        at = data.end;
    }
    cipher.map(|_| plain)
}

/// The keystream of a stream, block by block.
struct Cipher {
    base: Vec<u8>,
    kind: Kind,
    block: Option<usize>,
    stream: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Kind {
    /// 40 bits by MD5.
    Md5,
    /// By SHA-1, with so many bytes of a key.
    Sha1(usize),
}

impl Cipher {
    /// From the data of the record; none where the password is another.
    fn of(data: &[u8]) -> Option<Self> {
        let mut fields = Bytes::new(data);
        // Obfuscation by XOR is of programs before Excel 97.
        if fields.u16()? != 1 {
            return None;
        }
        let (major, minor) = (fields.u16()?, fields.u16()?);
        let (mut cipher, verifier, hash) = match (major, minor) {
            (1, 1) => {
                let salt = fields.take(16)?;
                let hash = Md5::digest(password());
                let repeated = [hash.get(..5)?, salt].concat().repeat(16);
                let base = Md5::digest(repeated).get(..5)?.to_vec();
                (Self::new(base, Kind::Md5), fields.take(16)?, fields.take(16)?)
            }
            (2..=4, 2) => {
                fields.u32()?;
                let size = fields.size()?;
                let mut header = Bytes::new(fields.take(size)?);
                header.take(16)?;
                let bits = header.size()?;
                let bytes = if bits == 0 { 5 } else { bits / 8 };
                if !(5..=16).contains(&bytes) || fields.u32()? != 16 {
                    return None;
                }
                let base = Sha1::digest([fields.take(16)?, &password()].concat()).to_vec();
                let verifier = fields.take(16)?;
                fields.u32()?;
                (Self::new(base, Kind::Sha1(bytes)), verifier, fields.take(20)?)
            }
            _ => return None,
        };
        let decrypted: Vec<u8> = [verifier, hash]
            .concat()
            .iter()
            .enumerate()
            .map(|(place, byte)| Some(byte ^ cipher.key_byte(place)?))
            .collect::<Option<_>>()?;
        let (verifier, hash) = decrypted.split_at_checked(16)?;
        let expected = match cipher.kind {
            Kind::Md5 => Md5::digest(verifier).to_vec(),
            Kind::Sha1(_) => Sha1::digest(verifier).to_vec(),
        };
        agree(&expected, hash).then_some(cipher)
    }

    fn new(base: Vec<u8>, kind: Kind) -> Self {
        Self {
            base,
            kind,
            block: None,
            stream: Vec::new(),
        }
    }

    /// The byte of the keystream at a place of the stream.
    fn key_byte(&mut self, place: usize) -> Option<u8> {
        let block = place / BLOCK;
        if self.block != Some(block) {
            let number = u32::try_from(block).ok()?.to_le_bytes();
            let seed = [&self.base[..], &number].concat();
            let key = match self.kind {
                Kind::Md5 => Md5::digest(seed).to_vec(),
                Kind::Sha1(bytes) => {
                    let mut key = Sha1::digest(seed).get(..bytes)?.to_vec();
                    // A key of 40 bits is filled up with zeros.
                    if bytes == 5 {
                        key.resize(16, 0);
                    }
                    key
                }
            };
            self.stream = keystream(&key);
            self.block = Some(block);
        }
        self.stream.get(place % BLOCK).copied()
    }
}

/// The first bytes that RC4 gives under a key.
fn keystream(key: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|at| u8::try_from(at).unwrap_or(0));
    let mut j = 0_u8;
    for i in 0..=255_u8 {
        let of_key = key.get(usize::from(i) % key.len().max(1)).copied().unwrap_or(0);
        j = j.wrapping_add(state[usize::from(i)]).wrapping_add(of_key);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let mut stream = Vec::with_capacity(BLOCK);
    for _ in 0..BLOCK {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        let at = state[usize::from(i)].wrapping_add(state[usize::from(j)]);
        stream.push(state[usize::from(at)]);
    }
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keystream_is_that_of_rc4() {
        // RFC 6229, key of 40 bits.
        let stream = keystream(&[1, 2, 3, 4, 5]);
        assert_eq!(stream[..8], [0xB2, 0x39, 0x63, 0x05, 0xF0, 0x3D, 0xC0, 0x27]);
    }

    #[test]
    fn a_stream_that_says_nonsense_is_left_alone() {
        assert_eq!(decrypt(&[]), None);
        assert_eq!(decrypt(&[0x2F, 0, 6, 0, 1, 0, 1, 0, 1, 0]), None);
        assert_eq!(decrypt(&[0x2F, 0, 0xFF, 0xFF, 1]), None);
    }
}
