//! The profile of a demo county: a document in a small generator language, as written in `data/demo_county.json`.

use std::collections::BTreeMap;

use index::region::RegionFigures;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{
    document::{DocumentFault, parse_json},
    text::Text,
};

use super::{condition::Condition, term::Term};

/// What a county looks like and how its enterprises answer. All codes and figures of the domain stand here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoProfile {
    /// Code, such as `demo-county-2026`.
    pub code: String,
    /// Code of the questionnaire it answers.
    pub questionnaire: String,
    /// Title.
    pub title: Text,
    /// What it is and what it is not.
    pub note: Text,
    /// Which answers are also facts of the registry.
    pub facts: FactQuestions,
    /// Syllables of invented brands by position; `{brand}` in a template is one of each, different for each enterprise.
    pub brands: Vec<Vec<String>>,
    /// Words by name of the list; `{name}` in a template is one of them.
    pub lists: BTreeMap<String, Vec<String>>,
    /// Kinds of strata, such as towns and industries. Each enterprise falls to one stratum of each kind.
    pub strata: BTreeMap<String, Vec<Stratum>>,
    /// Hidden numbers that steps set and use, such as the maturity of an enterprise, with what they mean.
    pub traits: BTreeMap<String, Text>,
    /// How traits and answers come about, in this order. A later step for the same name replaces the earlier answer.
    pub steps: Vec<Step>,
    /// How last year's answers come about.
    pub last_year: LastYear,
    /// Mistakes that some enterprises make in their first workbook.
    pub faults: FaultPlan,
    /// Statistics and bases for the index of the county, by the code of the methodology.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regions: BTreeMap<String, RegionFigures>,
}

impl DemoProfile {
    /// Reads the JSON document. Whether it fits a questionnaire is found out by [`County::new`](super::County::new).
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        parse_json(bytes)
    }
}

/// Which questions hold the facts of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactQuestions {
    /// 统一社会信用代码.
    pub uscc: String,
    /// Registered name.
    pub name: String,
    /// Town or street.
    pub area: String,
    /// Industry code.
    pub industry: String,
    /// Employees at the end of the year.
    pub employees: String,
    /// Operating revenue, 万元.
    pub revenue_wan_yuan: String,
    /// Total assets, 万元.
    pub assets_wan_yuan: String,
}

/// One stratum: a town, an industry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// Share of the enterprises, in proportion to the other weights.
    pub weight: f64,
    /// Numbers, read in terms as `kind.name`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, f64>,
    /// Words, one of which stands for `{kind.name}` in a template.
    pub words: BTreeMap<String, Vec<String>>,
}

/// Sets a trait or an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name of the trait, code of the question or, inside a table, code of the column.
    pub set: String,
    /// How.
    pub to: Recipe,
    /// Only when this holds; otherwise the name keeps what an earlier step set.
    #[serde(default, skip_serializing_if = "Condition::is_empty")]
    pub when: Condition,
    /// Probability of leaving it blank instead.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub blank: f64,
}

/// How an answer comes about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Recipe {
    /// A number, rounded to the question's decimals and kept within its bounds; for a trait, as it is.
    Number(Term),
    /// A text, or an option code, from a template.
    Text(String),
    /// A day between two days, uniformly.
    Date {
        /// First day.
        from: String,
        /// Last day.
        to: String,
    },
    /// An option by weight.
    Pick(BTreeMap<String, f64>),
    /// The option (or level) with the highest threshold that the score reaches; the lowest when it reaches none.
    Choose(Thresholds),
    /// All options whose threshold the score reaches; the question's none option when it reaches none.
    Collect(Thresholds),
    /// Adds options to those chosen before.
    Include(Vec<String>),
    /// Yes with a probability.
    Chance(Term),
    /// Always this: a yes or no, a text, an option, a list of options or a number.
    Constant(Constant),
    /// Table rows.
    Rows {
        /// How many, rounded.
        count: Term,
        /// Columns in order.
        columns: Vec<Step>,
    },
    /// An invented unified social credit code with right check characters.
    CreditCode(CreditCodes),
    /// The old organisation code inside a credit code answered before.
    OrganisationCode {
        /// Question that holds the credit code.
        of: String,
    },
    /// No answer.
    Blank,
}

/// A score with a threshold for each option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// The score.
    pub score: Term,
    /// Standard deviation of what is added to the score: once for a single choice, anew for each of several options.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub noise: f64,
    /// Threshold by option.
    pub from: BTreeMap<String, f64>,
}

/// A constant answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Constant {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text, a date or an option.
    Text(String),
    /// Options.
    Options(Vec<String>),
}

/// A series of invented credit codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditCodes {
    /// The first eight characters (registering authority, kind, area of the registry), by weight.
    pub registries: BTreeMap<String, f64>,
    /// How the organisation code begins, chosen so that no real code does.
    pub prefix: String,
    /// Number of the first enterprise; fills the organisation code to its eight characters.
    pub first: u32,
}

/// How last year's answers come about: the same steps once more, with what is known pinned.
///
/// Pinned are the answers kept as they are, what the steps below set, and every answer that this year's form repeats for
/// the year before (the questionnaire's `carry_from`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LastYear {
    /// Share of the enterprises that took part last year.
    pub share: f64,
    /// Questions with the same answer in both years.
    pub keep: Vec<String>,
    /// Traits and answers of last year, from those of this year.
    pub steps: Vec<Step>,
}

/// Mistakes in first workbooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Share of the enterprises whose first workbook has faults.
    pub share: f64,
    /// The most faults in one workbook; the first always blocks.
    pub at_most: u32,
    /// Kinds of mistakes.
    pub recipes: Vec<FaultRecipe>,
}

/// A mistake in one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultRecipe {
    /// Code in the catalogue of workbook faults, such as `WF06`, or of the built-in check it provokes, such as `required`.
    pub fault: String,
    /// Question whose cell is spoilt; it must have an answer.
    pub question: String,
    /// Only when this holds for the right answers.
    #[serde(default, skip_serializing_if = "Condition::is_empty")]
    pub when: Condition,
    /// How often, in proportion to the other weights.
    pub weight: f64,
    /// Whether it keeps the return from being submitted.
    pub blocks: bool,
    /// What stands in the cell instead.
    pub mistake: Mistake,
    /// Number format of the spoilt cell, in place of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_format: Option<String>,
}

/// What stands in a spoilt cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Mistake {
    /// Nothing.
    Blank,
    /// A number.
    Number(Term),
    /// A text from a template, in which `{answer}` is the right answer, `{absolute}` the same without its sign, `{wide}` the
    /// same in full-width characters, `{label}` the label of the chosen option, `{other}` an option not chosen, `{none}` the none option, `{year}`,
    /// `{month}` and `{day}` the parts of a date.
    Text(String),
    /// A formula saved without its result, from a template of the same kind.
    Formula(String),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}
