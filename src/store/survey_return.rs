//! Returns, their revisions and their history.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{
    enterprise,
    prelude::{
        Enterprise as EnterpriseEntity, ReturnEvent as EventEntity, Revision as RevisionEntity,
        SurveyReturn as ReturnEntity,
    },
    return_event, revision, survey_return,
};
use sea_orm::{
    ColumnTrait as _, Condition, DerivePartialModel, EntityTrait as _, ExprTrait as _, FromQueryResult, JoinType,
    JsonValue, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    RelationTrait as _, Select, Set,
    sea_query::{Expr, OnConflict},
};
use survey::{answer::Answers, cell::Provenances, finding::Findings};
use uuid::Uuid;

use super::{Connection, StoreError, enterprise::enterprise, insert::insert_all, json, keyset, scope, text, version};
use crate::domain::{
    access::Scope,
    enterprise::{Enterprise, EnterpriseId},
    import::ImportId,
    page::{Cursor, Page, PageRequest},
    revision::{ComparedReturn, NewestRevision, ReturnChange, RevisionContent, RevisionSummary},
    round::RoundId,
    run::RunInput,
    survey_return::{ReturnEvent, ReturnFilter, ReturnId, ReturnRow, ReturnState, Revision, RevisionId, SurveyReturn},
};

/// Returns of one update: each binds 11 values, and SQLite allows 32 766.
const UPDATED_AT_ONCE: usize = 500;

/// The return with this identifier.
pub async fn find_return(conn: &impl Connection, scope: &Scope, id: ReturnId) -> Result<SurveyReturn, StoreError> {
    let row = seen(scope).filter(survey_return::Column::Id.eq(id.0)).one(conn).await?;
    survey_return(&row.ok_or(StoreError::NotFound)?)
}

/// The return of an enterprise in a round; absent when it was not asked.
pub async fn find_return_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprise: EnterpriseId,
) -> Result<Option<SurveyReturn>, StoreError> {
    let row = seen(scope)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::EnterpriseId.eq(enterprise.0))
        .one(conn)
        .await?;
    row.as_ref().map(survey_return).transpose()
}

/// The returns with these identifiers that the scope shows.
pub async fn find_returns(
    conn: &impl Connection,
    scope: &Scope,
    ids: &[ReturnId],
) -> Result<BTreeMap<ReturnId, SurveyReturn>, StoreError> {
    let rows = seen(scope)
        .filter(survey_return::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(conn)
        .await?;
    rows.iter()
        .map(|row| Ok((ReturnId(row.id), survey_return(row)?)))
        .collect()
}

/// The returns of these enterprises in a round, each with its enterprise; who was not asked is left out.
pub async fn find_returns_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, (SurveyReturn, Enterprise)>, StoreError> {
    let rows = ReturnEntity::find()
        .filter(scope::enterprises(scope))
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::EnterpriseId.is_in(enterprises.iter().map(|id| id.0)))
        .find_also_related(EnterpriseEntity)
        .all(conn)
        .await?;
    let pair = |(row, owner): (survey_return::Model, Option<enterprise::Model>)| {
        let owner = owner.ok_or_else(|| StoreError::Corrupt(format!("return {} without enterprise", row.id)))?;
        Ok((EnterpriseId(owner.id), (survey_return(&row)?, enterprise(owner)?)))
    };
    rows.into_iter().map(pair).collect()
}

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

/// Returns by the credit code of their enterprise.
pub async fn list_returns(
    conn: &impl Connection,
    scope: &Scope,
    filter: &ReturnFilter,
    page: &PageRequest,
) -> Result<Page<ReturnRow>, StoreError> {
    let select = ReturnEntity::find()
        .filter(scope::enterprises(scope))
        .filter(matching(filter));
    let select = keyset::ascending(select, enterprise::Column::Uscc, survey_return::Column::Id, page);
    let rows = select.find_also_related(EnterpriseEntity).all(conn).await?;
    let returns = rows.into_iter().map(return_row).collect::<Result<_, _>>()?;
    Ok(keyset::page(returns, page, |row: &ReturnRow| Cursor {
        key: row.uscc.clone(),
        id: row.survey_return.id.0,
    }))
}

/// Changes the state and the figures of a return; gives the new version. Round and enterprise stay.
pub async fn update_return(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: &SurveyReturn,
    expected_version: i64,
) -> Result<i64, StoreError> {
    let mut changed = survey_return.clone();
    changed.version = expected_version;
    update_returns(conn, scope, &mut [&mut changed]).await?;
    Ok(changed.version)
}

