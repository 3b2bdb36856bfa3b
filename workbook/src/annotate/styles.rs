//! Cell styles: clones with a fill of ours, and the way back to the fill that was there before.
//!
//! Programs number styles anew whenever they save, so a mark cannot be told by its number. It is told by its colour:
//! every fill that was covered has a shade of its own, and the hidden sheet of keys says which shade covers what. The
//! shades of one severity differ in the three lowest bits of each channel, which nobody sees.

use std::collections::BTreeMap;

use survey::questionnaire::Action;

use super::{
    AnnotateError,
    xml::{Edits, Tag, TagKind, Walk, canonical, prefixed, slice},
};

/// Excel's limit is 64 000; beyond it a cell is marked by its note alone.
const MOST_STYLES: usize = 63_000;
const VARIANTS: u32 = 512;

/// What the smallest styles part says.
pub(super) const SMALLEST: &str = concat!(
    "<fonts count=\"1\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>",
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>",
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>",
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>",
    "<cellXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/></cellXfs>"
);

/// The lists of a styles part that are looked into, with the order in which the lists of one stand.
const ORDER: [&str; 6] = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs"];

/// The styles of a workbook, to which some are added.
pub(super) struct Styles<'a> {
    text: &'a str,
    part: &'a str,
    prefix: String,
    lists: BTreeMap<&'static str, List<'a>>,
    /// Shades of earlier marks: colour to the covered fill.
    earlier: BTreeMap<String, String>,
    /// Shades that are used now.
    shades: BTreeMap<String, String>,
    bases: BTreeMap<u32, u32>,
    marked: BTreeMap<(u32, u8), Option<u32>>,
}

/// A list of the styles part: its elements in canonical form, those added at the end.
struct List<'a> {
    open: Tag<'a>,
    end: usize,
    items: Vec<String>,
    known: usize,
}

/// What a cell of ours looks like, as canonical elements.
pub(super) struct Look<'l> {
    pub(super) font: &'l str,
    pub(super) fill: &'l str,
    pub(super) border: &'l str,
    /// 0 for General, 49 for text.
    pub(super) number_format: u32,
    /// Children of the `xf`.
    pub(super) inner: &'l str,
}

impl<'a> Styles<'a> {
    /// Reads a styles part. `earlier` are the shades that the hidden sheet of an annotated workbook tells of.
    pub(super) fn read(text: &'a str, part: &'a str, earlier: BTreeMap<String, String>) -> Result<Self, AnnotateError> {
        let mut walk = Walk::new(text, part);
        let root = walk
            .next()?
            .ok_or_else(|| AnnotateError::damaged(part, "no root element"))?;
        let prefix = root.prefix().to_owned();
        let mut lists = BTreeMap::new();
        while let Some(tag) = walk.next()? {
            let name = ORDER
                .into_iter()
                .find(|name| tag.depth == 1 && tag.opens() && tag.is(name));
            let Some(name) = name else { continue };
            let list = read_list(&mut walk, tag, text, &prefix, part)?;
            lists.entry(name).or_insert(list);
        }
        for name in ["fonts", "fills", "borders", "cellXfs"] {
            if !lists.contains_key(name) {
                return Err(AnnotateError::damaged(part, format!("no {name}")));
            }
        }
        Ok(Self {
            text,
            part,
            prefix,
            lists,
            earlier,
            shades: BTreeMap::new(),
            bases: BTreeMap::new(),
            marked: BTreeMap::new(),
        })
    }

    /// The shades that marks of now have, with the fills they cover.
    pub(super) fn shades(&self) -> &BTreeMap<String, String> {
        &self.shades
    }

    /// The style of a cell without a mark of ours: the style itself where it has none.
    pub(super) fn base(&mut self, style: u32) -> Result<u32, AnnotateError> {
        if self.earlier.is_empty() {
            return Ok(style);
        }
        if let Some(base) = self.bases.get(&style) {
            return Ok(*base);
        }
        let base = self.find_base(style)?;
        self.bases.insert(style, base);
        Ok(base)
    }

