//! Published documents, compiled: each is parsed and compiled once and then shared.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use index::{compile::OverReturns, document::Methodology};
use survey::{
    justification::JustificationReasons,
    questionnaire::Questionnaire,
    survey::Survey,
    synonyms::Synonyms,
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};

use super::form::Form;
use crate::{
    domain::{
        document::{DocumentContent, DocumentId, DocumentKind},
        page::PageRequest,
        round::Round,
    },
    service::{
        Service,
        blocking::blocking,
        error::{ServiceError, codes},
    },
    store,
    store::db::Database,
};

/// The words that are built in.
const SYNONYMS: &str = include_str!("../../../data/synonyms.json");

/// Compiled documents by identifier. Published documents never change, so nothing here grows stale.
#[derive(Default)]
pub struct Catalogue {
    forms: RwLock<BTreeMap<FormKey, Arc<Form>>>,
    methodologies: RwLock<BTreeMap<(DocumentId, FormKey), OverReturns>>,
}

/// A questionnaire together with the tables it is read with and the year in which it is asked.
type FormKey = (DocumentId, Vec<DocumentId>, Option<i32>);

/// The kinds of document that make up the reference tables.
pub const REFERENCE_KINDS: [DocumentKind; 7] = [
    DocumentKind::Areas,
    DocumentKind::Industries,
    DocumentKind::SizeClasses,
    DocumentKind::EnergyFactors,
    DocumentKind::Co2Factors,
    DocumentKind::GridFactors,
    DocumentKind::FactorSettings,
];

impl Catalogue {
    /// The questionnaire compiled with these tables, as it is asked in this year; in its first one where none is given.
    pub async fn form(
        &self,
        db: &Database,
        questionnaire: DocumentId,
        reference: &[DocumentId],
        year: Option<i32>,
    ) -> Result<Arc<Form>, ServiceError> {
        let key = (questionnaire, reference.to_vec(), year);
        if let Some(found) = read(&self.forms).get(&key) {
            return Ok(found.clone());
        }
        let reference = contents(db, reference).await?;
        let tables = Arc::new(reference_tables(&reference)?);
        let reasons = reasons(&reference)?;
        let content = content(db, questionnaire).await?;
        let compiled = blocking(move || {
            let questionnaire = Questionnaire::parse(content.content.as_bytes()).map_err(stored_but_invalid)?;
            let year = year.unwrap_or(questionnaire.survey_year);
            let questionnaire = questionnaire.in_year(year).map_err(stored_but_invalid)?;
            Survey::compile(questionnaire, tables)
                .map(|survey| Form::of(survey, reasons))
                .map_err(stored_but_invalid)
        })
        .await?;
        let compiled = Arc::new(compiled);
        write(&self.forms).insert(key, compiled.clone());
        Ok(compiled)
    }

    /// The methodology compiled against a questionnaire.
    pub async fn methodology(
        &self,
        db: &Database,
        methodology: DocumentId,
        questionnaire: DocumentId,
        reference: &[DocumentId],
        year: i32,
    ) -> Result<OverReturns, ServiceError> {
        let form = self.form(db, questionnaire, reference, Some(year)).await?;
        let key = (methodology, (questionnaire, reference.to_vec(), Some(year)));
        if let Some(found) = read(&self.methodologies).get(&key) {
            return Ok(found.clone());
        }
        let content = content(db, methodology).await?;
        let compiled = blocking(move || {
            let parsed = Methodology::parse(content.content.as_bytes()).map_err(stored_but_invalid)?;
            parsed
                .compile(&form.survey)
                .map_err(stored_but_invalid)?
                .over_returns()
                .ok_or_else(|| ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES))
        })
        .await?;
        write(&self.methodologies).insert(key, compiled.clone());
        Ok(compiled)
    }
}

impl Service {
    /// The questionnaire of a round, compiled with the tables that the round keeps.
    pub(crate) async fn form(&self, round: &Round) -> Result<Arc<Form>, ServiceError> {
        self.catalogue
            .form(&self.db, round.questionnaire, &round.reference, Some(round.year))
            .await
    }

    /// A questionnaire compiled with the newest tables, as it is asked in its first year.
    pub async fn current_form(&self, questionnaire: DocumentId) -> Result<Arc<Form>, ServiceError> {
        let reference = current_reference(&self.db).await?;
        let reference: Vec<DocumentId> = reference.iter().map(|found| found.document.id).collect();
        self.catalogue.form(&self.db, questionnaire, &reference, None).await
    }

