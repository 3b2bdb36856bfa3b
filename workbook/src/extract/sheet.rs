//! The cells of one sheet part, streamed.

use std::borrow::Cow;

use survey::cell::{DateSystem, RawValue};

use super::{
    container::Part,
    gather::Gather,
    piece::Pieces,
    raw::{RawCellAt, RawSheet, text_or_blank},
    reference::{MAX_COLUMNS, MAX_ROWS, position, range},
    serial::iso_serial,
    styles::Styles,
    xml::{Element, Node, Xml, is_true},
};
use crate::error::ReadError;

/// What all sheets share while they are read.
pub(super) struct Shared<'a> {
    pub(super) strings: &'a [String],
    pub(super) styles: &'a Styles,
    pub(super) dates: DateSystem,
}

/// Reads one sheet part into `gather`.
pub(super) fn read(part: Part<'_, '_>, shared: &Shared<'_>, gather: Gather<'_, '_>) -> Result<RawSheet, ReadError> {
    let limits = gather.limits();
    let name = part.name().to_owned();
    let mut pieces = Pieces::of(part, limits);
    let mut reading = Reading {
        part: &name,
        shared,
        gather,
        inside_data: false,
        next_row: 0,
        next_column: 0,
    };
    let mut depth = 0;
    let mut is_first = true;
    while let Some(piece) = pieces.next()? {
        let mut xml = if is_first && piece.is_last {
            Xml::new(piece.text, &name, limits)
        } else {
            Xml::piece(piece.text, &name, limits, depth)
        };
        reading.read(&mut xml)?;
        depth = xml.depth();
        if piece.is_last && depth > 0 {
            return Err(ReadError::damaged(&name, "the part ends inside an element"));
        }
        if reading.gather.is_stopped() {
            break;
        }
        is_first = false;
    }
    reading.gather.finish(&name)
}

struct Reading<'a, 'g, 'l> {
    part: &'a str,
    shared: &'a Shared<'a>,
    gather: Gather<'g, 'l>,
    inside_data: bool,
    next_row: u32,
    next_column: u32,
}

/// The attributes of a cell element.
struct CellHead {
    row: u32,
    column: u32,
    style: u32,
    kind: CellKind,
}

/// The `t` attribute of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Number,
    Shared,
    FormulaText,
    Inline,
    Boolean,
    Error,
    IsoDate,
}

