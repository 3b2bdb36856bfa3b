//! Two towns with two enterprises each, and something of everybody that others must not see.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use ronghe::domain::{
    access::{Role, Scope},
    enterprise::EnterpriseId,
};
use serde_json::{Value, json};
use survey::answer::Answers;
use workbook::prefill::Prefill;

use crate::{
    api::imports::zip,
    app::{Actor, App, worked_examples},
    county,
};

/// A figure that stands nowhere but in the list of a town.
pub(super) const FIGURE: &str = "987654321";

/// Identifiers by the name of the parameter that takes them.
pub(super) type Ids = BTreeMap<&'static str, String>;

/// A mapping that fits the questionnaire: the credit code alone.
pub(super) fn mapping() -> Value {
    json!({ "shape": "rows", "key": "uscc", "key_at": "A", "header_row": 1, "fields": [{ "at": "B", "question": "D08" }] })
}

/// An enterprise, what it handed in, and what its town did.
pub(super) struct Sample {
    pub(super) ids: Ids,
    pub(super) area: String,
    pub(super) workbook: Vec<u8>,
}

impl Sample {
    /// What tells of this enterprise wherever it stands.
    pub(super) fn marks(&self) -> [&str; 3] {
        ["enterprise_id", "return_id", "uscc"].map(|name| self.ids[name].as_str())
    }
}

/// Two towns; the first two enterprises lie in one of them, the others in the other.
pub(super) struct World<'a> {
    pub(super) app: &'a App,
    pub(super) admin: Actor<'a>,
    pub(super) bureau: Actor<'a>,
    pub(super) towns: Vec<Actor<'a>>,
    pub(super) samples: Vec<Sample>,
    pub(super) published: String,
    pub(super) draft: String,
    pub(super) second_round: String,
    pub(super) admin_job: String,
    pub(super) bureau_job: String,
}

impl<'a> World<'a> {
    pub(super) async fn build(app: &'a App) -> Self {
        let (admin, bureau) = (app.admin().await, app.bureau().await);
        let enterprises = register(&admin).await;
        let round = county::open_round(&admin, "2026", json!({})).await;
        let last = &enterprises[3].0["enterprise_id"];
        let population = json!({ "population": { "enterprise_ids": [last] } });
        let second_round = county::open_round(&admin, "2026B", population).await;
        let mut samples = Vec::new();
        for (mut ids, answers, area) in enterprises {
            ids.insert("round_id", round.clone());
            samples.push(hand_in(app, &bureau, ids, &answers, area).await);
        }
        let published = compute(&bureau, &round, "sme-level-2024").await;
        for (actor, step) in [(&bureau, "freeze"), (&admin, "publish")] {
            let path = format!("/api/v1/runs/{published}");
            let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
            let taken = actor.step(&format!("{path}/{step}"), &etag, None).await;
            taken.expect(StatusCode::OK);
        }
        let draft = compute(&bureau, &round, "integration-index-2026").await;
        let mut towns = Vec::new();
        for pair in samples.chunks_mut(2) {
            let town = app.town(&pair[0].area).await;
            let of_town = work_of_town(&town, &round, &pair[0]).await;
            for sample in pair {
                sample.ids.extend(of_town.clone());
            }
            towns.push(town);
        }
        let admin_job = dry_job(&admin).await;
        let bureau_job = dry_job(&bureau).await;
        Self {
            app,
            admin,
            bureau,
            towns,
            samples,
            published,
            draft,
            second_round,
            admin_job,
            bureau_job,
        }
    }

