//! The result of one enterprise as a page to print: score, level and stage, what they come from, where it stands among its
//! peers, what was missing, the shortest way up, how certain the rank is.

use index::{
    card::{MissingReason, NodeKind},
    exact::Fixed,
    explain::{Distance, ExplainNode, Missing},
};
use survey::text::Text;
use workbook::language::Language;

use super::{
    html::{Cell, Page},
    say, words,
};

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
fn parts(page: &mut Page, sheet: &ResultSheet<'_>) {
    let mut rows = Vec::new();
    let mut leaves = Vec::new();
    for root in sheet.roots {
        collect(root, 0, &mut rows, &mut leaves);
    }
    if rows.iter().all(|(_, node)| node.score.is_none()) {
        return;
    }
    page.heading("得分构成", "What the score comes from");
    let (language, decimals) = (page.language, sheet.decimals);
    let of = |score: Option<Fixed>| score.map_or_else(|| "—".to_owned(), |score| shown(score.to_f64(), decimals));
    let cells = rows.iter().map(|(depth, node)| {
        let label = format!("{}{}", "　".repeat(*depth), say(language, &node.label));
        let weight = node.effective_weight.or(node.weight);
        let share = node.score.map_or(0.0, Fixed::to_f64);
        let cells = vec![
            Cell::Text(label),
            Cell::Bar(if node.kind == NodeKind::Total { 0.0 } else { share }),
            Cell::Figure(of(node.score)),
            Cell::Figure(weight.map_or_else(String::new, |weight| weight.round(2).to_string())),
            Cell::Figure(node.contribution.map_or_else(String::new, |part| of(Some(part)))),
        ];
        (*depth == 0, cells)
    });
    let heads = [
        ("指标", "Node"),
        ("", ""),
        ("得分", "Score"),
        ("权重", "Weight"),
        ("对上级的贡献", "Contribution to the node above"),
    ];
    page.table(&heads, 2, cells);
    // By what each adds to the whole, or takes from it.
    let main = sheet.roots.first().map(|root| root.code.clone());
    let part = |node: &&ExplainNode| main.as_ref().and_then(|main| node.contributions.get(main)).copied();
    let mut strong: Vec<&ExplainNode> = leaves.iter().copied().filter(|node| part(node).is_some()).collect();
    strong.sort_by_key(|node| std::cmp::Reverse(part(node)));
    strong.truncate(LISTED);
    let told = |node: &&ExplainNode| {
        let gain = part(node).map_or_else(String::new, |part| shown(part.to_f64(), decimals));
        words(
            language,
            &format!("{}：得分 {}，为总分贡献 {gain} 分。", node.label.zh, of(node.score)),
            &format!("{}: score {}, adds {gain} to the total.", node.label.en, of(node.score)),
        )
    };
    if !strong.is_empty() {
        let text = page.words("贡献最大的指标：", "Indicators that contribute most:");
        page.paragraph(&text);
        page.list(strong.iter().map(told).collect::<Vec<_>>());
    }
}

/// Blocks, aggregates and scenes' parents by depth; indicators apart.
fn collect<'n>(
    node: &'n ExplainNode,
    depth: usize,
    rows: &mut Vec<(usize, &'n ExplainNode)>,
    leaves: &mut Vec<&'n ExplainNode>,
) {
    match node.kind {
        NodeKind::Indicator => leaves.push(node),
        NodeKind::Scene => {}
        NodeKind::Block | NodeKind::Aggregate | NodeKind::Topic | NodeKind::Total => {
            rows.push((depth, node));
            for child in &node.children {
                collect(child, depth + 1, rows, leaves);
            }
        }
    }
}

fn peers(page: &mut Page, sheet: &ResultSheet<'_>) {
    if sheet.score.is_none() {
        return;
    }
    page.heading("在同行中的位置", "Standing among its peers");
    let Some(group) = &sheet.peers else {
        let text = page.words(
            "企业名录中没有本企业的规模，无法与同行业、同规模的企业比较；请补充从业人员、营业收入和资产总计。",
            "The registry has no size class for this enterprise, so it cannot be compared with enterprises of the same industry and size. Add employees, revenue and total assets.",
        );
        page.paragraph(&text);
        return;
    };
    let (language, decimals) = (page.language, sheet.decimals);
    let Some(figures) = &group.figures else {
        let text = page.words(
            &format!("同行业、同规模（{}）的其他企业不足 3 家，不予公布。", group.of.zh),
            &format!(
                "There are fewer than 3 other enterprises of the same industry and size ({}); no figures are given.",
                group.of.en
            ),
        );
        page.paragraph(&text);
        return;
    };
    let PeerTable { count, below, rows } = figures;
    let text = page.words(
        &format!(
            "同行业、同规模（{}）的其他企业 {count} 家，其中 {below} 家的得分低于该企业。",
            group.of.zh
        ),
        &format!(
            "{count} other enterprises of the same industry and size ({}); {below} of them score less.",
            group.of.en
        ),
    );
    page.paragraph(&text);
    let of = |score: Option<f64>| score.map_or_else(|| "—".to_owned(), |score| shown(score, decimals));
    let heads = [
        ("指标", "Node"),
        ("本企业", "Enterprise"),
        ("同行平均", "Mean of the peers"),
        ("同行中位数", "Median of the peers"),
        ("与平均之差", "Difference from the mean"),
    ];
    let cells = rows.iter().map(|row| {
        let difference = row.own.map(|own| {
            let difference = own - row.mean;
            format!(
                "{}{}",
                if difference > 0.0 { "+" } else { "" },
                shown(difference, decimals)
            )
        });
        let cells = vec![
            Cell::Text(say(language, &row.label)),
            Cell::Figure(of(row.own)),
            Cell::Figure(of(Some(row.mean))),
            Cell::Figure(of(row.median)),
            Cell::Figure(difference.unwrap_or_else(|| "—".to_owned())),
        ];
        (false, cells)
    });
    page.table(&heads, 1, cells);
}

