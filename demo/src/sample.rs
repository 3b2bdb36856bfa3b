//! What the generator makes: an enterprise with its answers and the mistakes in its first workbook.

use rust_decimal::Decimal;
use survey::answer::Answers;
use workbook::{
    layout::CellKey,
    prefill::{Prefill, PrefillCell},
};

/// An invented enterprise.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleEnterprise {
    /// What the registry is to know of it.
    pub facts: SampleFacts,
    /// Its right answers of this year: relevant questions only, no finding blocks them.
    pub answers: Answers,
    /// Its answers of last year, where it took part; what this year's form repeats for the year before is equal.
    pub previous: Option<Answers>,
    /// Mistakes of its first workbook; empty when the first workbook is right. The first mistake blocks.
    pub faults: Vec<InjectedFault>,
}

/// Facts of an invented enterprise, as its own answers give them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFacts {
    /// 统一社会信用代码.
    pub uscc: String,
    /// Name.
    pub name: String,
    /// Area code of its town or street.
    pub area_code: String,
    /// Industry code.
    pub industry_code: String,
    /// Employees at the end of the year.
    pub employees: Option<u32>,
    /// Operating revenue, 万元.
    pub revenue_wan_yuan: Option<Decimal>,
    /// Total assets, 万元.
    pub assets_wan_yuan: Option<Decimal>,
}

/// A mistake in one cell of a first workbook.
#[derive(Clone, Debug, PartialEq)]
pub struct InjectedFault {
    /// Code in the catalogue of workbook faults, such as `WF06`, or of the built-in check it provokes, such as `required`.
    pub fault: String,
    /// The spoilt cell.
    pub cell: CellKey,
    /// What stands in it.
    pub typed: PrefillCell,
    /// Whether it is sure to keep the return from being submitted.
    pub blocks: bool,
}

impl SampleEnterprise {
    /// What stands in the spoilt cells of its first workbook; empty when that one is right.
    ///
    /// Laid over the fill made from [`SampleEnterprise::answers`]; a second upload without it is the corrected one.
    pub fn first_upload(&self) -> Prefill {
        self.faults
            .iter()
            .map(|fault| (fault.cell.clone(), fault.typed.clone()))
            .collect()
    }
}
