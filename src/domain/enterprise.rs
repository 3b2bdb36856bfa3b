//! Enterprises of the registry.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::enterprise_group::InGroup;
pub use super::identifiers::EnterpriseId;

/// An enterprise of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enterprise {
    /// Identifier.
    pub id: EnterpriseId,
    /// Facts.
    pub facts: EnterpriseFacts,
    /// Organisation code: positions 9 to 17 of the credit code.
    pub org_code: String,
    /// Why a credit code with a wrong check character was accepted; absent when it is right.
    pub uscc_exception: Option<String>,
    /// Size class by the rules in force when last written: large, medium, small or micro.
    pub size_class: Option<String>,
    /// Version for optimistic locking, from 1.
    pub version: i64,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// When last changed.
    pub updated_at: DateTime<Utc>,
}

/// What the registry knows of an enterprise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterpriseFacts {
    /// 统一社会信用代码, normalised, 18 characters.
    pub uscc: String,
    /// Registered name.
    pub name: String,
    /// Former names, for searching.
    pub former_names: Vec<String>,
    /// Credit code of its parent, where it has one.
    pub parent_uscc: Option<String>,
    /// Area code of its town or street.
    pub area_code: String,
    /// Industry code of the edition in force, such as `C3831`.
    pub industry_code: String,
    /// Employees at the end of the year.
    pub employees: Option<u32>,
    /// Operating revenue, 万元.
    pub revenue_wan_yuan: Option<Decimal>,
    /// Total assets, 万元.
    pub assets_wan_yuan: Option<Decimal>,
    /// Whether it takes part in rounds.
    pub active: bool,
}

/// Which enterprises a list shows. All conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EnterpriseFilter {
    /// Part of a name, former name or code; Chinese or not, case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Area code, its own or one above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Beginning of the industry code (`C`, `C38`, `C3831`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Size class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_class: Option<String>,
    /// Only active (or only inactive) enterprises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Only members of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<InGroup>,
}

impl EnterpriseFilter {
    /// The same filter with the day on which it is asked where it names none.
    #[must_use]
    pub fn asked_on(mut self, today: NaiveDate) -> Self {
        if let Some(group) = &mut self.group {
            group.on.get_or_insert(today);
        }
        self
    }
}
