//! Single and multiple choices.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{
    date,
    field::{Note, Outcome},
    option_index::{Found, OptionIndex},
    text::code_of,
    words::plain,
};
use crate::{
    answer::Answer,
    cell::{DateSystem, RawValue},
    messages::Builtin,
};

/// Reads the cell of a single choice.
pub(super) fn read_single(options: &OptionIndex, value: &RawValue, dates: DateSystem) -> Outcome {
    let text = match text_of(value, dates) {
        Ok(text) => text,
        Err(outcome) => return outcome,
    };
    if let Some(found) = options.find(&text) {
        return chosen(options, found, &text);
    }
    if let Ok(found) = options.find_all(&text) {
        let positions: BTreeSet<usize> = found.iter().map(|found| found.position()).collect();
        match (positions.len(), found.first()) {
            (0, _) | (_, None) => {}
            (1, Some(found)) => return chosen(options, *found, &text),
            _ => return Outcome::refused(Builtin::TwoOptions, &text),
        }
    }
    completed(options, &text)
}

/// Reads the cell of a multiple choice; the options are kept in the order of the questionnaire, each once.
pub(super) fn read_multi(options: &OptionIndex, value: &RawValue, dates: DateSystem) -> Outcome {
    let text = match text_of(value, dates) {
        Ok(text) => text,
        Err(outcome) => return outcome,
    };
    let found = match options.find_all(&text) {
        Ok(found) if !found.is_empty() => found,
        Ok(_) => return no_option(options, &text),
        Err(piece) => return no_option(options, &piece),
    };
    let positions: BTreeSet<usize> = found.iter().map(|found| found.position()).collect();
    let codes = positions
        .iter()
        .map(|position| options.code(*position).to_owned())
        .collect();
    let read_as: Vec<&str> = positions.iter().map(|position| options.code(*position)).collect();
    let checks: BTreeSet<Builtin> = found.iter().filter_map(|found| found.check()).collect();
    checks
        .into_iter()
        .fold(Outcome::plain(Answer::Choices(codes)), |outcome, check| {
            outcome.noting(Note::new(check).with("raw", &text).with("value", &read_as.join("、")))
        })
}

/// Reads the cell of a level question by its option; none where the text names no option.
pub(super) fn read_level(options: &OptionIndex, text: &str) -> Option<Outcome> {
    let found = options.find(text)?;
    let level: Decimal = options.code(found.position()).parse().ok()?;
    let outcome = Outcome::plain(Answer::Number(level));
    Some(match found.check() {
        None => outcome,
        Some(check) => outcome.noting(
            Note::new(check)
                .with("raw", text)
                .with("value", &options.shown(found.position())),
        ),
    })
}

/// Whether a text names an option: such a text is an answer even if it otherwise stands for a blank.
pub(super) fn is_answer(options: &OptionIndex, text: &str) -> bool {
    matches!(options.find(text), Some(Found::Sure(_)))
}

fn text_of(value: &RawValue, dates: DateSystem) -> Result<String, Outcome> {
    match value {
        RawValue::Text(text) => Ok(text.clone()),
        RawValue::Number(number) => code_of(*number),
        RawValue::DateSerial(serial) => Err(Outcome::refused(Builtin::NotAnOption, &date::shown(*serial, dates))),
        RawValue::Boolean(value) => Err(Outcome::refused(
            Builtin::NotAnOption,
            if *value { "TRUE" } else { "FALSE" },
        )),
        RawValue::Blank | RawValue::Error(_) | RawValue::FormulaWithoutValue => Err(Outcome::blank()),
    }
}

fn chosen(options: &OptionIndex, found: Found, raw: &str) -> Outcome {
    let outcome = Outcome::plain(Answer::Choice(options.code(found.position()).to_owned()));
    match found.check() {
        None => outcome,
        Some(check) => outcome.noting(
            Note::new(check)
                .with("raw", raw)
                .with("value", &options.shown(found.position())),
        ),
    }
}

