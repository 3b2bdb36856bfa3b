//! Industry classifications by edition (GB/T 4754).

use serde::Serialize;
use survey::tables::industries::{self, IndustryLevel};

/// A class of an industry classification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Industry {
    /// Edition of the classification.
    pub edition: String,
    /// Code with its letter, such as `C3831`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level within the classification, in the words of the standard: 门类, 大类, 中类 or 小类.
    pub level: String,
    /// Code of the class above.
    pub parent: Option<String>,
}

impl Industry {
    /// A row of the published list of an edition.
    pub fn from_row(edition: &str, industry: &industries::Industry) -> Self {
        let level = match industry.level {
            IndustryLevel::Section => "门类",
            IndustryLevel::Division => "大类",
            IndustryLevel::Group => "中类",
            IndustryLevel::Class => "小类",
        };
        Self {
            edition: edition.to_owned(),
            code: industry.code.clone(),
            name: industry.name.clone(),
            level: level.to_owned(),
            parent: industry.parent.clone(),
        }
    }
}

/// Which classes a list shows. All conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IndustryFilter {
    /// Only classes directly below this one.
    pub parent: Option<String>,
    /// Only this level.
    pub level: Option<String>,
    /// Part of the code or the name.
    pub search: Option<String>,
}
