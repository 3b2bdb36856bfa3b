//! One row of an enterprise list, parsed.

use rust_decimal::Decimal;
use survey::{tables::ReferenceTables, text::Text};

use super::{
    RowFault,
    columns::{COLUMNS, ColumnsFound, Field, ListRow},
};
use crate::{
    domain::enterprise::{Enterprise, EnterpriseFacts},
    service::{
        error::codes::{self, FaultCode},
        registry::write_enterprise::{CheckedFacts, EnterpriseInput, check, is_class, is_town, size_class},
    },
};

/// A row that was understood, or what is wrong with it.
pub(super) struct ParsedRow {
    pub(super) number: usize,
    pub(super) uscc: String,
    pub(super) checked: Result<CheckedFacts, Vec<RowFault>>,
}

pub(super) fn parse_row(row: &ListRow, columns: &ColumnsFound, tables: &ReferenceTables, month: &str) -> ParsedRow {
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
                codes::registry::NOT_A_NUMBER,
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
                codes::registry::NOT_A_COUNT,
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
pub(super) struct List<'l> {
    pub(super) columns: &'l ColumnsFound,
    pub(super) tables: &'l ReferenceTables,
}

impl List<'_> {
    /// What the list has no column for stays as it is known: a short list loses nothing of a long one.
    pub(super) fn keep_what_it_lacks(&self, checked: &mut CheckedFacts, found: &Enterprise) {
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

pub(super) fn row_fault(field: Field, code: FaultCode, zh: String, en: String) -> RowFault {
    let column = COLUMNS
        .iter()
        .find(|column| column.field == field)
        .map_or("", |column| column.titles[0]);
    RowFault {
        code: code.name.to_owned(),
        column: column.to_owned(),
        message: Text::new(zh, en),
    }
}

/// A town by its code or by its exact name.
pub(super) fn area_code(text: &str, tables: &ReferenceTables) -> String {
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
pub(super) fn industry_code(text: &str, tables: &ReferenceTables) -> String {
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
