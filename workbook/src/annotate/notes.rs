//! Notes at cells: the comments part and the drawing that shows it. What others have written stays.
//!
//! A note of ours has an author and a first line of its own. Where somebody else's note stands, ours is added below it after a line that
//! is found again; a threaded comment is left alone, for its text lives in another part and the note is only its shadow.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    AnnotateError,
    xml::{Edits, TagKind, Walk, cell_text, escape, slice},
};
use crate::extract::{a1, position};

/// The author of our notes.
const AUTHOR: &str = "融合 Ronghe";
/// The line that begins our part of somebody else's note.
const BEGIN: &str = "【融合审核 Ronghe】";
/// How threaded comments name the authors of their shadows.
const THREADED: &str = "tc=";

/// A changed comments part.
pub(super) struct Comments {
    pub(super) text: String,
    /// Cells that must have a shape: those with a note of ours alone.
    pub(super) shown: BTreeSet<(u32, u32)>,
    /// Cells whose note went.
    pub(super) removed: BTreeSet<(u32, u32)>,
}

/// A comments part with nothing but our notes.
pub(super) fn new_comments(notes: &BTreeMap<(u32, u32), String>, namespace: &str) -> Comments {
    let comments: String = notes.iter().map(|(at, text)| comment(*at, text, 0, "")).collect();
    Comments {
        text: format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{namespace}\"><authors><author>{}</author></authors><commentList>{comments}</commentList></comments>",
            escape(AUTHOR)
        ),
        shown: notes.keys().copied().collect(),
        removed: BTreeSet::new(),
    }
}

/// A comments part without our earlier notes and with those of now.
pub(super) fn patch_comments(
    text: &str,
    part: &str,
    notes: &BTreeMap<(u32, u32), String>,
) -> Result<Comments, AnnotateError> {
    let found = Found::read(text, part)?;
    let mut edits = Edits::default();
    let (mut shown, mut removed) = (BTreeSet::new(), BTreeSet::new());
    let mut taken = BTreeSet::new();
    for other in &found.comments {
        // A note whose author is not listed is somebody else's.
        let author = other
            .author
            .and_then(|at| found.authors.get(at))
            .map_or("", String::as_str);
        let body = slice(text, other.body.clone(), part)?;
        if author == AUTHOR || is_ours_alone(body) {
            edits.replace(other.start..other.end, "");
            removed.extend(other.at);
            continue;
        }
        taken.extend(other.at);
        if author.starts_with(THREADED) {
            continue;
        }
        let end = remove_ours(body, other, &mut edits);
        if let Some(note) = other.at.and_then(|at| notes.get(&at)) {
            add_below(other, note, end, &found.prefix, &mut edits);
        }
    }
    let ours = found.authors.iter().position(|author| author == AUTHOR);
    let ours = ours.unwrap_or_else(|| {
        let author = format!("<{0}author>{1}</{0}author>", found.prefix, escape(AUTHOR));
        edits.insert(found.authors_end, author);
        found.authors.len()
    });
    let mut added = String::new();
    for (at, note) in notes.iter().filter(|(at, _)| !taken.contains(at)) {
        added.push_str(&comment(*at, note, ours, &found.prefix));
        shown.insert(*at);
        removed.remove(at);
    }
    edits.insert(found.list_end, added);
    Ok(Comments {
        text: edits.apply(text, part)?,
        shown,
        removed,
    })
}

/// What a comments part holds.
struct Found {
    prefix: String,
    authors: Vec<String>,
    authors_end: usize,
    list_end: usize,
    comments: Vec<Other>,
}

/// A comment that is there.
struct Other {
    /// Its cell, if it names one.
    at: Option<(u32, u32)>,
    /// The number of its author, if it names one.
    author: Option<usize>,
    start: usize,
    end: usize,
    /// The content of its `text`.
    body: Range<usize>,
    /// The end of the content of its last `t`, if that is the last thing in `text`.
    last_plain: Option<usize>,
}