    fn find_base(&mut self, style: u32) -> Result<u32, AnnotateError> {
        let Some(xf) = self.item("cellXfs", style).map(str::to_owned) else {
            return Ok(style);
        };
        let Some(covered) = shade_of(self.fill_of(&xf))
            .and_then(|shade| self.earlier.get(&shade))
            .cloned()
        else {
            return Ok(style);
        };
        let fill = self.find_or_add("fills", &covered)?;
        let restored = with_fill(&xf, fill, false);
        // Whether a fill is declared as applied makes no difference to be seen, nor the order of attributes.
        let parts = |xf: &str| (without(&without(xf, "applyFill"), "fillId"), attribute(xf, "fillId"));
        let wanted = parts(&restored);
        let list = self.list("cellXfs")?;
        if let Some(found) = list.items.iter().position(|xf| parts(xf) == wanted) {
            return number(found, "cellXfs", self.part);
        }
        self.find_or_add("cellXfs", &restored)
    }

    /// The style of a cell with a mark; none when no style can be added any more.
    pub(super) fn marked(&mut self, style: u32, action: Action) -> Result<Option<u32>, AnnotateError> {
        let base = self.base(style)?;
        let key = (base, tone(action).0);
        if let Some(found) = self.marked.get(&key) {
            return Ok(*found);
        }
        let found = self.find_marked(base, action)?;
        self.marked.insert(key, found);
        Ok(found)
    }

    fn find_marked(&mut self, base: u32, action: Action) -> Result<Option<u32>, AnnotateError> {
        let Some(xf) = self.item("cellXfs", base).map(str::to_owned) else {
            return Ok(None);
        };
        if self.list("cellXfs")?.items.len() >= MOST_STYLES {
            return Ok(None);
        }
        let covered = self.fill_of(&xf).to_owned();
        let Some(shade) = self.shade(action, &covered) else {
            return Ok(None);
        };
        let fill = self.find_or_add("fills", &solid(&shade))?;
        self.find_or_add("cellXfs", &with_fill(&xf, fill, true)).map(Some)
    }

    /// A style of a sheet of ours.
    pub(super) fn look(&mut self, look: &Look<'_>) -> Result<u32, AnnotateError> {
        let font = self.find_or_add("fonts", look.font)?;
        let fill = self.find_or_add("fills", look.fill)?;
        let border = self.find_or_add("borders", look.border)?;
        let xf = format!(
            "<xf numFmtId=\"{}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" applyNumberFormat=\"1\" \
             applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\" applyProtection=\"1\">{}</xf>",
            look.number_format, look.inner
        );
        self.find_or_add("cellXfs", &xf)
    }

    /// The whole part with everything that was added.
    pub(super) fn write(&self) -> Result<String, AnnotateError> {
        let mut edits = Edits::default();
        for list in self.lists.values() {
            let added = list.items.iter().skip(list.known);
            let added: String = added.map(|item| prefixed(item, &self.prefix)).collect();
            if added.is_empty() {
                continue;
            }
            edits.set_attribute(&list.open, "count", &list.items.len().to_string());
            if list.open.kind == TagKind::Empty {
                edits.replace(list.open.attributes_end()..list.open.end, ">");
                edits.insert(list.open.end, format!("{added}</{}>", list.open.full_name()));
            } else {
                edits.insert(list.end, added);
            }
        }
        edits.apply(self.text, self.part)
    }

