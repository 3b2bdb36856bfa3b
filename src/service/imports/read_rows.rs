//! Rows of a spreadsheet, each read and checked as the return of the enterprise that its key names. A preview and an
//! import read the same way.

use std::{collections::BTreeMap, sync::Arc};

use survey::{
    cell::{DateSystem, LayoutNotice, Place, RawCell},
    finding::{Finding, Findings},
    reading::Reading,
};
use workbook::{
    bulk::BulkRow,
    mapping::{Compiled, KeyKind, MappedRow},
};

use crate::{
    blobs::sha256_hex,
    domain::{access::Scope, enterprise::Enterprise, round::Round, survey_return::SurveyReturn},
    service::{
        Service,
        blocking::blocking,
        documents::form::Form,
        error::{Fault, ServiceError, codes},
        returns::check_workbook::{Known, evaluate, raise},
        rounds::{figures::RoundView, last_answers::last_answers},
        templates::issue::known_answers,
    },
    store,
};

/// A row of a sheet on its way to become a return.
pub(crate) struct SheetRow {
    /// Sheet and row as people name them, or the sheet alone where it is one return.
    pub(crate) name: String,
    /// Whose it is, by credit code or name; absent where that cell is blank.
    pub(crate) key: Option<String>,
    /// Where the key stands.
    pub(crate) key_place: Place,
    /// The answer cells, blank ones included.
    pub(crate) cells: Vec<RawCell>,
    /// The cells in which a reason may stand why a question does not apply.
    pub(crate) claims: Vec<RawCell>,
    /// What is to be said of the sheet, at each of its returns.
    pub(crate) notices: Arc<[LayoutNotice]>,
}

impl From<MappedRow> for SheetRow {
    fn from(row: MappedRow) -> Self {
        Self {
            name: row.name,
            key: row.key,
            key_place: row.key_place,
            cells: row.cells,
            claims: Vec::new(),
            notices: Arc::default(),
        }
    }
}

impl SheetRow {
    /// A row of a bulk sheet.
    pub(crate) fn of_bulk(row: BulkRow, notices: Arc<[LayoutNotice]>) -> Self {
        Self {
            name: row_name(&row.uscc_place.sheet, row.row),
            key: Some(row.uscc),
            key_place: row.uscc_place,
            cells: row.cells,
            claims: row.claims,
            notices,
        }
    }

    /// A row of a bulk sheet that holds something but no credit code.
    #[expect(
        clippy::expect_used,
        reason = "a row is stray because of the cells that the notice names"
    )]
    pub(crate) fn stray(row: u32, notice: LayoutNotice) -> Self {
        let place = notice.places.into_iter().next().expect("a stray row holds something");
        Self {
            name: row_name(&place.sheet, row),
            key: None,
            key_place: place,
            cells: Vec::new(),
            claims: Vec::new(),
            notices: Arc::default(),
        }
    }
}

fn row_name(sheet: &str, row: u32) -> String {
    format!("{sheet}!{}", u64::from(row) + 1)
}

/// How the columns of a sheet answer questions.
#[derive(Clone)]
pub(crate) enum Columns {
    /// As a person confirmed.
    Mapped(Arc<Compiled>),
    /// By the codes in the head of a bulk sheet.
    Coded,
}

impl Columns {
    fn key_kind(&self) -> KeyKind {
        match self {
            Self::Mapped(mapping) => mapping.mapping().key.kind,
            Self::Coded => KeyKind::Uscc,
        }
    }

    /// By how much figures are multiplied, field by field.
    fn factors(&self) -> Vec<Option<rust_decimal::Decimal>> {
        match self {
            Self::Mapped(mapping) => mapping.mapping().fields.iter().map(|field| field.unit_factor).collect(),
            Self::Coded => Vec::new(),
        }
    }
}

/// A row with its owner.
pub(crate) struct OwnedRow {
    /// The row.
    pub(crate) row: SheetRow,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// Hash of everything that was read of it, wherever it stands: the same row again has the same.
    pub(crate) hash: String,
}

/// A row that was read and checked.
pub(crate) struct CheckedRow {
    /// Sheet and row as people name them, or the sheet alone where it is one return.
    pub(crate) name: String,
    /// Whose it says it is.
    pub(crate) key: Option<String>,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// Hash of everything that was read of it.
    pub(crate) hash: String,
    /// Answers and where they stood.
    pub(crate) reading: Reading,
    /// What was found.
    pub(crate) findings: Findings,
    /// Whether it says no more than what was known before anything was filled in.
    pub(crate) untouched: bool,
}

/// Whose a row is, or why that cannot be told.
pub(crate) type Owner = Result<(SurveyReturn, Enterprise), ServiceError>;

/// What rows are read with.
#[derive(Clone)]
pub(crate) struct RowContext {
    /// The service.
    pub(crate) service: Arc<Service>,
    /// Whose rows are read.
    pub(crate) scope: Scope,
    /// The round.
    pub(crate) round: Round,
    /// Its form.
    pub(crate) form: Arc<Form>,
    /// How columns answer questions.
    pub(crate) columns: Columns,
}

impl RowContext {
    /// Finds the owners of a group of rows. Two statements, however many they are.
    pub(crate) async fn own(&self, rows: Vec<SheetRow>) -> Result<Vec<OwnedRow>, ServiceError> {
        let owners = self.owners(&rows).await?;
        let columns = self.columns.clone();
        blocking(move || {
            let owned = |(row, owner)| {
                let hash = hash(&row, &columns)?;
                Ok(OwnedRow { row, owner, hash })
            };
            rows.into_iter().zip(owners).map(owned).collect()
        })
        .await
    }

