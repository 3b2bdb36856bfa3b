//! The enterprise's own workbook, given back with marks: cells filled, notes with what to do, and a sheet that lists
//! every finding and takes justifications.
//!
//! The parts of the container are patched in place. What is not touched is copied as it is, compressed bytes and all, so
//! that styles, widths, charts, macros and other sheets survive whoever wrote them. Marks of an earlier time go first: a
//! cell that was corrected loses its mark, and nothing piles up. The module `styles` says how a mark is told from a fill of the
//! filler's own, `notes` what happens to notes of others.

mod book;
mod error;
mod index_sheet;
mod looks;
mod marks;
mod notes;
mod package;
mod read;
mod sheet;
mod styles;
mod xml;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey::{cell::RawValue, report::Report};

pub use error::AnnotateError;
pub(crate) use read::is_ours;
pub use read::{GivenJustification, justifications};

use self::{
    book::{Book, SheetPart, add_sheets},
    index_sheet::{INDEX_MARK, KEYS_MARK},
    looks::Looks,
    marks::{earlier_shades, marks_of},
    package::{Package, relationships_path},
    sheet::{Marks, Reference},
    styles::Styles,
};
use crate::{
    extract::{FileFormat, Limits, RawSheet, extract},
    language::Language,
    layout::{INDEX_NAME, KEYS_NAME, sheet_name},
};

/// For whom the findings are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Language of notes and of the index sheet: that of the form.
    pub language: Language,
    /// Who and what, for the head of the index sheet: enterprise, round.
    pub name: String,
}

/// Gives a workbook back with the marks of a report. The same arguments give the same bytes.
pub fn annotate(
    original: &[u8],
    report: &Report,
    subject: &Subject,
    limits: &Limits,
) -> Result<Vec<u8>, AnnotateError> {
    let raw = extract(original, limits)?;
    if !matches!(raw.format, FileFormat::Xlsx | FileFormat::Xlsm) {
        return Err(AnnotateError::NotPatchable);
    }
    let mut package = Package::open(original, limits)?;
    let book = Book::read(&mut package, &raw)?;
    let earlier = earlier_shades(&raw);
    let (marks, notes) = marks_of(report, subject.language, &raw);

    let (styles_path, styles_text) = styles_part(&mut package, &book)?;
    let mut styles = Styles::read(&styles_text, &styles_path, earlier.clone())?;
    for (number, sheet) in book.sheets.iter().enumerate() {
        if sheet.is_ours {
            continue;
        }
        let none = (Marks::new(), Notes::new());
        let marks = marks.get(&number).unwrap_or(&none.0);
        let notes = notes.get(&number).unwrap_or(&none.1);
        if marks.is_empty() && notes.is_empty() && !book.has_index {
            continue;
        }
        let drawing = annotate_notes(&mut package, &book, sheet, number, notes)?;
        if marks.is_empty() && earlier.is_empty() && drawing.is_none() {
            continue;
        }
        let text = package.required(&sheet.path)?;
        let patched = sheet::patch(&text, &sheet.path, marks, &mut styles, drawing.as_ref())?;
        if patched.changed {
            package.set(&sheet.path, patched.text);
        }
    }
    write_own_sheets(&mut package, &book, report, subject, &mut styles)?;
    let changed = styles.write()?;
    package.set(&styles_path, changed);
    package.write()
}

/// Notes of one sheet by row and column, counted from 0.
type Notes = BTreeMap<(u32, u32), String>;

/// The mark of a sheet of ours, in its first cell.
fn own_mark(sheet: &RawSheet) -> Option<&'static str> {
    let RawValue::Text(text) = &sheet.cell(0, 0)?.value else {
        return None;
    };
    [INDEX_MARK, KEYS_MARK].into_iter().find(|mark| text.trim() == *mark)
}

fn styles_part(package: &mut Package<'_>, book: &Book) -> Result<(String, String), AnnotateError> {
    let found = book
        .relationships
        .iter()
        .find(|found| found.kind == "styles" && !found.external);
    if let Some(found) = found.filter(|found| package.has(&found.target)) {
        let text = package.required(&found.target)?;
        return Ok((found.target.clone(), text));
    }
    let path = "xl/ronghe_styles.xml";
    package.relate(&book.path, &book.kind("styles"), path)?;
    package.declare(
        path,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
    )?;
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet xmlns=\"{}\">{}</styleSheet>",
        book.namespace(),
        styles::SMALLEST
    );
    Ok((path.to_owned(), text))
}

