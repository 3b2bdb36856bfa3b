//! Invented identities: brands that are used once, credit codes that belong to nobody.

use survey::identifier::{OrgCode, Uscc};

use super::{dice::Dice, profile::CreditCodes};

/// A supply of brands: each number has a brand of its own.
#[derive(Clone, Debug)]
pub(super) struct Brands<'a> {
    syllables: &'a [Vec<String>],
    order: Vec<usize>,
}

impl<'a> Brands<'a> {
    /// All combinations of one syllable for each position, in random order.
    pub(super) fn new(syllables: &'a [Vec<String>], dice: &mut Dice) -> Self {
        let combinations = syllables
            .iter()
            .fold(1, |count: usize, list| count.saturating_mul(list.len()));
        let mut order: Vec<usize> = (0..combinations.min(MOST_COMBINATIONS)).collect();
        dice.shuffle(&mut order);
        Self { syllables, order }
    }

    /// The brand of a number. Once the combinations are used up, further syllables are appended.
    pub(super) fn brand(&self, number: usize) -> String {
        let Some(round) = number.checked_div(self.order.len()) else {
            return number.to_string();
        };
        let mut left = self.order.get(number % self.order.len()).copied().unwrap_or(0);
        let mut brand = String::new();
        for list in self.syllables {
            brand.extend(list.get(left % list.len()).map(String::as_str));
            left /= list.len();
        }
        let mut more = round;
        while let Some((first, count)) = self
            .syllables
            .first()
            .map(|list| (list, list.len()))
            .filter(|_| more > 0)
        {
            brand.extend(first.get((more - 1) % count).map(String::as_str));
            more = (more - 1) / count;
        }
        brand
    }
}

/// Combinations beyond this are not shuffled; longer brands serve instead.
const MOST_COMBINATIONS: usize = 100_000;

/// The credit code of an enterprise: registry, an organisation code that no real one begins like, both check characters.
pub(super) fn credit_code(codes: &CreditCodes, serial: usize, dice: &mut Dice) -> Option<String> {
    let registry = dice.weighted(codes.registries.iter().map(|(registry, weight)| (registry, *weight)))?;
    let number = usize::try_from(codes.first).ok()?.checked_add(serial)?;
    let width = 8_usize.checked_sub(codes.prefix.len())?;
    let body = format!("{}{number:0width$}", codes.prefix);
    let completed = |c| format!("{body}{c}");
    let organisation = completed(check_character(|c| {
        OrgCode::parse(&completed(c)).is_ok_and(|code| code.check_ok())
    })?);
    let completed = |c| format!("{registry}{organisation}{c}");
    Some(completed(check_character(|c| {
        Uscc::parse(&completed(c)).is_ok_and(|code| code.check_ok())
    })?))
}

/// The organisation code inside a credit code (characters 9 to 17), as it was printed: eight characters, hyphen, check.
pub(super) fn organisation_code(credit_code: &str) -> Option<String> {
    let code = credit_code.get(8..17)?;
    let (body, check) = code.split_at_checked(8)?;
    Some(format!("{body}-{check}"))
}

/// The character that completes a code so that it passes its check.
fn check_character(passes: impl Fn(char) -> bool) -> Option<char> {
    ('0'..='9').chain('A'..='Z').find(|c| passes(*c))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn credit_codes_pass_both_checks_and_belong_to_nobody() {
        let codes = CreditCodes {
            registries: [("91330111".to_owned(), 1.0)].into(),
            prefix: "XY".to_owned(),
            first: 100_001,
        };
        let code = |serial| credit_code(&codes, serial, &mut Dice::new(1, 0, "codes"));
        let made: BTreeSet<String> = (0..500).filter_map(code).collect();
        assert_eq!(made.len(), 500);
        for code in &made {
            let parsed = Uscc::parse(code).unwrap();
            assert!(
                parsed.check_ok() && parsed.inner_check_ok() && code.starts_with("91330111XY1"),
                "{code}"
            );
        }
        assert_eq!(code(899_999), None, "the organisation code has no room left");
        assert_eq!(organisation_code("91330111XY00010156").as_deref(), Some("XY000101-5"));
        assert_eq!(organisation_code("short"), None);
    }

    #[test]
    fn brands_are_never_used_twice() {
        let syllables = [
            vec!["宏".to_owned(), "盛".to_owned()],
            vec!["达".to_owned(), "源".to_owned(), "通".to_owned()],
        ];
        let brands = Brands::new(&syllables, &mut Dice::new(1, 0, "brands"));
        let used: BTreeSet<String> = (0..500).map(|number| brands.brand(number)).collect();
        assert_eq!(used.len(), 500);
        assert!((0..6).all(|number| brands.brand(number).chars().count() == 2));
        assert_eq!(
            Brands::new(&[], &mut Dice::new(1, 0, "none")).brand(3).chars().count(),
            0
        );
    }
}
