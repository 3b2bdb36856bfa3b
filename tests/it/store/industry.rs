//! Industry classifications.

use ronghe::{
    domain::industry::{Industry, IndustryFilter},
    store::{Database, StoreError, industry},
};

use super::sample::{first, statements, walk};
use crate::database::on_both;

fn class(edition: &str, code: &str, level: &str, parent: Option<&str>, name: &str) -> Industry {
    Industry {
        edition: edition.into(),
        code: code.into(),
        name: name.into(),
        level: level.into(),
        parent: parent.map(Into::into),
    }
}

fn edition(year: &str) -> Vec<Industry> {
    vec![
        class(year, "C", "门类", None, "制造业"),
        class(year, "C22", "大类", Some("C"), "造纸和纸制品业"),
        class(year, "C222", "中类", Some("C22"), "造纸"),
        class(year, "C2221", "小类", Some("C222"), "机制纸及纸板制造"),
        class(year, "C38", "大类", Some("C"), "电气机械和器材制造业"),
    ]
}

async fn replace(db: &Database, year: &str, rows: &[Industry]) {
    let txn = db.begin_write().await.unwrap();
    industry::replace_industries(&txn, year, rows).await.unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn the_newest_edition_is_listed() {
    on_both(async |db| {
        replace(&db, "2017", &edition("2017")).await;
        replace(&db, "2011", &edition("2011")[..1]).await;
        let all = async || {
            walk(2, async |page| {
                industry::list_industries(db.read(), &IndustryFilter::default(), &page).await
            })
            .await
        };
        assert_eq!(all().await, edition("2017"), "the older edition was loaded later");
        let codes = ["C22", "Z"].map(str::to_owned).into();
        let names = industry::industry_names(db.read(), &codes).await.unwrap();
        assert_eq!(names, [("C22".to_owned(), "造纸和纸制品业".to_owned())].into());
        replace(&db, "2017", &edition("2017")[..3]).await;
        assert_eq!(all().await, edition("2017")[..3]);
        replace(&db, "2017", &[]).await;
        assert_eq!(all().await, edition("2011")[..1], "other editions stay");
    })
    .await;
}

#[tokio::test]
async fn classes_are_found_by_parent_level_and_text() {
    on_both(async |db| {
        replace(&db, "2017", &edition("2017")).await;
        let codes = async |filter: IndustryFilter| {
            let found = industry::list_industries(db.read(), &filter, &first(200))
                .await
                .unwrap()
                .items;
            found.into_iter().map(|industry| industry.code).collect::<Vec<_>>()
        };
        let filter = IndustryFilter::default;
        assert_eq!(
            codes(IndustryFilter {
                parent: Some("C".into()),
                ..filter()
            })
            .await,
            ["C22", "C38"]
        );
        assert_eq!(
            codes(IndustryFilter {
                level: Some("小类".into()),
                ..filter()
            })
            .await,
            ["C2221"]
        );
        assert_eq!(
            codes(IndustryFilter {
                search: Some("造纸".into()),
                ..filter()
            })
            .await,
            ["C22", "C222"]
        );
        assert_eq!(
            codes(IndustryFilter {
                search: Some("c222".into()),
                ..filter()
            })
            .await,
            ["C222", "C2221"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_code_stands_once_in_an_edition() {
    on_both(async |db| {
        let txn = db.begin_write().await.unwrap();
        let twice = [edition("2017")[0].clone(), edition("2017")[0].clone()];
        let replaced = industry::replace_industries(&txn, "2017", &twice).await;
        assert_eq!(replaced, Err(StoreError::Duplicate { what: "industry_code" }));
    })
    .await;
}

/// Forty thousand rows of six columns: far beyond what either database binds in one statement.
#[tokio::test]
async fn rows_beyond_the_bind_limits_are_inserted_in_chunks() {
    on_both(async |db| {
        let many: Vec<Industry> = (0..40_000)
            .map(|n| class("2017", &format!("C{n:05}"), "小类", None, "类"))
            .collect();
        let sent = statements(&db, async || replace(&db, "2017", &many).await);
        assert_eq!(
            sent.await,
            1 + 40_000 / 500,
            "one to delete, then five hundred rows each"
        );
        let last = IndustryFilter {
            search: Some("c39999".into()),
            ..IndustryFilter::default()
        };
        let page = industry::list_industries(db.read(), &last, &first(1)).await.unwrap();
        assert_eq!(page.items, many[39_999..]);
    })
    .await;
}
