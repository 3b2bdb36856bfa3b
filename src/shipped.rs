//! The documents that come with the program: data/ of the project, so that it works without a checkout.

use serde::Deserialize;
use survey::text::Text;

use crate::{domain::document::DocumentKind, service::documents::publish::NewDocument};

/// What `data/manifest.json` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Documents in the order in which they are published.
    pub documents: Vec<ManifestEntry>,
}

/// One document of the manifest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestEntry {
    /// Kind.
    pub kind: String,
    /// File beside the manifest.
    pub file: String,
    /// Code, for documents that do not bring their own.
    #[serde(default)]
    pub code: Option<String>,
    /// Version, for documents that do not bring their own.
    #[serde(default)]
    pub version: Option<String>,
    /// Title, for documents that do not bring their own.
    #[serde(default)]
    pub title: Option<Text>,
}

/// The files of data/, built in.
const FILES: &[(&str, &str)] = &[
    ("areas_fuyang.csv", include_str!("../data/areas_fuyang.csv")),
    (
        "industry_gbt4754_2017.csv",
        include_str!("../data/industry_gbt4754_2017.csv"),
    ),
    ("size_classes.json", include_str!("../data/size_classes.json")),
    ("energy_factors.csv", include_str!("../data/energy_factors.csv")),
    ("co2_factors.csv", include_str!("../data/co2_factors.csv")),
    ("grid_factors.csv", include_str!("../data/grid_factors.csv")),
    ("factor_settings.json", include_str!("../data/factor_settings.json")),
    (
        "justification_reasons.json",
        include_str!("../data/justification_reasons.json"),
    ),
    ("synonyms.json", include_str!("../data/synonyms.json")),
    (
        "questionnaire_integration.json",
        include_str!("../data/questionnaire_integration.json"),
    ),
    (
        "methodology_sme_level_2024.json",
        include_str!("../data/methodology_sme_level_2024.json"),
    ),
    (
        "methodology_energy_topic.json",
        include_str!("../data/methodology_energy_topic.json"),
    ),
    (
        "methodology_integration_index.json",
        include_str!("../data/methodology_integration_index.json"),
    ),
    (
        "methodology_region_index.json",
        include_str!("../data/methodology_region_index.json"),
    ),
    ("programmes.json", include_str!("../data/programmes.json")),
];

/// The manifest that is built in.
pub const MANIFEST: &str = include_str!("../data/manifest.json");

/// A document of the built-in data by file name.
pub fn file(name: &str) -> Option<&'static str> {
    FILES
        .iter()
        .find(|(file, _)| *file == name)
        .map(|(_, content)| *content)
}

/// Why a manifest cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is not a manifest.
    #[error("manifest.json: {0}")]
    Form(#[from] serde_json::Error),
    /// It names a kind that does not exist.
    #[error("manifest.json: unknown kind {0}")]
    Kind(String),
    /// It names a file that cannot be read.
    #[error("{0}: {1}")]
    File(String, String),
}

/// The documents of a manifest in order; `read` gives the content of a file beside it.
pub fn documents(
    manifest: &str,
    read: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Vec<NewDocument>, ManifestError> {
    let manifest: Manifest = serde_json::from_str(manifest)?;
    let document = |entry: ManifestEntry| {
        let kind = DocumentKind::from_name(&entry.kind).ok_or_else(|| ManifestError::Kind(entry.kind.clone()))?;
        let content = read(&entry.file).map_err(|error| ManifestError::File(entry.file.clone(), error))?;
        Ok(NewDocument {
            kind,
            code: entry.code,
            version: entry.version,
            title: entry.title,
            content,
        })
    };
    manifest.documents.into_iter().map(document).collect()
}

/// The documents that are built in.
pub fn built_in() -> Result<Vec<NewDocument>, ManifestError> {
    documents(MANIFEST, |name| {
        file(name)
            .map(|text| text.as_bytes().to_vec())
            .ok_or_else(|| "not built in".to_owned())
    })
}

/// The profile of the invented county of `ronghe demo`.
pub const DEMO_COUNTY: &str = include_str!("../data/demo_county.json");
