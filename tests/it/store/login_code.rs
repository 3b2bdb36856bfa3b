//! One-time codes and the accounts they are made for.

use chrono::Duration;
use ronghe::{
    domain::{
        access::{PasswordHash, Role, Scope, User},
        login_code::{LoginCode, LoginCodeId, LoginCodeState},
    },
    store::{access, login_code},
};

use super::sample::{County, county, first, statements};
use crate::database::on_both;

#[tokio::test]
async fn a_code_is_used_once_or_replaced() {
    on_both(async |db| {
        let County { sample, paper, .. } = county(&db).await;
        let user = sample.user("paper", Role::Enterprise, Scope::Enterprise(paper.id));
        let code = |sha256: &str| LoginCode {
            id: LoginCodeId(sample.id()),
            user: user.id,
            code_sha256: sha256.into(),
            created_by: "admin".into(),
            created_at: sample.now,
            expires_at: sample.now + Duration::days(30),
            used_at: None,
            replaced_at: None,
        };
        let (old, new) = (code("a"), code("b"));
        let txn = db.begin_write().await.unwrap();
        login_code::insert_users(&txn, std::slice::from_ref(&user))
            .await
            .unwrap();
        login_code::insert_codes(&txn, std::slice::from_ref(&old))
            .await
            .unwrap();
        login_code::replace_codes(&txn, &[user.id], sample.now).await.unwrap();
        login_code::insert_codes(&txn, std::slice::from_ref(&new))
            .await
            .unwrap();
        assert_eq!(
            login_code::use_code(&txn, old.id, sample.now).await,
            Ok(false),
            "replaced"
        );
        assert_eq!(login_code::use_code(&txn, new.id, sample.now).await, Ok(true));
        assert_eq!(login_code::use_code(&txn, new.id, sample.now).await, Ok(false), "used");
        txn.commit().await.unwrap();
        let found = async |sha256: &str| login_code::find_code(db.read(), sha256).await.unwrap();
        assert_eq!(found("a").await.unwrap().state(sample.now), LoginCodeState::Replaced);
        assert_eq!(found("b").await.unwrap().state(sample.now), LoginCodeState::Used);
        assert_eq!(found("c").await, None);
        let open = code("d");
        assert_eq!(open.state(sample.now), LoginCodeState::Open);
        assert_eq!(open.state(open.expires_at), LoginCodeState::Expired);
        let newest = login_code::newest_codes(db.read(), &[user.id]).await.unwrap();
        assert_eq!(newest[&user.id].id, new.id);
        let listed = login_code::list_codes(db.read(), &first(10)).await.unwrap();
        let ids: Vec<LoginCodeId> = listed.items.iter().map(|(code, _)| code.id).collect();
        assert_eq!(ids, [new.id, old.id], "the newest first");
    })
    .await;
}

#[tokio::test]
async fn accounts_are_found_by_enterprise_and_by_login() {
    on_both(async |db| {
        let County {
            sample,
            paper,
            machines,
            ..
        } = county(&db).await;
        let without = sample.user("paper", Role::Enterprise, Scope::Enterprise(paper.id));
        let with = sample.user("machines", Role::Enterprise, Scope::Enterprise(machines.id));
        let txn = db.begin_write().await.unwrap();
        login_code::insert_users(&txn, std::slice::from_ref(&without))
            .await
            .unwrap();
        access::insert_user(&txn, &with, &PasswordHash("$argon2id$".into()))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let has = |users: &[User], accounts: &[ronghe::domain::login_code::Account]| {
            let found: Vec<&User> = accounts.iter().map(|account| &account.user).collect();
            assert_eq!(found, users.iter().collect::<Vec<_>>());
        };
        let sent = statements(&db, async || {
            let found = login_code::accounts_of(db.read(), &[paper.id, machines.id])
                .await
                .unwrap();
            has(std::slice::from_ref(&without), &found[&paper.id]);
            assert!(!found[&paper.id][0].has_password && found[&machines.id][0].has_password);
            let named = login_code::accounts_named(db.read(), &["machines".to_owned(), "x".to_owned()]).await;
            assert_eq!(named.unwrap().into_keys().collect::<Vec<_>>(), ["machines"]);
        });
        assert_eq!(sent.await, 2);
        let (_, hash) = access::find_login(db.read(), "paper").await.unwrap().unwrap();
        assert!(hash.is_none());
    })
    .await;
}
