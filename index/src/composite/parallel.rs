//! Splitting work over threads without letting the split show in the result.

use std::{panic::resume_unwind, slice::ChunksMut, thread};

/// Maps every item, in order, on up to `threads` threads, each with buffers of its own that the result must not show.
pub(crate) fn in_parallel<T: Sync, R: Send, B: Default>(
    items: &[T],
    threads: usize,
    map: impl Fn(&mut B, &T) -> R + Sync,
) -> Vec<R> {
    let map_part = |part: &[T]| {
        let mut buffers = B::default();
        part.iter().map(|item| map(&mut buffers, item)).collect::<Vec<_>>()
    };
    if threads < 2 || items.len() < 2 {
        return map_part(items);
    }
    let map_part = &map_part;
    thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|part| scope.spawn(move || map_part(part)))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

/// Runs every job on a thread of its own, the first on this one, and returns the first refusal in the order of the jobs.
pub(crate) fn run_all<J: Send, E: Send>(jobs: Vec<J>, run: impl Fn(J) -> Result<(), E> + Sync) -> Result<(), E> {
    let run = &run;
    let mut jobs = jobs.into_iter();
    let Some(own) = jobs.next() else { return Ok(()) };
    thread::scope(|scope| {
        let others: Vec<_> = jobs.map(|job| scope.spawn(move || run(job))).collect();
        let mut results = vec![run(own)];
        results.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))),
        );
        results.into_iter().collect()
    })
}

/// Cuts every column into runs of `rows` rows.
pub(crate) fn split_rows<T>(columns: &mut [Vec<T>], rows: usize) -> Vec<ChunksMut<'_, T>> {
    columns.iter_mut().map(|column| column.chunks_mut(rows)).collect()
}

/// The next run of every column.
pub(crate) fn next_of_each<'a, T>(columns: &mut [ChunksMut<'a, T>]) -> Vec<&'a mut [T]> {
    columns.iter_mut().map(|runs| runs.next().unwrap_or_default()).collect()
}
