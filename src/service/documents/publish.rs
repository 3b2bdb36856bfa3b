//! Publishing documents: validated whole, then immutable for ever.

use index::document::Methodology;
use serde::Deserialize;
use survey::{
    document::DocumentFault,
    justification::JustificationReasons,
    questionnaire::Questionnaire,
    survey::Survey,
    synonyms::Synonyms,
    tables::{AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, SizeClassRules},
    text::Text,
};

use super::catalogue::{NEWEST, current_reference, reference_tables};
use crate::{
    blobs::sha256_hex,
    domain::{
        access::Principal,
        area::Area,
        document::{Document, DocumentContent, DocumentId, DocumentKind},
        industry::Industry,
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        error::{Fault, ServiceError, codes},
    },
    store,
    store::db::StoreError,
};

/// A document to be published.
pub struct NewDocument {
    /// Kind.
    pub kind: DocumentKind,
    /// Code; a JSON document brings its own.
    pub code: Option<String>,
    /// Version; a JSON document brings its own.
    pub version: Option<String>,
    /// Title; a JSON document brings its own.
    pub title: Option<Text>,
    /// Content.
    pub content: Vec<u8>,
}

/// Validates and publishes. Publishing the same bytes under the same name again gives the document that is there.
pub async fn publish_document(
    service: &Service,
    caller: &Principal,
    new: NewDocument,
) -> Result<Document, ServiceError> {
    caller.may(Action::PublishDocuments)?;
    let content = String::from_utf8(new.content).map_err(|_| not_utf8())?;
    let name = Name::of(new.kind, &content, new.code, new.version, new.title)?;
    let sha256 = sha256_hex(content.as_bytes());
    if let Some(found) =
        store::document::find_document_by(service.db.read(), new.kind, &name.code, &name.version).await?
    {
        return if found.sha256 == sha256 {
            Ok(found)
        } else {
            Err(ServiceError::new(codes::documents::PUBLISHED))
        };
    }
    let rows = validate(service, new.kind, &name, &content).await?;
    let document = Document {
        id: DocumentId(service.next_id()),
        kind: new.kind,
        code: name.code,
        version: name.version,
        title_zh: name.title.zh,
        title_en: name.title.en,
        sha256,
        published_at: service.now(),
    };
    let txn = service.db.begin_write().await?;
    let stored = DocumentContent {
        document: document.clone(),
        content,
    };
    match store::document::insert_document(&txn, &stored).await {
        // Somebody else was faster, with this document or with another one.
        Err(StoreError::Duplicate { .. }) => {
            drop(txn);
            let name = (&document.code, &document.version);
            let found = store::document::find_document_by(service.db.read(), new.kind, name.0, name.1).await?;
            return found
                .filter(|found| found.sha256 == document.sha256)
                .ok_or_else(|| ServiceError::new(codes::documents::PUBLISHED));
        }
        other => other?,
    }
    match rows {
        Rows::None => {}
        Rows::Areas(areas) => store::area::replace_areas(&txn, &areas).await?,
        Rows::Industries(industries) => {
            store::industry::replace_industries(&txn, &document.version, &industries).await?;
        }
    }
    txn.commit().await?;
    Ok(document)
}

/// The refusal of a document that is no text.
pub(crate) fn not_utf8() -> ServiceError {
    ServiceError::new(codes::documents::INVALID).with_faults([Fault::at("", codes::documents::NOT_UTF8)])
}

/// Under which name a document is published.
struct Name {
    code: String,
    version: String,
    title: Text,
}

/// The head that JSON documents share.
#[derive(Deserialize)]
struct Head {
    code: Option<String>,
    version: Option<String>,
    title: Option<Text>,
}

impl Name {
    fn of(
        kind: DocumentKind,
        content: &str,
        code: Option<String>,
        version: Option<String>,
        title: Option<Text>,
    ) -> Result<Self, ServiceError> {
        let head = match kind {
            DocumentKind::Areas
            | DocumentKind::Industries
            | DocumentKind::EnergyFactors
            | DocumentKind::Co2Factors
            | DocumentKind::GridFactors => Head {
                code: None,
                version: None,
                title: None,
            },
            _ => serde_json::from_str(content).map_err(|error| {
                let place = format!("{}:{}", error.line(), error.column());
                let fault = if error.is_data() {
                    Fault::saying(
                        place,
                        codes::documents::HEAD,
                        format!("代码、版本或标题写得不对：{error}"),
                        format!("Code, version or title are not as they should be: {error}"),
                    )
                } else {
                    Fault::saying(
                        place,
                        codes::documents::NOT_JSON,
                        format!("不是合法的 JSON：{error}"),
                        format!("Not valid JSON: {error}"),
                    )
                };
                ServiceError::new(codes::documents::INVALID).with_faults([fault])
            })?,
        };
        let missing = |what: &str| {
            let fault = Fault::at(format!("/{what}"), codes::documents::UNNAMED);
            ServiceError::new(codes::documents::INVALID).with_faults([fault])
        };
        let name = Self {
            code: head.code.or(code).ok_or_else(|| missing("code"))?,
            version: head.version.or(version).ok_or_else(|| missing("version"))?,
            title: head.title.or(title).ok_or_else(|| missing("title"))?,
        };
        let faults = name.faults();
        if faults.is_empty() {
            Ok(name)
        } else {
            Err(ServiceError::new(codes::documents::INVALID).with_faults(faults))
        }
    }