    /// A shade for what a mark covers: the one it had before, or a new one.
    fn shade(&mut self, action: Action, covered: &str) -> Option<String> {
        let of_action = |shade: &str| is_shade_of(shade, action);
        let known = self.shades.iter().chain(&self.earlier);
        let found = known
            .filter(|(shade, fill)| of_action(shade) && *fill == covered)
            .map(|(shade, _)| shade.clone())
            .next();
        let shade = found.or_else(|| {
            let fills = &self.lists.get("fills")?.items;
            (0..VARIANTS).map(|variant| shade(action, variant)).find(|shade| {
                let is_taken = self.shades.contains_key(shade) || self.earlier.contains_key(shade);
                !is_taken && !fills.iter().any(|fill| fill.contains(shade.as_str()))
            })
        })?;
        self.shades.insert(shade.clone(), covered.to_owned());
        Some(shade)
    }

    fn fill_of(&self, xf: &str) -> &str {
        let fill = attribute(xf, "fillId").and_then(|id| id.parse().ok()).unwrap_or(0);
        self.item("fills", fill)
            .unwrap_or("<fill><patternFill patternType=\"none\"/></fill>")
    }

    fn item(&self, list: &str, at: u32) -> Option<&str> {
        let at = usize::try_from(at).ok()?;
        self.lists.get(list)?.items.get(at).map(String::as_str)
    }

    fn list(&self, name: &'static str) -> Result<&List<'a>, AnnotateError> {
        self.lists
            .get(name)
            .ok_or_else(|| AnnotateError::damaged(self.part, format!("no {name}")))
    }

    fn find_or_add(&mut self, name: &'static str, item: &str) -> Result<u32, AnnotateError> {
        let missing = AnnotateError::damaged(self.part, format!("no {name}"));
        let list = self.lists.get_mut(name).ok_or(missing)?;
        let known = list.items.iter().position(|known| known == item);
        let at = known.unwrap_or_else(|| {
            list.items.push(item.to_owned());
            list.items.len() - 1
        });
        number(at, name, self.part)
    }
}

fn read_list<'a>(
    walk: &mut Walk<'a>,
    open: Tag<'a>,
    text: &str,
    prefix: &str,
    part: &str,
) -> Result<List<'a>, AnnotateError> {
    let mut items = Vec::new();
    let mut end = open.end;
    if open.kind == TagKind::Open {
        while let Some(tag) = walk.next()? {
            end = tag.start;
            if tag.kind == TagKind::Close {
                break;
            }
            let close = walk.close(tag)?;
            items.push(canonical(slice(text, tag.start..close.end, part)?, prefix, part)?);
        }
    }
    Ok(List {
        open,
        end,
        known: items.len(),
        items,
    })
}

/// Whether a text from a hidden sheet is a fill and nothing else, in canonical form; such a text may have been changed.
pub(super) fn fill_from_outside(text: &str) -> Option<String> {
    const KNOWN: [&str; 6] = ["fill", "patternFill", "gradientFill", "fgColor", "bgColor", "stop"];
    if text.len() > 4000 {
        return None;
    }
    let mut walk = Walk::new(text, "fill");
    let mut first = true;
    while let Some(tag) = walk.next().ok()? {
        let known = KNOWN.contains(&tag.full_name()) || tag.full_name() == "color";
        let plain = |value: &str| {
            value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        };
        if !known || (first && tag.full_name() != "fill") || (!first && tag.depth == 0 && tag.kind != TagKind::Close) {
            return None;
        }
        let attributes = tag.attributes();
        if !attributes
            .iter()
            .all(|a| plain(a.value) && a.key.chars().all(|c| c.is_ascii_alphanumeric()))
        {
            return None;
        }
        first = false;
    }
    let found = canonical(text, "", "fill").ok()?;
    found.starts_with("<fill").then_some(found)
}

fn solid(shade: &str) -> String {
    format!(
        "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"{shade}\"/><bgColor indexed=\"64\"/></patternFill></fill>"
    )
}

/// The colour of a solid fill.
fn shade_of(fill: &str) -> Option<String> {
    if !fill.contains("patternType=\"solid\"") {
        return None;
    }
    let (_, after) = fill.split_once("<fgColor rgb=\"")?;
    after.get(..8).map(str::to_uppercase)
}

