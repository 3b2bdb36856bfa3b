//! Published documents and their contents.

use crate::{
    domain::{
        access::Principal,
        document::{Document, DocumentContent, DocumentId, DocumentKind},
        page::{Page, PageRequest},
    },
    service::{Service, access::permission::Action, documents::catalogue, error::ServiceError},
    store,
};

/// Published documents, newest first.
pub async fn list_documents(
    service: &Service,
    caller: &Principal,
    kind: Option<DocumentKind>,
    page: &PageRequest,
) -> Result<Page<Document>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::document::list_documents(service.db.read(), kind, page).await?)
}

/// One document without its content.
pub async fn get_document(service: &Service, caller: &Principal, id: DocumentId) -> Result<Document, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::document::find_document(service.db.read(), id).await?)
}

/// The newest document of a kind with this code.
pub async fn newest_document(
    service: &Service,
    caller: &Principal,
    kind: DocumentKind,
    code: &str,
) -> Result<Option<Document>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::document::latest_document(service.db.read(), kind, code).await?)
}

/// One document with its content.
pub async fn get_document_content(
    service: &Service,
    caller: &Principal,
    id: DocumentId,
) -> Result<DocumentContent, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    catalogue::content(&service.db, id).await
}