    /// An API key: a header, and its value.
    pub(super) async fn key(&self, name: &str, role: &str, scope: (&str, &str)) -> String {
        let body = json!({ "name": name, "role": role, scope.0: scope.1 });
        let made = self.admin.post("/api/v1/api-keys", body).await;
        made.expect(StatusCode::CREATED).json()["key"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Four of the worked examples, two in each town.
async fn register(admin: &Actor<'_>) -> Vec<(Ids, Answers, String)> {
    let examples = worked_examples()["enterprises"].as_array().unwrap();
    let whole = examples.iter().filter(|example| example["not_applicable"] == json!([]));
    let whole = whole.collect::<Vec<_>>();
    let mut found = Vec::new();
    for (at, example) in whole.iter().enumerate().take(4) {
        let mut written = example["answers"].clone();
        written["A08"] = whole[at / 2 * 2]["answers"]["A08"].clone();
        let body = json!({
            "uscc": written["A02"], "name": written["A01"], "area_code": written["A08"], "industry_code": written["A10"],
        });
        let created = admin
            .post("/api/v1/enterprises", body)
            .await
            .expect(StatusCode::CREATED);
        let ids = Ids::from([
            ("enterprise_id", text(&created.json()["id"])),
            ("uscc", text(&written["A02"])),
            ("area", text(&written["A08"])),
        ]);
        let answers = county::answers(&county::questionnaire(), &written);
        found.push((ids, answers, text(&written["A08"])));
    }
    found
}

/// Uploads, submits and accepts.
async fn hand_in(app: &App, bureau: &Actor<'_>, mut ids: Ids, answers: &Answers, area: String) -> Sample {
    let id = ids["enterprise_id"].clone();
    let scope = Scope::Enterprise(EnterpriseId(id.parse().unwrap()));
    let filler = app.actor(&format!("first-{id}"), Role::Enterprise, scope).await;
    let found = format!("/api/v1/returns?round_id={}", ids["round_id"]);
    let found = filler.get(&found).await.expect(StatusCode::OK).json();
    ids.insert("return_id", text(&found["items"][0]["survey_return"]["id"]));
    let workbook = app.filled(&ids["return_id"], answers, Prefill::new()).await;
    let path = format!("/api/v1/returns/{}", ids["return_id"]);
    let uploaded = filler.upload(&format!("{path}/revisions"), workbook.clone()).await;
    uploaded.expect(StatusCode::CREATED);
    for (actor, step) in [(&filler, "submit"), (bureau, "accept")] {
        let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
        let taken = actor.step(&format!("{path}/{step}"), &etag, None).await;
        taken.expect(StatusCode::OK);
    }
    let revisions = filler
        .get(&format!("{path}/revisions"))
        .await
        .expect(StatusCode::OK)
        .json();
    ids.insert("revision_id", text(&revisions["items"][0]["id"]));
    Sample { ids, area, workbook }
}

async fn compute(bureau: &Actor<'_>, round: &str, methodology: &str) -> String {
    let found = bureau.get("/api/v1/documents?kind=methodology").await;
    let found = found.expect(StatusCode::OK).json();
    let mut items = found["items"].as_array().unwrap().iter();
    let methodology = items.find(|document| document["code"] == methodology).unwrap();
    let body = json!({ "round_id": round, "methodology_id": methodology["id"] });
    let job = bureau.job(bureau.post("/api/v1/runs", body).await).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    text(&job["result"]["run_id"])
}

/// An import with its job, a mapping profile, and a list that was looked at.
async fn work_of_town(town: &Actor<'_>, round: &str, sample: &Sample) -> Ids {
    let import = format!("/api/v1/rounds/{round}/imports?dry_run=true");
    let job = town
        .job(town.upload(&import, zip(&[("a.xlsx", &sample.workbook)])).await)
        .await;
    let profile = json!({ "name": format!("profile of {}", sample.area), "round_id": round, "mapping": mapping() });
    let profile = town.post("/api/v1/mapping-profiles", profile).await;
    let mut list = rust_xlsxwriter::Workbook::new();
    let sheet = list.add_worksheet();
    let question = county::questionnaire();
    let question = question
        .questions
        .iter()
        .find(|question| question.code == "D08")
        .unwrap();
    for (row, cells) in [["信用代码", &*question.label.zh], [&*sample.ids["uscc"], FIGURE]]
        .iter()
        .enumerate()
    {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(u32::try_from(row).unwrap(), column, *cell).unwrap();
        }
    }
    let proposals = format!("/api/v1/rounds/{round}/mapping-proposals");
    let proposal = town.upload(&proposals, list.save_to_buffer().unwrap()).await;
    Ids::from([
        ("import_id", text(&job["result"]["import_id"])),
        ("job_id", text(&job["id"])),
        ("profile_id", text(&profile.expect(StatusCode::CREATED).json()["id"])),
        (
            "file_sha256",
            text(&proposal.expect(StatusCode::OK).json()["file_sha256"]),
        ),
    ])
}

/// A job that changes nothing.
async fn dry_job(actor: &Actor<'_>) -> String {
    let job = actor
        .upload("/api/v1/enterprises/imports?dry_run=true", "x".into())
        .await;
    text(&actor.job(job).await["id"])
}
