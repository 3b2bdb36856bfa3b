//! Making a round: the questionnaire, the dates, who is asked. From then on every enterprise asked has a return.

use chrono::NaiveDate;
use survey::{document::DocumentFault, questionnaire::Questionnaire};

use crate::{
    domain::{
        access::{Principal, Scope},
        document::{Document, DocumentId, DocumentKind},
        enterprise::EnterpriseId,
        round::{Population, Round, RoundId},
        survey_return::ReturnId,
    },
    service::{
        Service,
        access::permission::Action,
        documents::catalogue::{content, current_reference},
        error::{Fault, ServiceError, codes, duplicate},
    },
    store,
    store::db::StoreError,
};

/// What a round is made from.
pub struct NewRound {
    /// Code, unique.
    pub code: String,
    /// Title.
    pub title: String,
    /// Year in which it is asked.
    pub year: i32,
    /// The questionnaire.
    pub questionnaire: DocumentId,
    /// Older versions of it whose templates are still read.
    pub accepted_versions: Vec<DocumentId>,
    /// First day for returns.
    pub opens_on: NaiveDate,
    /// Last day for returns.
    pub closes_on: NaiveDate,
    /// Who is asked.
    pub population: Population,
    /// The round before.
    pub previous: Option<RoundId>,
    /// Whether a return is submitted only once every warning is justified.
    pub warnings_must_be_justified: bool,
}

/// Makes a round; the population is frozen as it is now.
pub async fn create_round(service: &Service, caller: &Principal, new: NewRound) -> Result<Round, ServiceError> {
    caller.may(Action::WriteRounds)?;
    let faults = faults(service, &new).await?;
    if !faults.is_empty() {
        return Err(ServiceError::new(codes::rounds::INVALID).with_faults(faults));
    }
    let reference = current_reference(&service.db)
        .await?
        .into_iter()
        .map(|found| found.document.id)
        .collect::<Vec<_>>();
    // Compiled now, so that a questionnaire that does not fit today's code lists is refused here and not at an upload.
    for questionnaire in std::iter::once(&new.questionnaire).chain(&new.accepted_versions) {
        require_year(service, *questionnaire, new.year, "/year").await?;
        let catalogue = &service.catalogue;
        catalogue
            .form(&service.db, *questionnaire, &reference, Some(new.year))
            .await?;
    }
    // The day on which a group is asked is kept with the round.
    let population = match new.population {
        Population::Query(filter) => Population::Query(filter.asked_on(service.today())),
        list @ Population::List(_) => list,
    };
    let members = members(service, &population).await?;
    if members.is_empty() {
        return Err(ServiceError::new(codes::rounds::INVALID)
            .with_faults([Fault::at("/population", codes::rounds::POPULATION_EMPTY)]));
    }
    let round = Round {
        id: RoundId(service.next_id()),
        code: new.code.trim().to_owned(),
        title: new.title.trim().to_owned(),
        year: new.year,
        questionnaire: new.questionnaire,
        reference,
        accepted_versions: new.accepted_versions,
        opens_on: new.opens_on,
        closes_on: new.closes_on,
        population,
        previous: new.previous,
        warnings_must_be_justified: new.warnings_must_be_justified,
        version: 1,
        created_at: service.now(),
    };
    let members = members
        .into_iter()
        .map(|member| (member, ReturnId(service.next_id())))
        .collect::<Vec<_>>();
    let txn = service.db.begin_write().await?;
    store::round::insert_round(&txn, &round)
        .await
        .map_err(|error| duplicate(error, codes::rounds::DUPLICATE_CODE))?;
    store::round::add_members(&txn, round.id, &members, round.created_at)
        .await
        .map_err(|error| match error {
            StoreError::Referenced => unknown_members(),
            other => other.into(),
        })?;
    txn.commit().await?;
    Ok(round)
}

async fn members(service: &Service, population: &Population) -> Result<Vec<EnterpriseId>, ServiceError> {
    Ok(match population {
        Population::Query(filter) => {
            store::enterprise::enterprise_ids(
                service.db.read(),
                &Scope::whole_county("a round may ask every enterprise of the registry"),
                filter,
            )
            .await?
        }
        Population::List(ids) => {
            let mut ids = ids.clone();
            ids.sort_unstable();
            ids.dedup();
            ids
        }
    })
}

