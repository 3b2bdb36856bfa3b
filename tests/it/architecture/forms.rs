//! The guard itself: a forbidden path is found in every form in which Rust can say it.

use super::{
    rooms,
    source::{Krate, dependencies, made_up_modules},
    uses::House,
};

/// Modules around the one under test.
const NEIGHBOURS: &[(&[&str], &str)] = &[
    (&["ronghe", "jobs"], "pub mod queue {} pub struct Worker;"),
    (&["ronghe", "service"], "use crate::jobs;"),
    (
        &["ronghe", "domain"],
        "pub use crate::jobs::Worker as Door; pub struct Plain;",
    ),
];

/// The forbidden paths of a module of the service, which must not know `jobs` and `poem`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let crates = [Krate::made_up("ronghe", &["std", "index", "poem", "serde", "survey"])];
    let mut modules = made_up_modules("under_test.rs", text, &["ronghe", "service", "made", "up"]);
    for (place, text) in NEIGHBOURS {
        modules.extend(made_up_modules("neighbour.rs", text, place));
    }
    let offences = rooms::offences(&House::new(&crates, modules).said().paths);
    let own = offences.iter().filter(|offence| offence.file == "under_test.rs");
    assert_eq!(
        own.map(|offence| &*offence.path).collect::<Vec<_>>(),
        expected,
        "{text}"
    );
}

#[test]
fn what_is_allowed_is_not_found() {
    check("use crate::{domain::Plain, store::db::Database};", &[]);
    check(
        "use std::collections::BTreeMap; fn f() -> BTreeMap<u8, u8> { BTreeMap::new() }",
        &[],
    );
    check(
        "use index::composite::Method; mod poem {} use self::poem as local;",
        &[],
    );
    check(
        "fn f<jobs: Default>(poem: u8) -> jobs { <jobs as Default>::default() }",
        &[],
    );
    // A module of the same name is no crate.
    check(
        "mod poem { pub struct Route; } fn f() -> poem::Route { poem::Route }",
        &[],
    );
}

#[test]
fn plain_use() {
    check("use crate::jobs::queue::Queue;", &["ronghe::jobs::queue::Queue"]);
    check("use crate::jobs;", &["ronghe::jobs"]);
    check("use poem::Route;", &["poem::Route"]);
    check("use ::poem::Route;", &["poem::Route"]);
    check("use poem;", &["poem"]);
    check("extern crate poem;", &["poem"]);
}

#[test]
fn nested_braces() {
    check(
        "use crate::{domain::Plain, jobs::{queue::{Queue, Message}, worker}};",
        &[
            "ronghe::jobs::queue::Message",
            "ronghe::jobs::queue::Queue",
            "ronghe::jobs::worker",
        ],
    );
    check("use {poem::Route, std::fmt};", &["poem::Route"]);
}

#[test]
fn self_in_braces() {
    check("use crate::jobs::{self};", &["ronghe::jobs"]);
    check("use crate::{jobs::{self as work}, domain::Plain};", &["ronghe::jobs"]);
    check("use poem::{self, Route};", &["poem", "poem::Route"]);
}

#[test]
fn rename() {
    check(
        "use crate::jobs as work; fn f() { work::queue::push(); }",
        &["ronghe::jobs", "ronghe::jobs::queue::push"],
    );
    check(
        "use crate as top; fn f() { top::jobs::start(); }",
        &["ronghe", "ronghe::jobs::start"],
    );
    check("use poem::Route as _;", &["poem::Route"]);
}

#[test]
fn glob() {
    check("use crate::jobs::*;", &["ronghe::jobs"]);
    check("use poem::{prelude::*, Route};", &["poem::Route", "poem::prelude"]);
    // `jobs` comes from the module above.
    check(
        "use super::super::*; fn f() { jobs::start(); }",
        &["ronghe::jobs::start"],
    );
}

#[test]
fn super_self_and_crate() {
    check("use super::super::super::jobs::Worker;", &["ronghe::jobs::Worker"]);
    check(
        "mod inner { use super::super::super::super::jobs::Worker; }",
        &["ronghe::jobs::Worker"],
    );
    check(
        "use crate::jobs; use self::jobs::Worker;",
        &["ronghe::jobs", "ronghe::jobs::Worker"],
    );
}

#[test]
fn use_inside_a_function_or_an_inline_module() {
    check(
        "fn f() { if true { use crate::jobs::queue; queue::push(); } }",
        &["ronghe::jobs::queue", "ronghe::jobs::queue::push"],
    );
    check("mod inner { use poem::Route; }", &["poem::Route"]);
    check("impl X { fn f(&self) { use poem::Route; } }", &["poem::Route"]);
}

#[test]
fn path_in_a_body() {
    check(
        "fn f() { crate::jobs::queue::push(1); }",
        &["ronghe::jobs::queue::push"],
    );
    check(
        "fn f() { let x = || async { poem::Route::new() }; }",
        &["poem::Route::new"],
    );
    check(
        "fn f(x: X) { match x { crate::jobs::Kind::Run => {} } }",
        &["ronghe::jobs::Kind::Run"],
    );
    check("const X: u8 = crate::jobs::LIMIT;", &["ronghe::jobs::LIMIT"]);
}

#[test]
fn path_in_a_type() {
    check(
        "struct X { queue: Option<crate::jobs::Queue> }",
        &["ronghe::jobs::Queue"],
    );
    check("fn f(x: &dyn poem::Endpoint) {}", &["poem::Endpoint"]);
    check("fn f<T>() where T: poem::Endpoint {}", &["poem::Endpoint"]);
    check("impl poem::Endpoint for X {}", &["poem::Endpoint"]);
    check("fn f() { g::<poem::Route>(); }", &["poem::Route"]);
    check("type X = <poem::Route as Into<u8>>::Out;", &["poem::Route"]);
}

