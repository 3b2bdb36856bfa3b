//! Published documents.

use std::sync::Arc;

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};
use survey::text::Text;
use uuid::Uuid;

use super::{
    Tag,
    http::{
        auth::Auth,
        failures::{ReadFailure, UploadFailure},
        instant::Instant,
        page::{self, paged},
        problem::Bilingual,
        upload,
    },
};
use crate::{
    api::http::word::{Code, CursorText, Name},
    domain::document::{Document, DocumentId, DocumentKind},
    service::{
        Service, documents,
        documents::publish::{NewDocument, publish_document},
    },
};

/// Document operations.
#[derive(Default)]
pub struct DocumentsApi;

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "DocumentKind")]
pub enum DocumentKindName {
    /// A questionnaire.
    Questionnaire,
    /// A methodology.
    Methodology,
    /// Energy factors (tce).
    EnergyFactors,
    /// CO2 factors by fuel.
    Co2Factors,
    /// CO2 factors of the grid.
    GridFactors,
    /// Which factor set is in force.
    FactorSettings,
    /// Size classes.
    SizeClasses,
    /// Areas.
    Areas,
    /// Industries.
    Industries,
    /// Reasons of justifications.
    JustificationReasons,
    /// Words for the same: heads of lists, labels, units.
    Synonyms,
    /// Designation programmes.
    Programmes,
}

impl From<DocumentKindName> for DocumentKind {
    fn from(kind: DocumentKindName) -> Self {
        match kind {
            DocumentKindName::Questionnaire => Self::Questionnaire,
            DocumentKindName::Methodology => Self::Methodology,
            DocumentKindName::EnergyFactors => Self::EnergyFactors,
            DocumentKindName::Co2Factors => Self::Co2Factors,
            DocumentKindName::GridFactors => Self::GridFactors,
            DocumentKindName::FactorSettings => Self::FactorSettings,
            DocumentKindName::SizeClasses => Self::SizeClasses,
            DocumentKindName::Areas => Self::Areas,
            DocumentKindName::Industries => Self::Industries,
            DocumentKindName::JustificationReasons => Self::JustificationReasons,
            DocumentKindName::Synonyms => Self::Synonyms,
            DocumentKindName::Programmes => Self::Programmes,
        }
    }
}

impl From<DocumentKind> for DocumentKindName {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Questionnaire => Self::Questionnaire,
            DocumentKind::Methodology => Self::Methodology,
            DocumentKind::EnergyFactors => Self::EnergyFactors,
            DocumentKind::Co2Factors => Self::Co2Factors,
            DocumentKind::GridFactors => Self::GridFactors,
            DocumentKind::FactorSettings => Self::FactorSettings,
            DocumentKind::SizeClasses => Self::SizeClasses,
            DocumentKind::Areas => Self::Areas,
            DocumentKind::Industries => Self::Industries,
            DocumentKind::JustificationReasons => Self::JustificationReasons,
            DocumentKind::Synonyms => Self::Synonyms,
            DocumentKind::Programmes => Self::Programmes,
        }
    }
}

/// A published document without its content.
#[derive(Object)]
#[oai(rename = "Document")]
pub(crate) struct DocumentOut {
    /// Identifier.
    id: Uuid,
    /// Kind.
    kind: DocumentKindName,
    /// Code.
    code: String,
    /// Version or edition.
    version: String,
    /// Title.
    title: Bilingual,
    /// SHA-256 of the content, hex.
    sha256: String,
    /// Time of publication.
    published_at: Instant,
}

impl From<Document> for DocumentOut {
    fn from(document: Document) -> Self {
        Self {
            id: document.id.0,
            kind: document.kind.into(),
            code: document.code,
            version: document.version,
            title: Bilingual {
                zh: document.title_zh,
                en: document.title_en,
            },
            sha256: document.sha256,
            published_at: document.published_at.into(),
        }
    }
}

paged! {
    /// A page of documents.
    DocumentPage as DocumentsFound {
        /// The documents, from newest to oldest.
        items: DocumentOut,
    }
}

