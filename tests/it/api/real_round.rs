//! 一个真实调查期：名单导入、下发、企业自填、邮件代交、登记提交、退回、更正、审核、测算、取结果。
//!
//! The round of a real bureau from its list to its results, as the people of a county would run it.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::{
    answer::{Answer, Answers},
    cell::RawValue,
};
use workbook::{
    extract::{Limits, extract},
    prefill::Prefill,
};

use super::{
    imports::{outcome, zip},
    returns::{
        justifications::answered,
        submissions::{SCAN, open_warnings},
    },
};
use crate::{
    app::{Actor, App, worked_examples},
    county,
};

/// One enterprise of the round.
struct Enterprise {
    id: String,
    return_id: String,
    area: String,
    name: String,
    answers: Answers,
    claims: survey::answer::Claims,
}

impl Enterprise {
    fn path(&self) -> String {
        format!("/api/v1/returns/{}", self.return_id)
    }

    async fn workbook(&self, app: &App, answers: &Answers) -> Vec<u8> {
        app.filled_with_claims(&self.return_id, answers, Prefill::new(), self.claims.clone())
            .await
    }
}

/// 名单：两行标题之下的表头，五家企业。
fn list() -> Vec<u8> {
    let mut text = "富阳区2027年度两化融合调查企业名单\n统一社会信用代码,企业名称,镇街代码,行业代码\n".to_owned();
    for example in worked_examples()["enterprises"].as_array().unwrap() {
        let fact = |code: &str| example["answers"][code].as_str().unwrap().to_owned();
        text.push_str(&[fact("A02"), fact("A01"), fact("A08"), fact("A10")].join(","));
        text.push('\n');
    }
    text.into_bytes()
}

async fn register(admin: &Actor<'_>) {
    let job = admin.upload("/api/v1/enterprises/imports", list()).await;
    let job = admin.job(job).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(job["result"]["created"], 5, "{job}");
}

async fn enterprises(admin: &Actor<'_>, round: &str) -> Vec<Enterprise> {
    let found = admin.get(&format!("/api/v1/returns?round_id={round}")).await;
    let found = found.expect(StatusCode::OK).json();
    let questionnaire = county::questionnaire();
    let rows = found["items"].as_array().unwrap().clone();
    let mut enterprises = Vec::new();
    for example in worked_examples()["enterprises"].as_array().unwrap() {
        let row = rows
            .iter()
            .find(|row| row["uscc"] == example["answers"]["A02"])
            .unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        enterprises.push(Enterprise {
            id: text(&row["survey_return"]["enterprise_id"]),
            return_id: text(&row["survey_return"]["id"]),
            area: text(&row["area_code"]),
            name: text(&row["enterprise_name"]),
            answers: county::answers(&questionnaire, &example["answers"]),
            claims: county::claims(&example["not_applicable"]),
        });
    }
    enterprises
}

/// 会计的一条路：登录、找到本企业的表、下载、上传、提交，不超过五次调用。
async fn an_accountant_fills_in(app: &App, enterprise: &Enterprise) {
    app.filler(&enterprise.id).await;
    let accountant = app.log_in(&format!("filler-{}", enterprise.id)).await;
    let found = accountant.get("/api/v1/returns").await.expect(StatusCode::OK).json();
    let id = found["items"][0]["survey_return"]["id"].as_str().unwrap();
    let path = format!("/api/v1/returns/{id}");
    let template = accountant.get(&format!("{path}/template.xlsx")).await;
    assert!(template.expect(StatusCode::OK).body.starts_with(b"PK"));
    let bytes = enterprise.workbook(app, &enterprise.answers).await;
    let uploaded = accountant
        .upload(&format!("{path}/revisions?filename=调查表.xlsx"), bytes)
        .await;
    let uploaded = uploaded.expect(StatusCode::CREATED).json();
    assert_eq!(uploaded["findings"]["submittable"], true);
    let submitted = accountant
        .step(&format!("{path}/submit"), &etag(&uploaded["survey_return"]), None)
        .await;
    assert_eq!(submitted.expect(StatusCode::OK).json()["state"], "submitted");
    assert!(accountant.calls() <= 5, "{} calls", accountant.calls());
}

/// The ETag of a return as it stands in a list or an answer.
fn etag(survey_return: &Value) -> String {
    format!("\"{}\"", survey_return["version"])
}

async fn listed(actor: &Actor<'_>, enterprise: &Enterprise) -> Value {
    let found = actor.get("/api/v1/returns").await.expect(StatusCode::OK).json();
    let mut rows = found["items"].as_array().unwrap().iter();
    let row = rows.find(|row| row["survey_return"]["id"] == *enterprise.return_id);
    row.unwrap()["survey_return"].clone()
}

