//! Paths held against the table.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    table::{PARTS, ROOMS, Room, VALUES},
    uses::Mention,
};

/// A path that the table does not allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Offence {
    pub(super) file: String,
    line: usize,
    room: &'static str,
    pub(super) knows: String,
    pub(super) path: String,
}

impl std::fmt::Display for Offence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            line,
            room,
            knows,
            path,
        } = self;
        write!(f, "{file}:{line}: {room} must not know {knows}, but says {path}")
    }
}

/// Whether a path is a place or lies below it.
pub(super) fn below(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The room of a module: the longest name in the table that fits.
fn room_of(path: &str) -> Option<&'static Room> {
    let fitting = ROOMS.iter().filter(|room| below(path, room.name));
    fitting.max_by_key(|room| room.name.len())
}

/// What is known by whom says a path: a part of a crate, a room, or another crate.
fn known_by(path: &str) -> String {
    let part = PARTS
        .iter()
        .find(|(_, paths)| paths.iter().any(|part| below(path, part)));
    if let Some((name, _)) = part {
        return (*name).to_owned();
    }
    match room_of(path) {
        Some(room) => room.name.to_owned(),
        None => path.split("::").next().unwrap_or_default().to_owned(),
    }
}

/// Which room says a path, and what it knows by it.
pub(super) fn arrow(mention: &Mention) -> (&'static str, String) {
    let Some(room) = room_of(&mention.module) else {
        panic!("no room for {}", mention.module)
    };
    (room.name, known_by(&mention.path))
}

/// Everything that is said and not allowed.
pub(super) fn offences(mentions: &BTreeSet<Mention>) -> BTreeSet<Offence> {
    let mut found = BTreeSet::new();
    for mention in mentions {
        let Some(room) = room_of(&mention.module) else {
            panic!("no room for {}", mention.module)
        };
        let knows = known_by(&mention.path);
        let allowed = [&[room.name], VALUES, room.may_know].concat().contains(&&*knows);
        if !allowed {
            found.insert(Offence {
                file: mention.file.clone(),
                line: mention.line,
                room: room.name,
                knows,
                path: mention.path.clone(),
            });
        }
    }
    found
}

/// The rooms of a crate that reach each other both ways. A room is a module of the crate's root.
pub(super) fn circles(mentions: &BTreeSet<Mention>, name: &str) -> BTreeSet<BTreeSet<String>> {
    let room = |path: &str| {
        let mut parts = path.split("::");
        (parts.next() == Some(name))
            .then(|| parts.next().map(str::to_owned))
            .flatten()
    };
    let modules = mentions
        .iter()
        .filter_map(|mention| room(&mention.module))
        .collect::<BTreeSet<_>>();
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mention in mentions {
        if let (Some(from), Some(to)) = (room(&mention.module), room(&mention.path))
            && from != to
            && modules.contains(&to)
        {
            reached.entry(from).or_default().insert(to);
        }
    }
    // Everything that is reached in any number of steps.
    loop {
        let next = reached.iter().map(|(from, rooms)| {
            let further = rooms.iter().filter_map(|room| reached.get(room)).flatten();
            (from.clone(), rooms.iter().chain(further).cloned().collect())
        });
        let next = next.collect::<BTreeMap<_, BTreeSet<_>>>();
        if next == reached {
            break;
        }
        reached = next;
    }
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|rooms| rooms.contains(to));
    let inside = modules.iter().filter(|room| reaches(room, room));
    let circle = |room: &String| {
        modules
            .iter()
            .filter(|other| reaches(room, other) && reaches(other, room))
            .cloned()
            .collect()
    };
    inside.map(circle).collect()
}
