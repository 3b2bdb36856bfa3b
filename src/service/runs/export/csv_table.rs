//! One plain table: the ranking with every total and indicator score.

use super::{Exported, cell, csv_file, harmless};
use crate::service::error::ServiceError;

/// The columns before those of the nodes.
pub(super) const COLUMNS: [&str; 8] = [
    "名次 rank",
    "统一社会信用代码 uscc",
    "企业名称 name",
    "镇街代码 area",
    "行业代码 industry",
    "规模 size",
    "得分 score",
    "等级或阶段 band",
];

pub(super) fn write(exported: &Exported) -> Result<Vec<u8>, ServiceError> {
    let header = COLUMNS.iter().map(|title| (*title).to_owned());
    let header: Vec<String> = header
        .chain(exported.nodes.iter().map(|node| node.code.to_string()))
        .collect();
    let rows = exported.rows.iter().map(|row| {
        let ranked = &row.ranked;
        let mut record = vec![
            cell(ranked.rank),
            harmless(&ranked.uscc),
            harmless(&ranked.enterprise_name),
            harmless(&ranked.area_code),
            harmless(&ranked.industry_code),
            harmless(&cell(ranked.size_class.as_deref())),
            cell(ranked.score),
            cell(ranked.band),
        ];
        record.extend(row.scores.iter().copied().map(cell));
        record
    });
    csv_file(std::iter::once(header).chain(rows), true)
}
