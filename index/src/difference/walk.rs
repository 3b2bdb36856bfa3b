//! The comparison of two documents, member by member.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use survey::{document::segment, text::Text};

use super::{
    change::{Change, ChangeArea, ChangeKind},
    words::{AREAS, WORDS},
};

/// Members by which entries of a list are known, the first that all of them have.
const IDENTITIES: [&str; 6] = ["code", "no", "stage", "level", "year", "name"];

/// Where the comparison is: pointers into both documents, and the way there in words.
#[derive(Clone)]
pub(super) struct Walk<'a> {
    before: Vec<String>,
    after: Vec<String>,
    names: Vec<Name<'a>>,
}

/// A step of the way.
#[derive(Clone)]
enum Name<'a> {
    Member(&'a str),
    /// An entry by what it is known by and its label, if it has one.
    Entry(String, Option<(&'a str, &'a str)>),
}

impl<'a> Walk<'a> {
    /// At the root of both documents.
    pub(super) fn new() -> Self {
        Self {
            before: Vec::new(),
            after: Vec::new(),
            names: Vec::new(),
        }
    }

    pub(super) fn compare(&self, before: &'a Value, after: &'a Value, changes: &mut Vec<Change>) {
        match (before, after) {
            _ if before == after => {}
            // A text in both languages is one thing.
            (Value::Object(was), Value::Object(is)) if !is_text(was) && !is_text(is) => {
                self.compare_members(was, is, changes);
            }
            (Value::Array(was), Value::Array(is)) => self.compare_lists(was, is, before, after, changes),
            _ => changes.push(self.change(Some(before), Some(after))),
        }
    }

    fn compare_members(&self, was: &'a Map<String, Value>, is: &'a Map<String, Value>, changes: &mut Vec<Change>) {
        for (key, after) in is {
            let inner = self.member(key);
            match was.get(key) {
                Some(before) => inner.compare(before, after, changes),
                None => changes.push(inner.change(None, Some(after))),
            }
        }
        for (key, before) in was.iter().filter(|(key, _)| !is.contains_key(*key)) {
            changes.push(self.member(key).change(Some(before), None));
        }
    }

    fn compare_lists(
        &self,
        was: &'a [Value],
        is: &'a [Value],
        before: &'a Value,
        after: &'a Value,
        changes: &mut Vec<Change>,
    ) {
        if let Some(identity) = identity(was, is) {
            let place = |value: &Value| was.iter().position(|entry| entry.get(identity) == value.get(identity));
            for (at, entry) in is.iter().enumerate() {
                match place(entry).and_then(|from| Some((from, was.get(from)?))) {
                    Some((from, earlier)) => {
                        self.entry(Some(from), Some(at), entry, identity)
                            .compare(earlier, entry, changes);
                    }
                    None => changes.push(self.entry(None, Some(at), entry, identity).change(None, Some(entry))),
                }
            }
            for (at, entry) in was.iter().enumerate() {
                if !is.iter().any(|later| later.get(identity) == entry.get(identity)) {
                    changes.push(self.entry(Some(at), None, entry, identity).change(Some(entry), None));
                }
            }
        } else if was.len() == is.len() && is.iter().all(Value::is_object) {
            for (at, (earlier, later)) in was.iter().zip(is).enumerate() {
                let mut inner = self.clone();
                inner.before.push(at.to_string());
                inner.after.push(at.to_string());
                inner.names.push(Name::Entry((at + 1).to_string(), None));
                inner.compare(earlier, later, changes);
            }
        } else {
            changes.push(self.change(Some(before), Some(after)));
        }
    }

    fn member(&self, key: &'a str) -> Self {
        let mut inner = self.clone();
        let segment = segment(key);
        inner.before.push(segment.clone());
        inner.after.push(segment);
        inner.names.push(Name::Member(key));
        inner
    }

