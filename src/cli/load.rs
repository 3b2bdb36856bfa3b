//! `ronghe load`

use std::path::PathBuf;

use serde_json::json;

use super::{
    files, open, operator,
    output::{Failed, Output},
};
use crate::{
    config::DataPlace,
    domain::document::Document,
    service::{Service, documents::publish::publish_document, error::codes},
    shipped,
};

/// Validate and publish documents
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe load --data /var/lib/ronghe                # publish the built-in documents\n  ronghe load my-documents --data /var/lib/ronghe   # publish those that my-documents/manifest.json names\n\nA document that is already published with the same bytes is left as it is. A document with faults is refused whole; every fault is printed with its place."
)]
pub(super) struct Load {
    /// Folder with a manifest.json; the built-in documents when absent
    folder: Option<PathBuf>,
}

impl Load {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let documents = match &self.folder {
            None => shipped::built_in(),
            Some(folder) => {
                let manifest = String::from_utf8(files::read(&folder.join("manifest.json"))?).map_err(|_| {
                    Failed::new(
                        codes::cli::MANIFEST,
                        "清单不是 UTF-8 编码。",
                        "The manifest is not in UTF-8.",
                    )
                })?;
                // A file name that leads out of the folder is a mistake at best.
                shipped::documents(&manifest, |name| match PathBuf::from(name).file_name() {
                    Some(file) => std::fs::read(folder.join(file)).map_err(|error| error.to_string()),
                    None => Err("not a file name".to_owned()),
                })
            }
        };
        let documents = documents
            .map_err(|error| Failed::new(codes::cli::MANIFEST, format!("清单有误：{error}"), error.to_string()))?;
        let published = publish_all(&service, output, documents).await?;
        let lines = published.iter().map(|document| {
            format!(
                "{:16} {} {}  {}",
                document.kind.name(),
                document.code,
                document.version,
                document.title_zh
            )
        });
        let values = published.iter().map(|document| {
            json!({ "id": document.id, "kind": document.kind.name(), "code": document.code, "version": document.version, "sha256": document.sha256 })
        });
        output.say(lines.collect::<Vec<_>>().join("\n"), &values.collect::<Vec<_>>())
    }
}

/// Publishes documents in order.
pub(super) async fn publish_all(
    service: &Service,
    output: &Output,
    documents: Vec<crate::service::documents::publish::NewDocument>,
) -> Result<Vec<Document>, Failed> {
    let bar = output.progress(output.choose("正在发布", "publishing"), documents.len());
    let mut published = Vec::with_capacity(documents.len());
    for document in documents {
        published.push(publish_document(service, &operator(), document).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(published)
}
