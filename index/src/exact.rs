//! Exact decimal arithmetic for score cards.
//!
//! A score card states its rounding (half up, so many decimals), and a published level may hang on the last decimal.
//! Binary floating point cannot keep such a promise: 66.66665 is not a double. So every number of a methodology is held
//! as an integer count of billionths, quotients are rounded once, from the exact fraction, and only figures computed from
//! answers enter as f64, through [`Fixed::from_observed`].

use std::{
    borrow::Cow,
    fmt,
    iter::Sum,
    ops::{Add, Neg, Sub},
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A decimal number with nine decimals: an integer count of billionths.
///
/// Sums and differences saturate at the ends of i128, 1.7e29, far beyond what a document may hold
/// ([`Fixed::DOCUMENT_LIMIT`]).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed(i128);

impl Fixed {
    /// Decimals kept.
    pub const DECIMALS: u32 = 9;
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(10_i128.pow(Self::DECIMALS));
    /// One hundred: weights and shares are written in percent.
    pub const PERCENT: Self = Self(100 * Self::ONE.0);
    /// The greatest magnitude of a number in a document that is compiled: no product of two such numbers overflows.
    pub const DOCUMENT_LIMIT: Self = Self(10_i128.pow(Self::DECIMALS + 9));

    /// A whole number.
    pub fn from_int(whole: i64) -> Self {
        Self(i128::from(whole) * Self::ONE.0)
    }

    /// The decimal number that a text such as `-12.5` or `1e-3` writes; none when it is not one, has more than nine
    /// decimals or is too large.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits: i128 = digits.parse().ok()?;
        let decimals = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let shift = i32::try_from(Self::DECIMALS).ok()?.checked_sub(decimals)?;
        let power = 10_i128.checked_pow(shift.unsigned_abs())?;
        let billionths = if shift >= 0 {
            digits.checked_mul(power)?
        } else if digits % power == 0 {
            digits / power
        } else {
            return None;
        };
        Some(Self(if negative { -billionths } else { billionths }))
    }

    /// The decimal number whose shortest text is that of `number`: what was written in the document it was read from.
    pub fn from_written(number: f64) -> Option<Self> {
        Self::parse(&format!("{number}"))
    }

    /// A figure computed from answers, rounded half up (away from zero) to `decimals`; none when it is not finite or
    /// beyond 1e20.
    ///
    /// The figure is a double and carries the noise of its computation: an exact tie, 0.0000005, may arrive as
    /// 0.000000499999999999. A figure this close below a tie is taken for the tie: 32 roundings (more than any derived
    /// value of a questionnaire needs) of a number of its own size, or of size 100 where it is smaller, because the noise
    /// of a percentage change is that of the percentages subtracted, not of their difference. That is 3.6e-13 for
    /// percentages; a figure that truly lies so close below a tie is met about once in a million.
    pub fn from_observed(figure: f64, decimals: u32) -> Option<Self> {
        let decimals = decimals.min(Self::DECIMALS);
        let units = units_of_observed(figure, decimals)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number of at most 1e29, i128 holds 1.7e38"
        )]
        let units = units as i128;
        units
            .checked_mul(10_i128.checked_pow(Self::DECIMALS - decimals)?)
            .map(Self)
    }

    /// The double nearest to what [`Self::from_observed`] gives, without the way through 128 bits; the figure itself where
    /// that gives nothing.
    pub(crate) fn round_observed(figure: f64, decimals: u32) -> f64 {
        const EXACT: f64 = (1_u64 << 53) as f64;
        let decimals = decimals.min(Self::DECIMALS);
        match units_of_observed(figure, decimals) {
            // The quotient of two doubles that are exact is the nearest to the decimal number. Zero has no sign.
            Some(units) if units.abs() <= EXACT => units / power_of_ten(decimals) + 0.0,
            _ => Self::from_observed(figure, decimals).map_or(figure, Self::to_f64),
        }
    }

    /// Rounded half up (away from zero) to `decimals`; the number itself at the ends of i128, where rounding up overflows.
    #[must_use]
    pub fn round(self, decimals: u32) -> Self {
        Self::quotient(self.0, 1, decimals).unwrap_or(self)
    }

    /// `sum(weight * value) / divisor`, exact until it is rounded half up to `decimals`; none when the divisor is not
    /// positive or a step would overflow.
    pub fn weighted_quotient(
        terms: impl IntoIterator<Item = (Self, Self)>,
        divisor: Self,
        decimals: u32,
    ) -> Option<Self> {
        let mut sum = 0_i128;
        for (weight, value) in terms {
            sum = sum.checked_add(weight.0.checked_mul(value.0)?)?;
        }
        Self::quotient(sum, divisor.0, decimals)
    }

    /// The ordinate at `x` of the line through two points, rounded half up to `decimals`; none when the points do not
    /// rise in x.
    pub fn on_line((x0, y0): (Self, Self), (x1, y1): (Self, Self), x: Self, decimals: u32) -> Option<Self> {
        let run = x1 - x0;
        Self::weighted_quotient([(y0, x1 - x), (y1, x - x0)], run, decimals)
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The nearest double. Exact text of up to 15 digits survives the way to f64 and back.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the text of a decimal is one of a double"
    )]
    pub fn to_f64(self) -> f64 {
        const EXACT: i128 = 1 << 53;
        if self.0.abs() <= EXACT {
            return self.0 as f64 / Self::ONE.0 as f64;
        }
        self.to_string().parse().expect("a decimal is a number")
    }

    /// Whether a document may hold the number.
    pub fn fits_document(self) -> bool {
        self.abs() <= Self::DOCUMENT_LIMIT
    }

    /// The number of decimals that are not zero at the end.
    pub fn decimals(self) -> u32 {
        (0..Self::DECIMALS)
            .find(|d| self.round(*d) == self)
            .unwrap_or(Self::DECIMALS)
    }

    /// `numerator / divisor` billionths, rounded half away from zero to `decimals`.
    fn quotient(numerator: i128, divisor: i128, decimals: u32) -> Option<Self> {
        if divisor <= 0 {
            return None;
        }
        let unit = 10_i128.checked_pow(Self::DECIMALS.saturating_sub(decimals))?;
        let divisor = divisor.checked_mul(unit)?;
        // One division of 128 bits, which is slow; the product cannot overflow, it is nearer to zero than the numerator.
        let whole = numerator / divisor;
        let rest = numerator - whole * divisor;
        // The divisor halved by subtraction: twice the rest could overflow.
        let up = rest.abs() >= divisor - rest.abs();
        let away = if numerator < 0 { -1 } else { 1 };
        let whole = if up { whole.checked_add(away)? } else { whole };
        whole.checked_mul(unit).map(Self)
    }
}

