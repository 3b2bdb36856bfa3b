//! Results into a Parquet file.

use std::{fs::File, io, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as PhysicalType},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::Type,
};

use crate::cli::index::tables::{Cell, Rows, Table};

/// So many rows make a group: what is held at once.
const ROWS: usize = 1 << 16;

/// Writes a table. Every column has one kind: numbers, whole numbers, yes and no, or texts where cells differ.
pub(in crate::cli::index) fn write(table: &Table<'_>, file: &mut File) -> io::Result<()> {
    written(table, file).map_err(|error| match error {
        ParquetError::External(cause) => io::Error::other(cause),
        other => io::Error::other(other),
    })
}

fn written(table: &Table<'_>, file: &mut File) -> Result<(), ParquetError> {
    let header = table.header();
    let mut kinds = Kinds {
        kinds: vec![Kind::Blank; header.len()],
        at: 0,
    };
    table.tell(0..table.parts(), &mut kinds);
    let fields = header.iter().zip(&kinds.kinds).map(|(name, kind)| kind.field(name));
    let schema = Type::group_type_builder("table")
        .with_fields(fields.collect::<Result<_, _>>()?)
        .build()?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build()))?;
    let mut group = Group::new(&kinds.kinds);
    for part in 0..table.parts() {
        table.tell(part..part + 1, &mut group);
        if group.rows >= ROWS || part + 1 == table.parts() {
            let mut to = writer.next_row_group()?;
            for column in &group.columns {
                let mut into = to
                    .next_column()?
                    .ok_or_else(|| ParquetError::General("a column is missing".into()))?;
                column.write(&mut into)?;
                into.close()?;
            }
            to.close()?;
            group = Group::new(&kinds.kinds);
        }
    }
    writer.close()?;
    Ok(())
}

/// The kind of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No cell yet.
    Blank,
    Whole,
    Number,
    Flag,
    Text,
}

impl Kind {
    /// The kind of a column with this one and a cell.
    fn with(self, cell: &Cell<'_>) -> Self {
        let own = match cell {
            Cell::Blank => return self,
            Cell::Text(_) => Self::Text,
            Cell::Number(_) => Self::Number,
            Cell::Whole(_) => Self::Whole,
            Cell::Flag(_) => Self::Flag,
        };
        match (self, own) {
            (Self::Blank, own) => own,
            (before, own) if before == own => own,
            (Self::Whole | Self::Number, Self::Whole | Self::Number) => Self::Number,
            _ => Self::Text,
        }
    }

    fn field(self, name: &str) -> Result<Arc<Type>, ParquetError> {
        let (physical, logical) = match self {
            Self::Whole => (PhysicalType::INT64, None),
            // A column without a cell is one of figures that are missing.
            Self::Blank | Self::Number => (PhysicalType::DOUBLE, None),
            Self::Flag => (PhysicalType::BOOLEAN, None),
            Self::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        Ok(Arc::new(field.build()?))
    }
}

/// Finds the kind of every column.
struct Kinds {
    kinds: Vec<Kind>,
    at: usize,
}

impl Rows for Kinds {
    fn cell(&mut self, cell: Cell<'_>) {
        if let Some(kind) = self.kinds.get_mut(self.at) {
            *kind = kind.with(&cell);
        }
        self.at += 1;
    }

    fn end(&mut self) {
        self.at = 0;
    }
}

/// Rows that are written together.
struct Group {
    columns: Vec<Column>,
    rows: usize,
    at: usize,
}

/// Present values, and for every row 1 where there is one and else 0.
struct Column {
    values: Values,
    present: Vec<i16>,
}

enum Values {
    Whole(Vec<i64>),
    Number(Vec<f64>),
    Flag(Vec<bool>),
    Text(Vec<ByteArray>),
}

impl Group {
    fn new(kinds: &[Kind]) -> Self {
        let column = |kind: &Kind| Column {
            values: match kind {
                Kind::Whole => Values::Whole(Vec::new()),
                Kind::Blank | Kind::Number => Values::Number(Vec::new()),
                Kind::Flag => Values::Flag(Vec::new()),
                Kind::Text => Values::Text(Vec::new()),
            },
            present: Vec::new(),
        };
        Self {
            columns: kinds.iter().map(column).collect(),
            rows: 0,
            at: 0,
        }
    }
}

impl Rows for Group {
    fn cell(&mut self, cell: Cell<'_>) {
        if let Some(column) = self.columns.get_mut(self.at) {
            let is_present = column.values.push(cell);
            column.present.push(is_present.into());
        }
        self.at += 1;
    }

    fn end(&mut self) {
        self.at = 0;
        self.rows += 1;
    }
}

impl Values {
    /// Adds a cell, of which the column has the kind, and tells whether it is present.
    fn push(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (_, Cell::Blank) => return false,
            (Self::Whole(values), Cell::Whole(whole)) => values.push(whole),
            (Self::Number(values), Cell::Number(number)) => values.push(number),
            (Self::Number(values), Cell::Whole(whole)) => values.push(whole as f64),
            (Self::Flag(values), Cell::Flag(flag)) => values.push(flag),
            (Self::Text(values), cell) => values.push(text(&cell).as_bytes().to_vec().into()),
            // Kinds were found from the same cells.
            (Self::Whole(_) | Self::Number(_) | Self::Flag(_), _) => return false,
        }
        true
    }
}

fn text(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Whole(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

impl Column {
    fn write(&self, to: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let present = &self.present;
        match &self.values {
            Values::Whole(values) => put::<Int64Type>(to, values, present),
            Values::Number(values) => put::<DoubleType>(to, values, present),
            Values::Flag(values) => put::<BoolType>(to, values, present),
            Values::Text(values) => put::<ByteArrayType>(to, values, present),
        }
    }
}

fn put<T: DataType>(to: &mut SerializedColumnWriter<'_>, values: &[T::T], present: &[i16]) -> Result<(), ParquetError> {
    to.typed::<T>().write_batch(values, Some(present), None)?;
    Ok(())
}
