//! Reading workbooks in a child process of our own, under limits on memory, CPU and wall time.
//!
//! A hostile workbook can make a process abort, which nothing inside the process can catch. So the service starts its
//! own program again with [`CHILD_COMMAND`]; the child lowers its limits, takes a task and the file from standard input
//! and writes what it found to standard output, in frames (`frame.rs`). Whatever happens to it, the parent answers
//! with a coded error.
//!
//! [`WorkbookReader::read`] gives a whole workbook; [`WorkbookReader::rows`] gives one sheet row by row and keeps none
//! of them. A child is used once; with [`ChildLimits::waiting`] the next ones are started ahead of need.

mod child;
mod frame;
mod limits;
mod refusal;
mod rows;

use std::{
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

pub use child::run_child;
use frame::{Frame, Task, Work};
pub use limits::{ChildLimits, ReadingLimits};
pub use refusal::{ChildFailure, Refusal};
pub use rows::{RowBatch, RowStream};
use survey::report::Report;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Semaphore,
};
use workbook::{
    annotate::Subject,
    extract::{RawWorkbook, WantedSheet},
};

/// The hidden command that turns this program into a reading child.
pub const CHILD_COMMAND: &str = "read-workbook";

/// What is put on a workbook that is given back.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Marks {
    /// The report.
    pub report: Report,
    /// For whom.
    pub subject: Subject,
}

/// Starts reading children.
pub struct WorkbookReader {
    program: PathBuf,
    limits: ReadingLimits,
    places: Arc<Semaphore>,
    /// Children that were started ahead of need.
    waiting: Mutex<Vec<Started>>,
}

/// A child with its pipes.
struct Started {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl WorkbookReader {
    /// A reader that starts `program` (this very program) as its child, with the ordinary limits for files.
    pub fn new(program: PathBuf, child: ChildLimits) -> Self {
        Self::once(
            program,
            ReadingLimits {
                child,
                ..ReadingLimits::default()
            },
        )
    }

    /// A reader for one file or two: no child is started ahead of need.
    pub fn once(program: PathBuf, mut limits: ReadingLimits) -> Self {
        limits.child.waiting = 0;
        Self::within(program, limits)
    }

    /// A reader within limits of its own.
    pub fn within(program: PathBuf, limits: ReadingLimits) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits.child.at_once)),
            program,
            limits,
            waiting: Mutex::default(),
        }
    }

    /// The limits of this reader.
    pub fn limits(&self) -> &ReadingLimits {
        &self.limits
    }

    /// Reads a workbook. `Ok(Err(..))` is a refusal; `Err(..)` means that no child could be started.
    pub async fn read(&self, bytes: &[u8]) -> std::io::Result<Result<RawWorkbook, Refusal>> {
        Ok(match self.ask(Work::Whole, bytes.len(), bytes).await? {
            Some(Frame::Workbook(body)) => RawWorkbook::from_bytes(&body).map_err(|_| reader_failed()),
            Some(Frame::Refused(body)) => Err(refusal(&body)),
            _ => Err(reader_failed()),
        })
    }

    /// Gives a workbook back with marks on it. `Ok(Err(..))` is a refusal; `Err(..)` means that no child could be started.
    pub async fn annotate(&self, bytes: &[u8], marks: &Marks) -> std::io::Result<Result<Vec<u8>, Refusal>> {
        let mut input = serde_json::to_vec(marks)?;
        let work = Work::Annotate {
            marks: input.len() as u64,
        };
        input.extend(bytes);
        Ok(match self.ask(work, bytes.len(), &input).await? {
            Some(Frame::Annotated(annotated)) => Ok(annotated),
            Some(Frame::Refused(body)) => Err(refusal(&body)),
            _ => Err(ChildFailure::Marking.into()),
        })
    }

    /// What a child answers to one piece of work over a whole file; nothing when it did not end well. `file` are the
    /// bytes of the file, which stand at the end of the input.
    async fn ask(&self, work: Work, file: usize, input: &[u8]) -> std::io::Result<Option<Frame>> {
        let _place = self.places.acquire().await.map_err(std::io::Error::other)?;
        let Started {
            mut child,
            stdin,
            mut stdout,
        } = self.take_child()?;
        let task = Task {
            work,
            limits: self.limits.file.clone(),
            cpu_seconds: self.limits.child.cpu_seconds,
            bytes: file as u64,
        };
        let largest = self.limits.child.memory_bytes;
        let conversation = converse(stdin, &mut stdout, &task, input, largest);
        let answer = tokio::time::timeout(self.limits.child.wall(), conversation)
            .await
            .ok()
            .flatten();
        let ended_well = end(&mut child).await;
        self.start_ahead();
        Ok(answer.filter(|_| ended_well))
    }

    /// Reads one sheet row by row, under the limits for rows. `Ok(Err(..))` is a refusal before the first row;
    /// `Err(..)` means that no child could be started. A refusal after the first row, and the death of the child,
    /// come out of the stream as its last item.
    pub async fn rows(
        &self,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        wanted: WantedSheet,
    ) -> std::io::Result<Result<RowStream, Refusal>> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(std::io::Error::other)?;
        let started = self.take_child()?;
        self.start_ahead();
        let task = Task {
            work: Work::Rows(wanted),
            limits: self.limits.rows.clone(),
            cpu_seconds: self.limits.child.rows_cpu_seconds,
            bytes: bytes.as_ref().len() as u64,
        };
        Ok(rows::start(started, task, bytes, self.limits.child.wall(), place).await)
    }

    /// A child that waits, or a new one.
    fn take_child(&self) -> std::io::Result<Started> {
        let waiting = &mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut started) = waiting.pop() {
            if matches!(started.child.try_wait(), Ok(None)) {
                return Ok(started);
            }
        }
        self.start()
    }

    /// Starts children until enough are waiting. A child that cannot be started now is started when it is needed.
    fn start_ahead(&self) {
        let waiting = &mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.len() < self.limits.child.waiting {
            let Ok(started) = self.start() else { return };
            waiting.push(started);
        }
    }

    fn start(&self) -> std::io::Result<Started> {
        let limits = &self.limits.child;
        let mut child = Command::new(&self.program)
            .arg(CHILD_COMMAND)
            .arg(limits.memory_bytes.to_string())
            .arg(limits.cpu_seconds.max(limits.rows_cpu_seconds).to_string())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("a child without pipes"));
        };
        Ok(Started { child, stdin, stdout })
    }
}

/// Ends a child that has said all it has to say, or too little in its time. True when it ended well by itself.
async fn end(child: &mut Child) -> bool {
    if let Ok(Ok(status)) = tokio::time::timeout(Duration::from_secs(1), child.wait()).await {
        return status.success();
    }
    child.kill().await.ok();
    false
}

/// Sends the file and takes the answer, both at once so that neither pipe can fill up and stop the other.
async fn converse(
    mut stdin: ChildStdin,
    stdout: &mut ChildStdout,
    task: &Task,
    bytes: &[u8],
    largest: u64,
) -> Option<Frame> {
    let send = async {
        // The child may refuse before it has read everything: a broken pipe is no error of its own.
        if let Some(task) = task.to_bytes() {
            stdin.write_all(&task).await.ok();
            stdin.write_all(bytes).await.ok();
        }
        drop(stdin);
    };
    let ((), answer) = tokio::join!(send, frame::next(stdout, largest));
    answer
}

fn refusal(body: &[u8]) -> Refusal {
    serde_json::from_slice(body).unwrap_or_else(|_| reader_failed())
}

fn reader_failed() -> Refusal {
    ChildFailure::Reading.into()
}