#[test]
fn path_in_a_macro() {
    check(
        "fn f() { println!(\"{}\", crate::jobs::LIMIT); }",
        &["ronghe::jobs::LIMIT"],
    );
    check("fn f() { vec![(1, [poem::Route::new()])]; }", &["poem::Route::new"]);
    check(
        "macro_rules! m { () => { $crate::jobs::push() }; }",
        &["ronghe::jobs::push"],
    );
    check(
        "m! { use crate::{domain::Plain, jobs::Queue}; }",
        &["ronghe::jobs::Queue"],
    );
    check("m! { crate::{domain::Plain, jobs::Queue} }", &["ronghe::jobs::Queue"]);
    check("poem::listen!();", &["poem::listen"]);
    check(
        "use crate::jobs as work; fn f() { dbg!(work::LIMIT) }",
        &["ronghe::jobs", "ronghe::jobs::LIMIT"],
    );
    // A field or a method is no path.
    check("fn f() { dbg!(x.poem, x.poem::<u8>()) }", &[]);
}

#[test]
fn path_in_an_attribute() {
    check("#[derive(poem::Endpoint)] struct X;", &["poem::Endpoint"]);
    check(
        "struct X { #[serde(with = \"crate::jobs::text\")] x: u8 }",
        &["ronghe::jobs::text"],
    );
    check(
        "enum X { #[error(transparent)] A(#[from] crate::jobs::Error) }",
        &["ronghe::jobs::Error"],
    );
    check("#[poem::main] fn f() {}", &["poem::main"]);
    check(
        "#[error(\"{}\", crate::jobs::LIMIT)] struct X;",
        &["ronghe::jobs::LIMIT"],
    );
}

#[test]
fn pub_use_and_what_comes_through_it() {
    check("pub use crate::jobs::Worker;", &["ronghe::jobs::Worker"]);
    check("pub(crate) use poem as web;", &["poem"]);
    // The domain hands on what the service must not know.
    check("use crate::domain::Door;", &["ronghe::jobs::Worker"]);
    check("fn f() -> crate::domain::Door {}", &["ronghe::jobs::Worker"]);
}

#[test]
fn parts_of_allowed_crates() {
    check(
        "use std::{env, time::{Duration, Instant}};",
        &["std::time::Instant", "std::env"],
    );
    check(
        "use std::time; fn f() { time::SystemTime::now(); }",
        &["std::time::SystemTime::now"],
    );
}

#[test]
fn what_is_for_tests_only_is_left_out() {
    check("#[cfg(test)] mod tests { use poem::Route; }", &[]);
    check("#[cfg(test)] use poem::Route;", &[]);
    check("#[cfg(all(test, unix))] fn f() { poem::Route::new(); }", &[]);
    check("#[test] fn f() { poem::Route::new(); }", &[]);
    check("impl X { #[cfg(test)] fn f() { poem::Route::new(); } }", &[]);
    // Only the item itself, not what stands behind it.
    check("#[cfg(test)] mod tests {} use poem::Route;", &["poem::Route"]);
    check("#[cfg(not(test))] use poem::Route;", &["poem::Route"]);
    check("#[cfg(any(test, unix))] use poem::Route;", &["poem::Route"]);
}

#[test]
fn comments_and_strings_are_left_out() {
    check("// use poem::Route;\n/* crate::jobs::X */ fn f() {}", &[]);
    check("//! [`poem::Route`]\n/// Like [`crate::jobs::Queue`].\nfn f() {}", &[]);
    check(
        "const X: &str = \"use crate::jobs::Queue;\"; fn f() { println!(\"poem::Route\"); }",
        &[],
    );
}

#[test]
fn the_line_of_an_offence_is_named() {
    let crates = [Krate::made_up("ronghe", &["poem"])];
    let modules = made_up_modules("under_test.rs", "\n\nuse poem::Route;", &["ronghe", "service"]);
    let offences = rooms::offences(&House::new(&crates, modules).said().paths);
    let said = offences.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        said,
        ["under_test.rs:3: ronghe::service must not know poem, but says poem::Route"]
    );
}

#[test]
fn circles_of_rooms_are_found() {
    let crates = [Krate::made_up("index", &["std"])];
    let text = "mod a { use crate::b::X; } mod b { use crate::c::X; } mod c { fn f() { super::a::g(); } } mod d { use crate::a; }";
    let said = House::new(&crates, made_up_modules("under_test.rs", text, &["index"])).said();
    let circles = rooms::circles(&said.paths, "index");
    let names = circles.iter().flatten().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((circles.len(), names), (1, vec!["a", "b", "c"]));
}

#[test]
fn what_is_said_against_an_order_is_found() {
    let crates = [Krate::made_up("index", &["std"])];
    let text = "mod low { use crate::high::X; } mod high { use super::low::X; } mod new {}";
    let said = House::new(&crates, made_up_modules("under_test.rs", text, &["index"])).said();
    let found = rooms::upward(&said.paths, "index", &["low", "high"]);
    assert_eq!(
        found,
        ["under_test.rs:1: index::low lies below high, but says index::high::X"]
    );
    let found = rooms::upward(&said.paths, "index", &["low"]);
    assert_eq!(found, ["index::high has no place in the order"]);
}

#[test]
fn dependencies_of_a_manifest_are_read() {
    let manifest = "[workspace.dependencies]\na = \"1\"\n[dependencies]\nsea-orm.workspace = true\n# no\nserde = { workspace = true }\n\
                    [target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n";
    let found = dependencies(manifest);
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        ["alloc", "core", "libc", "sea_orm", "serde", "std"]
    );
}
