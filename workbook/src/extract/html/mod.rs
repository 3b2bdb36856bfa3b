//! Web pages that call themselves `.xls`: every table is a sheet.
//!
//! Pages of Excel, LibreOffice and of reporting programs say more than they show: `x:num` and `sdval` hold the exact
//! number, `mso-number-format` and `sdnum` its format. Where they are missing a cell is the text that it shows.

mod grid;
mod token;

use std::collections::BTreeMap;

use self::{
    grid::{CellHead, Grid, Spans},
    token::{Attributes, Token, Tokens, unescape},
};
use super::{
    FileFormat, Limits, charset,
    gather::{Budget, Gather},
    raw::{GENERAL, RawWorkbook, Visibility},
    reference::MAX_ROWS,
    styles::Styles,
    xml2003::format_code,
};
use crate::error::{Counted, ReadError};

const PART: &str = "page";
/// Tables inside tables; layout tables have two or three.
const DEEPEST: usize = 16;

/// Reads all tables of a page.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let page = charset::decode(bytes, declared(bytes))?;
    let mut reading = Page::new(limits);
    for token in Tokens::of(&page) {
        reading.take(token)?;
    }
    while reading.close_table() {}
    let Page {
        tables, names, styles, ..
    } = reading;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    let mut tables: Vec<Grid> = tables.into_iter().filter(|table| !table.cells.is_empty()).collect();
    tables.sort_by_key(|table| table.number);
    for (at, table) in tables.into_iter().enumerate() {
        budget.count_sheet()?;
        let name = table.name.clone().or_else(|| names.get(at).cloned());
        let name = name.unwrap_or_else(|| format!("Sheet{}", at + 1));
        let mut gather = Gather::whole(&name, Visibility::Visible, &mut budget);
        for cell in table.cells {
            gather.count()?;
            gather.put(cell)?;
        }
        for merged in table.merged {
            gather.merge(merged)?;
        }
        for row in table.hidden_rows {
            gather.hide_rows(row, row);
        }
        sheets.push(gather.finish(PART)?);
    }
    if sheets.is_empty() {
        return Err(ReadError::Html);
    }
    Ok(RawWorkbook {
        format: FileFormat::Html,
        sheets,
        styles: styles.styles.cells,
        ..RawWorkbook::default()
    })
}

/// The encoding that the page names.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048))?).to_lowercase();
    let rest = head.split("charset=").nth(1)?.trim_start_matches(['"', '\'']);
    let name = rest.split(['"', '\'', ';', '>', ' ']).next()?;
    encoding_rs::Encoding::for_label(name.as_bytes())
}

/// The formats of a page as numbered styles.
pub(super) struct PageStyles {
    styles: Styles,
    numbers: BTreeMap<String, u32>,
}

impl PageStyles {
    /// The number of a format code.
    fn number(&mut self, code: Option<&str>, limits: &Limits) -> Result<u32, ReadError> {
        let Some(code) = code.filter(|code| *code != GENERAL && !code.is_empty()) else {
            return Ok(0);
        };
        if let Some(number) = self.numbers.get(code) {
            return Ok(*number);
        }
        if self.styles.cells.len() >= limits.styles {
            return Err(ReadError::too_many(Counted::Styles, limits.styles));
        }
        let number = self.styles.add(code, true);
        self.numbers.insert(code.to_owned(), number);
        Ok(number)
    }
}

struct Page<'l> {
    limits: &'l Limits,
    styles: PageStyles,
    /// Format codes by class.
    classes: BTreeMap<String, String>,
    /// Sheet names of Excel, in order.
    names: Vec<String>,
    /// Sheet name of LibreOffice, for the next table.
    next_name: Option<String>,
    /// Tables that are open, the innermost last.
    open: Vec<Grid>,
    tables: Vec<Grid>,
    started: usize,
    in_style: bool,
    in_heading: bool,
}

