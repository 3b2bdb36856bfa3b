//! What happened in the demo, printed for people and for programs.

use std::{collections::BTreeMap, path::PathBuf};

use index::{exact::Fixed, explain::ExplainNode, region::RegionScored};
use serde_json::{Value, json};
use survey::{cell::Place, text::Text};

use super::PASSWORD;
use crate::{
    cli::tongue::Tongue,
    domain::run::{RankingRow, Run},
    service::runs::explain::Explanation,
};

/// What happened, to be printed.
pub(super) struct Story {
    pub(super) enterprises: usize,
    pub(super) collected: Collected,
    pub(super) runs: Vec<RunStory>,
    pub(super) explanation: Explanation,
    pub(super) logins: Vec<(String, String)>,
    pub(super) folder: PathBuf,
}

pub(super) struct RunStory {
    pub(super) run: Run,
    pub(super) title: Text,
    /// The index of the county, where the run computed one.
    pub(super) region: Option<RegionScored>,
    pub(super) first: Vec<RankingRow>,
    /// Levels or stages with their labels and how many have them, those without one last.
    pub(super) bands: Vec<(Option<i32>, Text, u64)>,
}

/// What the enterprises handed in.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) workbooks: usize,
    pub(super) faulty: usize,
    pub(super) corrected: usize,
    pub(super) accepted: usize,
    pub(super) rules: BTreeMap<String, usize>,
}

impl Story {
    pub(super) fn text(&self, tongue: Tongue) -> String {
        let Collected {
            workbooks,
            faulty,
            corrected,
            accepted,
            rules,
        } = &self.collected;
        let (enterprises, folder, rules) = (self.enterprises, self.folder.display(), most(rules));
        let mut lines = vec![
            tongue.choose(
                format!(
                    "{enterprises} 家企业，{workbooks} 份工作簿存放在 {folder}；其中 {faulty} 份有错误，{corrected} 份已更正，审核通过 {accepted} 份"
                ),
                format!(
                    "{enterprises} enterprises, {workbooks} workbooks in {folder}; {faulty} had errors, {corrected} of them were corrected, \
                     {accepted} returns accepted"
                ),
            ),
            tongue.choose(
                format!("首次上传的审核问题（规则 次数）：{rules}"),
                format!("Findings of the first uploads (rule count): {rules}"),
            ),
        ];
        for story in &self.runs {
            story.tell(tongue, &mut lines);
        }
        let enterprise = &self.explanation.result.enterprise_name;
        lines.push(tongue.choose(
            format!("\n{enterprise}的得分说明："),
            format!("\nExplanation of the score of {enterprise}:"),
        ));
        for root in &self.explanation.roots {
            describe(root, 1, tongue, &mut lines);
        }
        lines.extend(self.traced_leaf(tongue));
        let (number, sha256) = (self.explanation.revision_number, &self.explanation.blob_sha256);
        lines.push(tongue.choose(
            format!("  依据第 {number} 版填报表，工作簿 SHA-256 {sha256}"),
            format!("  Computed from revision {number}, workbook SHA-256 {sha256}"),
        ));
        lines.push(tongue.choose(
            format!("\n登录名（密码 {PASSWORD}）："),
            format!("\nLogins (password {PASSWORD}):"),
        ));
        lines.extend(self.logins.iter().map(|(login, name)| format!("  {login:10} {name}")));
        lines.join("\n")
    }

    /// One indicator followed down to the cells it came from.
    fn traced_leaf(&self, tongue: Tongue) -> Option<String> {
        let root = self.explanation.roots.first()?;
        let leaf = strongest(root, &root.code)?;
        let cells = leaf.questions.iter().filter_map(|code| {
            let evidence = self.explanation.evidence.get(code)?;
            let provenance = evidence.provenance.as_ref()?;
            let Place { sheet, cell } = &provenance.place;
            Some(format!("{code} = {} ({sheet}!{cell})", provenance.raw))
        });
        let (cells, label) = (cells.collect::<Vec<_>>().join(", "), tongue.say(&leaf.label));
        Some(tongue.choose(
            format!("  {label}取自：{cells}"),
            format!("  {label} is computed from {cells}"),
        ))
    }

