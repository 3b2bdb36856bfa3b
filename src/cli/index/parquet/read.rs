//! A Parquet file as a table of typed columns.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use bytes::Bytes;
use index::exchange::{TypedCells, TypedColumn, TypedTable};
use parquet::{
    basic::{ConvertedType, LogicalType, Type as PhysicalType},
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{ByteArray, DataType},
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    schema::types::ColumnDescriptor,
};

use crate::{
    cli::{index::inputs::refused_in, output::Failed},
    service::error::codes,
};

/// What a file of this kind begins with.
const MAGIC: &[u8] = b"PAR1";
/// So many rows are read at once.
const ROWS: usize = 1 << 14;

/// Whether a file is one of Parquet, by its first bytes.
pub(in crate::cli::index) fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads all columns of a file.
pub(in crate::cli::index) fn read(path: &Path, bytes: Vec<u8>) -> Result<TypedTable, Failed> {
    let unreadable = |reason: &str| {
        let path = path.display();
        Failed::new(
            codes::cli::INPUT_UNREADABLE,
            format!("无法读取 {path}：不是完整的 Parquet 文件（{reason}）。请重新导出。"),
            format!("{path} cannot be read: it is no whole Parquet file ({reason}). Export it again."),
        )
    };
    // The reader checks what it reads, and may yet stop at a file that was made to harm it.
    let read = catch_unwind(AssertUnwindSafe(|| columns(bytes)));
    let (columns, rows) = read
        .map_err(|_| unreadable("damaged"))?
        .map_err(|error| unreadable(&error.to_string()))?;
    TypedTable::new(columns, rows).map_err(refused_in(path))
}

fn columns(bytes: Vec<u8>) -> Result<(Vec<TypedColumn>, usize), ParquetError> {
    let reader = SerializedFileReader::new(Bytes::from(bytes))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut columns = Vec::new();
    let mut rows = None;
    for (at, column) in schema.columns().iter().enumerate() {
        let mut cells = Cells::of(column);
        for group in 0..reader.num_row_groups() {
            cells.read(
                reader.get_row_group(group)?.get_column_reader(at)?,
                column.max_def_level(),
            )?;
        }
        let cells = cells.finish();
        if let Some(length) = length(&cells)
            && *rows.get_or_insert(length) != length
        {
            return Err(ParquetError::General("columns of different length".to_owned()));
        }
        columns.push(TypedColumn {
            name: column.path().string().trim().to_owned(),
            cells,
        });
    }
    Ok((columns, rows.unwrap_or(0)))
}

/// The cells of a column so far.
enum Cells {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
    /// A kind that is not read, such as times or lists.
    Unread(String),
}

impl Cells {
    fn of(column: &ColumnDescriptor) -> Self {
        let is_whole = match (column.logical_type_ref(), column.converted_type()) {
            (Some(logical), _) => matches!(logical, LogicalType::Integer(_)),
            (None, converted) => matches!(
                converted,
                ConvertedType::NONE
                    | ConvertedType::INT_8
                    | ConvertedType::INT_16
                    | ConvertedType::INT_32
                    | ConvertedType::INT_64
                    | ConvertedType::UINT_8
                    | ConvertedType::UINT_16
                    | ConvertedType::UINT_32
                    | ConvertedType::UINT_64
            ),
        };
        match column.physical_type() {
            _ if column.max_rep_level() > 0 => Self::Unread("LIST".to_owned()),
            PhysicalType::DOUBLE | PhysicalType::FLOAT | PhysicalType::BOOLEAN => Self::Numbers(Vec::new()),
            PhysicalType::INT32 | PhysicalType::INT64 if is_whole => Self::Numbers(Vec::new()),
            PhysicalType::BYTE_ARRAY => Self::Texts(Vec::new()),
            other => Self::Unread(match column.logical_type_ref() {
                Some(logical) => format!("{logical:?}"),
                None => other.to_string(),
            }),
        }
    }

    /// Adds the cells of a group of rows.
    fn read(&mut self, reader: ColumnReader, present: i16) -> Result<(), ParquetError> {
        match (self, reader) {
            (Self::Numbers(cells), ColumnReader::DoubleColumnReader(reader)) => each(reader, present, |value| {
                cells.push(value);
                Ok(())
            }),
            (Self::Numbers(cells), ColumnReader::FloatColumnReader(reader)) => each(reader, present, |value| {
                cells.push(value.map(f64::from));
                Ok(())
            }),
            (Self::Numbers(cells), ColumnReader::Int32ColumnReader(reader)) => each(reader, present, |value| {
                cells.push(value.map(f64::from));
                Ok(())
            }),
            (Self::Numbers(cells), ColumnReader::Int64ColumnReader(reader)) => each(reader, present, |value| {
                cells.push(value.map(|value| value as f64));
                Ok(())
            }),
            (Self::Numbers(cells), ColumnReader::BoolColumnReader(reader)) => each(reader, present, |value| {
                cells.push(value.map(|value| f64::from(u8::from(value))));
                Ok(())
            }),
            (Self::Texts(cells), ColumnReader::ByteArrayColumnReader(reader)) => {
                each(reader, present, |value: Option<ByteArray>| {
                    let text = value.as_ref().map(ByteArray::as_utf8).transpose()?;
                    cells.push(text.map(str::to_owned));
                    Ok(())
                })
            }
            _ => Ok(()),
        }
    }

    fn finish(self) -> TypedCells {
        match self {
            Self::Numbers(cells) => TypedCells::Numbers(cells),
            Self::Texts(cells) => TypedCells::Texts(cells),
            Self::Unread(kind) => TypedCells::Unread(kind),
        }
    }
}

fn length(cells: &TypedCells) -> Option<usize> {
    match cells {
        TypedCells::Numbers(cells) => Some(cells.len()),
        TypedCells::Texts(cells) => Some(cells.len()),
        TypedCells::Unread(_) => None,
    }
}

/// Hands over every cell of a column without lists in it; `present` is the level at which a value is present.
fn each<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    present: i16,
    mut put: impl FnMut(Option<T::T>) -> Result<(), ParquetError>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    loop {
        values.clear();
        levels.clear();
        let can_miss = (present > 0).then_some(&mut levels);
        let (records, ..) = reader.read_records(ROWS, can_miss, None, &mut values)?;
        if records == 0 {
            return Ok(());
        }
        let mut values = values.drain(..);
        if present == 0 {
            values.try_for_each(|value| put(Some(value)))?;
            continue;
        }
        for level in &levels {
            put(if *level == present { values.next() } else { None })?;
        }
    }
}
