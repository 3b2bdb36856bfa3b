//! Serials of the 1900 date system, in which templates are written.

use chrono::NaiveDate;

/// The serial of a `YYYY-MM-DD` date. `None` before March 1900, where Excel counts a day that never was.
pub(crate) fn serial_1900(date: &str) -> Option<f64> {
    let date = date.parse::<NaiveDate>().ok()?;
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let first = NaiveDate::from_ymd_opt(1900, 3, 1)?;
    let last = NaiveDate::from_ymd_opt(9999, 12, 31)?;
    (first..=last)
        .contains(&date)
        .then(|| date.signed_duration_since(zero).num_days() as f64)
}

#[cfg(test)]
mod tests {
    use super::serial_1900;

    #[test]
    fn serials_are_those_of_excel() {
        let check = |date: &str, expected: Option<f64>| assert_eq!(serial_1900(date), expected, "{date}");
        check("1900-03-01", Some(61.0));
        check("2026-01-31", Some(46_053.0));
        check("9999-12-31", Some(2_958_465.0));
        check("1900-02-28", None);
        check("2026-02-30", None);
        check("2026-1", None);
    }
}
