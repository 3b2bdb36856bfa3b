//! Justifications and what was accepted with a revision.

use ronghe::{
    domain::{
        access::Scope,
        justification::{Acceptance, RecordedJustification},
        survey_return::{ReturnId, Revision},
    },
    store::{Database, StoreError, justification as justifications},
};
use survey::justification::Justification;

use super::sample::{CHANGKOU, County, county, fuchun};
use crate::database::on_both;

fn said(county: &County, number: i32, revision: &Revision, text: &str) -> RecordedJustification {
    RecordedJustification {
        number,
        said: Justification {
            finding_key: format!("CK103@F0{number}"),
            fingerprint: "f".repeat(16),
            reason: "J01".into(),
            text: text.into(),
        },
        revision: revision.id,
        actor: "filler".into(),
        at: county.sample.now,
    }
}

async fn insert(db: &Database, scope: &Scope, of: ReturnId, new: &[RecordedJustification]) -> Result<(), StoreError> {
    let txn = db.begin_write().await?;
    justifications::insert_justifications(&txn, scope, of, new).await?;
    txn.commit().await
}

async fn accept(db: &Database, scope: &Scope, of: ReturnId, accepted: &Acceptance) -> Result<(), StoreError> {
    let txn = db.begin_write().await?;
    justifications::insert_acceptance(&txn, scope, of, accepted).await?;
    txn.commit().await
}

#[tokio::test]
async fn what_was_said_comes_back_in_order_and_within_scope() {
    on_both(async |db| {
        let county = county(&db).await;
        let revision = county.accept(&db, &county.paper).await;
        let of = revision.survey_return;
        let (first, second) = (said(&county, 1, &revision, "已核对"), said(&county, 2, &revision, ""));
        let elsewhere = Scope::Town(CHANGKOU.into());
        let both = [second.clone(), first.clone()];
        assert_eq!(insert(&db, &elsewhere, of, &both).await, Err(StoreError::NotFound));
        insert(&db, &fuchun(), of, &both).await.unwrap();
        insert(&db, &fuchun(), of, &[]).await.unwrap();
        let seen = async |scope: Scope| justifications::justifications_of(db.read(), &scope, of).await.unwrap();
        assert_eq!(seen(fuchun()).await, [first.clone(), second.clone()]);
        assert_eq!(seen(Scope::Enterprise(county.paper.id)).await.len(), 2);
        let each = async |scope: &Scope| {
            justifications::justifications_of_each(db.read(), scope, &[of])
                .await
                .unwrap()
        };
        assert_eq!(each(&fuchun()).await[&of], [first.clone(), second.clone()]);
        assert!(each(&elsewhere).await.is_empty());
        assert_eq!(seen(elsewhere).await, []);
        let again = insert(&db, &fuchun(), of, &[second]).await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_revision_is_accepted_once_with_what_was_said() {
    on_both(async |db| {
        let county = county(&db).await;
        let revision = county.accept(&db, &county.paper).await;
        let of = revision.survey_return;
        let accepted = Acceptance {
            revision: revision.id,
            justifications: vec![said(&county, 1, &revision, "两化融合\n“已核对”")],
            actor: "bureau".into(),
            at: county.sample.now,
        };
        let kept = async |scope: Scope| justifications::accepted_justifications(db.read(), &scope, revision.id).await;
        assert_eq!(kept(fuchun()).await, Ok(None));
        let elsewhere = Scope::Town(CHANGKOU.into());
        assert_eq!(accept(&db, &elsewhere, of, &accepted).await, Err(StoreError::NotFound));
        accept(&db, &fuchun(), of, &accepted).await.unwrap();
        assert_eq!(kept(fuchun()).await, Ok(Some(accepted.justifications.clone())));
        assert_eq!(kept(elsewhere).await, Err(StoreError::NotFound));
        let again = accept(&db, &fuchun(), of, &accepted).await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");
    })
    .await;
}
