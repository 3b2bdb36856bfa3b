//! The result of one enterprise as a page to print: score, level and stage, what they come from, where it stands among its
//! peers, what was missing, the shortest way up, how certain the rank is.

mod gaps;
mod standing;
#[cfg(test)]
mod tests;

use index::explain::{Distance, ExplainNode, Missing};
use survey::text::Text;
use workbook::language::Language;

use self::{
    gaps::{missing, way_up},
    standing::{parts, peers},
};
use super::{html::Page, say, words};

/// What the page tells.
pub struct ResultSheet<'a> {
    /// Name of the enterprise.
    pub enterprise: &'a str,
    /// Its credit code.
    pub uscc: &'a str,
    /// Town, industry and size, in words.
    pub place: Text,
    /// Title of the round.
    pub round: &'a str,
    /// Title of the methodology.
    pub methodology: &'a Text,
    /// State of the run.
    pub state: Text,
    /// Whether it is in force: else the page says that it is provisional.
    pub in_force: bool,
    /// When the run was made.
    pub made_at: &'a str,
    /// Decimals of scores.
    pub decimals: u32,
    /// Main score.
    pub score: Option<f64>,
    /// Level or stage.
    pub band: Option<Text>,
    /// What is said until the level or stage is confirmed.
    pub until_confirmed: Option<&'a Text>,
    /// Why there is no score.
    pub not_scored: Option<&'a Text>,
    /// Rank, and of how many.
    pub rank: Option<(i32, i64)>,
    /// The tree of nodes.
    pub roots: &'a [ExplainNode],
    /// How far the next level or stage is.
    pub next: Option<&'a Distance>,
    /// What missing answers did.
    pub missing: &'a Missing,
    /// The peers.
    pub peers: Option<PeerGroup>,
    /// What would reach the next level or stage.
    pub way_up: Option<Way>,
    /// How certain the rank is.
    pub certainty: Option<Certainty>,
}

/// The peers: the others of the same industry and size.
pub struct PeerGroup {
    /// Industry and size, in words.
    pub of: Text,
    /// Figures; absent when they are too few to be told.
    pub figures: Option<PeerTable>,
}

/// Peers in figures.
pub struct PeerTable {
    /// How many.
    pub count: u64,
    /// How many of them score less.
    pub below: u64,
    /// The main score and each total: label, own score, mean and median of the peers.
    pub rows: Vec<PeerRow>,
}

/// One score among those of the peers.
pub struct PeerRow {
    /// Label.
    pub label: Text,
    /// Its own score.
    pub own: Option<f64>,
    /// Mean of the peers.
    pub mean: f64,
    /// Median of the peers, where it is told.
    pub median: Option<f64>,
}

/// What would reach the next level or stage.
pub struct Way {
    /// Its label.
    pub label: Text,
    /// Each reaches it alone: label, what there is, what there would be.
    pub alone: Vec<(Text, Option<Text>, Text)>,
    /// All together reach it.
    pub together: Vec<(Text, Option<Text>, Text)>,
}

/// How certain the rank is.
pub struct Certainty {
    /// How often the ranking was computed with other weights.
    pub replications: u32,
    /// By how much a weight moved at most, percent.
    pub noise_percent: f64,
    /// Ranks between which nine tenths of the replications lie.
    pub between: (f64, f64),
    /// Levels or stages with the percentage of the replications that give them.
    pub levels: Vec<(Text, f64)>,
}

/// Indicators that are listed as strong or weak.
const LISTED: usize = 5;

/// Writes the page in Chinese or in English.
pub fn write(sheet: &ResultSheet<'_>, language: Language) -> String {
    let title = words(language, "企业评价结果", "Result of an enterprise");
    let mut page = Page::new(&format!("{title} · {}", sheet.enterprise), language);
    head(&mut page, sheet);
    if let Some(reason) = sheet.not_scored {
        let reason = say(language, reason);
        page.notice(&reason);
    }
    parts(&mut page, sheet);
    peers(&mut page, sheet);
    missing(&mut page, sheet);
    way_up(&mut page, sheet);
    certainty(&mut page, sheet);
    page.finish()
}

fn head(page: &mut Page, sheet: &ResultSheet<'_>) {
    let language = page.language;
    page.paragraph(&format!("{} · {}", sheet.round, say(language, sheet.methodology)));
    page.quiet(&format!("{} · {}", sheet.uscc, say(language, &sheet.place)));
    let computed = page.words("测算时间", "Computed at");
    page.quiet(&format!(
        "{} · {computed} {}",
        say(language, &sheet.state),
        sheet.made_at
    ));
    if !sheet.in_force {
        let notice = page.words(
            "本结果尚未发布，仅供内部核对。",
            "This result has not been published; it is for internal checking only.",
        );
        page.notice(&notice);
    }
    let none = "—".to_owned();
    let score = sheet
        .score
        .map_or_else(|| none.clone(), |score| shown(score, sheet.decimals));
    let band = sheet
        .band
        .as_ref()
        .map_or_else(|| none.clone(), |band| say(language, band));
    let rank = sheet.rank.map_or(none, |(rank, of)| {
        words(language, &format!("第 {rank} 名 / {of} 家"), &format!("{rank} of {of}"))
    });
    page.facts(&[
        (words(language, "得分", "Score"), score),
        (words(language, "等级或阶段", "Level or stage"), band),
        (words(language, "名次", "Rank"), rank),
    ]);
    if let Some(until) = sheet.until_confirmed {
        let text = page.words(
            "等级或阶段须经主管部门确认，当前：",
            "The level or stage must be confirmed by the bureau; now: ",
        );
        page.quiet(&format!("{text}{}", say(language, until)));
    }
}

/// What the score comes from: blocks and aggregates in the order of the methodology, then the strongest and weakest indicators.
fn certainty(page: &mut Page, sheet: &ResultSheet<'_>) {
    let Some(certainty) = &sheet.certainty else {
        return;
    };
    let language = page.language;
    page.heading("名次的稳定程度", "How certain the rank is");
    let (low, high) = (shown(certainty.between.0, 0), shown(certainty.between.1, 0));
    let (times, noise) = (certainty.replications, shown(certainty.noise_percent, 0));
    let text = page.words(
        &format!("将各项权重在 ±{noise}% 以内随机变动，重复测算 {times} 次，九成的结果名次在第 {low} 名到第 {high} 名之间。"),
        &format!(
            "With every weight moved at random by up to {noise} %, the ranking was computed {times} times; in nine out of ten cases the \
             rank lies between {low} and {high}."
        ),
    );
    page.paragraph(&text);
    let likely = certainty.levels.iter().filter(|(_, percent)| *percent >= 0.05);
    let likely: Vec<String> = likely
        .map(|(label, percent)| format!("{} {}%", say(language, label), shown(*percent, 1)))
        .collect();
    if !likely.is_empty() {
        let text = page.words("各等级或阶段出现的比例：", "Share of the cases by level or stage: ");
        page.paragraph(&format!(
            "{text}{}",
            likely.join(if language == Language::En { ", " } else { "，" })
        ));
    }
}

/// A figure with so many decimals.
fn shown(figure: f64, decimals: u32) -> String {
    let decimals = usize::try_from(decimals).unwrap_or(2);
    let text = format!("{figure:.decimals$}");
    // Rounded to zero it has no sign.
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}