fn missing(page: &mut Page, sheet: &ResultSheet<'_>) {
    let moved = sheet.missing.moved.iter().flat_map(|moved| &moved.left_out);
    let moved: Vec<String> = moved
        .map(|left| {
            let reason = left.missing.map(reason).unwrap_or_default();
            page.words(
                &format!(
                    "{}{}：不计分，其权重 {} 由同级其他指标分摊。",
                    left.label.zh,
                    bracket(&reason.zh),
                    left.weight.round(2)
                ),
                &format!(
                    "{}{}: not scored; its weight of {} is spread over the others beside it.",
                    left.label.en,
                    bracket_en(&reason.en),
                    left.weight.round(2)
                ),
            )
        })
        .collect();
    let zeroed = sheet.missing.zeroed.iter().map(|zeroed| {
        let reason = reason(zeroed.missing);
        let questions = zeroed.questions.join("、");
        page.words(
            &format!(
                "{}{}：按 0 分计，权重 {}。相关题项：{questions}。",
                zeroed.label.zh,
                bracket(&reason.zh),
                zeroed.weight.round(2)
            ),
            &format!(
                "{}{}: scored 0, weight {}. Questions: {}.",
                zeroed.label.en,
                bracket_en(&reason.en),
                zeroed.weight.round(2),
                zeroed.questions.join(", ")
            ),
        )
    });
    let items: Vec<String> = zeroed.collect::<Vec<_>>().into_iter().chain(moved).collect();
    if items.is_empty() {
        return;
    }
    page.heading("缺失的数据", "Missing data");
    page.list(items);
}

fn reason(missing: MissingReason) -> Text {
    match missing {
        MissingReason::Blank => Text::new("未填", "not answered"),
        MissingReason::NotComputable => Text::new("所填数据无法计算", "cannot be computed from the answers"),
        MissingReason::NotRelevant => Text::new("不涉及", "not relevant to the enterprise"),
        MissingReason::NotApplicable => Text::new("经审核确认不适用", "does not apply, as the reviewer has agreed"),
        MissingReason::NothingBelow => Text::new("下级指标均不计分", "nothing below it is scored"),
    }
}

fn bracket(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("（{text}）")
    }
}

fn bracket_en(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" ({text})")
    }
}

