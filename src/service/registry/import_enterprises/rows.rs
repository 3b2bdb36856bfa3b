//! One row of an enterprise list, parsed.

use rust_decimal::Decimal;
use survey::{
    cell::RawValue,
    identifier::{Uscc, normalise},
    synonyms::{ListColumn, Synonyms},
    tables::ReferenceTables,
    text::Text,
};

use super::{
    RowFault,
    cells::{CellFault, ListRow},
    head::{Head, HeadColumn},
    matched::{area_code, industry_code},
    notes::place,
    pointer_of,
};
use crate::{
    domain::enterprise::{Enterprise, EnterpriseFacts},
    service::{
        error::codes::{self, FaultCode, registry},
        registry::write_enterprise::{CheckedFacts, EnterpriseInput, check, size_class},
    },
};

/// A row that was understood, or what is wrong with it.
pub(super) struct ParsedRow {
    pub(super) number: usize,
    pub(super) uscc: String,
    pub(super) checked: Result<CheckedFacts, Vec<RowFault>>,
    /// What was read otherwise than it stands there.
    pub(super) notes: Vec<RowFault>,
}

/// What is the same for all rows of a list.
pub(super) struct List<'l> {
    pub(super) head: &'l Head,
    pub(super) words: &'l Synonyms,
    pub(super) tables: &'l ReferenceTables,
}

/// A row while it is parsed.
struct RowReading<'l> {
    list: &'l List<'l>,
    row: &'l ListRow,
    faults: Vec<RowFault>,
    notes: Vec<RowFault>,
}

impl List<'_> {
    pub(super) fn parse(&self, row: &ListRow, month: &str) -> ParsedRow {
        let mut reading = RowReading {
            list: self,
            row,
            faults: Vec::new(),
            notes: Vec::new(),
        };
        let employees = reading.employees();
        let (revenue, assets) = (reading.amount(ListColumn::Revenue), reading.amount(ListColumn::Assets));
        let facts = EnterpriseFacts {
            uscc: reading.code(ListColumn::Uscc),
            name: reading.text(ListColumn::Name),
            former_names: reading
                .text(ListColumn::FormerNames)
                .split([';', '；', '、'])
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            parent_uscc: Some(reading.code(ListColumn::ParentUscc)),
            area_code: reading.matched(ListColumn::Area, area_code),
            industry_code: reading.matched(ListColumn::Industry, industry_code),
            employees,
            revenue_wan_yuan: revenue,
            assets_wan_yuan: assets,
            active: true,
        };
        let uscc = facts.uscc.clone();
        let exception = Some(reading.text(ListColumn::UsccException));
        let blank = reading.blank_columns();
        let checked = check(
            self.tables,
            month,
            EnterpriseInput {
                facts,
                uscc_exception: exception,
            },
        );
        let (faults, notes) = (reading.faults, reading.notes);
        let checked = match checked {
            Ok(checked) if faults.is_empty() => Ok(checked),
            Ok(_) => Err(faults),
            Err(more) => Err(self.together(row, faults, blank, more)),
        };
        ParsedRow {
            number: row.number,
            uscc,
            checked,
            notes,
        }
    }

    /// What is wrong with the cells, with blank cells, and with the facts that stand in the others.
    fn together(
        &self,
        row: &ListRow,
        mut faults: Vec<RowFault>,
        blank: Vec<RowFault>,
        of_facts: Vec<crate::service::error::Fault>,
    ) -> Vec<RowFault> {
        faults.extend(blank);
        let told: Vec<String> = faults.iter().map(|fault| fault.column.clone()).collect();
        for fault in of_facts {
            let column = ListColumn::ALL
                .into_iter()
                .find(|column| Some(pointer_of(*column)) == fault.pointer.as_deref());
            let title = column
                .and_then(|column| self.head.title(column))
                .unwrap_or_default()
                .to_owned();
            // A cell that cannot be read, or is blank, is told once.
            if !told.contains(&title) {
                let at = column.and_then(|column| self.head.columns(column).first());
                let message = if fault.code == registry::USCC_CHECK.name {
                    self.wrong_check_character()
                } else {
                    fault.message
                };
                faults.push(RowFault {
                    code: fault.code,
                    column: title,
                    cell: at.map(|found| cell_of(row, found)),
                    message,
                });
            }
        }
        faults
    }

    /// What is to be done about a legacy code, in the words of lists.
    fn wrong_check_character(&self) -> Text {
        let heads = super::head::Heads {
            words: self.words,
            unit_above: None,
        };
        let title = heads.usual_title(ListColumn::UsccException);
        Text::new(
            format!("统一社会信用代码的校验位不符，请核对；确为早年发放代码的，请在名单“{title}”列写明原因。"),
            format!(
                "The check character of the credit code is wrong. Check it; if it is a legacy code, give the reason in the column \"{title}\" of the list."
            ),
        )
    }

    /// What the list has no column for stays as it is known: a short list loses nothing of a long one.
    pub(super) fn keep_what_it_lacks(&self, checked: &mut CheckedFacts, found: &Enterprise) {
        let lacks = |column: ListColumn| self.head.columns(column).is_empty();
        let (facts, known) = (&mut checked.facts, &found.facts);
        if lacks(ListColumn::FormerNames) {
            facts.former_names.clone_from(&known.former_names);
        }
        if lacks(ListColumn::ParentUscc) {
            facts.parent_uscc.clone_from(&known.parent_uscc);
        }
        if lacks(ListColumn::Employees) {
            facts.employees = known.employees;
        }
        if lacks(ListColumn::Revenue) {
            facts.revenue_wan_yuan = known.revenue_wan_yuan;
        }
        if lacks(ListColumn::Assets) {
            facts.assets_wan_yuan = known.assets_wan_yuan;
        }
        facts.active = known.active;
        checked.size_class = size_class(self.tables, facts);
    }

    /// A fault in the column of the credit code.
    pub(super) fn uscc_fault(&self, row: usize, code: FaultCode, zh: String, en: String) -> RowFault {
        let found = self.head.columns(ListColumn::Uscc).first();
        RowFault {
            code: code.name.to_owned(),
            column: found.map_or_else(String::new, |found| found.title.clone()),
            cell: found.map(|found| place(row, found.at)),
            message: Text::new(zh, en),
        }
    }
}