impl Found {
    fn read(text: &str, part: &str) -> Result<Self, AnnotateError> {
        let mut walk = Walk::new(text, part);
        let damaged = || AnnotateError::damaged(part, "no comments");
        let root = walk.next()?.ok_or_else(damaged)?;
        let mut found = Self {
            prefix: root.prefix().to_owned(),
            authors: Vec::new(),
            authors_end: 0,
            list_end: 0,
            comments: Vec::new(),
        };
        while let Some(tag) = walk.next()? {
            match (tag.depth, tag.name(), tag.kind) {
                (2, "author", TagKind::Open) => {
                    let close = walk.close(tag)?;
                    let author = slice(text, tag.end..close.start, part)?;
                    let author = quick_xml::escape::unescape(author)
                        .map_or_else(|_| author.to_owned(), std::borrow::Cow::into_owned);
                    found.authors.push(author);
                }
                (2, "author", TagKind::Empty) => found.authors.push(String::new()),
                (1, "authors", TagKind::Close) => found.authors_end = tag.start,
                (1, "commentList", TagKind::Close) => found.list_end = tag.start,
                (2, "comment", TagKind::Open) => {
                    let mut other = Other {
                        at: tag.attribute("ref").and_then(|reference| position(&reference)),
                        author: tag.attribute("authorId").and_then(|id| id.parse().ok()),
                        start: tag.start,
                        end: tag.end,
                        body: tag.end..tag.end,
                        last_plain: None,
                    };
                    while let Some(inner) = walk.next()? {
                        if inner.depth == 2 {
                            other.end = inner.end;
                            break;
                        }
                        match (inner.depth, inner.name(), inner.kind) {
                            (3, "text", TagKind::Open) => other.body = inner.end..inner.end,
                            (3, "text", TagKind::Close) => other.body.end = inner.start,
                            (4, "t", TagKind::Close) => other.last_plain = Some(inner.start),
                            (4, _, _) => other.last_plain = None,
                            _ => {}
                        }
                    }
                    found.comments.push(other);
                }
                _ => {}
            }
        }
        if found.authors_end == 0 || found.list_end == 0 {
            return Err(damaged());
        }
        Ok(found)
    }
}

/// Whether a note is ours from its first line on. Programs that lose the authors keep the text.
fn is_ours_alone(body: &str) -> bool {
    let mut shown = String::new();
    for piece in body.split('<') {
        shown.push_str(piece.split_once('>').map_or(piece, |(_, content)| content));
    }
    shown.trim_start().starts_with(BEGIN)
}

/// Takes our part out of somebody else's note; gives where the note now ends: in a plain text, or after the last run.
fn remove_ours(body: &str, other: &Other, edits: &mut Edits) -> End {
    let Range { start, end } = other.body;
    let plain_end = |at| End::Plain(at);
    let untouched = other.last_plain.map_or(End::Runs(end), plain_end);
    let Some(begin) = body.find(BEGIN) else {
        return untouched;
    };
    let (before, rest) = body.split_at(begin);
    // Our part stands in a run of its own, unless a program has joined it to the run before.
    let content = before.rfind('>').map_or(0, |at| at + 1);
    let (_, joined) = before.split_at(content);
    let is_own = joined.trim().is_empty();
    let run = before
        .rfind("<r>")
        .or_else(|| before.rfind(":r>").and_then(|at| before.get(..at)?.rfind('<')));
    if let (true, Some(run)) = (is_own, run) {
        edits.replace(start + run..end, "");
        return End::Runs(start + run);
    }
    let keep = content + joined.trim_end().len();
    let close = rest.find("</").map_or(body.len(), |at| begin + at);
    edits.replace(start + keep..start + close, "");
    other.last_plain.map_or(End::Runs(end), |_| End::Plain(start + close))
}

/// Where a note ends.
#[derive(Clone, Copy)]
enum End {
    /// Inside the only text of the note.
    Plain(usize),
    /// After its last run.
    Runs(usize),
}

