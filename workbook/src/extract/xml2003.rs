//! SpreadsheetML of Excel 2003: one XML document, usually named `.xls`.

use std::{borrow::Cow, collections::BTreeMap};

use survey::cell::{DateSystem, RawValue};

use super::{
    FileFormat, Limits, charset,
    gather::{Budget, Gather},
    raw::{CellRange, GENERAL, RawCellAt, RawSheet, RawWorkbook, Visibility, text_or_blank},
    reference::{MAX_COLUMNS, MAX_ROWS},
    serial::iso_serial,
    styles::Styles,
    xml::{Element, Node, Xml, is_true},
};
use crate::error::{Counted, ReadError};

const PART: &str = "Workbook";

/// Reads the document.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let text = charset::decode(bytes, declared(bytes))?;
    let mut budget = Budget::new(limits);
    let mut book = Book {
        xml: Xml::new(&text, PART, limits),
        limits,
        styles: Styles::default(),
        numbers: BTreeMap::new(),
        dates: DateSystem::From1900,
    };
    book.styles.add(GENERAL, true);
    let mut sheets = Vec::new();
    loop {
        match book.xml.next()? {
            Node::Start(element) => match element.name() {
                "Workbook" | "ExcelWorkbook" => {}
                "Styles" => book.read_styles()?,
                "Date1904" => {
                    book.dates = DateSystem::From1904;
                    book.xml.skip()?;
                }
                "Worksheet" => {
                    budget.count_sheet()?;
                    sheets.push(book.read_sheet(&element, &mut budget)?);
                }
                _ => book.xml.skip()?,
            },
            Node::Eof => break,
            _ => {}
        }
    }
    Ok(RawWorkbook {
        format: FileFormat::Xml2003,
        sheets,
        styles: book.styles.cells,
        dates: book.dates,
        ..RawWorkbook::default()
    })
}

/// The encoding that the XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(200))?;
    let text = String::from_utf8_lossy(head);
    let name = text.split("encoding=").nth(1)?.split(['"', '\'']).nth(1)?;
    encoding_rs::Encoding::for_label(name.as_bytes())
}

struct Book<'a> {
    xml: Xml<'a>,
    limits: &'a Limits,
    styles: Styles,
    /// Style numbers by their names in the file.
    numbers: BTreeMap<String, u32>,
    dates: DateSystem,
}

/// Where the next row and column are.
#[derive(Default)]
struct Cursor {
    row: u32,
    column: u32,
    row_style: Option<String>,
}