async fn step(actor: &Actor<'_>, enterprise: &Enterprise, step: &str, body: Option<Value>) -> Value {
    let found = actor.get(&enterprise.path()).await.expect(StatusCode::OK);
    let taken = actor
        .step(&format!("{}/{step}", enterprise.path()), &found.header("etag"), body)
        .await;
    taken.expect(StatusCode::OK).json()
}

/// 邮件收到的三份工作簿和扫描件压成一个包：两份当场登记提交，一份有未说明的核实性问题。
async fn mail_comes_in(app: &App, bureau: &Actor<'_>, round: &str, mailed: &[Enterprise]) {
    let [doubtful, second, third] = mailed else {
        panic!("three of them")
    };
    let mut parts = Vec::new();
    for enterprise in mailed {
        let bytes = enterprise.workbook(app, &enterprise.answers).await;
        parts.push((format!("邮件/{}.xlsx", enterprise.name), bytes));
        parts.push((format!("扫描/{}_盖章页.pdf", enterprise.name), SCAN.to_vec()));
    }
    let parts = parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect::<Vec<_>>();
    let query = "filename=七月邮件.zip&signed_by=企业负责人&signed_on=2027-03-20";
    let path = format!("/api/v1/rounds/{round}/imports?{query}");
    let (_, items) = outcome(bureau, bureau.upload(&path, zip(&parts)).await).await;
    let told = items
        .iter()
        .map(|item| (item["submitted"].as_bool().unwrap(), item["code"].as_str()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(false, Some("return.unjustified")), (true, None), (true, None)],
        "{items:#?}"
    );
    for enterprise in [second, third] {
        assert_eq!(
            listed(bureau, enterprise).await["submissions"][0]["signed_by"],
            "企业负责人"
        );
    }

    // 审核件发还企业，企业在表中写明情况后连同签字封面再次寄来，由局登记提交。
    let annotated = bureau.get(&format!("{}/annotated.xlsx", doubtful.path())).await;
    let mut bytes = annotated.expect(StatusCode::OK).body;
    for key in open_warnings(bureau, &doubtful.path()).await {
        bytes = answered(&bytes, &key, "J99 其他", "锅炉改造期间停用，按实填报");
    }
    let path = format!("/api/v1/rounds/{round}/imports");
    let (_, items) = outcome(bureau, bureau.upload(&path, zip(&[("补报.xlsx", &bytes)])).await).await;
    assert_eq!(items[0]["state"], "taken");
    let draft = listed(bureau, doubtful).await;
    let record = format!(
        "{}/record-submission?signed_by=陈敏&signed_on=2027-03-28&filename=签字封面.pdf",
        doubtful.path()
    );
    let recorded = bureau.step_with_file(&record, &etag(&draft), SCAN.to_vec()).await;
    assert_eq!(recorded.expect(StatusCode::OK).json()["state"], "submitted");
}

/// 镇街退回一家：一次调用。企业在审核件最上面看到原因；原样重报，审核人看得到；再次退回后更正。
async fn a_town_sends_back(app: &App, enterprise: &Enterprise) {
    const REASON: &str = "从业人员人数与社保参保人数相差较大，请核对后重报";
    let town = app.town(&enterprise.area).await;
    let accountant = app.log_in(&format!("filler-{}", enterprise.id)).await;
    let waiting = listed(&town, enterprise).await;
    let before = town.calls();
    let sent = town
        .step(
            &format!("{}/send-back", enterprise.path()),
            &etag(&waiting),
            Some(json!({ "reason": REASON })),
        )
        .await;
    assert_eq!(sent.expect(StatusCode::OK).json()["state"], "returned");
    assert_eq!(town.calls() - before, 1, "a send-back is one call");

    let annotated = accountant.get(&format!("{}/annotated.xlsx", enterprise.path())).await;
    let annotated = extract(&annotated.expect(StatusCode::OK).body, &Limits::default()).unwrap();
    let sheet = annotated.sheets[0].cells.iter();
    let texts = sheet.filter_map(|cell| match &cell.value {
        RawValue::Text(text) if cell.row > 0 => Some(text.as_str()),
        _ => None,
    });
    let top = texts.take(2).collect::<Vec<_>>().join(" ");
    assert!(top.contains("退回原因") && top.contains(REASON), "{top}");
    let again = step(&accountant, enterprise, "submit", None).await;
    assert_eq!(
        again["sent_back"]["note"]["zh"],
        "本次提交的内容与被退回的版次完全相同，没有任何更正或说明。"
    );
    assert_eq!(listed(&town, enterprise).await["sent_back"]["unchanged"], true);
    step(&town, enterprise, "send-back", Some(json!({ "reason": REASON }))).await;
    let mut corrected = enterprise.answers.clone();
    corrected.insert("A09".to_owned(), Answer::Text("富春街道文教路9号".to_owned()));
    let bytes = enterprise.workbook(app, &corrected).await;
    let uploaded = accountant
        .upload(&format!("{}/revisions", enterprise.path()), bytes)
        .await;
    uploaded.expect(StatusCode::CREATED);
    let submitted = step(&accountant, enterprise, "submit", None).await;
    assert_eq!(submitted["sent_back"]["unchanged"], false);
}

