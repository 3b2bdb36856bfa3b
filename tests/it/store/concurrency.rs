//! Many writers at once.

use futures::future::join_all;
use ronghe::{
    domain::{
        access::{PasswordHash, Role, Scope, UserId},
        enterprise::EnterpriseFilter,
    },
    store::{self, Database, StoreError},
};

use super::sample::{Sample, county, first};
use crate::database::on_both;

const WRITERS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_writers_all_succeed() {
    on_both(async |db| {
        let sample = county(&db).await.sample;
        let writers = sample.enterprises(WRITERS).into_iter().map(|enterprise| {
            let db = db.clone();
            tokio::spawn(async move {
                let txn = db.begin_write().await?;
                // Read, then write: what deferred transactions on SQLite fail at.
                store::enterprise::find_enterprises_by_uscc(&txn, &Scope::County, &["absent".to_owned()]).await?;
                store::enterprise::insert_enterprise(&txn, &Scope::County, &enterprise).await?;
                txn.commit().await
            })
        });
        for outcome in join_all(writers).await {
            assert_eq!(outcome.unwrap(), Ok(()));
        }
        let all =
            store::enterprise::list_enterprises(db.read(), &Scope::County, &EnterpriseFilter::default(), &first(200))
                .await;
        assert_eq!(all.unwrap().items.len(), 3 + WRITERS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost() {
    on_both(async |db| {
        let user = Sample::new().user("wang", Role::Admin, Scope::County);
        let txn = db.begin_write().await.unwrap();
        store::access::insert_user(&txn, &user, &PasswordHash("hash".into()))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let writers = (0..WRITERS).map(|_| tokio::spawn(append_a_letter(db.clone(), user.id)));
        for outcome in join_all(writers).await {
            assert_eq!(outcome.unwrap(), Ok(()));
        }
        let after = store::access::find_user(db.read(), user.id).await.unwrap();
        assert_eq!(after.version, 1 + i64::try_from(WRITERS).unwrap());
        assert_eq!(
            after.display_name,
            format!("{}{}", user.display_name, "x".repeat(WRITERS))
        );
    })
    .await;
}

/// Reads, changes and writes, again and again until nobody came between.
async fn append_a_letter(db: Database, id: UserId) -> Result<(), StoreError> {
    loop {
        let txn = db.begin_write().await?;
        let mut user = store::access::find_user(&txn, id).await?;
        user.display_name.push('x');
        match store::access::update_user(&txn, &user, user.version).await {
            Ok(_) => return txn.commit().await,
            Err(StoreError::VersionConflict { current }) => assert!(current > user.version),
            Err(error) => return Err(error),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_do_not_wait_for_a_writer() {
    on_both(async |db| {
        let county = county(&db).await;
        let txn = db.begin_write().await.unwrap();
        let mut paper = county.paper.clone();
        paper.facts.name = "新名".into();
        store::enterprise::update_enterprise(&txn, &Scope::County, &paper, 1)
            .await
            .unwrap();
        let seen = store::enterprise::find_enterprise(db.read(), &Scope::County, paper.id)
            .await
            .unwrap();
        assert_eq!(seen, county.paper, "uncommitted changes are not seen");
        txn.commit().await.unwrap();
        let seen = store::enterprise::find_enterprise(db.read(), &Scope::County, paper.id)
            .await
            .unwrap();
        assert_eq!(seen.facts.name, "新名");
    })
    .await;
}