/// A figure in units of its last decimal, a whole number; see [`Fixed::from_observed`].
fn units_of_observed(figure: f64, decimals: u32) -> Option<f64> {
    const ROUNDINGS: f64 = 32.0;
    const PERCENT: f64 = 100.0;
    const LIMIT: f64 = 1e20;
    // From about 1e11 on the noise is as large as the last decimal; it must not push whole numbers up.
    const MOST_NOISE: f64 = 1e-3;
    if figure.is_nan() || figure.abs() > LIMIT {
        return None;
    }
    let scale = power_of_ten(decimals);
    let scaled = figure.abs() * scale;
    let noise = ROUNDINGS * (f64::EPSILON / 2.0) * figure.abs().max(PERCENT) * scale;
    let whole = scaled.floor();
    // From 2^53 on every double is whole, so that nothing is added to what could not take it.
    let up = f64::from(u8::from(scaled - whole + noise.min(MOST_NOISE) >= 0.5));
    Some((whole + up).copysign(figure))
}

/// Of at most nine decimals, exactly.
fn power_of_ten(decimals: u32) -> f64 {
    const POWERS: [f64; Fixed::DECIMALS as usize + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
    POWERS[decimals.min(Fixed::DECIMALS) as usize]
}

impl Add for Fixed {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Fixed {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Fixed {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Fixed {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Fixed {
    /// The shortest decimal text: `66.6667`, `-0.05`, `8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, magnitude) = (Self::ONE.0.unsigned_abs(), self.0.unsigned_abs());
        let fraction = format!("{:09}", magnitude % one);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let text = format!("{}{point}{fraction}", magnitude / one);
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A JSON number; whole numbers without a point.
impl Serialize for Fixed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0 / Self::ONE.0) {
            Ok(whole) if self.0 % Self::ONE.0 == 0 => serializer.serialize_i64(whole),
            _ => serializer.serialize_f64(self.to_f64()),
        }
    }
}

/// A JSON number as written, with at most nine decimals.
impl<'de> Deserialize<'de> for Fixed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_written(number)
            .ok_or_else(|| D::Error::custom(format!("{number} is too large or has more than nine decimals")))
    }
}

impl JsonSchema for Fixed {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Fixed".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fixed(text: &str) -> Fixed {
        Fixed::parse(text).unwrap()
    }

    #[test]
    fn texts_are_read_and_written_exactly() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Fixed::parse(text).map(|f| f.to_string()).as_deref(), expected, "{text}");
        };
        check("0.7", Some("0.7"));
        check("-12.50", Some("-12.5"));
        check("-0.000000001", Some("-0.000000001"));
        check("1e3", Some("1000"));
        check("25e-1", Some("2.5"));
        check("0.0000000001", None);
        check("1e40", None);
        check("1e-999999999999", None);
        for not_a_number in ["", "-", ".5", "1.2.3", "1,000", "+1", "NaN", "inf", "0x1"] {
            check(not_a_number, None);
        }
        assert_eq!(Fixed::from_written(1.875), Some(fixed("1.875")));
        assert_eq!(
            serde_json::to_string(&[fixed("66.6667"), fixed("8")]).unwrap(),
            "[66.6667,8]"
        );
        assert_eq!(serde_json::from_str::<Fixed>("0.7").unwrap(), fixed("0.7"));
        for refused in ["1e40", "0.0000000001", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Fixed>(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn ties_go_away_from_zero() {
        let check = |text: &str, decimals, expected: &str| {
            assert_eq!(fixed(text).round(decimals), fixed(expected), "{text} to {decimals}");
        };
        check("0.00005", 4, "0.0001");
        check("-0.00005", 4, "-0.0001");
        check("0.000049999", 4, "0");
        check("66.66665", 4, "66.6667");
        check("2.5", 0, "3");
        check("-2.5", 0, "-3");
        check("1.000000001", 9, "1.000000001");
    }

    #[test]
    fn noise_of_binary_arithmetic_does_not_hide_a_tie() {
        let check = |figure: f64, expected: &str| {
            assert_eq!(Fixed::from_observed(figure, 6), Some(fixed(expected)), "{figure}");
        };
        check(10.000_000_1, "10");
        check(10.000_000_5, "10.000001");
        check(-0.05, "-0.05");
        // 100 * (4.2 - 4) / 4 = 5 with noise below.
        check((4.2 - 4.0) / 4.0 * 100.0, "5");
        // 0.1953125 has a seventh decimal of five; the subtraction of near numbers leaves 0.19531249999999...
        check(100.195_312_5 - 100.0, "0.195313");
        check(100.0 - 100.195_312_5, "-0.195313");
        // Just below a tie by more than noise stays down.
        check(0.195_312_49, "0.195312");
        check(1e15, "1000000000000000");
        for refused in [f64::NAN, f64::INFINITY, -1e21] {
            assert_eq!(Fixed::from_observed(refused, 6), None);
        }
    }

    proptest! {
        #[test]
        fn a_quotient_is_the_nearest_decimal(
            terms in prop::collection::vec((0..1_000_000_i64, 0..1_000_000_i64), 1..8),
            decimals in 0..6_u32,
        ) {
            // The same in whole numbers: thousandths of weights, hundredths of scores.
            let divisor: i64 = terms.iter().map(|(w, _)| w).sum();
            prop_assume!(divisor > 0);
            let numerator: i128 = terms.iter().map(|(w, s)| i128::from(*w) * i128::from(*s)).sum();
            let thousandths = |n: i64| Fixed::parse(&format!("{n}e-3")).unwrap();
            let hundredths = |n: i64| Fixed::parse(&format!("{n}e-2")).unwrap();
            let got = Fixed::weighted_quotient(
                terms.iter().map(|(w, s)| (thousandths(*w), hundredths(*s))),
                thousandths(divisor),
                decimals,
            ).unwrap();
            // Half up: floor(exact * 10^decimals + 1/2) with exact = numerator / divisor / 100.
            let (num, den) = (numerator * 10_i128.pow(decimals), i128::from(divisor) * 100);
            let expected = (2 * num + den).div_euclid(2 * den);
            prop_assert_eq!(got, Fixed::parse(&format!("{expected}e-{decimals}")).unwrap());
        }

        #[test]
        fn a_decimal_survives_the_way_through_f64(billionths in -9_000_000_000_000_000_i64..9_000_000_000_000_000) {
            let number = Fixed(i128::from(billionths));
            prop_assert_eq!(Fixed::parse(&number.to_string()), Some(number));
            if billionths.abs() < 1_000_000_000_000_000 {
                prop_assert_eq!(Fixed::from_written(number.to_f64()), Some(number));
            }
        }

        #[test]
        fn doubles_are_rounded_as_decimals_are(
            figure in prop_oneof![-100.0..100.0_f64, any::<f64>(), (-20_000..20_000_i32).prop_map(|n| f64::from(n) / 200.0)],
            decimals in 0..12_u32,
        ) {
            let expected = Fixed::from_observed(figure, decimals).map_or(figure, Fixed::to_f64);
            prop_assert_eq!(Fixed::round_observed(figure, decimals).to_bits(), expected.to_bits());
        }

        #[test]
        fn an_observed_decimal_is_rounded_as_written(millionth_halves in -2_000_000_000_i64..2_000_000_000) {
            // Every multiple of half a millionth, ties included.
            let written = Fixed::parse(&format!("{}e-7", millionth_halves * 5)).unwrap();
            prop_assert_eq!(Fixed::from_observed(written.to_f64(), 6), Some(written.round(6)));
        }
    }
}