/// One document.
#[derive(ApiResponse)]
enum DocumentFound {
    /// The document without its content.
    #[oai(status = 200)]
    Found(Json<DocumentOut>),
}

/// A document was published.
#[derive(ApiResponse)]
enum DocumentPublished {
    /// Published, or already published with identical content.
    #[oai(status = 201)]
    Published(
        Json<DocumentOut>,
        /// URL of the document.
        #[oai(header = "Location")]
        String,
    ),
}

/// The content of a document.
#[derive(ApiResponse)]
enum ContentFound {
    /// The content as published, byte for byte: JSON, or CSV for code lists and factor tables.
    #[oai(status = 200, content_type = "application/octet-stream")]
    Found(
        Binary<Vec<u8>>,
        /// File name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Documents")]
impl DocumentsApi {
    /// List published documents
    ///
    /// Sorted from newest to oldest.
    #[oai(path = "/documents", method = "get", operation_id = "list_documents")]
    async fn list_documents(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by kind of document.
        kind: Query<Option<DocumentKindName>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<DocumentsFound, ReadFailure> {
        let kind = kind.0.map(DocumentKind::from);
        let list = ("documents", kind.map(DocumentKind::name));
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = documents::read::list_documents(&service, auth.principal(), kind, &asked.request).await?;
        Ok(DocumentsFound::of(found, &asked)?)
    }

    /// Publish a document
    ///
    /// The request body is the document itself. It is validated as a whole: all errors are returned with their JSON
    /// pointers, and nothing is stored if there is an error. A published document never changes. Sending the same bytes
    /// under the same name again returns the existing document.
    #[oai(path = "/documents", method = "post", operation_id = "create_document")]
    async fn create_document(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Kind of the document.
        kind: Query<DocumentKindName>,
        /// Code; only for documents that do not contain one (CSV).
        code: Query<Option<Code>>,
        /// Version or edition; only for documents that do not contain one (CSV).
        version: Query<Option<Code>>,
        /// Chinese title; only for documents that do not contain one (CSV).
        title_zh: Query<Option<Name>>,
        /// English title; only for documents that do not contain one (CSV).
        title_en: Query<Option<Name>>,
        body: Binary<Body>,
    ) -> Result<DocumentPublished, UploadFailure> {
        let title = title_zh.0.zip(title_en.0).map(|(zh, en)| Text::new(zh.0, en.0));
        let content = upload::read(&service, body.0).await?;
        let new = NewDocument {
            kind: kind.0.into(),
            code: code.0.map(|word| word.0),
            version: version.0.map(|word| word.0),
            title,
            content: content.into(),
        };
        let document = publish_document(&service, auth.principal(), new).await?;
        let location = format!("/api/v1/documents/{}", document.id);
        Ok(DocumentPublished::Published(Json(document.into()), location))
    }

    /// Get a document
    ///
    /// Returns the document without its content.
    #[oai(path = "/documents/:document_id", method = "get", operation_id = "get_document")]
    async fn get_document(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        document_id: Path<Uuid>,
    ) -> Result<DocumentFound, ReadFailure> {
        let found = documents::read::get_document(&service, auth.principal(), DocumentId(document_id.0)).await?;
        Ok(DocumentFound::Found(Json(found.into())))
    }

    /// Get the content of a document
    ///
    /// Returns the content byte for byte as published.
    #[oai(
        path = "/documents/:document_id/content",
        method = "get",
        operation_id = "get_document_content"
    )]
    async fn get_document_content(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        document_id: Path<Uuid>,
    ) -> Result<ContentFound, ReadFailure> {
        let found =
            documents::read::get_document_content(&service, auth.principal(), DocumentId(document_id.0)).await?;
        let extension = if found.content.trim_start().starts_with(['{', '[']) {
            "json"
        } else {
            "csv"
        };
        let filename = format!("{}-{}.{extension}", found.document.code, found.document.version);
        Ok(ContentFound::Found(
            Binary(found.content.into_bytes()),
            upload::attachment(&filename),
        ))
    }
}
