//! What a single head of an enterprise list says: which column, in which unit.

use rust_decimal::Decimal;
use survey::synonyms::{ListColumn, bare};

use super::head::Heads;

/// Marks that people put before or behind a head.
const MARKS: [char; 6] = ['*', '★', ':', '、', '.', '·'];

/// What a head says.
pub(super) enum Meaning {
    /// A column, with the unit that is written beside it.
    Column(ListColumn, Option<Decimal>),
    /// A column in a unit that cannot be converted.
    UnknownUnit,
    /// Something that says nothing of an enterprise.
    PassedOver,
    /// None that is known.
    Unknown,
}

impl Heads<'_> {
    /// What one of a unit of amounts is in 万元.
    pub(super) fn amount(&self, unit: &str) -> Option<Decimal> {
        let amounts = &self.words.enterprise_list.amounts;
        let found = amounts
            .iter()
            .find(|amount| self.words.are_one_unit(&amount.unit, unit))?;
        found.multiply_by.to_string().parse().ok()
    }

    /// What a head says.
    pub(super) fn meaning(&self, title: &str) -> Meaning {
        let list = &self.words.enterprise_list;
        let is_one_of = |words: &[String], text: &str| words.iter().any(|word| bare(word) == text);
        let find = |text: &str| {
            let mut columns = list.columns.iter();
            columns
                .find(|(_, words)| is_one_of(words, text))
                .map(|(column, _)| *column)
        };
        let title = bare(title);
        let title = without_number(title.trim_matches(MARKS));
        if is_one_of(&list.passed_over, title) {
            return Meaning::PassedOver;
        }
        let (open, notes) = brackets(title);
        let open = without_year(open.trim_matches(MARKS));
        let Some(column) = find(title).or_else(|| find(open)) else {
            return self.with_unit_behind(open, find);
        };
        if !column.is_amount() {
            // A unit that is not that of single persons would be taken for one.
            let is_other_unit = column == ListColumn::Employees && notes.iter().any(|note| note.starts_with('万'));
            return if is_other_unit {
                Meaning::UnknownUnit
            } else {
                Meaning::Column(column, None)
            };
        }
        match notes
            .iter()
            .find_map(|note| pieces(note).find_map(|unit| self.amount(unit)))
        {
            Some(unit) => Meaning::Column(column, Some(unit)),
            None if notes.iter().any(|note| pieces(note).any(|unit| unit.ends_with('元'))) => Meaning::UnknownUnit,
            None => Meaning::Column(column, None),
        }
    }

    /// `营业收入万元`, `营业收入/万元`: a unit without brackets.
    fn with_unit_behind(&self, open: &str, find: impl Fn(&str) -> Option<ListColumn>) -> Meaning {
        let names = self
            .words
            .enterprise_list
            .amounts
            .iter()
            .map(|amount| bare(&amount.unit));
        let known = names.filter_map(|name| {
            let rest = open.strip_suffix(name.as_str())?.trim_end_matches(['/', ':', ',', '-']);
            let column = find(rest).filter(|column| column.is_amount())?;
            Some((column, name))
        });
        let longest = known.max_by_key(|(_, name)| name.len());
        longest.map_or(Meaning::Unknown, |(column, name)| {
            Meaning::Column(column, self.amount(&name))
        })
    }
}

/// What stands outside of brackets, and what stands in each pair.
fn brackets(text: &str) -> (String, Vec<String>) {
    let (mut open, mut notes, mut depth) = (String::new(), Vec::new(), 0_usize);
    for c in text.chars() {
        match c {
            '(' | '[' | '【' => {
                depth += 1;
                notes.push(String::new());
            }
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => open.push(c),
            _ => {
                if let Some(note) = notes.last_mut() {
                    note.push(c);
                }
            }
        }
    }
    (open, notes)
}

/// The parts of a note such as `2025年,万元` or `单位:元`.
pub(super) fn pieces(note: &str) -> impl Iterator<Item = &str> {
    let parts = note.split([',', ';', '、', '/', ':']);
    parts.filter(|part| !part.is_empty() && *part != "单位")
}

/// A head without the number before it: `1.企业名称`.
fn without_number(title: &str) -> &str {
    let rest = title.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['.', '、', ')']) {
        Some(rest) if rest.len() < title.len() => rest,
        _ => title,
    }
}

/// A head without the year before it: `2025年营业收入`, `2025年度营业收入`.
fn without_year(title: &str) -> &str {
    let year = title.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()));
    let rest = year
        .and_then(|_| title.get(4..))
        .and_then(|rest| rest.strip_prefix('年'));
    rest.map_or(title, |rest| rest.strip_prefix('度').unwrap_or(rest))
}