    /// Reads and checks a group of rows. A handful of statements, however many they are.
    pub(crate) async fn check(&self, rows: Vec<OwnedRow>, dates: DateSystem) -> Result<Vec<CheckedRow>, ServiceError> {
        let owners = rows.iter().map(|row| &row.owner);
        let enterprises = owners.clone().flatten().map(|(_, enterprise)| enterprise.id);
        let enterprises = enterprises.collect::<Vec<_>>();
        let previous = last_answers(&self.service, &self.round, &self.form, &enterprises).await?;
        let (form, columns) = (self.form.clone(), self.columns.clone());
        let mut known = Vec::with_capacity(rows.len());
        for owner in owners {
            known.push(match owner {
                Ok((survey_return, enterprise)) => Known {
                    previous: previous.get(&enterprise.id).cloned(),
                    registered: Some(enterprise.into()),
                    round: Some(self.view(survey_return, enterprise).await?),
                },
                Err(_) => Known::default(),
            });
        }
        blocking(move || {
            let check = |(owned, known): (OwnedRow, Known)| {
                let OwnedRow { row, owner, hash } = owned;
                let factor = |cell: &RawCell| match &columns {
                    Columns::Mapped(mapping) => mapping.factor_at(&cell.place),
                    Columns::Coded => None,
                };
                let mut reading = form.survey.read_in_columns(&row.cells, dates, &factor);
                reading.claims = form.survey.read_claims(&row.claims);
                if let Columns::Mapped(mapping) = &columns {
                    mapping.scale(&mut reading);
                }
                let untouched = is_untouched(&form, &reading, &owner, &known);
                let evaluation = evaluate(&form.survey, &mut reading, &known);
                reading
                    .findings
                    .extend(row.notices.iter().cloned().map(Finding::of_notice));
                let findings = raise(&form.survey, &reading, &evaluation);
                CheckedRow {
                    name: row.name,
                    key: row.key,
                    owner,
                    hash,
                    reading,
                    findings,
                    untouched,
                }
            };
            Ok(rows.into_iter().zip(known).map(check).collect())
        })
        .await
    }

    /// The round as a return sees it. The store is asked only for what has changed since it was asked last.
    async fn view(&self, survey_return: &SurveyReturn, enterprise: &Enterprise) -> Result<RoundView, ServiceError> {
        let service = &self.service;
        let view = service
            .round_figures
            .view(&service.db, &self.round, &self.form, survey_return.id, service.now());
        Ok(view.await?.of(&enterprise.facts.industry_code))
    }

    /// The return and the enterprise of each row, by its key.
    async fn owners(&self, rows: &[SheetRow]) -> Result<Vec<Owner>, ServiceError> {
        let conn = self.service.db.read();
        let keys = rows.iter().filter_map(|row| row.key.clone()).collect::<Vec<_>>();
        let by_key: BTreeMap<String, Vec<Enterprise>> = match self.columns.key_kind() {
            KeyKind::Name => store::enterprise::find_enterprises_by_name(conn, &self.scope, &keys).await?,
            KeyKind::Uscc => {
                let codes = keys.iter().map(|key| key.to_uppercase()).collect::<Vec<_>>();
                let found = store::enterprise::find_enterprises_by_uscc(conn, &self.scope, &codes).await?;
                found
                    .into_iter()
                    .map(|(code, enterprise)| (code, vec![enterprise]))
                    .collect()
            }
        };
        let ids = by_key
            .values()
            .flatten()
            .map(|enterprise| enterprise.id)
            .collect::<Vec<_>>();
        let returns = store::survey_return::find_returns_of(conn, &self.scope, self.round.id, &ids).await?;
        let owner = |row: &SheetRow| {
            let Some(key) = &row.key else {
                return Err(at_key(ServiceError::new(codes::imports::NO_KEY), row));
            };
            let found = match self.columns.key_kind() {
                KeyKind::Name => by_key.get(key),
                KeyKind::Uscc => by_key.get(&key.to_uppercase()),
            };
            match found.map_or(&[][..], Vec::as_slice) {
                [] => Err(at_key(ServiceError::new(codes::imports::UNKNOWN_ENTERPRISE), row)),
                [enterprise] => returns
                    .get(&enterprise.id)
                    .cloned()
                    .ok_or_else(|| at_key(ServiceError::new(codes::imports::UNKNOWN_ENTERPRISE), row)),
                _ => Err(at_key(ServiceError::new(codes::imports::AMBIGUOUS_NAME), row)),
            }
        };
        Ok(rows.iter().map(owner).collect())
    }
}

/// Whether a row says no more than a fresh sheet would.
fn is_untouched(form: &Form, reading: &Reading, owner: &Owner, known: &Known) -> bool {
    let Ok((_, enterprise)) = owner else { return false };
    if !reading.findings.is_empty() || !reading.claims.is_empty() {
        return false;
    }
    let fresh = known_answers(form.survey.questionnaire(), enterprise, known.previous.as_ref());
    reading
        .answers
        .iter()
        .all(|(code, answer)| fresh.get(code) == Some(answer))
}

/// The error with the cell of the key as its place.
fn at_key(error: ServiceError, row: &SheetRow) -> ServiceError {
    let fault = Fault {
        code: error.code.clone(),
        pointer: row.key.clone(),
        place: Some(row.key_place.clone()),
        message: error.message.clone(),
    };
    error.with_faults([fault])
}

/// What was read, without where it stood.
fn hash(row: &SheetRow, columns: &Columns) -> Result<String, ServiceError> {
    let said = row
        .cells
        .iter()
        .chain(&row.claims)
        .map(|cell| (&cell.question, &cell.table, &cell.value, &cell.number_format))
        .collect::<Vec<_>>();
    let text = serde_json::to_vec(&(said, columns.factors())).map_err(ServiceError::internal)?;
    Ok(sha256_hex(&text))
}