impl<'l> Page<'l> {
    fn new(limits: &'l Limits) -> Self {
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

    fn take(&mut self, token: Token<'_>) -> Result<(), ReadError> {
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
    fn close_table(&mut self) -> bool {
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

/// The number formats of classes, as in `.xl65 {mso-number-format:"0\.00%";}`.
fn read_classes(text: &str, limits: &Limits, classes: &mut BTreeMap<String, String>) {
    for rule in text.split('}') {
        let Some((selector, body)) = rule.split_once('{') else {
            continue;
        };
        let Some(code) = number_format(body) else { continue };
        for class in selector
            .split(',')
            .filter_map(|selector| selector.trim().rsplit('.').next())
        {
            if classes.len() < limits.styles {
                classes.insert(class.to_owned(), code.clone());
            }
        }
    }
}

/// The number format in a list of declarations.
fn number_format(declarations: &str) -> Option<String> {
    let (_, rest) = declarations.split_once("mso-number-format")?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(';').next()?,
    };
    let mut code = String::new();
    let mut rest = value.trim();
    while let Some((before, escape)) = rest.split_once('\\') {
        code.push_str(before);
        let numbered = escape
            .split_at_checked(4)
            .filter(|(hex, _)| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|(hex, after)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, after)));
        if let Some((character, after)) = numbered {
            code.push(character);
            rest = after;
        } else {
            let mut characters = escape.chars();
            code.extend(characters.next());
            rest = characters.as_str();
        }
    }
    code.push_str(rest);
    Some(format_code(&code).into_owned())
}

#[cfg(test)]
mod tests {
    use survey::cell::RawValue;

    use super::*;

    fn cells(page: &str) -> Vec<(u32, u32, RawValue)> {
        let workbook = read(page.as_bytes(), &Limits::default()).unwrap();
        let sheet = &workbook.sheets[0];
        sheet
            .cells
            .iter()
            .map(|cell| (cell.row, cell.column, cell.value.clone()))
            .collect()
    }

    fn text(row: u32, column: u32, text: &str) -> (u32, u32, RawValue) {
        (row, column, RawValue::Text(text.to_owned()))
    }

    #[test]
    fn tables_are_read_as_browsers_do() {
        assert_eq!(
            cells("<table><tr><td>a<td>b<tr><td> c\n d <br>e&nbsp;</table>"),
            [text(0, 0, "a"), text(0, 1, "b"), text(1, 0, "c d\ne")]
        );
        assert_eq!(
            cells("<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr></table>"),
            [text(0, 0, "a"), text(0, 1, "b"), text(1, 1, "c"), text(1, 2, "d")]
        );
    }

    #[test]
    fn exact_numbers_and_formats_are_taken() {
        let page = "<style>.p{mso-number-format:\"0\\.00%\";}</style><table><tr>\
            <td class=p x:num=0.8512>85.12%</td><td sdval=\"46113\" sdnum=\"2052;0;YYYY-MM-DD\">2026-04-01</td>\
            <td style='mso-number-format:\"\\@\"'>0501</td><td x:num>1,234.5</td></tr></table>";
        let workbook = read(page.as_bytes(), &Limits::default()).unwrap();
        let cells = &workbook.sheets[0].cells;
        let found: Vec<_> = cells
            .iter()
            .map(|cell| (cell.value.clone(), workbook.number_format(cell)))
            .collect();
        assert_eq!(
            found,
            [
                (RawValue::Number(0.8512), "0.00%"),
                (RawValue::DateSerial(46113.0), "YYYY-MM-DD"),
                (RawValue::Text("0501".into()), "@"),
                (RawValue::Number(1234.5), "General"),
            ]
        );
    }

    #[test]
    fn greedy_pages_are_refused() {
        let code = |page: &str| {
            read(page.as_bytes(), &Limits::default())
                .map(|_| ())
                .map_err(|error| error.code())
        };
        assert_eq!(
            code("<table><tr><td colspan=1000000000>a<td>b</table>"),
            Err("workbook.cell_out_of_range")
        );
        assert_eq!(code(&"<table><tr><td>".repeat(1_000_000)), Err("workbook.too_deep"));
        assert_eq!(code("<html><body>no table</body></html>"), Err("workbook.html"));
    }
}
