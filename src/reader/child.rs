//! The life of a reading child.

use std::io::{BufWriter, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};
use survey::text::Text;
use workbook::{
    annotate::annotate,
    extract::{RawRow, RowEvent, WantedSheet, extract, rows},
};

use super::{
    Marks, Refusal,
    frame::{Task, Work, kind, write},
};

/// Cells that travel together.
const CELLS_AT_ONCE: usize = 4096;
/// Bytes of text that travel together.
const TEXT_AT_ONCE: usize = 256 * 1024;
/// The largest task; what follows is refused anyway.
const LONGEST_TASK: u32 = 64 * 1024;

/// The whole life of a reading child: limits, a task, the file, the answer. One that gets no task ends.
pub fn run_child(memory_bytes: u64, cpu_seconds: u64) -> std::io::Result<()> {
    lower(Resource::As, memory_bytes)?;
    lower(Resource::Cpu, cpu_seconds)?;
    lower(Resource::Core, 0)?;
    lower(Resource::Fsize, 0)?;
    let mut stdin = std::io::stdin().lock();
    let mut length = [0; 4];
    if stdin.read_exact(&mut length).is_err() {
        return Ok(());
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST_TASK {
        return Err(std::io::Error::other("a task too long"));
    }
    let mut json = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
    stdin.read_exact(&mut json)?;
    let task: Task = serde_json::from_slice(&json)?;
    lower(Resource::Cpu, task.cpu_seconds.min(cpu_seconds))?;
    let marks = match task.work {
        Work::Annotate { marks } => Some(read_marks(&mut stdin, marks)?),
        Work::Whole | Work::Rows(_) => None,
    };
    // One byte more than allowed is enough for the reader to see that the file is too large.
    let wanted = task.bytes.min(task.limits.file_bytes.saturating_add(1));
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).map_err(std::io::Error::other)?);
    stdin.take(wanted).read_to_end(&mut bytes)?;
    let mut out = std::io::stdout().lock();
    if let Some(Marks { report, subject }) = marks {
        match annotate(&bytes, &report, &subject, &task.limits) {
            Ok(annotated) => write(&mut out, kind::ANNOTATED, &annotated)?,
            Err(error) => refuse(&mut out, error.code(), error.message())?,
        }
        return out.flush();
    }
    match &task.work {
        Work::Annotate { .. } => {}
        Work::Whole => match extract(&bytes, &task.limits) {
            Ok(raw) => write(
                &mut out,
                kind::WORKBOOK,
                &raw.to_bytes().map_err(std::io::Error::other)?,
            )?,
            Err(error) => refuse(&mut out, error.code(), error.message())?,
        },
        Work::Rows(wanted) => send_rows(
            &bytes,
            &task,
            wanted,
            &mut BufWriter::with_capacity(64 * 1024, &mut out),
        )?,
    }
    out.flush()
}

fn send_rows(bytes: &[u8], task: &Task, wanted: &WantedSheet, out: &mut impl Write) -> std::io::Result<()> {
    let mut batch = Batch::default();
    let mut broken = None;
    let read = rows(bytes, &task.limits, wanted, &mut |event| {
        let sent = match event {
            RowEvent::Head(head) => frame(out, kind::HEAD, &head),
            RowEvent::Row(row) => batch.take(row, out),
        };
        // The head goes at once: whoever waits for it decides whether to go on.
        broken = sent.err();
        broken.is_none()
    });
    if let Some(broken) = broken {
        return Err(broken);
    }
    match read {
        Ok(end) => {
            batch.send(out)?;
            frame(out, kind::END, &end)?;
        }
        Err(error) => refuse(out, error.code(), error.message())?,
    }
    out.flush()
}

/// Rows that travel together.
#[derive(Default)]
struct Batch {
    rows: Vec<RawRow>,
    cells: usize,
    text: usize,
}

impl Batch {
    fn take(&mut self, row: RawRow, out: &mut impl Write) -> std::io::Result<()> {
        self.cells += row.cells.len() + 1;
        self.text += row.cells.iter().map(text_bytes).sum::<usize>();
        self.rows.push(row);
        if self.cells >= CELLS_AT_ONCE || self.text >= TEXT_AT_ONCE {
            self.send(out)?;
        }
        Ok(())
    }

    fn send(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        if !self.rows.is_empty() {
            frame(out, kind::ROWS, &self.rows)?;
        }
        *self = Self::default();
        Ok(())
    }
}

fn text_bytes(cell: &workbook::extract::RawCellAt) -> usize {
    match &cell.value {
        survey::cell::RawValue::Text(text) => text.len(),
        _ => 0,
    }
}

fn frame(out: &mut impl Write, kind: u8, value: &impl serde::Serialize) -> std::io::Result<()> {
    let body = postcard::to_stdvec(value).map_err(std::io::Error::other)?;
    write(out, kind, &body)?;
    if kind == kind::HEAD { out.flush() } else { Ok(()) }
}

fn read_marks(stdin: &mut impl Read, length: u64) -> std::io::Result<Marks> {
    let mut json = Vec::new();
    stdin.take(length).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

fn refuse(out: &mut impl Write, code: &str, message: Text) -> std::io::Result<()> {
    let refusal = Refusal {
        code: code.to_owned(),
        message,
    };
    write(out, kind::REFUSED, &serde_json::to_vec(&refusal)?)
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
