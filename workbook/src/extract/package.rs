//! The package of a workbook: which part is the workbook, which are its sheets (OPC relationships).

use std::collections::BTreeMap;

use survey::cell::DateSystem;

use super::{
    Limits, charset,
    container::Container,
    raw::{FileProperties, Visibility},
    xml::{Node, Xml, is_true},
};
use crate::error::{Counted, Program, ReadError};

/// What the workbook part says.
pub(super) struct Package {
    pub(super) sheets: Vec<SheetPart>,
    pub(super) dates: DateSystem,
    pub(super) names: BTreeMap<String, String>,
    pub(super) shared_strings: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) macros: bool,
    pub(super) external_links: bool,
    pub(super) embedded_objects: bool,
}

/// A worksheet and its part.
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) visibility: Visibility,
    pub(super) path: String,
}

/// A part or target that another part relates to.
pub(super) struct Relationship {
    /// Last segment of the type, such as `worksheet`.
    pub(super) kind: String,
    /// Path of the part, in lower case.
    pub(super) target: String,
}

/// Relationships of a part by id.
pub(super) type Relationships = BTreeMap<String, Relationship>;

/// Which workbook a zip container holds.
pub(super) enum Root {
    /// The workbook part of `.xlsx` and `.xlsm`.
    Xml(String),
    /// The workbook part of `.xlsb`.
    Binary(String),
    /// An OpenDocument spreadsheet.
    OpenDocument,
}

/// Finds the workbook in a container.
pub(super) fn root(container: &mut Container<'_>, limits: &Limits) -> Result<Root, ReadError> {
    if !container.has("_rels/.rels") {
        return other_package(container);
    }
    let roots = relationships_of(container, "", limits)?;
    let Some(root) = roots.values().find(|r| r.kind == "officeDocument") else {
        return other_package(container);
    };
    let path = root.target.clone();
    if !container.has(&path) {
        return Err(ReadError::damaged(path, "the workbook part is missing"));
    }
    // What a part is called says little: it is a workbook by the sheets that it relates to.
    let has_sheets = relationships_of(container, &path, limits)?
        .values()
        .any(|relationship| relationship.kind == "worksheet");
    if !has_sheets && !path.starts_with("xl/") {
        return Err(match path.split('/').next() {
            Some("word") => ReadError::Word,
            Some("ppt") => ReadError::Other(Program::Slides),
            _ => ReadError::NotXlsx,
        });
    }
    let mut start = Vec::new();
    if let Some(mut part) = container.part(&path)? {
        part.fill(&mut start, 64)?;
    }
    let markup = charset::glance_at_markup(&start);
    Ok(
        if markup
            .trim_start_matches(['\u{FEFF}', ' ', '\r', '\n', '\t'])
            .starts_with('<')
        {
            Root::Xml(path)
        } else {
            Root::Binary(path)
        },
    )
}

