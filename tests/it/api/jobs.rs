//! Jobs survive the process that took them on.

use poem::http::StatusCode;
use ronghe::{
    domain::job::{Job, JobId, JobState, Task},
    jobs::worker,
    store,
};
use serde_json::json;

use crate::app::{App, now, operator};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_left_behind_is_done_at_the_next_start() {
    let app = App::new().await;
    let admin = app.admin().await;
    let list = "统一社会信用代码,企业名称,镇街代码,行业代码\n91330111XY00010156,甲公司,330111117,C3831\n";
    let blob_sha256 = app.service.blobs.put(list.into()).await.unwrap();
    let id = JobId(app.service.next_id());
    let left = Job {
        id,
        task: Task::ImportEnterprises {
            blob_sha256,
            dry_run: false,
        },
        state: JobState::Running,
        done: 0,
        total: 0,
        result: None,
        error: None,
        created_by: "admin".to_owned(),
        role: operator().role,
        scope: operator().scope,
        created_at: now(),
        updated_at: now(),
    };
    let txn = app.service.db.begin_write().await.unwrap();
    store::job::insert_job(&txn, &left).await.unwrap();
    txn.commit().await.unwrap();

    assert_eq!(worker::recover(&app.service).await.unwrap(), 1);
    for _ in 0..200 {
        let job = admin
            .get(&format!("/api/v1/jobs/{id}"))
            .await
            .expect(StatusCode::OK)
            .json();
        if job["state"] == "succeeded" {
            assert_eq!(job["result"]["created"], 1);
            worker::work(&app.service, id).await.unwrap();
            let enterprises = admin.get("/api/v1/enterprises").await.expect(StatusCode::OK).json();
            assert_eq!(
                enterprises["items"].as_array().unwrap().len(),
                1,
                "a message that comes twice does nothing twice"
            );
            app.end().await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the job was not taken up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_seen_by_who_asked_and_by_the_administrator() {
    let app = App::new().await;
    let (admin, bureau, reader) = (app.admin().await, app.bureau().await, app.reader().await);
    let accepted = bureau
        .upload("/api/v1/enterprises/imports?dry_run=true", "x".into())
        .await;
    let path = accepted.expect(StatusCode::ACCEPTED).header("location");
    admin.get(&path).await.expect(StatusCode::OK);
    bureau.get(&path).await.expect(StatusCode::OK);
    reader.get(&path).await.refused(StatusCode::NOT_FOUND, "not_found");
    let mine = reader.get("/api/v1/jobs").await.expect(StatusCode::OK).json();
    assert_eq!(mine["items"], json!([]));
    app.end().await;
}
