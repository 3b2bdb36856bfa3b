//! Documents and their names.

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    api::runs::composite::composite,
    app::App,
    county::{self},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_document_is_one_that_can_stay() {
    let app = App::new().await;
    let admin = app.admin().await;
    county::build(&admin).await;
    let publish = async |document: &Value| {
        let path = "/api/v1/documents?kind=methodology";
        admin.upload(path, document.to_string().into()).await
    };
    let long = "x".repeat(65);
    for (field, value, code) in [
        ("code", json!(""), "document.bad_code"),
        ("code", json!("../../x"), "document.bad_code"),
        ("code", json!("x\u{0}y"), "document.bad_code"),
        ("code", json!(long), "document.bad_code"),
        ("version", json!("1.0.0 "), "document.bad_version"),
        ("version", json!(""), "document.bad_version"),
        (
            "title",
            json!({ "zh": "指\u{0}数", "en": "Index" }),
            "document.bad_title",
        ),
        ("title", json!({ "zh": "指数" }), "document.head"),
    ] {
        let mut document = composite();
        document[field] = value.clone();
        let problem = publish(&document).await;
        let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{field} {value}");
    }
    // The same document handed in twice at once is published once.
    let document = composite();
    let (one, other) = tokio::join!(publish(&document), publish(&document));
    assert!(one.status.is_success() && other.status.is_success());
    assert_eq!(one.json()["id"], other.json()["id"]);
    app.end().await;
}
