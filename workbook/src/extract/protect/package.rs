//! Encrypted packages of `.xlsx` (MS-OFFCRYPTO 2.3.4): the standard way of Office 2007 and the agile one since.

use std::collections::BTreeMap;

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{BlockCipherDecrypt as _, KeyInit as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{agree, password};
use crate::extract::{
    Limits,
    bytes::Bytes,
    xml::{Node, Xml},
};

const AES_BLOCK: usize = 16;
/// Bytes of the package under one vector.
const SEGMENT: usize = 4096;
/// Rounds of hashing: what programs write is 50 000 or 100 000.
const STANDARD_ROUNDS: u32 = 50_000;
const MOST_ROUNDS: u32 = 200_000;

/// The package, where the built-in password opens it.
pub(in crate::extract) fn decrypt(info: &[u8], package: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let mut fields = Bytes::new(info);
    let (major, minor) = (fields.u16()?, fields.u16()?);
    let flags = fields.u32()?;
    let (size, content) = package.split_at_checked(8)?;
    let size = usize::try_from(u64::from_le_bytes(size.try_into().ok()?)).ok()?;
    let mut plain = match (major, minor) {
        (4, 4) if flags == 0x40 => agile(fields, content, limits)?,
        (2..=4, 2) => standard(fields, content)?,
        _ => return None,
    };
    plain.truncate(size);
    Some(plain)
}

fn standard(mut fields: Bytes<'_>, content: &[u8]) -> Option<Vec<u8>> {
    let size = fields.size()?;
    let mut header = Bytes::new(fields.take(size)?);
    header.take(16)?;
    let key_bytes = header.size()? / 8;
    if fields.u32()? != 16 {
        return None;
    }
    let salt = fields.take(16)?;
    let verifier = fields.take(16)?;
    fields.u32()?;
    let hash = fields.take(32)?;
    let last = Sha1::digest([rounds(Hash::Sha1, salt, STANDARD_ROUNDS).as_slice(), &[0; 4]].concat());
    let derived = |with: u8| -> Vec<u8> {
        let mut block = [with; 64];
        for (byte, of_hash) in block.iter_mut().zip(last.iter()) {
            *byte ^= of_hash;
        }
        Sha1::digest(block).to_vec()
    };
    let key = [derived(0x36), derived(0x5C)].concat();
    let cipher = Aes::new(key.get(..key_bytes)?)?;
    let (mut verifier, mut hash, mut plain) = (verifier.to_vec(), hash.to_vec(), content.to_vec());
    cipher.blocks(&mut verifier, None);
    cipher.blocks(&mut hash, None);
    cipher.blocks(&mut plain, None);
    agree(&Sha1::digest(&verifier), &hash).then_some(plain)
}

fn agile(mut fields: Bytes<'_>, content: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    const VERIFIER: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
    const VERIFIER_HASH: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
    const KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];
    let length = fields.len();
    let text = std::str::from_utf8(fields.take(length)?).ok()?;
    let elements = attributes(text.trim_end_matches('\0'), limits)?;
    let (of_key, of_data) = (elements.get("encryptedKey")?, elements.get("keyData")?);
    let text = |of: &BTreeMap<String, String>, name: &str| STANDARD.decode(of.get(name)?).ok();
    let hash = Hash::of(of_key.get("hashAlgorithm")?)?;
    let (spins, bits): (u32, usize) = (
        of_key.get("spinCount")?.parse().ok()?,
        of_key.get("keyBits")?.parse().ok()?,
    );
    let is_cbc = |of: &BTreeMap<String, String>| {
        of.get("cipherChaining").is_some_and(|way| way == "ChainingModeCBC")
            && of.get("cipherAlgorithm").is_some_and(|way| way == "AES")
    };
    if spins > MOST_ROUNDS || !is_cbc(of_key) || !is_cbc(of_data) {
        return None;
    }
    let salt = text(of_key, "saltValue")?;
    let last = rounds(hash, &salt, spins);
    let open = |name: &str, block: [u8; 8]| {
        let mut plain = text(of_key, name)?;
        let key = sized(hash.digest(&[&last, &block]), bits / 8);
        Aes::new(&key)?.blocks(&mut plain, Some(&sized(salt.clone(), AES_BLOCK)));
        Some(plain)
    };
    let verifier = open("encryptedVerifierHashInput", VERIFIER)?;
    if !agree(
        &hash.digest(&[&verifier]),
        &open("encryptedVerifierHashValue", VERIFIER_HASH)?,
    ) {
        return None;
    }
    let key = open("encryptedKeyValue", KEY)?;
    let cipher = Aes::new(key.get(..bits / 8)?)?;
    let (salt, hash) = (text(of_data, "saltValue")?, Hash::of(of_data.get("hashAlgorithm")?)?);
    let mut plain = content.to_vec();
    for (number, segment) in (0_u32..).zip(plain.chunks_mut(SEGMENT)) {
        let vector = sized(hash.digest(&[&salt, &number.to_le_bytes()]), AES_BLOCK);
        cipher.blocks(segment, Some(&vector));
    }
    Some(plain)
}

