//! The file comes back: the report on a revision, and the enterprise's own workbook with its marks.

use std::collections::BTreeMap;

use survey::{
    answer::Claims,
    cell::{Place, RawCell, RawValue},
    justification::Justification,
    report::Report,
};
use workbook::{
    anchor::ReturnWorkbook,
    annotate::{AnnotateError, Subject},
    layout::CellKey,
    prefill::{Prefill, PrefillCell},
};

use super::{
    read::{get_return, get_revision},
    remarks::remarks,
};
use crate::{
    domain::{
        access::Principal,
        survey_return::{ReturnId, Revision, RevisionId},
    },
    reader::{Marks, WorkbookReader},
    service::{
        Service,
        access::permission::Action,
        documents::form::Form,
        error::{ServiceError, codes},
        templates::{
            issue::{Filling, Template, write_filled},
            recognise::written_from,
            situation::Situation,
        },
        workbooks::read::{anchor_workbook, read_workbook},
    },
    store,
};

/// The report on a revision, with what it is about.
pub struct ReturnReport {
    /// Findings, justifications and readings.
    pub report: Report,
    /// Enterprise and round, for the head.
    pub subject: String,
    /// The revision.
    pub revision: Revision,
    situation: Situation,
}

/// The report on a revision of a return, the newest when none is named.
pub async fn report_on(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    revision: Option<RevisionId>,
) -> Result<ReturnReport, ServiceError> {
    let survey_return = get_return(service, caller, id).await?;
    let wanted = revision
        .or(survey_return.latest)
        .ok_or_else(|| ServiceError::new(codes::returns::NOTHING_UPLOADED))?;
    let revision = get_revision(service, caller, wanted).await?;
    if revision.survey_return != id {
        return Err(ServiceError::new(codes::general::NOT_FOUND));
    }
    let situation = Situation::load(service, caller, &survey_return).await?;
    let conn = service.db.read();
    let frozen = store::justification::accepted_justifications(conn, &caller.scope, wanted).await?;
    let given = match frozen {
        Some(frozen) => frozen,
        None => store::justification::justifications_of(conn, &caller.scope, id).await?,
    };
    let given: Vec<Justification> = given.into_iter().map(|given| given.said).collect();
    let form = &situation.form;
    let mut report = Report::of(
        &form.survey,
        &revision.findings,
        &revision.answers,
        &revision.provenance,
        &form.reasons,
        &given,
    );
    report.remarks = remarks(service, &survey_return, &revision);
    let facts = &situation.enterprise.facts;
    let subject = format!("{} {} {}", facts.name, facts.uscc, situation.round.code);
    Ok(ReturnReport {
        report,
        subject,
        revision,
        situation,
    })
}

/// The uploaded workbook of a revision with its marks. Where its format cannot be patched, a workbook of ours with the
/// values as they stood and the same marks.
pub async fn annotated_workbook(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    revision: Option<RevisionId>,
) -> Result<Template, ServiceError> {
    caller.may(Action::ReadReturns)?;
    let found = report_on(service, caller, id, revision).await?;
    let original = service
        .blobs
        .get(&found.revision.blob_sha256)
        .await
        .map_err(ServiceError::internal)?;
    let raw = read_workbook(&service.reader, &original).await?;
    let written_from = written_from(service, &found.situation, &raw).await?;
    let returned = anchor_workbook(&raw, &written_from)?;
    let subject = Subject {
        language: returned.metadata.language,
        name: found.subject.clone(),
    };
    let marks = Marks {
        report: found.report,
        subject,
    };
    let filename = annotated_name(&found.revision.filename);
    match annotate_workbook(&service.reader, &original, &marks).await {
        Err(error) if is_not_patchable(&error) => {
            let bytes = regenerate(service, caller, id, returned, found.revision.claims, marks).await?;
            let filename = match filename.rsplit_once('.') {
                Some((stem, _)) => format!("{stem}.xlsx"),
                None => filename,
            };
            Ok(Template { filename, bytes })
        }
        patched => Ok(Template {
            filename,
            bytes: patched?,
        }),
    }
}

/// Whether the format of a workbook has no XML to patch.
pub(crate) fn is_not_patchable(error: &ServiceError) -> bool {
    error.code == AnnotateError::NotPatchable.code()
}

/// Marks a workbook in a limited child process.
pub async fn annotate_workbook(
    reader: &WorkbookReader,
    original: &[u8],
    marks: &Marks,
) -> Result<Vec<u8>, ServiceError> {
    Ok(reader
        .annotate(original, marks)
        .await
        .map_err(ServiceError::internal)??)
}

async fn regenerate(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    returned: ReturnWorkbook,
    claims: Claims,
    mut marks: Marks,
) -> Result<Vec<u8>, ServiceError> {
    let cells = returned.cells.clone();
    let written = write_filled(service, caller, id, move |form, _| Filling {
        cells: as_read(form, &cells),
        claims,
    })
    .await?;
    // The workbook of ours is read like any other: it says itself where its cells stand and in which language.
    let survey_return = get_return(service, caller, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    let raw = read_workbook(&service.reader, &written.bytes).await?;
    let fresh = anchor_workbook(&raw, &situation.form)?;
    marks.subject.language = fresh.metadata.language;
    move_places(&mut marks.report, &returned.cells, &fresh.cells);
    annotate_workbook(&service.reader, &written.bytes, &marks).await
}

/// The cells of a return as they stand, for a workbook of ours.
pub(crate) fn as_read(form: &Form, cells: &[RawCell]) -> Prefill {
    let known = form.layout.cells();
    let filled = cells.iter().filter(|cell| cell.value != RawValue::Blank);
    filled
        .map(|cell| (key_of(cell), PrefillCell::from(cell.value.clone())))
        .filter(|(key, _)| known.contains(key))
        .collect()
}

/// Findings and readings come to stand where the same cells are in another workbook; a place that is no answer cell is
/// left out.
pub(crate) fn move_places(report: &mut Report, from: &[RawCell], to: &[RawCell]) {
    let keys: BTreeMap<&Place, CellKey> = from.iter().map(|cell| (&cell.place, key_of(cell))).collect();
    let places: BTreeMap<CellKey, &Place> = to.iter().map(|cell| (key_of(cell), &cell.place)).collect();
    let moved = |place: &Place| Some((*places.get(keys.get(place)?)?).clone());
    for line in &mut report.findings {
        line.finding.places = line.finding.places.iter().filter_map(moved).collect();
    }
    for line in &mut report.readings {
        if let Some(place) = moved(&line.place) {
            line.place = place;
        }
    }
}

fn key_of(cell: &RawCell) -> CellKey {
    CellKey {
        question: cell.question.clone(),
        table: cell.table.clone(),
    }
}

/// `return.xlsx` comes back as `return_审核.xlsx`, and once only.
fn annotated_name(filename: &str) -> String {
    const SUFFIX: &str = "_审核";
    let (stem, extension) = filename.rsplit_once('.').unwrap_or((filename, "xlsx"));
    let stem = stem.strip_suffix(SUFFIX).unwrap_or(stem);
    format!("{stem}{SUFFIX}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::annotated_name;

    #[test]
    fn a_file_comes_back_under_its_own_name() {
        let check = |name: &str, expected: &str| assert_eq!(annotated_name(name), expected);
        check("a.b.xlsx", "a.b_审核.xlsx");
        check("a_审核.xlsm", "a_审核.xlsm");
        check("a", "a_审核.xlsx");
    }
}