    pub(super) fn json(&self) -> Value {
        let runs = self.runs.iter().map(|story| {
            json!({
                "run_id": story.run.id,
                "methodology": story.run.methodology_code,
                "returns": story.run.returns,
                "scored": story.run.scored,
                "inputs_sha256": story.run.inputs_sha256,
                "results_sha256": story.run.results_sha256,
                "region_index": story.region.as_ref().and_then(|region| region.total),
                "bands": story.bands.iter().map(|(band, _, count)| json!({ "band": band, "enterprises": count })).collect::<Vec<_>>(),
                "first": story.first.iter().map(|row| json!({
                    "rank": row.rank, "uscc": row.uscc, "name": row.enterprise_name, "score": row.score, "band": row.band,
                })).collect::<Vec<_>>(),
            })
        });
        json!({
            "enterprises": self.enterprises,
            "workbooks": self.collected.workbooks,
            "faulty": self.collected.faulty,
            "corrected": self.collected.corrected,
            "accepted": self.collected.accepted,
            "findings_by_rule": self.collected.rules,
            "runs": runs.collect::<Vec<_>>(),
            "logins": self.logins.iter().map(|(login, _)| login).collect::<Vec<_>>(),
            "folder": self.folder.display().to_string(),
        })
    }
}

impl RunStory {
    fn tell(&self, tongue: Tongue, lines: &mut Vec<String>) {
        let (title, run) = (tongue.say(&self.title), &self.run);
        lines.push(format!(
            "\n{title} ({} {})",
            run.methodology_code, run.methodology_version
        ));
        if let Some(region) = &self.region {
            lines.push(format!("  {}", told(region, tongue)));
            return;
        }
        let (scored, returns, inputs) = (run.scored, run.returns, &run.inputs_sha256);
        lines.push(tongue.choose(
            format!("  {returns} 份填报表中 {scored} 份有得分，输入校验值 {inputs}"),
            format!("  {scored} of {returns} returns scored, inputs {inputs}"),
        ));
        let bands = self.bands.iter().map(|(_, label, count)| {
            let label = tongue.say(label);
            tongue.choose(
                format!("{label} {count} 家"),
                format!(
                    "{label}: {count} {}",
                    if *count == 1 { "enterprise" } else { "enterprises" }
                ),
            )
        });
        lines.push(format!(
            "  {}",
            bands.collect::<Vec<_>>().join(tongue.choose("，", ", "))
        ));
        for row in &self.first {
            let rank = row.rank.map_or_else(|| "-".to_owned(), |rank| rank.to_string());
            let score = row.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.2}"));
            lines.push(format!("  {rank:>4} {score:>7}  {}  {}", row.uscc, row.enterprise_name));
        }
    }
}

/// The index of the county and of its classes.
fn told(region: &RegionScored, tongue: Tongue) -> String {
    let shown = |index: Option<Fixed>| index.map_or_else(|| "-".to_owned(), |index| format!("{:.2}", index.to_f64()));
    let classes = region
        .classes
        .iter()
        .map(|class| format!("{} {}", tongue.say(&class.label), shown(class.index)));
    let (total, classes) = (shown(region.total), classes.collect::<Vec<_>>());
    tongue.choose(
        format!("区域指数 {total}（{}）", classes.join("，")),
        format!("Index of the county: {total} ({})", classes.join(", ")),
    )
}

/// The rules that fired most often.
fn most(rules: &BTreeMap<String, usize>) -> String {
    let mut rules = rules.iter().collect::<Vec<_>>();
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    rules
        .iter()
        .take(8)
        .map(|(rule, count)| format!("{rule} {count}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The indicator below a node that contributes most to it.
fn strongest<'a>(node: &'a ExplainNode, root: &str) -> Option<&'a ExplainNode> {
    if node.children.is_empty() {
        return Some(node);
    }
    let leaves = node.children.iter().filter_map(|child| strongest(child, root));
    leaves.max_by_key(|leaf| leaf.contributions.get(root).copied())
}

/// A node and, two levels down, its children: enough to see where a score comes from.
fn describe(node: &ExplainNode, depth: usize, tongue: Tongue, lines: &mut Vec<String>) {
    let score = node
        .score
        .map_or_else(|| "-".to_owned(), |score| format!("{:.2}", score.to_f64()));
    let part = node.contribution.map_or_else(String::new, |part| {
        let part = part.to_f64();
        tongue.choose(format!("（贡献 {part:.2}）"), format!(" (contributes {part:.2})"))
    });
    lines.push(format!(
        "{}{} {score}{part}",
        "  ".repeat(depth),
        tongue.say(&node.label)
    ));
    if depth < 3 {
        for child in &node.children {
            describe(child, depth + 1, tongue, lines);
        }
    }
}
