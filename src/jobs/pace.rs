//! How often an idle worker looks for jobs.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures::Stream;
use tokio::time::{Interval, MissedTickBehavior};

/// Ticks that always leave a waker behind. The interval of apalis does not: after a tick it makes a new timer without polling it,
/// so that an idle worker slept until the heartbeat of its queue.
pub(super) struct Pace(Interval);

impl Pace {
    /// One tick at once, then one every `period`; a late tick moves those after it.
    pub(super) fn every(period: Duration) -> Self {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(ticks)
    }
}

impl Stream for Pace {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        if self.0.poll_tick(cx).is_pending() {
            return Poll::Pending;
        }
        // The caller polls once per wake. The next tick is registered here: where it is due already, wake again.
        if self.0.poll_tick(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
        Poll::Ready(Some(()))
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, task::Poll, time::Duration};

    use futures::StreamExt as _;

    use super::Pace;

    #[tokio::test]
    async fn a_tick_leaves_a_waker_for_the_next() {
        let mut pace = Pace::every(Duration::from_millis(5));
        let mut ticks = 0;
        // As a worker polls: once per wake, whatever the answer was.
        let ten = poll_fn(|cx| {
            if pace.poll_next_unpin(cx).is_ready() {
                ticks += 1;
            }
            if ticks == 10 { Poll::Ready(()) } else { Poll::Pending }
        });
        assert!(tokio::time::timeout(Duration::from_secs(10), ten).await.is_ok());
    }
}