async fn run(bureau: &Actor<'_>, round: &str) -> String {
    let found = bureau
        .get("/api/v1/documents?kind=methodology")
        .await
        .expect(StatusCode::OK)
        .json();
    let mut documents = found["items"].as_array().unwrap().iter();
    let methodology = documents
        .find(|document| document["code"] == "integration-index-2026")
        .unwrap();
    let body = json!({ "round_id": round, "methodology_id": methodology["id"] });
    let job = bureau.job(bureau.post("/api/v1/runs", body).await).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    job["result"]["run_id"].as_str().unwrap().to_owned()
}

/// What a result came from.
async fn explained(bureau: &Actor<'_>, run: &str, enterprise: &Enterprise) -> Value {
    let path = format!("/api/v1/runs/{run}/results/{}", enterprise.id);
    bureau.get(&path).await.expect(StatusCode::OK).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_round_of_a_real_bureau() {
    let app = App::new().await;
    // 2027 年 4 月 1 日，填报期内；调查表是 2026 年发布的。
    app.clock.advance(chrono::Duration::days(365));
    let (admin, bureau) = (app.admin().await, app.bureau().await);
    register(&admin).await;
    let asked = json!({
        "title": "富阳区2027年度企业两化融合调查", "year": 2027, "opens_on": "2027-03-01", "closes_on": "2027-05-31",
        "warnings_must_be_justified": true,
    });
    let round = county::open_round(&admin, "2027", asked).await;
    let enterprises = enterprises(&admin, &round).await;
    let [first, doubtful, others @ ..] = enterprises.as_slice() else {
        panic!("five of them")
    };
    assert!(doubtful.claims.len() == 1 && others.len() == 3);

    an_accountant_fills_in(&app, first).await;
    an_accountant_fills_in(&app, &others[2]).await;
    mail_comes_in(&app, &bureau, &round, &enterprises[1..4]).await;
    a_town_sends_back(&app, first).await;
    for enterprise in &enterprises {
        let accepted = step(&bureau, enterprise, "accept", None).await;
        assert_eq!(accepted["state"], "accepted");
    }

    // 审核通过后局要求一家更正；更正通过以前，测算仍用原已通过的版次。
    let corrected = &others[0];
    let asked = json!({ "reason": "用电量与供电公司数据不符", "due_on": "2027-04-20" });
    let asked = step(&bureau, corrected, "request-correction", Some(asked)).await;
    assert_eq!(
        (&asked["state"], &asked["correction"]["state"]),
        (&json!("accepted"), &json!("open"))
    );
    let filler = app.filler(&corrected.id).await;
    let mut answers = corrected.answers.clone();
    answers.insert("A09".to_owned(), Answer::Text("新登镇新址路3号".to_owned()));
    let bytes = corrected.workbook(&app, &answers).await;
    let uploaded = filler.upload(&format!("{}/revisions", corrected.path()), bytes).await;
    uploaded.expect(StatusCode::CREATED);
    step(&filler, corrected, "submit", None).await;
    let waiting = bureau
        .get("/api/v1/returns?correction=submitted")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    let early = run(&bureau, &round).await;
    assert_eq!(explained(&bureau, &early, corrected).await["revision_number"], 1);
    step(&bureau, corrected, "accept", None).await;

    let last = run(&bureau, &round).await;
    assert_eq!(explained(&bureau, &last, corrected).await["revision_number"], 2);
    let provenance = explained(&bureau, &last, doubtful).await;
    assert_eq!(
        provenance["submission"]["signed_by"], "陈敏",
        "who signed can be traced from a result"
    );
    let ranking = bureau
        .get(&format!("/api/v1/runs/{last}/results"))
        .await
        .expect(StatusCode::OK)
        .json();
    let ranked = ranking["items"].as_array().unwrap();
    assert_eq!(ranked.len(), 5);
    assert_eq!(ranked[0]["rank"], 1);
    let exported = bureau
        .get(&format!("/api/v1/runs/{last}/export?format=xlsx"))
        .await
        .expect(StatusCode::OK);
    assert!(exported.body.starts_with(b"PK"), "the results are a workbook");
    app.end().await;
}
