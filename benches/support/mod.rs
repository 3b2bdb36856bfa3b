//! A county with filled workbooks, for the benches that import them.

use std::{path::PathBuf, sync::Arc};

use demo::{County, DemoProfile, SampleEnterprise, SampleFacts};
use ronghe::{
    blobs::Blobs,
    clock::FixedClock,
    domain::{
        access::{Principal, Role, Scope},
        document::{DocumentId, DocumentKind},
        enterprise::{EnterpriseFacts, EnterpriseFilter, EnterpriseId},
        page::PageRequest,
        round::{Population, RoundId},
        survey_return::ReturnId,
    },
    ids::SeededIds,
    jobs::queue::ApalisQueue,
    service::{
        Service, Settings,
        documents::{catalogue::current_reference, form::Form, publish::publish_document},
        registry::write_enterprise::{EnterpriseInput, create_enterprise},
        rounds::create::{NewRound, create_round},
        templates::issue::write_filled,
    },
    shipped,
    startup::{Parts, assemble},
    store,
    store::Database,
};
use workbook::prefill::raw_values;

/// A filled workbook and whose it is.
pub(crate) struct Filled {
    pub(crate) uscc: String,
    pub(crate) enterprise: EnterpriseId,
    pub(crate) survey_return: ReturnId,
    pub(crate) bytes: Vec<u8>,
}

/// How many workbooks are asked for: RONGHE_BENCH_WORKBOOKS, or 1000.
pub(crate) fn workbooks() -> usize {
    let asked = std::env::var("RONGHE_BENCH_WORKBOOKS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(1000)
}

pub(crate) fn operator() -> Principal {
    Principal {
        name: "operator".to_owned(),
        user: None,
        role: Role::Admin,
        scope: Scope::County,
    }
}

/// A service on a fresh database, with originals in a folder.
pub(crate) async fn service(database: &Database, folder: &std::path::Path) -> Arc<Service> {
    service_with(database, folder, 1).await
}

/// The same with identifiers of another seed: for a second process on the same database.
pub(crate) async fn service_with(database: &Database, folder: &std::path::Path, seed: u64) -> Arc<Service> {
    let parts = Parts {
        clock: FixedClock::at("2026-04-01T01:00:00Z".parse().unwrap()),
        ids: SeededIds::from_seed(seed),
        settings: Settings {
            password_memory_kib: 64,
            ..Settings::default()
        },
        program: PathBuf::from(env!("CARGO_BIN_EXE_ronghe")),
    };
    let blobs = Blobs::in_folder(&folder.join("blobs")).unwrap();
    let service = assemble(database.clone(), blobs, parts).unwrap();
    ApalisQueue::migrate(&service.db).await.unwrap();
    service
}

/// The form of the questionnaire that was published.
pub(crate) async fn form(service: &Arc<Service>) -> Arc<Form> {
    let questionnaire = questionnaire(service).await;
    let reference = reference(service).await;
    service
        .catalogue
        .form(&service.db, questionnaire, &reference, Some(2026))
        .await
        .unwrap()
}

pub(crate) async fn publish(service: &Arc<Service>) {
    for document in shipped::built_in().unwrap() {
        publish_document(service, &operator(), document).await.unwrap();
    }
}

pub(crate) async fn questionnaire(service: &Arc<Service>) -> DocumentId {
    let page = PageRequest { limit: 1, after: None };
    let found = store::document::list_documents(service.db.read(), Some(DocumentKind::Questionnaire), &page).await;
    found.unwrap().items[0].id
}

pub(crate) async fn reference(service: &Arc<Service>) -> Vec<DocumentId> {
    let found = current_reference(&service.db).await.unwrap();
    found.iter().map(|found| found.document.id).collect()
}

/// A round that asks everybody in the registry.
pub(crate) async fn round_of_all(service: &Arc<Service>) -> RoundId {
    let new = NewRound {
        code: "2026".to_owned(),
        title: "2026".to_owned(),
        year: 2026,
        questionnaire: questionnaire(service).await,
        accepted_versions: Vec::new(),
        opens_on: "2026-01-01".parse().unwrap(),
        closes_on: "2026-12-31".parse().unwrap(),
        population: Population::Query(EnterpriseFilter::default()),
        previous: None,
        warnings_must_be_justified: false,
    };
    create_round(service, &operator(), new).await.unwrap().id
}

pub(crate) fn county(form: &Form) -> County<'_> {
    let profile = DemoProfile::parse(shipped::DEMO_COUNTY.as_bytes()).unwrap();
    County::new(profile, &form.survey).unwrap()
}

/// The facts of a sample as the registry holds them.
pub(crate) fn registered(facts: &SampleFacts) -> EnterpriseFacts {
    let facts = facts.clone();
    EnterpriseFacts {
        uscc: facts.uscc,
        name: facts.name,
        former_names: Vec::new(),
        parent_uscc: None,
        area_code: facts.area_code,
        industry_code: facts.industry_code,
        employees: facts.employees,
        revenue_wan_yuan: facts.revenue_wan_yuan,
        assets_wan_yuan: facts.assets_wan_yuan,
        active: true,
    }
}

/// Registry and a round that asks all of it.
pub(crate) async fn round(
    service: &Arc<Service>,
    enterprises: usize,
) -> (RoundId, Vec<SampleEnterprise>, Vec<EnterpriseId>) {
    publish(service).await;
    let samples = county(&*form(service).await).generate(1, enterprises);
    let mut enterprises = Vec::new();
    for sample in &samples {
        let input = EnterpriseInput {
            facts: registered(&sample.facts),
            uscc_exception: None,
        };
        let created = create_enterprise(service, &operator(), input).await;
        enterprises.push(created.unwrap().id);
    }
    (round_of_all(service).await, samples, enterprises)
}

/// Registry, round and one filled workbook per enterprise.
pub(crate) async fn prepare(service: &Arc<Service>, workbooks: usize) -> (RoundId, Vec<Filled>) {
    let operator = operator();
    let (round, samples, enterprises) = round(service, workbooks).await;
    let mut filled = Vec::new();
    for (sample, enterprise) in samples.iter().zip(enterprises) {
        let found = store::survey_return::find_return_of(service.db.read(), &Scope::County, round, enterprise)
            .await
            .unwrap()
            .unwrap();
        let answers = sample.answers.clone();
        let written = write_filled(service, &operator, found.id, move |form, language| {
            raw_values(form.survey.questionnaire(), &form.options, &answers, language).into()
        });
        filled.push(Filled {
            uscc: sample.facts.uscc.clone(),
            enterprise,
            survey_return: found.id,
            bytes: written.await.unwrap().bytes,
        });
    }
    (round, filled)
}
