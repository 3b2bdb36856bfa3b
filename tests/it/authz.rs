//! Who may call what: every operation stands in this table, or the test fails.

use std::collections::{BTreeMap, BTreeSet};

use poem::http::{Method, StatusCode};
use ronghe::{
    api::http::spec,
    domain::access::{Role, Scope},
};

use crate::{app::App, county};

/// Roles that may call an operation; what they see of it is the scope's business. `P` stands for everybody, logged in or not.
///
/// E enterprise, T town, B bureau, A admin, R reader.
pub(crate) const TABLE: &[(&str, &str)] = &[
    ("get_health", "P"),
    ("get_readiness", "P"),
    ("create_session", "P"),
    ("create_first_session", "P"),
    ("delete_session", "ETBAR"),
    ("get_current_user", "ETBAR"),
    ("list_users", "A"),
    ("create_user", "A"),
    ("get_user", "A"),
    ("update_user", "A"),
    ("list_api_keys", "A"),
    ("create_api_key", "A"),
    ("delete_api_key", "A"),
    ("list_login_codes", "A"),
    ("create_login_codes", "A"),
    ("import_login_codes", "A"),
    ("list_signing_keys", "A"),
    ("create_signing_key", "A"),
    ("list_documents", "ETBAR"),
    ("create_document", "A"),
    ("get_document", "ETBAR"),
    ("get_document_content", "ETBAR"),
    ("list_areas", "ETBAR"),
    ("get_area", "ETBAR"),
    ("list_industries", "ETBAR"),
    ("list_enterprises", "ETBAR"),
    ("create_enterprise", "BA"),
    ("import_enterprises", "BA"),
    ("get_enterprise_import_result", "BA"),
    ("get_enterprise", "ETBAR"),
    ("replace_enterprise", "BA"),
    ("list_enterprise_groups", "ETBAR"),
    ("create_enterprise_group", "BA"),
    ("get_enterprise_group", "ETBAR"),
    ("update_enterprise_group", "BA"),
    ("update_group_members", "BA"),
    ("import_group_members", "BA"),
    ("list_rounds", "ETBAR"),
    ("create_round", "A"),
    ("get_round", "ETBAR"),
    ("update_round", "A"),
    ("get_round_progress", "ETBAR"),
    ("create_round_members", "BA"),
    ("delete_round_members", "BA"),
    ("import_round_members", "BA"),
    ("get_round_bulk_template", "TBA"),
    ("get_round_blank_template", "TBA"),
    ("list_returns", "ETBA"),
    ("get_return", "ETBA"),
    ("get_return_template", "ETBA"),
    ("list_return_revisions", "ETBA"),
    ("create_return_revision", "E"),
    ("get_revision", "ETBA"),
    ("get_revision_workbook", "ETBA"),
    ("create_return_conversions", "E"),
    ("submit_return", "E"),
    ("accept_return", "BA"),
    ("send_back_return", "TBA"),
    ("record_submission", "BA"),
    ("get_submission_evidence", "ETBA"),
    ("request_correction", "BA"),
    ("announce_correction", "E"),
    ("withdraw_correction", "E"),
    ("refuse_correction", "BA"),
    ("list_return_events", "ETBA"),
    ("list_justifications", "ETBA"),
    ("justify_finding", "E"),
    ("get_annotated_workbook", "ETBA"),
    ("get_return_report_table", "ETBA"),
    ("get_return_report_page", "ETBA"),
    ("create_report_link", "ETBA"),
    ("get_linked_report", "P"),
    ("create_import", "TBA"),
    ("list_imports", "TBA"),
    ("get_import", "TBA"),
    ("list_import_items", "TBA"),
    ("get_import_result", "TBA"),
    ("create_mapping_proposal", "TBA"),
    ("create_mapping_preview", "TBA"),
    ("list_mapping_profiles", "TBA"),
    ("create_mapping_profile", "TBA"),
    ("get_mapping_profile", "TBA"),
    ("replace_mapping_profile", "TBA"),
    ("list_runs", "ETBAR"),
    ("create_run", "BA"),
    ("get_run", "ETBAR"),
    ("list_run_results", "ETBAR"),
    ("get_run_region", "ETBAR"),
    ("compute_region_what_if", "ETBAR"),
    ("get_run_distribution", "TBAR"),
    ("get_run_result", "ETBAR"),
    ("freeze_run", "BA"),
    ("publish_run", "A"),
    ("verify_run", "BA"),
    ("list_run_events", "ETBAR"),
    ("compare_runs", "ETBAR"),
    ("create_decomposition", "BA"),
    ("get_run_groups", "TBAR"),
    ("get_result_benchmark", "ETBAR"),
    ("get_result_page", "ETBAR"),
    ("get_league_page", "TBAR"),
    ("get_league_workbook", "TBAR"),
    ("list_enterprise_results", "ETBAR"),
    ("compute_what_if", "ETBAR"),
    ("get_result_improvement", "ETBAR"),
    ("get_document_difference", "ETBAR"),
    ("create_back_test", "BA"),
    ("get_revision_energy", "ETBA"),
    ("export_run", "ETBAR"),
    ("compute_weighing", "BA"),
    ("create_robustness", "BA"),
    ("get_run_correlations", "TBAR"),
    ("list_jobs", "ETBAR"),
    ("get_job", "ETBAR"),
    ("cancel_job", "ETBAR"),
];