/// The attributes of each element, by the name of the element; the first of each counts.
fn attributes(text: &str, limits: &Limits) -> Option<BTreeMap<String, BTreeMap<String, String>>> {
    const PART: &str = "EncryptionInfo";
    let mut xml = Xml::new(text, PART, limits);
    let mut elements = BTreeMap::new();
    loop {
        match xml.next().ok()? {
            Node::Start(element) => {
                let mut found = BTreeMap::new();
                let read = element.attributes(PART, |name, value| {
                    found.insert(name.to_owned(), value.into_owned());
                });
                read.ok()?;
                elements.entry(element.name().to_owned()).or_insert(found);
            }
            Node::Eof => return Some(elements),
            _ => {}
        }
    }
}

/// The password hashed with a salt, then with a counter again and again.
fn rounds(hash: Hash, salt: &[u8], count: u32) -> Vec<u8> {
    let mut last = hash.digest(&[salt, &password()]);
    for number in 0..count {
        last = hash.digest(&[&number.to_le_bytes(), &last]);
    }
    last
}

/// As many bytes as are asked for, filled up as the standard says.
fn sized(mut bytes: Vec<u8>, size: usize) -> Vec<u8> {
    bytes.resize(size.min(64), 0x36);
    bytes
}

#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "SHA1" | "SHA-1" => Self::Sha1,
            "SHA256" | "SHA-256" => Self::Sha256,
            "SHA384" | "SHA-384" => Self::Sha384,
            "SHA512" | "SHA-512" => Self::Sha512,
            _ => return None,
        })
    }

    fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        let bytes = parts.concat();
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// AES with a key of any of its sizes.
enum Aes {
    Short(Aes128),
    Middle(Aes192),
    Long(Aes256),
}

impl Aes {
    fn new(key: &[u8]) -> Option<Self> {
        Some(match key.len() {
            16 => Self::Short(Aes128::new_from_slice(key).ok()?),
            24 => Self::Middle(Aes192::new_from_slice(key).ok()?),
            32 => Self::Long(Aes256::new_from_slice(key).ok()?),
            _ => return None,
        })
    }

    /// Decrypts whole blocks where they stand: each by itself, or chained from a first vector on. What is left over at the
    /// end stays as it is.
    fn blocks(&self, bytes: &mut [u8], vector: Option<&[u8]>) {
        let mut before = vector.map(<[u8]>::to_vec);
        for block in bytes.chunks_exact_mut(AES_BLOCK) {
            let Ok(encrypted) = <[u8; AES_BLOCK]>::try_from(&*block) else {
                return;
            };
            let mut plain = encrypted.into();
            match self {
                Self::Short(cipher) => cipher.decrypt_block(&mut plain),
                Self::Middle(cipher) => cipher.decrypt_block(&mut plain),
                Self::Long(cipher) => cipher.decrypt_block(&mut plain),
            }
            block.copy_from_slice(&plain);
            if let Some(before) = &mut before {
                for (byte, of_before) in block.iter_mut().zip(before.iter()) {
                    *byte ^= of_before;
                }
                *before = encrypted.to_vec();
            }
        }
    }
}
