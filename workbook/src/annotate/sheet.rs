//! Cells of a sheet: marks come, marks of before go, everything else stays byte by byte.

use std::{borrow::Cow, collections::BTreeMap};

use survey::questionnaire::Action;

use super::{
    AnnotateError,
    styles::Styles,
    xml::{Edits, Tag, TagKind, Walk},
};
use crate::extract::{a1, position};

/// Marks of one sheet by row and column, counted from 0.
pub(super) type Marks = BTreeMap<(u32, u32), Action>;

/// A changed sheet part.
pub(super) struct Patched {
    pub(super) text: String,
    pub(super) changed: bool,
}

/// Sets the styles of marked cells, gives those of before their own style back, and adds cells that are not there.
/// `drawing` is the relationship of a drawing that the sheet does not refer to yet.
pub(super) fn patch(
    text: &str,
    part: &str,
    marks: &Marks,
    styles: &mut Styles<'_>,
    drawing: Option<&Reference>,
) -> Result<Patched, AnnotateError> {
    let mut patching = Patching {
        part,
        walk: Walk::new(text, part),
        styles,
        edits: Edits::default(),
        missing: marks.clone(),
        columns: Vec::new(),
        next_row: 0,
    };
    patching.run(marks, drawing)?;
    Ok(Patched {
        changed: !patching.edits.is_empty(),
        text: patching.edits.apply(text, part)?,
    })
}

/// A relationship that a sheet comes to refer to.
pub(super) struct Reference {
    pub(super) id: String,
    /// Namespace of relationship attributes.
    pub(super) namespace: &'static str,
}

/// The relationship of the drawing with the notes of a sheet, if it has one.
pub(super) fn legacy_drawing(text: &str, part: &str) -> Result<Option<String>, AnnotateError> {
    let mut walk = Walk::new(text, part);
    let mut found = None;
    while let Some(tag) = walk.next()? {
        if tag.depth == 1 && tag.opens() && tag.is("legacyDrawing") {
            found = tag.attribute("id").map(Cow::into_owned);
        }
    }
    Ok(found)
}

/// What may stand before a reference to the drawing of notes (ECMA-376 part 1, 18.3.1.99, in the order of CT_Worksheet).
const BEFORE_DRAWING: [&str; 29] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "drawing",
];

struct Patching<'p, 'a, 's> {
    part: &'p str,
    walk: Walk<'a>,
    styles: &'p mut Styles<'s>,
    edits: Edits,
    /// Marks whose cell was not met.
    missing: Marks,
    /// Styles of whole columns: first, last, style.
    columns: Vec<(u32, u32, u32)>,
    next_row: u32,
}

/// A row that was met.
struct Row<'a> {
    number: u32,
    tag: Tag<'a>,
    /// Its cells: column and start.
    cells: Vec<(u32, usize)>,
    /// The start of its end tag.
    end: usize,
}

impl<'a> Patching<'_, 'a, '_> {
    fn run(&mut self, marks: &Marks, drawing: Option<&Reference>) -> Result<(), AnnotateError> {
        let root = self
            .walk
            .next()?
            .ok_or_else(|| AnnotateError::damaged(self.part, "no root element"))?;
        let prefix = root.prefix();
        let mut drawing_at = root.end;
        while let Some(tag) = self.walk.next()? {
            if tag.depth != 1 || tag.kind == TagKind::Close {
                continue;
            }
            let close = match tag.name() {
                "sheetData" => self.data(tag, marks, prefix)?,
                "cols" => self.read_columns(tag)?,
                _ => self.walk.close(tag)?,
            };
            if BEFORE_DRAWING.contains(&tag.name()) {
                drawing_at = close.end;
            }
        }
        if let Some(Reference { id, namespace }) = drawing {
            let element = format!("<{prefix}legacyDrawing xmlns:rid=\"{namespace}\" rid:id=\"{id}\"/>");
            let declared = root.attributes().into_iter().find_map(|attribute| {
                let name = attribute.key.strip_prefix("xmlns:")?;
                (attribute.value == *namespace).then(|| name.to_owned())
            });
            let element = declared.map_or(element, |name| format!("<{prefix}legacyDrawing {name}:id=\"{id}\"/>"));
            self.edits.insert(drawing_at, element);
        }
        Ok(())
    }