fn add_below(other: &Other, note: &str, end: End, prefix: &str, edits: &mut Edits) {
    let ours = cell_text(&format!("\n\n{BEGIN}\n{note}"));
    match end {
        End::Plain(at) => edits.insert(at, ours),
        End::Runs(at) => {
            let run = format!("<{prefix}r><{prefix}t xml:space=\"preserve\">{ours}</{prefix}t></{prefix}r>");
            // A removal up to the end of the note comes first.
            edits.insert(at.max(other.body.end), run);
        }
    }
}

fn comment(at: (u32, u32), note: &str, author: usize, prefix: &str) -> String {
    let (row, column) = at;
    let p = prefix;
    format!(
        "<{p}comment ref=\"{}\" authorId=\"{author}\"><{p}text><{p}r><{p}rPr><{p}sz val=\"9\"/><{p}rFont val=\"等线\"/></{p}rPr><{p}t xml:space=\"preserve\">{}</{p}t></{p}r></{p}text></{p}comment>",
        a1(row, column),
        cell_text(&format!("{BEGIN}\n{note}"))
    )
}

/// A drawing with a shape for each of these notes. `sheet` is the number of the sheet, so that shapes have numbers of
/// their own in the workbook.
pub(super) fn new_drawing(shown: &BTreeMap<(u32, u32), String>, sheet: usize) -> String {
    let first = (sheet + 1) * 4096;
    let blocks: Vec<String> = (0..=shown.len() / 1000)
        .map(|block| ((sheet + 1) * 4 + block).to_string())
        .collect();
    let mut drawing = format!(
        "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\n<o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{}\"/></o:shapelayout>\n{SHAPE_TYPE}\n",
        blocks.join(",")
    );
    drawing.push_str(&shapes(shown, first));
    drawing.push_str("</xml>");
    drawing
}

const SHAPE_TYPE: &str = "<v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>";

/// A drawing without the shapes of notes that went, and with those of new ones. A drawing is not always well-formed
/// XML (Excel itself writes `<br>`), so it is cut and extended as text.
pub(super) fn patch_drawing(
    text: &str,
    part: &str,
    shown: &BTreeMap<(u32, u32), String>,
    removed: &BTreeSet<(u32, u32)>,
) -> Result<String, AnnotateError> {
    let mut result = String::with_capacity(text.len());
    let mut missing = shown.clone();
    let mut rest = text;
    while let Some(at) = rest.find("<v:shape ") {
        let (before, shape) = rest.split_at(at);
        result.push_str(before);
        let end = shape
            .find("</v:shape>")
            .map_or(shape.len(), |end| end + "</v:shape>".len());
        let (shape, after) = shape.split_at(end);
        let note = note_cell(shape);
        if !note.is_some_and(|cell| removed.contains(&cell)) {
            result.push_str(shape);
        }
        if let Some(cell) = note {
            missing.remove(&cell);
        }
        rest = after;
    }
    result.push_str(rest);
    if missing.is_empty() {
        return Ok(result);
    }
    let end = result
        .rfind("</xml>")
        .ok_or_else(|| AnnotateError::damaged(part, "a drawing without its end"))?;
    let highest = text
        .split("_x0000_s")
        .skip(1)
        .filter_map(|rest| {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest.get(..digits)?.parse::<usize>().ok()
        })
        .filter(|number| *number < 1 << 30)
        .max()
        .unwrap_or(1024);
    let mut added = String::new();
    if !text.contains("id=\"_x0000_t202\"") {
        added.push_str(SHAPE_TYPE);
    }
    added.push_str(&shapes(&missing, highest + 1));
    result.insert_str(end, &added);
    Ok(result)
}

/// The cell of a shape that shows a note.
fn note_cell(shape: &str) -> Option<(u32, u32)> {
    let value = |name: &str| -> Option<u32> {
        let (_, after) = shape.split_once(&format!("<x:{name}>"))?;
        after.split('<').next()?.trim().parse().ok()
    };
    shape.contains("ObjectType=\"Note\"").then_some(())?;
    Some((value("Row")?, value("Column")?))
}

