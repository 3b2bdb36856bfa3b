//! The statements of ARCHITECTURE.md that a test can keep: who may know whom, and what the code of a room must hold.

mod codes;
mod forms;
mod functions;
mod map;
mod rooms;
mod source;
mod store;
mod table;
mod uses;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use self::{
    functions::Function,
    table::{CIRCLES, LAYERED, ORDER, OWED, ROOMS},
    uses::{House, Mention, Said},
};

/// Crates without HTTP, database, clock and randomness.
const PURE: [&str; 6] = ["survey", "workbook", "index", "designation", "report", "demo"];

/// What was read of the workspace, once for all tests.
struct Read {
    said: Said,
    /// The functions of the service.
    functions: Vec<Function>,
}

fn read() -> &'static Read {
    static READ: OnceLock<Read> = OnceLock::new();
    READ.get_or_init(|| {
        let house = House::of_workspace();
        Read {
            said: house.said(),
            functions: functions::functions(&house, "ronghe"),
        }
    })
}

fn mentions() -> &'static BTreeSet<Mention> {
    &read().said.paths
}

fn lines(found: impl IntoIterator<Item = impl ToString>) -> String {
    found
        .into_iter()
        .map(|line| line.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_room_knows_only_what_the_table_allows() {
    let offences = rooms::offences(mentions());
    let new = offences
        .iter()
        .filter(|offence| !OWED.contains(&(&offence.file, &offence.knows)));
    let new = lines(new);
    assert!(new.is_empty(), "not allowed by the table:\n{new}");
}

#[test]
fn the_list_of_known_offences_only_shrinks() {
    let offences = rooms::offences(mentions());
    let found = offences
        .iter()
        .map(|offence| (&*offence.file, &*offence.knows))
        .collect::<BTreeSet<_>>();
    let mended = OWED.iter().filter(|owed| !found.contains(*owed));
    let mended = lines(mended.map(|(file, knows)| format!("{file} knows {knows}")));
    assert!(mended.is_empty(), "mended, so strike it from OWED:\n{mended}");
}

#[test]
fn the_table_itself_has_no_circle() {
    // Rooms whose neighbours below are all placed are placed; what is left over stands in a circle.
    let names = ROOMS.iter().map(|room| room.name).collect::<BTreeSet<_>>();
    assert_eq!(names.len(), ROOMS.len(), "a room has two rows");
    let mut placed = BTreeSet::new();
    loop {
        let ready = |room: &&table::Room| {
            room.may_know
                .iter()
                .all(|known| placed.contains(known) || !names.contains(known))
        };
        let next = ROOMS
            .iter()
            .filter(ready)
            .map(|room| room.name)
            .collect::<BTreeSet<_>>();
        if next == placed {
            break;
        }
        placed = next;
    }
    assert_eq!(placed, names);
    assert!(ROOMS.iter().all(|room| !room.why.is_empty()));
}

#[test]
fn no_row_allows_what_nobody_needs() {
    let mut needed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for mention in mentions() {
        let (room, known) = rooms::arrow(mention);
        needed.entry(room).or_default().insert(known);
    }
    let unused = ROOMS.iter().flat_map(|room| {
        let needed = needed.get(room.name).cloned().unwrap_or_default();
        let unused = room.may_know.iter().filter(move |known| !needed.contains(**known));
        unused.map(|known| format!("{} {known}", room.name))
    });
    let unused = lines(unused);
    assert!(unused.is_empty(), "allowed and never used:\n{unused}");
}

#[test]
fn rooms_inside_a_room_stand_in_no_new_circle() {
    let known = |place: &str| {
        let known = CIRCLES.iter().filter(|(circle, _)| *circle == place);
        let names = known.map(|(_, rooms)| rooms.iter().map(|room| (*room).to_owned()).collect::<BTreeSet<_>>());
        names.collect::<BTreeSet<_>>()
    };
    let found = LAYERED.iter().map(|place| (*place, rooms::circles(mentions(), place)));
    let differing = found
        .filter(|(place, circles)| *circles != known(place))
        .collect::<Vec<_>>();
    assert!(differing.is_empty(), "CIRCLES says something else: {differing:#?}");
}

#[test]
fn rooms_inside_a_room_keep_their_order() {
    let against = ORDER
        .iter()
        .flat_map(|(place, order)| rooms::upward(mentions(), place, order));
    let against = lines(against);
    assert!(against.is_empty(), "{against}");
}

#[test]
fn manifests_allow_no_more_than_the_table() {
    for krate in source::crates().iter().filter(|krate| PURE.contains(&&*krate.name)) {
        let room = ROOMS.iter().find(|room| room.name == krate.name).unwrap();
        let allowed = [table::VALUES, room.may_know].concat();
        let more = krate.dependencies.iter().filter(|name| !allowed.contains(&&***name));
        let more = lines(more);
        assert!(more.is_empty(), "{} depends on {more}", krate.name);
    }
}

#[test]
fn no_crate_depends_on_what_it_does_not_say() {
    for krate in source::crates()
        .iter()
        .filter(|krate| [&PURE[..], &["ronghe"]].concat().contains(&&*krate.name))
    {
        let own = mentions()
            .iter()
            .filter(|mention| rooms::below(&mention.module, &krate.name));
        let said = own
            .filter_map(|mention| mention.path.split("::").next())
            .collect::<BTreeSet<_>>();
        let built_in = ["std", "core", "alloc"];
        let unsaid = krate
            .dependencies
            .iter()
            .filter(|name| !said.contains(&***name) && !built_in.contains(&&***name));
        let unsaid = lines(unsaid);
        assert!(unsaid.is_empty(), "{} has no need of {unsaid}", krate.name);
    }
}

#[test]
fn every_file_is_read_or_is_for_tests() {
    let files = read().said.modules.values().collect::<BTreeSet<_>>();
    let unread = source::files().into_iter().filter(|file| !files.contains(file));
    // Left out by a `#[cfg(test)] mod tests;`.
    let unread = unread.filter(|file| !file.ends_with("/tests.rs") && !file.contains("/tests/"));
    let unread = lines(unread);
    assert!(unread.is_empty(), "no module says these files:\n{unread}");
}
