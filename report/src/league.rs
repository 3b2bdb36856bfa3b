//! The league table of a run as a page to print.

use survey::text::Text;
use workbook::language::Language;

use super::{
    html::{Cell, Page},
    say, words,
};

/// What the page tells. A figure that is absent is not told, because it would tell of single enterprises.
pub struct LeagueSheet<'a> {
    /// Title of the round.
    pub round: &'a str,
    /// Title of the methodology.
    pub methodology: &'a Text,
    /// State of the run.
    pub state: Text,
    /// When the run was made.
    pub made_at: &'a str,
    /// Decimals of scores.
    pub decimals: u32,
    /// Levels or stages with the number of enterprises.
    pub bands: &'a [(Text, Option<u64>)],
    /// Towns, all of them last.
    pub towns: Vec<LeagueRow<'a>>,
    /// Industries, all of them last.
    pub industries: Vec<LeagueRow<'a>>,
}

/// A group of enterprises.
pub struct LeagueRow<'a> {
    /// Place by the mean.
    pub place: Option<u32>,
    /// Name.
    pub name: &'a Text,
    /// Enterprises that were asked.
    pub asked: Option<u64>,
    /// Those that have handed in.
    pub handed_in: Option<u64>,
    /// Their share, percent.
    pub response_percent: Option<f64>,
    /// Those with a score.
    pub scored: Option<u64>,
    /// Mean of their scores.
    pub mean: Option<f64>,
}

/// Writes the page in Chinese or in English.
pub fn write(sheet: &LeagueSheet<'_>, language: Language) -> String {
    let title = words(language, "分镇街、分行业评价结果", "Results by town and industry");
    let mut page = Page::new(&format!("{} · {title}", sheet.round), language);
    page.paragraph(&say(language, sheet.methodology));
    let computed = page.words("测算时间", "Computed at");
    page.quiet(&format!(
        "{} · {computed} {}",
        say(language, &sheet.state),
        sheet.made_at
    ));
    if let Some(all) = sheet.towns.last() {
        let facts = [
            (words(language, "应报企业", "Enterprises asked"), figure(all.asked)),
            (words(language, "回收率", "Return rate"), percent(all.response_percent)),
            (words(language, "有得分企业", "Scored"), figure(all.scored)),
            (
                words(language, "平均得分", "Mean score"),
                mean(all.mean, sheet.decimals),
            ),
        ];
        page.facts(&facts);
    }
    page.heading("等级或阶段分布", "Distribution of levels or stages");
    let whole: u64 = sheet.bands.iter().filter_map(|(_, count)| *count).sum();
    let bands = sheet.bands.iter().map(|(label, count)| {
        let share = count.map_or(0.0, |count| {
            if whole == 0 {
                0.0
            } else {
                count as f64 / whole as f64 * 100.0
            }
        });
        let cells = vec![
            Cell::Text(say(language, label)),
            Cell::Bar(share),
            Cell::Figure(figure(*count)),
        ];
        (false, cells)
    });
    page.table(
        &[("等级或阶段", "Level or stage"), ("", ""), ("企业数", "Enterprises")],
        2,
        bands,
    );
    page.heading("分镇街", "By town");
    groups(&mut page, ("镇街", "Town"), &sheet.towns, sheet.decimals);
    page.heading("分行业", "By industry");
    groups(&mut page, ("行业", "Industry"), &sheet.industries, sheet.decimals);
    let note = page.words(
        "* 涉及企业不足 3 家，或可由其他数据推算，不予公布。回收率 = 已报企业数 ÷ 应报企业数。",
        "* Not published: fewer than 3 enterprises, or deducible from other figures. Return rate = enterprises that have handed in ÷ enterprises asked.",
    );
    page.quiet(&note);
    page.finish()
}

fn groups(page: &mut Page, name: (&str, &str), rows: &[LeagueRow<'_>], decimals: u32) {
    let language = page.language;
    let heads = [
        ("名次", "Place"),
        name,
        ("应报", "Asked"),
        ("已报", "Handed in"),
        ("回收率", "Return rate"),
        ("有得分", "Scored"),
        ("平均得分", "Mean score"),
    ];
    let last = rows.len().saturating_sub(1);
    let cells = rows.iter().enumerate().map(|(at, row)| {
        let cells = vec![
            Cell::Text(row.place.map_or_else(String::new, |place| place.to_string())),
            Cell::Text(say(language, row.name)),
            Cell::Figure(figure(row.asked)),
            Cell::Figure(figure(row.handed_in)),
            Cell::Figure(percent(row.response_percent)),
            Cell::Figure(figure(row.scored)),
            Cell::Figure(mean(row.mean, decimals)),
        ];
        (at == last, cells)
    });
    page.table(&heads, 2, cells);
}

fn not_told() -> String {
    "*".to_owned()
}

fn figure(count: Option<u64>) -> String {
    count.map_or_else(not_told, |count| count.to_string())
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(not_told, |share| format!("{share:.1}%"))
}

fn mean(mean: Option<f64>, decimals: u32) -> String {
    let decimals = usize::try_from(decimals).unwrap_or(2);
    mean.map_or_else(not_told, |mean| format!("{mean:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_marked() {
        let (methodology, town, all) = (
            Text::new("方法", "Method"),
            Text::new("富春街道", "富春街道"),
            Text::new("合计", "All"),
        );
        let row = |name, mean| LeagueRow {
            place: Some(1),
            name,
            asked: Some(12),
            handed_in: None,
            response_percent: None,
            scored: Some(9),
            mean,
        };
        let sheet = LeagueSheet {
            round: "2026年度调查",
            methodology: &methodology,
            state: Text::new("已发布", "Published"),
            made_at: "2026-04-01 14:05",
            decimals: 2,
            bands: &[
                (Text::new("创新突破", "Innovation"), None),
                (Text::new("起步建设", "Start"), Some(9)),
            ],
            towns: vec![row(&town, Some(31.4163)), row(&all, Some(31.4163))],
            industries: vec![row(&all, None)],
        };
        let page = write(&sheet, Language::Zh);
        for text in [
            "回收率",
            "富春街道",
            "31.42",
            "<td class=\"n\">*</td>",
            "不足 3 家",
            "起步建设",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let page = write(&sheet, Language::En);
        assert!(page.contains("Return rate") && page.contains("Innovation") && !page.contains("回收率"));
    }
}
