//! The readable difference between two published documents of one kind.

use index::difference::{Change, difference};
use serde_json::Value;

use crate::{
    domain::{
        access::Principal,
        document::{Document, DocumentContent, DocumentId},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        documents,
        error::{ServiceError, codes},
    },
};

/// Two documents and what differs.
pub struct DocumentDifference {
    /// The later document.
    pub document: Document,
    /// The one it is compared with.
    pub with: Document,
    /// From `with` to `document`.
    pub changes: Vec<Change>,
}

/// Compares a document with another of its kind. Code lists and tables of factors, which are CSV, are not compared.
pub async fn compare_documents(
    service: &Service,
    caller: &Principal,
    id: DocumentId,
    with: DocumentId,
) -> Result<DocumentDifference, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    let after = documents::catalogue::content(&service.db, id).await?;
    let before = documents::catalogue::content(&service.db, with).await?;
    if after.document.kind != before.document.kind {
        return Err(ServiceError::new(codes::documents::NOT_COMPARABLE));
    }
    blocking(move || {
        Ok(DocumentDifference {
            changes: difference(&json(&before)?, &json(&after)?),
            document: after.document,
            with: before.document,
        })
    })
    .await
}

fn json(content: &DocumentContent) -> Result<Value, ServiceError> {
    serde_json::from_str(&content.content).map_err(|_| ServiceError::new(codes::documents::NOT_COMPARABLE))
}
