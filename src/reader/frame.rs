//! What crosses the pipes between the service and its reading child.
//!
//! In: the length of the task (4 bytes, little endian), the task as JSON, then the bytes of the file, as many as the
//! task says. Out: frames of a kind (1 byte), a length (4 bytes, little endian) and a body; either one workbook, or a
//! head, any number of rows and an end, or the file with marks on it; a refusal may take the place of any of them and is the last.

use std::io::Write;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};
use workbook::extract::{Limits, WantedSheet};

/// What a child is to do, once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) work: Work,
    /// Limits of the file.
    pub(super) limits: Limits,
    /// CPU time from here on, seconds.
    pub(super) cpu_seconds: u64,
    /// Bytes of the file that follow.
    pub(super) bytes: u64,
}

/// The kind of work.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// The whole workbook.
    Whole,
    /// One sheet, row by row.
    Rows(WantedSheet),
    /// The workbook with marks on it.
    Annotate {
        /// Bytes of the marks, as JSON, between the task and the file.
        marks: u64,
    },
}

impl Task {
    /// The task with its length.
    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        let json = serde_json::to_vec(self).ok()?;
        let length = u32::try_from(json.len()).ok()?;
        Some([&length.to_le_bytes()[..], &json].concat())
    }
}

/// A frame from the child; its body need not be trusted.
pub(super) enum Frame {
    /// A whole workbook.
    Workbook(Vec<u8>),
    /// A refusal, as JSON.
    Refused(Vec<u8>),
    /// The head of a sheet.
    Head(Vec<u8>),
    /// Some rows.
    Rows(Vec<u8>),
    /// The end of a sheet.
    End(Vec<u8>),
    /// The file with marks on it.
    Annotated(Vec<u8>),
}

/// The kinds as they are written.
pub(super) mod kind {
    pub(in super::super) const WORKBOOK: u8 = 1;
    pub(in super::super) const REFUSED: u8 = 2;
    pub(in super::super) const HEAD: u8 = 3;
    pub(in super::super) const ROWS: u8 = 4;
    pub(in super::super) const END: u8 = 5;
    pub(in super::super) const ANNOTATED: u8 = 6;
}

/// Writes one frame.
pub(super) fn write(out: &mut impl Write, kind: u8, body: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(body.len()).map_err(std::io::Error::other)?;
    out.write_all(&[kind])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)
}

/// The next frame; `None` when the child ends, lies about lengths or talks nonsense. Memory is given as bytes come.
pub(super) async fn next(from: &mut (impl AsyncRead + Unpin), largest: u64) -> Option<Frame> {
    let mut head = [0; 5];
    from.read_exact(&mut head).await.ok()?;
    let [kind, length @ ..] = head;
    let length = u64::from(u32::from_le_bytes(length));
    if length > largest {
        return None;
    }
    let mut body = Vec::new();
    let read = from.take(length).read_to_end(&mut body).await.ok()?;
    if u64::try_from(read).ok()? != length {
        return None;
    }
    Some(match kind {
        kind::WORKBOOK => Frame::Workbook(body),
        kind::REFUSED => Frame::Refused(body),
        kind::HEAD => Frame::Head(body),
        kind::ROWS => Frame::Rows(body),
        kind::END => Frame::End(body),
        kind::ANNOTATED => Frame::Annotated(body),
        _ => return None,
    })
}
