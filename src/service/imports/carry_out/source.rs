//! Where the rows of an import come from: a bulk sheet of ours, or a spreadsheet that a mapping explains. Long sheets come
//! out of the reading child row by row and are never kept whole.

use std::sync::Arc;

use bytes::Bytes;
use survey::cell::{DateSystem, LayoutNotice};
use tokio::sync::mpsc::Sender;
use workbook::{
    bulk::{BulkReader, BulkStep},
    error::AnchorError,
    extract::RawRow,
    mapping::{Compiled, Shape, SourceRow, rows},
};

use crate::{
    domain::{count::count, mapping::AppliedMapping, round::Round},
    reader::RowStream,
    service::{
        Service,
        documents::form::Form,
        error::ServiceError,
        imports::{
            mapping::compile,
            read_rows::{Columns, SheetRow},
        },
        templates::recognise::{BulkSheet, bulk_sheet},
        workbooks::{
            read::read_workbook,
            sheet_rows::{SheetFile, Sheets, next_rows},
        },
    },
};

/// Rows that are checked together and settled in one transaction: a row of a wide sheet takes half a megabyte on its way.
const AT_ONCE: usize = 32;
/// Sheets that are tried for a bulk sheet under another name.
const SHEETS: usize = 16;

/// Rows that are checked together, with their numbers among those of the import.
pub(super) struct Group {
    pub(super) dates: DateSystem,
    pub(super) rows: Vec<(i32, SheetRow)>,
}

/// How the rows of a file are found and understood.
pub(super) enum Source {
    /// As a person confirmed.
    Mapped(Arc<Compiled>),
    /// As it was issued.
    Bulk(Box<BulkSheet>),
}

/// Whether somebody takes more rows.
type GoesOn = bool;

impl Source {
    /// The source of a mapping, or of the marks in the file itself.
    pub(super) async fn of(
        service: &Service,
        round: &Round,
        form: &Arc<Form>,
        mapping: Option<AppliedMapping>,
        bytes: &Bytes,
    ) -> Result<Self, ServiceError> {
        Ok(match mapping {
            Some(applied) => Self::Mapped(Arc::new(compile(applied.mapping, form)?)),
            None => Self::Bulk(Box::new(bulk_sheet(service, round, form, bytes).await?)),
        })
    }

    pub(super) fn columns(&self) -> Columns {
        match self {
            Self::Mapped(mapping) => Columns::Mapped(mapping.clone()),
            Self::Bulk(_) => Columns::Coded,
        }
    }

    /// Gives the rows of a file after number `last` in groups, until they end or nobody takes them.
    pub(super) async fn give(
        &self,
        service: &Service,
        sha256: &str,
        last: i32,
        send: Sender<Group>,
    ) -> Result<(), ServiceError> {
        let mut giver = Giver {
            last,
            send,
            group: Vec::new(),
            dates: DateSystem::default(),
        };
        let goes_on = match self {
            Self::Mapped(mapping) => match &mapping.mapping().shape {
                Shape::Sheets => give_sheets(service, mapping, sha256, &mut giver).await?,
                Shape::Rows { sheet, .. } => {
                    give_mapped(service, mapping, sheet.as_deref(), sha256, &mut giver).await?
                }
            },
            Self::Bulk(sheet) => give_bulk(service, sheet, sha256, &mut giver).await?,
        };
        if goes_on {
            giver.send().await;
        }
        Ok(())
    }
}

/// Collects rows into groups.
struct Giver {
    last: i32,
    send: Sender<Group>,
    group: Vec<(i32, SheetRow)>,
    dates: DateSystem,
}

impl Giver {
    async fn take(&mut self, number: i32, row: SheetRow) -> GoesOn {
        if number <= self.last {
            return true;
        }
        self.group.push((number, row));
        self.group.len() < AT_ONCE || self.send().await
    }

    async fn send(&mut self) -> GoesOn {
        let rows = std::mem::take(&mut self.group);
        let group = Group {
            dates: self.dates,
            rows,
        };
        group.rows.is_empty() || self.send.send(group).await.is_ok()
    }
}