/// Changes the state and the figures of returns that are at the versions given, and gives them their new ones. A return
/// at another version: `VersionConflict`, and the transaction is to be dropped. Two statements for every 500 returns.
pub async fn update_returns(
    conn: &impl Connection,
    scope: &Scope,
    returns: &mut [&mut SurveyReturn],
) -> Result<(), StoreError> {
    use survey_return::Column::{
        AcceptedRevisionId, Block, Id, LatestRevisionId, RevisionNumber, State, UpdatedAt, Version, Warn,
    };
    require(conn, scope, returns.iter().map(|survey_return| survey_return.id)).await?;
    let changed_here = OnConflict::column(Id)
        .update_columns([
            State,
            LatestRevisionId,
            AcceptedRevisionId,
            RevisionNumber,
            Block,
            Warn,
            Version,
            UpdatedAt,
        ])
        .action_and_where(
            Expr::col((ReturnEntity, Version))
                .add(1)
                .eq(Expr::col(("excluded", Version))),
        )
        .to_owned();
    for chunk in returns.chunks_mut(UPDATED_AT_ONCE) {
        let updated = ReturnEntity::insert_many(chunk.iter().map(|survey_return| changed_row(survey_return)))
            .on_conflict(changed_here.clone())
            .exec_without_returning(conn)
            .await?;
        if updated != chunk.len() as u64 {
            return Err(conflict(conn, chunk).await?);
        }
        for survey_return in chunk {
            survey_return.version = version::next(survey_return.version);
        }
    }
    Ok(())
}

/// The version of the first of these returns that is not at the version expected.
async fn conflict(conn: &impl Connection, expected: &[&mut SurveyReturn]) -> Result<StoreError, StoreError> {
    let found: Vec<(Uuid, i64)> = ReturnEntity::find()
        .select_only()
        .columns([survey_return::Column::Id, survey_return::Column::Version])
        .filter(survey_return::Column::Id.is_in(expected.iter().map(|expected| expected.id.0)))
        .into_tuple()
        .all(conn)
        .await?;
    let found: BTreeMap<Uuid, i64> = found.into_iter().collect();
    let versions = || {
        expected
            .iter()
            .map(|expected| (expected.version, found.get(&expected.id.0).copied()))
    };
    // Those that were at their versions have their new ones by now, within this transaction.
    let is_new = |(expected, found): &(i64, Option<i64>)| *found == Some(version::next(*expected));
    let other = versions().find(|one| !is_new(one)).or_else(|| versions().next());
    Ok(version::refused(other.and_then(|(_, found)| found)))
}

/// The row that a return becomes.
fn changed_row(survey_return: &SurveyReturn) -> survey_return::ActiveModel {
    survey_return::ActiveModel {
        id: Set(survey_return.id.0),
        round_id: Set(survey_return.round.0),
        enterprise_id: Set(survey_return.enterprise.0),
        state: Set(survey_return.state.name().to_owned()),
        latest_revision_id: Set(survey_return.latest.map(|id| id.0)),
        accepted_revision_id: Set(survey_return.accepted.map(|id| id.0)),
        revision_number: Set(survey_return.revision_number),
        block: Set(survey_return.block),
        warn: Set(survey_return.warn),
        version: Set(version::next(survey_return.version)),
        updated_at: Set(survey_return.updated_at),
    }
}

/// Adds a revision to a return that the scope shows. Its blob must have been recorded. Duplicate `revision_number`.
pub async fn insert_revision(conn: &impl Connection, scope: &Scope, revision: &Revision) -> Result<(), StoreError> {
    insert_revisions(conn, scope, std::slice::from_ref(revision)).await
}

/// Adds revisions to returns that the scope shows, in as few statements as the database takes. Their blobs must have
/// been recorded. Duplicate `revision_number`.
pub async fn insert_revisions(conn: &impl Connection, scope: &Scope, revisions: &[Revision]) -> Result<(), StoreError> {
    require(conn, scope, revisions.iter().map(|revision| revision.survey_return)).await?;
    let rows = revisions.iter().map(revision_row).collect::<Result<_, _>>()?;
    insert_all(conn, rows).await
}