fn other_package(container: &mut Container<'_>) -> Result<Root, ReadError> {
    // A package that was packed again by hand has lost its first part; its manifest says the same.
    if container.has("content.xml") && (container.has("mimetype") || container.has("meta-inf/manifest.xml")) {
        let kind = container.text("mimetype")?;
        return match kind.as_deref().map(str::trim) {
            Some("application/vnd.oasis.opendocument.text") => Err(ReadError::Word),
            _ => Ok(Root::OpenDocument),
        };
    }
    if container.has("ofd.xml") {
        return Err(ReadError::Other(Program::Ofd));
    }
    if container.has("index.zip")
        || container
            .paths()
            .any(|path| path.to_ascii_lowercase().ends_with(".iwa"))
    {
        return Err(ReadError::Other(Program::Apple));
    }
    let mut paths = container.paths();
    let is_workbook = |path: &str| {
        [".xlsx", ".xls", ".et", ".xlsm", ".xlsb", ".ods"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    Err(if paths.any(is_workbook) {
        ReadError::Archive
    } else {
        ReadError::NotXlsx
    })
}

/// The part of a kind that the workbook relates to.
pub(super) fn target(relationships: &Relationships, kind: &str) -> Option<String> {
    relationships
        .values()
        .find(|r| r.kind == kind)
        .map(|r| r.target.clone())
}

/// Whether a package carries macros; links; embedded objects.
pub(super) fn carried(container: &Container<'_>, relationships: &Relationships) -> (bool, bool, bool) {
    let has_folder = |folder: &str| container.paths().any(|path| path.starts_with(folder));
    (
        relationships.values().any(|r| r.kind == "vbaProject") || container.has("xl/vbaproject.bin"),
        relationships.values().any(|r| r.kind == "externalLink"),
        has_folder("xl/embeddings/") || has_folder("xl/activex/"),
    )
}

/// Reads the workbook part of `.xlsx` and its relationships.
pub(super) fn read(container: &mut Container<'_>, workbook: &str, limits: &Limits) -> Result<Package, ReadError> {
    let relationships = relationships_of(container, workbook, limits)?;
    let text = container.text(workbook)?.ok_or(ReadError::NotXlsx)?;
    let Listed {
        sheets: listed,
        dates,
        names,
    } = read_workbook(&text, workbook, limits)?;
    let (macros, external_links, embedded_objects) = carried(container, &relationships);
    Ok(Package {
        sheets: parts_of(listed, &relationships, workbook)?,
        dates,
        names,
        shared_strings: target(&relationships, "sharedStrings"),
        styles: target(&relationships, "styles"),
        macros,
        external_links,
        embedded_objects,
    })
}

/// The worksheets among the listed sheets, with their parts.
pub(super) fn parts_of(
    listed: Vec<ListedSheet>,
    relationships: &Relationships,
    workbook: &str,
) -> Result<Vec<SheetPart>, ReadError> {
    let mut sheets = Vec::new();
    for (name, visibility, id) in listed {
        let Some(relationship) = relationships.get(&id) else {
            // A macro sheet that is gone leaves its name behind; nobody ever saw it.
            if id.is_empty() || visibility != Visibility::Visible {
                continue;
            }
            return Err(ReadError::damaged(workbook, "a sheet without its part"));
        };
        if relationship.kind == "worksheet" {
            sheets.push(SheetPart {
                name,
                visibility,
                path: relationship.target.clone(),
            });
        }
    }
    Ok(sheets)
}

/// Reads the document properties. They are a courtesy: what cannot be read is left out.
pub(super) fn read_properties(container: &mut Container<'_>, limits: &Limits) -> FileProperties {
    let mut values = BTreeMap::new();
    for path in ["docprops/core.xml", "docprops/app.xml"] {
        if let Ok(Some(text)) = container.text(path) {
            let _courtesy = read_flat(&text, path, limits, &mut values);
        }
    }
    let mut take = |name: &str| values.remove(name).filter(|value| !value.is_empty());
    FileProperties {
        application: take("Application"),
        title: take("title"),
        author: take("creator"),
        last_modified_by: take("lastModifiedBy"),
        created: take("created"),
        modified: take("modified"),
    }
}

/// The relationships of a part; none when it has no such part.
pub(super) fn relationships_of(
    container: &mut Container<'_>,
    part: &str,
    limits: &Limits,
) -> Result<Relationships, ReadError> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let path = if folder.is_empty() {
        format!("_rels/{file}.rels")
    } else {
        format!("{folder}/_rels/{file}.rels")
    };
    let Some(text) = container.text(&path)? else {
        return Ok(Relationships::new());
    };
    let mut xml = Xml::new(&text, &path, limits);
    let mut relationships = Relationships::new();
    loop {
        match xml.next()? {
            Node::Start(element) if element.name() == "Relationship" => {
                let (mut id, mut kind, mut target, mut external) = (String::new(), String::new(), String::new(), false);
                element.attributes(&path, |name, value| match name {
                    "Id" => id = value.into_owned(),
                    // The last segment is the same in the transitional and the strict namespace.
                    "Type" => last_segment(&value).clone_into(&mut kind),
                    "Target" => target = value.into_owned(),
                    "TargetMode" => external = value == "External",
                    _ => {}
                })?;
                if !external {
                    relationships.insert(
                        id,
                        Relationship {
                            kind,
                            target: resolve(folder, &target),
                        },
                    );
                }
            }
            Node::Eof => return Ok(relationships),
            _ => {}
        }
    }
}

/// What follows the last slash.
pub(crate) fn last_segment(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}

/// A target relative to the folder of its source part; a leading slash means the package root. In lower case.
pub(crate) fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/").to_lowercase();
    let mut segments: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments.join("/")
}