/// Sets the notes of a sheet; gives the drawing that the sheet must come to refer to, if any.
fn annotate_notes(
    package: &mut Package<'_>,
    book: &Book,
    sheet: &SheetPart,
    number: usize,
    notes: &Notes,
) -> Result<Option<Reference>, AnnotateError> {
    let relationships = package.relationships(&sheet.path)?;
    let existing = relationships
        .iter()
        .find(|found| found.kind == "comments" && !found.external)
        .filter(|found| package.has(&found.target));
    let comments = match existing {
        Some(found) => {
            let text = package.required(&found.target)?;
            let comments = notes::patch_comments(&text, &found.target, notes)?;
            if notes.is_empty() && comments.removed.is_empty() && !text.contains("融合审核 Ronghe") {
                return Ok(None);
            }
            package.set(&found.target, comments.text.clone());
            comments
        }
        None if notes.is_empty() => return Ok(None),
        None => {
            let comments = notes::new_comments(notes, book.namespace());
            let path = package.free_name("xl/ronghe_comments", "xml");
            package.set(&path, comments.text.clone());
            package.relate(&sheet.path, &book.kind("comments"), &path)?;
            package.declare(
                &path,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
            )?;
            comments
        }
    };
    let shown: Notes = notes
        .iter()
        .filter(|(at, _)| comments.shown.contains(at))
        .map(|(at, note)| (*at, note.clone()))
        .collect();
    let text = package.required(&sheet.path)?;
    let drawing = sheet::legacy_drawing(&text, &sheet.path)?;
    let drawing = drawing.and_then(|id| relationships.iter().find(|found| found.id == id && !found.external));
    if let Some(found) = drawing.filter(|found| package.has(&found.target)) {
        let text = package.required(&found.target)?;
        let patched = notes::patch_drawing(&text, &found.target, &shown, &comments.removed)?;
        package.set(&found.target, patched);
        return Ok(None);
    }
    if shown.is_empty() {
        return Ok(None);
    }
    let path = package.free_name("xl/drawings/ronghe_notes", "vml");
    package.set(&path, notes::new_drawing(&shown, number));
    package.declare(&path, "application/vnd.openxmlformats-officedocument.vmlDrawing")?;
    let id = package.relate(&sheet.path, &book.kind("vmlDrawing"), &path)?;
    Ok(Some(Reference {
        id,
        namespace: book.relationship_namespace(),
    }))
}

/// Writes the index sheet and the sheet of keys: in the place of earlier ones, or as new sheets.
fn write_own_sheets(
    package: &mut Package<'_>,
    book: &Book,
    report: &Report,
    subject: &Subject,
    styles: &mut Styles<'_>,
) -> Result<(), AnnotateError> {
    let looks = Looks::add(styles)?;
    let mut taken: Vec<String> = book.sheets.iter().map(|sheet| sheet.name.clone()).collect();
    let earlier = |is_index: bool| {
        book.sheets
            .iter()
            .find(|sheet| sheet.is_ours && sheet.is_index == is_index)
    };
    let (index, keys) = (earlier(true), earlier(false));
    let keys_name = keys.map_or_else(|| sheet_name(KEYS_NAME, &mut taken), |sheet| sheet.name.clone());
    let index_text = index_sheet::write(report, subject, &looks, &keys_name, book.namespace());
    let keys_text = index_sheet::write_keys(styles.shades(), report, subject.language, book.namespace());
    let mut added = Vec::new();
    for (earlier, text, name, is_index) in [
        (index, index_text, sheet_name(INDEX_NAME, &mut taken), true),
        (keys, keys_text, keys_name, false),
    ] {
        if let Some(sheet) = earlier {
            // What hung on the sheet of before (printer settings, notes of the filler) went with it.
            package.remove(&relationships_path(&sheet.path));
            package.set(&sheet.path, text);
            continue;
        }
        let path = package.free_name("xl/worksheets/ronghe_sheet", "xml");
        package.set(&path, text);
        package.declare(
            &path,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        )?;
        let id = package.relate(&book.path, &book.kind("worksheet"), &path)?;
        added.push((name, id, is_index));
    }
    if !added.is_empty() {
        let changed = add_sheets(book, &added)?;
        package.set(&book.path, changed);
    }
    Ok(())
}
