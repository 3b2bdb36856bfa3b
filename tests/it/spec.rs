//! The OpenAPI document keeps our rules, and the committed file is current. No other tool is needed for this.

use std::collections::{BTreeMap, BTreeSet};

use ronghe::api::http::{language::PageLanguage, spec, translation};
use serde_json::{Map, Value};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");

/// Operations of the document. Who adds one changes this number, and looks at all that this file asks of it.
const OPERATIONS: usize = 115;
/// Operations that take a JSON body.
const BODIES: usize = 30;
/// Operations that ask for the version that was read.
const VERSIONS: usize = 16;

/// Places that hold whatever a document holds, and why.
const OPEN: [(&str, &str); 5] = [
    ("DocumentChange/properties/is", "a value within a document of any kind"),
    ("DocumentChange/properties/was", "a value within a document of any kind"),
    (
        "NewWeighing/properties/methodology",
        "a draft, checked by its own schema when it is published",
    ),
    (
        "UncertainSetting/properties/choices/additionalProperties",
        "a setting of a methodology, of any form",
    ),
    (
        "Weighing/properties/methodology",
        "the draft that was sent, with weights",
    ),
];

#[test]
fn the_committed_file_is_current() {
    let current = spec::text(&spec::document());
    // One switch for all generated files of the project.
    #[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(COMMITTED, &current).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == current,
        "openapi/openapi.json is not current: run `UPDATE=1 cargo test --test it spec::` and commit it"
    );
}

const CHINESE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/zh.json");

#[test]
fn every_text_has_its_chinese() {
    let table = translation::table_for(&spec::document());
    #[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
    if std::env::var_os("UPDATE").is_some() {
        // What is new stands there with an empty text, to be written.
        std::fs::write(CHINESE, serde_json::to_string_pretty(&table).unwrap() + "\n").unwrap();
    }
    let said = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let missing: Vec<&String> = table.iter().filter(|(_, zh)| !said(zh)).map(|(en, _)| en).collect();
    assert!(
        missing.is_empty(),
        "these texts have no Chinese in openapi/zh.json; `UPDATE=1 cargo test --test it spec::` adds them to it: {missing:#?}"
    );
    let committed: BTreeMap<String, String> = serde_json::from_str(&std::fs::read_to_string(CHINESE).unwrap()).unwrap();
    assert!(
        committed == table,
        "openapi/zh.json has texts that nobody says any more: run `UPDATE=1 cargo test --test it spec::`"
    );
}

#[test]
fn the_chinese_document_says_the_same_in_chinese() {
    let english = spec::document();
    let chinese = translation::in_chinese(&english);
    let operations_of = |document: &Value| -> Vec<String> {
        let all = operations(document);
        all.iter().map(|(path, method, _)| format!("{method} {path}")).collect()
    };
    assert_eq!(operations_of(&english), operations_of(&chinese));
    for (path, method, operation) in operations(&chinese) {
        let summary = operation["summary"].as_str().unwrap();
        assert!(!summary.is_ascii(), "{method} {path}: {summary}");
    }
    let page = spec::page(&chinese, PageLanguage::Zh);
    assert!(page.contains("接口文档</title>") && page.contains("lang=\"zh-CN\""));
    assert!(
        page.contains("</header><div id=\"ui\">"),
        "what the page is stands above its list"
    );
}

#[test]
fn no_path_stands_twice() {
    assert_eq!(spec::duplicate_paths(&spec::raw()), Vec::<String>::new());
    assert_eq!(
        spec::duplicate_paths("\"paths\": {\n  \"/a\": {\n  },\n  \"/a\": {\n"),
        ["/a"],
        "the check itself works"
    );
}

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(String, String, &Map<String, Value>)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Some(operation) = operation.as_object() {
                all.push((path.clone(), method.clone(), operation));
            }
        }
    }
    all
}

