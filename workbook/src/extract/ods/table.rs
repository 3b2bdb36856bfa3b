//! The cells of one table.

use survey::cell::{DateSystem, RawValue};

use super::style::{CellStyles, StyleNames};
use crate::{
    error::{Counted, ReadError},
    extract::{
        gather::{Budget, Gather},
        limits::as_u64,
        raw::{CellRange, RawCellAt, RawSheet, Visibility, text_or_blank},
        reference::{MAX_COLUMNS, MAX_ROWS},
        serial::{duration_serial, iso_serial},
        xml::{Element, Node, Xml, is_true},
    },
};

/// What all tables of a file share.
pub(super) struct Tables<'a> {
    pub(super) part: &'a str,
    pub(super) names: &'a StyleNames,
    pub(super) styles: CellStyles<'a>,
    pub(super) dates: DateSystem,
    pub(super) external_links: bool,
}

/// A cell of the row being read.
struct Cell {
    column: u32,
    repeated: u32,
    value: RawValue,
    style: u32,
    formula: bool,
}

/// What the attributes of a cell say.
#[derive(Default)]
struct Head {
    repeated: u32,
    kind: String,
    value: String,
    style: Option<String>,
    formula: bool,
    links: bool,
    is_error: bool,
    columns_spanned: u32,
    rows_spanned: u32,
}