/// Every sheet is a return.
async fn give_sheets(
    service: &Service,
    mapping: &Compiled,
    sha256: &str,
    giver: &mut Giver,
) -> Result<GoesOn, ServiceError> {
    let raw = read_workbook(&service.reader, &service.original(sha256).await?).await?;
    giver.dates = raw.dates;
    for (number, source) in (1..).zip(rows(mapping, &raw)) {
        let Some(row) = mapping.read(&source) else { continue };
        if !giver.take(number, row.into()).await {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every row is a return: of the sheet of this name, or the first visible one that holds something.
async fn give_mapped(
    service: &Service,
    mapping: &Compiled,
    sheet: Option<&str>,
    sha256: &str,
    giver: &mut Giver,
) -> Result<GoesOn, ServiceError> {
    let mut sheets = match sheet {
        Some(name) => Sheets::named(service, SheetFile::Kept(sha256), name),
        None => Sheets::visible(service, SheetFile::Kept(sha256), usize::MAX),
    };
    while let Some(mut stream) = sheets.next().await? {
        let head = stream.head().clone();
        let name = head.title().name;
        giver.dates = head.dates;
        let mut empty = true;
        while let Some(batch) = next_rows(&mut stream).await? {
            empty = false;
            for row in batch.iter().filter(|row| mapping.is_below_head(row.row)) {
                let read = mapping.read(&SourceRow::of(&head, &name, row));
                if let Some(read) = read
                    && !giver.take(number(row), read.into()).await
                {
                    return Ok(false);
                }
            }
        }
        if !empty {
            break;
        }
    }
    Ok(true)
}

/// Every row below the head of the bulk sheet is a return. The sheet may have been renamed or moved.
async fn give_bulk(
    service: &Service,
    sheet: &BulkSheet,
    sha256: &str,
    giver: &mut Giver,
) -> Result<GoesOn, ServiceError> {
    let mut wrong = AnchorError::SheetsMissing;
    let mut sheets = Sheets::visible(service, SheetFile::Kept(sha256), SHEETS);
    while let Some(mut stream) = sheets.next().await? {
        match give_bulk_rows(sheet, &mut stream, giver).await? {
            Ok(goes_on) => return Ok(goes_on),
            Err(error) => wrong = error,
        }
    }
    Err(wrong.into())
}

/// The rows of one sheet; the inner error says that it is not the bulk sheet.
async fn give_bulk_rows(
    sheet: &BulkSheet,
    stream: &mut RowStream,
    giver: &mut Giver,
) -> Result<Result<GoesOn, AnchorError>, ServiceError> {
    let head = stream.head().clone();
    giver.dates = head.dates;
    let mut reader = BulkReader::new(&sheet.layout, sheet.language, head.title().name);
    let mut notices: Arc<[LayoutNotice]> = Arc::default();
    while let Some(batch) = next_rows(stream).await? {
        for row in &batch {
            let had_notices = reader.notices().len();
            let step = match reader.read(row.row, &row.cells, &head.styles) {
                Ok(step) => step,
                Err(AnchorError::SheetsMissing) => return Ok(Err(AnchorError::SheetsMissing)),
                Err(error) => return Err(error.into()),
            };
            if reader.notices().len() != had_notices {
                notices = reader.notices().into();
            }
            let read = match step {
                BulkStep::Head | BulkStep::Blank => continue,
                BulkStep::Row(mut read) => {
                    let of_version = sheet.passage.as_ref();
                    let of_version = of_version.map(|passage| passage.carry(&mut read.cells, &mut read.claims));
                    let notices = match of_version {
                        Some(of_version) => of_version.into_iter().chain(notices.iter().cloned()).collect(),
                        None => Arc::clone(&notices),
                    };
                    SheetRow::of_bulk(read, notices)
                }
                BulkStep::Stray(notice) => SheetRow::stray(row.row, notice),
            };
            if !giver.take(number(row), read).await {
                return Ok(Ok(false));
            }
        }
    }
    Ok(if reader.has_head() {
        Ok(true)
    } else {
        Err(AnchorError::SheetsMissing)
    })
}

/// The number of a row as people count.
fn number(row: &RawRow) -> i32 {
    count(row.row + 1)
}
