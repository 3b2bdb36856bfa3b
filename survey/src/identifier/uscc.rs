//! Unified social credit code. Source: GB 32100-2015.

use super::{OrgCode, normalise};

/// The 31 characters of the code with their values 0 to 30: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of positions 1 to 17: 3^i mod 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Characters of a code.
const LENGTH: usize = 18;
/// Letters often written for a digit, both missing in the alphabet.
const MISTAKEN: [(char, char); 2] = [('O', '0'), ('I', '1')];

/// A unified social credit code of the right shape; its check character may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(String);

/// Why a text is no unified social credit code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccFault {
    /// Another number of characters than 18.
    #[error("{found} characters instead of 18")]
    Length {
        /// Characters found.
        found: usize,
    },
    /// A character that no code contains.
    #[error("character '{found}' in position {position}")]
    Character {
        /// Position from 1.
        position: usize,
        /// The character.
        found: char,
        /// The code that may be meant, where letters O or I stand for 0 or 1; for the filler to confirm.
        candidate: Option<Uscc>,
    },
}

impl Uscc {
    /// Reads a code; width, case and blanks at the ends do not matter.
    pub fn parse(text: &str) -> Result<Self, UsccFault> {
        let text = normalise(text);
        let found = text.chars().count();
        if found != LENGTH {
            return Err(UsccFault::Length { found });
        }
        match text.chars().enumerate().find(|(_, c)| value(*c).is_none()) {
            None => Ok(Self(text)),
            Some((index, found)) => Err(UsccFault::Character {
                position: index + 1,
                found,
                candidate: candidate(&text),
            }),
        }
    }

    /// The code, 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the check character in position 18 is right.
    pub fn check_ok(&self) -> bool {
        let body = &self.0[..LENGTH - 1];
        let sum: usize = body
            .chars()
            .filter_map(value)
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        let check = ALPHABET.get((31 - sum % 31) % 31).copied();
        check == self.0.as_bytes().last().copied()
    }

    /// Area code of the registry, positions 3 to 8. It need not be the county of the enterprise.
    pub fn registry_area(&self) -> &str {
        &self.0[2..8]
    }

    /// The organisation code in positions 9 to 17, which joins returns before and after the new certificate.
    pub fn org_code(&self) -> Option<OrgCode> {
        OrgCode::parse(self.0.get(8..17)?).ok()
    }

    /// Whether the check character of the organisation code inside is right.
    pub fn inner_check_ok(&self) -> bool {
        self.org_code().is_some_and(|code| code.check_ok())
    }
}

impl std::fmt::Display for Uscc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn value(c: char) -> Option<usize> {
    ALPHABET.iter().position(|known| char::from(*known) == c)
}

fn candidate(text: &str) -> Option<Uscc> {
    let corrected: String = text
        .chars()
        .map(|c| {
            MISTAKEN
                .iter()
                .find(|(letter, _)| *letter == c)
                .map_or(c, |(_, digit)| *digit)
        })
        .collect();
    corrected.chars().all(|c| value(c).is_some()).then_some(Uscc(corrected))
}