/// Name, visibility and relationship of a sheet as the workbook lists it.
pub(super) type ListedSheet = (String, Visibility, String);

/// What the workbook part lists.
struct Listed {
    sheets: Vec<ListedSheet>,
    dates: DateSystem,
    names: BTreeMap<String, String>,
}

/// Defined names that are kept begin with this.
const KEPT_NAMES: &str = "_ronghe.";
/// Names that are kept, and characters of each; a template of ours has one short one.
const MOST_NAMES: usize = 16;
const LONGEST_NAME: usize = 1024;

fn read_workbook(text: &str, part: &str, limits: &Limits) -> Result<Listed, ReadError> {
    let mut xml = Xml::new(text, part, limits);
    let mut sheets = Vec::new();
    let mut dates = DateSystem::From1900;
    let mut names = BTreeMap::new();
    loop {
        match xml.next()? {
            Node::Start(element) => match element.name() {
                "sheet" => {
                    if sheets.len() >= limits.sheets {
                        return Err(ReadError::too_many(Counted::Sheets, limits.sheets));
                    }
                    let (mut name, mut visibility, mut id) = (String::new(), Visibility::Visible, String::new());
                    element.attributes(part, |key, value| match key {
                        "name" => name = value.chars().take(255).collect(),
                        "id" => id = value.into_owned(),
                        "state" => visibility = visibility_of(&value),
                        _ => {}
                    })?;
                    sheets.push((name, visibility, id));
                }
                "definedName" => {
                    let mut name = String::new();
                    element.attributes(part, |key, value| {
                        if key == "name" {
                            name = value.chars().take(LONGEST_NAME).collect();
                        }
                    })?;
                    if name.starts_with(KEPT_NAMES) && names.len() < MOST_NAMES {
                        let value = xml.text()?.chars().take(LONGEST_NAME).collect();
                        names.entry(name).or_insert(value);
                    }
                }
                "workbookPr" => element.attributes(part, |key, value| {
                    if key == "date1904" && is_true(&value) {
                        dates = DateSystem::From1904;
                    }
                })?,
                _ => {}
            },
            Node::Eof => return Ok(Listed { sheets, dates, names }),
            _ => {}
        }
    }
}

fn visibility_of(state: &str) -> Visibility {
    match state {
        "hidden" => Visibility::Hidden,
        "veryHidden" => Visibility::VeryHidden,
        _ => Visibility::Visible,
    }
}

fn read_flat(text: &str, part: &str, limits: &Limits, values: &mut BTreeMap<String, String>) -> Result<(), ReadError> {
    let mut xml = Xml::new(text, part, limits);
    loop {
        match xml.next()? {
            Node::Start(element) if xml.depth() == 2 => {
                let value = xml.text()?;
                values.insert(element.name().to_owned(), value.chars().take(255).collect());
            }
            Node::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn targets_are_resolved_within_the_package() {
        let check = |folder: &str, target: &str, expected: &str| assert_eq!(resolve(folder, target), expected);
        check("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml");
        check("xl", "/xl/Worksheets/Sheet1.xml", "xl/worksheets/sheet1.xml");
        check("xl/worksheets", "../sharedStrings.xml", "xl/sharedstrings.xml");
        check("", "xl/workbook.xml", "xl/workbook.xml");
        check("", "../../etc/passwd", "etc/passwd");
        check("xl", ".\\styles.xml", "xl/styles.xml");
    }
}
