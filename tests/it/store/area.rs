//! The list of areas.

use ronghe::{
    domain::area::{Area, AreaFilter},
    store::{Database, StoreError, area},
};

use super::sample::{CHANGKOU, FUCHUN, FUYANG, areas, walk};
use crate::database::on_both;

async fn replace(db: &Database, areas: &[Area]) {
    let txn = db.begin_write().await.unwrap();
    area::replace_areas(&txn, areas).await.unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn areas_are_replaced_as_a_whole() {
    on_both(async |db| {
        replace(&db, &areas()[..2]).await;
        replace(&db, &areas()).await;
        let walked = walk(4, async |page| {
            area::list_areas(db.read(), &AreaFilter::default(), &page).await
        })
        .await;
        let mut expected = areas();
        expected.sort_by(|a, b| a.code.cmp(&b.code));
        assert_eq!(walked, expected);
        let found = area::find_area(db.read(), FUYANG).await.unwrap();
        assert_eq!(found, Some(areas()[2].clone()));
        assert_eq!(area::find_area(db.read(), "1").await, Ok(None));
        let codes = [FUYANG, "1"].map(str::to_owned).into();
        let names = area::area_names(db.read(), &codes).await.unwrap();
        assert_eq!(names, [(FUYANG.to_owned(), areas()[2].name.clone())].into());
        replace(&db, &[]).await;
        assert_eq!(area::find_area(db.read(), FUYANG).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn a_code_stands_once() {
    on_both(async |db| {
        let txn = db.begin_write().await.unwrap();
        let twice = [areas()[0].clone(), areas()[0].clone()];
        assert_eq!(
            area::replace_areas(&txn, &twice).await,
            Err(StoreError::Duplicate { what: "area_code" })
        );
    })
    .await;
}

#[tokio::test]
async fn areas_are_found_by_parent_level_and_former_name() {
    on_both(async |db| {
        replace(&db, &areas()).await;
        let codes = async |filter: AreaFilter| {
            let found = walk(200, async |page| area::list_areas(db.read(), &filter, &page).await).await;
            found.into_iter().map(|area| area.code).collect::<Vec<_>>()
        };
        let search = |term: &str| AreaFilter {
            search: Some(term.into()),
            ..AreaFilter::default()
        };
        let below = AreaFilter {
            parent: Some(FUYANG.into()),
            ..AreaFilter::default()
        };
        assert_eq!(codes(below).await, [FUCHUN, CHANGKOU]);
        let towns = AreaFilter {
            level: Some("town".into()),
            ..search("镇")
        };
        assert_eq!(codes(towns).await, [CHANGKOU]);
        assert_eq!(
            codes(search("富阳市")).await,
            [FUYANG, "330183"],
            "by its former name, and by name"
        );
        assert_eq!(codes(search("0183")).await, ["330183"], "by code");
        assert_eq!(codes(search("%")).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn an_area_holds_itself_and_all_below() {
    on_both(async |db| {
        replace(&db, &areas()).await;
        let within = async |code| area::area_with_descendants(db.read(), code).await.unwrap();
        assert_eq!(within(FUYANG).await, [FUYANG, FUCHUN, CHANGKOU]);
        assert_eq!(within("330100").await, ["330100", FUYANG, FUCHUN, CHANGKOU, "330183"]);
        assert_eq!(within(FUCHUN).await, [FUCHUN]);
        assert_eq!(within("999999").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_circle_of_parents_ends() {
    on_both(async |db| {
        let mut circle = areas()[..2].to_vec();
        circle[0].parent = Some(circle[1].code.clone());
        replace(&db, &circle).await;
        let within = area::area_with_descendants(db.read(), &circle[0].code).await.unwrap();
        assert_eq!(within, ["330000", "330100"]);
    })
    .await;
}