/// Goes on only with a questionnaire that can be asked in this year.
pub(super) async fn require_year(
    service: &Service,
    questionnaire: DocumentId,
    year: i32,
    pointer: &str,
) -> Result<(), ServiceError> {
    let found = content(&service.db, questionnaire).await?;
    let invalid = |faults: Vec<DocumentFault>| ServiceError::new(codes::documents::INVALID).with_faults(faults);
    let questionnaire = Questionnaire::parse(found.content.as_bytes()).map_err(invalid)?;
    if questionnaire.serves(year) {
        return Ok(());
    }
    let (code, version, first) = (&questionnaire.code, &questionnaire.version, questionnaire.survey_year);
    let (zh, en) = match questionnaire.last_survey_year {
        Some(last) => (format!("{first} 年至 {last} 年"), format!("from {first} to {last}")),
        None => (format!("{first} 年"), format!("in {first}")),
    };
    let fault = Fault::saying(
        pointer,
        codes::rounds::QUESTIONNAIRE_YEAR,
        format!("调查表 {code}（{version} 版）适用于 {zh}的调查，本期为 {year} 年。请选用适用于该年的调查表。"),
        format!(
            "Questionnaire {code} (version {version}) is asked {en}, this round in {year}. Choose a questionnaire for that year."
        ),
    );
    Err(ServiceError::new(codes::rounds::INVALID).with_faults([fault]))
}

async fn faults(service: &Service, new: &NewRound) -> Result<Vec<Fault>, ServiceError> {
    let mut faults = Vec::new();
    let code = new.code.trim();
    let shape = (1..=32).contains(&code.len())
        && code
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !shape {
        faults.push(Fault::at("/code", codes::rounds::CODE));
    }
    if new.title.trim().is_empty() || new.title.chars().count() > 200 {
        faults.push(Fault::at("/title", codes::rounds::TITLE));
    }
    if !(2000..=2100).contains(&new.year) {
        faults.push(Fault::at("/year", codes::rounds::YEAR));
    }
    if new.closes_on < new.opens_on {
        faults.push(Fault::at("/closes_on", codes::rounds::DATES));
    }
    let questionnaire = optional(store::document::find_document(service.db.read(), new.questionnaire).await)?;
    for (at, version) in new.accepted_versions.iter().enumerate() {
        let older = optional(store::document::find_document(service.db.read(), *version).await)?;
        if !older.is_some_and(|older| is_version_of(&older, questionnaire.as_ref())) {
            faults.push(other_questionnaire(&format!("/accepted_version_ids/{at}")));
        }
    }
    if questionnaire.is_none_or(|document| document.kind != DocumentKind::Questionnaire) {
        faults.push(Fault::at("/questionnaire_id", codes::rounds::QUESTIONNAIRE));
    }
    if let Some(previous) = new.previous
        && optional(store::round::find_round(service.db.read(), previous).await)?.is_none()
    {
        faults.push(Fault::at("/previous_round_id", codes::rounds::PREVIOUS));
    }
    Ok(faults)
}

/// Whether a document is another version of a questionnaire.
pub(super) fn is_version_of(document: &Document, questionnaire: Option<&Document>) -> bool {
    document.kind == DocumentKind::Questionnaire
        && questionnaire.is_some_and(|known| known.code == document.code && known.id != document.id)
}

pub(super) fn other_questionnaire(pointer: &str) -> Fault {
    Fault::at(pointer, codes::rounds::OTHER_QUESTIONNAIRE)
}

fn unknown_members() -> ServiceError {
    ServiceError::new(codes::rounds::INVALID).with_faults([Fault::at(
        "/population/enterprise_ids",
        codes::rounds::POPULATION_UNKNOWN,
    )])
}

/// Nothing instead of not found.
pub(super) fn optional<T>(found: Result<T, StoreError>) -> Result<Option<T>, ServiceError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
