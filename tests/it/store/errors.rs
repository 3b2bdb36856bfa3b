//! Opening, closing, and what errors look like from outside.

use ronghe::{
    domain::{access::Scope, document::DocumentId, survey_return::ReturnId},
    store::{self, Connection as _, Database, StoreError},
};

use super::sample::{County, FUCHUN, county};
use crate::database::{Backend, TestDatabase, on_both};

#[tokio::test]
async fn only_two_kinds_of_address_are_understood() {
    for url in [
        "mysql://localhost/x",
        "",
        "sqlite::memory:",
        "sqlite://file?mode=memory",
    ] {
        assert!(
            matches!(Database::open(url).await, Err(StoreError::Database(_))),
            "{url}"
        );
    }
}

#[tokio::test]
async fn the_pool_for_the_queue_is_that_of_the_backend() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let fresh = TestDatabase::new(backend).await;
        assert_eq!(fresh.database.sqlite_pool().is_some(), backend == Backend::Sqlite);
        assert_eq!(fresh.database.postgres_pool().is_some(), backend == Backend::Postgres);
        fresh.remove().await;
    }
}

#[tokio::test]
async fn a_closed_database_does_not_answer() {
    on_both(async |db| {
        db.ping().await.unwrap();
        db.close().await.unwrap();
        assert!(db.ping().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn readers_of_sqlite_cannot_write() {
    let fresh = TestDatabase::new(Backend::Sqlite).await;
    let refused = fresh.database.read().execute_unprepared("DELETE FROM area").await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));
    fresh.remove().await;
}

#[tokio::test]
async fn what_is_not_committed_is_rolled_back() {
    on_both(async |db| {
        let County { sample, .. } = county(&db).await;
        let enterprise = sample.enterprise("91330183MA2DDDDDDD", "未提交", FUCHUN);
        let txn = db.begin_write().await.unwrap();
        store::enterprise::insert_enterprise(&txn, &Scope::County, &enterprise)
            .await
            .unwrap();
        store::enterprise::find_enterprise(&txn, &Scope::County, enterprise.id)
            .await
            .unwrap();
        drop(txn);
        let found = store::enterprise::find_enterprise(db.read(), &Scope::County, enterprise.id).await;
        assert_eq!(found, Err(StoreError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_reference_into_nothing_is_refused() {
    on_both(async |db| {
        let County { sample, paper, .. } = county(&db).await;
        let round = sample.round("2027", DocumentId(sample.id()));
        let txn = db.begin_write().await.unwrap();
        assert_eq!(
            store::round::insert_round(&txn, &round).await,
            Err(StoreError::Referenced)
        );
        drop(txn);
        let txn = db.begin_write().await.unwrap();
        let members = [(paper.id, ReturnId(sample.id()))];
        let added = store::round::add_members(&txn, round.id, &members, sample.now).await;
        assert_eq!(added, Err(StoreError::Referenced));
    })
    .await;
}

#[tokio::test]
async fn an_identifier_used_twice_is_a_duplicate() {
    on_both(async |db| {
        let County { sample, paper, .. } = county(&db).await;
        let mut other = sample.enterprise("91330183MA2DDDDDDD", "另一家", FUCHUN);
        other.id = paper.id;
        let txn = db.begin_write().await.unwrap();
        let inserted = store::enterprise::insert_enterprise(&txn, &Scope::County, &other).await;
        assert_eq!(inserted, Err(StoreError::Duplicate { what: "id" }));
    })
    .await;
}

#[tokio::test]
async fn a_nul_character_cannot_be_stored_on_postgres() {
    let fresh = TestDatabase::new(Backend::Postgres).await;
    let County { sample, .. } = county(&fresh.database).await;
    let enterprise = sample.enterprise("91330183MA2DDDDDDD", "零\0字符", FUCHUN);
    let txn = fresh.database.begin_write().await.unwrap();
    let inserted = store::enterprise::insert_enterprise(&txn, &Scope::County, &enterprise).await;
    assert_eq!(inserted, Err(StoreError::InvalidText));
    drop(txn);
    let mut former = sample.enterprise("91330183MA2DDDDDDD", "正常", FUCHUN);
    former.facts.former_names = vec!["零\0字符".into()];
    let txn = fresh.database.begin_write().await.unwrap();
    let inserted = store::enterprise::insert_enterprise(&txn, &Scope::County, &former).await;
    assert_eq!(inserted, Err(StoreError::InvalidText));
    drop(txn);
    fresh.remove().await;
}

#[tokio::test]
async fn a_lock_held_by_another_process_is_busy() {
    let fresh = TestDatabase::new(Backend::Sqlite).await;
    // Another process that does not wait.
    let impatient = sea_orm::Database::connect(&fresh.url).await.unwrap();
    impatient.execute_unprepared("PRAGMA busy_timeout = 0").await.unwrap();
    let txn = fresh.database.begin_write().await.unwrap();
    let error = impatient.execute_unprepared("BEGIN IMMEDIATE").await.unwrap_err();
    assert_eq!(StoreError::from(error), StoreError::Busy);
    drop(txn);
    impatient.close().await.unwrap();
    fresh.remove().await;
}

#[tokio::test]
async fn serialization_failures_and_deadlocks_are_busy() {
    let fresh = TestDatabase::new(Backend::Postgres).await;
    for state in ["40001", "40P01", "55P03"] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$");
        let error = fresh.database.read().execute_unprepared(&raise).await.unwrap_err();
        assert_eq!(StoreError::from(error), StoreError::Busy, "{state}");
    }
    fresh.remove().await;
}
