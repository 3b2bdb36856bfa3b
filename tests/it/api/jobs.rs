//! Jobs survive the process that took them on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use poem::http::StatusCode;
use ronghe::{
    domain::{
        job::{Job, JobId, JobState, Task},
        run::RunId,
    },
    jobs::worker,
    store,
};
use serde_json::json;

use crate::{
    app::{App, now, operator},
    database::Backend,
};

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

/// A job that ends at once: it verifies a run that does not exist.
fn short_job(app: &App) -> Job {
    let run = RunId(app.service.next_id());
    Job {
        id: JobId(app.service.next_id()),
        task: Task::VerifyRun { run },
        state: JobState::Queued,
        done: 0,
        total: 0,
        result: None,
        error: None,
        created_by: "admin".to_owned(),
        role: operator().role,
        scope: operator().scope,
        created_at: now(),
        updated_at: now(),
    }
}

/// Keeps every core busy until it is dropped.
struct Load(Arc<AtomicBool>);

impl Load {
    fn begin() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..std::thread::available_parallelism().unwrap().get() {
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(over)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_jobs_one_after_the_other_begin_within_two_seconds_each() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let app = App::on(backend).await;
        let load = Load::begin();
        let mut longest = Duration::ZERO;
        for _ in 0..200 {
            let job = short_job(&app);
            let txn = app.service.db.begin_write().await.unwrap();
            store::job::insert_job(&txn, &job).await.unwrap();
            txn.commit().await.unwrap();
            app.service.queue.wake(job.id).await.unwrap();
            let woken = Instant::now();
            while store::job::find_job(app.service.db.read(), job.id).await.unwrap().state == JobState::Queued {
                assert!(
                    woken.elapsed() < Duration::from_secs(2),
                    "{backend:?}: a job waits for more than two seconds"
                );
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            longest = longest.max(woken.elapsed());
        }
        drop(load);
        println!("{backend:?}: the longest wait of 200 jobs was {longest:?}");
        app.end().await;
    }
}
