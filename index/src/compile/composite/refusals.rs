//! What is said of a document that cannot be done.

use crate::{codes::CompositeCode, compile::faults::Faults, composite::CompositeError};

/// Notes a field without effect.
pub(super) fn misplaced_at(field: &str, pointer: &str, faults: &mut Faults) {
    faults.add(
        CompositeCode::Misplaced,
        format!("{pointer}/{field}"),
        format!("{field} 在这里不起作用，请删去。"),
        format!("{field} means nothing here; take it away."),
    );
}

pub(super) fn check_share(share: Option<f64>, pointer: &str, faults: &mut Faults) {
    if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        faults.add(
            CompositeCode::BadShare,
            pointer,
            "比例应在 0 到 1 之间。",
            "A share lies from 0 to 1.",
        );
    }
}

pub(super) fn need_publication(pointer: &str, faults: &mut Faults) {
    faults.add(
        CompositeCode::NoPublication,
        pointer,
        "按公布值处理须先在 publication 中写明小数位数。",
        "Published scores need publication, which says how they are rounded.",
    );
}

pub(super) fn unknown(code: &str, pointer: &str, faults: &mut Faults) {
    faults.add(
        CompositeCode::UnknownNode,
        pointer,
        format!("指标树中没有 {code}，请更正代码。"),
        format!("The tree has no such {code}; correct the code."),
    );
}

pub(super) fn add_error(error: &CompositeError, pointer: &str, faults: &mut Faults) {
    let message = error.message();
    faults.add(error.coded(), pointer, message.zh, message.en);
}