    fn entry(&self, before: Option<usize>, after: Option<usize>, entry: &'a Value, identity: &str) -> Self {
        let mut inner = self.clone();
        inner.before.extend(before.map(|at| at.to_string()));
        inner.after.extend(after.map(|at| at.to_string()));
        let label = entry.get("label").and_then(|label| {
            let words = |language: &str| label.get(language).and_then(Value::as_str);
            Some((words("zh")?, words("en")?))
        });
        let known_by = entry.get(identity).map(short).unwrap_or_default();
        inner.names.push(Name::Entry(known_by, label));
        inner
    }

    fn change(&self, was: Option<&Value>, is: Option<&Value>) -> Change {
        let kind = match (was, is) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let way = if is.is_some() { &self.after } else { &self.before };
        Change {
            kind,
            area: self.area(),
            pointer: way
                .iter()
                .fold(String::new(), |pointer, segment| pointer + "/" + segment),
            message: self.message(was, is),
            was: was.cloned(),
            is: is.cloned(),
        }
    }

    /// What the last member of the way that says so is about; a whole entry is about the tree.
    fn area(&self) -> ChangeArea {
        let members = self.names.iter().rev().filter_map(|name| match name {
            Name::Member(key) => Some(*key),
            Name::Entry(..) => None,
        });
        let mut members = members.peekable();
        let whole_entry = matches!(self.names.last(), Some(Name::Entry(..)));
        let nodes = [
            "blocks",
            "aggregates",
            "indicators",
            "items",
            "dimensions",
            "topics",
            "scenes",
            "nodes",
        ];
        if whole_entry && members.peek().is_some_and(|list| nodes.contains(list)) {
            return ChangeArea::Tree;
        }
        members
            .find_map(|key| AREAS.iter().find(|(name, _)| *name == key).map(|(_, area)| *area))
            .unwrap_or(ChangeArea::Policy)
    }

    fn message(&self, was: Option<&Value>, is: Option<&Value>) -> Text {
        let (zh, en) = (self.way(|words| words.0), self.way(|words| words.1));
        match (was.map(short), is.map(short)) {
            (None, Some(is)) => Text::new(format!("{zh}：新增 {is}。"), format!("{en}: added {is}.")),
            (Some(was), None) => Text::new(format!("{zh}：删去 {was}。"), format!("{en}: removed {was}.")),
            (Some(was), Some(is)) => Text::new(
                format!("{zh}：由 {was} 改为 {is}。"),
                format!("{en}: {was} became {is}."),
            ),
            (None, None) => Text::new(zh, en),
        }
    }

    /// The way in words of one language.
    fn way(&self, language: impl Fn((&'a str, &'a str)) -> &'a str) -> String {
        let words = self.names.iter().map(|name| match name {
            Name::Member(key) => {
                let known = WORDS.iter().find(|(word, ..)| word == key);
                known.map_or((*key).to_owned(), |(_, zh, en)| language((zh, en)).to_owned())
            }
            Name::Entry(known_by, Some(label)) => format!("{known_by} {}", language(*label)),
            Name::Entry(known_by, None) => known_by.clone(),
        });
        let way = words.collect::<Vec<_>>().join(" › ");
        if way.is_empty() { "·".to_owned() } else { way }
    }
}

/// Whether an object is a text in both languages.
fn is_text(object: &Map<String, Value>) -> bool {
    object.len() == 2 && object.contains_key("zh") && object.contains_key("en")
}

/// What all entries of two lists are known by, each of them by another one.
fn identity(was: &[Value], is: &[Value]) -> Option<&'static str> {
    if was.is_empty() && is.is_empty() {
        return None;
    }
    let known_by = |list: &[Value], identity: &str| {
        let keys: Option<BTreeSet<String>> = list
            .iter()
            .map(|entry| entry.get(identity).map(Value::to_string))
            .collect();
        keys.is_some_and(|keys| keys.len() == list.len())
    };
    IDENTITIES
        .into_iter()
        .find(|identity| known_by(was, identity) && known_by(is, identity))
}

/// A value in a sentence: texts without quotes, of a text in two languages the Chinese, the rest as JSON, cut where it is long.
fn short(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(object) if is_text(object) => {
            let words = |language: &str| object.get(language).and_then(Value::as_str).unwrap_or_default();
            format!("{} / {}", words("zh"), words("en"))
        }
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}
