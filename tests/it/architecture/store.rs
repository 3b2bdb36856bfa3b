//! What the functions of the store and their callers keep: a scope where enterprise data is touched, an order in every
//! list, no statement per row, and rows that are written once.
//!
//! Each list below says what is left out, with the reason. A line that is no longer needed fails.

use std::collections::BTreeSet;

use super::{
    functions::{Function, functions},
    lines, read, rooms,
    source::{Krate, made_up_modules},
    uses::House,
};

/// Modules of the store that hold nothing of an enterprise. A new module does.
const NO_ENTERPRISE_DATA: &[(&str, &str)] = &[
    (
        "access",
        "accounts, tokens and keys; who may see them is decided by role",
    ),
    ("area", "public code list"),
    ("document", "published documents"),
    ("industry", "public code list"),
    ("insert", "inserts rows that its caller has checked"),
    ("job", "job rows; the service asks whose they are"),
    (
        "login_code",
        "accounts and their codes; who may see them is decided by role",
    ),
    (
        "mapping",
        "profiles carry the scope of their author, which the service asks",
    ),
    ("round", "rounds; their members are reached through returns"),
    ("run", "a run is of a round; its results are in run_result"),
    ("run_region", "figures of the county"),
    ("signing_key", "keys of the house"),
];

/// Functions of the other modules that take no scope.
const WITHOUT_SCOPE: &[(&str, &str)] = &[
    (
        "blob::find_blob",
        "by digest, which a revision names that was found under a scope",
    ),
    (
        "blob::record_blob",
        "the digest is known before the revision that names it",
    ),
    (
        "blob::record_blobs",
        "the digest is known before the revision that names it",
    ),
    (
        "import::cancel_items",
        "by the job, which the service has found for its owner",
    ),
    (
        "enterprise_group::add_members",
        "by enterprises that were found under a scope",
    ),
    (
        "enterprise_group::end_members",
        "by enterprises that were found under a scope",
    ),
    ("enterprise_group::find_group", "a group names no enterprise"),
    ("enterprise_group::insert_group", "a group names no enterprise"),
    ("enterprise_group::list_groups", "a group names no enterprise"),
    ("enterprise_group::update_group", "a group names no enterprise"),
    ("import::count_items", "takes batches that were found under a scope"),
    ("import::insert_import", "the batch carries the scope of its author"),
    ("import::last_ordinal", "takes a batch that was found under a scope"),
    ("import::list_items", "takes a batch that was found under a scope"),
    ("import::put_items", "takes a batch that was found under a scope"),
    ("import::settled_for", "takes a batch that was found under a scope"),
    ("import::still_waiting", "takes a batch that was found under a scope"),
    ("import::waiting_items", "takes a batch that was found under a scope"),
    (
        "run_result::insert_results",
        "the results of a run over the whole county",
    ),
    (
        "run_result::results_above",
        "a count over the whole county, as ranks are",
    ),
];

/// Functions that read several rows in any order and give neither a map nor a set.
const UNORDERED: &[(&str, &str)] = &[
    ("enterprise::covers", "gives yes or no"),
    ("round::progress", "gives counts"),
    ("survey_return::conflict", "gives which error it is"),
];

/// Functions that give a statement again and again, or call one that does.
const STATEMENTS_IN_LOOPS: &[(&str, &str)] = &[
    (
        "jobs::queue::ApalisQueue::start",
        "looks for waiting jobs at an interval",
    ),
    (
        "service::documents::catalogue::contents",
        "the documents of a round, about seven; kept once compiled",
    ),
    (
        "service::documents::catalogue::current_reference",
        "one for each kind of document",
    ),
    (
        "service::imports::begin::begin_import",
        "leaves the loop with the first",
    ),
    ("service::imports::read::all_items", "page by page"),
    (
        "service::registry::import_enterprises::import_enterprises",
        "one for each changed enterprise: each names its version",
    ),
    (
        "service::returns::filing::file_revisions",
        "only for a revision that brings justifications",
    ),
    (
        "service::rounds::create::create_round",
        "one for each accepted version of the questionnaire, at most a few",
    ),
    (
        "service::rounds::create::faults",
        "one for each accepted version of the questionnaire, at most a few",
    ),
    ("service::rounds::figures::Figures::read_changes", "in chunks"),
    ("service::rounds::last_answers::last_answers", "in chunks"),
    ("service::runs::compute::compute", "in groups of results"),
    ("service::runs::export::rows", "page by page"),
    ("service::runs::robustness::test_robustness", "in chunks"),
    ("store::enterprise::find_enterprises", "in chunks"),
    ("store::enterprise::find_enterprises_by_name", "in chunks"),
    ("store::enterprise::find_enterprises_by_uscc", "in chunks"),
    ("store::enterprise_group::end_members", "in chunks"),
    ("store::import::put_items", "in chunks"),
    ("store::insert::insert_all", "in chunks"),
    ("store::login_code::accounts_named", "in chunks"),
    ("store::login_code::accounts_of", "in chunks"),
    ("store::login_code::newest_codes", "in chunks"),
    ("store::login_code::replace_codes", "in chunks"),
    ("store::round::remove_members", "in chunks"),
    ("store::survey_return::find_returns_of", "in chunks"),
    ("store::survey_return::update_returns", "in chunks"),
];