impl RowReading<'_> {
    /// The text of a column; blank where the list has none.
    fn text(&mut self, column: ListColumn) -> String {
        let Some(found) = self.list.head.columns(column).first() else {
            return String::new();
        };
        match self.row.text_cell(found.at) {
            Ok(text) => text,
            Err(fault) => {
                self.refuse(found, fault);
                String::new()
            }
        }
    }

    /// A credit code without the blanks that people put into it.
    fn code(&mut self, column: ListColumn) -> String {
        let text = self.text(column);
        let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        match Uscc::parse(&compact) {
            Ok(code) => {
                if normalise(&text) != code.as_str() {
                    self.note_read_as(column, 0, &text, code.as_str());
                }
                code.as_str().to_owned()
            }
            Err(_) => text,
        }
    }

    /// A code that is found by what stands in one of the columns.
    fn matched(&mut self, column: ListColumn, find: fn(&str, &ReferenceTables) -> Option<String>) -> String {
        let list = self.list;
        let mut first = None;
        for (number, found) in list.head.columns(column).iter().enumerate() {
            let text = match self.row.text_cell(found.at) {
                Ok(text) => text,
                Err(fault) => {
                    self.refuse(found, fault);
                    continue;
                }
            };
            if let Some(code) = find(&text, list.tables) {
                let is_itself = code == text || code.trim_start_matches(|c: char| c.is_ascii_alphabetic()) == text;
                let name = matched_name(&code, list.tables);
                if !is_itself && name != text {
                    self.note_read_as(column, number, &text, format!("{code} {name}").trim());
                }
                return code;
            }
            first = first.or(Some(text).filter(|text| !text.is_empty()));
        }
        first.unwrap_or_default()
    }

    fn employees(&mut self) -> Option<u32> {
        let found = self.list.head.columns(ListColumn::Employees).first()?;
        let (count, unit) = self.number(found)?;
        if !unit.is_empty() && !self.list.words.are_one_unit(&unit, "人") {
            self.refuse(found, CellFault::OtherUnit);
            return None;
        }
        let parsed = count.to_string().parse::<u32>();
        if parsed.is_err() {
            self.fault(
                found,
                registry::NOT_A_COUNT,
                format!("人数应为非负整数，现为 {count}。"),
                format!("A number of people is a whole number, found {count}."),
            );
        }
        parsed.ok()
    }

    /// An amount in 万元.
    fn amount(&mut self, column: ListColumn) -> Option<Decimal> {
        let list = self.list;
        let found = list.head.columns(column).first()?;
        let (number, unit) = self.number(found)?;
        let heads = super::head::Heads {
            words: list.words,
            unit_above: None,
        };
        if !unit.is_empty() && heads.amount(&unit) != Some(found.factor) {
            self.refuse(found, CellFault::OtherUnit);
            return None;
        }
        let scaled = number.checked_mul(found.factor).map(|amount| amount.normalize());
        if scaled.is_none() {
            self.refuse(found, CellFault::NotANumber);
        }
        scaled
    }

    fn number(&mut self, found: &HeadColumn) -> Option<(Decimal, String)> {
        match self.row.number_cell(found.at) {
            Ok(number) => number,
            Err(fault) => {
                self.refuse(found, fault);
                None
            }
        }
    }

    /// The columns that are needed and say nothing in this row.
    fn blank_columns(&self) -> Vec<RowFault> {
        let head = self.list.head;
        let is_blank = |column: &ListColumn| {
            head.columns(*column).iter().all(|found| {
                matches!(self.row.value(found.at), RawValue::Blank) || self.row.text_cell(found.at) == Ok(String::new())
            })
        };
        let needed = ListColumn::ALL.into_iter().filter(|column| column.is_required());
        let blank = needed
            .filter(is_blank)
            .filter_map(|column| head.columns(column).first());
        blank
            .map(|found| RowFault {
                code: registry::CELL_BLANK.name.to_owned(),
                column: found.title.clone(),
                cell: Some(cell_of(self.row, found)),
                message: Text::new(
                    format!("“{}”没有填写。请补填。", found.title),
                    format!("\"{}\" is blank. Fill it in.", found.title),
                ),
            })
            .collect()
    }

    fn note_read_as(&mut self, column: ListColumn, number: usize, text: &str, read: &str) {
        let Some(found) = self.list.head.columns(column).get(number) else {
            return;
        };
        self.notes.push(RowFault {
            code: registry::CELL_READ_AS.name.to_owned(),
            column: found.title.clone(),
            cell: Some(cell_of(self.row, found)),
            message: Text::new(
                format!("“{text}”按“{read}”读取。"),
                format!("\"{text}\" was read as \"{read}\"."),
            ),
        });
    }

    fn refuse(&mut self, found: &HeadColumn, fault: CellFault) {
        let cell = cell_of(self.row, found);
        let text = self.row.text(found.at);
        let (code, zh, en) = match fault {
            CellFault::WithoutValue => (
                registry::CELL_WITHOUT_VALUE,
                format!("单元格 {cell} 是错误值，或没有保存计算结果的公式。请用 WPS 或 Excel 打开后保存，或改填数值。"),
                format!(
                    "Cell {cell} holds an error, or a formula that was saved without its result. Open the file with WPS or Excel and save it, or write the value."
                ),
            ),
            CellFault::DateFormat => (
                registry::CELL_DATE_FORMAT,
                format!("单元格 {cell} 是日期格式，存的数是 {text}。请把格式改为“常规”（代码改为“文本”）后重新填写。"),
                format!(
                    "Cell {cell} has the format of a date; the number in it is {text}. Set it to General (codes: Text) and enter the value again."
                ),
            ),
            CellFault::DigitsLost => (
                registry::CELL_DIGITS_LOST,
                format!("单元格 {cell} 的代码被存成了数字 {text}，后面的位数已丢失。请把格式设为“文本”后重新填写。"),
                format!(
                    "The code in cell {cell} was kept as the number {text} and has lost digits. Set its format to Text and enter it again."
                ),
            ),
            CellFault::NotANumber => (
                codes::registry::NOT_A_NUMBER,
                format!("“{text}”不是数字。请改为数字或留空。"),
                format!("\"{text}\" is not a number. Write a number or leave it blank."),
            ),
            CellFault::OtherUnit => (
                registry::CELL_OTHER_UNIT,
                format!(
                    "“{text}”的单位与列标题“{}”的不同。请按列标题的单位填写，单元格里只写数字。",
                    found.title
                ),
                format!(
                    "The unit of \"{text}\" is not that of the column \"{}\". Write the figure in the unit of the column, without a unit.",
                    found.title
                ),
            ),
        };
        self.fault(found, code, zh, en);
    }

    fn fault(&mut self, found: &HeadColumn, code: FaultCode, zh: String, en: String) {
        self.faults.push(RowFault {
            code: code.name.to_owned(),
            column: found.title.clone(),
            cell: Some(cell_of(self.row, found)),
            message: Text::new(zh, en),
        });
    }
}

/// The name of an area or industry.
fn matched_name<'t>(code: &str, tables: &'t ReferenceTables) -> &'t str {
    let area = tables.areas.get(code).map(|area| area.name.as_str());
    let industry = || tables.industries.get(code).map(|industry| industry.name.as_str());
    area.or_else(industry).unwrap_or_default()
}

fn cell_of(row: &ListRow, found: &HeadColumn) -> String {
    place(row.number, found.at)
}
