//! The server keeps to what the document says: nulls, unknown parameters, lengths and widths.

use poem::http::{Method, StatusCode};
use ronghe::api::http::spec;
use serde_json::json;

use crate::{app::App, county};

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_a_parameter_that_it_does_not_know() {
    let app = App::new().await;
    let document = spec::document();
    let mut asked = 0;
    for (template, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = template
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        "00000000-0000-0000-0000-000000000001"
                    } else {
                        part
                    }
                })
                .collect::<Vec<_>>()
                .join("/");
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let problem = app
                .anonymous(method, &format!("{path}?no_such_parameter=1"))
                .await
                .refused(StatusCode::BAD_REQUEST, "invalid_parameter");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.starts_with("no_such_parameter: "), "{path}: {detail}");
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked} operations");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_is_unknown_is_told_beside_those_that_are_known() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let problem = bureau
        .get("/api/v1/enterprises?serach=x")
        .await
        .refused(StatusCode::BAD_REQUEST, "invalid_parameter");
    assert_eq!(
        problem["detail"],
        "serach: no such parameter; known here: search, area, industry, size_class, active, group_id, group_on, limit, cursor"
    );
    bureau
        .get("/api/v1/enterprises?search=x&limit=5")
        .await
        .expect(StatusCode::OK);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nulls_long_texts_and_wide_integers_are_refused() {
    let app = App::new().await;
    let admin = app.admin().await;
    county::build(&admin).await;
    let bureau = app.bureau().await;
    let good = json!({
        "uscc": "91330183MA2B0C0X1K", "name": "x", "area_code": "330183001", "industry_code": "C3831",
    });
    for (member, value, pointer, code, zh) in [
        (
            "employees",
            json!(null),
            "/employees",
            "body.member_null",
            "这里不能写 null；没有值的项请整项删去。",
        ),
        (
            "former_names",
            json!(["a", null]),
            "/former_names/1",
            "body.member_null",
            "这里不能写 null；没有值的项请整项删去。",
        ),
        (
            "employees",
            json!(4_294_967_296_u64),
            "/employees",
            "body.member_out_of_bounds",
            "应在 0 至 4294967295 之间，现为 4294967296。",
        ),
        (
            "employees",
            json!(-1),
            "/employees",
            "body.member_out_of_bounds",
            "应在 0 至 4294967295 之间，现为 -1。",
        ),
        (
            "employees",
            json!("三百"),
            "/employees",
            "body.member_kind",
            "应为整数，现为文字“三百”。",
        ),
        (
            "name",
            json!("长".repeat(301)),
            "/name",
            "body.member_out_of_bounds",
            "字数应为至多 300，现有 301 个。",
        ),
        (
            "uscc",
            json!("9".repeat(101)),
            "/uscc",
            "body.member_out_of_bounds",
            "字数应为至多 100，现有 101 个。",
        ),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let problem = bureau
            .post("/api/v1/enterprises", body)
            .await
            .refused(StatusCode::BAD_REQUEST, "invalid_json");
        let found = &problem["errors"][0];
        assert_eq!(
            (&found["pointer"], &found["code"], &found["message"]["zh"]),
            (&json!(pointer), &json!(code), &json!(zh)),
            "{problem}"
        );
    }
    for query in [
        format!("search={}", "a".repeat(201)),
        format!("cursor={}", "a".repeat(2001)),
        "limit=201".to_owned(),
        "limit=4294967296".to_owned(),
        "size_class=huge".to_owned(),
    ] {
        bureau
            .get(&format!("/api/v1/enterprises?{query}"))
            .await
            .refused(StatusCode::BAD_REQUEST, "invalid_parameter");
    }
    app.end().await;
}