impl Book<'_> {
    fn read_styles(&mut self) -> Result<(), ReadError> {
        let inside = self.xml.depth();
        let mut written: BTreeMap<String, (String, bool)> = BTreeMap::new();
        let mut current: Option<(String, String, bool)> = None;
        loop {
            match self.xml.next()? {
                Node::Start(element) => match element.name() {
                    "Style" => {
                        let (mut id, mut parent) = (String::new(), String::new());
                        element.attributes(PART, |key, value| match key {
                            "ID" => id = value.into_owned(),
                            "Parent" => parent = value.into_owned(),
                            _ => {}
                        })?;
                        let (code, locked) = written.get(&parent).cloned().unwrap_or((GENERAL.to_owned(), true));
                        current = Some((id, code, locked));
                    }
                    "NumberFormat" => element.attributes(PART, |key, value| {
                        if let (Some(current), "Format") = (&mut current, key) {
                            current.1 = format_code(&value).chars().take(255).collect();
                        }
                    })?,
                    "Protection" => element.attributes(PART, |key, value| {
                        if let (Some(current), "Protected") = (&mut current, key) {
                            current.2 = is_true(&value);
                        }
                    })?,
                    _ => {}
                },
                Node::End if self.xml.depth() < inside => return Ok(()),
                Node::End if self.xml.depth() == inside => {
                    if let Some((id, code, locked)) = current.take() {
                        let number = self.styles.add(&code, locked);
                        self.numbers.insert(id.clone(), number);
                        written.insert(id, (code, locked));
                        if written.len() > self.limits.styles {
                            return Err(ReadError::too_many(Counted::Styles, self.limits.styles));
                        }
                    }
                }
                Node::Eof => return Err(self.xml.damaged("the part ends inside the styles")),
                _ => {}
            }
        }
    }

    fn read_sheet(&mut self, element: &Element<'_>, budget: &mut Budget<'_>) -> Result<RawSheet, ReadError> {
        let (mut name, mut protected) = (String::new(), false);
        element.attributes(PART, |key, value| match key {
            "Name" => name = value.into_owned(),
            "Protected" => protected = is_true(&value),
            _ => {}
        })?;
        let mut gather = Gather::whole(&name, Visibility::Visible, budget);
        if protected {
            gather.protect();
        }
        let inside = self.xml.depth();
        let mut cursor = Cursor::default();
        let mut next_column = 0;
        loop {
            match self.xml.next()? {
                Node::Start(child) => match child.name() {
                    "Table" | "WorksheetOptions" => {}
                    "Column" => self.column(&child, &mut next_column, &mut gather)?,
                    "Row" => self.row(&child, &mut cursor, &mut gather)?,
                    "Visible" => match self.xml.text()?.trim() {
                        "SheetHidden" => gather.set_visibility(Visibility::Hidden),
                        "SheetVeryHidden" => gather.set_visibility(Visibility::VeryHidden),
                        _ => {}
                    },
                    _ => self.xml.skip()?,
                },
                Node::End if self.xml.depth() < inside => break,
                Node::Eof => return Err(self.xml.damaged("the part ends inside a sheet")),
                _ => {}
            }
        }
        gather.finish(PART)
    }

    fn column(&mut self, element: &Element<'_>, next: &mut u32, gather: &mut Gather<'_, '_>) -> Result<(), ReadError> {
        let (mut index, mut span, mut hidden) = (None, Some(0), false);
        element.attributes(PART, |key, value| match key {
            "Index" => index = Some(value.parse::<u32>().unwrap_or(0)),
            "Span" => span = value.parse::<u32>().ok(),
            "Hidden" => hidden = is_true(&value),
            _ => {}
        })?;
        let first = place(index, *next, MAX_COLUMNS).ok_or_else(|| gather.out_of_range("column"))?;
        let span = span.ok_or_else(|| gather.out_of_range("span of columns"))?;
        let last = first.saturating_add(span);
        if hidden {
            gather.hide_columns(first, last);
        }
        *next = last.saturating_add(1);
        self.xml.skip()
    }

    fn row(
        &mut self,
        element: &Element<'_>,
        cursor: &mut Cursor,
        gather: &mut Gather<'_, '_>,
    ) -> Result<(), ReadError> {
        let (mut index, mut span, mut hidden, mut style) = (None, Some(0), false, None);
        element.attributes(PART, |key, value| match key {
            "Index" => index = Some(value.parse::<u32>().unwrap_or(0)),
            "Span" => span = value.parse::<u32>().ok(),
            "Hidden" => hidden = is_true(&value),
            "StyleID" => style = Some(value.into_owned()),
            _ => {}
        })?;
        let row = place(index, cursor.row, MAX_ROWS).ok_or_else(|| gather.out_of_range("row"))?;
        let span = span.ok_or_else(|| gather.out_of_range("span of rows"))?;
        let last = row.saturating_add(span);
        if hidden {
            gather.hide_rows(row, last);
        }
        *cursor = Cursor {
            row,
            column: 0,
            row_style: style,
        };
        let inside = self.xml.depth();
        loop {
            match self.xml.next()? {
                Node::Start(child) if child.name() == "Cell" => self.cell(&child, cursor, gather)?,
                Node::Start(_) => self.xml.skip()?,
                Node::End if self.xml.depth() < inside => break,
                Node::Eof => return Err(self.xml.damaged("the part ends inside a row")),
                _ => {}
            }
        }
        cursor.row = last.saturating_add(1);
        Ok(())
    }

    fn cell(
        &mut self,
        element: &Element<'_>,
        cursor: &mut Cursor,
        gather: &mut Gather<'_, '_>,
    ) -> Result<(), ReadError> {
        gather.count()?;
        let (mut index, mut across, mut down) = (None, Some(0), Some(0));
        let (mut style, mut formula) = (cursor.row_style.clone(), false);
        element.attributes(PART, |key, value| match key {
            "Index" => index = Some(value.parse::<u32>().unwrap_or(0)),
            "MergeAcross" => across = value.parse::<u32>().ok(),
            "MergeDown" => down = value.parse::<u32>().ok(),
            "StyleID" => style = Some(value.into_owned()),
            "Formula" | "ArrayRange" => formula = true,
            _ => {}
        })?;
        let column = place(index, cursor.column, MAX_COLUMNS).ok_or_else(|| gather.out_of_range("column"))?;
        let (across, down) = across.zip(down).ok_or_else(|| gather.out_of_range("merged cells"))?;
        cursor.column = column.saturating_add(across).saturating_add(1);
        if across > 0 || down > 0 {
            gather.merge(CellRange {
                first_row: cursor.row,
                first_column: column,
                last_row: cursor.row.saturating_add(down),
                last_column: column.saturating_add(across),
            })?;
        }
        let style = style.and_then(|id| self.numbers.get(&id).copied()).unwrap_or(0);
        let mut value = if formula {
            RawValue::FormulaWithoutValue
        } else {
            RawValue::Blank
        };
        let inside = self.xml.depth();
        loop {
            match self.xml.next()? {
                // Notes hold data of their own.
                Node::Start(child) if child.name() == "Data" => {
                    let mut kind = String::new();
                    child.attributes(PART, |key, text| {
                        if key == "Type" {
                            kind = text.into_owned();
                        }
                    })?;
                    let text = self.all_text()?;
                    value = self.value(&kind, text, style, formula)?;
                }
                Node::Start(_) => self.xml.skip()?,
                Node::End if self.xml.depth() < inside => break,
                Node::Eof => return Err(self.xml.damaged("the part ends inside a cell")),
                _ => {}
            }
        }
        gather.put(RawCellAt {
            row: cursor.row,
            column,
            value,
            style,
            formula,
        })
    }

    /// The text of an element with that of all elements inside, which only dress it.
    fn all_text(&mut self) -> Result<String, ReadError> {
        let inside = self.xml.depth();
        let mut text = String::new();
        loop {
            match self.xml.next()? {
                Node::Text(piece) => {
                    text.push_str(&piece);
                    self.xml.check_length(&text)?;
                }
                Node::End if self.xml.depth() < inside => return Ok(text),
                Node::Eof => return Err(self.xml.damaged("the part ends inside a text")),
                _ => {}
            }
        }
    }

    fn value(&self, kind: &str, text: String, style: u32, formula: bool) -> Result<RawValue, ReadError> {
        Ok(match kind {
            "Number" if text.trim().is_empty() && formula => RawValue::FormulaWithoutValue,
            "Number" if text.trim().is_empty() => RawValue::Blank,
            "Number" => match text.trim().parse::<f64>() {
                Ok(number) => self.styles.number(style, number),
                Err(_) => return Err(self.xml.damaged("a number that is none")),
            },
            "DateTime" => match iso_serial(text.trim(), self.dates) {
                Some(serial) => RawValue::DateSerial(serial),
                None => text_or_blank(text),
            },
            "Boolean" => RawValue::Boolean(is_true(text.trim())),
            "Error" => RawValue::Error(text),
            _ => text_or_blank(text),
        })
    }
}

/// A position counted from 0: the one that is written, counted from 1, or the next. `None` beyond the bounds.
fn place(written: Option<u32>, next: u32, bound: u32) -> Option<u32> {
    let place = match written {
        Some(index) => index.checked_sub(1)?,
        None => next,
    };
    (place < bound).then_some(place)
}

/// Names that stand for codes (Microsoft, XML Spreadsheet Reference, `ss:Format`).
pub(super) fn format_code(written: &str) -> Cow<'_, str> {
    Cow::Borrowed(match written {
        "" | "General Number" | "Yes/No" | "True/False" | "On/Off" => GENERAL,
        "General Date" => "yyyy/m/d h:mm",
        "Long Date" => "yyyy\"年\"m\"月\"d\"日\"",
        "Medium Date" => "d-mmm-yy",
        "Short Date" => "yyyy/m/d",
        "Long Time" => "h:mm:ss",
        "Medium Time" => "h:mm AM/PM",
        "Short Time" => "h:mm",
        "Currency" | "Standard" => "#,##0.00",
        "Fixed" => "0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        other => other,
    })
}
