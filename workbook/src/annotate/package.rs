//! The container: parts by name, relationships, content types, and the writing of a container in which only the
//! changed parts differ.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read, Write},
};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{
    AnnotateError,
    xml::{Edits, TagKind, Walk, escape},
};
use crate::extract::{Limits, decode, directory, last_segment, resolve};

/// A container being changed. Part names are compared in lower case (OPC 6.3.5).
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: BTreeMap<String, usize>,
    part_bytes: u64,
    changed: BTreeMap<String, String>,
    removed: BTreeSet<String>,
}

/// A relationship of a part.
#[derive(Clone, Debug)]
pub(super) struct Relationship {
    pub(super) id: String,
    /// The last segment of its type.
    pub(super) kind: String,
    /// The part it leads to, in lower case.
    pub(super) target: String,
    pub(super) external: bool,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, AnnotateError> {
        let archive =
            ZipArchive::new(Cursor::new(directory::without_tail(bytes))).map_err(|_| AnnotateError::NotPatchable)?;
        let names = (0..archive.len())
            .filter_map(|at| Some((archive.name_for_index(at)?.ok()?.replace('\\', "/").to_lowercase(), at)))
            .collect();
        Ok(Self {
            archive,
            names,
            part_bytes: limits.part_bytes,
            changed: BTreeMap::new(),
            removed: BTreeSet::new(),
        })
    }

    pub(super) fn has(&self, path: &str) -> bool {
        !self.removed.contains(path) && (self.names.contains_key(path) || self.changed.contains_key(path))
    }

    /// A part as text, with the changes made so far.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, AnnotateError> {
        if let Some(text) = self.changed.get(path) {
            return Ok(Some(text.clone()));
        }
        let Some(at) = self.names.get(path).copied().filter(|_| !self.removed.contains(path)) else {
            return Ok(None);
        };
        let damaged = |reason: String| AnnotateError::damaged(path, reason);
        let part = self.archive.by_index(at).map_err(|error| damaged(error.to_string()))?;
        let mut bytes = Vec::new();
        part.take(self.part_bytes)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(error.to_string()))?;
        let text = decode(bytes).ok_or_else(|| damaged("neither UTF-8 nor UTF-16".to_owned()))?;
        Ok(Some(text))
    }

    pub(super) fn required(&mut self, path: &str) -> Result<String, AnnotateError> {
        self.text(path)?
            .ok_or_else(|| AnnotateError::damaged(path, "the part is missing"))
    }

    pub(super) fn set(&mut self, path: &str, text: String) {
        self.removed.remove(path);
        self.changed.insert(path.to_owned(), text);
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.changed.remove(path);
        self.removed.insert(path.to_owned());
    }

    /// A part name that is not taken: `xl/worksheets/sheet` with the first free number and `.xml`.
    pub(super) fn free_name(&self, stem: &str, extension: &str) -> String {
        first_free(
            |number| format!("{stem}{number}.{extension}"),
            |name| self.has(&name.to_lowercase()),
        )
    }

    pub(super) fn relationships(&mut self, part: &str) -> Result<Vec<Relationship>, AnnotateError> {
        let path = relationships_path(part);
        let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(text) = self.text(&path)? else {
            return Ok(Vec::new());
        };
        let mut walk = Walk::new(&text, &path);
        let mut found = Vec::new();
        while let Some(tag) = walk.next()? {
            if !tag.opens() || !tag.is("Relationship") {
                continue;
            }
            // What is not stated is empty, which no part refers to.
            let value = |name: &str| tag.attribute(name).map_or_else(String::new, Cow::into_owned);
            found.push(Relationship {
                id: value("Id"),
                kind: last_segment(&value("Type")).to_owned(),
                target: resolve(folder, &value("Target")),
                external: value("TargetMode") == "External",
            });
        }
        Ok(found)
    }

    /// Adds a relationship to a part; gives its id.
    pub(super) fn relate(&mut self, part: &str, kind: &str, target: &str) -> Result<String, AnnotateError> {
        let taken: BTreeSet<String> = self.relationships(part)?.into_iter().map(|found| found.id).collect();
        let id = first_free(|number| format!("rIdRonghe{number}"), |id| taken.contains(id));
        let path = relationships_path(part);
        let text = self.text(&path)?.unwrap_or_else(|| {
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>".to_owned()
        });
        let changed = append(&text, &path, |prefix| {
            format!(
                "<{prefix}Relationship Id=\"{id}\" Type=\"{}\" Target=\"/{}\"/>",
                escape(kind),
                escape(target)
            )
        })?;
        self.set(&path, changed);
        Ok(id)
    }

    /// Declares the content type of a part.
    pub(super) fn declare(&mut self, part: &str, content_type: &str) -> Result<(), AnnotateError> {
        let text = self.required(CONTENT_TYPES)?;
        let name = format!("/{part}");
        let mut walk = Walk::new(&text, CONTENT_TYPES);
        while let Some(tag) = walk.next()? {
            if tag.opens()
                && tag
                    .attribute("PartName")
                    .is_some_and(|found| found.eq_ignore_ascii_case(&name))
            {
                return Ok(());
            }
        }
        let changed = append(&text, CONTENT_TYPES, |prefix| {
            format!(
                "<{prefix}Override PartName=\"{}\" ContentType=\"{content_type}\"/>",
                escape(&name)
            )
        })?;
        self.set(CONTENT_TYPES, changed);
        Ok(())
    }

    /// The container with all changes. What was not changed is copied as it is, compressed bytes and all.
    pub(super) fn write(mut self) -> Result<Vec<u8>, AnnotateError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(2))
            .last_modified_time(DateTime::default());
        for at in 0..self.archive.len() {
            let name = match self.archive.name_for_index(at) {
                Some(Ok(name)) => name.into_owned(),
                _ => return Err(AnnotateError::damaged("zip", "a part without a name")),
            };
            let path = name.replace('\\', "/").to_lowercase();
            if self.removed.contains(&path) {
                continue;
            }
            if let Some(text) = self.changed.remove(&path) {
                writer.start_file(name, options)?;
                write_text(&mut writer, &text)?;
            } else {
                writer.raw_copy_file(self.archive.by_index_raw(at)?)?;
            }
        }
        for (path, text) in &self.changed {
            writer.start_file(path.as_str(), options)?;
            write_text(&mut writer, text)?;
        }
        Ok(writer.finish()?.into_inner())
    }
}

