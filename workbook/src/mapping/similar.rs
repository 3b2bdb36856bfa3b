//! How alike two labels are, in Chinese and English, whatever their punctuation, width, numbering and units.

use survey::width::half_width;

/// How alike two labels are, from 0 to 1. Of the normalised texts: the Sørensen-Dice coefficient of their pairs of letters
/// (0.7) and their Jaro-Winkler similarity (0.3); a text that holds the other nearly whole counts at least 0.8.
pub fn similarity(one: &str, two: &str) -> f64 {
    alike(&normal(one), &normal(two))
}

/// The same of texts that are normalised already.
pub(super) fn alike(one: &str, two: &str) -> f64 {
    // Always in one order: Jaro's matching may depend on it.
    let (one, two) = if one <= two { (one, two) } else { (two, one) };
    if one.is_empty() || two.is_empty() {
        return 0.0;
    }
    if one == two {
        return 1.0;
    }
    let pairs = 0.7 * strsim::sorensen_dice(one, two) + 0.3 * strsim::jaro_winkler(one, two);
    // In Chinese the same words stand in another order as often as not.
    let alike = pairs.max(0.8 * shared_characters(one, two));
    let (short, long) = if one.chars().count() < two.chars().count() {
        (one, two)
    } else {
        (two, one)
    };
    let nearly_whole = short.chars().count() * 10 >= long.chars().count() * 6;
    if nearly_whole && long.contains(short) {
        alike.max(0.8)
    } else {
        alike
    }
}

/// The Sørensen-Dice coefficient of the characters beyond ASCII, in whatever order; 0 where either text has fewer than
/// four of them.
fn shared_characters(one: &str, two: &str) -> f64 {
    let wide = |text: &str| -> Vec<char> {
        let mut wide: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        wide.sort_unstable();
        wide
    };
    let (one, mut two) = (wide(one), wide(two));
    if one.len() < 4 || two.len() < 4 {
        return 0.0;
    }
    let both = one.len() + two.len();
    let shared = one.iter().filter(|c| {
        let found = two.binary_search(c);
        found.is_ok_and(|at| two.remove(at) == **c)
    });
    2.0 * shared.count() as f64 / both as f64
}

/// A label without what does not tell questions apart: width, case, blanks, punctuation, bracketed notes and units,
/// numbering in front.
pub(super) fn normal(label: &str) -> String {
    let half = half_width(label);
    let open = without_brackets(&half);
    // A label that is all brackets is what stands in them.
    let kept = if open.chars().any(char::is_alphanumeric) {
        &open
    } else {
        &half
    };
    let numbered = |c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | ')' | ' ' | '-');
    let mut rest = kept.trim().trim_start_matches(numbered);
    if rest.is_empty() {
        rest = kept;
    }
    let rest = rest
        .strip_prefix(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'])
        .and_then(|rest| rest.strip_prefix(['、', '.']))
        .unwrap_or(rest);
    rest.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What stands in the last pair of brackets, or after the last comma or slash: where units are written.
pub(super) fn unit_of(label: &str) -> Option<String> {
    let half = half_width(label);
    let inside = half.rfind('(').and_then(|open| {
        let rest = &half[open + 1..];
        rest.find(')').map(|close| rest[..close].to_owned())
    });
    let unit = inside.or_else(|| half.rsplit_once([',', '/']).map(|(_, unit)| unit.to_owned()))?;
    let unit = unit
        .trim()
        .trim_start_matches("单位")
        .trim_start_matches([':', ' '])
        .trim()
        .to_owned();
    (!unit.is_empty()).then_some(unit)
}

/// A text in half width without what stands in brackets.
pub(super) fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_compared_by_what_they_say() {
        let same = |one: &str, two: &str| assert!(similarity(one, two) > 0.999, "{one} {two}");
        same("营业收入（万元）", "1. 营业收入");
        same("一、营业收入", "营业 收入(元)");
        same("Ｒevenue", "revenue");
        let alike = |one: &str, two: &str| assert!(similarity(one, two) >= 0.6, "{one} {two} {}", similarity(one, two));
        alike("全年营业收入", "营业收入");
        alike("年末从业人员数", "从业人员期末人数");
        let different =
            |one: &str, two: &str| assert!(similarity(one, two) < 0.5, "{one} {two} {}", similarity(one, two));
        different("营业收入", "天然气消费量");
        different("", "营业收入");
        different("（）", "营业收入");
    }

    #[test]
    fn units_are_found_where_they_are_written() {
        let check = |label: &str, unit: Option<&str>| assert_eq!(unit_of(label).as_deref(), unit, "{label}");
        check("营业收入（元）", Some("元"));
        check("用电量(单位：千瓦时)", Some("千瓦时"));
        check("Revenue, CNY", Some("CNY"));
        check("营业收入", None);
        check("营业收入（）", None);
    }

    proptest::proptest! {
        #[test]
        fn likeness_is_symmetric_and_within_bounds(one in "\\PC{0,20}", two in "\\PC{0,20}") {
            let there = similarity(&one, &two);
            proptest::prop_assert!((0.0..=1.0).contains(&there));
            proptest::prop_assert!((there - similarity(&two, &one)).abs() < 1e-9);
        }
    }
}
