//! Administrative areas, as the published list of areas says.

use serde::Serialize;
use survey::tables::areas::{self, AreaLevel};

/// An area. Codes are never reused; an area that is no more keeps its row and names its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Code, such as `330111001`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level: `province`, `city`, `county` or `town`.
    pub level: String,
    /// Code of the area above.
    pub parent: Option<String>,
    /// First month in which it exists, `YYYY-MM`; absent when unknown.
    pub valid_from: Option<String>,
    /// First month in which it is no more, `YYYY-MM`.
    pub valid_to: Option<String>,
    /// Code of the area that followed it.
    pub succeeded_by: Option<String>,
    /// Former names, for searching.
    pub former_names: Vec<String>,
}

impl From<&areas::Area> for Area {
    fn from(area: &areas::Area) -> Self {
        let level = match area.level {
            AreaLevel::Province => "province",
            AreaLevel::City => "city",
            AreaLevel::County => "county",
            AreaLevel::Town => "town",
        };
        Self {
            code: area.code.clone(),
            name: area.name.clone(),
            level: level.to_owned(),
            parent: area.parent.clone(),
            valid_from: area.valid_from.clone(),
            valid_to: area.valid_to.clone(),
            succeeded_by: area.succeeded_by.clone(),
            former_names: area.former_names.clone(),
        }
    }
}

/// Which areas a list shows. All conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AreaFilter {
    /// Only areas directly below this one.
    pub parent: Option<String>,
    /// Only this level.
    pub level: Option<String>,
    /// Part of the code, the name or a former name.
    pub search: Option<String>,
}
