//! The options of one question, ready to be looked up by code, by full text or by both.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{plain, skeleton};
use crate::{messages::Builtin, questionnaire::ChoiceOption, text::Text};

/// Between two options in one cell.
const SEPARATORS: [char; 9] = ['、', ',', ';', '/', '|', '\n', '\t', ' ', '+'];
/// Between the code of an option and its text.
const AFTER_CODE: [char; 10] = [' ', '.', '、', ':', '-', '—', ')', '_', '|', ','];
/// The longest text that is searched for options.
const SEARCHED_CHARS: usize = 2000;

/// The options of one question, ready to be looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptionIndex {
    /// Code and plain labels of each option, in order.
    options: Vec<IndexedOption>,
    /// By code, by label in either language; none where two options share the text.
    by_text: BTreeMap<String, Option<usize>>,
    pub(super) by_code: BTreeMap<String, usize>,
    by_skeleton: BTreeMap<String, Option<usize>>,
    /// By code without leading zeros.
    pub(super) by_unpadded: BTreeMap<String, Option<usize>>,
}

#[derive(Clone, Debug)]
struct IndexedOption {
    code: String,
    zh: String,
    en: String,
    /// As the document writes it.
    label: Text,
}

impl OptionIndex {
    /// The options of a question without options.
    pub(crate) const fn empty() -> Self {
        Self {
            options: Vec::new(),
            by_text: BTreeMap::new(),
            by_code: BTreeMap::new(),
            by_skeleton: BTreeMap::new(),
            by_unpadded: BTreeMap::new(),
        }
    }

    pub(crate) fn of(options: &[ChoiceOption]) -> Self {
        let mut index = Self::default();
        for (position, option) in options.iter().enumerate() {
            let (code, zh, en) = (plain(&option.code), plain(&option.label.zh), plain(&option.label.en));
            for text in BTreeSet::from([&code, &zh, &en]) {
                enter(&mut index.by_text, text.clone(), position);
            }
            for text in BTreeSet::from([skeleton(&zh), skeleton(&en)]) {
                enter(&mut index.by_skeleton, text, position);
            }
            enter(
                &mut index.by_unpadded,
                code.trim_start_matches('0').to_owned(),
                position,
            );
            index.by_code.insert(code.to_uppercase(), position);
            index.options.push(IndexedOption {
                code: option.code.clone(),
                zh,
                en,
                label: option.label.clone(),
            });
        }
        // A code always means its own option, even where another option is labelled like it.
        for (position, option) in options.iter().enumerate() {
            index.by_text.insert(plain(&option.code), Some(position));
        }
        index
    }

    pub(crate) fn contains(&self, code: &str) -> bool {
        self.options.iter().any(|option| option.code == code)
    }

    pub(super) fn code(&self, position: usize) -> &str {
        self.options.get(position).map_or("", |option| &option.code)
    }

    pub(super) fn shown(&self, position: usize) -> String {
        self.options
            .get(position)
            .map_or_else(String::new, |option| format!("{} {}", option.code, option.zh))
    }

    /// An option in both languages.
    pub(super) fn said(&self, position: usize) -> Text {
        self.options.get(position).map_or_else(Text::default, |option| {
            Text::new(
                format!("{} {}", option.code, option.label.zh.trim_end_matches('。')),
                format!("{} {}", option.code, option.label.en.trim_end_matches('.')),
            )
        })
    }

    /// The option that a text names by none of the ways in which options are named, but probably means: the only number
    /// in it, or words that one option alone has.
    pub(super) fn meant(&self, text: &str) -> Option<usize> {
        /// Letters or digits that are enough to tell an option.
        const ENOUGH: usize = 4;
        let written = skeleton(text);
        let mut numbers = written.chars().filter_map(digit);
        if let Some(number) = numbers.next() {
            let position = self.by_code.get(&number.to_string()).copied();
            return position.filter(|_| numbers.next().is_none());
        }
        if written.chars().count() < ENOUGH {
            return None;
        }
        let alike = |option: &IndexedOption| {
            let labels = [skeleton(&option.zh), skeleton(&option.en)];
            labels.iter().any(|label| label.contains(&written))
        };
        let mut found = self.options.iter().enumerate().filter(|(_, option)| alike(option));
        let (position, _) = found.next()?;
        found.next().is_none().then_some(position)
    }

