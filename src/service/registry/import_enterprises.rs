//! An enterprise list from any spreadsheet: every row is taken, left unchanged or refused, and the report says which.

use std::collections::BTreeMap;

use bytes::Bytes;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use survey::{cell::RawValue, tables::ReferenceTables, text::Text};
use workbook::extract::RawRow;

use super::write_enterprise::{CheckedFacts, EnterpriseInput, check, current_tables, is_class, is_town, size_class};
use crate::{
    domain::{
        access::Principal,
        enterprise::{Enterprise, EnterpriseFacts, EnterpriseId},
    },
    reader::RowStream,
    service::{
        Service,
        access::permission::Action,
        error::{Fault, ServiceError},
        imports::sheet_rows::{Sheets, next_rows},
    },
    store,
    store::db::Connection,
};

/// The report of an import, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows read, the header not counted.
    pub rows: usize,
    /// Enterprises added.
    pub created: usize,
    /// Enterprises changed.
    pub updated: usize,
    /// Enterprises that already were as the row says.
    pub unchanged: usize,
    /// Rows refused.
    pub refused: usize,
    /// What became of each row, in order; at most [`ImportReport::CAP`], refused rows first when there are more.
    pub outcomes: Vec<RowOutcome>,
}

impl ImportReport {
    /// The most rows that are listed one by one.
    pub const CAP: usize = 5000;
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOutcome {
    /// Row number as the spreadsheet shows it, the header being row 1.
    pub row: usize,
    /// Credit code as read.
    pub uscc: String,
    /// Outcome.
    pub outcome: Outcome,
    /// Why it was refused, each with its column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<RowFault>,
}

/// Outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Refused: nothing of it was written.
    Refused,
    /// Added.
    Created,
    /// Changed.
    Updated,
    /// Already as the row says.
    Unchanged,
}

/// One fault of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// Stable code.
    pub code: String,
    /// Column title.
    pub column: String,
    /// What and what to do.
    pub message: Text,
}

/// A column of the list: its field and the titles it may have.
struct Column {
    field: Field,
    pointer: &'static str,
    titles: &'static [&'static str],
    required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
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
const COLUMNS: &[Column] = &[
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

/// Imports a list. Good rows are written, bad ones are named; with `dry_run` nothing is written and the report is the same.
pub async fn import_enterprises(
    service: &Service,
    caller: &Principal,
    bytes: &Bytes,
    dry_run: bool,
) -> Result<ImportReport, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let (columns, rows) = read_rows(service, bytes).await?;
    let tables = current_tables(service).await?;
    let month = service.this_month();
    let parsed = rows
        .iter()
        .map(|row| parse_row(row, &columns, &tables, &month))
        .collect::<Vec<_>>();
    let list = List {
        columns: &columns,
        tables: &tables,
    };
    if dry_run {
        let (report, _) = decide(service, caller, service.db.read(), &list, parsed).await?;
        return Ok(report);
    }
    let txn = service.db.begin_write().await?;
    let (report, changes) = decide(service, caller, &txn, &list, parsed).await?;
    for (enterprise, version) in &changes.updated {
        store::enterprise::update_enterprise(&txn, &caller.scope, enterprise, *version).await?;
    }
    store::enterprise::insert_enterprises(&txn, &caller.scope, &changes.created).await?;
    txn.commit().await?;
    Ok(report)
}

/// Where each column stands.
type ColumnsFound = BTreeMap<Field, usize>;

/// The needed columns that the best row lacks; none where there is no row.
type MissingColumns = Option<Vec<Fault>>;

/// Rows among which the column names are looked for: lists often have a title above them.
const HEAD_ROWS: usize = 20;
/// Sheets that are looked into.
const SHEETS: usize = 16;

/// What a list changes.
#[derive(Default)]
struct Changes {
    created: Vec<Enterprise>,
    /// With the version that was read.
    updated: Vec<(Enterprise, i64)>,
}

/// A row of the list as texts.
struct ListRow {
    number: usize,
    cells: Vec<String>,
}

