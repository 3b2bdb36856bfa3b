//! Many returns at once: workbooks in a ZIP, one sheet with a row per enterprise, spreadsheets of other systems.

mod bulk;
mod files;
mod mappings;
mod submissions;

use std::io::{Cursor, Write as _};

use poem::http::StatusCode;
use serde_json::Value;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    app::{Actor, Answer},
    county::County,
};

/// A ZIP of these files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) async fn hand_in(actor: &Actor<'_>, county: &County, query: &str, zip: Vec<u8>) -> Answer {
    let path = format!("/api/v1/rounds/{}/imports?{query}", county.round_id);
    actor.upload(&path, zip).await
}

/// The items of the import that an ended job has carried out, and the import itself.
pub(crate) async fn outcome(actor: &Actor<'_>, accepted: Answer) -> (Value, Vec<Value>) {
    let job = actor.job(accepted).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let id = job["result"]["import_id"].as_str().unwrap();
    let import = actor
        .get(&format!("/api/v1/imports/{id}"))
        .await
        .expect(StatusCode::OK)
        .json();
    let mut items = Vec::new();
    let mut path = format!("/api/v1/imports/{id}/items?limit=2");
    loop {
        let page = actor.get(&path).await.expect(StatusCode::OK).json();
        items.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/imports/{id}/items?limit=2&cursor={next}");
    }
    assert_eq!(import["counts"]["items"], items.len());
    (import, items)
}

pub(super) fn states(items: &[Value]) -> Vec<(&str, Option<&str>)> {
    items
        .iter()
        .map(|item| (item["state"].as_str().unwrap(), item["code"].as_str()))
        .collect()
}
