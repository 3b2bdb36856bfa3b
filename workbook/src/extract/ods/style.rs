//! Number formats of OpenDocument, as the codes that spreadsheets show (OpenDocument 1.3 part 3, 16.29).

use std::{collections::BTreeMap, fmt::Write as _};

use super::super::{
    Limits,
    raw::GENERAL,
    styles::Styles,
    xml::{Element, Node, Xml, is_true},
};
use crate::error::{Counted, ReadError};

/// The styles of a file by name.
#[derive(Default)]
pub(super) struct StyleNames {
    /// Number format codes by data style.
    formats: BTreeMap<String, String>,
    cells: BTreeMap<String, CellEntry>,
    /// Table styles that are not shown.
    pub(super) hidden_tables: std::collections::BTreeSet<String>,
}

/// A cell style as written; what it does not say its parent says.
#[derive(Clone, Default)]
struct CellEntry {
    parent: Option<String>,
    data: Option<String>,
    locked: Option<bool>,
}

/// Cell styles by name, resolved to numbers when they are first used.
pub(super) struct CellStyles<'a> {
    names: &'a StyleNames,
    numbers: BTreeMap<String, u32>,
    pub(super) styles: Styles,
}

impl StyleNames {
    /// Reads one of the elements that hold styles, up to its end.
    pub(super) fn read(&mut self, xml: &mut Xml<'_>, part: &str, limits: &Limits) -> Result<(), ReadError> {
        let inside = xml.depth();
        loop {
            match xml.next()? {
                Node::Start(element) => match element.name() {
                    "style" => self.style(xml, &element, part)?,
                    "number-style" | "percentage-style" | "currency-style" | "date-style" | "time-style"
                    | "text-style" | "boolean-style" => self.format(xml, &element, part)?,
                    _ => xml.skip()?,
                },
                Node::End if xml.depth() < inside => return Ok(()),
                Node::Eof => return Err(xml.damaged("the part ends inside the styles")),
                _ => {}
            }
            if self.cells.len() > limits.styles || self.formats.len() > limits.styles {
                return Err(ReadError::too_many(Counted::Styles, limits.styles));
            }
        }
    }

    fn style(&mut self, xml: &mut Xml<'_>, element: &Element<'_>, part: &str) -> Result<(), ReadError> {
        let (mut name, mut family, mut entry) = (String::new(), String::new(), CellEntry::default());
        element.attributes(part, |key, value| match key {
            "name" => name = value.into_owned(),
            "family" => family = value.into_owned(),
            "parent-style-name" => entry.parent = Some(value.into_owned()),
            "data-style-name" => entry.data = Some(value.into_owned()),
            _ => {}
        })?;
        let inside = xml.depth();
        let mut is_hidden = false;
        loop {
            match xml.next()? {
                Node::Start(child) => child.attributes(part, |key, value| match key {
                    "cell-protect" => {
                        entry.locked = Some(
                            value
                                .split(' ')
                                .any(|word| word == "protected" || word == "hidden-and-protected"),
                        );
                    }
                    "display" => is_hidden |= value == "false",
                    _ => {}
                })?,
                Node::End if xml.depth() < inside => break,
                Node::Eof => return Err(xml.damaged("the part ends inside a style")),
                _ => {}
            }
        }
        match family.as_str() {
            "table-cell" => {
                self.cells.insert(name, entry);
            }
            "table" if is_hidden => {
                self.hidden_tables.insert(name);
            }
            _ => {}
        }
        Ok(())
    }

    fn format(&mut self, xml: &mut Xml<'_>, element: &Element<'_>, part: &str) -> Result<(), ReadError> {
        let mut name = String::new();
        element.attributes(part, |key, value| {
            if key == "name" {
                name = value.into_owned();
            }
        })?;
        let is_text = element.name() == "text-style";
        let inside = xml.depth();
        let mut code = String::new();
        loop {
            match xml.next()? {
                Node::Start(child) => piece(xml, &child, part, &mut code)?,
                Node::End if xml.depth() < inside => break,
                Node::Eof => return Err(xml.damaged("the part ends inside a format")),
                _ => {}
            }
        }
        if is_text {
            "@".clone_into(&mut code);
        } else if code.is_empty() {
            GENERAL.clone_into(&mut code);
        }
        self.formats.insert(name, code.chars().take(255).collect());
        Ok(())
    }

