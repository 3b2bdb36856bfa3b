//! Organisation code. Source: GB 11714.

use super::normalise;

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// Characters of a code without its hyphen.
const LENGTH: usize = 9;

/// An organisation code of the right shape, without hyphen; its check character may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgCode(String);

/// Why a text is no organisation code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrgCodeFault {
    /// Another number of characters than 9, hyphens not counted.
    #[error("{found} characters instead of 9")]
    Length {
        /// Characters found.
        found: usize,
    },
    /// A character other than a digit or a letter.
    #[error("character '{found}' in position {position}")]
    Character {
        /// Position from 1, hyphens not counted.
        position: usize,
        /// The character.
        found: char,
    },
}

impl OrgCode {
    /// Reads a code; hyphens, width, case and blanks at the ends do not matter.
    pub fn parse(text: &str) -> Result<Self, OrgCodeFault> {
        let text = normalise(text).replace('-', "");
        let found = text.chars().count();
        if found != LENGTH {
            return Err(OrgCodeFault::Length { found });
        }
        match text
            .chars()
            .enumerate()
            .find(|(_, c)| !c.is_ascii_digit() && !c.is_ascii_uppercase())
        {
            None => Ok(Self(text)),
            Some((index, found)) => Err(OrgCodeFault::Character {
                position: index + 1,
                found,
            }),
        }
    }

    /// The code, 9 characters without hyphen.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the check character is right.
    pub fn check_ok(&self) -> bool {
        let sum: u32 = self
            .0
            .chars()
            .filter_map(|c| c.to_digit(36))
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        let check = match 11 - sum % 11 {
            10 => Some('X'),
            11 => Some('0'),
            digit => char::from_digit(digit, 10),
        };
        check == self.0.chars().last()
    }
}

/// As printed: eight characters, a hyphen, the check character.
impl std::fmt::Display for OrgCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (body, check) = self.0.split_at_checked(LENGTH - 1).unwrap_or((&self.0, ""));
        write!(f, "{body}-{check}")
    }
}