/// The part that tells the content types of the others.
const CONTENT_TYPES: &str = "[content_types].xml";

fn write_text(writer: &mut ZipWriter<Cursor<Vec<u8>>>, text: &str) -> Result<(), AnnotateError> {
    writer
        .write_all(as_utf8(text).as_bytes())
        .map_err(|error| AnnotateError::Container(zip::result::ZipError::from(error)))
}

/// A part that came in UTF-16 leaves in UTF-8 and must say so.
fn as_utf8(text: &str) -> Cow<'_, str> {
    let declaration = text.find("?>").filter(|_| text.starts_with("<?xml"));
    let Some((head, rest)) = declaration.and_then(|end| text.split_at_checked(end)) else {
        return text.into();
    };
    // In lower case a letter beyond ASCII may have another length, and the place would be wrong.
    let Some(at) = head.to_ascii_lowercase().find("utf-16") else {
        return text.into();
    };
    let (before, encoding) = head.split_at(at);
    let after = encoding
        .find(['"', '\''])
        .map_or("", |quote| encoding.split_at(quote).1);
    format!("{before}UTF-8{after}{rest}").into()
}

/// The first name, numbered from 1, that is not taken.
fn first_free(name: impl Fn(u64) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    let mut number = 1;
    loop {
        let name = name(number);
        if !is_taken(&name) {
            return name;
        }
        number += 1;
    }
}

pub(super) fn relationships_path(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    if folder.is_empty() {
        format!("_rels/{file}.rels")
    } else {
        format!("{folder}/_rels/{file}.rels")
    }
}

/// A part with an element added at the end of its root. The element is written with the prefix of the root.
fn append(text: &str, part: &str, element: impl Fn(&str) -> String) -> Result<String, AnnotateError> {
    let mut walk = Walk::new(text, part);
    let root = walk
        .next()?
        .ok_or_else(|| AnnotateError::damaged(part, "no root element"))?;
    let element = element(root.prefix());
    let mut edits = Edits::default();
    if root.kind == TagKind::Empty {
        edits.replace(root.attributes_end()..root.end, ">");
        edits.insert(root.end, format!("{element}</{}>", root.full_name()));
    } else {
        edits.insert(walk.close(root)?.start, element);
    }
    edits.apply(text, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_in_which_encoding_it_leaves() {
        let check = |text: &str, expected: &str| assert_eq!(as_utf8(text), expected);
        check(
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
        );
        check(
            "<?xml version='1.0' encoding='utf-16le' ?><a/>",
            "<?xml version='1.0' encoding='UTF-8' ?><a/>",
        );
        check(
            "<?xml version=\"1.0\"?><a>utf-16</a>",
            "<?xml version=\"1.0\"?><a>utf-16</a>",
        );
        check("<a/>", "<a/>");
    }

    #[test]
    fn elements_are_added_at_the_end_of_the_root() {
        let check = |text: &str, expected: &str| {
            assert_eq!(append(text, "p", |prefix| format!("<{prefix}b/>")).unwrap(), expected);
        };
        check("<a><c></c></a>", "<a><c></c><b/></a>");
        check("<x:a/>", "<x:a><x:b/></x:a>");
    }
}
