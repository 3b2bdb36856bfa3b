//! Numbers as people read them: thousands in groups, no noise of binary fractions, the unit beside.

use rust_decimal::Decimal;

use crate::text::Text;

/// Decimals of a figure that was entered.
pub const ENTERED: usize = 4;
/// Decimals of a figure that was computed.
pub const COMPUTED: usize = 2;

/// A number with at most so many decimals; one below 1 keeps four significant digits.
pub fn figure(number: f64, decimals: usize) -> String {
    /// Digits of a number below 1 that are shown.
    const SIGNIFICANT: usize = 4;
    /// Below this nothing is left to show.
    const FINEST: usize = 12;
    if !number.is_finite() {
        return "—".to_owned();
    }
    let magnitude = number.abs();
    let zeros = (0..FINEST)
        .find(|zeros| magnitude * 10_f64.powi(i32::try_from(*zeros).unwrap_or(0) + 1) >= 1.0)
        .unwrap_or(0);
    let decimals = if magnitude > 0.0 && magnitude < 1.0 {
        decimals.max(zeros + SIGNIFICANT)
    } else {
        decimals
    };
    grouped(&format!("{number:.decimals$}"))
}

/// A number that was entered, or is to be: with all its digits.
pub fn entered(number: Decimal) -> String {
    grouped(&number.normalize().to_string())
}

/// A figure with its unit: `300 台（套）`, `72.3%`, `2,207.574 (10 000 kWh)`.
pub fn with_unit(figure: &str, unit: &str) -> String {
    match unit {
        "" => figure.to_owned(),
        unit if unit.starts_with('%') => format!("{figure}{unit}"),
        unit if unit.starts_with(|c: char| c.is_ascii_digit()) => format!("{figure} ({unit})"),
        unit => format!("{figure} {unit}"),
    }
}

/// A figure with its unit in both languages.
pub fn with_units(figure: &str, unit: &Text) -> Text {
    Text::new(with_unit(figure, &unit.zh), with_unit(figure, &unit.en))
}

/// Plain digits in groups of three, without zeros at the end of the fraction.
fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let nothing = fraction.is_empty() && whole.bytes().all(|digit| digit == b'0');
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    shown.push_str(if nothing { "" } else { sign });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        let check = |number: f64, decimals: usize, expected: &str| assert_eq!(figure(number, decimals), expected);
        check(513_582_932.0, ENTERED, "513,582,932");
        check(48_451.22, ENTERED, "48,451.22");
        check(0.1 + 0.2, ENTERED, "0.3");
        check(51_358.293_2, ENTERED, "51,358.2932");
        check(51_358.293_2, COMPUTED, "51,358.29");
        check(-1234.5, COMPUTED, "-1,234.5");
        check(0.000_123_456, COMPUTED, "0.0001235");
        check(0.85, COMPUTED, "0.85");
        check(-0.0, COMPUTED, "0");
        check(999.999_9, COMPUTED, "1,000");
        check(f64::NAN, COMPUTED, "—");
    }

    #[test]
    fn units_stand_beside() {
        assert_eq!(with_unit("300", "台（套）"), "300 台（套）");
        assert_eq!(with_unit("72.3", "%"), "72.3%");
        assert_eq!(with_unit("72.3", ""), "72.3");
        assert_eq!(with_unit("72.3", "10 000 kWh"), "72.3 (10 000 kWh)");
        assert_eq!(entered(Decimal::new(22_075_740_000, 7)), "2,207.574");
        assert_eq!(entered(Decimal::new(27_309, 6)), "0.027309");
    }
}
