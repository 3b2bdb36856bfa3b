//! The registry of enterprises.

use std::collections::BTreeSet;

use chrono::Duration;
use ronghe::{
    domain::{
        access::Scope,
        enterprise::{Enterprise, EnterpriseFilter, EnterpriseId},
        page::{Cursor, PageRequest},
    },
    store::{Database, StoreError, enterprise},
};

use super::sample::{CHANGKOU, County, FUCHUN, FUYANG, county, first, fuchun, statements, walk};
use crate::database::on_both;

#[tokio::test]
async fn an_enterprise_comes_back_exactly() {
    on_both(async |db| {
        let County { sample, mut paper, .. } = county(&db).await;
        // The scale of a decimal, its sign, its largest and its smallest; absent values; the largest count.
        let amounts = [
            "0.10",
            "-0.00000001",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "0",
        ];
        for (n, amount) in amounts.into_iter().enumerate() {
            paper.facts.revenue_wan_yuan = Some(amount.parse().unwrap());
            paper.facts.assets_wan_yuan = (n % 2 == 0).then(|| amount.parse().unwrap());
            paper.facts.employees = (n % 2 == 1).then_some(u32::MAX);
            paper.uscc_exception = Some("老证，校验位有误".into());
            paper.updated_at = sample.now + Duration::microseconds(1);
            let txn = db.begin_write().await.unwrap();
            let version = enterprise::update_enterprise(&txn, &Scope::County, &paper, paper.version)
                .await
                .unwrap();
            txn.commit().await.unwrap();
            paper.version = version;
            let found = enterprise::find_enterprise(db.read(), &Scope::County, paper.id)
                .await
                .unwrap();
            assert_eq!(found, paper);
            assert_eq!(
                found.facts.revenue_wan_yuan.unwrap().to_string(),
                amount,
                "digits and scale are kept"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_credit_code_is_unique() {
    on_both(async |db| {
        let County {
            sample,
            paper,
            machines,
            ..
        } = county(&db).await;
        let duplicate = Err(StoreError::Duplicate { what: "uscc" });
        let twin = sample.enterprise(&paper.facts.uscc, "同码", FUCHUN);
        let txn = db.begin_write().await.unwrap();
        assert_eq!(
            enterprise::insert_enterprise(&txn, &Scope::County, &twin).await,
            duplicate
        );
        drop(txn);
        let mut changed = machines;
        changed.facts.uscc = paper.facts.uscc;
        let txn = db.begin_write().await.unwrap();
        let updated = enterprise::update_enterprise(&txn, &Scope::County, &changed, 1).await;
        assert_eq!(updated, Err(StoreError::Duplicate { what: "uscc" }));
    })
    .await;
}

#[tokio::test]
async fn each_scope_sees_its_own() {
    on_both(async |db| {
        let County {
            paper,
            machines,
            electronics,
            ..
        } = county(&db).await;
        let all = [&paper, &machines, &electronics];
        let cases: [(Scope, &[&Enterprise]); 7] = [
            (Scope::County, &all),
            (Scope::Town(FUYANG.into()), &all),
            (fuchun(), &[&paper]),
            (Scope::Town(CHANGKOU.into()), &[&machines]),
            (Scope::Town("330183".into()), &[]),
            (Scope::Enterprise(machines.id), &[&machines]),
            (Scope::Enterprise(EnterpriseId(uuid::Uuid::nil())), &[]),
        ];
        for (scope, seen) in cases {
            for one in all {
                let found = enterprise::find_enterprise(db.read(), &scope, one.id).await;
                let code = std::slice::from_ref(&one.facts.uscc);
                let by_code = enterprise::find_enterprises_by_uscc(db.read(), &scope, code).await;
                let by_code = by_code.unwrap().into_values().next();
                if seen.contains(&one) {
                    assert_eq!((found.as_ref(), by_code.as_ref()), (Ok(one), Some(one)), "{scope:?}");
                } else {
                    assert_eq!((found, by_code), (Err(StoreError::NotFound), None), "{scope:?}");
                }
            }
            let codes = all.map(|one| one.facts.uscc.clone());
            let found = enterprise::find_enterprises_by_uscc(db.read(), &scope, &codes)
                .await
                .unwrap();
            assert_eq!(found.values().collect::<Vec<_>>(), seen, "{scope:?}");
            let any = EnterpriseFilter::default();
            let listed = enterprise::list_enterprises(db.read(), &scope, &any, &first(200))
                .await
                .unwrap();
            assert_eq!(listed.items.iter().collect::<Vec<_>>(), seen, "{scope:?}");
            let ids = enterprise::enterprise_ids(db.read(), &scope, &any).await.unwrap();
            assert_eq!(ids, seen.iter().map(|one| one.id).collect::<Vec<_>>(), "{scope:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn each_scope_writes_only_its_own() {
    on_both(async |db| {
        let County {
            sample,
            paper,
            machines,
            ..
        } = county(&db).await;
        let new = |area| sample.enterprise(&format!("9133{}", sample.id().simple()), "新", area);
        let txn = db.begin_write().await.unwrap();
        let own = Scope::Enterprise(machines.id);
        assert_eq!(
            enterprise::update_enterprise(&txn, &own, &paper, 1).await,
            Err(StoreError::NotFound)
        );
        assert_eq!(enterprise::update_enterprise(&txn, &own, &machines, 1).await, Ok(2));
        assert_eq!(
            enterprise::update_enterprise(&txn, &fuchun(), &machines, 2).await,
            Err(StoreError::NotFound)
        );
        assert_eq!(enterprise::update_enterprise(&txn, &fuchun(), &paper, 1).await, Ok(2));
        assert_eq!(
            enterprise::insert_enterprise(&txn, &fuchun(), &new(CHANGKOU)).await,
            Err(StoreError::NotFound)
        );
        assert_eq!(
            enterprise::insert_enterprise(&txn, &fuchun(), &new(FUCHUN)).await,
            Ok(())
        );
        let town_of_all = Scope::Town(FUYANG.into());
        assert_eq!(
            enterprise::insert_enterprises(&txn, &town_of_all, &[new(FUCHUN), new(CHANGKOU)]).await,
            Ok(())
        );
        assert_eq!(
            enterprise::insert_enterprise(&txn, &own, &new(FUCHUN)).await,
            Err(StoreError::NotFound)
        );
    })
    .await;
}

#[tokio::test]
async fn an_enterprise_is_changed_at_the_version_that_was_read() {
    on_both(async |db| {
        let County { sample, mut paper, .. } = county(&db).await;
        let txn = db.begin_write().await.unwrap();
        paper.facts.name = "改名纸业".into();
        paper.created_at = sample.now + Duration::days(9);
        assert_eq!(
            enterprise::update_enterprise(&txn, &Scope::County, &paper, 1).await,
            Ok(2)
        );
        let stale = enterprise::update_enterprise(&txn, &Scope::County, &paper, 1).await;
        assert_eq!(stale, Err(StoreError::VersionConflict { current: 2 }));
        txn.commit().await.unwrap();
        let found = enterprise::find_enterprise(db.read(), &Scope::County, paper.id)
            .await
            .unwrap();
        assert_eq!(
            (found.version, found.created_at),
            (2, sample.now),
            "when it was made never changes"
        );
        let any = search("改名");
        let listed = enterprise::list_enterprises(db.read(), &Scope::County, &any, &first(1))
            .await
            .unwrap();
        assert_eq!(listed.items, [found], "found by its new name");
    })
    .await;
}

fn search(term: &str) -> EnterpriseFilter {
    EnterpriseFilter {
        search: Some(term.into()),
        ..EnterpriseFilter::default()
    }
}

async fn names(db: &Database, filter: &EnterpriseFilter) -> Vec<String> {
    let page = enterprise::list_enterprises(db.read(), &Scope::County, filter, &first(200))
        .await
        .unwrap();
    let ids = enterprise::enterprise_ids(db.read(), &Scope::County, filter)
        .await
        .unwrap();
    assert_eq!(
        page.items.iter().map(|one| one.id).collect::<Vec<_>>(),
        ids,
        "the population is what the list shows"
    );
    page.items
        .into_iter()
        .map(|one| one.facts.name.chars().take(4).collect())
        .collect()
}

#[tokio::test]
async fn searching_takes_every_character_literally() {
    on_both(async |db| {
        county(&db).await;
        let cases: [(&str, &[&str]); 14] = [
            ("富春江", &["杭州富春"]),
            ("有限公司", &["杭州富春", "场口精密", "富阳电子"]),
            ("富阳", &["杭州富春", "富阳电子"]),
            ("造纸厂", &["杭州富春"]),
            ("fuyang paper", &["杭州富春"]),
            ("PAPER_MILL", &["杭州富春"]),
            ("paper mill", &[]),
            ("100%", &["杭州富春"]),
            ("%", &["杭州富春"]),
            ("_", &["杭州富春"]),
            ("\\", &[]),
            ("  ma2bbb ", &["场口精密"]),
            ("91330183ma2ccccccc", &["富阳电子"]),
            ("' OR 1=1 --", &[]),
        ];
        for (term, expected) in cases {
            assert_eq!(names(&db, &search(term)).await, expected, "{term}");
        }
    })
    .await;
}

#[tokio::test]
async fn filters_hold_together() {
    on_both(async |db| {
        county(&db).await;
        let any = EnterpriseFilter::default;
        let cases: [(EnterpriseFilter, &[&str]); 11] = [
            (any(), &["杭州富春", "场口精密", "富阳电子"]),
            (
                EnterpriseFilter {
                    area: Some(FUYANG.into()),
                    ..any()
                },
                &["杭州富春", "场口精密", "富阳电子"],
            ),
            (
                EnterpriseFilter {
                    area: Some(FUCHUN.into()),
                    ..any()
                },
                &["杭州富春"],
            ),
            (
                EnterpriseFilter {
                    area: Some("33".into()),
                    ..any()
                },
                &[],
            ),
            (
                EnterpriseFilter {
                    industry: Some("C".into()),
                    ..any()
                },
                &["杭州富春", "场口精密"],
            ),
            (
                EnterpriseFilter {
                    industry: Some("C38".into()),
                    ..any()
                },
                &["场口精密"],
            ),
            (
                EnterpriseFilter {
                    industry: Some("c38".into()),
                    ..any()
                },
                &[],
            ),
            (
                EnterpriseFilter {
                    industry: Some("C%1".into()),
                    ..any()
                },
                &[],
            ),
            (
                EnterpriseFilter {
                    size_class: Some("medium".into()),
                    ..any()
                },
                &["杭州富春", "富阳电子"],
            ),
            (
                EnterpriseFilter {
                    active: Some(false),
                    ..any()
                },
                &["富阳电子"],
            ),
            (
                EnterpriseFilter {
                    active: Some(true),
                    industry: Some("C2".into()),
                    ..search("纸")
                },
                &["杭州富春"],
            ),
        ];
        for (filter, expected) in cases {
            assert_eq!(names(&db, &filter).await, expected, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_walk_visits_every_enterprise_once() {
    on_both(async |db| {
        let sample = county(&db).await.sample;
        let many = sample.enterprises(50);
        let txn = db.begin_write().await.unwrap();
        enterprise::insert_enterprises(&txn, &Scope::County, &many)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        for limit in [1, 7, 53, 200] {
            let any = EnterpriseFilter::default();
            let list = async |page| enterprise::list_enterprises(db.read(), &Scope::County, &any, &page).await;
            let walked = walk(limit, list).await;
            assert!(
                walked.is_sorted_by(|a, b| a.facts.uscc < b.facts.uscc),
                "by code, none twice"
            );
            assert_eq!(walked.iter().map(|one| one.id).collect::<BTreeSet<_>>().len(), 53);
        }
    })
    .await;
}

#[tokio::test]
async fn pages_of_any_size_are_one_statement_and_at_most_200_rows() {
    on_both(async |db| {
        let sample = county(&db).await.sample;
        let txn = db.begin_write().await.unwrap();
        enterprise::insert_enterprises(&txn, &Scope::County, &sample.enterprises(300))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let filter = EnterpriseFilter {
            area: Some(FUYANG.into()),
            ..search("富")
        };
        for scope in [Scope::County, fuchun()] {
            for (limit, rows) in [(0, 1), (5, 5), (50, 50), (u64::MAX, 200)] {
                let sent = statements(&db, async || {
                    let page = enterprise::list_enterprises(db.read(), &scope, &filter, &first(limit))
                        .await
                        .unwrap();
                    assert_eq!(page.items.len(), rows);
                    assert!(page.next.is_some());
                });
                assert_eq!(sent.await, 1);
            }
        }
        let after = Some(Cursor {
            key: "~".into(),
            id: uuid::Uuid::max(),
        });
        let beyond = PageRequest { limit: 5, after };
        let page = enterprise::list_enterprises(db.read(), &Scope::County, &filter, &beyond)
            .await
            .unwrap();
        assert_eq!((page.items, page.next), (vec![], None));
    })
    .await;
}

#[tokio::test]
async fn many_codes_are_looked_up_in_few_statements() {
    on_both(async |db| {
        let sample = county(&db).await.sample;
        let many = sample.enterprises(2_500);
        let txn = db.begin_write().await.unwrap();
        enterprise::insert_enterprises(&txn, &Scope::County, &many)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let known = many.iter().map(|one| one.facts.uscc.clone());
        let codes: Vec<String> = known.chain((0..37_500).map(|n| format!("unknown{n}"))).collect();
        let sent = statements(&db, async || {
            let found = enterprise::find_enterprises_by_uscc(db.read(), &Scope::County, &codes)
                .await
                .unwrap();
            assert_eq!(found.len(), many.len());
            assert!(many.iter().all(|one| found.get(&one.facts.uscc) == Some(one)));
        });
        assert_eq!(sent.await, 40);
    })
    .await;
}
