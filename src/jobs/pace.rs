//! When an idle worker looks for jobs.

use std::{
    future::Future as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::Stream;
use tokio::{
    sync::{Notify, futures::OwnedNotified},
    time::{Interval, MissedTickBehavior},
};

/// Ticks for an idle worker: one at each push of this process, and one every period, for jobs that other processes pushed. Each
/// leaves a waker behind. The interval of apalis does not: after a tick it makes a new timer without polling it, so that an
/// idle worker slept until the heartbeat of its queue.
pub(super) struct Pace {
    ticks: Interval,
    pushes: Arc<Notify>,
    next_push: Pin<Box<OwnedNotified>>,
}

impl Pace {
    /// One tick at once, then one at every push and one every `period`; a late tick moves those after it.
    pub(super) fn every(period: Duration, pushes: Arc<Notify>) -> Self {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            ticks,
            next_push: Box::pin(Arc::clone(&pushes).notified_owned()),
            pushes,
        }
    }

    /// Whether there was a push. The next one is waited for.
    fn poll_push(&mut self, cx: &mut Context<'_>) -> bool {
        if self.next_push.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.next_push = Box::pin(Arc::clone(&self.pushes).notified_owned());
        if self.next_push.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
        true
    }

    /// Whether a period is over. The next one is waited for.
    fn poll_tick(&mut self, cx: &mut Context<'_>) -> bool {
        if self.ticks.poll_tick(cx).is_pending() {
            return false;
        }
        if self.ticks.poll_tick(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
        true
    }
}

impl Stream for Pace {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        // Both are asked, so that both leave a waker: the caller polls once per wake.
        let pushed = self.poll_push(cx);
        let ticked = self.poll_tick(cx);
        if pushed || ticked {
            Poll::Ready(Some(()))
        } else {
            Poll::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures::StreamExt as _;

    use super::*;

    /// So many ticks within ten seconds, polled as a worker polls: once per wake, whatever the answer was.
    async fn ticks(pace: &mut Pace, wanted: usize) -> bool {
        let mut ticks = 0;
        let all = poll_fn(|cx| {
            ticks += usize::from(pace.poll_next_unpin(cx).is_ready());
            if ticks >= wanted {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        tokio::time::timeout(Duration::from_secs(10), all).await.is_ok()
    }

    #[tokio::test]
    async fn a_tick_leaves_a_waker_for_the_next() {
        let mut pace = Pace::every(Duration::from_millis(5), Arc::default());
        assert!(ticks(&mut pace, 10).await);
    }

    #[tokio::test]
    async fn a_push_does_not_wait_for_the_period() {
        let pushes = Arc::new(Notify::new());
        let mut pace = Pace::every(Duration::from_hours(1), Arc::clone(&pushes));
        assert!(ticks(&mut pace, 1).await, "the first tick comes at once");
        pushes.notify_one();
        assert!(ticks(&mut pace, 1).await);
        let later = Arc::clone(&pushes);
        tokio::spawn(async move { later.notify_one() });
        assert!(ticks(&mut pace, 1).await, "a push while it waits");
    }
}