#[test]
fn every_operation_is_described() {
    let document = spec::document();
    let mut ids = BTreeSet::new();
    let verbs = [
        "list", "get", "create", "update", "replace", "delete", "import", "submit", "accept", "send", "justify",
        "cancel", "compute", "export", "compare", "freeze", "publish", "verify", "record", "request", "announce",
        "withdraw", "refuse",
    ];
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
        let id = text("operationId");
        assert!(ids.insert(id.to_owned()), "{at}: operationId {id} stands twice");
        let verb = id.split('_').next().unwrap();
        assert!(
            verbs.contains(&verb) && id.contains('_'),
            "{at}: operationId {id} is not verb_noun"
        );
        assert!(
            !text("summary").is_empty() && !text("description").is_empty(),
            "{at}: summary or description is missing"
        );
        assert!(
            operation["tags"].as_array().is_some_and(|tags| tags.len() == 1),
            "{at}: exactly one tag"
        );
        assert!(operation.contains_key("security"), "{at}: security is not stated");
        let responses = operation["responses"].as_object().unwrap();
        let public_health = path.ends_with('z');
        assert!(
            public_health || responses.keys().any(|status| status.starts_with('4')),
            "{at}: no 4XX is documented"
        );
        for (status, response) in responses {
            assert!(
                response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{at} {status}: no description"
            );
            if status.starts_with('4') {
                assert!(
                    response["content"]["application/problem+json"].is_object(),
                    "{at} {status}: not a problem"
                );
            }
        }
        for parameter in operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            assert!(
                parameter["description"].as_str().is_some_and(|text| !text.is_empty()) || parameter["in"] == "path",
                "{at}: {parameter}"
            );
        }
    }
    assert_eq!(ids.len(), OPERATIONS, "operations");
}

#[test]
fn every_schema_and_property_is_described() {
    let document = spec::document();
    let mut lacking = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if schema.get("description").is_none() {
            lacking.push(name.clone());
        }
        for (property, inner) in schema["properties"].as_object().into_iter().flatten() {
            let described = inner.get("description").is_some()
                || inner.get("title").is_some()
                || inner.get("$ref").is_some()
                || inner.get("allOf").is_some();
            if !described {
                lacking.push(format!("{name}.{property}"));
            }
        }
    }
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn every_reference_resolves_and_every_schema_is_used() {
    let document = spec::document();
    let mut used = BTreeSet::new();
    walk(&document, "", &mut |pointer, object| {
        if let Some(target) = object.get("$ref").and_then(Value::as_str) {
            let found = document.pointer(target.trim_start_matches('#'));
            assert!(found.is_some(), "{pointer}: {target} leads nowhere");
            assert!(!object.contains_key("nullable"), "{pointer}: nullable beside $ref");
            used.insert(target.rsplit('/').next().unwrap().to_owned());
        }
    });
    let declared = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<BTreeSet<_>>();
    assert_eq!(
        declared.difference(&used).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "declared and never used"
    );
}

#[test]
fn only_what_openapi_knows_is_said() {
    let document = spec::document();
    let formats = BTreeSet::from([
        "date",
        "date-time",
        "uuid",
        "int32",
        "int64",
        "double",
        "float",
        "decimal",
        "binary",
        "byte",
    ]);
    let mut media = BTreeMap::new();
    walk(&document, "", &mut |pointer, object| {
        if let Some(format) = object.get("format").and_then(Value::as_str) {
            assert!(formats.contains(format), "{pointer}: format {format}");
        }
        for bound in ["minimum", "maximum"] {
            if object.get("type").is_some_and(|kind| kind == "integer") {
                assert!(
                    object
                        .get(bound)
                        .is_none_or(|number| number.is_i64() || number.is_u64()),
                    "{pointer}: {bound} is no integer"
                );
            }
        }
        if let Some(content) = object.get("content").and_then(Value::as_object) {
            for kind in content.keys() {
                media.entry(kind.clone()).or_insert_with(|| pointer.to_owned());
            }
        }
    });
    let known = BTreeSet::from([
        "application/json",
        "application/problem+json",
        "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/zip",
        "text/csv",
        "text/html",
    ]);
    for (kind, pointer) in media {
        assert!(known.contains(kind.as_str()), "{pointer}: media type {kind}");
    }
    assert_eq!(document["openapi"], "3.0.3");
}

#[test]
fn the_documentation_page_needs_nothing_from_elsewhere() {
    let page = spec::page(&spec::document(), PageLanguage::En);
    assert!(
        page.contains("list_run_results"),
        "the normalised document is in the page"
    );
    assert!(page.contains("\"openapi\":\"3.0.3\""), "and not the raw one");
    assert!(
        !page.contains("src=\"http") && !page.contains("href=\"http"),
        "no script or style from elsewhere"
    );
}

fn walk(value: &Value, pointer: &str, see: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(pointer, object);
            for (key, inner) in object {
                walk(inner, &format!("{pointer}/{key}"), see);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                walk(inner, &format!("{pointer}/{at}"), see);
            }
        }
        _ => {}
    }
}