/// A number for each severity, and its colour.
fn tone(action: Action) -> (u8, u32) {
    match action {
        Action::Block => (0, 0xF8_B8B0),
        Action::Warn => (1, 0xF8_D890),
        Action::Info => (2, 0xC0_D8F0),
    }
}

fn shade(action: Action, variant: u32) -> String {
    let (_, tone) = tone(action);
    let bits = ((variant & 7) << 16) | (((variant >> 3) & 7) << 8) | ((variant >> 6) & 7);
    format!("FF{:06X}", tone | bits)
}

fn is_shade_of(shade: &str, action: Action) -> bool {
    let value = shade.get(2..).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    value.is_some_and(|value| value & 0xF8_F8F8 == tone(action).1)
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let head = element.split('>').next()?;
    let (_, after) = head.split_once(&format!(" {name}=\""))?;
    after.split('"').next().map(str::to_owned)
}

/// An element without an attribute of its first tag.
fn without(element: &str, name: &str) -> String {
    let Some(value) = attribute(element, name) else {
        return element.to_owned();
    };
    element.replacen(&format!(" {name}=\"{value}\""), "", 1)
}

/// An `xf` with another fill.
fn with_fill(xf: &str, fill: u32, applied: bool) -> String {
    let bare = without(&without(xf, "fillId"), "applyFill");
    let applied = if applied { " applyFill=\"1\"" } else { "" };
    bare.replacen("<xf", &format!("<xf fillId=\"{fill}\"{applied}"), 1)
}

/// The number by which a list is referred to.
fn number(at: usize, list: &str, part: &str) -> Result<u32, AnnotateError> {
    u32::try_from(at).map_err(|_| AnnotateError::damaged(part, format!("too many {list}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fill_from_outside_is_a_fill() {
        let check = |text: &str, good: bool| assert_eq!(fill_from_outside(text).is_some(), good, "{text}");
        check("<fill><patternFill patternType=\"none\"/></fill>", true);
        check(
            "<fill><gradientFill degree=\"90\"><stop position=\"0\"><color theme=\"0\"/></stop></gradientFill></fill>",
            true,
        );
        check("<fill/><fill/>", false);
        check("<fill><script/></fill>", false);
        check("<fill a=\"&quot;\"/>", false);
        check("<x><fill/></x>", false);
        check("not xml <", false);
        check("", false);
    }

    #[test]
    fn shades_are_told_from_each_other() {
        for action in [Action::Block, Action::Warn, Action::Info] {
            for variant in [0, 7, 8, 511] {
                let shade = shade(action, variant);
                assert_eq!(shade.len(), 8);
                for other in [Action::Block, Action::Warn, Action::Info] {
                    assert_eq!(is_shade_of(&shade, other), action == other);
                }
            }
        }
    }

    #[test]
    fn a_mark_goes_and_leaves_what_was_there() {
        let part = format!("<styleSheet>{SMALLEST}</styleSheet>");
        let mut styles = Styles::read(&part, "styles", BTreeMap::new()).unwrap();
        let marked = styles.marked(0, Action::Block).unwrap().unwrap();
        assert_eq!(marked, 1);
        assert_eq!(styles.marked(0, Action::Block).unwrap(), Some(1));
        assert_eq!(styles.marked(7, Action::Block).unwrap(), None, "there is no such style");
        let shades = styles.shades().clone();
        let written = styles.write().unwrap();
        let mut again = Styles::read(&written, "styles", shades).unwrap();
        assert_eq!((again.base(1).unwrap(), again.base(0).unwrap()), (0, 0));
        assert_eq!(
            again.marked(1, Action::Block).unwrap(),
            Some(1),
            "the same mark is the same style"
        );
        assert_eq!(again.write().unwrap(), written);
        assert_eq!(again.marked(1, Action::Warn).unwrap(), Some(2));
    }
}
