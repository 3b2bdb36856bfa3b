//! Numbers, percentages, money and levels.

use rust_decimal::Decimal;

use super::{
    Field, date,
    field::{Note, Outcome},
    words::{is_long_dash, plain, plain_minus, shortest},
};
use crate::{
    answer::Answer,
    cell::{DateSystem, RawValue},
    figure::entered,
    messages::Builtin,
    questionnaire::QuestionType,
    text::Text,
};

/// Words before a number that make it approximate.
const ABOUT_BEFORE: [&str; 17] = [
    "大约", "约", "大概", "将近", "接近", "近", "超过", "超", "不到", "不足", "至少", "最多", "~", "≈", ">", "<", "≥",
];
/// Words after a number that make it approximate.
const ABOUT_AFTER: [&str; 9] = ["左右", "上下", "以上", "以下", "余", "多", "几", "+", "±"];
/// Signs between the two numbers of a range.
const RANGE: [&str; 5] = ["-", "~", "至", "到", "±"];

/// What one per cent is as a plain number.
const PER_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Reads a number cell.
pub(super) fn read(field: &Field<'_>, value: &RawValue, percent_format: bool, dates: DateSystem) -> Outcome {
    match value {
        RawValue::Number(number) => from_cell(field, *number, percent_format),
        RawValue::Text(text) => from_text(field, text),
        RawValue::DateSerial(serial) => {
            let note = Note::new(Builtin::DateFormat).with("raw", &shortest(*serial));
            Outcome {
                answer: None,
                unreadable: true,
                notes: vec![note.with("value", &date::shown(*serial, dates))],
            }
        }
        RawValue::Boolean(value) => Outcome::refused(Builtin::NotANumber, if *value { "TRUE" } else { "FALSE" }),
        RawValue::Blank | RawValue::Error(_) | RawValue::FormulaWithoutValue => Outcome::blank(),
    }
}

/// Whether what is asked for is a figure, of which there may be none.
pub(super) fn is_figure(kind: QuestionType) -> bool {
    matches!(
        kind,
        QuestionType::Number | QuestionType::Percent | QuestionType::Integer | QuestionType::Money
    )
}

/// Whether a number format shows per cents: a `%` that is neither quoted nor escaped.
pub(super) fn is_percent_format(format: &str) -> bool {
    let mut quoted = false;
    let mut escaped = false;
    for c in format.chars() {
        match c {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' if !quoted => escaped = true,
            '%' if !quoted => return true,
            _ => {}
        }
    }
    false
}

/// An exact number from its plain digits; none where it cannot be kept exactly.
pub(super) fn exact(digits: &str) -> Option<Decimal> {
    Decimal::from_str_exact(digits).ok().map(|number| number.normalize())
}

fn from_cell(field: &Field<'_>, number: f64, percent_format: bool) -> Outcome {
    if !number.is_finite() {
        return Outcome::refused(Builtin::NotANumber, "NaN");
    }
    let raw = shortest(number);
    let Some(kept) = exact(&raw) else {
        return Outcome::refused(Builtin::OutOfRange, &raw);
    };
    if !percent_format {
        return Outcome::plain(Answer::Number(kept));
    }
    let Some(percent) = kept.checked_mul(Decimal::ONE_HUNDRED).map(|number| number.normalize()) else {
        return Outcome::refused(Builtin::OutOfRange, &raw);
    };
    if field.kind == QuestionType::Percent && field.column_factor == Decimal::ONE {
        let note = Note::new(Builtin::Percent)
            .with("raw", &raw)
            .with("value", &entered(percent));
        return Outcome::plain(Answer::Number(percent)).noting(note);
    }
    let worth = if field.kind == QuestionType::Percent {
        Decimal::ONE
    } else {
        PER_CENT
    };
    other_unit(field, &format!("{percent}%"), "%", (percent, worth))
}

