//! JSON Schemas of the methodology documents, for editors and for the handbook.

use schemars::{Schema, schema_for};

use crate::{
    document::{CompositeMethodology, IndexMethodology, LevelMethodology, RegionMethodology},
    region::RegionFigures,
};

/// Every schema with the name of its file in `data/schema`.
pub fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("methodology_level.schema.json", schema_for!(LevelMethodology)),
        ("methodology_index.schema.json", schema_for!(IndexMethodology)),
        ("methodology_region.schema.json", schema_for!(RegionMethodology)),
        ("region_figures.schema.json", schema_for!(RegionFigures)),
        ("methodology_composite.schema.json", schema_for!(CompositeMethodology)),
    ]
}
