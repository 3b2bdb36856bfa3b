//! Users, tokens and keys.

use chrono::Duration;
use ronghe::{
    domain::access::{AccessToken, ApiKey, ApiKeyId, PasswordHash, Role, Scope, TokenId, UserId},
    store::{StoreError, access},
};

use super::sample::{FUCHUN, Sample, first, statements, walk};
use crate::database::on_both;

fn hash() -> PasswordHash {
    PasswordHash("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into())
}

#[tokio::test]
async fn users_of_every_role_and_scope_come_back_as_they_were() {
    on_both(async |db| {
        let sample = Sample::new();
        let enterprise = ronghe::domain::enterprise::EnterpriseId(sample.id());
        let users = [
            sample.user("admin", Role::Admin, Scope::County),
            sample.user("bureau", Role::Bureau, Scope::County),
            sample.user("filler", Role::Enterprise, Scope::Enterprise(enterprise)),
            sample.user("reader", Role::Reader, Scope::County),
            sample.user("town", Role::Town, Scope::Town(FUCHUN.into())),
        ];
        let txn = db.begin_write().await.unwrap();
        for user in &users {
            access::insert_user(&txn, user, &hash()).await.unwrap();
        }
        txn.commit().await.unwrap();
        for user in &users {
            assert_eq!(access::find_user(db.read(), user.id).await.as_ref(), Ok(user));
            let (found, password) = access::find_login(db.read(), &user.login).await.unwrap().unwrap();
            assert_eq!(&found, user);
            assert!(password == hash());
        }
        assert!(access::find_login(db.read(), "nobody").await.unwrap().is_none());
        assert_eq!(
            access::find_user(db.read(), UserId(sample.id())).await,
            Err(StoreError::NotFound)
        );
        let walked = walk(2, async |page| access::list_users(db.read(), &page).await).await;
        assert_eq!(walked, users, "by login");
    })
    .await;
}

#[tokio::test]
async fn a_login_is_unique() {
    on_both(async |db| {
        let sample = Sample::new();
        let txn = db.begin_write().await.unwrap();
        access::insert_user(&txn, &sample.user("wang", Role::Admin, Scope::County), &hash())
            .await
            .unwrap();
        let again = access::insert_user(&txn, &sample.user("wang", Role::Reader, Scope::County), &hash()).await;
        assert_eq!(again, Err(StoreError::Duplicate { what: "login" }));
    })
    .await;
}

#[tokio::test]
async fn a_user_is_changed_at_the_version_that_was_read() {
    on_both(async |db| {
        let sample = Sample::new();
        let mut user = sample.user("wang", Role::Reader, Scope::County);
        let txn = db.begin_write().await.unwrap();
        access::insert_user(&txn, &user, &hash()).await.unwrap();
        user.display_name = "王".into();
        user.role = Role::Town;
        user.scope = Scope::Town(FUCHUN.into());
        user.disabled = true;
        assert_eq!(access::update_user(&txn, &user, 1).await, Ok(2));
        user.version = 2;
        assert_eq!(access::find_user(&txn, user.id).await.as_ref(), Ok(&user));
        let stale = access::update_user(&txn, &user, 1).await;
        assert_eq!(stale, Err(StoreError::VersionConflict { current: 2 }));
        let never = access::update_user(&txn, &user, i64::MAX).await;
        assert_eq!(never, Err(StoreError::VersionConflict { current: 2 }));
        access::set_password(&txn, user.id, &PasswordHash("other".into()))
            .await
            .unwrap();
        let (_, password) = access::find_login(&txn, "wang").await.unwrap().unwrap();
        assert_eq!(password.0, "other");
        let stranger = sample.user("li", Role::Reader, Scope::County);
        assert_eq!(access::update_user(&txn, &stranger, 1).await, Err(StoreError::NotFound));
        assert_eq!(
            access::set_password(&txn, stranger.id, &hash()).await,
            Err(StoreError::NotFound)
        );
    })
    .await;
}

#[tokio::test]
async fn tokens_lead_to_their_users_until_they_end() {
    on_both(async |db| {
        let sample = Sample::new();
        let user = sample.user("wang", Role::Admin, Scope::County);
        let token = |digit: &str, hours| AccessToken {
            id: TokenId(sample.id()),
            user: user.id,
            token_sha256: digit.repeat(64),
            created_at: sample.now,
            expires_at: sample.now + Duration::hours(hours),
        };
        let [short, long, longest] = [token("a", 1), token("b", 8), token("c", 9)];
        let txn = db.begin_write().await.unwrap();
        access::insert_user(&txn, &user, &hash()).await.unwrap();
        for token in [&short, &long, &longest] {
            access::insert_token(&txn, token).await.unwrap();
        }
        let sent = statements(&db, async || {
            let found = access::find_token(&txn, &long.token_sha256).await.unwrap();
            assert_eq!(found, Some((long.clone(), user.clone())));
        });
        assert_eq!(sent.await, 1, "looked up at every request");
        assert_eq!(
            access::delete_expired_tokens(&txn, sample.now + Duration::hours(1)).await,
            Ok(1)
        );
        assert_eq!(access::find_token(&txn, &short.token_sha256).await, Ok(None));
        access::delete_token(&txn, long.id).await.unwrap();
        access::delete_token(&txn, long.id).await.unwrap();
        assert_eq!(access::find_token(&txn, &long.token_sha256).await, Ok(None));
        assert_eq!(access::delete_tokens_of(&txn, user.id).await, Ok(1));
        assert_eq!(access::find_token(&txn, &longest.token_sha256).await, Ok(None));
        access::insert_token(&txn, &short).await.unwrap();
        let again = AccessToken {
            id: TokenId(sample.id()),
            ..short
        };
        assert_eq!(
            access::insert_token(&txn, &again).await,
            Err(StoreError::Duplicate { what: "token" })
        );
    })
    .await;
}

#[tokio::test]
async fn api_keys_are_listed_by_name_and_revoked_once() {
    on_both(async |db| {
        let sample = Sample::new();
        let key = |name: &str, digit: &str| ApiKey {
            id: ApiKeyId(sample.id()),
            name: name.into(),
            role: Role::Reader,
            scope: Scope::County,
            key_sha256: digit.repeat(64),
            created_at: sample.now,
            expires_at: Some(sample.now + Duration::days(365)),
            revoked_at: None,
        };
        let [statistics, mut portal, portal_again] = [key("统计局", "a"), key("portal", "b"), key("portal", "c")];
        let txn = db.begin_write().await.unwrap();
        for key in [&statistics, &portal, &portal_again] {
            access::insert_api_key(&txn, key).await.unwrap();
        }
        access::revoke_api_key(&txn, portal.id, sample.now).await.unwrap();
        access::revoke_api_key(&txn, portal.id, sample.now + Duration::days(1))
            .await
            .unwrap();
        let stranger = access::revoke_api_key(&txn, ApiKeyId(sample.id()), sample.now).await;
        assert_eq!(stranger, Err(StoreError::NotFound));
        txn.commit().await.unwrap();
        portal.revoked_at = Some(sample.now);
        let found = access::find_api_key(db.read(), &portal.key_sha256).await.unwrap();
        assert_eq!(found.as_ref(), Some(&portal), "the first time of revoking stays");
        assert_eq!(access::find_api_key(db.read(), "none").await, Ok(None));
        let walked = walk(1, async |page| access::list_api_keys(db.read(), &page).await).await;
        assert_eq!(
            walked,
            [portal, portal_again, statistics],
            "by name, equal names by age"
        );
        let txn = db.begin_write().await.unwrap();
        let twice = access::insert_api_key(&txn, &key("other", "a")).await;
        assert_eq!(twice, Err(StoreError::Duplicate { what: "api_key" }));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_one_statement_however_long() {
    on_both(async |db| {
        let sample = Sample::new();
        let txn = db.begin_write().await.unwrap();
        for n in 0..50 {
            let user = sample.user(&format!("user{n:02}"), Role::Reader, Scope::County);
            access::insert_user(&txn, &user, &hash()).await.unwrap();
        }
        txn.commit().await.unwrap();
        for limit in [5, 50] {
            let sent = statements(&db, async || {
                let page = access::list_users(db.read(), &first(limit)).await.unwrap();
                assert_eq!(page.items.len() as u64, limit);
            });
            assert_eq!(sent.await, 1);
        }
    })
    .await;
}
