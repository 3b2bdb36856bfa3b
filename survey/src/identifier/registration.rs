//! Registration number of the time before the unified code. Source: ISO 7064 MOD 11,10 over 14 digits.

use super::normalise;

/// Digits of a number.
const LENGTH: usize = 15;

/// A registration number of the right shape; used only to recognise early returns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationNumber(String);

/// Why a text is no registration number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a registration number has 15 digits")]
pub struct RegistrationNumberFault;

impl RegistrationNumber {
    /// Reads a number; width and blanks at the ends do not matter.
    pub fn parse(text: &str) -> Result<Self, RegistrationNumberFault> {
        let text = normalise(text);
        let shaped = text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_digit());
        if shaped {
            Ok(Self(text))
        } else {
            Err(RegistrationNumberFault)
        }
    }

    /// The number, 15 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the check digit is right.
    pub fn check_ok(&self) -> bool {
        let mut digits = self.0.chars().filter_map(|c| c.to_digit(10));
        let product = digits.by_ref().take(LENGTH - 1).fold(10, |product, digit| {
            let sum = (product + digit) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
        digits.next() == Some((11 - product) % 10)
    }
}