    /// A name stays for ever, in lists, file names and addresses: it is short and can be read.
    fn faults(&self) -> Vec<Fault> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let begins_well = |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let mut faults = Vec::new();
        if !begins_well(&self.code) || self.code.len() > 64 || !self.code.chars().all(is_plain) {
            faults.push(Fault::at("/code", codes::documents::BAD_CODE));
        }
        let is_graphic = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        let version = &self.version;
        let well_spaced = version.trim() == version && version.chars().all(|c| is_graphic(c) || c == ' ');
        if !begins_well(version) || version.len() > 40 || !well_spaced {
            faults.push(Fault::at("/version", codes::documents::BAD_VERSION));
        }
        let title = [&self.title.zh, &self.title.en];
        if title
            .iter()
            .any(|text| text.chars().count() > 200 || text.chars().any(char::is_control))
        {
            faults.push(Fault::at("/title", codes::documents::BAD_TITLE));
        }
        faults
    }
}

/// Rows of a code list that are also kept as tables, for lists and joins.
enum Rows {
    None,
    Areas(Vec<Area>),
    Industries(Vec<Industry>),
}

async fn validate(service: &Service, kind: DocumentKind, name: &Name, content: &str) -> Result<Rows, ServiceError> {
    let bytes = content.as_bytes();
    let invalid = |faults: Vec<DocumentFault>| ServiceError::new(codes::documents::INVALID).with_faults(faults);
    match kind {
        DocumentKind::Areas => {
            let table = AreaTable::parse(bytes).map_err(invalid)?;
            return Ok(Rows::Areas(table.iter().map(Area::from).collect()));
        }
        DocumentKind::Industries => {
            let table = IndustryTable::parse(&name.version, bytes).map_err(invalid)?;
            return Ok(Rows::Industries(
                table.iter().map(|row| Industry::from_row(&name.version, row)).collect(),
            ));
        }
        DocumentKind::SizeClasses => drop(SizeClassRules::parse(bytes).map_err(invalid)?),
        DocumentKind::EnergyFactors => drop(EnergyFactors::parse(bytes).map_err(invalid)?),
        DocumentKind::Co2Factors => drop(Co2Factors::parse(bytes).map_err(invalid)?),
        DocumentKind::GridFactors => drop(GridFactors::parse(bytes).map_err(invalid)?),
        DocumentKind::FactorSettings => drop(FactorSettings::parse(bytes).map_err(invalid)?),
        DocumentKind::JustificationReasons => drop(JustificationReasons::parse(bytes).map_err(invalid)?),
        DocumentKind::Synonyms => drop(Synonyms::parse(bytes).map_err(invalid)?),
        DocumentKind::Questionnaire => {
            let questionnaire = Questionnaire::parse(bytes).map_err(invalid)?;
            let tables = std::sync::Arc::new(reference_tables(&current_reference(&service.db).await?)?);
            blocking(move || Survey::compile(questionnaire, tables).map(drop).map_err(invalid)).await?;
        }
        DocumentKind::Methodology => validate_methodology(service, bytes).await?,
        DocumentKind::Programmes => {
            designation::Programmes::parse(bytes).map_err(invalid)?;
        }
    }
    Ok(Rows::None)
}

/// A methodology is checked against the newest version of the questionnaire that it names.
async fn validate_methodology(service: &Service, bytes: &[u8]) -> Result<(), ServiceError> {
    let invalid = |faults: Vec<DocumentFault>| ServiceError::new(codes::documents::INVALID).with_faults(faults);
    let methodology = Methodology::parse(bytes).map_err(invalid)?;
    // The regional index names no questionnaire of its own; it is checked against the newest one.
    let named = questionnaire_of(&methodology);
    let conn = service.db.read();
    let questionnaire = match named {
        Some(code) => store::document::latest_document(conn, DocumentKind::Questionnaire, code).await?,
        None => store::document::list_documents(conn, Some(DocumentKind::Questionnaire), &NEWEST)
            .await?
            .items
            .pop(),
    };
    let questionnaire = questionnaire
        .ok_or_else(|| ServiceError::new(codes::documents::MISSING).because(named.unwrap_or("questionnaire")))?;
    let reference = current_reference(&service.db).await?;
    let ids = reference.iter().map(|found| found.document.id).collect::<Vec<_>>();
    let form = service
        .catalogue
        .form(&service.db, questionnaire.id, &ids, None)
        .await?;
    blocking(move || methodology.compile(&form.survey).map(drop).map_err(invalid)).await
}

/// The questionnaire that a methodology was written for; none for one over regions.
pub(crate) fn questionnaire_of(methodology: &Methodology) -> Option<&str> {
    match methodology {
        Methodology::Level(level) => Some(&level.questionnaire),
        Methodology::Index(index) => Some(&index.questionnaire),
        Methodology::Region(_) => None,
        Methodology::Composite(composite) => composite.questionnaire.as_deref(),
    }
}
