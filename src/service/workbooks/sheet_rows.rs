//! Sheets that are too long to be kept: out of a reading child row by row, or only as they begin.

use bytes::Bytes;
use workbook::extract::{RawRow, RawSheet, RawWorkbook, RowsHead, Visibility, WantedSheet};

use crate::{
    reader::{RowBatch, RowStream},
    service::{Service, error::ServiceError},
};

/// Sheets that are looked into when only beginnings are read.
const SHEETS: usize = 64;

/// A file whose sheets are opened.
#[derive(Clone, Copy)]
pub(crate) enum SheetFile<'f> {
    /// Bytes that somebody holds.
    Held(&'f Bytes),
    /// Something handed in earlier, by its SHA-256. It is fetched for each sheet, so that a long file is not held while its
    /// rows are read.
    Kept(&'f str),
}

impl<'f> From<&'f Bytes> for SheetFile<'f> {
    fn from(bytes: &'f Bytes) -> Self {
        Self::Held(bytes)
    }
}

/// The rows of one sheet.
async fn open_rows(service: &Service, file: SheetFile<'_>, wanted: WantedSheet) -> Result<RowStream, ServiceError> {
    let bytes = match file {
        SheetFile::Held(bytes) => bytes.clone(),
        SheetFile::Kept(sha256) => service.original(sha256).await?,
    };
    let rows = service.reader.rows(bytes, wanted).await;
    Ok(rows.map_err(ServiceError::internal)??)
}

/// The next rows of a sheet; none once all were given.
pub(crate) async fn next_rows(stream: &mut RowStream) -> Result<Option<Vec<RawRow>>, ServiceError> {
    Ok(match stream.next().await.transpose()? {
        Some(RowBatch::Rows(rows)) => Some(rows),
        Some(RowBatch::End(_)) | None => None,
    })
}

/// Sheets of a file, opened one after the other as they are asked for.
pub(crate) struct Sheets<'s> {
    service: &'s Service,
    file: SheetFile<'s>,
    first: Option<WantedSheet>,
    /// How many sheets may follow the first.
    others: usize,
    /// Those that follow, once the first was opened.
    following: std::vec::IntoIter<usize>,
}

impl<'s> Sheets<'s> {
    /// The sheets that people see, in the order of the file; the first of all when they see none.
    pub(crate) fn visible(service: &'s Service, file: impl Into<SheetFile<'s>>, others: usize) -> Self {
        Self {
            service,
            file: file.into(),
            first: Some(WantedSheet::FirstVisible),
            others,
            following: Vec::new().into_iter(),
        }
    }

    /// The sheet of this name alone.
    pub(crate) fn named(service: &'s Service, file: impl Into<SheetFile<'s>>, name: &str) -> Self {
        Self {
            first: Some(WantedSheet::Name(name.to_owned())),
            ..Self::visible(service, file, 0)
        }
    }

    /// The next sheet; none after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<RowStream>, ServiceError> {
        if let Some(first) = self.first.take() {
            let stream = open_rows(self.service, self.file, first).await?;
            let following = visible(stream.head()).skip(1).take(self.others);
            self.following = following.collect::<Vec<_>>().into_iter();
            return Ok(Some(stream));
        }
        match self.following.next() {
            Some(number) => {
                let stream = open_rows(self.service, self.file, WantedSheet::Number(number)).await?;
                Ok(Some(stream))
            }
            None => Ok(None),
        }
    }
}

/// The sheets that people see, in the order of the file.
fn visible(head: &RowsHead) -> impl Iterator<Item = usize> {
    let sheets = head.sheets.iter().enumerate();
    sheets
        .filter(|(_, title)| title.visibility == Visibility::Visible)
        .map(|(number, _)| number)
}

/// The workbook with the first rows of its sheets alone, and no more sheets once there is `enough`.
pub(crate) async fn read_beginnings(
    service: &Service,
    bytes: &Bytes,
    rows: usize,
    enough: impl Fn(&RawWorkbook) -> bool,
) -> Result<RawWorkbook, ServiceError> {
    let mut stream = open_rows(service, bytes.into(), WantedSheet::Number(0)).await?;
    let head = stream.head().clone();
    let mut found = RawWorkbook {
        format: head.format,
        styles: head.styles,
        dates: head.dates,
        macros: head.macros,
        external_links: head.external_links,
        ..RawWorkbook::default()
    };
    for (number, title) in head.sheets.into_iter().enumerate().take(SHEETS) {
        if number > 0 {
            stream = open_rows(service, bytes.into(), WantedSheet::Number(number)).await?;
        }
        let mut sheet = RawSheet {
            name: title.name,
            visibility: title.visibility,
            ..RawSheet::default()
        };
        let mut taken = 0;
        while taken < rows
            && let Some(batch) = next_rows(&mut stream).await?
        {
            for row in batch.into_iter().take(rows - taken) {
                taken += 1;
                sheet.cells.extend(row.cells);
            }
        }
        found.sheets.push(sheet);
        if enough(&found) {
            break;
        }
    }
    Ok(found)
}
