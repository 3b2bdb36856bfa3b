//! What went into a run.

use entity::{prelude::RunResult as ResultEntity, revision, run_result};
use sea_orm::{
    EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    RelationTrait as _,
};
use uuid::Uuid;

use super::results_of;
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        run::{RunId, RunInput},
        survey_return::RevisionId,
    },
    store::{Connection, StoreError},
};

/// What went into a run, by credit code, as it was then. One statement.
pub async fn inputs_of(conn: &impl Connection, scope: &Scope, run: RunId) -> Result<Vec<RunInput>, StoreError> {
    let rows = ResultEntity::find()
        .join(JoinType::InnerJoin, run_result::Relation::Revision.def())
        .select_only()
        .column(run_result::Column::EnterpriseId)
        .column(run_result::Column::Uscc)
        .column_as(run_result::Column::EnterpriseName, "name")
        .column(run_result::Column::AreaCode)
        .column(run_result::Column::IndustryCode)
        .column(run_result::Column::SizeClass)
        .column(run_result::Column::RevisionId)
        .column(run_result::Column::PreviousRevisionId)
        .column(revision::Column::BlobSha256)
        .filter(results_of(scope, run))
        .order_by_asc(run_result::Column::Uscc)
        .into_model::<InputRow>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(input).collect())
}

/// What went into a run, with the hash of its workbook.
#[derive(FromQueryResult)]
struct InputRow {
    enterprise_id: Uuid,
    uscc: String,
    name: String,
    area_code: String,
    industry_code: String,
    size_class: Option<String>,
    revision_id: Uuid,
    previous_revision_id: Option<Uuid>,
    blob_sha256: String,
}

fn input(row: InputRow) -> RunInput {
    RunInput {
        enterprise: EnterpriseId(row.enterprise_id),
        uscc: row.uscc,
        name: row.name,
        area_code: row.area_code,
        industry_code: row.industry_code,
        size_class: row.size_class,
        revision: RevisionId(row.revision_id),
        blob_sha256: row.blob_sha256,
        previous: row.previous_revision_id.map(RevisionId),
    }
}
