//! Logging in, tokens, keys, users.

use chrono::Duration;
use poem::http::{Method, StatusCode};
use ronghe::domain::access::{Role, Scope};
use serde_json::json;

use crate::app::{App, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn a_login_gives_a_token_that_ends() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let me = bureau.get("/api/v1/users/current").await.expect(StatusCode::OK).json();
    assert_eq!((&me["login"], &me["role"]), (&json!("bureau"), &json!("bureau")));
    assert!(me.get("area_code").is_none(), "what is not there is absent, never null");

    app.clock.advance(Duration::hours(13));
    bureau
        .get("/api/v1/users/current")
        .await
        .refused(StatusCode::UNAUTHORIZED, "token_expired");

    let again = app.log_in("bureau").await;
    again
        .delete("/api/v1/sessions/current")
        .await
        .expect(StatusCode::NO_CONTENT);
    let refused = again.get("/api/v1/users/current").await;
    assert!(refused.headers.contains_key("www-authenticate"));
    refused.refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_refused_and_then_have_to_wait() {
    let app = App::new().await;
    app.bureau().await;
    let attempt = async |login: &str, password: &str| {
        let request = poem::Request::builder()
            .method(Method::POST)
            .uri("/api/v1/sessions".parse().unwrap())
            .content_type("application/json")
            .body(json!({ "login": login, "password": password }).to_string());
        app.send(request).await
    };
    attempt("nobody", PASSWORD)
        .await
        .refused(StatusCode::UNAUTHORIZED, "bad_credentials");
    for _ in 0..10 {
        attempt("Bureau", "not the password")
            .await
            .refused(StatusCode::UNAUTHORIZED, "bad_credentials");
    }
    attempt("bureau", PASSWORD)
        .await
        .refused(StatusCode::TOO_MANY_REQUESTS, "too_many_logins");
    app.clock.advance(Duration::minutes(16));
    attempt("bureau", PASSWORD).await.expect(StatusCode::CREATED);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_stored_as_argon2id_and_nothing_shows_them() {
    let app = App::new().await;
    let admin = app.admin().await;
    let (_, hash) = ronghe::store::access::find_login(app.service.db.read(), "admin")
        .await
        .unwrap()
        .unwrap();
    assert!(hash.0.starts_with("$argon2id$v=19$"), "{}", hash.0);
    let users = admin.get("/api/v1/users").await.expect(StatusCode::OK);
    let shown = String::from_utf8(users.body).unwrap();
    assert!(!shown.contains("argon2") && !shown.contains("password"), "{shown}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_acts_in_its_role_until_it_is_revoked() {
    let app = App::new().await;
    let admin = app.admin().await;
    let created = admin
        .post(
            "/api/v1/api-keys",
            json!({ "name": "statistics office", "role": "reader" }),
        )
        .await;
    let created = created.expect(StatusCode::CREATED).json();
    let key = created["key"].as_str().unwrap().to_owned();
    let call = async |method: Method, path: &str| {
        let request = poem::Request::builder()
            .method(method)
            .uri(path.parse().unwrap())
            .header("x-api-key", &key);
        app.send(request.finish()).await
    };
    call(Method::GET, "/api/v1/runs").await.expect(StatusCode::OK);
    call(Method::GET, "/api/v1/returns")
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    let id = created["api_key"]["id"].as_str().unwrap();
    admin
        .delete(&format!("/api/v1/api-keys/{id}"))
        .await
        .expect(StatusCode::NO_CONTENT);
    call(Method::GET, "/api/v1/runs")
        .await
        .refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    let list = admin.get("/api/v1/api-keys").await.expect(StatusCode::OK);
    assert!(
        !String::from_utf8(list.body).unwrap().contains(&key),
        "the key is shown once"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_made_and_changed_by_the_administrator_alone() {
    let app = App::new().await;
    let admin = app.admin().await;
    let new =
        |login: &str, role: &str| json!({ "login": login, "display_name": "某人", "password": PASSWORD, "role": role });
    let made = admin
        .post("/api/v1/users", new("Wang.Wu", "reader"))
        .await
        .expect(StatusCode::CREATED);
    let (path, etag) = (made.header("location"), made.header("etag"));
    assert_eq!(made.json()["login"], "wang.wu");
    admin
        .post("/api/v1/users", new("WANG.WU", "reader"))
        .await
        .refused(StatusCode::CONFLICT, "user.duplicate_login");
    let problem = admin
        .post("/api/v1/users", new("x", "town"))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "user.invalid");
    let pointers = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(pointers, ["/login", "/scope"], "all faults at once");

    let changed = admin
        .change(Method::PATCH, &path, Some(&etag), json!({ "disabled": true }))
        .await
        .expect(StatusCode::OK);
    admin
        .change(Method::PATCH, &path, Some(&etag), json!({}))
        .await
        .refused(StatusCode::PRECONDITION_FAILED, "version_mismatch");
    admin
        .change(Method::PATCH, &path, None, json!({}))
        .await
        .refused(StatusCode::PRECONDITION_REQUIRED, "version_required");
    assert_ne!(changed.header("etag"), etag);
    let town = app.actor("town", Role::Town, Scope::Town("330111117".to_owned())).await;
    town.post("/api/v1/users", new("somebody", "admin"))
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_no_form_are_unauthenticated() {
    let app = App::new().await;
    for (name, value) in [
        ("authorization", "Bearer x"),
        ("authorization", "Basic eDp5"),
        ("authorization", "Bearer"),
        ("x-api-key", ""),
    ] {
        let request = poem::Request::builder()
            .uri("/api/v1/rounds".parse().unwrap())
            .header(name, value)
            .finish();
        app.send(request)
            .await
            .refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    app.anonymous(Method::GET, "/api/v1/rounds")
        .await
        .refused(StatusCode::UNAUTHORIZED, "unauthenticated");
    for (path, allow) in [
        ("/api/v1/users/current", "GET"),
        ("/api/v1/users/01990000-0000-7000-8000-000000000000", "GET, PATCH"),
    ] {
        let wrong = app.anonymous(Method::PUT, path).await;
        assert_eq!(wrong.header("allow"), allow);
        wrong.refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    }
    app.anonymous(Method::GET, "/api/v1/nowhere")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    app.end().await;
}
