//! Who sees whose: every operation is asked for what lies outside of the scope of the caller.

mod setup;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Cursor, Read as _},
    path::PathBuf,
};

use poem::{Request, RequestBuilder, http::StatusCode};
use ronghe::{
    api::http::spec,
    domain::access::{Role, Scope},
};
use serde_json::{Value, json};

use self::{
    setup::{FIGURE, Ids, World, mapping},
    table::{Content, Expected, NOTHING_FOREIGN, PLAIN_PATH, PLAIN_QUERY, Place, TABLE},
};
use crate::{
    api::imports,
    app::{Answer, App},
    authz::{self, Operation, operations},
};

const UNKNOWN: &str = "01990000-0000-7000-8000-000000000000";

#[test]
fn every_operation_is_asked_for_what_is_foreign_or_has_a_reason() {
    let asked = TABLE.iter().map(|row| row.0).collect::<BTreeSet<_>>();
    let not = NOTHING_FOREIGN.iter().map(|row| row.0).collect::<BTreeSet<_>>();
    assert_eq!(not.len(), NOTHING_FOREIGN.len(), "an operation stands twice");
    assert_eq!(
        asked.intersection(&not).count(),
        0,
        "an operation stands in both tables"
    );
    let all = asked.union(&not).map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(all, operations().into_keys().collect(), "operations and tables differ");
    for (id, place, _, expected, reason) in TABLE {
        if let Expected::Answers(_) = expected {
            assert!(!reason.is_empty(), "{id} {place:?}: why is it given?");
        }
    }
}

#[test]
fn every_actor_and_every_parameter_has_its_row() {
    let document = spec::document();
    let parameters = parameters(&document);
    for (id, roles) in authz::TABLE {
        let rows = TABLE.iter().filter(|row| row.0 == *id).collect::<Vec<_>>();
        if rows.is_empty() {
            let county = roles.chars().all(|role| "PBA".contains(role));
            let reason = NOTHING_FOREIGN.iter().find(|row| row.0 == *id).unwrap().1;
            assert!(county || !reason.contains("alone"), "{id}: {roles} are not the county");
            continue;
        }
        for role in roles.chars().filter(|role| "ETR".contains(*role)) {
            assert!(rows.iter().any(|row| row.2.contains(role)), "{id}: no row for {role}");
        }
        for (place, name) in &parameters[*id] {
            let held = |row: &&table::Row| match row.1 {
                Place::Path(param) => place == "path" && param == name,
                Place::Query(query) => place == "query" && query.starts_with(&format!("{name}=")),
                Place::Body(_) => false,
            };
            let plain = if place == "path" { PLAIN_PATH } else { PLAIN_QUERY };
            let plain = plain.contains(&name.as_str());
            assert!(
                plain || rows.iter().copied().any(|row| held(&row)),
                "{id}: no row for {name}"
            );
        }
    }
}

#[test]
fn a_use_case_looks_beyond_the_scope_with_a_reason() {
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/service"))];
    let mut calls = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            calls += text.matches("Scope::whole_county(").count();
            // Patterns name the variant; everything else gives a reason.
            let bare = text
                .lines()
                .find(|line| line.contains("Scope::County") && !line.contains("=>"));
            assert_eq!(bare, None, "{}", path.display());
        }
    }
    assert!(calls > 10, "{calls}");
}

/// Place and name of every parameter, by operation.
fn parameters(document: &Value) -> BTreeMap<String, Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let named = |operation: &Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.filter(|parameter| parameter["in"] != "header");
        let parameters = parameters.map(|parameter| (text(&parameter["in"]), text(&parameter["name"])));
        (text(&operation["operationId"]), parameters.collect())
    };
    operations.map(named).collect()
}

