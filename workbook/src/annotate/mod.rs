//! The enterprise's own workbook, given back with marks: cells filled, notes with what to do, and a sheet that lists
//! every finding and takes justifications.
//!
//! The parts of the container are patched in place. What is not touched is copied as it is, compressed bytes and all, so
//! that styles, widths, charts, macros and other sheets survive whoever wrote them. Marks of an earlier time go first: a
//! cell that was corrected loses its mark, and nothing piles up. The module `styles` says how a mark is told from a fill of the
//! filler's own, `notes` what happens to notes of others.

mod index_sheet;
mod notes;
mod package;
mod read;
mod sheet;
mod styles;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use survey::{cell::RawValue, report::Report, text::Text};

pub(crate) use read::is_ours;
pub use read::{GivenJustification, justifications};

use self::{
    index_sheet::{INDEX_MARK, KEYS_MARK, Looks, SHADE},
    package::{Package, Relationship, relationships_path},
    sheet::{Marks, Reference},
    styles::Styles,
    xml::{Edits, TagKind, Walk, escape},
};
use crate::{
    codes::AnnotateCode,
    error::ReadError,
    extract::{FileFormat, Limits, RawSheet, RawWorkbook, extract, position},
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

/// Why a workbook could not be given back with marks.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The workbook is refused.
    Read(#[from] ReadError),
    /// Not an `.xlsx` or `.xlsm`: there is no XML to patch.
    NotPatchable,
    /// A part is not what it should be.
    Damaged {
        /// The part.
        part: String,
        /// What is wrong, for the log.
        reason: String,
    },
    /// The container could not be written.
    Container(#[from] zip::result::ZipError),
}

impl AnnotateError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::NotPatchable => AnnotateCode::NotPatchable.code(),
            Self::Damaged { .. } => AnnotateCode::Damaged.code(),
            Self::Container(_) => AnnotateCode::Container.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::Read(error) => error.message(),
            Self::NotPatchable => Text::new(
                "这种格式的文件不能原样标注。请另存为 .xlsx 后再上传。",
                "A file of this format cannot be marked in place. Save it as .xlsx and upload that.",
            ),
            Self::Damaged { part, .. } => Text::new(
                format!("文件内部有一处（{part}）无法标注。请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"),
                format!(
                    "A part of the file ({part}) cannot be marked. Open it with WPS or Excel, save it as a new .xlsx and upload that."
                ),
            ),
            Self::Container(error) => Text::new(
                format!("标注后的文件无法生成：{error}。"),
                format!("The marked file could not be written: {error}."),
            ),
        }
    }

    fn damaged(part: &str, reason: impl Into<String>) -> Self {
        Self::Damaged {
            part: part.to_owned(),
            reason: reason.into(),
        }
    }
}

/// Cells of one finding that are marked; a rule over a whole sheet must not colour it all.
const MARKED_PLACES: usize = 30;
/// Findings that one note holds.
const NOTED_FINDINGS: usize = 12;

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

/// The workbook part and its sheets.
struct Book {
    path: String,
    text: String,
    is_strict: bool,
    relationships: Vec<Relationship>,
    sheets: Vec<SheetPart>,
    has_index: bool,
}

/// A worksheet and its part.
struct SheetPart {
    name: String,
    path: String,
    /// Whether it is the index sheet or the sheet of keys of an earlier time.
    is_ours: bool,
    is_index: bool,
}

