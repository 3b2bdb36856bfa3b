//! Groups of enterprises and who belonged to them when.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use ronghe::{
    domain::{
        access::Scope,
        enterprise::EnterpriseFilter,
        enterprise_group::{EnterpriseGroup, GroupId, InGroup},
    },
    store::{StoreError, enterprise, enterprise_group},
};

use super::sample::{County, county, first, fuchun, statements};
use crate::database::on_both;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn members_belong_to_a_group_from_day_to_day() {
    on_both(async |db| {
        let County {
            sample,
            paper,
            machines,
            electronics,
            ..
        } = county(&db).await;
        let group = |name: &str, ends_on: Option<&str>| EnterpriseGroup {
            id: GroupId(sample.id()),
            kind: "园区".into(),
            name: name.into(),
            starts_on: day("2026-01-01"),
            ends_on: ends_on.map(day),
            created_by: "bureau".into(),
            version: 1,
            created_at: sample.now,
        };
        let (park, over) = (group("银湖科技城", None), group("老园区", Some("2026-02-28")));
        let txn = db.begin_write().await.unwrap();
        for one in [&park, &over] {
            enterprise_group::insert_group(&txn, one).await.unwrap();
        }
        let all = [paper.id, machines.id];
        enterprise_group::add_members(&txn, park.id, &all, day("2026-03-01"))
            .await
            .unwrap();
        enterprise_group::add_members(&txn, over.id, &[electronics.id], day("2026-01-01"))
            .await
            .unwrap();
        enterprise_group::end_members(&txn, park.id, &[machines.id], day("2026-05-01"))
            .await
            .unwrap();
        txn.commit().await.unwrap();

        let of = async |id: GroupId, on: &str| -> BTreeSet<_> {
            let filter = EnterpriseFilter {
                group: Some(InGroup { id, on: Some(day(on)) }),
                ..EnterpriseFilter::default()
            };
            let ids = enterprise::enterprise_ids(db.read(), &Scope::County, &filter)
                .await
                .unwrap();
            ids.into_iter().collect()
        };
        assert!(of(park.id, "2026-02-28").await.is_empty());
        assert_eq!(of(park.id, "2026-03-01").await, BTreeSet::from(all));
        assert_eq!(of(park.id, "2026-04-30").await, BTreeSet::from(all));
        assert_eq!(of(park.id, "2026-05-01").await, BTreeSet::from([paper.id]));
        assert_eq!(of(over.id, "2026-02-28").await, BTreeSet::from([electronics.id]));
        assert!(of(over.id, "2026-03-01").await.is_empty(), "the group has ended");
        let by_group = async |scope: &Scope| {
            let found = enterprise_group::members_by_group(db.read(), scope, "园区", day("2026-04-01")).await;
            found.unwrap()
        };
        assert_eq!(by_group(&Scope::County).await["银湖科技城"], BTreeSet::from(all));
        assert_eq!(
            by_group(&fuchun()).await["银湖科技城"],
            BTreeSet::from([paper.id]),
            "within the scope"
        );
        let both = [park.id, over.id];
        let counts = enterprise_group::member_counts(db.read(), &Scope::County, &both, day("2026-05-01"));
        assert_eq!(counts.await.unwrap().get(&park.id), Some(&1));

        // One whose membership had not begun never was a member.
        let txn = db.begin_write().await.unwrap();
        enterprise_group::add_members(&txn, park.id, &[electronics.id], day("2027-01-01"))
            .await
            .unwrap();
        enterprise_group::end_members(&txn, park.id, &[electronics.id], day("2026-06-01"))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let later = enterprise_group::members_from(db.read(), &Scope::County, park.id, day("2026-06-01")).await;
        assert_eq!(later.unwrap().into_keys().collect::<Vec<_>>(), [paper.id]);
    })
    .await;
}

#[tokio::test]
async fn a_group_has_one_name_in_its_kind_and_is_changed_at_its_version() {
    on_both(async |db| {
        let County { sample, .. } = county(&db).await;
        let group = |kind: &str, name: &str| EnterpriseGroup {
            id: GroupId(sample.id()),
            kind: kind.into(),
            name: name.into(),
            starts_on: day("2026-01-01"),
            ends_on: None,
            created_by: "bureau".into(),
            version: 1,
            created_at: sample.now,
        };
        let mut one = group("块状经济", "造纸");
        let txn = db.begin_write().await.unwrap();
        enterprise_group::insert_group(&txn, &one).await.unwrap();
        enterprise_group::insert_group(&txn, &group("园区", "造纸"))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let txn = db.begin_write().await.unwrap();
        let again = enterprise_group::insert_group(&txn, &group("园区", "造纸")).await;
        assert_eq!(
            again,
            Err(StoreError::Duplicate {
                what: "enterprise_group"
            })
        );
        drop(txn);
        one.ends_on = Some(day("2026-12-31"));
        let txn = db.begin_write().await.unwrap();
        assert_eq!(enterprise_group::update_group(&txn, &one, 1).await, Ok(2));
        let stale = enterprise_group::update_group(&txn, &one, 1).await;
        assert_eq!(stale, Err(StoreError::VersionConflict { current: 2 }));
        one.version = 2;
        assert_eq!(enterprise_group::find_group(&txn, one.id).await, Ok(one));
        txn.commit().await.unwrap();
        let sent = statements(&db, async || {
            let found = enterprise_group::list_groups(db.read(), Some("园区"), &first(10))
                .await
                .unwrap();
            assert_eq!(found.items.len(), 1);
        });
        assert_eq!(sent.await, 1);
    })
    .await;
}