/// Tables whose rows may change or go. Those of every other table are written once: published documents, revisions,
/// results, events, justifications.
const CHANGING_TABLES: &[(&str, &str)] = &[
    ("access_token", "log out"),
    ("api_key", "last use and revocation"),
    ("area", "public code list, replaced as a whole"),
    ("area_closure", "follows area"),
    ("enterprise", "the registry"),
    ("enterprise_group", "its name and its last day"),
    ("enterprise_group_member", "the day on which it ended"),
    ("import_item", "its outcome"),
    ("industry", "public code list, replaced as a whole"),
    ("job", "its progress"),
    ("login_code", "used, or another took its place"),
    ("mapping_profile", "edited by its author"),
    ("round", "its dates and state"),
    ("round_member", "enterprises come into a round and go out of it"),
    ("run", "its state; its hashes once, while it computes"),
    ("run_result", "what a run that never finished has left goes with it"),
    ("signing_key", "retired"),
    ("survey_return", "its state and which revision counts"),
    ("user_account", "the account"),
];

/// Methods that send a statement.
const STATEMENTS: &[&str] = &[
    "all",
    "count",
    "delete",
    "exec",
    "exec_with_returning",
    "exec_without_returning",
    "execute",
    "insert",
    "one",
    "query_all",
    "query_one",
    "save",
    "stream",
    "update",
];

/// Checks what was found against a list, both ways.
#[track_caller]
fn agrees(found: impl IntoIterator<Item = String>, list: &[(&str, &str)], meaning: &str) {
    let found = found.into_iter().collect::<BTreeSet<_>>();
    let listed = list.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let new = lines(found.difference(&listed));
    assert!(new.is_empty(), "{meaning}:\n{new}");
    let gone = lines(listed.difference(&found));
    assert!(gone.is_empty(), "no longer so, strike it from the list:\n{gone}");
    assert!(list.iter().all(|(_, reason)| !reason.is_empty()));
}

/// The functions of a room.
fn in_room(room: &str) -> Vec<Function> {
    let all = read().functions.iter();
    all.filter(|function| rooms::below(&function.path, room))
        .cloned()
        .collect()
}

/// The module of the store in which a function stands, and its name. Which file of the module it is does not count.
fn short(function: &Function) -> String {
    let path = function.path.strip_prefix("ronghe::store::").unwrap_or(&function.path);
    match (path.split_once("::"), path.rsplit_once("::")) {
        (Some((module, _)), Some((_, name))) => format!("{module}::{name}"),
        _ => path.to_owned(),
    }
}

fn unscoped(store: &[Function]) -> Vec<&Function> {
    let asks = |function: &&Function| function.public && function.takes.contains("Connection");
    store
        .iter()
        .filter(asks)
        .filter(|function| !function.takes.contains("Scope"))
        .collect()
}

fn unordered(store: &[Function]) -> Vec<&Function> {
    let several = |function: &&Function| ["all", "stream"].iter().any(|name| function.methods.contains(*name));
    let ordered = |function: &&Function| {
        function.methods.iter().any(|name| name.starts_with("order_by"))
            || function
                .calls
                .iter()
                .any(|path| rooms::below(path, "ronghe::store::keyset"))
            || ["BTreeMap", "BTreeSet"]
                .iter()
                .any(|name| function.gives.contains(*name))
    };
    store
        .iter()
        .filter(several)
        .filter(|function| !ordered(function))
        .collect()
}