/// An operation of the document.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    public: bool,
}

pub(crate) fn operations() -> BTreeMap<String, Operation> {
    let document = spec::document();
    let mut all = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let found = Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                public: operation["security"].as_array().unwrap().is_empty(),
            };
            all.insert(operation["operationId"].as_str().unwrap().to_owned(), found);
        }
    }
    all
}

#[test]
fn every_operation_stands_in_the_table_once() {
    let listed = TABLE.iter().map(|(id, _)| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        listed.iter().collect::<BTreeSet<_>>().len(),
        listed.len(),
        "an operation stands twice"
    );
    let declared = operations().into_keys().collect::<BTreeSet<_>>();
    assert_eq!(
        listed.into_iter().collect::<BTreeSet<_>>(),
        declared,
        "operations and table differ"
    );
}

#[test]
fn only_the_enterprise_changes_an_answer() {
    // Steps of the review, and a link that shows what is there. An import hands in what enterprises have sent and changes no
    // figure in it; a recorded submission says that the enterprise has signed what it sent.
    let review = [
        "accept_return",
        "send_back_return",
        "create_report_link",
        "record_submission",
        "request_correction",
        "refuse_correction",
    ];
    let roles = TABLE.iter().copied().collect::<BTreeMap<_, _>>();
    let changing = operations().into_iter().filter(|(id, operation)| {
        operation.method != Method::GET && operation.path.contains("/returns/") && !review.contains(&&**id)
    });
    let changing = changing.map(|(id, _)| (roles[&*id], id)).collect::<Vec<_>>();
    assert!(!changing.is_empty());
    assert!(changing.iter().all(|(roles, _)| *roles == "E"), "{changing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_gets_what_the_table_says() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[0];
    let actors = [
        ('E', app.filler(&sample.id).await),
        ('T', app.town(&sample.area).await),
        ('B', app.bureau().await),
        ('A', app.actor("second-admin", Role::Admin, Scope::County).await),
        ('R', app.reader().await),
    ];
    let operations = operations();
    for (id, roles) in TABLE {
        let operation = &operations[*id];
        let path = filled_path(&operation.path, sample);
        let public = *roles == "P";
        assert_eq!(operation.public, public, "{id}: what the document says of security");
        let anonymous = app.anonymous(operation.method.clone(), &path).await;
        assert_eq!(
            anonymous.status == StatusCode::UNAUTHORIZED,
            !public,
            "{id} without credentials: {}",
            anonymous.status
        );
        if public || *id == "delete_session" {
            continue;
        }
        for (letter, actor) in &actors {
            let request = poem::Request::builder()
                .method(operation.method.clone())
                .uri(path.parse().unwrap())
                .header("authorization", format!("Bearer {}", actor.token))
                .header("if-match", "\"1\"");
            let answer = app.send(with_body(id, request)).await;
            let may = roles.contains(*letter);
            let forbidden = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(
                forbidden,
                !may,
                "{id} as {letter}: {} {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{id} as {letter}");
            assert!(!answer.status.is_server_error(), "{id} as {letter}: {}", answer.status);
            assert_ne!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{id} as {letter}: {}",
                String::from_utf8_lossy(&answer.body)
            );
        }
    }
    app.end().await;
}