fn revision_row(revision: &Revision) -> Result<revision::ActiveModel, StoreError> {
    Ok(revision::ActiveModel {
        id: Set(revision.id.0),
        return_id: Set(revision.survey_return.0),
        number: Set(revision.number),
        blob_sha256: Set(revision.blob_sha256.clone()),
        filename: Set(revision.filename.clone()),
        answers: Set(json::to_json(&revision.answers)?),
        claims: Set(json::to_json(&revision.claims)?),
        provenance: Set(json::to_json(&revision.provenance)?),
        findings: Set(json::to_json(&revision.findings)?),
        created_by: Set(revision.created_by.clone()),
        created_at: Set(revision.created_at),
        import_id: Set(revision.import.map(|id| id.0)),
        part_sha256: Set(revision.part_sha256.clone()),
    })
}

/// The revision with this identifier.
pub async fn find_revision(conn: &impl Connection, scope: &Scope, id: RevisionId) -> Result<Revision, StoreError> {
    let row = revisions(scope).filter(revision::Column::Id.eq(id.0)).one(conn).await?;
    row.ok_or(StoreError::NotFound).and_then(revision)
}

/// NotFound unless the scope shows the revision; nothing of it is read.
pub async fn require_revision(conn: &impl Connection, scope: &Scope, id: RevisionId) -> Result<(), StoreError> {
    let found = revisions(scope)
        .select_only()
        .column(revision::Column::Id)
        .filter(revision::Column::Id.eq(id.0))
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    found.map(drop).ok_or(StoreError::NotFound)
}

/// The newest revision of a return that was read from this very workbook.
pub async fn find_revision_by_blob(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
    blob_sha256: &str,
) -> Result<Option<Revision>, StoreError> {
    let row = revisions(scope)
        .filter(revision::Column::ReturnId.eq(survey_return.0))
        .filter(revision::Column::BlobSha256.eq(blob_sha256))
        .order_by_desc(revision::Column::Number)
        .one(conn)
        .await?;
    row.map(revision).transpose()
}

/// The revisions of a return by number; none when the scope does not show it.
pub async fn revisions_of(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
) -> Result<Vec<RevisionSummary>, StoreError> {
    let rows = revisions(scope)
        .filter(revision::Column::ReturnId.eq(survey_return.0))
        .order_by_asc(revision::Column::Number)
        .into_partial_model::<SummaryRow>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(summary).collect())
}

/// Adds a step to the history of a return that the scope shows. Duplicate `event_number`.
pub async fn insert_event(conn: &impl Connection, scope: &Scope, event: &ReturnEvent) -> Result<(), StoreError> {
    insert_events(conn, scope, std::slice::from_ref(event)).await
}

/// Adds steps to the histories of returns that the scope shows. Duplicate `event_number`.
pub async fn insert_events(conn: &impl Connection, scope: &Scope, events: &[ReturnEvent]) -> Result<(), StoreError> {
    require(conn, scope, events.iter().map(|event| event.survey_return)).await?;
    insert_all(conn, events.iter().map(event_row).collect()).await
}

fn event_row(event: &ReturnEvent) -> return_event::ActiveModel {
    return_event::ActiveModel {
        return_id: Set(event.survey_return.0),
        number: Set(event.number),
        from_state: Set(event.from.name().to_owned()),
        to_state: Set(event.to.name().to_owned()),
        revision_id: Set(event.revision.map(|id| id.0)),
        actor: Set(event.actor.clone()),
        at: Set(event.at),
        reason: Set(event.reason.clone()),
    }
}

/// The number of the last step of each of these returns; none for a return without steps.
pub async fn last_event_numbers(
    conn: &impl Connection,
    scope: &Scope,
    returns: &[ReturnId],
) -> Result<BTreeMap<ReturnId, i32>, StoreError> {
    let rows: Vec<(Uuid, Option<i32>)> = EventEntity::find()
        .select_only()
        .column(return_event::Column::ReturnId)
        .expr(Expr::col(return_event::Column::Number).max())
        .filter(return_event::Column::ReturnId.is_in(returns.iter().map(|id| id.0)))
        .filter(of_seen_return(scope, return_event::Column::ReturnId))
        .group_by(return_event::Column::ReturnId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, last)| (ReturnId(id), last.unwrap_or(0)))
        .collect())
}

/// The history of a return by number; none when the scope does not show it.
pub async fn events_of(
    conn: &impl Connection,
    scope: &Scope,
    survey_return: ReturnId,
) -> Result<Vec<ReturnEvent>, StoreError> {
    let rows = EventEntity::find()
        .filter(return_event::Column::ReturnId.eq(survey_return.0))
        .filter(of_seen_return(scope, return_event::Column::ReturnId))
        .order_by_asc(return_event::Column::Number)
        .all(conn)
        .await?;
    rows.into_iter().map(event).collect()
}

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

