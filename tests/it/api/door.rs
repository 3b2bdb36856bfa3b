//! The start page and the documentation, in Chinese and English.

use poem::http::StatusCode;

use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_to_the_door_is_told_what_this_is() {
    let app = App::new().await;
    let get = async |path: &str| {
        let answer = app
            .anonymous(poem::http::Method::GET, path)
            .await
            .expect(StatusCode::OK);
        String::from_utf8(answer.body).unwrap()
    };
    let home = get("/").await;
    for text in [
        "融合",
        "服务正常",
        "The service is ready",
        "/docs?language=zh",
        "/openapi.json",
    ] {
        assert!(home.contains(text), "{text}: {home}");
    }
    assert!(get("/docs?language=zh").await.contains("融合 Ronghe 接口文档"));
    assert!(get("/docs").await.contains("Ronghe API documentation"));
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap();
    assert_eq!(get("/openapi.json").await, committed);
    let chinese: serde_json::Value = serde_json::from_str(&get("/openapi.json?language=zh").await).unwrap();
    assert_eq!(chinese["paths"]["/readyz"]["get"]["summary"], "就绪检查");
    app.end().await;
}
