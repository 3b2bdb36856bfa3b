//! Reading returned workbooks in a child process of our own, under limits on memory, CPU and wall time.
//!
//! A hostile workbook can make a process abort, which nothing inside the process can catch. So the service starts its
//! own program again with [`CHILD_COMMAND`]; the child lowers its limits, reads the file from standard input and writes
//! what it found to standard output. Whatever happens to it, the parent answers with a coded error.

use std::{
    io::{Read, Write},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use rustix::process::{Resource, Rlimit, setrlimit};
use survey::text::Text;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
};
use workbook::extract::{Limits, RawWorkbook, extract};

/// The hidden command that turns this program into a reading child.
pub const CHILD_COMMAND: &str = "read-workbook";

/// What a reading child may use.
#[derive(Clone, Debug)]
pub struct ChildLimits {
    /// Address space, bytes. 1 GiB: a child that reads the largest file that [`Limits`] lets through stays below half of it.
    pub memory_bytes: u64,
    /// CPU time, seconds.
    pub cpu_seconds: u64,
    /// Wall time.
    pub wall: Duration,
    /// Children at once; more wait.
    pub at_once: usize,
}

impl Default for ChildLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            cpu_seconds: 10,
            wall: Duration::from_secs(20),
            at_once: 4,
        }
    }
}

/// A workbook that is refused: stable code and a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    /// Stable code, such as `workbook.encrypted`.
    pub code: String,
    /// What and what to do.
    pub message: Text,
}

/// Starts reading children.
pub struct WorkbookReader {
    program: PathBuf,
    limits: ChildLimits,
    places: Semaphore,
}

impl WorkbookReader {
    /// A reader that starts `program` (this very program) as its child.
    pub fn new(program: PathBuf, limits: ChildLimits) -> Self {
        let places = Semaphore::new(limits.at_once);
        Self {
            program,
            limits,
            places,
        }
    }

    /// Reads a workbook. `Ok(Err(..))` is a refusal; `Err(..)` means that no child could be started.
    pub async fn read(&self, bytes: &[u8]) -> std::io::Result<Result<RawWorkbook, Refusal>> {
        let _place = self.places.acquire().await.map_err(std::io::Error::other)?;
        let mut child = Command::new(&self.program)
            .arg(CHILD_COMMAND)
            .arg(self.limits.memory_bytes.to_string())
            .arg(self.limits.cpu_seconds.to_string())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let answer = tokio::time::timeout(self.limits.wall, converse(&mut child, bytes))
            .await
            .unwrap_or_default();
        // A child that still runs has said all it has to say, or too little in its time.
        let ended_well = if let Ok(Ok(status)) = tokio::time::timeout(Duration::from_secs(1), child.wait()).await {
            status.success()
        } else {
            child.kill().await.ok();
            false
        };
        Ok(match answer {
            Some(answer) if ended_well => decode(&answer),
            _ => Err(reader_failed()),
        })
    }
}

/// Sends the file and takes the answer, both at once so that neither pipe can fill up and stop the other.
async fn converse(child: &mut Child, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stdin = child.stdin.take()?;
    let mut stdout = child.stdout.take()?;
    let mut answer = Vec::new();
    let send = async {
        // The child may refuse before it has read everything: a broken pipe is no error of its own.
        stdin.write_all(bytes).await.ok();
        drop(stdin);
    };
    let ((), received) = tokio::join!(send, stdout.read_to_end(&mut answer));
    received.ok().map(|_| answer)
}

const ANSWER_READ: u8 = 1;
const ANSWER_REFUSED: u8 = 2;

fn decode(answer: &[u8]) -> Result<RawWorkbook, Refusal> {
    match answer.split_first() {
        Some((&ANSWER_READ, body)) => RawWorkbook::from_bytes(body).map_err(|_| reader_failed()),
        Some((&ANSWER_REFUSED, body)) => Err(serde_json::from_slice(body).unwrap_or_else(|_| reader_failed())),
        _ => Err(reader_failed()),
    }
}

fn reader_failed() -> Refusal {
    let error = crate::service::error::ServiceError::new("workbook.reader_failed");
    Refusal {
        code: error.code,
        message: error.message,
    }
}

/// The whole life of a reading child: limits, standard input, standard output.
pub fn run_child(memory_bytes: u64, cpu_seconds: u64) -> std::io::Result<()> {
    lower(Resource::As, memory_bytes)?;
    lower(Resource::Cpu, cpu_seconds)?;
    lower(Resource::Core, 0)?;
    lower(Resource::Fsize, 0)?;
    let limits = Limits::default();
    let mut bytes = Vec::new();
    // One byte more than allowed is enough for `extract` to see that the file is too large.
    std::io::stdin()
        .lock()
        .take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)?;
    let mut out = std::io::stdout().lock();
    match extract(&bytes, &limits) {
        Ok(raw) => {
            out.write_all(&[ANSWER_READ])?;
            out.write_all(&raw.to_bytes().map_err(std::io::Error::other)?)?;
        }
        Err(error) => {
            let refusal = Refusal {
                code: error.code().to_owned(),
                message: error.message(),
            };
            out.write_all(&[ANSWER_REFUSED])?;
            serde_json::to_writer(&mut out, &refusal)?;
        }
    }
    out.flush()
}

fn lower(resource: Resource, limit: u64) -> std::io::Result<()> {
    setrlimit(
        resource,
        Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        },
    )
    .map_err(Into::into)
}
