//! Serials of dates and times that a file writes as text.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use survey::cell::DateSystem;

/// The serial of an ISO 8601 date or date and time.
pub(super) fn iso_serial(value: &str, dates: DateSystem) -> Option<f64> {
    let value = value.trim_end_matches('Z');
    let moment = value
        .parse::<NaiveDateTime>()
        .or_else(|_| value.parse::<NaiveDate>().map(|date| date.and_time(NaiveTime::MIN)))
        .ok()?;
    // Day 60 of the 1900 system is 29 February 1900, which never was: only from March 1900 on is the sum right.
    let (zero, first) = match dates {
        DateSystem::From1900 => (
            NaiveDate::from_ymd_opt(1899, 12, 30)?,
            NaiveDate::from_ymd_opt(1900, 3, 1)?,
        ),
        DateSystem::From1904 => (
            NaiveDate::from_ymd_opt(1904, 1, 1)?,
            NaiveDate::from_ymd_opt(1904, 1, 1)?,
        ),
    };
    if moment.date() < first {
        return None;
    }
    let seconds = moment
        .signed_duration_since(zero.and_time(NaiveTime::MIN))
        .num_seconds();
    Some(seconds as f64 / 86_400.0)
}

/// The fraction of a day of an ISO 8601 duration such as `PT08H30M00S` (OpenDocument 1.3 part 3, 19.389).
pub(super) fn duration_serial(value: &str) -> Option<f64> {
    let (negative, rest) = match value.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let mut rest = rest.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, worth) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            seconds += number.parse::<f64>().ok().filter(|number| number.is_finite())? * worth;
            rest = after;
        }
    }
    let days = seconds / 86_400.0;
    rest.is_empty().then_some(if negative { -days } else { days })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_fractions_of_a_day() {
        let check = |value: &str, expected: Option<f64>| assert_eq!(duration_serial(value), expected, "{value}");
        check("PT12H00M00S", Some(0.5));
        check("PT36H", Some(1.5));
        check("PT00H00M43.2S", Some(0.0005));
        check("-PT6H", Some(-0.25));
        check("PT1X", None);
        check("12:00", None);
    }
}
