//! Sheet names that Excel accepts.

/// Excel's limit, in UTF-16 code units.
const LONGEST: usize = 31;

/// The sheet on which the findings of a marked workbook are listed.
pub(crate) const INDEX_NAME: &str = "审核问题 Findings";
/// The very hidden sheet with the keys of the findings.
pub(crate) const KEYS_NAME: &str = "_findings";

/// Names of the sheets of a template that ask nothing; no section may take them.
pub(super) const RESERVED: [&str; 13] = [
    "封面",
    "填表说明",
    "代码表",
    "自动核对",
    "Cover",
    "Notes",
    "Codes",
    "Checks",
    "_checks",
    "_lists",
    "_template",
    INDEX_NAME,
    KEYS_NAME,
];

/// A name that is safe for Excel and not taken yet; it is added to `taken`.
pub(crate) fn sheet_name(wanted: &str, taken: &mut Vec<String>) -> String {
    let clean: String = wanted
        .chars()
        .map(|c| {
            if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let clean = clean.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    // Excel keeps the name History for itself.
    let clean = if clean.is_empty() || clean.eq_ignore_ascii_case("history") {
        "Sheet"
    } else {
        clean
    };
    let mut name = clip(clean, LONGEST);
    let mut number: u32 = 2;
    while taken.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
        let suffix = format!(" {number}");
        name = clip(clean, LONGEST.saturating_sub(suffix.len())) + &suffix;
        number += 1;
    }
    taken.push(name.clone());
    name
}

fn clip(text: &str, units: usize) -> String {
    let mut left = units;
    let clipped: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    clipped
        .trim_end_matches(|c: char| c == '\'' || c.is_whitespace())
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_unique() {
        let mut taken = vec!["封面".to_owned()];
        let mut check = |wanted: &str, expected: &str| assert_eq!(sheet_name(wanted, &mut taken), expected);
        check("F 基本与财务数据", "F 基本与财务数据");
        check("f 基本与财务数据", "f 基本与财务数据 2");
        check("封面", "封面 2");
        check("a/b[c]:d*e?f\\g", "a b c  d e f g");
        check("'quoted'", "quoted");
        check("", "Sheet");
        check("History", "Sheet 2");
        check(&"长".repeat(40), &"长".repeat(31));
        check(&"长".repeat(41), &("长".repeat(29) + " 2"));
        check(&"𠀀".repeat(20), &"𠀀".repeat(15));
    }
}
