//! Checks that the shapes of methodologies share.

use std::{collections::BTreeSet, fmt::Display};

use super::faults::Faults;
use crate::{codes::MethodologyCode, document::Rounding, exact::Fixed};

/// Notes a fault for every code that has stood before. `pointer` gives the place of the n-th.
pub(super) fn check_unique<'a, P: Display>(
    codes: impl Iterator<Item = &'a str>,
    pointer: impl Fn(usize) -> P,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (at, code) in codes.enumerate() {
        if !seen.insert(code) {
            faults.add(
                MethodologyCode::CodeDuplicate,
                pointer(at),
                format!("代码 {code} 重复，请改为唯一代码。"),
                format!("Code {code} stands twice; make it unique."),
            );
        }
    }
}

/// Notes a fault unless a weight is above zero.
pub(super) fn check_weight(weight: Fixed, pointer: impl Display, faults: &mut Faults) {
    if weight <= Fixed::ZERO {
        faults.add(
            MethodologyCode::WeightNotPositive,
            pointer,
            format!("权重 {weight} 必须大于零。"),
            format!("Weight {weight} must be above zero."),
        );
    }
}

/// Notes a fault unless a sum is what it must be.
pub(super) fn check_sum(
    code: MethodologyCode,
    found: Fixed,
    expected: Fixed,
    pointer: impl Display,
    (zh, en): (&str, &str),
    faults: &mut Faults,
) {
    if found != expected {
        faults.add(
            code,
            pointer,
            format!("{zh}之和为 {found}，应为 {expected}。"),
            format!("{en} sum to {found}; they must sum to {expected}."),
        );
    }
}

/// Notes a fault for every rounding beyond the decimals that are computed with.
pub(super) fn check_rounding(rounding: &Rounding, faults: &mut Faults) {
    let fields = [
        ("value_decimals", rounding.value_decimals),
        ("item_decimals", rounding.item_decimals),
        ("block_decimals", rounding.block_decimals),
        ("total_decimals", rounding.total_decimals),
        ("print_decimals", rounding.print_decimals),
    ];
    for (field, decimals) in fields {
        check_decimals(decimals, field, faults);
    }
}

/// Notes a fault when more decimals are asked for than are computed with.
pub(super) fn check_decimals(decimals: u32, field: &str, faults: &mut Faults) {
    let most = Fixed::DECIMALS;
    if decimals > most {
        faults.add(
            MethodologyCode::RoundingTooFine,
            format!("/rounding/{field}"),
            format!("最多保留 {most} 位小数。"),
            format!("At most {most} decimals can be kept."),
        );
    }
}

/// Notes a fault for a policy that means nothing in a document of this shape.
pub(super) fn refuse_policy(field: &str, faults: &mut Faults) {
    faults.add(
        MethodologyCode::PolicyUnsupported,
        format!("/missing_policy/{field}"),
        "这类评价方法不支持该缺失处理方式，请换用另一种。",
        "This kind of methodology has no such missing policy; choose another.",
    );
}
