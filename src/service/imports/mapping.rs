//! Spreadsheets of other systems: a mapping is proposed from labels, looked at over the first rows, and only then used.

use std::sync::Arc;

use bytes::Bytes;
use survey::{answer::Answers, cell::Provenances, finding::Findings};
use workbook::{
    extract::{RawWorkbook, Visibility},
    mapping::{Compiled, Mapping, Proposal, propose, rows},
};

use super::{
    begin::may_hand_in,
    read_rows::{CheckedRow, Columns, RowContext, SheetRow},
};
use crate::{
    domain::{access::Principal, round::RoundId, survey_return::ReturnId},
    service::{
        Service,
        blocking::blocking,
        documents::{catalogue::current_synonyms, form::Form},
        error::{Kind, ServiceError, codes},
        rounds::form::round_and_form,
        workbooks::{read::read_workbook, sheet_rows::read_beginnings},
    },
};

/// A proposal, and the spreadsheet it is about.
pub struct Proposed {
    /// SHA-256 under which the file is kept for the preview.
    pub file_sha256: String,
    /// Names of the sheets that people see and that hold something.
    pub sheets: Vec<String>,
    /// The proposal.
    pub proposal: Proposal,
}

/// A row as it would be read.
pub struct PreviewRow {
    /// Sheet and row, or the sheet.
    pub name: String,
    /// The key as it stands there; absent where the row is not shown.
    pub key: Option<String>,
    /// The enterprise by its return: credit code and name.
    pub owner: Option<(ReturnId, String, String)>,
    /// Why the row would be refused whatever it says.
    pub problem: Option<ServiceError>,
    /// Answers.
    pub answers: Answers,
    /// Where each answer stood, and what was done to it.
    pub provenance: Provenances,
    /// Findings.
    pub findings: Findings,
}

/// The most rows of a preview.
pub const PREVIEW_ROWS: usize = 50;
/// Rows of a long sheet that a proposal or a preview looks at.
const LOOKED_AT: usize = 200;

/// Proposes how a spreadsheet is read, and keeps it for the preview.
pub async fn propose_mapping(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    bytes: Bytes,
    sheet: Option<String>,
) -> Result<Proposed, ServiceError> {
    may_hand_in(caller)?;
    let (_, form) = round_and_form(service, round).await?;
    let synonyms = current_synonyms(&service.db).await?;
    let raw = read_list(service, &bytes, LOOKED_AT).await?;
    let file_sha256 = service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
    blocking(move || {
        let visible = raw
            .sheets
            .iter()
            .filter(|sheet| sheet.visibility == Visibility::Visible && !sheet.cells.is_empty());
        let sheets = visible.map(|sheet| sheet.name.clone()).collect();
        let proposal = propose(&raw, form.survey.questionnaire(), &synonyms, sheet.as_deref());
        Ok(Proposed {
            file_sha256,
            sheets,
            proposal: proposal.ok_or_else(|| ServiceError::new(codes::imports::NOTHING_ALIKE))?,
        })
    })
    .await
}

/// The first rows of a spreadsheet that was uploaded for a proposal, as they would be read. Writes nothing.
pub async fn preview_mapping(
    service: &Arc<Service>,
    caller: &Principal,
    round: RoundId,
    file_sha256: &str,
    mapping: Mapping,
    most: usize,
) -> Result<Vec<PreviewRow>, ServiceError> {
    may_hand_in(caller)?;
    let (round, form) = round_and_form(service, round).await?;
    let compiled = Arc::new(compile(mapping, &form)?);
    let bytes = service.original(file_sha256).await?;
    let raw = read_list(service, &bytes, LOOKED_AT).await?;
    let context = RowContext {
        service: service.clone(),
        scope: caller.scope.clone(),
        round,
        form,
        columns: Columns::Mapped(compiled.clone()),
    };
    let (most, dates) = (most.clamp(1, PREVIEW_ROWS), raw.dates);
    let first = blocking(move || Ok(first_rows(&compiled, &raw, most))).await?;
    let checked = context.check(context.own(first).await?, dates).await?;
    let sees_all = caller.scope.is_county();
    Ok(checked.into_iter().map(|row| preview(row, sees_all)).collect())
}

/// The workbook; of one that is too long to be kept, how its sheets begin.
async fn read_list(service: &Service, bytes: &Bytes, rows: usize) -> Result<RawWorkbook, ServiceError> {
    match read_workbook(&service.reader, bytes).await {
        Err(error) if error.kind == Kind::TooLarge => read_beginnings(service, bytes, rows, |_| false).await,
        read => read,
    }
}

fn first_rows(compiled: &Compiled, raw: &RawWorkbook, most: usize) -> Vec<SheetRow> {
    let rows = rows(compiled, raw);
    let read = rows.iter().filter_map(|row| compiled.read(row));
    read.take(most).map(Into::into).collect()
}

/// The mapping, if it fits the questionnaire.
pub(crate) fn compile(mapping: Mapping, form: &Form) -> Result<Compiled, ServiceError> {
    Compiled::new(mapping, form.survey.questionnaire())
        .map_err(|faults| ServiceError::new(codes::imports::INVALID_MAPPING).with_faults(faults))
}

/// A row as it is shown. The digest of a file does not prove who handed it in: of a row that belongs to nobody within the
/// scope of the caller, only the reason is shown.
fn preview(checked: CheckedRow, sees_all: bool) -> PreviewRow {
    let (owner, problem) = match checked.owner {
        Ok((survey_return, enterprise)) => {
            let facts = enterprise.facts;
            (Some((survey_return.id, facts.uscc, facts.name)), None)
        }
        Err(error) if sees_all => (None, Some(error)),
        Err(error) => {
            return PreviewRow {
                name: checked.name,
                key: None,
                owner: None,
                problem: Some(error),
                answers: Answers::new(),
                provenance: Provenances::new(),
                findings: Findings::default(),
            };
        }
    };
    PreviewRow {
        name: checked.name,
        key: checked.key,
        owner,
        problem,
        answers: checked.reading.answers,
        provenance: checked.reading.provenance,
        findings: checked.findings,
    }
}
