//! Splitting work over threads without letting the split show in the result.

use std::{
    panic::resume_unwind,
    slice::ChunksMut,
    sync::{Mutex, PoisonError},
    thread,
};

/// Runs every job on up to `threads` threads, this one among them, and returns what came of each, in their order.
///
/// A thread that is done takes the next job, so that one that is held up leaves its share to the others. Each has buffers
/// of its own that the result must not show.
pub fn in_parallel<J, R: Send, B: Default>(
    jobs: impl IntoIterator<Item = J, IntoIter: ExactSizeIterator + Send>,
    threads: usize,
    run: impl Fn(&mut B, J) -> R + Sync,
) -> Vec<R> {
    let jobs = jobs.into_iter();
    let helpers = threads.min(jobs.len()).saturating_sub(1);
    if helpers == 0 {
        let mut buffers = B::default();
        return jobs.map(|job| run(&mut buffers, job)).collect();
    }
    let queue = Mutex::new(jobs.enumerate());
    let work = || {
        let (mut buffers, mut done) = (B::default(), Vec::new());
        loop {
            // The lock is let go of before the job runs.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, job)) = next else { return done };
            done.push((at, run(&mut buffers, job)));
        }
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            done.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Cuts every column into runs of `rows` rows.
pub(crate) fn split_rows<T>(columns: &mut [Vec<T>], rows: usize) -> Vec<ChunksMut<'_, T>> {
    columns.iter_mut().map(|column| column.chunks_mut(rows)).collect()
}

/// The next run of every column; an empty one of a column that holds no rows.
pub(crate) fn next_of_each<'a, T>(columns: &mut [ChunksMut<'a, T>]) -> Vec<&'a mut [T]> {
    columns.iter_mut().map(|runs| runs.next().unwrap_or(&mut [])).collect()
}
