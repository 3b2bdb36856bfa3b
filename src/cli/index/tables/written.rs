//! Tables into files: several threads tell rows while those before them are written.

use std::{fs::File, io::Write, num::NonZeroUsize, ops::Range, panic::resume_unwind, thread};

use index::parallel::in_parallel;

use super::{Table, csv::Csv};

/// So many parts of a table are told as one piece.
const PIECE: usize = 256;
/// So many pieces for each thread are held at once, and as many that are being written.
const HELD: usize = 8;

/// Writes a table as CSV on up to so many threads.
pub(super) fn write_csv(table: &Table<'_>, file: &mut File, threads: NonZeroUsize) -> std::io::Result<()> {
    let tell = |csv: &mut Csv, parts: Range<usize>| {
        table.tell(parts, csv);
        std::mem::take(&mut csv.bytes)
    };
    let wave = PIECE * HELD * threads.get();
    let told = |from: usize| {
        let starts = (from..table.parts.min(from + wave)).step_by(PIECE);
        let pieces = starts.map(|start| start..table.parts.min(start + PIECE));
        in_parallel(pieces, threads.get(), tell)
    };
    let mut head = Csv::default();
    head.head(table);
    let mut ready = vec![head.bytes];
    let mut from = 0;
    while !ready.is_empty() {
        ready = thread::scope(|scope| {
            let next = scope.spawn(|| told(from));
            for piece in &ready {
                file.write_all(piece)?;
            }
            std::io::Result::Ok(next.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })?;
        from += wave;
    }
    Ok(())
}
