//! Jobs.

use chrono::Duration;
use ronghe::{
    domain::{
        access::{Role, Scope},
        job::{Job, JobId, JobState, Task},
        robustness::RobustnessRequest,
        round::RoundId,
        run::RunId,
    },
    store::{StoreError, job},
};
use serde_json::{Value, json};

use super::sample::{FUCHUN, Sample, first, statements, walk};
use crate::database::on_both;

fn new_job(sample: &Sample, created_by: &str) -> Job {
    Job {
        id: JobId(sample.id()),
        task: Task::BackTest {
            round: RoundId(sample.id()),
            against: None,
            content: r#"{ "zeta": 1, "alpha": [true, null, "两化"] }"#.to_owned(),
        },
        state: JobState::Queued,
        done: 0,
        total: 0,
        result: None,
        error: None,
        created_by: created_by.into(),
        role: Role::Town,
        scope: Scope::Town(FUCHUN.into()),
        created_at: sample.now,
        updated_at: sample.now,
    }
}

#[tokio::test]
async fn a_job_is_claimed_once_advances_and_succeeds() {
    on_both(async |db| {
        let sample = Sample::new();
        let mut expected = new_job(&sample, "wang");
        let txn = db.begin_write().await.unwrap();
        job::insert_job(&txn, &expected).await.unwrap();
        let found = job::find_job(&txn, expected.id).await.unwrap();
        assert_eq!(found, expected);
        let later = |seconds| sample.now + Duration::seconds(seconds);
        assert_eq!(job::claim_job(&txn, expected.id, later(1)).await, Ok(true));
        assert_eq!(
            job::claim_job(&txn, expected.id, later(1)).await,
            Ok(false),
            "another has it"
        );
        assert_eq!(job::find_job(&txn, expected.id).await.unwrap().state, JobState::Running);
        job::set_job_progress(&txn, expected.id, 40, 100, later(2))
            .await
            .unwrap();
        (expected.state, expected.done, expected.total) = (JobState::Running, 40, 100);
        expected.updated_at = later(2);
        assert_eq!(job::find_job(&txn, expected.id).await.as_ref(), Ok(&expected));
        let result = json!({ "run": "r", "a": 1 });
        job::finish_job(&txn, expected.id, Ok(&result), later(3)).await.unwrap();
        (expected.state, expected.result, expected.updated_at) = (JobState::Succeeded, Some(result), later(3));
        assert_eq!(job::find_job(&txn, expected.id).await.as_ref(), Ok(&expected));
        let ended = job::set_job_progress(&txn, expected.id, 41, 100, later(4)).await;
        assert_eq!(ended, Err(StoreError::NotFound), "what has ended does not go on");
        let again = job::finish_job(&txn, expected.id, Err(&Value::Null), later(4)).await;
        assert_eq!(again, Err(StoreError::NotFound));
        assert_eq!(job::claim_job(&txn, expected.id, later(4)).await, Ok(false));
    })
    .await;
}

#[tokio::test]
async fn a_job_fails_with_its_problem() {
    on_both(async |db| {
        let sample = Sample::new();
        let failed = new_job(&sample, "wang");
        let problem = json!({ "code": "run.no_returns", "message": { "zh": "没有", "en": "none" } });
        let txn = db.begin_write().await.unwrap();
        job::insert_job(&txn, &failed).await.unwrap();
        job::finish_job(&txn, failed.id, Err(&problem), sample.now)
            .await
            .unwrap();
        let found = job::find_job(&txn, failed.id).await.unwrap();
        assert_eq!(
            (found.state, found.result, found.error),
            (JobState::Failed, None, Some(problem))
        );
        let unknown = JobId(sample.id());
        assert_eq!(job::find_job(&txn, unknown).await, Err(StoreError::NotFound));
        assert_eq!(job::claim_job(&txn, unknown, sample.now).await, Ok(false));
    })
    .await;
}

#[tokio::test]
async fn what_a_process_left_behind_is_queued_again() {
    on_both(async |db| {
        let sample = Sample::new();
        let [waiting, running, ended] = [(); 3].map(|()| new_job(&sample, "wang"));
        let txn = db.begin_write().await.unwrap();
        for job in [&running, &ended, &waiting] {
            job::insert_job(&txn, job).await.unwrap();
        }
        job::claim_job(&txn, running.id, sample.now).await.unwrap();
        job::finish_job(&txn, ended.id, Ok(&Value::Null), sample.now)
            .await
            .unwrap();
        job::requeue_unfinished(&txn, sample.now).await.unwrap();
        let left = job::waiting_jobs(&txn).await.unwrap();
        assert_eq!(left, [waiting.id, running.id], "the oldest first");
        assert_eq!(job::find_job(&txn, running.id).await.unwrap().state, JobState::Queued);
        assert_eq!(job::find_job(&txn, ended.id).await.unwrap().state, JobState::Succeeded);
    })
    .await;
}

#[tokio::test]
async fn jobs_are_listed_newest_first() {
    on_both(async |db| {
        let sample = Sample::new();
        let txn = db.begin_write().await.unwrap();
        let mut all = Vec::new();
        for n in 0..51 {
            let job = new_job(&sample, if n % 3 == 0 { "li" } else { "wang" });
            job::insert_job(&txn, &job).await.unwrap();
            all.insert(0, job);
        }
        txn.commit().await.unwrap();
        let list = async |by: Option<&str>| walk(20, async |page| job::list_jobs(db.read(), by, &page).await).await;
        assert_eq!(list(None).await, all);
        all.retain(|job| job.created_by == "li");
        assert_eq!(list(Some("li")).await, all);
        for limit in [5, 50] {
            let sent = statements(&db, async || {
                drop(job::list_jobs(db.read(), None, &first(limit)).await.unwrap());
            });
            assert_eq!(sent.await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn the_newest_robustness_test_of_a_run_is_found() {
    on_both(async |db| {
        let sample = Sample::new();
        let (run, other) = (RunId(sample.id()), RunId(sample.id()));
        let txn = db.begin_write().await.unwrap();
        for (of, result) in [(run, Some(1)), (run, Some(2)), (run, None), (other, Some(3))] {
            let request = RobustnessRequest {
                replications: 10,
                noise: 0.25,
                uncertain: Vec::new(),
                sensitivity: false,
            };
            let asked = Job {
                task: Task::TestRobustness { run: of, request },
                ..new_job(&sample, "wang")
            };
            job::insert_job(&txn, &asked).await.unwrap();
            if let Some(result) = result {
                job::claim_job(&txn, asked.id, sample.now).await.unwrap();
                job::finish_job(&txn, asked.id, Ok(&json!(result)), sample.now)
                    .await
                    .unwrap();
            }
        }
        txn.commit().await.unwrap();
        let newest = async |run| job::newest_robustness(db.read(), run).await;
        assert_eq!(newest(run).await, Ok(Some(json!(2))), "the last has not ended");
        assert_eq!(newest(other).await, Ok(Some(json!(3))));
        assert_eq!(newest(RunId(sample.id())).await, Ok(None));
    })
    .await;
}
