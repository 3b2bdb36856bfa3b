//! Rows of a spreadsheet, each read and checked as the return of the enterprise that its key names. A preview and an
//! import read the same way.

use std::{collections::BTreeMap, sync::Arc};

use survey::{
    cell::{DateSystem, RawCell},
    finding::Findings,
    reading::Reading,
};
use workbook::mapping::{Compiled, KeyKind, MappedRow};

use super::{
    Service,
    catalogue::{Form, blocking},
    check_workbook::{Known, check_reading},
    error::{Fault, ServiceError},
    round_figures::RoundView,
};
use crate::{
    blobs::sha256_hex,
    domain::{
        access::Scope,
        enterprise::{Enterprise, EnterpriseId},
        round::Round,
        survey_return::SurveyReturn,
    },
    store,
};

/// A row that was read and checked.
pub(crate) struct CheckedRow {
    /// The row.
    pub(crate) row: MappedRow,
    /// Hash of everything that was read of it, wherever it stands: the same row again has the same.
    pub(crate) hash: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// Answers and where they stood.
    pub(crate) reading: Reading,
    /// What was found.
    pub(crate) findings: Findings,
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
    pub(crate) mapping: Arc<Compiled>,
    /// Date system of the spreadsheet.
    pub(crate) dates: DateSystem,
}

impl RowContext {
    /// Reads and checks a group of rows. A handful of statements, however many they are.
    pub(crate) async fn check(&self, rows: Vec<MappedRow>) -> Result<Vec<CheckedRow>, ServiceError> {
        let owners = self.owners(&rows).await?;
        let enterprises = owners.iter().flatten().map(|(_, enterprise)| enterprise.id);
        let previous = self.previous(enterprises.collect()).await?;
        let (form, mapping, dates) = (self.form.clone(), self.mapping.clone(), self.dates);
        let mut known = Vec::with_capacity(owners.len());
        for owner in &owners {
            known.push(match owner {
                Ok((survey_return, enterprise)) => Known {
                    previous: previous.get(&enterprise.id).cloned(),
                    round: Some(self.view(survey_return, enterprise).await?),
                },
                Err(_) => Known::default(),
            });
        }
        blocking(move || {
            let check = |((row, owner), known): ((MappedRow, Owner), Known)| {
                let mut reading = form.survey.read_answers(&row.cells, dates);
                mapping.scale(&mut reading);
                let (_, findings) = check_reading(&form.survey, &reading, &known);
                CheckedRow {
                    hash: hash(&row.cells, &mapping),
                    owner,
                    reading,
                    findings,
                    row,
                }
            };
            Ok(rows.into_iter().zip(owners).zip(known).map(check).collect())
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
    async fn owners(&self, rows: &[MappedRow]) -> Result<Vec<Owner>, ServiceError> {
        let conn = self.service.db.read();
        let keys = rows.iter().filter_map(|row| row.key.clone()).collect::<Vec<_>>();
        let by_key: BTreeMap<String, Vec<Enterprise>> = match self.mapping.mapping().key.kind {
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
        let owner = |row: &MappedRow| {
            let Some(key) = &row.key else {
                return Err(at_key(ServiceError::new("import.no_key"), row));
            };
            let found = match self.mapping.mapping().key.kind {
                KeyKind::Name => by_key.get(key),
                KeyKind::Uscc => by_key.get(&key.to_uppercase()),
            };
            match found.map_or(&[][..], Vec::as_slice) {
                [] => Err(at_key(ServiceError::new("import.unknown_enterprise"), row)),
                [enterprise] => returns
                    .get(&enterprise.id)
                    .cloned()
                    .ok_or_else(|| at_key(ServiceError::new("import.unknown_enterprise"), row)),
                _ => Err(at_key(ServiceError::new("import.ambiguous_name"), row)),
            }
        };
        Ok(rows.iter().map(owner).collect())
    }

    async fn previous(
        &self,
        enterprises: Vec<EnterpriseId>,
    ) -> Result<BTreeMap<EnterpriseId, survey::answer::Answers>, ServiceError> {
        let Some(previous) = self.round.previous else {
            return Ok(BTreeMap::new());
        };
        let conn = self.service.db.read();
        // Of enterprises that the scope has shown.
        Ok(store::survey_return::accepted_answers_of(conn, &Scope::County, previous, &enterprises).await?)
    }
}

/// The error with the cell of the key as its place.
fn at_key(error: ServiceError, row: &MappedRow) -> ServiceError {
    let fault = Fault {
        code: error.code.clone(),
        pointer: row.key.clone(),
        place: Some(row.key_place.clone()),
        message: error.message.clone(),
    };
    error.with_faults([fault])
}

/// What was read, without where it stood.
fn hash(cells: &[RawCell], mapping: &Compiled) -> String {
    let said = cells
        .iter()
        .map(|cell| (&cell.question, &cell.table, &cell.value, &cell.number_format))
        .collect::<Vec<_>>();
    let factors = mapping
        .mapping()
        .fields
        .iter()
        .map(|field| field.unit_factor)
        .collect::<Vec<_>>();
    let text = serde_json::to_vec(&(said, factors)).unwrap_or_default();
    sha256_hex(&text)
}