    /// The option that a text names.
    pub(super) fn find(&self, text: &str) -> Option<Found> {
        let text = plain(text);
        if text.is_empty() {
            return None;
        }
        if let Some(position) = self.by_text.get(&text) {
            return position.map(Found::Sure);
        }
        if let Some(position) = self.by_code.get(&text.to_uppercase()) {
            return Some(Found::OtherCase(*position));
        }
        if let Some(found) = self.code_and_text(&text) {
            return Some(found);
        }
        self.by_skeleton
            .get(&skeleton(&text))
            .copied()
            .flatten()
            .map(Found::Unsure)
    }

    /// `A 选项文字`, `A.选项文字`: both parts must speak of the same option.
    fn code_and_text(&self, text: &str) -> Option<Found> {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (code, rest) = text.split_at_checked(end)?;
        let position = *self.by_code.get(&code.to_uppercase())?;
        let rest = rest.trim_start_matches(AFTER_CODE);
        if rest.is_empty() {
            return Some(Found::OtherCase(position));
        }
        let IndexedOption { zh, en, .. } = self.options.get(position)?;
        if rest == zh || rest == en {
            return Some(Found::Sure(position));
        }
        let same = [zh, en].into_iter().any(|label| skeleton(label) == skeleton(rest));
        same.then_some(Found::Unsure(position))
    }

    /// The options named one after the other; the first piece that names none is the error.
    ///
    /// Labels contain separators themselves, so the longest piece that names an option wins.
    pub(super) fn find_all(&self, text: &str) -> Result<Vec<Found>, String> {
        let text: String = plain_lines(text).chars().take(SEARCHED_CHARS).collect();
        let mut found = Vec::new();
        let mut rest = text.trim_start_matches(SEPARATORS);
        while !rest.is_empty() {
            let mut ends: Vec<usize> = rest.match_indices(SEPARATORS).map(|(at, _)| at).collect();
            ends.push(rest.len());
            let piece = ends.iter().rev().find_map(|end| {
                let (piece, after) = rest.split_at_checked(*end)?;
                self.find(piece).map(|option| (option, after))
            });
            if let Some((option, after)) = piece {
                found.push(option);
                rest = after.trim_start_matches(SEPARATORS);
                continue;
            }
            let end = ends.first().copied().unwrap_or(rest.len());
            let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            match self.run_of_codes(piece) {
                Some(options) => found.extend(options),
                None => return Err(piece.to_owned()),
            }
            rest = after.trim_start_matches(SEPARATORS);
        }
        Ok(found)
    }

    /// `ABC` for the options A, B and C, where every code is one letter.
    fn run_of_codes(&self, piece: &str) -> Option<Vec<Found>> {
        let one_letter = self.options.iter().all(|option| option.code.len() == 1);
        let letters = piece.chars().all(|c| c.is_ascii_alphabetic());
        if !one_letter || !letters {
            return None;
        }
        piece
            .chars()
            .map(|c| {
                self.by_code
                    .get(&c.to_uppercase().to_string())
                    .copied()
                    .map(Found::OtherCase)
            })
            .collect()
    }
}

/// How an option was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// By its code or its full text.
    Sure(usize),
    /// By its code in the other case, or run together with others.
    OtherCase(usize),
    /// By its wording without punctuation.
    Unsure(usize),
}

impl Found {
    pub(super) fn position(self) -> usize {
        match self {
            Self::Sure(position) | Self::OtherCase(position) | Self::Unsure(position) => position,
        }
    }

    pub(super) fn check(self) -> Option<Builtin> {
        match self {
            Self::Sure(_) => None,
            Self::OtherCase(_) => Some(Builtin::OptionForm),
            Self::Unsure(_) => Some(Builtin::OptionUnsure),
        }
    }
}

/// The digit that a character writes.
fn digit(c: char) -> Option<u32> {
    const CHINESE: &str = "〇一二三四五六七八九";
    let of_chinese = || CHINESE.chars().position(|known| known == c);
    c.to_digit(10)
        .or_else(|| u32::try_from(of_chinese()?).ok())
        .or_else(|| (c == '零').then_some(0))
}

/// Half width with the line breaks kept, as they separate options.
fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn enter(map: &mut BTreeMap<String, Option<usize>>, key: String, position: usize) {
    if key.is_empty() {
        return;
    }
    map.entry(key)
        .and_modify(|known| {
            if *known != Some(position) {
                *known = None;
            }
        })
        .or_insert(Some(position));
}
