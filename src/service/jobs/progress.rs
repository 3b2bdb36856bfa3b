//! How far long work is: told to the job that does it, and to who watches a command.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::timeout;

use crate::{
    domain::{count::count, job::JobId},
    service::{Service, blocking::blocking, error::ServiceError},
    store,
};

/// How often work that blocks a thread is asked how far it is.
const ASKED_EVERY: Duration = Duration::from_millis(500);

/// Where long work tells how far it is.
#[derive(Clone, Copy)]
pub struct Progress<'a> {
    job: Option<(&'a Service, JobId)>,
    shown: Option<&'a (dyn Fn(usize, usize) + Sync)>,
}

impl<'a> Progress<'a> {
    /// Nobody is told.
    pub fn untold() -> Self {
        Self { job: None, shown: None }
    }

    /// The job's row is told.
    pub fn of_job(service: &'a Service, job: JobId) -> Self {
        Self {
            job: Some((service, job)),
            shown: None,
        }
    }

    /// A function is told: steps done, steps in all.
    pub fn shown_by(show: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        Self {
            job: None,
            shown: Some(show),
        }
    }

    /// So many steps of so many are done.
    pub async fn report(&self, done: usize, total: usize) -> Result<(), ServiceError> {
        if let Some(show) = self.shown {
            show(done, total);
        }
        if let Some((service, job)) = self.job {
            let txn = service.db.begin_write().await?;
            store::job::set_job_progress(&txn, job, count(done), count(total), service.now()).await?;
            txn.commit().await?;
        }
        Ok(())
    }

    /// Does work that blocks a thread, telling now and then how far it is: its own steps after the `before` others, of
    /// `total`. Where nobody wants it any more it is told to stop, and that is the error.
    pub async fn watch<T: Send + 'static>(
        &self,
        (before, total): (usize, usize),
        work: impl FnOnce(&Steps) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let stopping = Stopping(Arc::default());
        let steps = Arc::clone(&stopping.0);
        let mut done = pin!(blocking(move || work(&steps)));
        loop {
            if let Ok(done) = timeout(ASKED_EVERY, &mut done).await {
                return done;
            }
            let own = stopping.0.done.load(Ordering::Relaxed);
            self.report(before + own, total).await?;
        }
    }
}

/// How far work is that blocks a thread, and whether it is to go on.
#[derive(Default)]
pub struct Steps {
    done: AtomicUsize,
    stopped: AtomicBool,
}

impl Steps {
    /// So many more steps are done; whether to go on.
    pub fn go_on(&self, more: usize) -> bool {
        self.done.fetch_add(more, Ordering::Relaxed);
        !self.stopped.load(Ordering::Relaxed)
    }
}

/// Stops the work when it is let go of.
struct Stopping(Arc<Steps>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread::sleep};

    use super::*;

    /// Steps without end, until told to stop.
    fn endless(steps: &Steps) -> usize {
        let mut done = 0;
        while steps.go_on(2) {
            done += 2;
            sleep(Duration::from_millis(1));
        }
        done
    }

    #[tokio::test]
    async fn work_is_told_of_while_it_goes_on_and_stops_when_it_is_let_go_of() {
        let (told, heard) = mpsc::channel();
        let told = std::sync::Mutex::new(told);
        let show = |done, total| drop(told.lock().map(|told| told.send((done, total))));
        let (ended, stopped) = mpsc::channel();
        let progress = Progress::shown_by(&show);
        let work = progress.watch((5, 1_000_000), move |steps| {
            ended.send(endless(steps)).unwrap();
            Ok(())
        });
        assert!(timeout(ASKED_EVERY * 5 / 2, work).await.is_err(), "it has no end");
        let done = stopped.recv_timeout(Duration::from_mins(1)).unwrap();
        let told: Vec<(usize, usize)> = heard.try_iter().collect();
        assert!(!told.is_empty());
        for (at, total) in told {
            assert!(
                (6..=done + 7).contains(&at) && total == 1_000_000,
                "{at} of {total}, {done} done"
            );
        }
    }

    #[tokio::test]
    async fn what_work_says_is_handed_on() {
        let found = Progress::untold().watch((0, 1), |steps| Ok(steps.go_on(1))).await;
        assert!(found.unwrap());
    }
}