    fn read_columns(&mut self, open: Tag<'a>) -> Result<Tag<'a>, AnnotateError> {
        if open.kind == TagKind::Empty {
            return Ok(open);
        }
        while let Some(tag) = self.walk.next()? {
            if tag.kind == TagKind::Close && tag.depth == open.depth {
                return Ok(tag);
            }
            let number = |name: &str| -> Option<u32> { tag.attribute(name)?.trim().parse().ok() };
            if let (true, Some(first), Some(last), Some(style)) =
                (tag.opens(), number("min"), number("max"), number("style"))
            {
                self.columns.push((first, last, style));
            }
        }
        Ok(open)
    }

    fn data(&mut self, open: Tag<'a>, marks: &Marks, prefix: &str) -> Result<Tag<'a>, AnnotateError> {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut close = open;
        if open.kind == TagKind::Open {
            while let Some(tag) = self.walk.next()? {
                if tag.kind == TagKind::Close && tag.depth == open.depth {
                    close = tag;
                    break;
                }
                if tag.is("row") && tag.opens() {
                    rows.push(self.row(tag, marks)?);
                }
            }
        }
        self.add_missing(open, close, &rows, prefix)?;
        Ok(close)
    }

    fn row(&mut self, tag: Tag<'a>, marks: &Marks) -> Result<Row<'a>, AnnotateError> {
        let written = tag.attribute("r").and_then(|number| number.trim().parse::<u32>().ok());
        let number = written.map_or(self.next_row, |number| number.saturating_sub(1));
        self.next_row = number.saturating_add(1);
        let mut row = Row {
            number,
            tag,
            cells: Vec::new(),
            end: tag.end,
        };
        let mut next_column = 0;
        let has_marks = marks
            .range((number, 0)..)
            .next()
            .is_some_and(|((row, _), _)| *row == number);
        if tag.kind == TagKind::Empty {
            return Ok(row);
        }
        while let Some(cell) = self.walk.next()? {
            if cell.kind == TagKind::Close && cell.depth == tag.depth {
                row.end = cell.start;
                break;
            }
            if cell.depth != tag.depth + 1 || !cell.opens() || !cell.is("c") {
                continue;
            }
            let (mut place, mut style) = (None, 0);
            for attribute in cell.attributes() {
                match attribute.key {
                    "r" => place = position(attribute.value),
                    "s" => style = attribute.value.trim().parse().unwrap_or(0),
                    _ => {}
                }
            }
            let (at_row, column) = place.unwrap_or((number, next_column));
            next_column = column.saturating_add(1);
            let mark = self.missing.remove(&(at_row, column));
            let wanted = match mark {
                Some(action) => self.styles.marked(style, action)?,
                None => Some(self.styles.base(style)?),
            };
            if let Some(wanted) = wanted.filter(|wanted| *wanted != style) {
                self.edits.set_attribute(&cell, "s", &wanted.to_string());
            }
            if has_marks {
                row.cells.push((column, cell.start));
            }
        }
        Ok(row)
    }

    /// Adds the marked cells that are not there, and their rows.
    fn add_missing(
        &mut self,
        open: Tag<'a>,
        close: Tag<'a>,
        rows: &[Row<'a>],
        prefix: &str,
    ) -> Result<(), AnnotateError> {
        let missing = std::mem::take(&mut self.missing);
        let mut new_rows: BTreeMap<u32, String> = BTreeMap::new();
        let mut in_rows: BTreeMap<u32, Vec<(u32, String)>> = BTreeMap::new();
        for ((row, column), action) in missing {
            let found = rows.iter().find(|found| found.number == row);
            let base = self.default_style(found, column);
            let Some(style) = self.styles.marked(base, action)? else {
                continue;
            };
            let cell = format!("<{prefix}c r=\"{}\" s=\"{style}\"/>", a1(row, column));
            if found.is_some() {
                in_rows.entry(row).or_default().push((column, cell));
            } else {
                new_rows.entry(row).or_default().push_str(&cell);
            }
        }
        for (number, cells) in in_rows {
            if let Some(row) = rows.iter().find(|row| row.number == number) {
                self.extend_row(row, cells);
            }
        }
        let mut at_end = String::new();
        for (number, cells) in new_rows {
            let row = format!("<{prefix}row r=\"{}\">{cells}</{prefix}row>", u64::from(number) + 1);
            match rows.iter().find(|next| next.number > number) {
                Some(next) => self.edits.insert(next.tag.start, row),
                None => at_end.push_str(&row),
            }
        }
        if at_end.is_empty() {
            return Ok(());
        }
        if open.kind == TagKind::Empty {
            self.edits.replace(open.attributes_end()..open.end, ">");
            self.edits.insert(open.end, format!("{at_end}</{}>", open.full_name()));
        } else {
            self.edits.insert(close.start, at_end);
        }
        Ok(())
    }

    fn extend_row(&mut self, row: &Row<'a>, cells: Vec<(u32, String)>) {
        // `spans` is a hint that would now be wrong.
        if let Some(spans) = row
            .tag
            .attributes()
            .into_iter()
            .find(|attribute| attribute.key == "spans")
        {
            self.edits.replace(spans.span, "");
        }
        if row.tag.kind == TagKind::Empty {
            let cells: String = cells.into_iter().map(|(_, cell)| cell).collect();
            self.edits.replace(row.tag.attributes_end()..row.tag.end, ">");
            self.edits
                .insert(row.tag.end, format!("{cells}</{}>", row.tag.full_name()));
            return;
        }
        for (column, cell) in cells {
            let next = row.cells.iter().find(|(other, _)| *other > column);
            self.edits.insert(next.map_or(row.end, |(_, start)| *start), cell);
        }
    }

    /// The style that a cell has which is not there: that of its row, else of its column.
    fn default_style(&self, row: Option<&Row<'_>>, column: u32) -> u32 {
        let of_row = row.and_then(|row| {
            let is_custom = row
                .tag
                .attribute("customFormat")
                .is_some_and(|value| value == "1" || value == "true");
            row.tag.attribute("s").filter(|_| is_custom)?.trim().parse().ok()
        });
        let of_column = || {
            let number = column.saturating_add(1);
            let found = self
                .columns
                .iter()
                .find(|(first, last, _)| (*first..=*last).contains(&number));
            found.map(|(_, _, style)| *style)
        };
        of_row.or_else(of_column).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::styles::SMALLEST, *};

    fn check(sheet: &str, marks: &[(&str, Action)], expected: &str) {
        let part = format!("<styleSheet>{SMALLEST}</styleSheet>");
        let mut styles = Styles::read(&part, "styles", BTreeMap::new()).unwrap();
        let marks: Marks = marks
            .iter()
            .map(|(cell, action)| (position(cell).unwrap(), *action))
            .collect();
        let patched = patch(sheet, "sheet", &marks, &mut styles, None).unwrap();
        assert_eq!(patched.text, expected);
        assert_eq!(patched.changed, sheet != expected);
    }

    #[test]
    fn marked_cells_have_a_style_of_their_own() {
        use Action::{Block, Warn};
        let data = |rows: &str| format!("<worksheet><sheetData>{rows}</sheetData><mergeCells/></worksheet>");
        check(
            &data("<row r='1' spans='1:2'><c r='A1' t=\"s\"><v>0</v></c><c r='C1' s='0'/></row>"),
            &[("A1", Block), ("B1", Warn), ("C1", Block), ("D1", Warn)],
            &data(
                "<row r='1'><c r='A1' t=\"s\" s=\"1\"><v>0</v></c><c r=\"B1\" s=\"2\"/><c r='C1' s=\"1\"/><c r=\"D1\" s=\"2\"/></row>",
            ),
        );
        // Rows and cells without their number are counted.
        check(
            &data("<row><c/><c/></row><row/><row><c><v>1</v></c></row>"),
            &[("B1", Block), ("A2", Block), ("A3", Block), ("B5", Block)],
            &data(
                "<row><c/><c s=\"1\"/></row><row><c r=\"A2\" s=\"1\"/></row><row><c s=\"1\"><v>1</v></c></row><row r=\"5\"><c r=\"B5\" s=\"1\"/></row>",
            ),
        );
        check(
            &data("<row r=\"3\"><c r=\"A3\"/></row>"),
            &[("A2", Block)],
            &data("<row r=\"2\"><c r=\"A2\" s=\"1\"/></row><row r=\"3\"><c r=\"A3\"/></row>"),
        );
        check(
            &data("<row r=\"3\"><c r=\"A3\"/></row>"),
            &[],
            &data("<row r=\"3\"><c r=\"A3\"/></row>"),
        );
        check(
            "<x:worksheet xmlns:x=\"m\"><x:sheetData/></x:worksheet>",
            &[("A1", Block)],
            "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" s=\"1\"/></x:row></x:sheetData></x:worksheet>",
        );
    }

    #[test]
    fn the_drawing_is_referred_to_where_it_belongs() {
        let sheet = "<worksheet xmlns:r=\"ns\"><sheetData/><pageMargins/><extLst/></worksheet>";
        let part = format!("<styleSheet>{SMALLEST}</styleSheet>");
        let mut styles = Styles::read(&part, "styles", BTreeMap::new()).unwrap();
        let reference = |namespace| Reference {
            id: "rId7".into(),
            namespace,
        };
        let mut check = |namespace, expected: &str| {
            let patched = patch(sheet, "s", &Marks::new(), &mut styles, Some(&reference(namespace))).unwrap();
            assert!(patched.text.contains(expected), "{}", patched.text);
            assert_eq!(legacy_drawing(&patched.text, "s").unwrap().as_deref(), Some("rId7"));
        };
        check("ns", "<pageMargins/><legacyDrawing r:id=\"rId7\"/><extLst/>");
        check(
            "other",
            "<pageMargins/><legacyDrawing xmlns:rid=\"other\" rid:id=\"rId7\"/><extLst/>",
        );
        assert_eq!(legacy_drawing(sheet, "s").unwrap(), None);
    }
}
