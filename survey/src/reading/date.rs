//! Dates: serials of both date systems and a fixed list of written forms.

use chrono::{Datelike, Days, NaiveDate};

use super::{
    field::{Note, Outcome},
    words::{plain, shortest},
};
use crate::{
    answer::Answer,
    cell::{DateSystem, RawValue},
    messages::Builtin,
    text::Text,
};

/// Years that a date may have: older and later ones are slips of the pen.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Reads a date cell.
pub(super) fn read(value: &RawValue, dates: DateSystem) -> Outcome {
    match value {
        // In a cell with a date format 2012 is a day of 1905: whoever types a year, or digits, means no serial.
        RawValue::DateSerial(serial) if is_year(serial.trunc()) => from_number(*serial, dates),
        RawValue::DateSerial(serial) => match from_serial(*serial, dates) {
            Some(date) => Outcome::plain(answer(date)),
            None => from_number(*serial, dates),
        },
        RawValue::Number(number) => from_number(*number, dates),
        RawValue::Text(text) => from_text(text),
        RawValue::Boolean(value) => Outcome::refused(Builtin::NotADate, if *value { "TRUE" } else { "FALSE" }),
        RawValue::Blank | RawValue::Error(_) | RawValue::FormulaWithoutValue => Outcome::blank(),
    }
}

/// A number in a cell without date format: 20120603, 201206, 2012.6 or a bare serial.
fn from_number(number: f64, dates: DateSystem) -> Outcome {
    let raw = shortest(number);
    if let Some((year, month)) = raw.split_once('.') {
        // 2012.1 is what a cell keeps of 2012.10 as well.
        let ambiguous = month == "1" && year.len() == 4;
        return if ambiguous {
            Outcome::refused(Builtin::DateAmbiguous, &raw)
        } else {
            from_text(&raw)
        };
    }
    let written = from_text(&raw);
    if written.answer.is_some() || is_year(number) {
        return written;
    }
    match from_serial(number, dates) {
        Some(date) => noted(Builtin::DateForm, &raw, date),
        None => Outcome::refused(Builtin::NotADate, &raw),
    }
}

fn from_text(text: &str) -> Outcome {
    let written = plain(text);
    // A time of day after the date is dropped.
    let written = written.split_once([' ', 'T']).map_or(written.as_str(), |(date, time)| {
        if time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(':') {
            date
        } else {
            &written
        }
    });
    match parse(written) {
        Some(Written::Day(date)) if date.to_string() == text => Outcome::plain(answer(date)),
        Some(Written::Day(date)) => noted(Builtin::DateForm, text, date),
        Some(Written::Month(date)) => noted(Builtin::MonthOnly, text, date),
        None => match written.strip_suffix('年').unwrap_or(written).trim().parse() {
            Ok(year) if is_year(year) => Outcome::refused(Builtin::YearOnly, text),
            _ => Outcome::refused(Builtin::NotADate, text),
        },
    }
}

/// Whether a number is a year that a date may have.
fn is_year(number: f64) -> bool {
    number.fract() == 0.0 && (f64::from(*YEARS.start())..=f64::from(*YEARS.end())).contains(&number)
}

/// A serial as its cell shows it: the day, or the number where it is none.
pub(super) fn shown(serial: f64, dates: DateSystem) -> String {
    from_serial(serial, dates).map_or_else(|| shortest(serial), |date| date.to_string())
}

fn noted(check: Builtin, raw: &str, date: NaiveDate) -> Outcome {
    let said = Text::new(
        date.format("%Y 年 %-m 月 %-d 日").to_string(),
        date.format("%-d %B %Y").to_string(),
    );
    Outcome::plain(answer(date)).noting(Note::new(check).with("raw", raw).with_text("value", said))
}

fn answer(date: NaiveDate) -> Answer {
    Answer::Date(date.to_string())
}

enum Written {
    /// A full date.
    Day(NaiveDate),
    /// The first day of a month.
    Month(NaiveDate),
}

/// The forms: 2012-6-3, 2012/6/3, 2012.6.3, 2012年6月3日, 20120603; 2012-6, 2012/6, 2012.6, 2012年6月, 201206.
fn parse(written: &str) -> Option<Written> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(written) {
        return match written.len() {
            8 => day(written.get(..4)?, written.get(4..6)?, written.get(6..)?).map(Written::Day),
            6 => day(written.get(..4)?, written.get(4..)?, "1").map(Written::Month),
            _ => None,
        };
    }
    let compact: String = written.chars().filter(|c| *c != ' ').collect();
    if let Some((year, rest)) = compact.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        if rest.is_empty() {
            return day(year, month, "1").map(Written::Month);
        }
        let date = day(year, month, rest.strip_suffix(['日', '号']).unwrap_or(rest))?;
        return Some(Written::Day(date));
    }
    let separator = compact.chars().find(|c| ['-', '/', '.'].contains(c))?;
    match compact.split(separator).collect::<Vec<_>>().as_slice() {
        [year, month, date] => day(year, month, date).map(Written::Day),
        [year, month] => day(year, month, "1").map(Written::Month),
        _ => None,
    }
}

fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let short = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let year_ok = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    if !year_ok || !short(month) || !short(day) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    YEARS.contains(&date.year()).then_some(date)
}

/// The date of a serial; the time of day, its fraction, is dropped.
///
/// In the 1900 system serial 60 is a day that never was (1900-02-29), which shifts all before it by one.
pub(super) fn from_serial(serial: f64, dates: DateSystem) -> Option<NaiveDate> {
    /// Beyond the year 9999 spreadsheets have no dates.
    const LAST: f64 = 2_958_465.0;
    const PHANTOM: u64 = 60;
    if !(0.0..=LAST).contains(&serial) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and LAST, just checked"
    )]
    let days = serial.trunc() as u64;
    let (base, days) = match dates {
        DateSystem::From1904 => (NaiveDate::from_ymd_opt(1904, 1, 1)?, days),
        DateSystem::From1900 if days == 0 || days == PHANTOM => return None,
        DateSystem::From1900 if days < PHANTOM => (NaiveDate::from_ymd_opt(1899, 12, 31)?, days),
        DateSystem::From1900 => (NaiveDate::from_ymd_opt(1899, 12, 30)?, days),
    };
    base.checked_add_days(Days::new(days))
        .filter(|date| YEARS.contains(&date.year()))
}
