//! The newest revisions of many returns at once.

use std::collections::BTreeMap;

use entity::{prelude::SurveyReturn as ReturnEntity, revision, survey_return};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, JoinType, JsonValue, QueryFilter as _, QuerySelect as _, RelationTrait as _,
    Select,
};
use survey::{cell::Provenances, finding::Findings};
use uuid::Uuid;

use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        revision::NewestRevision,
        round::RoundId,
        survey_return::{ReturnId, RevisionId},
    },
    store::{Connection, StoreError, json, scope},
};

/// Which of these files are the newest revision of a return of the round: the enterprise by SHA-256 of the file.
pub async fn newest_by_blob(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    blobs: &[String],
) -> Result<BTreeMap<String, EnterpriseId>, StoreError> {
    let rows: Vec<(String, Uuid)> = ReturnEntity::find()
        .join(JoinType::InnerJoin, survey_return::Relation::LatestRevision.def())
        .select_only()
        .column(revision::Column::BlobSha256)
        .column(survey_return::Column::EnterpriseId)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
        .filter(revision::Column::BlobSha256.is_in(blobs.iter().map(String::as_str)))
        .filter(revision::Column::PartSha256.is_null())
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(blob, id)| (blob, EnterpriseId(id))).collect())
}

/// The identifiers of these returns, as far as the scope shows them, with columns of their newest revisions still to be named.
fn newest_revisions(scope: &Scope, returns: &[ReturnId]) -> Select<ReturnEntity> {
    ReturnEntity::find()
        .join(JoinType::InnerJoin, survey_return::Relation::LatestRevision.def())
        .select_only()
        .column(survey_return::Column::Id)
        .filter(survey_return::Column::Id.is_in(returns.iter().map(|id| id.0)))
        .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
}

/// The hashes of the rows that the newest revisions of these returns were read from; none for one that was a workbook.
pub async fn newest_parts(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, String>, StoreError> {
    let rows: Vec<(Uuid, String)> = newest_revisions(scope, returns)
        .column(revision::Column::PartSha256)
        .filter(revision::Column::PartSha256.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, part)| (ReturnId(id), part)).collect())
}

/// What the newest revisions of these returns were read from and what was found in them.
pub async fn newest_of(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, NewestRevision>, StoreError> {
    let rows: Vec<(Uuid, Uuid, i32, String, Option<String>, JsonValue)> = newest_revisions(scope, returns)
        .column_as(revision::Column::Id, "newest_id")
        .column(revision::Column::Number)
        .column(revision::Column::BlobSha256)
        .column(revision::Column::PartSha256)
        .column(revision::Column::Findings)
        .into_tuple()
        .all(conn)
        .await?;
    let newest = |(id, revision, number, blob_sha256, part_sha256, findings)| {
        let findings: Findings = json::from_json(findings)?;
        let newest = NewestRevision {
            id: RevisionId(revision),
            number,
            blob_sha256,
            part_sha256,
            block: findings.block,
            warn: findings.warn,
            info: findings.info,
        };
        Ok((ReturnId(id), newest))
    };
    rows.into_iter().map(newest).collect()
}

/// Where the answers of the newest revisions of these returns stood. One statement.
pub async fn newest_provenances(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, Provenances>, StoreError> {
    let rows: Vec<(Uuid, JsonValue)> = newest_revisions(scope, returns)
        .column(revision::Column::Provenance)
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(id, provenance)| Ok((ReturnId(id), json::from_json(provenance)?)))
        .collect()
}