impl Book {
    fn read(package: &mut Package<'_>, raw: &RawWorkbook) -> Result<Self, AnnotateError> {
        let roots = package.relationships("")?;
        let root = roots
            .iter()
            .find(|found| found.kind == "officeDocument" && !found.external);
        let path = root
            .map(|root| root.target.clone())
            .ok_or(AnnotateError::NotPatchable)?;
        if path.rsplit('.').next() != Some("xml") {
            return Err(AnnotateError::NotPatchable);
        }
        let text = package.required(&path)?;
        let relationships = package.relationships(&path)?;
        let mut walk = Walk::new(&text, &path);
        let mut sheets = Vec::new();
        let mut number = 0;
        while let Some(tag) = walk.next()? {
            if tag.depth != 2 || !tag.opens() || !tag.is("sheet") {
                continue;
            }
            let id = tag
                .attribute("id")
                .ok_or_else(|| AnnotateError::damaged(&path, "a sheet without its part"))?;
            let found = relationships
                .iter()
                .find(|found| found.id == id && found.kind == "worksheet");
            let Some(found) = found else { continue };
            // `extract` has read the same sheets in the same order.
            let sheet = raw
                .sheets
                .get(number)
                .ok_or_else(|| AnnotateError::damaged(&path, "a sheet that was not read"))?;
            number += 1;
            let mark = own_mark(sheet);
            sheets.push(SheetPart {
                name: sheet.name.clone(),
                path: found.target.clone(),
                is_ours: mark.is_some(),
                is_index: mark == Some(INDEX_MARK),
            });
        }
        Ok(Self {
            is_strict: text.contains("purl.oclc.org/ooxml/spreadsheetml"),
            has_index: sheets.iter().any(|sheet| sheet.is_ours),
            path,
            text,
            relationships,
            sheets,
        })
    }

    fn namespace(&self) -> &'static str {
        if self.is_strict {
            "http://purl.oclc.org/ooxml/spreadsheetml/main"
        } else {
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        }
    }

    fn relationship_namespace(&self) -> &'static str {
        if self.is_strict {
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
        } else {
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        }
    }

    fn kind(&self, kind: &str) -> String {
        format!("{}/{kind}", self.relationship_namespace())
    }
}

/// The mark of a sheet of ours, in its first cell.
fn own_mark(sheet: &RawSheet) -> Option<&'static str> {
    let RawValue::Text(text) = &sheet.cell(0, 0)?.value else {
        return None;
    };
    [INDEX_MARK, KEYS_MARK].into_iter().find(|mark| text.trim() == *mark)
}

/// What earlier marks cover, as the hidden sheet tells. Whoever has changed it changes the look of his own file only.
fn earlier_shades(raw: &RawWorkbook) -> BTreeMap<String, String> {
    let text = |sheet: &RawSheet, row, column| match &sheet.cell(row, column)?.value {
        RawValue::Text(text) => Some(text.clone()),
        _ => None,
    };
    let of_sheet = |sheet: &RawSheet| {
        let row = |row: u32| {
            let shade = text(sheet, row, 1).filter(|_| text(sheet, row, 0).as_deref() == Some(SHADE))?;
            let is_colour = shade.len() == 8 && shade.bytes().all(|byte| byte.is_ascii_hexdigit());
            let fill = styles::fill_from_outside(&text(sheet, row, 2)?)?;
            is_colour.then(|| (shade.to_uppercase(), fill))
        };
        let last = sheet.cells.last().map_or(0, |cell| cell.row).min(10_000);
        (1..=last).filter_map(row).collect::<BTreeMap<_, _>>()
    };
    let keys = raw.sheets.iter().find(|sheet| own_mark(sheet) == Some(KEYS_MARK));
    keys.map_or_else(BTreeMap::new, of_sheet)
}

