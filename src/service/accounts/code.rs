//! A one-time code: 80 random bits in 16 characters that are not mistaken for each other.
//!
//! A password is chosen by a person and may be guessed, so that its hash has to be slow. Nobody guesses 80 random bits: at a
//! million million trials a second the codes of a thousand accounts hold for decades, and each ends after weeks. A fast hash,
//! salted by the account, is enough, and a thousand accounts cost no time.

use survey::identifier;

use crate::{blobs::sha256_hex, domain::access::UserId};

/// Digits and capitals without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code.
const LENGTH: usize = 16;

/// A code from random bytes, in groups of four as it is printed.
pub(super) fn printed(random: &[u8; 32]) -> String {
    let mut code = String::new();
    for (at, byte) in random.iter().take(LENGTH).enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            code.push('-');
        }
        // 256 is a multiple of 32: every character is as likely as any other.
        code.extend(ALPHABET.get(usize::from(byte % 32)).map(|byte| char::from(*byte)));
    }
    code
}

/// What is stored of a code that somebody has typed: blanks, hyphens, small letters and look-alikes make no difference.
pub(super) fn hash(user: UserId, typed: &str) -> String {
    let plain: String = identifier::normalise(typed)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    sha256_hex(format!("{user}\n{plain}").as_bytes())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = printed(&std::array::from_fn(|at| u8::try_from(at).unwrap() * 7));
        assert_eq!(code, "07EN-W3AH-RZ6D-MV29");
        let (one, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let check = |typed: &str, same: bool| {
            assert_eq!(hash(one, &code) == hash(one, typed), same, "{typed}");
        };
        check("07en w3ah rz6d mv29", true);
        check("O7EN-W3AH-RZ6D-MV29", true);
        check("０７ＥＮＷ３ＡＨＲＺ６ＤＭＶ２９", true);
        check("07EN-W3AH-RZ6D-MV28", false);
        assert_ne!(hash(one, &code), hash(other, &code), "salted by the account");
    }
}