/// Somebody with a scope, by one of the ways to call.
struct Caller {
    letter: char,
    name: String,
    header: (&'static str, String),
    own: Ids,
    /// Each of them is outside of the scope.
    foreign: Vec<Ids>,
    /// What must not be told.
    marks: Vec<String>,
    /// A workbook of somebody else.
    workbook: Vec<u8>,
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_beyond_the_own_scope() {
    let app = App::new().await;
    let world = World::build(&app).await;
    let callers = callers(&world).await;
    let operations = operations();
    let mut wrong = Vec::new();
    for (id, place, actors, expected, _) in TABLE {
        for caller in callers.iter().filter(|caller| actors.contains(caller.letter)) {
            for foreign in &caller.foreign {
                let asked = Asked {
                    world: &world,
                    caller,
                    id,
                    operation: &operations[*id],
                    place: *place,
                };
                if let Err(error) = asked.gets(foreign, *expected).await {
                    wrong.push(format!("{id} {place:?} as {}: {error}", caller.name));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    app.end().await;
}

async fn callers(world: &World<'_>) -> Vec<Caller> {
    let app = world.app;
    let [own, neighbour, stranger, last] = world.samples.as_slice() else {
        panic!("four enterprises");
    };
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let filler = app.filler(&own.ids["enterprise_id"]).await;
    let reader = app
        .actor("town-reader", Role::Reader, Scope::Town(own.area.clone()))
        .await;
    let own_enterprise = ("enterprise_id", own.ids["enterprise_id"].as_str());
    let enterprise_key = world.key("enterprise-key", "enterprise", own_enterprise).await;
    let town_key = world.key("town-key", "town", ("area_code", &own.area)).await;
    let key = |key: String| ("x-api-key", key);
    let ways = [
        ('E', "filler", bearer(&filler.token)),
        ('E', "key of an enterprise", key(enterprise_key)),
        ('T', "officer", bearer(&world.towns[0].token)),
        ('T', "key of a town", key(town_key)),
        ('R', "reader of a town", bearer(&reader.token)),
        ('B', "bureau", bearer(&world.bureau.token)),
    ];
    let caller = |(letter, name, header): (char, &str, (&'static str, String))| {
        let others = match letter {
            'E' => vec![neighbour, stranger, last],
            'B' => Vec::new(),
            _ => vec![stranger, last],
        };
        let mut own = own.ids.clone();
        own.insert("run_id", world.published.clone());
        own.insert("job_id", world.bureau_job.clone());
        let elsewhere = |ids: &Ids| {
            let mut ids = ids.clone();
            ids.insert("run_id", world.draft.clone());
            ids.insert("first_round", ids["round_id"].clone());
            ids.insert("round_id", world.second_round.clone());
            if letter == 'B' {
                ids.insert("job_id", world.admin_job.clone());
            }
            ids
        };
        let mut marks = others
            .iter()
            .flat_map(|other| other.marks())
            .map(str::to_owned)
            .collect::<Vec<_>>();
        marks.push(world.admin_job.clone());
        marks.push(stranger.ids["import_id"].clone());
        marks.push(FIGURE.to_owned());
        if letter == 'E' {
            marks.push(world.draft.clone());
        }
        if letter == 'B' {
            marks = vec![world.admin_job.clone()];
        }
        // A neighbour and a stranger say it all.
        let foreign = match letter {
            'E' => vec![elsewhere(&neighbour.ids), elsewhere(&stranger.ids)],
            _ => vec![elsewhere(&stranger.ids)],
        };
        Caller {
            letter,
            name: name.to_owned(),
            header,
            own,
            foreign,
            marks,
            workbook: stranger.workbook.clone(),
        }
    };
    ways.map(caller).into()
}

/// One cell of the table.
struct Asked<'a> {
    world: &'a World<'a>,
    caller: &'a Caller,
    id: &'a str,
    operation: &'a Operation,
    place: Place,
}

impl Asked<'_> {
    async fn gets(&self, foreign: &Ids, expected: Expected) -> Result<(), String> {
        let app = self.world.app;
        let before = app.service.db.writes();
        let answer = app.send(self.request(foreign, &self.caller.header)).await;
        let said = || {
            String::from_utf8_lossy(&answer.body)
                .chars()
                .take(600)
                .collect::<String>()
        };
        let is = |status: u16| match answer.status.as_u16() {
            found if found == status => Ok(()),
            found => Err(format!("{found} instead of {status}: {}", said())),
        };
        match expected {
            Expected::Hidden => {
                is(404)?;
                let unknown = unknown(foreign);
                let missing = app.send(self.request(&unknown, &self.caller.header)).await;
                if code(&missing) != code(&answer) || missing.status != answer.status {
                    return Err(format!("{} differs from {} of nothing", code(&answer), code(&missing)));
                }
            }
            Expected::Refused(status, refusal) => {
                is(status)?;
                if code(&answer) != refusal {
                    return Err(format!("{} instead of {refusal}", code(&answer)));
                }
            }
            Expected::OwnOnly if answer.status == StatusCode::ACCEPTED => return self.took_in_nothing(answer).await,
            Expected::OwnOnly => {
                is(200)?;
                if let Some(mark) = self.told(&answer) {
                    return Err(format!("tells of {mark}: {}", said()));
                }
                if self.told(&self.as_admin(foreign).await).is_none() {
                    return Err("not even the administrator is told of anybody else".to_owned());
                }
            }
            Expected::Narrowed => {
                is(200)?;
                if self.as_admin(foreign).await.body == answer.body {
                    return Err(format!("the same as the administrator gets: {}", said()));
                }
            }
            Expected::Answers(status) => {
                is(status)?;
                if answer.status == StatusCode::ACCEPTED {
                    self.world.admin.job(answer).await;
                }
                return Ok(());
            }
        }
        let after = app.service.db.writes();
        if after == before {
            Ok(())
        } else {
            Err(format!("it wrote: {before:?} {after:?}"))
        }
    }

    async fn as_admin(&self, foreign: &Ids) -> Answer {
        let header = ("authorization", format!("Bearer {}", self.world.admin.token));
        self.world.app.send(self.request(foreign, &header)).await
    }

    /// An import of what is not the caller's ends without a return changed.
    async fn took_in_nothing(&self, accepted: Answer) -> Result<(), String> {
        let app = self.world.app;
        let revisions = || app.service.db.writes().get("insert revision").copied();
        let before = revisions();
        let job = self.world.admin.job(accepted).await;
        let path = format!("/api/v1/imports/{}/items", job["result"]["import_id"].as_str().unwrap());
        let items = self.world.admin.get(&path).await.expect(StatusCode::OK);
        match self.told(&items) {
            Some(mark) => Err(format!("tells of {mark}: {}", items.json())),
            None if items.json()["items"][0]["state"] != "refused" => Err(format!("taken: {}", items.json())),
            None if revisions() != before => Err("it filed a revision".to_owned()),
            None => Ok(()),
        }
    }

    /// The first thing in an answer that must not be told.
    fn told(&self, answer: &Answer) -> Option<&str> {
        let text = unpacked(&answer.body);
        let mut marks = self.caller.marks.iter();
        marks.find(|mark| text.contains(mark.as_str())).map(String::as_str)
    }

    /// The request with the foreign identifier in its place and the caller's own ones everywhere else.
    fn request(&self, foreign: &Ids, header: &(&'static str, String)) -> Request {
        let mut own = self.caller.own.clone();
        let mut query = String::new();
        match self.place {
            Place::Path(name) => {
                own.insert(name, foreign[name].clone());
            }
            Place::Query(template) => query = fill(template, foreign),
            Place::Body(_) => {}
        }
        let needed = match self.id {
            "export_run" => "format=csv",
            "get_run_groups" => "by=area",
            "compare_runs" => &format!("with={}", self.caller.own["run_id"]),
            "create_import" => "filename=x",
            _ => "",
        };
        if !query.starts_with(needed.split('=').next().unwrap_or_default()) || query.is_empty() {
            query = format!("{query}&{needed}");
        }
        let path = format!("{}?{}", fill(&self.operation.path, &own), query.trim_matches('&'));
        let request = Request::builder()
            .method(self.operation.method.clone())
            .uri(path.trim_end_matches('?').parse().unwrap())
            .header(header.0, &header.1)
            .header("if-match", "\"1\"");
        self.with_body(foreign, request)
    }

    fn with_body(&self, foreign: &Ids, request: RequestBuilder) -> Request {
        let octets =
            |request: RequestBuilder, bytes: Vec<u8>| request.content_type("application/octet-stream").body(bytes);
        let json =
            |request: RequestBuilder, body: Value| request.content_type("application/json").body(body.to_string());
        let profile = |round: &str| json!({ "name": format!("of {}", self.caller.name), "round_id": round, "mapping": mapping() });
        match (self.place, self.id) {
            (Place::Body(Content::Workbook), "create_import") => {
                octets(request, imports::zip(&[("a.xlsx", &self.caller.workbook)]))
            }
            (Place::Body(Content::Workbook), _) => octets(request, self.caller.workbook.clone()),
            (Place::Body(Content::Digest), _) => json(
                request,
                json!({ "file_sha256": foreign["file_sha256"], "mapping": mapping() }),
            ),
            (Place::Body(Content::Round), _) => json(request, profile(&foreign["round_id"])),
            (Place::Path("profile_id"), "replace_mapping_profile") => {
                json(request, profile(&self.caller.own["round_id"]))
            }
            (_, "create_mapping_preview") => {
                json(request, json!({ "file_sha256": "0".repeat(64), "mapping": mapping() }))
            }
            _ => authz::with_body(self.id, request),
        }
    }
}

/// The same identifiers, of nothing.
fn unknown(ids: &Ids) -> Ids {
    let nothing = |name: &str| match name {
        "file_sha256" => "0".repeat(64),
        "area" => "330111999".to_owned(),
        "uscc" => "91330111XY00019999".to_owned(),
        _ => UNKNOWN.to_owned(),
    };
    ids.keys().map(|name| (*name, nothing(name))).collect()
}

fn fill(template: &str, ids: &Ids) -> String {
    let filled = ids.iter().fold(template.to_owned(), |text, (name, id)| {
        text.replace(&format!("{{{name}}}"), id)
    });
    filled.replace("{finding_key}", "x")
}

fn code(answer: &Answer) -> String {
    let problem = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    problem["code"].as_str().unwrap_or_default().to_owned()
}

/// The text of an answer; of a workbook, that of all its parts.
fn unpacked(body: &[u8]) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(body)) else {
        return String::from_utf8_lossy(body).into_owned();
    };
    let mut text = Vec::new();
    for at in 0..archive.len() {
        archive.by_index(at).unwrap().read_to_end(&mut text).unwrap();
    }
    String::from_utf8_lossy(&text).into_owned()
}