/// Which cells of which sheet are marked how, and what their notes say.
fn marks_of(
    report: &Report,
    language: Language,
    raw: &RawWorkbook,
) -> (BTreeMap<usize, Marks>, BTreeMap<usize, Notes>) {
    let mut marks: BTreeMap<usize, Marks> = BTreeMap::new();
    let mut lines: BTreeMap<usize, BTreeMap<(u32, u32), Vec<String>>> = BTreeMap::new();
    for line in &report.findings {
        let finding = &line.finding;
        let mut seen = BTreeSet::new();
        for place in finding.places.iter().take(MARKED_PLACES) {
            let number = raw.sheets.iter().position(|sheet| sheet.name == place.sheet);
            let Some((number, at)) = number.zip(position(&place.cell)) else {
                continue;
            };
            let Some(sheet) = raw.sheets.get(number).filter(|sheet| own_mark(sheet).is_none()) else {
                continue;
            };
            // Of merged cells only the first is seen.
            let merged = sheet.merged.iter().find(|merged| merged.contains(at.0, at.1));
            let at = merged.map_or(at, |merged| (merged.first_row, merged.first_column));
            if !seen.insert((number, at)) {
                continue;
            }
            let mark = marks.entry(number).or_default().entry(at).or_insert(finding.action);
            *mark = (*mark).min(finding.action);
            let noted = lines.entry(number).or_default().entry(at).or_default();
            if noted.len() < NOTED_FINDINGS {
                noted.push(format!("【{}】{}", finding.rule, language.block(&finding.message)));
            }
        }
    }
    let joined = |lines: BTreeMap<(u32, u32), Vec<String>>| -> Notes {
        lines.into_iter().map(|(at, lines)| (at, lines.join("\n"))).collect()
    };
    let notes = lines
        .into_iter()
        .map(|(number, lines)| (number, joined(lines)))
        .collect();
    (marks, notes)
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

/// The workbook part with more sheets: the index first, the keys last and very hidden.
fn add_sheets(book: &Book, added: &[(String, String, bool)]) -> Result<String, AnnotateError> {
    let text = &book.text;
    let mut walk = Walk::new(text, &book.path);
    let root = walk
        .next()?
        .ok_or_else(|| AnnotateError::damaged(&book.path, "no root element"))?;
    let prefix = root.prefix();
    let shifts = added.iter().any(|(_, _, is_index)| *is_index);
    let mut edits = Edits::default();
    let (mut highest, mut sheets, mut has_view) = (0_u32, None, false);
    while let Some(tag) = walk.next()? {
        let number = |name: &str| -> Option<u32> { tag.attribute(name)?.trim().parse().ok() };
        match (tag.depth, tag.name(), tag.kind) {
            (1, "sheets", TagKind::Open) => sheets = Some((tag.start, tag.end, tag.end)),
            (1, "sheets", TagKind::Close) => sheets = sheets.map(|(start, end, _)| (start, end, tag.start)),
            (2, "sheet", kind) if kind != TagKind::Close => highest = highest.max(number("sheetId").unwrap_or(0)),
            // What counts sheets by their position counts one more.
            (2, "workbookView", kind) if kind != TagKind::Close && shifts => {
                has_view = true;
                edits.set_attribute(&tag, "activeTab", &(number("activeTab").unwrap_or(0) + 1).to_string());
            }
            (2, "definedName", kind) if kind != TagKind::Close && shifts => {
                if let Some(local) = number("localSheetId") {
                    edits.set_attribute(&tag, "localSheetId", &(local + 1).to_string());
                }
            }
            _ => {}
        }
    }
    let Some((start, first, last)) = sheets else {
        return Err(AnnotateError::damaged(&book.path, "no sheets"));
    };
    if shifts && !has_view {
        let views = format!("<{prefix}bookViews><{prefix}workbookView activeTab=\"1\"/></{prefix}bookViews>");
        edits.insert(start, views);
    }
    let namespace = book.relationship_namespace();
    for (name, id, is_index) in added {
        highest = highest.saturating_add(1);
        let (state, at) = if *is_index {
            ("", first)
        } else {
            (" state=\"veryHidden\"", last)
        };
        edits.insert(
            at,
            format!(
                "<{prefix}sheet xmlns:rid=\"{namespace}\" name=\"{}\" sheetId=\"{highest}\"{state} rid:id=\"{id}\"/>",
                escape(name)
            ),
        );
    }
    edits.apply(text, &book.path)
}