/// Functions with a loop that sends statements, directly or through functions called by path.
fn statements_in_loops(all: &[Function]) -> Vec<&Function> {
    let in_store = |function: &Function| rooms::below(&function.path, "ronghe::store");
    let mut asking = all
        .iter()
        .filter(|function| function.asynchronous && in_store(function));
    let mut asking = asking.by_ref().map(|function| &*function.path).collect::<BTreeSet<_>>();
    loop {
        let known = asking.len();
        let calling = all.iter().filter(|function| function.asynchronous);
        let calling = calling.filter(|function| function.calls.iter().any(|path| asking.contains(&**path)));
        asking.extend(calling.map(|function| &*function.path).collect::<Vec<_>>());
        if asking.len() == known {
            break;
        }
    }
    let sends = |function: &&Function| {
        function.again.iter().any(|path| asking.contains(&**path))
            || (in_store(function) && STATEMENTS.iter().any(|name| function.methods_again.contains(*name)))
    };
    all.iter().filter(sends).collect()
}

/// Tables that functions change or delete from.
fn changed_tables(store: &[Function]) -> BTreeSet<String> {
    let changed = store.iter().flat_map(|function| {
        // An insertion that meets a row changes it, unless it does nothing then.
        let overwrites = function.methods.contains("on_conflict") && !function.methods.contains("do_nothing");
        function.calls.iter().filter_map(move |path| {
            let (table, call) = path.strip_prefix("entity::")?.split_once("::Entity::")?;
            let changes = call.starts_with("update") || call.starts_with("delete");
            (changes || (overwrites && call.starts_with("insert"))).then(|| table.to_owned())
        })
    });
    changed.collect()
}

#[test]
fn what_is_written_once_is_never_changed() {
    let changed = changed_tables(&in_room("ronghe::store"));
    agrees(changed, CHANGING_TABLES, "rows of these tables are written once");
}

#[test]
fn every_store_function_over_enterprise_data_takes_a_scope() {
    let store = in_room("ronghe::store");
    let names = store.iter().map(short).collect::<Vec<_>>();
    let modules = names
        .iter()
        .filter_map(|name| name.split("::").next())
        .collect::<BTreeSet<_>>();
    let gone = lines(
        NO_ENTERPRISE_DATA
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !modules.contains(**name)),
    );
    assert!(gone.is_empty(), "no such module:\n{gone}");
    let found = unscoped(&store).into_iter().map(short);
    let found = found.filter(|name| !NO_ENTERPRISE_DATA.iter().any(|(module, _)| rooms::below(name, module)));
    agrees(found, WITHOUT_SCOPE, "these touch enterprise data without a scope");
}

#[test]
fn every_list_of_the_store_is_ordered() {
    let store = in_room("ronghe::store");
    let found = unordered(&store).into_iter().map(short);
    agrees(found, UNORDERED, "these read rows in any order");
}

#[test]
fn no_list_costs_a_statement_per_row() {
    let house = House::of_workspace();
    let rooms = ["ronghe::store", "ronghe::service", "ronghe::jobs", "ronghe::api"];
    let all = rooms
        .iter()
        .flat_map(|room| functions(&house, room))
        .collect::<Vec<_>>();
    let found = statements_in_loops(&all);
    let name = |function: &Function| match function.path.strip_prefix("ronghe::") {
        Some(path) if !path.starts_with("store::") => path.to_owned(),
        _ => format!("store::{}", short(function)),
    };
    let found = found.into_iter().map(name);
    agrees(found, STATEMENTS_IN_LOOPS, "these send statements in a loop");
}

/// The functions of a made-up module of the store and one of the service that calls it.
fn made_up(store: &str, service: &str) -> Vec<Function> {
    let crates = [Krate::made_up("ronghe", &["std", "sea_orm"])];
    let mut modules = made_up_modules("store.rs", store, &["ronghe", "store", "thing"]);
    modules.extend(made_up_modules("service.rs", service, &["ronghe", "service", "things"]));
    functions(&House::new(&crates, modules), "ronghe")
}

#[track_caller]
fn check(find: fn(&[Function]) -> Vec<&Function>, store: &str, service: &str, expected: &[&str]) {
    let all = made_up(store, service);
    let found = find(&all)
        .into_iter()
        .map(|function| function.path.rsplit("::").next().unwrap());
    assert_eq!(found.collect::<Vec<_>>(), expected, "{store} {service}");
}

