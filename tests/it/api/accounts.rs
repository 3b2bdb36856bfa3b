//! Accounts of many enterprises: one-time codes out, the first login sets the password.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
    time::Instant,
};

use calamine::{Data, Reader as _, Xlsx};
use chrono::Duration;
use poem::http::{Method, StatusCode};
use serde_json::json;

use crate::{
    app::{Answer, App, PASSWORD},
    county,
};

/// The rows of the workbook by credit code, and the page with the letters.
fn opened(answer: Answer) -> (BTreeMap<String, Vec<String>>, String) {
    let answer = answer.expect(StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/zip");
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.body)).unwrap();
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let mut workbook = Xlsx::new(Cursor::new(read("账号.xlsx"))).unwrap();
    let range = workbook.worksheet_range("账号").unwrap();
    let text = |cell: &Data| cell.to_string();
    let rows = range.rows().skip(1).map(|row| row.iter().map(text).collect::<Vec<_>>());
    let rows = rows.map(|row| (row[1].clone(), row)).collect();
    (rows, String::from_utf8(read("通知书.html")).unwrap())
}

async fn first(app: &App, login: &str, code: &str, password: &str) -> Answer {
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri("/api/v1/sessions/first".parse().unwrap())
        .content_type("application/json")
        .body(json!({ "login": login, "code": code, "password": password }).to_string());
    app.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_enterprises_of_a_round_get_codes_and_the_first_login_sets_the_password() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let bureau = app.bureau().await;
    let path = "/api/v1/login-codes";
    let round = json!({ "round_id": county.round_id });
    bureau
        .post(path, round.clone())
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    for wrong in [json!({}), json!({ "round_id": county.round_id, "population": {} })] {
        let problem = admin
            .post(path, wrong)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "user.invalid");
        assert_eq!(problem["errors"][0]["code"], "login_code.for_whom");
    }
    let (rows, letters) = opened(admin.post(path, round.clone()).await);
    assert_eq!(rows.len(), county.samples.len());
    assert_eq!(letters.matches("<section>").count(), rows.len(), "a page for each");
    let (one, other) = (&county.samples[0], &county.samples[1]);
    let (login, code) = (rows[&one.uscc][4].clone(), rows[&one.uscc][5].clone());
    assert_eq!(login, one.uscc.to_lowercase());
    assert_eq!((code.len(), &rows[&one.uscc][7][..]), (19, "已建账号，已发登录码"));
    assert!(
        letters.contains(&code) && letters.contains("One-time code"),
        "the letter gives the code"
    );

    // Nobody logs in without a password, and the code of one account opens no other.
    let attempt = async |login: &str, password: &str| {
        let request = poem::Request::builder()
            .method(Method::POST)
            .uri("/api/v1/sessions".parse().unwrap())
            .content_type("application/json")
            .body(json!({ "login": login, "password": password }).to_string());
        app.send(request).await
    };
    for password in ["", &code] {
        attempt(&login, password)
            .await
            .refused(StatusCode::UNAUTHORIZED, "bad_credentials");
    }
    first(&app, &rows[&other.uscc][4], &code, PASSWORD)
        .await
        .refused(StatusCode::UNAUTHORIZED, "login_code.wrong");
    first(&app, "nobody", &code, PASSWORD)
        .await
        .refused(StatusCode::UNAUTHORIZED, "login_code.wrong");
    let problem = first(&app, &login, &code, "short")
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "user.invalid");
    assert_eq!(
        problem["errors"][0]["pointer"], "/password",
        "the code is not used up by it"
    );

    let typed = code.to_lowercase().replace('-', " ");
    let session = first(&app, &login, &typed, PASSWORD)
        .await
        .expect(StatusCode::CREATED)
        .json();
    assert_eq!(session["user"]["enterprise_id"], json!(one.id));
    first(&app, &login, &code, "another long password")
        .await
        .refused(StatusCode::UNAUTHORIZED, "login_code.used");
    let filler = app.log_in(&login).await;
    filler
        .get(&format!("/api/v1/returns/{}/template.xlsx", one.return_id))
        .await
        .expect(StatusCode::OK);
    filler
        .get(&format!("/api/v1/returns/{}", other.return_id))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");

    // Again: who has a password is left alone, open codes stay, until they are made anew.
    let (again, letters) = opened(admin.post(path, round.clone()).await);
    assert_eq!(&again[&one.uscc][7], "已设置密码，无需登录码");
    assert_eq!(&again[&other.uscc][7], "登录码仍有效，未重新发放");
    assert_eq!(letters.matches("<section>").count(), 0);
    let mut anew = round;
    anew["reissue"] = json!(true);
    let (anew, _) = opened(admin.post(path, anew).await);
    first(&app, &rows[&other.uscc][4], &rows[&other.uscc][5], PASSWORD)
        .await
        .refused(StatusCode::UNAUTHORIZED, "login_code.replaced");
    app.clock.advance(Duration::days(31));
    first(&app, &anew[&other.uscc][4], &anew[&other.uscc][5], PASSWORD)
        .await
        .refused(StatusCode::UNAUTHORIZED, "login_code.expired");

    // What was done stands in the list, without the codes.
    let admin = app.log_in("admin").await;
    let list = admin.get(&format!("{path}?limit=200")).await.expect(StatusCode::OK);
    assert!(!String::from_utf8_lossy(&list.body).contains(&code));
    let list = list.json();
    let of = |login: &str| -> Vec<(&str, &str)> {
        let items = list["items"].as_array().unwrap().iter();
        let own = items.filter(|item| item["login"] == login);
        own.map(|item| (item["state"].as_str().unwrap(), item["created_by"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(of(&login), [("used", "admin")]);
    assert_eq!(
        of(&other.uscc.to_lowercase()),
        [("expired", "admin"), ("replaced", "admin")]
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_has_to_wait() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let body = json!({ "population": { "enterprise_ids": [county.samples[0].id] }, "valid_days": 7 });
    let (rows, _) = opened(admin.post("/api/v1/login-codes", body).await);
    let row = &rows[&county.samples[0].uscc];
    for _ in 0..10 {
        first(&app, &row[4], "0000-0000-0000-0000", PASSWORD)
            .await
            .refused(StatusCode::UNAUTHORIZED, "login_code.wrong");
    }
    first(&app, &row[4], &row[5], PASSWORD)
        .await
        .refused(StatusCode::TOO_MANY_REQUESTS, "too_many_logins");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_states_the_logins() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let [one, two, three] = [0, 1, 2].map(|at| &county.samples[at].uscc);
    let list = format!(
        "统一社会信用代码,登录名\n{one},Factory.One\n{two},admin\n{three},factory.one\n91330111XY0007775F,x1\n{one},y1\n"
    );
    let (rows, letters) = opened(admin.upload("/api/v1/login-codes/imports", list.into_bytes()).await);
    assert_eq!(
        (&rows[two][7][..], &rows[two][8][..]),
        ("未办理", "登录名“admin”已有其他用户使用，请换一个。")
    );
    assert_eq!(&rows[three][8], "登录名“factory.one”已有其他用户使用，请换一个。");
    assert!(rows["91330111XY0007775F"][8].contains("企业名录中没有"), "{rows:?}");
    assert_eq!(letters.matches("<section>").count(), 1);
    app.end().await;
}

/// Argon2 would take a minute for them with the memory of real service; codes need none.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_accounts_take_seconds() {
    let app = App::new().await;
    let admin = app.admin().await;
    let rows: Vec<String> = (0..1000)
        .map(|at| format!("91330111MA{at:08},第{at}企业,330111117,C3831,测试\n"))
        .collect();
    let list = format!(
        "统一社会信用代码,企业名称,镇街代码,行业代码,代码说明\n{}",
        rows.concat()
    );
    let job = admin
        .job(admin.upload("/api/v1/enterprises/imports", list.into()).await)
        .await;
    let many = job["result"]["created"].as_u64().unwrap();
    assert!(many > 900, "{}", job["result"]["refused"]);
    let begun = Instant::now();
    let answer = admin.post("/api/v1/login-codes", json!({ "population": {} })).await;
    let took = begun.elapsed();
    let (rows, letters) = opened(answer);
    assert_eq!(rows.len() as u64, many);
    assert_eq!(letters.matches("<section>").count() as u64, many);
    let codes: std::collections::BTreeSet<&str> = rows.values().map(|row| row[5].as_str()).collect();
    assert_eq!(codes.len() as u64, many, "no two codes are alike");
    assert!(took.as_secs() < 20, "{took:?}");
    app.end().await;
}