/// The answers in force of an enterprise in a round, for showing beside those of the next.
pub async fn accepted_answers(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprise: EnterpriseId,
) -> Result<Option<Answers>, StoreError> {
    let answers = ReturnEntity::find()
        .join(JoinType::InnerJoin, survey_return::Relation::AcceptedRevision.def())
        .select_only()
        .column(revision::Column::Answers)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::EnterpriseId.eq(enterprise.0))
        .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
        .into_tuple()
        .one(conn)
        .await?;
    answers.map(json::from_json).transpose()
}

/// Returns that are read at once to be compared: their answers are tens of kilobytes each.
pub const COMPARED_AT_ONCE: usize = 200;

/// The returns of a round with an upload, and when each was changed last; only those changed at `since` or later.
pub async fn changes_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<ReturnChange>, StoreError> {
    let rows: Vec<(Uuid, i64, DateTime<Utc>)> = seen(scope)
        .select_only()
        .column(survey_return::Column::Id)
        .column(survey_return::Column::Version)
        .column(survey_return::Column::UpdatedAt)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::LatestRevisionId.is_not_null())
        .apply_if(since, |select, since| {
            select.filter(survey_return::Column::UpdatedAt.gte(since))
        })
        .order_by_asc(survey_return::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let change = |(id, version, updated_at)| ReturnChange {
        id: ReturnId(id),
        version,
        updated_at,
    };
    Ok(rows.into_iter().map(change).collect())
}

/// The answers of these returns, newest and in force, for comparing. At most [`COMPARED_AT_ONCE`]. Two statements.
pub async fn compared_returns(
    conn: &impl Connection,
    scope: &Scope,
    ids: &BTreeSet<ReturnId>,
) -> Result<Vec<ComparedReturn>, StoreError> {
    let these = || seen(scope).filter(survey_return::Column::Id.is_in(ids.iter().map(|id| id.0)));
    let answers = || Expr::col((revision::Entity, revision::Column::Answers)).cast_as("text");
    let newest: Vec<(Uuid, String, String)> = these()
        .join(JoinType::InnerJoin, survey_return::Relation::Enterprise.def())
        .join(JoinType::InnerJoin, survey_return::Relation::LatestRevision.def())
        .select_only()
        .column(survey_return::Column::Id)
        .column(enterprise::Column::IndustryCode)
        .expr(answers())
        .order_by_asc(survey_return::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let in_force: Vec<(Uuid, String)> = these()
        .join(JoinType::InnerJoin, survey_return::Relation::AcceptedRevision.def())
        .select_only()
        .column(survey_return::Column::Id)
        .expr(answers())
        .into_tuple()
        .all(conn)
        .await?;
    let mut in_force: BTreeMap<Uuid, String> = in_force.into_iter().collect();
    newest
        .into_iter()
        .map(|(id, industry_code, latest)| {
            let accepted = in_force.remove(&id);
            Ok(ComparedReturn {
                id: ReturnId(id),
                industry_code,
                latest: json::from_text(&latest)?,
                accepted: accepted.as_deref().map(json::from_text).transpose()?,
            })
        })
        .collect()
}

/// The answers in force of these enterprises in a round. One statement.
pub async fn accepted_answers_of(
    conn: &impl Connection,
    scope: &Scope,
    round: RoundId,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, Answers>, StoreError> {
    let rows: Vec<(Uuid, JsonValue)> = ReturnEntity::find()
        .join(JoinType::InnerJoin, survey_return::Relation::AcceptedRevision.def())
        .select_only()
        .column(survey_return::Column::EnterpriseId)
        .column(revision::Column::Answers)
        .filter(survey_return::Column::RoundId.eq(round.0))
        .filter(survey_return::Column::EnterpriseId.is_in(enterprises.iter().map(|id| id.0)))
        .filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
        .into_tuple()
        .all(conn)
        .await?;
    rows.into_iter()
        .map(|(id, answers)| Ok((EnterpriseId(id), json::from_json(answers)?)))
        .collect()
}

/// The state with this stored name.
pub(super) fn state(name: &str) -> Result<ReturnState, StoreError> {
    ReturnState::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("unknown return state {name}")))
}