    /// Format and lock of a style, through its parents.
    fn resolve(&self, name: &str) -> (&str, bool) {
        let (mut format, mut locked) = (None, None);
        let mut next = Some(name);
        // Parents may go round; real files have one or two.
        for _ in 0..16 {
            let Some(entry) = next.and_then(|name| self.cells.get(name)) else {
                break;
            };
            format = format.or(entry.data.as_deref());
            locked = locked.or(entry.locked);
            next = entry.parent.as_deref();
        }
        let code = format
            .and_then(|name| self.formats.get(name))
            .map_or(GENERAL, String::as_str);
        (code, locked.unwrap_or(true))
    }
}

impl<'a> CellStyles<'a> {
    pub(super) fn of(names: &'a StyleNames) -> Self {
        let mut styles = Styles::default();
        styles.add(GENERAL, true);
        Self {
            names,
            numbers: BTreeMap::new(),
            styles,
        }
    }

    /// The number of a style.
    pub(super) fn number(&mut self, name: Option<&str>) -> u32 {
        let Some(name) = name else { return 0 };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (code, locked) = self.names.resolve(name);
        let number = if (code, locked) == (GENERAL, true) {
            0
        } else {
            self.styles.add(code, locked)
        };
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// Adds one piece of a format.
fn piece(xml: &mut Xml<'_>, element: &Element<'_>, part: &str, code: &mut String) -> Result<(), ReadError> {
    let (mut is_long, mut is_textual, mut is_grouped) = (false, false, false);
    let (mut decimals, mut integers, mut exponent): (Option<usize>, usize, usize) = (None, 1, 0);
    element.attributes(part, |key, value| match key {
        "style" => is_long = value == "long",
        "textual" => is_textual = is_true(&value),
        "grouping" => is_grouped = is_true(&value),
        "decimal-places" => decimals = value.parse().ok(),
        "min-integer-digits" => integers = value.parse().unwrap_or(1),
        "min-exponent-digits" => exponent = value.parse().unwrap_or(2),
        _ => {}
    })?;
    let repeat = |letter: &str, short: usize, long: usize| letter.repeat(if is_long { long } else { short });
    let element_name = element.name().to_owned();
    match element_name.as_str() {
        "number" | "scientific-number" => {
            let zeros = "0".repeat(integers.min(30));
            if is_grouped {
                code.push_str("#,##0");
            } else if integers == 0 {
                code.push('#');
            } else if integers == 1 && decimals.is_none() && exponent == 0 {
                code.push_str(GENERAL);
            } else {
                code.push_str(&zeros);
            }
            if let Some(decimals) = decimals.filter(|decimals| *decimals > 0) {
                let _written = write!(code, ".{}", "0".repeat(decimals.min(30)));
            }
            if exponent > 0 {
                let _written = write!(code, "E+{}", "0".repeat(exponent.min(10)));
            }
        }
        "fraction" => code.push_str("# ?/?"),
        "year" => code.push_str(&repeat("y", 2, 4)),
        "month" if is_textual => code.push_str(&repeat("m", 3, 4)),
        "month" | "minutes" => code.push_str(&repeat("m", 1, 2)),
        "day" => code.push_str(&repeat("d", 1, 2)),
        "day-of-week" => code.push_str(&repeat("d", 3, 4)),
        "hours" => code.push_str(&repeat("h", 1, 2)),
        "seconds" => code.push_str(&repeat("s", 1, 2)),
        "am-pm" => code.push_str("AM/PM"),
        "text-content" => code.push('@'),
        "text" | "currency-symbol" => {
            let text = xml.text()?;
            push_literal(code, &text);
            return Ok(());
        }
        _ => {}
    }
    xml.skip()
}

/// Signs that stand for themselves in a format go as they are; everything else in quotes.
fn push_literal(code: &mut String, text: &str) {
    let is_plain = |c: char| matches!(c, '-' | '/' | ':' | ' ' | '%' | '(' | ')' | '+' | ',' | '.');
    if text.chars().all(is_plain) {
        code.push_str(text);
    } else {
        let _written = write!(code, "\"{}\"", text.replace('"', ""));
    }
}