#[test]
fn a_missing_scope_is_seen() {
    let without = "pub async fn a(conn: &impl Connection, id: Id) {}";
    check(unscoped, without, "", &["a"]);
    check(
        unscoped,
        "pub async fn a(conn: &impl Connection, scope: &Scope, id: Id) {}",
        "",
        &[],
    );
    check(
        unscoped,
        "async fn a(conn: &impl Connection) {} pub fn b(id: Id) {}",
        "",
        &[],
    );
}

#[test]
fn a_missing_order_is_seen() {
    check(
        unordered,
        "async fn a() -> Vec<X> { E::find().all(conn).await? }",
        "",
        &["a"],
    );
    check(
        unordered,
        "async fn a() -> Vec<X> { E::find().order_by_asc(C).all(conn).await? }",
        "",
        &[],
    );
    check(
        unordered,
        "use crate::store::keyset; async fn a() -> Page<X> { keyset::down(E::find()).all(c).await? }",
        "",
        &[],
    );
    check(
        unordered,
        "async fn a() -> Result<BTreeMap<K, X>, E> { E::find().all(conn).await? }",
        "",
        &[],
    );
    check(unordered, "async fn a() -> X { E::find().one(conn).await? }", "", &[]);
}

#[test]
fn a_change_of_a_row_is_seen() {
    let check = |text: &str, expected: &[&str]| {
        let crates = [Krate::made_up("ronghe", &["entity"]), Krate::made_up("entity", &[])];
        let mut modules = made_up_modules("store.rs", text, &["ronghe", "store", "thing"]);
        let prelude = "pub use super::revision::Entity as Revision;";
        modules.extend(made_up_modules("prelude.rs", prelude, &["entity", "prelude"]));
        modules.extend(made_up_modules(
            "revision.rs",
            "pub struct Entity;",
            &["entity", "revision"],
        ));
        let changed = changed_tables(&functions(&House::new(&crates, modules), "ronghe"));
        assert_eq!(
            changed.iter().map(String::as_str).collect::<Vec<_>>(),
            expected,
            "{text}"
        );
    };
    let before = "use entity::{revision, prelude::Revision as RevisionEntity};";
    check(
        &format!("{before} fn a() {{ RevisionEntity::update_many().exec(c) }}"),
        &["revision"],
    );
    check(
        &format!("{before} fn a() {{ revision::Entity::delete_by_id(1).exec(c) }}"),
        &["revision"],
    );
    check(
        &format!("{before} fn a() {{ RevisionEntity::insert(row).on_conflict(x.update_columns(y)) }}"),
        &["revision"],
    );
    check(
        &format!("{before} fn a() {{ RevisionEntity::insert(row).on_conflict(x.do_nothing()) }}"),
        &[],
    );
    check(
        &format!("{before} fn a() {{ RevisionEntity::insert_many(rows).exec(c) }}"),
        &[],
    );
}

#[test]
fn a_statement_in_a_loop_is_seen() {
    let seen = statements_in_loops;
    check(
        seen,
        "async fn a() { for x in y { E::find().one(conn).await?; } }",
        "",
        &["a"],
    );
    check(
        seen,
        "async fn a() { for x in E::find().all(conn).await? { f(x); } }",
        "",
        &[],
    );
    let find = "pub async fn find() { E::find().one(conn).await }";
    check(
        seen,
        find,
        "use crate::store; async fn a() { for x in y { store::thing::find(x).await?; } }",
        &["a"],
    );
    check(
        seen,
        find,
        "use crate::store::thing::find; async fn a() { loop { find().await; } }",
        &["a"],
    );
    check(
        seen,
        find,
        "use crate::store; async fn a() { while store::thing::find().await {} }",
        &["a"],
    );
    check(
        seen,
        find,
        "use crate::store; async fn a() { s.then(|x| async { store::thing::find(x).await }) }",
        &["a"],
    );
    check(
        seen,
        find,
        "use crate::store; async fn a() { for x in y { try_join!(store::thing::find(), z)?; } }",
        &["a"],
    );
    check(
        seen,
        find,
        "use crate::store; async fn a() { store::thing::find().await; for x in y { f(x); } }",
        &[],
    );
    // Through a function between.
    let between =
        "use crate::store; async fn b() { store::thing::find().await } async fn a() { for x in y { b().await; } }";
    check(seen, find, between, &["a"]);
}