/// The path with identifiers that exist where they may, so that a refusal is one of the role.
fn filled_path(path: &str, sample: &county::Sample) -> String {
    let unknown = "01990000-0000-7000-8000-000000000000";
    let path = path
        .replace("{return_id}", &sample.return_id)
        .replace("{enterprise_id}", &sample.id)
        .replace("{code}", "330111")
        .replace(
            "/documents",
            if path.ends_with("/documents") {
                "/documents?kind=areas"
            } else {
                "/documents"
            },
        );
    let path = match path.rsplit('/').next() {
        Some("imports") if path.contains("/enterprise-groups/") => format!("{path}?change=add"),
        Some("imports") if path.contains("/members/") => format!("{path}?change=add&reason=x"),
        Some("export") => format!("{path}?format=csv"),
        Some("record-submission") => format!("{path}?signed_by=x&signed_on=2026-03-31"),
        Some("groups") => format!("{path}?by=area"),
        Some("difference") => format!("{path}?with={unknown}"),
        _ => path,
    };
    let mut filled = String::new();
    for part in path.split_inclusive('/') {
        if part.starts_with('{') {
            filled.push_str(unknown);
            if part.ends_with('/') {
                filled.push('/');
            }
        } else {
            filled.push_str(part);
        }
    }
    filled
}

/// A mapping that is well formed and fits nothing.
const MAPPING: &str = r#"{"shape":"rows","key":"uscc","key_at":"A","fields":[]}"#;

/// A body that is well formed and does nothing more than it must.
pub(crate) fn with_body(id: &str, request: poem::RequestBuilder) -> poem::Request {
    let unknown = "01990000-0000-7000-8000-000000000000";
    let json = |request: poem::RequestBuilder, text: String| request.content_type("application/json").body(text);
    match id {
        "create_user" => json(
            request,
            r#"{"login":"-","display_name":"-","password":"-","role":"reader"}"#.to_owned(),
        ),
        "update_user" | "update_round" | "update_enterprise_group" | "create_robustness" | "create_decomposition" => {
            json(request, "{}".to_owned())
        }
        "create_enterprise_group" => json(request, r#"{"kind":"","name":"","starts_on":"2026-01-01"}"#.to_owned()),
        "update_group_members" => json(
            request,
            format!(r#"{{"change":"add","population":{{"enterprise_ids":["{unknown}"]}}}}"#),
        ),
        "create_login_codes" => json(
            request,
            format!(r#"{{"population":{{"enterprise_ids":["{unknown}"]}}}}"#),
        ),
        "create_api_key" => json(request, r#"{"name":"","role":"reader"}"#.to_owned()),
        "create_enterprise" | "replace_enterprise" => json(
            request,
            r#"{"uscc":"-","name":"-","area_code":"-","industry_code":"-"}"#.to_owned(),
        ),
        "create_round" => json(
            request,
            format!(
                r#"{{"code":"","title":"","year":1,"questionnaire_id":"{unknown}","opens_on":"2026-01-01","closes_on":"2026-01-01","population":{{}}}}"#
            ),
        ),
        "create_round_members" | "delete_round_members" => json(
            request,
            format!(r#"{{"population":{{"enterprise_ids":["{unknown}"]}},"reason":"x"}}"#),
        ),
        "create_run" => json(
            request,
            format!(r#"{{"round_id":"{unknown}","methodology_id":"{unknown}"}}"#),
        ),
        "create_return_conversions" => json(request, r#"{"conversions":[{"question":"-","unit":"-"}]}"#.to_owned()),
        "justify_finding" => json(request, r#"{"reason":"J01"}"#.to_owned()),
        "create_mapping_preview" => json(request, format!(r#"{{"file_sha256":"x","mapping":{MAPPING}}}"#)),
        "create_mapping_profile" | "replace_mapping_profile" => json(
            request,
            format!(r#"{{"name":"x","round_id":"{unknown}","mapping":{MAPPING}}}"#),
        ),
        "compute_weighing" => json(request, r#"{"codes":["a"],"matrix":[[1]]}"#.to_owned()),
        "compute_what_if" => json(request, r#"{"answers":{}}"#.to_owned()),
        "compute_region_what_if" => json(request, r#"{"values":{}}"#.to_owned()),
        "create_back_test" => request.content_type("application/octet-stream").body("{}"),
        "send_back_return" | "announce_correction" | "refuse_correction" => {
            json(request, r#"{"reason":"x"}"#.to_owned())
        }
        "request_correction" => json(request, r#"{"reason":"x","due_on":"2026-04-30"}"#.to_owned()),
        "create_document"
        | "import_enterprises"
        | "import_round_members"
        | "import_login_codes"
        | "import_group_members"
        | "create_return_revision"
        | "create_import"
        | "record_submission"
        | "create_mapping_proposal" => request
            .content_type("application/octet-stream")
            .body("not what is asked for"),
        _ => request.finish(),
    }
}