fn from_text(field: &Field<'_>, text: &str) -> Outcome {
    let written = plain_minus(text);
    if is_approximate(&written) {
        return Outcome::refused(Builtin::Approximate, text);
    }
    let Some(parts) = Parts::of(&written) else {
        return Outcome::refused(Builtin::NotANumber, text);
    };
    let Some(number) = exact(&parts.digits) else {
        return Outcome::refused(Builtin::OutOfRange, text);
    };
    let number = if parts.negative { (-number).normalize() } else { number };
    let percent = field.kind == QuestionType::Percent;
    if parts.unit == "%" && percent && field.column_factor == Decimal::ONE {
        let note = Note::new(Builtin::Percent)
            .with("raw", text)
            .with("value", &entered(number));
        return Outcome::plain(Answer::Number(number)).noting(note);
    }
    if !parts.unit.is_empty() {
        match worth(field, &parts.unit) {
            None => return Outcome::refused(Builtin::NotANumber, text),
            // The unit in the cell is that of the figure: it is not applied once more.
            Some(worth) if worth == field.column_factor => {}
            Some(worth) => return other_unit(field, text, &parts.unit, (number, worth)),
        }
    }
    let outcome = Outcome::plain(Answer::Number(number));
    let negative_form = parts.bracketed || (parts.negative && plain(text).chars().any(is_long_dash));
    let value = entered(number.checked_mul(field.column_factor).unwrap_or(number).normalize());
    if negative_form {
        outcome.noting(Note::new(Builtin::Negative).with("raw", text).with("value", &value))
    } else if is_plain_number(text) {
        outcome
    } else {
        outcome.noting(Note::new(Builtin::NumberForm).with("raw", text).with("value", &value))
    }
}

/// Nothing is taken: the filler chooses between the number as typed and the number converted. `worth` is what one of the
/// written unit is in the unit of the question.
fn other_unit(field: &Field<'_>, raw: &str, written_unit: &str, (typed, worth): (Decimal, Decimal)) -> Outcome {
    let column = field.column_factor;
    let in_question = typed.checked_mul(column).zip(typed.checked_mul(worth));
    let in_column = in_question.and_then(|(_, converted)| converted.checked_div(column));
    let (Some((as_entered, converted)), Some(shown)) = (in_question, in_column) else {
        return Outcome::refused(Builtin::OutOfRange, raw);
    };
    let mut note = Note::new(Builtin::OtherUnit)
        .with("raw", raw)
        .with("value", &entered(typed))
        .with("other", &entered(shown.normalize()))
        .with_text("unit", column_unit(field));
    note.other_unit = Some((written_unit.to_owned(), as_entered.normalize(), converted.normalize()));
    Outcome {
        answer: None,
        unreadable: true,
        notes: vec![note],
    }
}

/// The unit in which figures are asked for: the question's, or that of the column which they stand in.
fn column_unit(field: &Field<'_>) -> Text {
    let Some(unit) = field.unit.filter(|_| !field.unit_code.is_empty()) else {
        return Text::new("个数", "plain numbers");
    };
    let of_column = unit
        .mistaken_for
        .iter()
        .find(|mistaken| exact(&shortest(mistaken.multiply_by)) == Some(field.column_factor));
    of_column.map_or_else(
        || unit.label.clone(),
        |mistaken| Text::new(&mistaken.unit, &mistaken.unit),
    )
}

fn is_approximate(written: &str) -> bool {
    if ABOUT_BEFORE.iter().any(|word| written.starts_with(word)) {
        return written.chars().any(|c| c.is_ascii_digit());
    }
    let after = written
        .trim_start_matches(['+', '-', ' '])
        .trim_start_matches(is_number_char)
        .trim_start();
    if after.len() == written.len() {
        return false;
    }
    let range = RANGE.iter().any(|sign| {
        after
            .strip_prefix(sign)
            .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    });
    range
        || ABOUT_AFTER
            .iter()
            .any(|word| after.starts_with(word) || after.ends_with(word))
}

