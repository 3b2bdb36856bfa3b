//! Sentences about causes that are told in more than one way.

/// The second of two values is not the greater.
pub(super) fn not_rising(setting: &str, first: f64, second: f64) -> (String, String) {
    if first > second {
        (
            format!("{setting} 的两个值颠倒：{first} 写在 {second} 之前，第二个值应大于第一个，请更正。"),
            format!(
                "The values of {setting} are reversed, {first} before {second}: the second must be the greater; correct them."
            ),
        )
    } else {
        (
            format!("{setting} 的两个值相等，都是 {first}；第二个值应大于第一个，请更正。"),
            format!("The values of {setting} are equal, both {first}: the second must be the greater; correct them."),
        )
    }
}

/// A unit has nothing to be compared with.
pub(super) fn one_unit(unit: &str, group: Option<&str>, year: Option<i64>) -> (String, String) {
    let (zh, en) = match (group, year) {
        (Some(group), _) => (format!("分组 {group} 中"), format!("The group {group} has")),
        (None, Some(year)) => (format!("{year} 年"), format!("The year {year} has")),
        (None, None) => ("数据中".to_owned(), "The data have".to_owned()),
    };
    (
        format!(
            "{zh}只有一个单位（{unit}），所用的标准化须与其他单位比较；请补充单位，或改用 goalposts 等按给定界限的方法。"
        ),
        format!(
            "{en} one unit only ({unit}), and the normalisation compares units; supply more units, or use a method with given bounds, \
             such as goalposts."
        ),
    )
}

/// The base year is not among the years.
pub(super) fn no_year(year: i64, years: &[i64]) -> (String, String) {
    if years.is_empty() {
        return (
            format!(
                "数据只有一个年份（没有 Time 列，或 Time 列只有一个年份），不能以 {year} 年为基年；请补充各年数据，或删去 base_year。"
            ),
            format!(
                "The data have one year alone (no column Time, or one year in it), so that {year} cannot be the base year; supply \
                 the other years or take base_year away."
            ),
        );
    }
    let listed: Vec<String> = years.iter().map(ToString::to_string).collect();
    (
        format!(
            "数据中没有基年 {year}，现有的年份是 {}；请更正 base_year 或补充数据。",
            listed.join("、")
        ),
        format!(
            "The data do not have the base year {year}; the years are {}. Correct base_year or supply the year.",
            listed.join(", ")
        ),
    )
}
