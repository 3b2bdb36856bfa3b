//! Which scan of a signature belongs to which workbook, by their names.

use std::collections::BTreeSet;

/// What parts of a path are divided by.
const SEPARATORS: [char; 8] = ['/', '_', '-', '.', '+', '—', ',', '，'];

/// Whether a file is taken for a scan by its name; its content is looked at when it is used.
pub(crate) fn is_scan(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["pdf", "jpg", "jpeg", "png"]
        .iter()
        .any(|scan| ending.eq_ignore_ascii_case(scan))
}

/// Which scan belongs to a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This one.
    One(usize),
    /// None.
    None,
    /// Any of these.
    Several(Vec<usize>),
}

/// The scan of a workbook: the one of the same name, else the one whose path holds the credit code, else the one whose
/// path names the enterprise (as a folder, or as a part of the name between `_`, `-` and the like). What fits no better
/// than another is left to a person.
pub(crate) fn scan_of(scans: &[String], workbook: &str, uscc: &str, enterprise: &str) -> Found {
    let (own, uscc, enterprise) = (stem(workbook), squeezed(uscc), squeezed(enterprise));
    let fits: [&dyn Fn(&str) -> bool; 3] = [
        &|scan| stem(scan) == own,
        &|scan| !uscc.is_empty() && squeezed(scan).contains(&uscc),
        &|scan| squeezed(scan).split(SEPARATORS).any(|part| part == enterprise),
    ];
    for fits in fits {
        let found: Vec<usize> = (0..)
            .zip(scans)
            .filter(|(_, scan)| fits(scan))
            .map(|(at, _)| at)
            .collect();
        match found.as_slice() {
            [] => {}
            [one] => return Found::One(*one),
            _ => return Found::Several(found),
        }
    }
    Found::None
}

/// The scans that belong to none of these workbooks: name, credit code and enterprise of each.
pub(crate) fn unused<'w>(
    scans: &[String],
    workbooks: impl IntoIterator<Item = (&'w str, &'w str, &'w str)>,
) -> BTreeSet<usize> {
    let mut unused: BTreeSet<usize> = (0..scans.len()).collect();
    for (workbook, uscc, enterprise) in workbooks {
        match scan_of(scans, workbook, uscc, enterprise) {
            Found::One(at) => {
                unused.remove(&at);
            }
            // Each of them is named where the workbook is told of.
            Found::Several(several) => unused.retain(|at| !several.contains(at)),
            Found::None => {}
        }
    }
    unused
}

/// The name of a file without folders and ending, as people compare names.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    squeezed(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// Without blanks, in lower case, with brackets of one kind.
fn squeezed(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace());
    let plain = kept.map(|c| match c {
        '（' => '(',
        '）' => ')',
        c => c,
    });
    plain.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_scan_is_found_by_the_names_that_people_give() {
        let check = |scans: &[&str], workbook: &str, expected: Found| {
            let found = scan_of(
                &names(scans),
                workbook,
                "91330111MA2AAAAAAA",
                "富春（杭州）纸业有限公司",
            );
            assert_eq!(found, expected, "{scans:?} {workbook}");
        };
        check(&["扫描/甲.pdf", "乙.pdf"], "表/甲.xlsx", Found::One(0));
        check(&["1.PDF", "01 .jpg"], "01.xlsx", Found::One(1));
        check(&["封面_91330111ma2aaaaaaa.pdf"], "7.xlsx", Found::One(0));
        check(&["富春(杭州)纸业有限公司/封面.jpg"], "7.xlsx", Found::One(0));
        check(&["03_富春（杭州）纸业有限公司_封面.jpg"], "7.xlsx", Found::One(0));
        check(&["富春（杭州）纸业有限公司分公司.pdf"], "7.xlsx", Found::None);
        check(&["甲.pdf", "甲.jpg"], "甲.xlsx", Found::Several(vec![0, 1]));
        check(&["甲.pdf", "封面_91330111MA2AAAAAAA.pdf"], "甲.xlsx", Found::One(0));
        check(&["乙.pdf"], "甲.xlsx", Found::None);
        check(&[], "甲.xlsx", Found::None);
    }

    #[test]
    fn scans_without_a_workbook_are_told() {
        let scans = names(&["甲.pdf", "乙.pdf", "丙.pdf"]);
        let left = unused(&scans, [("甲.xlsx", "", ""), ("丁.xlsx", "", "")]);
        assert_eq!(left.into_iter().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn scans_are_told_by_their_ending() {
        let check = |name: &str, expected: bool| assert_eq!(is_scan(name), expected, "{name}");
        check("a/封面.PDF", true);
        check("封面.jpeg", true);
        check("封面.xlsx", false);
        check("pdf", false);
    }
}