    /// A methodology compiled against the questionnaire of a round.
    pub(crate) async fn methodology(&self, id: DocumentId, round: &Round) -> Result<OverReturns, ServiceError> {
        self.catalogue
            .methodology(&self.db, id, round.questionnaire, &round.reference, round.year)
            .await
    }
}

/// The first item of a list that begins with the newest.
pub(crate) const NEWEST: PageRequest = PageRequest { limit: 1, after: None };

/// The newest published document of each reference kind, and of the reasons where there are any.
pub async fn current_reference(db: &Database) -> Result<Vec<DocumentContent>, ServiceError> {
    let mut found = Vec::with_capacity(REFERENCE_KINDS.len());
    for kind in REFERENCE_KINDS {
        let newest = store::document::list_documents(db.read(), Some(kind), &NEWEST)
            .await?
            .items
            .pop();
        let document = newest.ok_or_else(|| ServiceError::new(codes::documents::MISSING).because(kind.name()))?;
        found.push(content(db, document.id).await?);
    }
    // A house that was set up before there were reasons goes on without them.
    let kind = Some(DocumentKind::JustificationReasons);
    if let Some(newest) = store::document::list_documents(db.read(), kind, &NEWEST)
        .await?
        .items
        .pop()
    {
        found.push(content(db, newest.id).await?);
    }
    Ok(found)
}

/// The newest published words for the same; the built-in ones where a house was set up before there were any.
pub(crate) async fn current_synonyms(db: &Database) -> Result<Synonyms, ServiceError> {
    let kind = Some(DocumentKind::Synonyms);
    let newest = store::document::list_documents(db.read(), kind, &NEWEST)
        .await?
        .items
        .pop();
    match newest {
        Some(newest) => Synonyms::parse(content(db, newest.id).await?.content.as_bytes()),
        None => Synonyms::parse(SYNONYMS.as_bytes()),
    }
    .map_err(stored_but_invalid)
}

/// The reasons among the documents of a round.
fn reasons(documents: &[DocumentContent]) -> Result<JustificationReasons, ServiceError> {
    let found = documents
        .iter()
        .find(|found| found.document.kind == DocumentKind::JustificationReasons);
    match found {
        Some(found) => JustificationReasons::parse(found.content.as_bytes()).map_err(stored_but_invalid),
        None => Ok(JustificationReasons::default()),
    }
}

/// Reference tables from the contents of their documents.
pub fn reference_tables(documents: &[DocumentContent]) -> Result<ReferenceTables, ServiceError> {
    let of = |kind: DocumentKind| {
        documents
            .iter()
            .find(|found| found.document.kind == kind)
            .map(|found| found.content.as_bytes())
            .ok_or_else(|| ServiceError::new(codes::documents::MISSING).because(kind.name()))
    };
    let industries = documents
        .iter()
        .find(|found| found.document.kind == DocumentKind::Industries);
    let edition = industries.map_or("", |found| found.document.version.as_str());
    Ok(ReferenceTables {
        areas: AreaTable::parse(of(DocumentKind::Areas)?).map_err(stored_but_invalid)?,
        industries: IndustryTable::parse(edition, of(DocumentKind::Industries)?).map_err(stored_but_invalid)?,
        sizes: SizeClassRules::parse(of(DocumentKind::SizeClasses)?).map_err(stored_but_invalid)?,
        energy: EnergyFactors::parse(of(DocumentKind::EnergyFactors)?).map_err(stored_but_invalid)?,
        co2: Co2Factors::parse(of(DocumentKind::Co2Factors)?).map_err(stored_but_invalid)?,
        grid: GridFactors::parse(of(DocumentKind::GridFactors)?).map_err(stored_but_invalid)?,
        settings: FactorSettings::parse(of(DocumentKind::FactorSettings)?).map_err(stored_but_invalid)?,
    })
}

/// A document with its content.
pub(crate) async fn content(db: &Database, id: DocumentId) -> Result<DocumentContent, ServiceError> {
    let document = store::document::find_document(db.read(), id).await?;
    let content = store::document::content(db.read(), id).await?;
    Ok(DocumentContent { document, content })
}

async fn contents(db: &Database, ids: &[DocumentId]) -> Result<Vec<DocumentContent>, ServiceError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(content(db, *id).await?);
    }
    Ok(found)
}

/// A document that was validated before it was stored does not pass any more: the engine has changed under it.
fn stored_but_invalid(faults: Vec<survey::document::DocumentFault>) -> ServiceError {
    ServiceError::new(codes::documents::INVALID).with_faults(faults)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
