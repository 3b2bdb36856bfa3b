//! One plain table: the ranking with every total and indicator score.

use super::{Exported, cell, csv_file, harmless};
use crate::{domain::size_class::size_class_name, service::error::ServiceError};

/// The columns before those of the nodes.
const COLUMNS: [&str; 10] = [
    "名次 rank",
    "统一社会信用代码 uscc",
    "企业名称 name",
    "镇街代码 area code",
    "镇街 area",
    "行业代码 industry code",
    "行业 industry",
    "规模 size",
    "得分 score",
    "等级或阶段 level or stage",
];

pub(super) fn write(exported: &Exported) -> Result<Vec<u8>, ServiceError> {
    let names = &exported.names;
    let header = COLUMNS.iter().map(|title| (*title).to_owned());
    let nodes = exported.nodes.iter();
    let header: Vec<String> = header
        .chain(nodes.map(|node| format!("{} {}", node.code, node.label.zh)))
        .collect();
    let rows = exported.rows.iter().map(|row| {
        let ranked = &row.ranked;
        let size = ranked.size_class.as_deref().map(|code| size_class_name(code).zh);
        let mut record = vec![
            cell(ranked.rank),
            harmless(&ranked.uscc),
            harmless(&ranked.enterprise_name),
            harmless(&ranked.area_code),
            harmless(names.area(&ranked.area_code)),
            harmless(&ranked.industry_code),
            harmless(names.industry(&ranked.industry_code)),
            cell(size),
            cell(ranked.score),
            cell(ranked.band.map(|band| names.band(band).zh)),
        ];
        record.extend(row.scores.iter().copied().map(cell));
        record
    });
    csv_file(std::iter::once(header).chain(rows), true)
}