impl Reading<'_, '_, '_> {
    /// Reads one piece of the part.
    fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), ReadError> {
        loop {
            match xml.next()? {
                Node::Start(element) => match element.name() {
                    "c" if self.inside_data => self.cell(xml, &element)?,
                    "row" if self.inside_data => self.row(&element)?,
                    "sheetData" => self.inside_data = true,
                    "mergeCell" if !self.inside_data => self.merged(&element)?,
                    "col" if !self.inside_data => self.column(&element)?,
                    "sheetProtection" => element.attributes(self.part, |key, value| {
                        if key == "sheet" && is_true(&value) {
                            self.gather.protect();
                        }
                    })?,
                    _ => {}
                },
                Node::End if xml.depth() <= 1 => self.inside_data = false,
                Node::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn row(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        let (mut number, mut hidden) = (None, false);
        element.attributes(self.part, |key, value| match key {
            "r" => number = Some(row_number(&value).ok_or_else(|| clip(&value))),
            "hidden" => hidden = is_true(&value),
            _ => {}
        })?;
        let row = match number {
            Some(Ok(number)) => number - 1,
            Some(Err(reference)) => return Err(self.gather.out_of_range(reference)),
            None => self.next_row,
        };
        if row >= MAX_ROWS {
            return Err(self.gather.out_of_range(format!("row {row}")));
        }
        self.next_row = row + 1;
        self.next_column = 0;
        if hidden {
            self.gather.hide_rows(row, row);
        }
        Ok(())
    }

    fn cell(&mut self, xml: &mut Xml<'_>, element: &Element<'_>) -> Result<(), ReadError> {
        self.gather.count()?;
        let head = self.head(xml, element)?;
        self.next_column = head.column.saturating_add(1);
        let inside = xml.depth();
        let (mut formula, mut value, mut inline) = (false, None, None);
        loop {
            match xml.next()? {
                Node::Start(child) => match child.name() {
                    "v" => value = Some(xml.text()?),
                    "is" => inline = Some(xml.string_item()?),
                    "f" => {
                        formula = true;
                        xml.skip()?;
                    }
                    "c" | "row" => return Err(xml.damaged("a cell inside a cell")),
                    _ => xml.skip()?,
                },
                Node::End if xml.depth() < inside => break,
                Node::Eof => return Err(xml.damaged("the part ends inside a cell")),
                _ => {}
            }
        }
        let value = self.value(xml, &head, formula, value, inline)?;
        let CellHead { row, column, style, .. } = head;
        self.gather.put(RawCellAt {
            row,
            column,
            value,
            style,
            formula,
        })
    }

    fn head(&self, xml: &Xml<'_>, element: &Element<'_>) -> Result<CellHead, ReadError> {
        let mut place = Some((self.next_row.saturating_sub(1), self.next_column));
        let (mut written, mut style, mut kind) = (String::new(), Some(0), Some(CellKind::Number));
        element.attributes(self.part, |key, value| match key {
            "r" => {
                place = position(&value);
                if place.is_none() {
                    written = clip(&value);
                }
            }
            // An empty attribute says nothing.
            "s" | "t" if value.is_empty() => {}
            "s" => style = value.parse().ok(),
            "t" => kind = kind_of(&value),
            _ => {}
        })?;
        let (row, column) = place.ok_or_else(|| self.gather.out_of_range(written))?;
        if column >= MAX_COLUMNS {
            return Err(self.gather.out_of_range(format!("column {column}")));
        }
        let style = style.ok_or_else(|| xml.damaged("a style that is no number"))?;
        let kind = kind.ok_or_else(|| xml.damaged("an unknown kind of cell"))?;
        Ok(CellHead {
            row,
            column,
            style,
            kind,
        })
    }

    fn value(
        &self,
        xml: &Xml<'_>,
        head: &CellHead,
        formula: bool,
        value: Option<Cow<'_, str>>,
        inline: Option<String>,
    ) -> Result<RawValue, ReadError> {
        if head.kind == CellKind::Inline {
            return Ok(inline.map_or(RawValue::Blank, text_or_blank));
        }
        if head.kind == CellKind::FormulaText {
            // A formula whose result is the empty text shows nothing and holds nothing.
            return Ok(value.map_or(RawValue::Blank, |text| text_or_blank(text.into_owned())));
        }
        let Some(value) = value.as_deref().map(str::trim).filter(|value| !value.is_empty()) else {
            return Ok(if formula {
                RawValue::FormulaWithoutValue
            } else {
                RawValue::Blank
            });
        };
        Ok(match head.kind {
            CellKind::Shared => {
                let string = value.parse().ok().and_then(|at: usize| self.shared.strings.get(at));
                text_or_blank(
                    string
                        .cloned()
                        .ok_or_else(|| xml.damaged("a shared string that is not there"))?,
                )
            }
            CellKind::Boolean => RawValue::Boolean(is_true(value)),
            CellKind::Error => RawValue::Error(value.to_owned()),
            CellKind::IsoDate => match iso_serial(value, self.shared.dates) {
                Some(serial) => RawValue::DateSerial(serial),
                None => RawValue::Text(value.to_owned()),
            },
            CellKind::Number | CellKind::FormulaText | CellKind::Inline => match value.parse::<f64>() {
                Ok(number) if number.is_finite() => self.shared.styles.number(head.style, number),
                _ => RawValue::Text(value.to_owned()),
            },
        })
    }

    fn merged(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        let mut merged = None;
        let mut written = String::new();
        element.attributes(self.part, |key, value| {
            if key == "ref" {
                merged = range(&value);
                written = clip(&value);
            }
        })?;
        let merged = merged.ok_or_else(|| self.gather.out_of_range(written))?;
        self.gather.merge(merged)
    }

    fn column(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        let (mut first, mut last, mut hidden) = (None, None, false);
        element.attributes(self.part, |key, value| match key {
            "min" => first = column_number(&value),
            "max" => last = column_number(&value),
            "hidden" => hidden = is_true(&value),
            _ => {}
        })?;
        if let (true, Some(first), Some(last)) = (hidden, first, last) {
            self.gather.hide_columns(first, last);
        }
        Ok(())
    }
}

fn kind_of(kind: &str) -> Option<CellKind> {
    Some(match kind {
        "n" => CellKind::Number,
        "s" => CellKind::Shared,
        "str" => CellKind::FormulaText,
        "inlineStr" => CellKind::Inline,
        "b" => CellKind::Boolean,
        "e" => CellKind::Error,
        "d" => CellKind::IsoDate,
        _ => return None,
    })
}

fn row_number(value: &str) -> Option<u32> {
    value.parse().ok().filter(|number| (1..=MAX_ROWS).contains(number))
}

fn column_number(value: &str) -> Option<u32> {
    value
        .parse::<u32>()
        .ok()
        .filter(|number| (1..=MAX_COLUMNS).contains(number))
        .map(|number| number - 1)
}

fn clip(text: &str) -> String {
    text.chars().take(32).collect()
}