/// The parts of a written number.
struct Parts {
    /// Digits with at most one point.
    digits: String,
    negative: bool,
    /// Whether the minus sign was written as brackets.
    bracketed: bool,
    /// What follows the digits, without blanks.
    unit: String,
}

impl Parts {
    fn of(written: &str) -> Option<Self> {
        let bracketed = written
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .map(str::trim);
        let unsigned = bracketed.unwrap_or(written);
        let (negative, body) = match unsigned.strip_prefix('-') {
            Some(_) if bracketed.is_some() => return None,
            Some(body) => (true, body.trim_start()),
            None => (false, unsigned.strip_prefix('+').unwrap_or(unsigned).trim_start()),
        };
        let end = body.find(|c| !is_number_char(c)).unwrap_or(body.len());
        let (number, unit) = body.split_at_checked(end)?;
        Some(Self {
            digits: ungrouped(number.trim_end())?,
            negative: negative || bracketed.is_some(),
            bracketed: bracketed.is_some(),
            unit: unit.chars().filter(|c| *c != ' ').collect(),
        })
    }
}

fn is_number_char(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ',' | '.' | ' ')
}

/// The digits without their thousands separators; none where separators stand anywhere but between groups of three.
fn ungrouped(number: &str) -> Option<String> {
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let digits_only = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if fraction.is_some_and(|fraction| !digits_only(fraction)) {
        return None;
    }
    let whole = if digits_only(whole) {
        whole.to_owned()
    } else {
        without_separators(whole)?
    };
    let fraction = fraction.unwrap_or("");
    match (whole.is_empty(), fraction.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("0.{fraction}")),
        (false, true) => Some(whole),
        (false, false) => Some(format!("{whole}.{fraction}")),
    }
}

fn without_separators(whole: &str) -> Option<String> {
    let separator = whole.chars().find(|c| !c.is_ascii_digit())?;
    let groups: Vec<&str> = whole.split(separator).collect();
    let (first, rest) = groups.split_first()?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let well_formed =
        (1..=3).contains(&first.len()) && digits(first) && rest.iter().all(|group| group.len() == 3 && digits(group));
    well_formed.then(|| groups.concat())
}

fn is_plain_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    unsigned.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Whether a suffix is the question's own unit: its code or label, or one of the two words of `台（套）`.
fn is_own_unit(field: &Field<'_>, suffix: &str) -> bool {
    if field.unit_code.is_empty() {
        return false;
    }
    let labels = field
        .unit
        .map_or(["", ""], |unit| [unit.label.zh.as_str(), unit.label.en.as_str()]);
    std::iter::once(field.unit_code)
        .chain(labels)
        .filter(|name| !name.is_empty())
        .any(|name| {
            let name = plain(name);
            let parts = name.strip_suffix(')').and_then(|name| name.split_once('('));
            let alternatives = parts.map_or([name.as_str(), name.as_str()], |(one, two)| [one, two]);
            same_unit(&name, suffix) || alternatives.iter().any(|name| same_unit(name, suffix))
        })
}

/// What one of a written unit is in the unit of the question: its own, one that it is mistaken for, or a per cent.
fn worth(field: &Field<'_>, suffix: &str) -> Option<Decimal> {
    if suffix == "%" {
        return Some(if field.kind == QuestionType::Percent {
            Decimal::ONE
        } else {
            PER_CENT
        });
    }
    if is_own_unit(field, suffix) {
        return Some(Decimal::ONE);
    }
    let mut mistaken = field.unit?.mistaken_for.iter();
    let mistaken = mistaken.find(|mistaken| same_unit(&plain(&mistaken.unit), suffix))?;
    exact(&shortest(mistaken.multiply_by))
}

/// Whether two spellings are the same unit: blanks and capitals aside.
pub(crate) fn same_unit(one: &str, two: &str) -> bool {
    let compact = |text: &str| {
        text.chars()
            .filter(|c| *c != ' ')
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    compact(one) == compact(two)
}
