//! The workbook part: which sheets there are, and how it comes to list more.

use super::{
    AnnotateError,
    index_sheet::INDEX_MARK,
    own_mark,
    package::{Package, Relationship},
    xml::{Edits, TagKind, Walk, escape},
};
use crate::extract::RawWorkbook;

/// The workbook part and its sheets.
pub(super) struct Book {
    pub(super) path: String,
    text: String,
    is_strict: bool,
    pub(super) relationships: Vec<Relationship>,
    pub(super) sheets: Vec<SheetPart>,
    pub(super) has_index: bool,
}

/// A worksheet and its part.
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) path: String,
    /// Whether it is the index sheet or the sheet of keys of an earlier time.
    pub(super) is_ours: bool,
    pub(super) is_index: bool,
}

impl Book {
    pub(super) fn read(package: &mut Package<'_>, raw: &RawWorkbook) -> Result<Self, AnnotateError> {
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

    pub(super) fn namespace(&self) -> &'static str {
        if self.is_strict {
            "http://purl.oclc.org/ooxml/spreadsheetml/main"
        } else {
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        }
    }

    pub(super) fn relationship_namespace(&self) -> &'static str {
        if self.is_strict {
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
        } else {
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        }
    }

    pub(super) fn kind(&self, kind: &str) -> String {
        format!("{}/{kind}", self.relationship_namespace())
    }
}

/// The workbook part with more sheets: the index first, the keys last and very hidden.
pub(super) fn add_sheets(book: &Book, added: &[(String, String, bool)]) -> Result<String, AnnotateError> {
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
