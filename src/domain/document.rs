//! Published documents: questionnaires, methodologies, factor tables, code lists. Immutable and versioned.

use chrono::{DateTime, Utc};

pub use super::identifiers::DocumentId;

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// A questionnaire.
    Questionnaire,
    /// A methodology.
    Methodology,
    /// Energy factors (tce).
    EnergyFactors,
    /// CO2 factors by fuel.
    Co2Factors,
    /// CO2 factors of the grid.
    GridFactors,
    /// Which factor set, edition, grid year and region are in force.
    FactorSettings,
    /// Size classes.
    SizeClasses,
    /// Areas.
    Areas,
    /// Industries.
    Industries,
    /// Reasons of justifications.
    JustificationReasons,
    /// Words for the same: heads, labels, units.
    Synonyms,
    /// Designation programmes.
    Programmes,
}

impl DocumentKind {
    /// All kinds, in the order in which they are loaded (a questionnaire needs the code lists, a methodology the questionnaire).
    pub const ALL: [Self; 12] = [
        Self::Areas,
        Self::Industries,
        Self::SizeClasses,
        Self::EnergyFactors,
        Self::Co2Factors,
        Self::GridFactors,
        Self::FactorSettings,
        Self::JustificationReasons,
        Self::Synonyms,
        Self::Questionnaire,
        Self::Methodology,
        Self::Programmes,
    ];

    /// Stable name in the database, the API and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Questionnaire => "questionnaire",
            Self::Methodology => "methodology",
            Self::EnergyFactors => "energy_factors",
            Self::Co2Factors => "co2_factors",
            Self::GridFactors => "grid_factors",
            Self::FactorSettings => "factor_settings",
            Self::SizeClasses => "size_classes",
            Self::Areas => "areas",
            Self::Industries => "industries",
            Self::JustificationReasons => "justification_reasons",
            Self::Synonyms => "synonyms",
            Self::Programmes => "programmes",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A published document without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Identifier.
    pub id: DocumentId,
    /// Kind.
    pub kind: DocumentKind,
    /// Code, unique with the version within the kind.
    pub code: String,
    /// Version or edition.
    pub version: String,
    /// Title, Chinese.
    pub title_zh: String,
    /// Title, English.
    pub title_en: String,
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// When published.
    pub published_at: DateTime<Utc>,
}

/// A document with its content, byte for byte as it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentContent {
    /// The document.
    pub document: Document,
    /// The content (JSON or CSV, UTF-8).
    pub content: String,
}