#[test]
fn what_is_taken_in_is_closed_and_versions_are_asked_for() {
    let document = spec::document();
    let (mut bodies, mut versions) = (0, 0);
    for (path, method, operation) in operations(&document) {
        let schema = &operation.get("requestBody").unwrap_or(&Value::Null)["content"]["application/json"]["schema"];
        if let Some(name) = schema["$ref"].as_str() {
            let pointer = name.trim_start_matches('#');
            let object = document.pointer(pointer).unwrap();
            assert_eq!(object["additionalProperties"], false, "{method} {path}: {name}");
            bodies += 1;
        }
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let header = parameters
            .into_iter()
            .flatten()
            .find(|parameter| parameter["name"] == "If-Match");
        if let Some(header) = header {
            assert_eq!(header["required"], true, "{method} {path}");
            assert!(
                operation["responses"].get("428").is_some(),
                "{method} {path} says what happens without it"
            );
            versions += 1;
        }
    }
    assert_eq!((bodies, versions), (BODIES, VERSIONS), "bodies and If-Match headers");
}

/// Schemas within a schema, with the place of each.
fn within<'a>(schema: &'a Value, place: &str) -> Vec<(String, &'a Value)> {
    let mut all = vec![(place.to_owned(), schema)];
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        all.extend(within(member, &format!("{place}/properties/{name}")));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
            all.extend(within(inner, &format!("{place}/{key}")));
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for (at, member) in schema[key].as_array().into_iter().flatten().enumerate() {
            // The description beside a reference is no schema of its own.
            if !member.as_object().unwrap().keys().all(|key| key == "description") {
                all.extend(within(member, &format!("{place}/{key}/{at}")));
            }
        }
    }
    all
}

#[test]
fn every_schema_says_what_it_is() {
    let document = spec::document();
    let mut open = Vec::new();
    let mut look = |place: &str, schema: &Value| {
        for (place, schema) in within(schema, place) {
            let says = ["type", "$ref", "allOf", "oneOf", "anyOf"];
            if !says.iter().any(|key| schema.get(key).is_some()) {
                open.push(place);
            }
        }
    };
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        look(name, schema);
    }
    walk(&document["paths"], "", &mut |pointer, object| {
        if let Some(schema) = object.get("schema") {
            look(pointer, schema);
        }
    });
    open.sort();
    assert_eq!(
        open,
        OPEN.map(|(place, _)| place),
        "see OPEN for the places that may stay open"
    );
}

#[test]
fn every_text_that_is_taken_in_has_a_length() {
    let document = spec::document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let (mut names, mut lacking) = (Vec::new(), Vec::new());
    let mut look = |place: &str, schema: &Value, names: &mut Vec<String>| {
        for (place, schema) in within(schema, place) {
            if let Some(target) = schema["$ref"].as_str() {
                names.push(target.rsplit('/').next().unwrap().to_owned());
            }
            let bounds = ["maxLength", "enum", "format", "pattern"];
            if schema["type"] == "string" && !bounds.iter().any(|key| schema.get(key).is_some()) {
                lacking.push(place);
            }
        }
    };
    for (path, method, operation) in operations(&document) {
        for parameter in operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            look(
                &format!("{method} {path} {}", parameter["name"]),
                &parameter["schema"],
                &mut names,
            );
        }
        if let Some(body) = operation.get("requestBody") {
            look(
                &format!("{method} {path}"),
                &body["content"]["application/json"]["schema"],
                &mut names,
            );
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = names.pop() {
        if seen.insert(name.clone()) {
            look(&name, &schemas[&name], &mut names);
        }
    }
    // An answer that is tried is read as one of a workbook is, with the survey's own limits.
    lacking.retain(|place| !place.starts_with("Answer"));
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn integers_have_the_width_that_is_checked() {
    let document = spec::document();
    let enterprise = &document["components"]["schemas"]["NewEnterprise"]["properties"]["employees"];
    assert_eq!(
        (&enterprise["minimum"], &enterprise["maximum"]),
        (&0.into(), &u32::MAX.into())
    );
    let row = &document["components"]["schemas"]["MappingField"]["properties"]["row"];
    assert_eq!((&row["minimum"], &row["maximum"]), (&0.into(), &u32::MAX.into()));
}
