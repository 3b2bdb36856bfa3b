//! Clusters, key enterprises and parks: groups of the registry, a population of a round, a table of a run.

use chrono::Duration;
use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::runs::{Round, at};
use crate::app::{Actor, App};

async fn group(bureau: &Actor<'_>, kind: &str, name: &str) -> String {
    let new = json!({ "kind": kind, "name": name, "starts_on": "2026-01-01" });
    let made = bureau.post("/api/v1/enterprise-groups", new).await;
    made.expect(StatusCode::CREATED).json()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn ids(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_filled_by_a_list_filtered_by_and_asked_in_a_round() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let (bureau, samples) = (&round.bureau, &round.county.samples);
    for wrong in [
        json!({ "kind": " ", "name": "造纸", "starts_on": "2026-01-01" }),
        json!({ "kind": "块状经济", "name": "造纸", "starts_on": "2026-01-01", "ends_on": "2025-12-31" }),
    ] {
        bureau
            .post("/api/v1/enterprise-groups", wrong)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "group.invalid");
    }
    let cluster = group(bureau, "块状经济", "光通信").await;
    let again = json!({ "kind": "块状经济", "name": "光通信", "starts_on": "2026-01-01" });
    bureau
        .post("/api/v1/enterprise-groups", again)
        .await
        .refused(StatusCode::CONFLICT, "group.duplicate");

    let list = format!(
        "光通信块状经济企业名单\n企业名称,统一社会信用代码\n,{}\n,{}\n不存在的企业,\n",
        samples[0].uscc, samples[1].uscc
    );
    let path = format!("/api/v1/enterprise-groups/{cluster}/members/imports?change=add&on=2026-01-01");
    let report = bureau
        .upload(&path, list.into_bytes())
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        (&report["added"], &report["refused"], &report["items"][2]["code"]),
        (&json!(2), &json!(1), &json!("enterprise.not_registered")),
        "{report}"
    );
    let shown = bureau.get(&format!("/api/v1/enterprise-groups/{cluster}")).await;
    let etag = shown.header("etag");
    assert_eq!(shown.json()["members"], 2);
    let found = bureau
        .get(&format!("/api/v1/enterprises?group_id={cluster}"))
        .await
        .expect(StatusCode::OK)
        .json();
    let mut expected = [samples[0].id.as_str(), &samples[1].id];
    expected.sort_unstable();
    let mut got = ids(&found);
    got.sort_unstable();
    assert_eq!(got, expected);
    let before = bureau
        .get(&format!("/api/v1/enterprises?group_id={cluster}&group_on=2025-12-31"))
        .await;
    assert!(ids(&before.json()).is_empty());

    // A town sees its own members alone; an enterprise may not change a group.
    let town = app.town(&samples[0].area).await;
    let seen = town
        .get(&format!("/api/v1/enterprises?group_id={cluster}"))
        .await
        .expect(StatusCode::OK)
        .json();
    let own = samples[..2]
        .iter()
        .filter(|sample| sample.area == samples[0].area)
        .count();
    assert_eq!(ids(&seen).len(), own);
    let counted = town
        .get(&format!("/api/v1/enterprise-groups/{cluster}"))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(counted["members"], own);
    let change = json!({ "change": "remove", "population": { "enterprise_ids": [samples[1].id] } });
    let members = format!("/api/v1/enterprise-groups/{cluster}/members");
    town.post(&members, change.clone())
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");

    // It is the population of a round, as it stands on that day.
    let admin = &round.admin;
    let questionnaires = admin
        .get("/api/v1/documents?kind=questionnaire")
        .await
        .expect(StatusCode::OK)
        .json();
    let asked = json!({
        "code": "2026-cluster", "title": "光通信专项", "year": 2026, "questionnaire_id": questionnaires["items"][0]["id"],
        "opens_on": "2026-03-01", "closes_on": "2026-05-31", "population": { "query": { "group_id": cluster } },
    });
    let made = admin
        .post("/api/v1/rounds", asked)
        .await
        .expect(StatusCode::CREATED)
        .json();
    assert_eq!(made["population"]["query"]["group_on"], "2026-04-01", "the day is kept");
    let progress = format!("/api/v1/rounds/{}/progress", made["id"].as_str().unwrap());
    let progress = admin.get(&progress).await.expect(StatusCode::OK).json();
    assert_eq!(progress["population"], 2);

    let report = bureau.post(&members, change).await.expect(StatusCode::OK).json();
    assert_eq!(report["removed"], 1);
    let left = bureau
        .get(&format!("/api/v1/enterprises?group_id={cluster}"))
        .await
        .json();
    assert_eq!(ids(&left), [samples[0].id.as_str()]);
    let then = bureau
        .get(&format!("/api/v1/enterprises?group_id={cluster}&group_on=2026-03-31"))
        .await
        .json();
    assert_eq!(ids(&then).len(), 2, "who belonged to it stays on record");
    let path = format!("/api/v1/enterprise-groups/{cluster}");
    let ended = bureau
        .change(Method::PATCH, &path, Some(&etag), json!({ "ends_on": "2026-04-30" }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(ended.json()["ends_on"], "2026-04-30");
    app.clock.advance(Duration::days(31));
    let bureau = app.log_in("bureau").await;
    let over = bureau
        .get(&format!("/api/v1/enterprises?group_id={cluster}"))
        .await
        .json();
    assert!(ids(&over).is_empty(), "the group has ended");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_told_by_group_and_nobody_follows_from_it() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute("integration-index-2026").await;
    let samples = &round.county.samples;
    let table = async |kind: &str| {
        let path = format!("{}/groups?by=group&group_kind={kind}", at(&run));
        round.bureau.get(&path).await
    };
    table("park").await.refused(StatusCode::NOT_FOUND, "run.no_groups");
    let path = format!("{}/groups?by=group", at(&run));
    round
        .bureau
        .get(&path)
        .await
        .refused(StatusCode::BAD_REQUEST, "run.group_kind_missing");
    let add = async |name: &str, members: &[usize]| {
        let id = group(&round.bureau, "park", name).await;
        let members: Vec<&str> = members.iter().map(|at| samples[*at].id.as_str()).collect();
        let body = json!({ "change": "add", "population": { "enterprise_ids": members } });
        let path = format!("/api/v1/enterprise-groups/{id}/members");
        round.bureau.post(&path, body).await.expect(StatusCode::OK);
    };
    // Four enterprises: three in the park leave one outside, who would follow from the total.
    add("甲园区", &[0, 1, 2]).await;
    let told = table("park").await.expect(StatusCode::OK).json();
    assert_eq!(told["all"]["enterprises"], 4, "{told}");
    assert_eq!(told["items"][0], json!({ "key": "甲园区" }), "{told}");
    add("乙园区", &[0, 1, 2, 3]).await;
    let told = table("park").await.expect(StatusCode::OK).json();
    let all = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["key"] == "乙园区")
        .unwrap();
    assert_eq!(
        (&all["enterprises"], &all["mean"]),
        (&json!(4), &told["all"]["mean"]),
        "{told}"
    );
    app.end().await;
}
