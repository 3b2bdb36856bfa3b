//! The seal of a template: proof that this house issued it and that nobody has changed its marks since.
//!
//! HMAC-SHA256 (RFC 2104, FIPS 198-1) over [`TemplateMetadata::sealed_text`], that is over template id, kind,
//! questionnaire and version, layout hash, enterprise or area, round, language, time and nonce of the issue, and the
//! names of the sheets. It is written as `KEY.MAC`: the id of the key, a full stop, 64 hexadecimal digits. The secret is
//! a parameter and stays with whoever keeps the keys; without it a template can still be read, only not be told from a
//! forged one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::metadata::TemplateMetadata;

/// Separates these seals from every other use that a key could ever be put to.
const DOMAIN: &[u8] = b"ronghe.template.seal.1\n";
/// Bytes of an HMAC-SHA256.
const MAC_BYTES: usize = 32;

/// A seal as it was found, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The key it claims to be made with.
    pub key: String,
    mac: [u8; MAC_BYTES],
}

impl Seal {
    /// Seals the marks with a key. A seal that they carry already does not count.
    pub fn make(metadata: &TemplateMetadata, key: &str, secret: &[u8]) -> Self {
        let mut mac = [0; MAC_BYTES];
        mac.copy_from_slice(&mac_of(metadata, key, secret).finalize().into_bytes());
        Self {
            key: key.to_owned(),
            mac,
        }
    }

    /// The seal of a text; `None` when it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, digits) = text.rsplit_once('.')?;
        let is_hex = digits.len() == 2 * MAC_BYTES && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if key.is_empty() || !is_hex {
            return None;
        }
        let mut mac = [0; MAC_BYTES];
        for (at, byte) in mac.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self {
            key: key.to_owned(),
            mac,
        })
    }

    /// Whether the seal is the one of these marks under this secret. The comparison takes the same time wherever the
    /// first difference is.
    pub fn verify(&self, metadata: &TemplateMetadata, secret: &[u8]) -> bool {
        mac_of(metadata, &self.key, secret).verify_slice(&self.mac).is_ok()
    }
}

impl std::fmt::Display for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.", self.key)?;
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn mac_of(metadata: &TemplateMetadata, key: &str, secret: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a secret of any length (RFC 2104, section 2); the fallback is never reached.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    mac.update(DOMAIN);
    mac.update(key.as_bytes());
    mac.update(b"\n");
    mac.update(metadata.sealed_text().as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{language::Language, metadata::TemplateKind};

    fn marks() -> TemplateMetadata {
        TemplateMetadata {
            format_version: 2,
            kind: TemplateKind::Return,
            template_id: "t".into(),
            questionnaire: "q".into(),
            questionnaire_version: "1.0.0".into(),
            variant: None,
            layout_hash: "h".into(),
            enterprise_id: "e".into(),
            enterprise_uscc: "u".into(),
            area: None,
            table_rows: None,
            round_id: "r".into(),
            round_code: "2026".into(),
            language: Language::Zh,
            survey_year: None,
            issued_at: "2026-03-01T08:00:00Z".into(),
            nonce: "n".into(),
            seal: None,
            sheets: BTreeMap::from([("A".into(), "A 基本".into())]),
        }
    }

    #[test]
    fn a_seal_survives_its_spelling() {
        let seal = Seal::make(&marks(), "k1", b"secret");
        assert_eq!(Seal::parse(&seal.to_string()), Some(seal.clone()));
        let check = |text: &str| assert_eq!(Seal::parse(text), None, "{text}");
        check("");
        check("k1");
        check(&seal.to_string()[..40]);
        check(&seal.to_string().replacen("k1.", ".", 1));
        check(&format!("{seal}0"));
        check(&format!("k1.{}", "g".repeat(64)));
        check(&format!("k1.{}", "é".repeat(32)));
    }

    #[test]
    fn every_mark_is_under_the_seal_and_the_seal_is_not() {
        let seal = Seal::make(&marks(), "k1", b"secret");
        let holds = |change: &dyn Fn(&mut TemplateMetadata)| {
            let mut changed = marks();
            change(&mut changed);
            seal.verify(&changed, b"secret")
        };
        assert!(holds(&|_| {}));
        assert!(holds(&|m| m.seal = Some("anything".into())));
        assert!(!seal.verify(&marks(), b"Secret"));
        let changes: [&dyn Fn(&mut TemplateMetadata); 16] = [
            &|m| m.kind = TemplateKind::Generic,
            &|m| m.template_id.push('x'),
            &|m| m.questionnaire.push('x'),
            &|m| m.questionnaire_version.push('x'),
            &|m| m.variant = Some("M".into()),
            &|m| m.layout_hash.push('x'),
            &|m| m.enterprise_id.push('x'),
            &|m| m.enterprise_uscc.push('x'),
            &|m| m.area = Some("330111".into()),
            &|m| m.table_rows = Some(3),
            &|m| m.round_id.push('x'),
            &|m| m.round_code.push('x'),
            &|m| m.language = Language::Both,
            &|m| m.issued_at.push('x'),
            &|m| m.nonce.push('x'),
            &|m| {
                m.sheets.insert("A".into(), "B".into());
            },
        ];
        for (at, change) in changes.iter().enumerate() {
            assert!(!holds(*change), "change {at} went unnoticed");
        }
        let other = Seal {
            key: "k2".into(),
            ..seal.clone()
        };
        assert!(!other.verify(&marks(), b"secret"), "the key id is under the seal");
    }

    #[test]
    fn what_is_sealed_can_be_read_in_one_way_only() {
        let (mut one, mut other) = (marks(), marks());
        one.nonce = "n\n4:seal=1:x".into();
        other.nonce = "n".into();
        assert_ne!(one.sealed_text(), other.sealed_text());
        one = marks();
        one.sheets = BTreeMap::from([("A=1".into(), "2".into())]);
        other.sheets = BTreeMap::from([("A".into(), "1=2".into())]);
        assert_ne!(one.sealed_text(), other.sealed_text());
    }
}
