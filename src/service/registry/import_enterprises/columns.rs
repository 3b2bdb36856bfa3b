//! The columns of an enterprise list, found by their heads.

use std::collections::BTreeMap;

use bytes::Bytes;
use survey::cell::RawValue;
use workbook::extract::RawRow;

use crate::{
    domain::count::count,
    reader::RowStream,
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        imports::sheet_rows::{Sheets, next_rows},
    },
};

/// A column of the list: its field and the titles it may have.
pub(in crate::service::registry) struct Column {
    pub(in crate::service::registry) field: Field,
    pub(super) pointer: &'static str,
    pub(in crate::service::registry) titles: &'static [&'static str],
    pub(super) required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::service::registry) enum Field {
    Uscc,
    Name,
    Area,
    Industry,
    Employees,
    Revenue,
    Assets,
    FormerNames,
    ParentUscc,
    UsccException,
}

/// The columns, by the titles that bureaus use. The first title is the one we write ourselves.
pub(in crate::service::registry) const COLUMNS: &[Column] = &[
    Column {
        field: Field::Uscc,
        pointer: "/uscc",
        titles: &["统一社会信用代码", "uscc", "信用代码", "社会信用代码"],
        required: true,
    },
    Column {
        field: Field::Name,
        pointer: "/name",
        titles: &["企业名称", "name", "单位名称", "单位详细名称"],
        required: true,
    },
    Column {
        field: Field::Area,
        pointer: "/area_code",
        titles: &["镇街代码", "area_code", "行政区划代码", "所在镇街", "镇街"],
        required: true,
    },
    Column {
        field: Field::Industry,
        pointer: "/industry_code",
        titles: &["行业代码", "industry_code", "国民经济行业代码"],
        required: true,
    },
    Column {
        field: Field::Employees,
        pointer: "/employees",
        titles: &["从业人员", "employees", "从业人员期末人数"],
        required: false,
    },
    Column {
        field: Field::Revenue,
        pointer: "/revenue_wan_yuan",
        titles: &["营业收入（万元）", "revenue_wan_yuan", "营业收入(万元)", "营业收入"],
        required: false,
    },
    Column {
        field: Field::Assets,
        pointer: "/assets_wan_yuan",
        titles: &["资产总计（万元）", "assets_wan_yuan", "资产总计(万元)", "资产总计"],
        required: false,
    },
    Column {
        field: Field::FormerNames,
        pointer: "/former_names",
        titles: &["曾用名", "former_names"],
        required: false,
    },
    Column {
        field: Field::ParentUscc,
        pointer: "/parent_uscc",
        titles: &[
            "母公司统一社会信用代码",
            "parent_uscc",
            "母公司信用代码",
            "上级单位信用代码",
        ],
        required: false,
    },
    Column {
        field: Field::UsccException,
        pointer: "/uscc_exception",
        titles: &["代码说明", "uscc_exception"],
        required: false,
    },
];

/// Rows among which the column names are looked for: lists often have a title above them.
pub(in crate::service::registry) const HEAD_ROWS: usize = 20;

/// Sheets that are looked into.
pub(in crate::service::registry) const SHEETS: usize = 16;

/// A row of the list as texts.
pub(in crate::service::registry) struct ListRow {
    pub(in crate::service::registry) number: usize,
    pub(in crate::service::registry) cells: Vec<String>,
}

impl ListRow {
    pub(in crate::service::registry) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The rows from the column names on, of the first visible sheet that has them.
pub(super) async fn read_rows(service: &Service, bytes: &Bytes) -> Result<(ColumnsFound, Vec<ListRow>), ServiceError> {
    let mut sheets = Sheets::visible(service, bytes, SHEETS);
    let mut closest = None;
    while let Some(mut stream) = sheets.next().await? {
        match read_sheet(&mut stream).await? {
            Ok(list) => return Ok(list),
            Err(missing) => closest = nearer(closest, missing),
        }
    }
    Err(match closest {
        Some(missing) => ServiceError::new(codes::registry::COLUMNS_MISSING).with_faults(missing),
        None => ServiceError::new(codes::registry::LIST_UNREADABLE),
    })
}

/// The rows of a sheet; the inner error says which columns are missing in the row that comes nearest to a head, nothing in a
/// sheet without rows.
pub(super) async fn read_sheet(
    stream: &mut RowStream,
) -> Result<Result<(ColumnsFound, Vec<ListRow>), MissingColumns>, ServiceError> {
    let (mut columns, mut closest, mut rows) = (None, None, Vec::new());
    let mut tried = 0;
    while let Some(batch) = next_rows(stream).await? {
        for row in batch.iter().map(list_row).filter(|row| !row.is_blank()) {
            if columns.is_some() {
                rows.push(row);
                continue;
            }
            match find_columns(&row.cells) {
                Ok(found) => columns = Some(found),
                Err(missing) => {
                    closest = nearer(closest, Some(missing));
                    tried += 1;
                    if tried == HEAD_ROWS {
                        return Ok(Err(closest));
                    }
                }
            }
        }
    }
    Ok(match columns {
        Some(columns) => Ok((columns, rows)),
        None => Err(closest),
    })
}

/// Of two rows that are no head, the one that lacks less; the first of equals.
pub(super) fn nearer(one: MissingColumns, other: MissingColumns) -> MissingColumns {
    one.into_iter().chain(other).min_by_key(Vec::len)
}

pub(in crate::service::registry) fn list_row(row: &RawRow) -> ListRow {
    let mut cells = Vec::new();
    for cell in &row.cells {
        // A list has few columns; what stands far to the right is no part of it.
        let column: usize = count(cell.column);
        if column < 64 {
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = text_of(&cell.value);
        }
    }
    ListRow {
        number: row.row as usize + 1,
        cells,
    }
}

pub(super) fn text_of(value: &RawValue) -> String {
    match value {
        RawValue::Text(text) => text.trim().to_owned(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(yes) => yes.to_string(),
        RawValue::Error(error) => error.clone(),
        RawValue::Blank | RawValue::FormulaWithoutValue => String::new(),
    }
}

/// Where the columns of a head are, or which needed ones it lacks.
pub(super) fn find_columns(header: &[String]) -> Result<ColumnsFound, Vec<Fault>> {
    let mut found = BTreeMap::new();
    for (position, title) in header.iter().enumerate() {
        let title = title.trim().to_lowercase();
        if let Some(column) = COLUMNS.iter().find(|column| column.titles.contains(&title.as_str())) {
            found.entry(column.field).or_insert(position);
        }
    }
    let missing = COLUMNS
        .iter()
        .filter(|column| column.required && !found.contains_key(&column.field))
        .map(|column| {
            let title = column.titles[0];
            Fault::saying(
                column.pointer,
                codes::registry::COLUMN_MISSING,
                format!("缺少列“{title}”。"),
                format!("The column \"{title}\" is missing."),
            )
        });
    let missing = missing.collect::<Vec<_>>();
    if missing.is_empty() { Ok(found) } else { Err(missing) }
}

/// Where each column stands.
pub(super) type ColumnsFound = BTreeMap<Field, usize>;

/// The needed columns that the best row lacks; none where there is no row.
pub(super) type MissingColumns = Option<Vec<Fault>>;
