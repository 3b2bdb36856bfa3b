//! Multiple choices: ticks, and option codes in one cell.

use survey::{cell::RawValue, text::Text};

use crate::{language::Language, options::Choice};

/// The tick that templates offer.
pub(crate) const TICK: &str = "√";

/// The text in the head of tick rows. It is no answer.
pub(crate) fn tick_hint(language: Language) -> String {
    language.block(&Text::new("在下列选项后打√", "Tick √ below"))
}

/// What a tick cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tick {
    Chosen,
    NotChosen,
    /// Something else stands there: it is asked about, never guessed.
    Unclear,
}

/// Reads a tick cell (WF36): ticks, 是/有/Y/1, the option itself; 否/无/×/N/0 for not chosen.
pub(crate) fn read(value: &RawValue, choice: Choice<'_>, language: Language) -> Tick {
    const YES: [&str; 16] = [
        "√", "✓", "✔", "☑", "是", "有", "对", "选", "y", "yes", "1", "t", "true", "v", "ok", "●",
    ];
    const NO: [&str; 14] = [
        "×", "✗", "✘", "☐", "□", "否", "无", "不", "没有", "n", "no", "0", "false", "-",
    ];
    let text = match value {
        RawValue::Blank => return Tick::NotChosen,
        RawValue::Boolean(yes) => return if *yes { Tick::Chosen } else { Tick::NotChosen },
        RawValue::Number(number) => number.to_string(),
        RawValue::Text(text) => text.trim().to_lowercase(),
        _ => return Tick::Unclear,
    };
    let option = [
        choice.code.to_lowercase(),
        language.choice(choice).to_lowercase(),
        choice.label.zh.to_lowercase(),
    ];
    if text.is_empty() || NO.contains(&text.as_str()) {
        Tick::NotChosen
    } else if YES.contains(&text.as_str()) || option.contains(&text) {
        Tick::Chosen
    } else {
        Tick::Unclear
    }
}

/// The option codes of a text that is nothing but option codes: `A、C`, `A,C`, `A C`. `None` for any other text.
pub(crate) fn codes_in(text: &str, options: &[Choice<'_>]) -> Option<Vec<String>> {
    let pieces = text
        .split(['、', ',', '，', ';', '；', ' ', '\n'])
        .map(str::trim)
        .filter(|piece| !piece.is_empty());
    let codes: Vec<String> = pieces.map(str::to_owned).collect();
    let all_known = codes
        .iter()
        .all(|code| options.iter().any(|option| option.code == code));
    (all_known && !codes.is_empty()).then_some(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tick_cells_are_read_or_asked_about() {
        let label = Text::new("有线以太网", "Wired Ethernet");
        let choice = Choice {
            code: "B",
            label: &label,
        };
        let check =
            |value: RawValue, expected: Tick| assert_eq!(read(&value, choice, Language::Zh), expected, "{value:?}");
        let text = |text: &str| RawValue::Text(text.into());
        check(RawValue::Blank, Tick::NotChosen);
        for yes in [
            "√",
            " √ ",
            "✔",
            "是",
            "Y",
            "TRUE",
            "1",
            "B",
            "b",
            "B 有线以太网",
            "有线以太网",
        ] {
            check(text(yes), Tick::Chosen);
        }
        for no in ["", "  ", "×", "否", "N", "0", "无"] {
            check(text(no), Tick::NotChosen);
        }
        for unclear in ["C", "部分", "X", "?", "2026"] {
            check(text(unclear), Tick::Unclear);
        }
        check(RawValue::Boolean(true), Tick::Chosen);
        check(RawValue::Boolean(false), Tick::NotChosen);
        check(RawValue::Number(1.0), Tick::Chosen);
        check(RawValue::Number(0.0), Tick::NotChosen);
        check(RawValue::Number(3.0), Tick::Unclear);
        check(RawValue::Error("#REF!".into()), Tick::Unclear);
        check(RawValue::FormulaWithoutValue, Tick::Unclear);
    }

    #[test]
    fn option_codes_in_one_cell_are_told_from_other_texts() {
        let label = Text::default();
        let options = [
            Choice {
                code: "A",
                label: &label,
            },
            Choice {
                code: "C",
                label: &label,
            },
        ];
        let check = |text: &str, expected: Option<&[&str]>| {
            let expected = expected.map(|codes| codes.iter().map(ToString::to_string).collect());
            assert_eq!(codes_in(text, &options), expected, "{text}");
        };
        check("A、C", Some(&["A", "C"]));
        check("A，C；", Some(&["A", "C"]));
        check(" A ", Some(&["A"]));
        check("AC", None);
        check("A、B", None);
        check("", None);
    }
}