impl Tables<'_> {
    /// Reads the table that was just opened, up to its end.
    pub(super) fn read(
        &mut self,
        xml: &mut Xml<'_>,
        element: &Element<'_>,
        budget: &mut Budget<'_>,
    ) -> Result<RawSheet, ReadError> {
        let (mut name, mut style, mut protected) = (String::new(), String::new(), false);
        element.attributes(self.part, |key, value| match key {
            "name" => name = value.into_owned(),
            "style-name" => style = value.into_owned(),
            "protected" => protected = is_true(&value),
            _ => {}
        })?;
        let visibility = if self.names.hidden_tables.contains(&style) {
            Visibility::Hidden
        } else {
            Visibility::Visible
        };
        let mut gather = Gather::whole(&name, visibility, budget);
        if protected {
            gather.protect();
        }
        let mut defaults = Vec::new();
        let (mut row, mut column) = (0, 0);
        let inside = xml.depth();
        loop {
            match xml.next()? {
                Node::Start(child) => match child.name() {
                    // Groups and headers only hold rows and columns together.
                    "table-row-group"
                    | "table-header-rows"
                    | "table-rows"
                    | "table-column-group"
                    | "table-header-columns"
                    | "table-columns" => {}
                    "table-column" => {
                        self.column(xml, &child, &mut column, &mut defaults, &mut gather)?;
                    }
                    "table-row" => self.row(xml, &child, &mut row, &defaults, &mut gather)?,
                    _ => xml.skip()?,
                },
                Node::End if xml.depth() < inside => break,
                Node::Eof => return Err(xml.damaged("the part ends inside a table")),
                _ => {}
            }
        }
        gather.finish(self.part)
    }

    fn column(
        &mut self,
        xml: &mut Xml<'_>,
        element: &Element<'_>,
        column: &mut u32,
        defaults: &mut Vec<(u32, String)>,
        gather: &mut Gather<'_, '_>,
    ) -> Result<(), ReadError> {
        let (mut repeated, mut hidden, mut style) = (1, false, String::new());
        element.attributes(self.part, |key, value| match key {
            "number-columns-repeated" => repeated = count(&value),
            "visibility" => hidden = value != "visible",
            "default-cell-style-name" => style = value.into_owned(),
            _ => {}
        })?;
        let last = column.saturating_add(repeated).saturating_sub(1);
        if hidden && *column < MAX_COLUMNS {
            gather.hide_columns(*column, last);
        }
        if as_u64(defaults.len()) > u64::from(MAX_COLUMNS) {
            return Err(gather.out_of_range(format!("column {column}")));
        }
        defaults.push((last, style));
        *column = last.saturating_add(1);
        xml.skip()
    }

    fn row(
        &mut self,
        xml: &mut Xml<'_>,
        element: &Element<'_>,
        row: &mut u32,
        defaults: &[(u32, String)],
        gather: &mut Gather<'_, '_>,
    ) -> Result<(), ReadError> {
        let (mut repeated, mut hidden) = (1, false);
        element.attributes(self.part, |key, value| match key {
            "number-rows-repeated" => repeated = count(&value),
            "visibility" => hidden = value != "visible",
            _ => {}
        })?;
        let last = row.saturating_add(repeated).saturating_sub(1);
        if hidden && *row < MAX_ROWS {
            gather.hide_rows(*row, last);
        }
        let (cells, seen) = self.cells(xml, *row, defaults, gather)?;
        if cells.iter().any(|cell| cell.value != RawValue::Blank || cell.formula) {
            for at in *row..=last {
                // Blank cells between count once a row, so that many rows of blanks are not free.
                gather.count_many(seen)?;
                for cell in &cells {
                    for column in cell.column..cell.column.saturating_add(cell.repeated) {
                        gather.count()?;
                        gather.put(RawCellAt {
                            row: at,
                            column,
                            value: cell.value.clone(),
                            style: cell.style,
                            formula: cell.formula,
                        })?;
                    }
                }
            }
        }
        *row = last.saturating_add(1);
        Ok(())
    }

    /// The cells of a row that hold something, and how many others there are.
    fn cells(
        &mut self,
        xml: &mut Xml<'_>,
        row: u32,
        defaults: &[(u32, String)],
        gather: &mut Gather<'_, '_>,
    ) -> Result<(Vec<Cell>, usize), ReadError> {
        let (mut cells, mut others) = (Vec::new(), 0);
        let mut column: u32 = 0;
        let inside = xml.depth();
        loop {
            match xml.next()? {
                Node::Start(child) if matches!(child.name(), "table-cell" | "covered-table-cell") => {
                    let is_covered = child.name() == "covered-table-cell";
                    let head = self.head(&child)?;
                    let texts = self.texts(xml)?;
                    let value = self.value(xml, &head, texts)?;
                    self.external_links |= head.links;
                    if !is_covered && (head.columns_spanned > 1 || head.rows_spanned > 1) {
                        gather.merge(CellRange {
                            first_row: row,
                            first_column: column,
                            last_row: row.saturating_add(head.rows_spanned.max(1) - 1),
                            last_column: column.saturating_add(head.columns_spanned.max(1) - 1),
                        })?;
                    }
                    if value == RawValue::Blank && !head.formula {
                        others += 1;
                        gather.count()?;
                    } else {
                        let style = head.style.as_deref().or_else(|| default_of(defaults, column));
                        let style = self.styles.number(style.filter(|style| !style.is_empty()));
                        if self.styles.styles.cells.len() > gather.limits().styles {
                            return Err(ReadError::too_many(Counted::Styles, gather.limits().styles));
                        }
                        cells.push(Cell {
                            column,
                            repeated: head.repeated,
                            value,
                            style,
                            formula: head.formula,
                        });
                    }
                    column = column.saturating_add(head.repeated);
                }
                Node::Start(_) => xml.skip()?,
                Node::End if xml.depth() < inside => return Ok((cells, others)),
                Node::Eof => return Err(xml.damaged("the part ends inside a row")),
                _ => {}
            }
        }
    }

    fn head(&self, element: &Element<'_>) -> Result<Head, ReadError> {
        let mut head = Head {
            repeated: 1,
            ..Head::default()
        };
        let mut has_value = false;
        element.attributes(self.part, |key, value| match key {
            "number-columns-repeated" => head.repeated = count(&value),
            // The extension attribute `calcext:value-type` says `error` where the standard one says `string`.
            "value-type" if value == "error" => head.is_error = true,
            "value-type" if head.kind.is_empty() || head.kind == value => head.kind = value.into_owned(),
            "value" | "date-value" | "time-value" | "boolean-value" | "string-value" if !has_value => {
                has_value = true;
                head.value = value.into_owned();
            }
            "style-name" => head.style = Some(value.into_owned()),
            "formula" => {
                head.formula = true;
                head.links = value.contains("'file:") || value.contains("'http");
            }
            "number-columns-spanned" => head.columns_spanned = count(&value),
            "number-rows-spanned" => head.rows_spanned = count(&value),
            _ => {}
        })?;
        Ok(head)
    }

    /// The paragraphs of a cell, up to its end; notes and drawings are left out.
    fn texts(&self, xml: &mut Xml<'_>) -> Result<Option<String>, ReadError> {
        let mut text: Option<String> = None;
        let inside = xml.depth();
        loop {
            match xml.next()? {
                Node::Start(child) if child.name() == "p" => {
                    let paragraph = self.paragraph(xml)?;
                    match &mut text {
                        Some(text) => {
                            text.push('\n');
                            text.push_str(&paragraph);
                            xml.check_length(text)?;
                        }
                        None => text = Some(paragraph),
                    }
                }
                Node::Start(_) => xml.skip()?,
                Node::End if xml.depth() < inside => return Ok(text),
                Node::Eof => return Err(xml.damaged("the part ends inside a cell")),
                _ => {}
            }
        }
    }

    fn paragraph(&self, xml: &mut Xml<'_>) -> Result<String, ReadError> {
        let mut text = String::new();
        let inside = xml.depth();
        loop {
            match xml.next()? {
                Node::Start(child) => match child.name() {
                    "s" => {
                        let mut spaces = 1;
                        child.attributes(self.part, |key, value| {
                            if key == "c" {
                                spaces = count(&value);
                            }
                        })?;
                        text.extend((0..spaces.min(MOST_SPACES)).map(|_| ' '));
                    }
                    "tab" => text.push('\t'),
                    "line-break" => text.push('\n'),
                    "span" | "a" | "ruby" | "ruby-base" => {}
                    _ => xml.skip()?,
                },
                Node::Text(piece) => text.push_str(&piece),
                Node::End if xml.depth() < inside => return Ok(text),
                Node::End => {}
                Node::Eof => return Err(xml.damaged("the part ends inside a paragraph")),
            }
            xml.check_length(&text)?;
        }
    }

    fn value(&self, xml: &Xml<'_>, head: &Head, texts: Option<String>) -> Result<RawValue, ReadError> {
        let written = head.value.as_str();
        // A cell without paragraphs shows nothing.
        let shown = texts.unwrap_or_default();
        if head.is_error {
            return Ok(RawValue::Error(shown));
        }
        let no_value = || {
            if head.formula {
                RawValue::FormulaWithoutValue
            } else {
                RawValue::Blank
            }
        };
        Ok(match head.kind.as_str() {
            "" if head.formula && shown.is_empty() => no_value(),
            "" => text_or_blank(shown),
            "float" | "percentage" | "currency" => match written.parse::<f64>() {
                Ok(number) if number.is_finite() => RawValue::Number(number),
                _ if written.is_empty() => no_value(),
                _ => return Err(xml.damaged("a number that is none")),
            },
            "date" => iso_serial(written, self.dates).map_or_else(|| text_or_blank(shown), RawValue::DateSerial),
            "time" => duration_serial(written).map_or_else(|| text_or_blank(shown), RawValue::DateSerial),
            "boolean" => RawValue::Boolean(written == "true"),
            _ => text_or_blank(if written.is_empty() { shown } else { written.to_owned() }),
        })
    }
}

/// Spaces that one element may stand for: more than a text may have, so that its length is refused.
const MOST_SPACES: u32 = 100_000;

/// The style of cells without one, in a column.
fn default_of(defaults: &[(u32, String)], column: u32) -> Option<&str> {
    let at = defaults.partition_point(|(last, _)| *last < column);
    defaults.get(at).map(|(_, style)| style.as_str())
}

/// How often something is repeated: at least once, at most as often as there can be rows.
fn count(value: &str) -> u32 {
    value.parse::<u64>().map_or(1, |count| {
        u32::try_from(count.clamp(1, u64::from(MAX_ROWS) * 2)).unwrap_or(MAX_ROWS)
    })
}