fn shapes(shown: &BTreeMap<(u32, u32), String>, first: usize) -> String {
    let shape = |(number, ((row, column), note)): (usize, (&(u32, u32), &String))| {
        // Some 22 wide characters fit into a line of the box.
        let lines = note
            .lines()
            .map(|line| line.chars().count() / 22 + 1)
            .sum::<usize>()
            .clamp(3, 30);
        let (top, bottom) = (row.saturating_sub(1), row + u32::try_from(lines).unwrap_or(3) + 1);
        format!(
            "<v:shape id=\"_x0000_s{number}\" type=\"#_x0000_t202\" style='position:absolute;margin-left:80pt;margin-top:5pt;width:240pt;height:{}pt;z-index:1;visibility:hidden' fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{}, 12, {top}, 6, {}, 12, {bottom}, 6</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>\n",
            lines * 13 + 10,
            column + 1,
            column + 4,
        )
    };
    (first..).zip(shown).map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(list: &[(&str, &str)]) -> BTreeMap<(u32, u32), String> {
        list.iter()
            .map(|(cell, text)| (position(cell).unwrap(), (*text).to_owned()))
            .collect()
    }

    const OTHERS: &str = "<comments xmlns=\"m\"><authors><author>王 &amp; 李</author><author>tc={1}</author></authors><commentList><comment ref=\"A1\" authorId=\"0\"><text><t>请核对</t></text></comment><comment ref=\"B1\" authorId=\"0\"><text><r><t>两段</t></r><r><t>话</t></r></text></comment><comment ref=\"C1\" authorId=\"1\"><text><t>thread</t></text></comment></commentList></comments>";

    #[test]
    fn what_others_wrote_stays() {
        let ours = notes(&[("A1", "错一"), ("B1", "错二"), ("C1", "错三"), ("D1", "错四")]);
        let first = patch_comments(OTHERS, "p", &ours).unwrap();
        assert!(
            first.text.contains("请核对\n\n【融合审核 Ronghe】\n错一</t>"),
            "{}",
            first.text
        );
        assert!(first.text.contains("错二</t></r></text>"));
        assert!(!first.text.contains("错三"), "a thread is left alone");
        assert_eq!(first.shown, notes(&[("D1", "")]).into_keys().collect());
        // Once more with other notes: nothing piles up.
        let second = patch_comments(&first.text, "p", &notes(&[("A1", "另错"), ("E1", "错五")])).unwrap();
        assert!(
            second.text.contains("请核对\n\n【融合审核 Ronghe】\n另错</t>"),
            "{}",
            second.text
        );
        assert!(!second.text.contains("错一") && !second.text.contains("错二") && !second.text.contains("错四"));
        assert_eq!(second.removed, notes(&[("D1", "")]).into_keys().collect());
        // And without any: what is left is what was there, apart from our name among the authors.
        let third = patch_comments(&second.text, "p", &BTreeMap::new()).unwrap();
        assert_eq!(
            third.text,
            OTHERS.replace("</authors>", "<author>融合 Ronghe</author></authors>")
        );
    }

    #[test]
    fn a_drawing_keeps_the_shapes_of_others() {
        let first = new_drawing(&notes(&[("A1", "x"), ("D1", "y")]), 0);
        let with_button = first.replace(
            "</xml>",
            "<v:shape id=\"_x0000_s1030\"><div>a<br>b</div><x:ClientData ObjectType=\"Button\"/></v:shape></xml>",
        );
        let removed = notes(&[("D1", "")]).into_keys().collect();
        let second = patch_drawing(&with_button, "p", &notes(&[("A1", "x"), ("F9", "z")]), &removed).unwrap();
        assert_eq!(second.matches("ObjectType=\"Note\"").count(), 2);
        assert!(second.contains("<x:Row>8</x:Row><x:Column>5</x:Column>") && second.contains("a<br>b"));
        assert_eq!(second.matches("id=\"_x0000_t202\"").count(), 1);
    }
}
