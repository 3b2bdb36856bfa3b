//! A sheet from a reading child, row by row.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures::Stream;
use tokio::{
    io::AsyncWriteExt,
    sync::{OwnedSemaphorePermit, mpsc},
};
use workbook::extract::{RawRow, RowsEnd, RowsHead};

use super::{
    Refusal, Started,
    frame::{self, Frame, Task},
    reader_failed, refusal,
};

/// The largest frame of rows: many times what a child sends at once, and one row of the longest texts fits.
const LARGEST_FRAME: u64 = 256 << 20;
/// Batches that wait for whoever takes them; then the child waits.
const BATCHES_AHEAD: usize = 4;

/// Some of what comes after the head.
#[derive(Clone, Debug, PartialEq)]
pub enum RowBatch {
    /// Rows in ascending order; about 4096 cells at once.
    Rows(Vec<RawRow>),
    /// All rows were given: counts, merged ranges, hidden rows and columns. Nothing comes after it.
    End(RowsEnd),
}

/// The rows of a sheet as they come out of a reading child: batches of rows, then the end; or a refusal as the last
/// item, when the file turns out to be damaged or the child dies in the middle. Whoever wants no more drops it: the
/// child is ended.
///
/// ```ignore
/// let mut stream = match reader.rows(bytes, WantedSheet::FirstVisible).await? {
///     Ok(stream) => stream,
///     Err(refusal) => return Err(refusal.into()),
/// };
/// let head = stream.head().clone(); // format, sheets, styles, date system
/// while let Some(batch) = stream.next().await {
///     match batch? {
///         RowBatch::Rows(rows) => { /* row.row, row.hidden, row.cells, row.cell(column) */ }
///         RowBatch::End(end) => { /* end.rows, end.cells, end.sheet.merged */ }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct RowStream {
    head: RowsHead,
    batches: mpsc::Receiver<Result<RowBatch, Refusal>>,
}

impl RowStream {
    /// What is known of the file before its first row.
    pub fn head(&self) -> &RowsHead {
        &self.head
    }

    /// The next batch; `None` after the end or after a refusal.
    pub async fn next(&mut self) -> Option<Result<RowBatch, Refusal>> {
        self.batches.recv().await
    }
}

impl Stream for RowStream {
    type Item = Result<RowBatch, Refusal>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.batches.poll_recv(context)
    }
}

/// Sends task and file, waits for the head, and leaves the rest to a task of its own.
pub(super) async fn start(
    mut started: Started,
    task: Task,
    bytes: impl AsRef<[u8]> + Send + Sync + 'static,
    wall: Duration,
    place: OwnedSemaphorePermit,
) -> Result<RowStream, Refusal> {
    let (give, batches) = mpsc::channel(BATCHES_AHEAD);
    let (tell, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let _place = place;
        let Started { stdin, stdout, .. } = &mut started;
        let send = async move {
            // The child may refuse before it has read everything: a broken pipe is no error of its own.
            if let Some(task) = task.to_bytes() {
                stdin.write_all(&task).await.ok();
                stdin.write_all(bytes.as_ref()).await.ok();
            }
            drop(bytes);
            // What is received decides when this ends.
            std::future::pending::<()>().await;
        };
        let receive = async {
            let head = match within(wall, frame::next(stdout, LARGEST_FRAME)).await {
                Some(Frame::Head(body)) => postcard::from_bytes(&body).map_err(|_| reader_failed()),
                Some(Frame::Refused(body)) => Err(refusal(&body)),
                _ => Err(reader_failed()),
            };
            let goes_on = head.is_ok();
            if tell.send(head).is_err() || !goes_on {
                return;
            }
            loop {
                let item = match within(wall, frame::next(stdout, LARGEST_FRAME)).await {
                    Some(Frame::Rows(body)) => postcard::from_bytes(&body)
                        .map(RowBatch::Rows)
                        .map_err(|_| reader_failed()),
                    Some(Frame::End(body)) => postcard::from_bytes(&body)
                        .map(RowBatch::End)
                        .map_err(|_| reader_failed()),
                    Some(Frame::Refused(body)) => Err(refusal(&body)),
                    _ => Err(reader_failed()),
                };
                let is_last = !matches!(item, Ok(RowBatch::Rows(_)));
                if give.send(item).await.is_err() || is_last {
                    return;
                }
            }
        };
        tokio::select! {
            () = send => {}
            () = receive => {}
            () = give.closed() => {}
        }
        started.child.kill().await.ok();
    });
    let head = told.await.unwrap_or_else(|_| Err(reader_failed()))?;
    Ok(RowStream { head, batches })
}

async fn within<T>(wall: Duration, next: impl Future<Output = Option<T>>) -> Option<T> {
    tokio::time::timeout(wall, next).await.ok().flatten()
}
