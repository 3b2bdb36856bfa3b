//! A page being read, token by token.

use std::collections::BTreeMap;

use super::{
    format::{PageStyles, number_format, read_classes},
    grid::{self, CellHead, Grid, Spans},
    token::{Attributes, Token, unescape},
};
use crate::{
    error::{Counted, ReadError},
    extract::{Limits, raw::GENERAL, reference::MAX_ROWS, styles::Styles},
};

/// Tables inside tables; layout tables have two or three.
const DEEPEST: usize = 16;

/// A page being read.
pub(super) struct Page<'l> {
    limits: &'l Limits,
    pub(super) styles: PageStyles,
    /// Format codes by class.
    classes: BTreeMap<String, String>,
    /// Sheet names of Excel, in order.
    pub(super) names: Vec<String>,
    /// Sheet name of LibreOffice, for the next table.
    next_name: Option<String>,
    /// Tables that are open, the innermost last.
    open: Vec<Grid>,
    pub(super) tables: Vec<Grid>,
    started: usize,
    in_style: bool,
    in_heading: bool,
}

impl<'l> Page<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        let mut styles = Styles::default();
        styles.add(GENERAL, true);
        Self {
            limits,
            styles: PageStyles {
                styles,
                numbers: BTreeMap::new(),
            },
            classes: BTreeMap::new(),
            names: Vec::new(),
            next_name: None,
            open: Vec::new(),
            tables: Vec::new(),
            started: 0,
            in_style: false,
            in_heading: false,
        }
    }

    pub(super) fn take(&mut self, token: Token<'_>) -> Result<(), ReadError> {
        match token {
            Token::Open(name, attributes) => self.open(&name.to_ascii_lowercase(), attributes),
            Token::Close(name) => self.close(&name.to_ascii_lowercase()),
            Token::Text(text) => self.text(text),
            Token::Comment(comment) => {
                if self.names.is_empty() && comment.contains("ExcelWorkbook") {
                    self.names = sheet_names(comment, self.limits.sheets);
                }
                if comment.contains("mso-number-format") {
                    read_classes(comment, self.limits, &mut self.classes);
                }
                Ok(())
            }
        }
    }

    fn open(&mut self, name: &str, attributes: &str) -> Result<(), ReadError> {
        match name {
            "style" => self.in_style = true,
            "em" if self.open.is_empty() => {
                self.in_heading = true;
                self.next_name = Some(String::new());
            }
            "table" => {
                if self.open.len() >= DEEPEST {
                    return Err(ReadError::too_many(Counted::XmlDepth, DEEPEST));
                }
                // Tables without cells are no sheets, but they are not free either.
                if self.started >= self.limits.cells_per_sheet {
                    return Err(ReadError::too_many(Counted::Sheets, self.limits.sheets));
                }
                self.open.push(Grid::new(self.started, self.next_name.take()));
                self.started += 1;
            }
            "tr" => {
                self.end_cell();
                let hidden = is_hidden(attributes);
                if let Some(grid) = self.open.last_mut() {
                    grid.start_row(hidden, self.limits)?;
                }
            }
            "td" | "th" => {
                self.end_cell();
                let head = self.cell_head(attributes)?;
                if let Some(grid) = self.open.last_mut() {
                    grid.start_cell(head, self.limits)?;
                }
            }
            "br" => self.push(grid::BREAK)?,
            "p" | "div" | "li" => self.push('\u{B}')?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadError> {
        match name {
            "style" => self.in_style = false,
            "em" => self.in_heading = false,
            "td" | "th" | "tr" => self.end_cell(),
            "p" | "div" | "li" => self.push('\u{B}')?,
            "table" => {
                self.end_cell();
                self.close_table();
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        if self.in_style {
            read_classes(text, self.limits, &mut self.classes);
            return Ok(());
        }
        if let (true, Some(name)) = (self.in_heading, &mut self.next_name) {
            let rest = 255_usize.saturating_sub(name.len());
            unescape(&text.chars().take(rest).collect::<String>(), name);
            return Ok(());
        }
        match self.open.last_mut() {
            Some(grid) => grid.text(text, self.limits),
            None => Ok(()),
        }
    }

    fn push(&mut self, character: char) -> Result<(), ReadError> {
        match self.open.last_mut() {
            Some(grid) => grid.text(character.encode_utf8(&mut [0; 4]), self.limits),
            None => Ok(()),
        }
    }

    fn end_cell(&mut self) {
        if let Some(grid) = self.open.last_mut() {
            grid.end_cell(&self.styles.styles);
        }
    }

    /// Closes the innermost table; false when none is open.
    pub(super) fn close_table(&mut self) -> bool {
        let Some(mut grid) = self.open.pop() else { return false };
        // A page may end inside a cell.
        grid.end_cell(&self.styles.styles);
        if !grid.cells.is_empty() {
            self.tables.push(grid);
        }
        true
    }

    fn cell_head(&mut self, attributes: &str) -> Result<CellHead, ReadError> {
        let mut head = CellHead {
            spans: Spans { columns: 1, rows: 1 },
            ..CellHead::default()
        };
        let (mut class_format, mut own_format) = (None, None);
        let (mut is_number, mut is_boolean, mut data_value) = (false, false, None);
        for (name, value) in Attributes::of(attributes) {
            match name.to_ascii_lowercase().as_str() {
                "colspan" => head.spans.columns = span(value),
                "rowspan" => head.spans.rows = span(value),
                "x:num" | "sdval" => head.number = Some(value.to_owned()),
                // SheetJS: kind, value and format of the cell.
                "data-t" => (is_number, is_boolean) = (value == "n", value == "b"),
                "data-v" => data_value = Some(value),
                "data-z" => own_format = Some(unescaped(value)),
                "x:str" => head.is_text = true,
                "x:fmla" => head.formula = true,
                "sdnum" => own_format = value.splitn(3, ';').nth(2).map(unescaped),
                "class" => class_format = value.split(' ').find_map(|class| self.classes.get(class).cloned()),
                "style" => own_format = own_format.or(number_format(&unescaped(value))),
                _ => {}
            }
        }
        if let Some(value) = data_value.filter(|_| is_number) {
            head.number = Some(value.to_owned());
        }
        if is_boolean {
            head.number = Some(if data_value == Some("true") { "1" } else { "0" }.to_owned());
        }
        let code: Option<String> = own_format.or(class_format).map(|code| code.chars().take(255).collect());
        head.style = self.styles.number(code.as_deref(), self.limits)?;
        head.is_boolean = is_boolean || code.is_some_and(|code| code.eq_ignore_ascii_case("boolean"));
        Ok(head)
    }
}

fn unescaped(text: &str) -> String {
    let mut result = String::new();
    unescape(text, &mut result);
    result
}

/// A span: at least 1, at most as many as there can be rows; what is no number is 1.
fn span(value: &str) -> u32 {
    let span = value.trim().parse::<u64>().unwrap_or(1);
    u32::try_from(span.clamp(1, u64::from(MAX_ROWS))).unwrap_or(MAX_ROWS)
}

fn is_hidden(attributes: &str) -> bool {
    Attributes::of(attributes).any(|(name, value)| {
        name.eq_ignore_ascii_case("style") && value.replace(' ', "").to_ascii_lowercase().contains("display:none")
    })
}

/// The sheet names in what Excel tells itself.
fn sheet_names(comment: &str, most: usize) -> Vec<String> {
    let name = |rest: &str| rest.split_once("</x:Name>").map(|(name, _)| unescaped(name));
    comment.split("<x:Name>").skip(1).take(most).filter_map(name).collect()
}
