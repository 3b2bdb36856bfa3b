//! Methodologies: how answers become scores, levels and stages. Documents, never code.
//!
//! [`Methodology::parse`] reads a document of one of four shapes, [`Methodology::compile`] checks it against the
//! questionnaire it scores and proves what can be proved before anybody relies on it.

mod composite;
mod index;
mod level;
mod region;
mod rules;
mod score;

use crate::codes::MethodologyCode;
use serde_json::Value;
use survey::document::{DocumentFault, parse_json};

pub use composite::{
    AggregationRule, CompositeKind, CompositeMethodology, CompositeNode, CompositeStages, CompositeStep, ConstantRule,
    Cut, CutRule, Denomination, DenominatorRule, EmptyFill, FillMethod, ImputationRule, IndicatorFill, IndicatorSource,
    IndicatorTreatment, LimitRule, MeanRule, MissingRule, NodeRule, NormalisationRule, PanelBounds, PanelRule, Penalty,
    Publication, RankRule, ScaleRule, ScoreForm, ScreenBy, ScreeningRule, StepRule, TreatmentRule, WeightOrigin,
    WeightSet,
};
pub use index::{
    Block, BlockScore, Confirmation, EnterpriseAggregation, EnterpriseMean, EnterpriseRate, IndexAggregate,
    IndexIndicator, IndexMethodology, StageRule, Stages, Topic,
};
pub use level::{
    Dimension, EarlierEdition, EarlierLevel, Evidence, ItemSelect, LevelItem, LevelMethodology, LevelRule, PathStep,
    Scene, TestOrder,
};
pub use region::{
    ClassCheck, MissingSubstitute, ReferencePoint, RegionAggregation, RegionClass, RegionFormula, RegionIndicator,
    RegionMethodology, RegionMissingPolicy, RegionRounding, SurveyMeasure, SurveyMeasureKind, UnusableValue,
    ValueSource, YearTotal,
};
pub use rules::{
    BlankPolicy, Direction, MissingPolicy, NotApplicablePolicy, NotRelevantPolicy, OpenFindingPolicy, Reference,
    Rounding, RoundingMode, WholeBlockPolicy,
};
pub use score::{ScoreFunction, Select, Step};

/// A methodology document. Immutable once published.
#[derive(Clone, Debug, PartialEq)]
pub enum Methodology {
    /// Items, scenes and a level rule: the digital level of an enterprise.
    Level(Box<LevelMethodology>),
    /// Blocks of indicators, aggregates and stages: the integration index of an enterprise.
    Index(Box<IndexMethodology>),
    /// Classes of indicators against a base year: the index of a region.
    Region(Box<RegionMethodology>),
    /// A composite indicator over many units, by the f64 engine.
    Composite(Box<CompositeMethodology>),
}

impl Methodology {
    /// Reads a document. Its fields tell its shape; a shape fault carries the JSON pointer of its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let document: Value = parse_json(bytes)?;
        let has = |fields: &[&str]| fields.iter().all(|field| document.get(field).is_some());
        let unknown_kinds = score::unknown_kinds(&document);
        if !unknown_kinds.is_empty() {
            return Err(unknown_kinds);
        }
        if document.get("kind").is_some() {
            parse_json(bytes).map(|document| Self::Composite(Box::new(document)))
        } else if has(&["items", "scenes", "level_rule"]) {
            parse_json(bytes).map(|document| Self::Level(Box::new(document)))
        } else if has(&["blocks", "indicators"]) {
            parse_json(bytes).map(|document| Self::Index(Box::new(document)))
        } else if has(&["classes", "formula"]) {
            parse_json(bytes).map(|document| Self::Region(Box::new(document)))
        } else {
            Err(vec![DocumentFault::of(
                MethodologyCode::MethodologyUnknownShape,
                "",
                "无法识别评价方法的类型：须有 kind 为 composite，或 items、scenes、level_rule，或 blocks、indicators，或 classes、formula。",
                "The kind of methodology cannot be told: give the kind composite, or items, scenes and level_rule, or \
                 blocks and indicators, or classes and formula.",
            )])
        }
    }

    /// Code, such as `integration-index-2026`.
    pub fn code(&self) -> &str {
        match self {
            Self::Level(document) => &document.code,
            Self::Index(document) => &document.code,
            Self::Region(document) => &document.code,
            Self::Composite(document) => &document.code,
        }
    }

    /// Version, such as `1.0.0`.
    pub fn version(&self) -> &str {
        match self {
            Self::Level(document) => &document.version,
            Self::Index(document) => &document.version,
            Self::Region(document) => &document.version,
            Self::Composite(document) => &document.version,
        }
    }

    /// Whether the product must not offer to edit it: it belongs to a higher authority.
    pub fn locked(&self) -> bool {
        match self {
            Self::Level(document) => document.locked,
            Self::Index(document) => document.locked,
            Self::Region(document) => document.locked,
            Self::Composite(document) => document.locked,
        }
    }
}