/// Condition that a return, joined with its enterprise, is one that the filter shows.
fn matching(filter: &ReturnFilter) -> Condition {
    let ReturnFilter {
        round,
        states,
        area,
        enterprise,
        search,
    } = filter;
    let wanted = (!states.is_empty()).then(|| survey_return::Column::State.is_in(states.iter().map(|s| s.name())));
    Condition::all()
        .add_option(round.map(|round| survey_return::Column::RoundId.eq(round.0)))
        .add_option(wanted)
        .add_option(
            area.as_deref()
                .map(|code| scope::within_area(enterprise::Column::AreaCode, code)),
        )
        .add_option(enterprise.map(|id| survey_return::Column::EnterpriseId.eq(id.0)))
        .add_option(
            search
                .as_deref()
                .map(|term| text::contains(enterprise::Column::SearchText, term)),
        )
}

fn seen(scope: &Scope) -> Select<ReturnEntity> {
    ReturnEntity::find().filter(scope::rows_of(scope, survey_return::Column::EnterpriseId))
}

fn revisions(scope: &Scope) -> Select<RevisionEntity> {
    RevisionEntity::find().filter(of_seen_return(scope, revision::Column::ReturnId))
}

/// Condition that `column` names a return that the scope shows.
pub(super) fn of_seen_return(scope: &Scope, column: impl sea_orm::ColumnTrait) -> Condition {
    if *scope == Scope::County {
        return Condition::all();
    }
    let seen = seen(scope).select_only().column(survey_return::Column::Id).into_query();
    Condition::all().add(column.in_subquery(seen))
}

/// NotFound unless the scope shows all of the returns.
pub(super) async fn require(
    conn: &impl Connection,
    scope: &Scope,
    ids: impl Iterator<Item = ReturnId>,
) -> Result<(), StoreError> {
    let ids: BTreeSet<Uuid> = ids.map(|id| id.0).collect();
    let wanted = ids.len() as u64;
    let returns = seen(scope)
        .filter(survey_return::Column::Id.is_in(ids))
        .count(conn)
        .await?;
    if returns == wanted {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

fn survey_return(row: &survey_return::Model) -> Result<SurveyReturn, StoreError> {
    Ok(SurveyReturn {
        id: ReturnId(row.id),
        round: RoundId(row.round_id),
        enterprise: EnterpriseId(row.enterprise_id),
        state: state(&row.state)?,
        latest: row.latest_revision_id.map(RevisionId),
        accepted: row.accepted_revision_id.map(RevisionId),
        revision_number: row.revision_number,
        block: row.block,
        warn: row.warn,
        version: row.version,
        updated_at: row.updated_at,
    })
}

fn return_row((row, owner): (survey_return::Model, Option<enterprise::Model>)) -> Result<ReturnRow, StoreError> {
    let owner = owner.ok_or_else(|| StoreError::Corrupt(format!("return {} without enterprise", row.id)))?;
    Ok(ReturnRow {
        survey_return: survey_return(&row)?,
        uscc: owner.uscc,
        enterprise_name: owner.name,
        area_code: owner.area_code,
        industry_code: owner.industry_code,
    })
}

fn revision(row: revision::Model) -> Result<Revision, StoreError> {
    Ok(Revision {
        id: RevisionId(row.id),
        survey_return: ReturnId(row.return_id),
        number: row.number,
        blob_sha256: row.blob_sha256,
        filename: row.filename,
        answers: json::from_json(row.answers)?,
        claims: json::from_json(row.claims)?,
        provenance: json::from_json(row.provenance)?,
        findings: json::from_json(row.findings)?,
        created_by: row.created_by,
        created_at: row.created_at,
        import: row.import_id.map(ImportId),
        part_sha256: row.part_sha256,
    })
}

/// A revision without its three documents.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "RevisionEntity")]
struct SummaryRow {
    id: Uuid,
    return_id: Uuid,
    number: i32,
    blob_sha256: String,
    filename: String,
    created_by: String,
    created_at: DateTime<Utc>,
    import_id: Option<Uuid>,
}

fn summary(row: SummaryRow) -> RevisionSummary {
    RevisionSummary {
        id: RevisionId(row.id),
        survey_return: ReturnId(row.return_id),
        number: row.number,
        blob_sha256: row.blob_sha256,
        filename: row.filename,
        created_by: row.created_by,
        created_at: row.created_at,
        import: row.import_id.map(ImportId),
    }
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

fn event(row: return_event::Model) -> Result<ReturnEvent, StoreError> {
    Ok(ReturnEvent {
        survey_return: ReturnId(row.return_id),
        number: row.number,
        from: state(&row.from_state)?,
        to: state(&row.to_state)?,
        revision: row.revision_id.map(RevisionId),
        actor: row.actor,
        at: row.at,
        reason: row.reason,
    })
}
