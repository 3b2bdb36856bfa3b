//! What a score comes from, and where it stands among the peers.

use index::{card::NodeKind, exact::Fixed, explain::ExplainNode};

use super::{LISTED, PeerTable, ResultSheet, shown};
use crate::{
    html::{Cell, Page},
    say, words,
};

pub(super) fn parts(page: &mut Page, sheet: &ResultSheet<'_>) {
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

pub(super) fn peers(page: &mut Page, sheet: &ResultSheet<'_>) {
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