impl ListRow {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The rows from the column names on, of the first visible sheet that has them.
async fn read_rows(service: &Service, bytes: &Bytes) -> Result<(ColumnsFound, Vec<ListRow>), ServiceError> {
    let mut sheets = Sheets::visible(service, bytes, SHEETS);
    let mut closest = None;
    while let Some(mut stream) = sheets.next().await? {
        match read_sheet(&mut stream).await? {
            Ok(list) => return Ok(list),
            Err(missing) => closest = nearer(closest, missing),
        }
    }
    Err(match closest {
        Some(missing) => ServiceError::new("import.columns_missing").with_faults(missing),
        None => ServiceError::new("import.unreadable"),
    })
}

/// The rows of a sheet; the inner error says which columns are missing in the row that comes nearest to a head, nothing in a
/// sheet without rows.
async fn read_sheet(
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
fn nearer(one: MissingColumns, other: MissingColumns) -> MissingColumns {
    one.into_iter().chain(other).min_by_key(Vec::len)
}

fn list_row(row: &RawRow) -> ListRow {
    let mut cells = Vec::new();
    for cell in &row.cells {
        // A list has few columns; what stands far to the right is no part of it.
        let column = usize::try_from(cell.column).unwrap_or(usize::MAX);
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

fn text_of(value: &RawValue) -> String {
    match value {
        RawValue::Text(text) => text.trim().to_owned(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(yes) => yes.to_string(),
        RawValue::Error(error) => error.clone(),
        RawValue::Blank | RawValue::FormulaWithoutValue => String::new(),
    }
}

/// Where the columns of a head are, or which needed ones it lacks.
fn find_columns(header: &[String]) -> Result<ColumnsFound, Vec<Fault>> {
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
            Fault::at(
                column.pointer,
                "import.column_missing",
                format!("缺少列“{title}”。"),
                format!("The column \"{title}\" is missing."),
            )
        });
    let missing = missing.collect::<Vec<_>>();
    if missing.is_empty() { Ok(found) } else { Err(missing) }
}

/// A row that was understood, or what is wrong with it.
struct ParsedRow {
    number: usize,
    uscc: String,
    checked: Result<CheckedFacts, Vec<RowFault>>,
}

fn parse_row(row: &ListRow, columns: &ColumnsFound, tables: &ReferenceTables, month: &str) -> ParsedRow {
    let get = |field: Field| {
        columns
            .get(&field)
            .and_then(|at| row.cells.get(*at))
            .map_or("", |cell| cell.trim())
    };
    let mut faults = Vec::new();
    let mut number = |field: Field| -> Option<Decimal> {
        let text = get(field).replace([',', '，'], "");
        if text.is_empty() {
            return None;
        }
        let parsed = text
            .parse::<Decimal>()
            .or_else(|_| Decimal::from_scientific(&text))
            .ok();
        if parsed.is_none() {
            faults.push(row_fault(
                field,
                "import.not_a_number",
                format!("“{text}”不是数字。"),
                format!("\"{text}\" is not a number."),
            ));
        }
        parsed
    };
    let employees = number(Field::Employees);
    let revenue = number(Field::Revenue);
    let assets = number(Field::Assets);
    let employees = match employees.map(|count| count.to_string().parse::<u32>()) {
        Some(Err(_)) => {
            faults.push(row_fault(
                Field::Employees,
                "import.not_a_count",
                "人数应为非负整数。".into(),
                "A number of people is a whole number.".into(),
            ));
            None
        }
        Some(Ok(count)) => Some(count),
        None => None,
    };
    let facts = EnterpriseFacts {
        uscc: get(Field::Uscc).to_owned(),
        name: get(Field::Name).to_owned(),
        former_names: get(Field::FormerNames)
            .split([';', '；', '、'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        parent_uscc: Some(get(Field::ParentUscc).to_owned()),
        area_code: area_code(get(Field::Area), tables),
        industry_code: industry_code(get(Field::Industry), tables),
        employees,
        revenue_wan_yuan: revenue,
        assets_wan_yuan: assets,
        active: true,
    };
    let uscc = facts.uscc.clone();
    let exception = Some(get(Field::UsccException).to_owned());
    let checked = check(
        tables,
        month,
        EnterpriseInput {
            facts,
            uscc_exception: exception,
        },
    );
    let checked = match checked {
        Ok(checked) if faults.is_empty() => Ok(checked),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more.into_iter().map(|fault| {
                let column = COLUMNS
                    .iter()
                    .find(|column| Some(column.pointer) == fault.pointer.as_deref());
                RowFault {
                    code: fault.code,
                    column: column.map_or("", |column| column.titles[0]).to_owned(),
                    message: fault.message,
                }
            }));
            Err(faults)
        }
    };
    ParsedRow {
        number: row.number,
        uscc,
        checked,
    }
}

/// What is the same for all rows of a list.
struct List<'l> {
    columns: &'l ColumnsFound,
    tables: &'l ReferenceTables,
}

impl List<'_> {
    /// What the list has no column for stays as it is known: a short list loses nothing of a long one.
    fn keep_what_it_lacks(&self, checked: &mut CheckedFacts, found: &Enterprise) {
        let lacks = |field: Field| !self.columns.contains_key(&field);
        let (facts, known) = (&mut checked.facts, &found.facts);
        if lacks(Field::FormerNames) {
            facts.former_names.clone_from(&known.former_names);
        }
        if lacks(Field::ParentUscc) {
            facts.parent_uscc.clone_from(&known.parent_uscc);
        }
        if lacks(Field::Employees) {
            facts.employees = known.employees;
        }
        if lacks(Field::Revenue) {
            facts.revenue_wan_yuan = known.revenue_wan_yuan;
        }
        if lacks(Field::Assets) {
            facts.assets_wan_yuan = known.assets_wan_yuan;
        }
        facts.active = known.active;
        checked.size_class = size_class(self.tables, facts);
    }
}

fn row_fault(field: Field, code: &str, zh: String, en: String) -> RowFault {
    let column = COLUMNS
        .iter()
        .find(|column| column.field == field)
        .map_or("", |column| column.titles[0]);
    RowFault {
        code: code.to_owned(),
        column: column.to_owned(),
        message: Text::new(zh, en),
    }
}

/// A town by its code or by its exact name.
fn area_code(text: &str, tables: &ReferenceTables) -> String {
    let by_name = || {
        tables
            .areas
            .iter()
            .find(|area| area.name == text && is_town(tables, &area.code))
    };
    match tables.areas.get(text) {
        Some(area) => area.code.clone(),
        None => by_name().map_or_else(|| text.to_owned(), |area| area.code.clone()),
    }
}

/// A class with its letter (`C3831`), or by its four digits alone, which are unique.
fn industry_code(text: &str, tables: &ReferenceTables) -> String {
    let by_digits = || {
        tables
            .industries
            .iter()
            .find(|industry| industry.digits == text && is_class(tables, &industry.code))
    };
    match tables.industries.get(text) {
        Some(industry) => industry.code.clone(),
        None => by_digits().map_or_else(|| text.to_owned(), |industry| industry.code.clone()),
    }
}

/// What becomes of every row, and what is to be written for it. Writes nothing itself.
async fn decide(
    service: &Service,
    caller: &Principal,
    conn: &impl Connection,
    list: &List<'_>,
    parsed: Vec<ParsedRow>,
) -> Result<(ImportReport, Changes), ServiceError> {
    let codes = parsed
        .iter()
        .filter_map(|row| row.checked.as_ref().ok())
        .map(|checked| checked.facts.uscc.clone())
        .collect::<Vec<_>>();
    let known = store::enterprise::find_enterprises_by_uscc(conn, &caller.scope, &codes).await?;
    let mut report = ImportReport {
        rows: parsed.len(),
        ..ImportReport::default()
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut changes = Changes::default();
    for row in parsed {
        let (outcome, faults) = match row.checked {
            Err(faults) => (Outcome::Refused, faults),
            Ok(checked) => match seen.insert(checked.facts.uscc.clone(), row.number) {
                Some(first) => {
                    let zh = format!("与第 {first} 行的信用代码相同。");
                    (
                        Outcome::Refused,
                        vec![row_fault(
                            Field::Uscc,
                            "import.row_twice",
                            zh,
                            format!("Row {first} has the same credit code."),
                        )],
                    )
                }
                None => (decide_row(service, checked, &known, list, &mut changes), Vec::new()),
            },
        };
        match outcome {
            Outcome::Refused => report.refused += 1,
            Outcome::Created => report.created += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Unchanged => report.unchanged += 1,
        }
        report.outcomes.push(RowOutcome {
            row: row.number,
            uscc: row.uscc,
            outcome,
            faults,
        });
    }
    if report.outcomes.len() > ImportReport::CAP {
        report.outcomes.sort_by_key(|row| (row.outcome, row.row));
        report.outcomes.truncate(ImportReport::CAP);
    }
    Ok((report, changes))
}

fn decide_row(
    service: &Service,
    mut checked: CheckedFacts,
    known: &BTreeMap<String, Enterprise>,
    list: &List<'_>,
    changes: &mut Changes,
) -> Outcome {
    let now = service.now();
    let Some(found) = known.get(&checked.facts.uscc) else {
        let id = EnterpriseId(service.next_id());
        changes.created.push(checked.into_enterprise(id, 1, now, now));
        return Outcome::Created;
    };
    list.keep_what_it_lacks(&mut checked, found);
    let enterprise = checked.into_enterprise(found.id, found.version, found.created_at, now);
    let same = enterprise.facts == found.facts
        && enterprise.uscc_exception == found.uscc_exception
        && enterprise.size_class == found.size_class;
    if same {
        return Outcome::Unchanged;
    }
    changes.updated.push((enterprise, found.version));
    Outcome::Updated
}
