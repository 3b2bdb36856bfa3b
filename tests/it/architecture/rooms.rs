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

/// The part of a path behind a place: the room inside it.
fn room_inside<'a>(path: &'a str, place: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(place)?.strip_prefix("::")?;
    rest.split("::").next()
}

/// The rooms inside a place, each with those that it knows. A room is a module directly below the place.
pub(super) fn inside(mentions: &BTreeSet<Mention>, place: &str) -> BTreeMap<String, BTreeMap<String, Mention>> {
    let mut rooms: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for mention in mentions {
        if let Some(room) = room_inside(&mention.module, place) {
            rooms.entry(room.to_owned()).or_default();
        }
    }
    for mention in mentions {
        if let (Some(from), Some(to)) = (room_inside(&mention.module, place), room_inside(&mention.path, place))
            && from != to
            && rooms.contains_key(to)
            && let Some(known) = rooms.get_mut(from)
        {
            known.entry(to.to_owned()).or_insert_with(|| mention.clone());
        }
    }
    rooms
}

/// The rooms inside a place that reach each other both ways.
pub(super) fn circles(mentions: &BTreeSet<Mention>, place: &str) -> BTreeSet<BTreeSet<String>> {
    let rooms = inside(mentions, place);
    let mut reached = rooms
        .iter()
        .map(|(room, known)| (room, known.keys().collect()))
        .collect::<BTreeMap<_, BTreeSet<_>>>();
    // Everything that is reached in any number of steps.
    loop {
        let next = reached.iter().map(|(from, rooms)| {
            let further = rooms.iter().filter_map(|room| reached.get(room)).flatten();
            (*from, rooms.iter().chain(further).copied().collect())
        });
        let next = next.collect::<BTreeMap<_, BTreeSet<_>>>();
        if next == reached {
            break;
        }
        reached = next;
    }
    let circle = |room| {
        let others = rooms
            .keys()
            .filter(|other| reached[room].contains(other) && reached[other].contains(room));
        others.cloned().collect::<BTreeSet<_>>()
    };
    rooms.keys().map(circle).filter(|circle| !circle.is_empty()).collect()
}

/// What is said against the order of the rooms inside a place, the lowest first.
pub(super) fn upward(mentions: &BTreeSet<Mention>, place: &str, order: &[&str]) -> Vec<String> {
    let floor = |room: &str| order.iter().position(|name| *name == room);
    let mut found = Vec::new();
    for (room, known) in inside(mentions, place) {
        let Some(own) = floor(&room) else {
            found.push(format!("{place}::{room} has no place in the order"));
            continue;
        };
        for (other, Mention { file, line, path, .. }) in known {
            if floor(&other).is_some_and(|other| other > own) {
                found.push(format!(
                    "{file}:{line}: {place}::{room} lies below {other}, but says {path}"
                ));
            }
        }
    }
    found
}