/// A code without its leading zeros, or with a `.0` that a number left behind.
fn completed(options: &OptionIndex, raw: &str) -> Outcome {
    let text = plain(raw);
    let code = text.strip_suffix(".0").unwrap_or(&text);
    let exact = options
        .by_code
        .get(&code.to_uppercase())
        .map(|position| Some(*position));
    let digits = !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
    let padded = || {
        options
            .by_unpadded
            .get(code.trim_start_matches('0'))
            .copied()
            .filter(|_| digits)
    };
    match exact.or_else(padded) {
        Some(Some(position)) => {
            let note = Note::new(Builtin::CodeForm)
                .with("raw", raw)
                .with("value", &options.shown(position));
            Outcome::plain(Answer::Choice(options.code(position).to_owned())).noting(note)
        }
        Some(None) => Outcome::refused(Builtin::CodeAmbiguous, raw),
        None => no_option(options, raw),
    }
}

/// A text that names no option, with the one that is probably meant.
pub(super) fn no_option(options: &OptionIndex, raw: &str) -> Outcome {
    let Some(meant) = options.meant(raw) else {
        return Outcome::refused(Builtin::NotAnOption, raw);
    };
    let note = Note::new(Builtin::OptionMeant).with("raw", raw);
    Outcome {
        answer: None,
        unreadable: true,
        notes: vec![note.with_text("meant", options.said(meant))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{questionnaire::ChoiceOption, text::Text};

    fn index(options: &[(&str, &str)]) -> OptionIndex {
        let option = |(code, label): &(&str, &str)| ChoiceOption {
            code: (*code).to_owned(),
            label: Text::new(*label, format!("{label} (en)")),
            points: None,
        };
        OptionIndex::of(&options.iter().map(option).collect::<Vec<_>>())
    }

    fn check(options: &OptionIndex, text: &str, expected: Result<&str, Builtin>) {
        let outcome = read_single(options, &RawValue::Text(text.to_owned()), DateSystem::From1900);
        match expected {
            Ok(code) => assert_eq!(outcome.answer, Some(Answer::Choice(code.to_owned())), "{text}"),
            Err(check) => {
                assert_eq!(
                    outcome.notes.iter().map(|note| note.check).collect::<Vec<_>>(),
                    [check],
                    "{text}"
                );
                assert!(outcome.unreadable && outcome.answer.is_none(), "{text}");
            }
        }
    }

    #[test]
    fn lost_zeros_are_added_only_where_one_code_fits() {
        let list = index(&[("0110", "稻谷"), ("0120", "小麦"), ("011", "谷物"), ("0011", "其他")]);
        check(&list, "110", Ok("0110"));
        check(&list, "120.0", Ok("0120"));
        check(&list, "0110", Ok("0110"));
        // WF11.ambiguous: 011 and 0011.
        check(&list, "11", Err(Builtin::CodeAmbiguous));
        check(&list, "13", Err(Builtin::NotAnOption));
        check(&list, "0", Err(Builtin::NotAnOption));
    }

    #[test]
    fn a_label_shared_by_two_options_names_none() {
        let list = index(&[("A", "其他"), ("B", "其他"), ("C", "A")]);
        check(&list, "其他", Err(Builtin::NotAnOption));
        let levels = index(&[("0", "未开展"), ("1", "人工抄表"), ("3", "平台实时采集")]);
        // type.choice_meant: the number in the text, or the words that one option alone has.
        check(&levels, "三级", Err(Builtin::OptionMeant));
        check(&levels, "第3档", Err(Builtin::OptionMeant));
        check(&levels, "实时采集", Err(Builtin::OptionMeant));
        check(&levels, "二级", Err(Builtin::NotAnOption));
        check(&levels, "一到三级", Err(Builtin::NotAnOption));
        check(&list, "B 其他", Ok("B"));
        check(&list, "A", Ok("A"));
        check(&list, "C (en)", Err(Builtin::NotAnOption));
        check(&list, "A (en)", Ok("C"));
    }

    #[test]
    fn a_word_for_missing_may_be_an_option() {
        let list = index(&[("A", "无"), ("B", "有")]);
        assert!(is_answer(&list, "无") && !is_answer(&list, "不详"));
        check(&list, "无", Ok("A"));
    }
}
