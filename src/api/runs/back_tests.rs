//! Methodologies before they are published: tried on a past round, and compared with another version.

use std::sync::Arc;

use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
    types::Any,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        documents::DocumentOut,
        http::{
            auth::Auth,
            failures::{CompareFailure, UploadFailure},
            problem::Bilingual,
            upload,
        },
        jobs::{JobAccepted, accepted},
    },
    domain::{document::DocumentId, round::RoundId, run::RunId},
    service::{
        Service,
        documents::compare::{DocumentDifference, compare_documents},
        runs::back_test::queue_back_test,
    },
};

/// Operations on methodologies in the making.
#[derive(Default)]
pub struct BackTestsApi;

/// Kind of the difference: added, removed or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is otherwise.
    Changed,
}

/// Subject of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum ChangeArea {
    /// The tree: which nodes there are and where they belong.
    Tree,
    /// Weights.
    Weight,
    /// How a value becomes points.
    Points,
    /// Levels, stages and their conditions.
    Cuts,
    /// What is scored, and whom it is meant for.
    Source,
    /// Missing values, rounding and other policies.
    Policy,
    /// Words, references and confidence.
    Words,
}

/// A difference between two documents.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct DocumentChange {
    /// Kind of the difference: added, removed or changed.
    kind: ChangeKind,
    /// Subject of the difference.
    area: ChangeArea,
    /// JSON pointer into the document; for a removal, into the document compared with.
    pointer: String,
    /// Previous value; absent for an addition.
    was: Option<Any<Value>>,
    /// Current value; absent for a removal.
    is: Option<Any<Value>>,
    /// Description in words.
    message: Bilingual,
}

impl From<index::difference::Change> for DocumentChange {
    fn from(change: index::difference::Change) -> Self {
        use index::difference::{ChangeArea as Area, ChangeKind as Kind};
        Self {
            kind: match change.kind {
                Kind::Added => ChangeKind::Added,
                Kind::Removed => ChangeKind::Removed,
                Kind::Changed => ChangeKind::Changed,
            },
            area: match change.area {
                Area::Tree => ChangeArea::Tree,
                Area::Weight => ChangeArea::Weight,
                Area::Points => ChangeArea::Points,
                Area::Cuts => ChangeArea::Cuts,
                Area::Source => ChangeArea::Source,
                Area::Policy => ChangeArea::Policy,
                Area::Words => ChangeArea::Words,
            },
            pointer: change.pointer,
            was: change.was.map(Any),
            is: change.is.map(Any),
            message: change.message.into(),
        }
    }
}

/// The difference between two documents.
#[derive(Object)]
#[oai(rename = "DocumentDifference")]
struct DifferenceOut {
    /// The document.
    document: DocumentOut,
    /// The document compared with.
    with: DocumentOut,
    /// Differences in the order of the document.
    items: Vec<DocumentChange>,
}

impl From<DocumentDifference> for DifferenceOut {
    fn from(found: DocumentDifference) -> Self {
        Self {
            document: found.document.into(),
            with: found.with.into(),
            items: found.changes.into_iter().map(Into::into).collect(),
        }
    }
}

/// The difference between two documents.
#[derive(ApiResponse)]
enum DifferenceFound {
    /// The difference.
    #[oai(status = 200)]
    Found(Json<DifferenceOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Documents")]
impl BackTestsApi {
    /// Compare two documents
    ///
    /// Lists the differences between two versions of a methodology (or of another JSON document) in words, each with
    /// its location: nodes, weights, points and cuts.
    #[oai(
        path = "/documents/:document_id/difference",
        method = "get",
        operation_id = "get_document_difference"
    )]
    async fn get_document_difference(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        document_id: Path<Uuid>,
        /// Identifier of the earlier document to compare with.
        with: Query<Uuid>,
    ) -> Result<DifferenceFound, CompareFailure> {
        let (document, with) = (DocumentId(document_id.0), DocumentId(with.0));
        let found = compare_documents(&service, auth.principal(), document, with).await?;
        Ok(DifferenceFound::Found(Json(found.into())))
    }

    /// Back-test a methodology on a round
    ///
    /// The request body is a methodology that does not have to be published. It is validated as a whole and computed
    /// over the accepted returns of the round. Starts a job; its result states which enterprises would move, by how
    /// many places and to which level. A methodology for a regional index uses the statistics and base values of the
    /// run it is compared with; its result states the contribution of each indicator to the change. Nothing else is
    /// stored.
    #[oai(
        path = "/rounds/:round_id/back-tests",
        method = "post",
        operation_id = "create_back_test"
    )]
    async fn create_back_test(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Identifier of the run of the round to compare with; by default the newest run of the same methodology.
        against: Query<Option<Uuid>>,
        body: Binary<Body>,
    ) -> Result<JobAccepted, UploadFailure> {
        let content = upload::read(&service, body.0).await?;
        let (round, against) = (RoundId(round_id.0), against.0.map(RunId));
        let job = queue_back_test(&service, auth.principal(), round, against, content.into()).await?;
        Ok(accepted(job))
    }
}
