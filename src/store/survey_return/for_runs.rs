//! What a run reads: the revisions in force and their contents.

use std::collections::BTreeMap;

use entity::{
    enterprise,
    prelude::{Enterprise as EnterpriseEntity, Revision as RevisionEntity, SurveyReturn as ReturnEntity},
    revision, survey_return,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, RelationTrait as _, sea_query::Expr,
};
use uuid::Uuid;

use super::of_seen_return;
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        revision::RevisionContent,
        round::RoundId,
        run::RunInput,
        survey_return::{ReturnState, RevisionId},
    },
    store::{Connection, StoreError, json, scope},
};

/// All returns of a round with a revision in force, by credit code, and the revision in force of the round before: what a
/// run computes, all but the answers. One statement a round, so that it is one moment of both.
pub async fn accepted_inputs(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    previous: Option<RoundId>,
) -> Result<Vec<RunInput>, StoreError> {
    let mut before = BTreeMap::new();
    if let Some(previous) = previous {
        let rows: Vec<(Uuid, Uuid)> = ReturnEntity::find()
            .select_only()
            .column(survey_return::Column::EnterpriseId)
            .column(survey_return::Column::AcceptedRevisionId)
            .filter(survey_return::Column::RoundId.eq(previous.0))
            .filter(survey_return::Column::AcceptedRevisionId.is_not_null())
            .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
            .into_tuple()
            .all(conn)
            .await?;
        before.extend(rows);
    }
    let rows = EnterpriseEntity::find()
        .join_rev(JoinType::InnerJoin, survey_return::Relation::Enterprise.def())
        .join(JoinType::InnerJoin, survey_return::Relation::AcceptedRevision.def())
        .select_only()
        .column(enterprise::Column::Id)
        .column(enterprise::Column::Uscc)
        .column(enterprise::Column::Name)
        .column(enterprise::Column::AreaCode)
        .column(enterprise::Column::IndustryCode)
        .column(enterprise::Column::SizeClass)
        .column_as(revision::Column::Id, "revision_id")
        .column(revision::Column::BlobSha256)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::State.ne(ReturnState::Removed.name()))
        .filter(scope::enterprises(scope))
        .order_by_asc(enterprise::Column::Uscc)
        .into_model::<AcceptedRow>()
        .all(conn)
        .await?;
    let input = |row: AcceptedRow| RunInput {
        enterprise: EnterpriseId(row.id),
        uscc: row.uscc,
        name: row.name,
        area_code: row.area_code,
        industry_code: row.industry_code,
        size_class: row.size_class,
        revision: RevisionId(row.revision_id),
        blob_sha256: row.blob_sha256,
        previous: before.get(&row.id).copied().map(RevisionId),
    };
    Ok(rows.into_iter().map(input).collect())
}

/// What a run reads of revisions, by revision. One statement.
pub async fn contents_of(
    conn: &impl Connection,
    scope: &Scope,
    revisions: &[RevisionId],
) -> Result<BTreeMap<RevisionId, RevisionContent>, StoreError> {
    // The answers come as text and are read straight into their type: a tree of JSON values in between would cost several
    // times their memory.
    let text = |column| Expr::col((revision::Entity, column)).cast_as("text");
    let rows: Vec<(Uuid, String, String)> = RevisionEntity::find()
        .select_only()
        .column(revision::Column::Id)
        .column_as(text(revision::Column::Answers), "answers_text")
        .column_as(text(revision::Column::Claims), "claims_text")
        .filter(revision::Column::Id.is_in(revisions.iter().map(|id| id.0)))
        .filter(of_seen_return(scope, revision::Column::ReturnId))
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(id, answers, claims)| {
            let (answers, claims) = (json::from_text(&answers)?, json::from_text(&claims)?);
            Ok((RevisionId(id), RevisionContent { answers, claims }))
        })
        .collect()
}

/// An enterprise with its revision in force.
#[derive(FromQueryResult)]
struct AcceptedRow {
    id: Uuid,
    uscc: String,
    name: String,
    area_code: String,
    industry_code: String,
    size_class: Option<String>,
    revision_id: Uuid,
    blob_sha256: String,
}
