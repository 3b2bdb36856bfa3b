//! What becomes of each row: added, changed, unchanged or refused.

use std::collections::BTreeMap;

use super::{
    ImportReport, Outcome, RowOutcome,
    rows::{List, ParsedRow},
};
use crate::{
    domain::{
        access::Principal,
        enterprise::{Enterprise, EnterpriseId},
    },
    service::{
        Service,
        error::{ServiceError, codes},
        registry::write_enterprise::CheckedFacts,
    },
    store,
    store::db::Connection,
};

/// What a list changes.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) created: Vec<Enterprise>,
    /// With the version that was read.
    pub(super) updated: Vec<(Enterprise, i64)>,
}

/// What becomes of every row, and what is to be written for it. Writes nothing itself.
pub(super) async fn decide(
    service: &Service,
    caller: &Principal,
    conn: &impl Connection,
    list: &List<'_>,
    parsed: Vec<ParsedRow>,
) -> Result<(ImportReport, Changes), ServiceError> {
    let codes = parsed
        .iter()
        .filter_map(|row| row.checked.as_ref().ok())
        .map(|checked| checked.facts.uscc.clone())
        .collect::<Vec<_>>();
    let known = store::enterprise::find_enterprises_by_uscc(conn, &caller.scope, &codes).await?;
    let mut report = ImportReport {
        rows: parsed.len(),
        ..ImportReport::default()
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut changes = Changes::default();
    for row in parsed {
        let (outcome, faults) = match row.checked {
            Err(faults) => (Outcome::Refused, faults),
            Ok(checked) => match seen.insert(checked.facts.uscc.clone(), row.number) {
                Some(first) => {
                    let zh = format!("与第 {first} 行的信用代码相同。");
                    (
                        Outcome::Refused,
                        vec![list.uscc_fault(
                            row.number,
                            codes::registry::ROW_TWICE,
                            zh,
                            format!("Row {first} has the same credit code."),
                        )],
                    )
                }
                None => (decide_row(service, checked, &known, list, &mut changes), Vec::new()),
            },
        };
        match outcome {
            Outcome::Refused => report.refused += 1,
            Outcome::Created => report.created += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Unchanged => report.unchanged += 1,
        }
        report.outcomes.push(RowOutcome {
            row: row.number,
            uscc: row.uscc,
            outcome,
            faults,
            notes: row.notes,
        });
    }
    if report.outcomes.len() > ImportReport::CAP {
        report.outcomes.sort_by_key(|row| (row.outcome, row.row));
        report.outcomes.truncate(ImportReport::CAP);
    }
    Ok((report, changes))
}

pub(super) fn decide_row(
    service: &Service,
    mut checked: CheckedFacts,
    known: &BTreeMap<String, Enterprise>,
    list: &List<'_>,
    changes: &mut Changes,
) -> Outcome {
    let now = service.now();
    let Some(found) = known.get(&checked.facts.uscc) else {
        let id = EnterpriseId(service.next_id());
        changes.created.push(checked.into_enterprise(id, 1, now, now));
        return Outcome::Created;
    };
    list.keep_what_it_lacks(&mut checked, found);
    let enterprise = checked.into_enterprise(found.id, found.version, found.created_at, now);
    let same = enterprise.facts == found.facts
        && enterprise.uscc_exception == found.uscc_exception
        && enterprise.size_class == found.size_class;
    if same {
        return Outcome::Unchanged;
    }
    changes.updated.push((enterprise, found.version));
    Outcome::Updated
}