fn way_up(page: &mut Page, sheet: &ResultSheet<'_>) {
    let Some(next) = sheet.next else {
        return;
    };
    let language = page.language;
    let title = page.words(
        &format!("达到“{}”的差距与途径", next.label.zh),
        &format!("Distance to “{}” and how to reach it", next.label.en),
    );
    page.heading(&title, &title);
    page.list(
        next.conditions
            .iter()
            .map(|condition| say(language, &condition.message))
            .collect::<Vec<_>>(),
    );
    let Some(way) = &sheet.way_up else {
        return;
    };
    let told = |(label, from, to): &(Text, Option<Text>, Text)| match from {
        Some(from) => words(
            language,
            &format!("{}：由“{}”提高到“{}”。", label.zh, from.zh, to.zh),
            &format!("{}: from “{}” to “{}”.", label.en, from.en, to.en),
        ),
        None => words(
            language,
            &format!("{}：目前没有数据，需达到“{}”。", label.zh, to.zh),
            &format!("{}: no data at present; “{}” is needed.", label.en, to.en),
        ),
    };
    if !way.alone.is_empty() {
        let text = page.words("以下任意一项改进即可达到：", "Any one of these improvements is enough:");
        page.paragraph(&text);
        page.list(way.alone.iter().map(told).collect::<Vec<_>>());
    } else if way.together.is_empty() {
        let text = page.words(
            "没有找到可以达到的改进组合。",
            "No combination of improvements was found that reaches it.",
        );
        page.paragraph(&text);
    } else {
        let text = page.words(
            "以下各项同时改进可以达到（可行的一种方案，不一定是改动最少的方案）：",
            "These improvements together are enough (one feasible way, not necessarily the one with the fewest changes):",
        );
        page.paragraph(&text);
        page.list(way.together.iter().map(told).collect::<Vec<_>>());
    }
}

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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use index::explain::{ConditionDistance, Zeroed};

    use super::*;

    fn node(code: &str, label: (&str, &str), kind: NodeKind, score: &str, children: Vec<ExplainNode>) -> ExplainNode {
        let score = Fixed::parse(score).unwrap();
        ExplainNode {
            code: code.into(),
            label: Arc::new(Text::new(label.0, label.1)),
            kind,
            source: None,
            value: None,
            unit: String::new(),
            score: Some(score),
            weight: Some(Fixed::PERCENT),
            effective_weight: None,
            contribution: Some(score),
            contributions: BTreeMap::from([("X".into(), score)]),
            rounding_residual: None,
            missing: None,
            questions: Vec::new(),
            formula: Text::default(),
            children,
        }
    }

    #[test]
    fn the_page_tells_everything_in_one_language_without_codes() {
        let leaf = node(
            "B01",
            ("<b>上云</b>", "Cloud"),
            NodeKind::Indicator,
            "31.4163",
            Vec::new(),
        );
        let block = node("B", ("基础建设", "Foundation"), NodeKind::Block, "31.4163", vec![leaf]);
        let root = node(
            "X",
            ("两化融合指数", "Integration index"),
            NodeKind::Aggregate,
            "31.4163",
            vec![block],
        );
        let (methodology, until) = (Text::new("方法", "Method"), Text::new("待确定", "To be confirmed"));
        let next = Distance {
            value: 2,
            label: Text::new("单项覆盖", "Single coverage"),
            conditions: vec![ConditionDistance {
                condition: "B >= 40.0".to_owned(),
                node: None,
                holds: false,
                found: None,
                required: None,
                short_by: None,
                message: Text::new("差 8.58 分。", "8.58 short."),
            }],
        };
        let missing = Missing {
            moved: Vec::new(),
            zeroed: vec![Zeroed {
                code: "B02".into(),
                label: Arc::new(Text::new("规划", "Planning")),
                missing: MissingReason::Blank,
                node: None,
                weight: Fixed::from_int(10),
                questions: vec!["N10".to_owned()],
            }],
        };
        let mut sheet = ResultSheet {
            enterprise: "富春江<script>纸业",
            uscc: "91330111XY1000778C",
            place: Text::new("富春街道", "Fuchun"),
            round: "2026年度调查",
            methodology: &methodology,
            state: Text::new("草稿", "Draft"),
            in_force: false,
            made_at: "2026-04-01 14:05",
            decimals: 2,
            score: Some(31.4163),
            band: Some(Text::new("起步建设", "Start")),
            until_confirmed: Some(&until),
            not_scored: None,
            rank: Some((12, 300)),
            roots: &[root],
            next: Some(&next),
            missing: &missing,
            peers: Some(PeerGroup {
                of: Text::new("造纸，中型", "Paper, medium"),
                figures: Some(PeerTable {
                    count: 9,
                    below: 4,
                    rows: vec![PeerRow {
                        label: Text::new("两化融合指数", "Integration index"),
                        own: Some(31.4163),
                        mean: 35.0,
                        median: None,
                    }],
                }),
            }),
            way_up: Some(Way {
                label: next.label.clone(),
                alone: vec![(Text::new("规划", "Planning"), None, Text::new("已制订", "made"))],
                together: Vec::new(),
            }),
            certainty: Some(Certainty {
                replications: 1000,
                noise_percent: 25.0,
                between: (8.0, 17.0),
                levels: vec![
                    (Text::new("起步建设", "Start"), 92.5),
                    (Text::new("创新突破", "Innovation"), 0.0),
                ],
            }),
        };
        let check = |sheet: &ResultSheet<'_>, language, expected: &[&str]| {
            let page = write(sheet, language);
            for text in expected {
                assert!(page.contains(text), "{text} is missing: {page}");
            }
            for text in ["<script>", "<b>上云", "B >= 40", "31.4163", "http"] {
                assert!(!page.contains(text), "{text}: {page}");
            }
        };
        check(
            &sheet,
            Language::Zh,
            &[
                "尚未发布",
                "第 12 名 / 300 家",
                "31.42",
                "得分低于该企业",
                "-3.58",
                "规划（未填）：按 0 分计，权重 10。相关题项：N10。",
                "差 8.58 分。",
                "规划：目前没有数据，需达到“已制订”。",
                "第 8 名到第 17 名",
                "起步建设 92.5%",
            ],
        );
        check(
            &sheet,
            Language::En,
            &[
                "has not been published",
                "12 of 300",
                "4 of them score less",
                "Planning (not answered): scored 0, weight 10. Questions: N10.",
                "Any one of these improvements is enough:",
                "between 8 and 17",
            ],
        );
        sheet.peers = None;
        check(&sheet, Language::Zh, &["企业名录中没有本企业的规模"]);
    }

    #[test]
    fn a_figure_of_nothing_has_no_sign() {
        let check = |figure: f64, expected: &str| assert_eq!(shown(figure, 2), expected);
        check(-0.001, "0.00");
        check(-0.01, "-0.01");
        check(12.345_6, "12.35");
    }
}
