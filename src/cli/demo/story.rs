//! What happened in the demo, printed for people and for programs.

use std::{collections::BTreeMap, path::PathBuf};

use index::{exact::Fixed, explain::ExplainNode, region::RegionScored};
use serde_json::{Value, json};
use survey::cell::Place;

use super::PASSWORD;
use crate::{
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
    pub(super) title: String,
    /// The index of the county, where the run computed one.
    pub(super) region: Option<RegionScored>,
    pub(super) first: Vec<RankingRow>,
    pub(super) bands: Vec<(Option<i32>, u64)>,
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
    pub(super) fn text(&self) -> String {
        let mut lines = vec![
            format!(
                "{} enterprises, {} workbooks in {}: {} came back faulty, {} of them corrected, {} returns accepted",
                self.enterprises,
                self.collected.workbooks,
                self.folder.display(),
                self.collected.faulty,
                self.collected.corrected,
                self.collected.accepted
            ),
            format!("findings of the first uploads by rule: {}", most(&self.collected.rules)),
        ];
        for story in &self.runs {
            lines.push(format!(
                "\n{} ({} {})",
                story.title, story.run.methodology_code, story.run.methodology_version
            ));
            if let Some(region) = &story.region {
                lines.push(format!("  {}", told(region)));
                continue;
            }
            lines.push(format!(
                "  {} of {} returns scored, inputs {}",
                story.run.scored, story.run.returns, story.run.inputs_sha256
            ));
            let bands = story
                .bands
                .iter()
                .map(|(band, count)| format!("{}: {count}", band.map_or("-".to_owned(), |band| band.to_string())));
            lines.push(format!("  level or stage: {}", bands.collect::<Vec<_>>().join(", ")));
            for row in &story.first {
                let rank = row.rank.map_or_else(|| "-".to_owned(), |rank| rank.to_string());
                let score = row.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.2}"));
                lines.push(format!("  {rank:>4} {score:>7}  {}  {}", row.uscc, row.enterprise_name));
            }
        }
        lines.push(format!(
            "\nwhy {} stands where it does:",
            self.explanation.result.enterprise_name
        ));
        for root in &self.explanation.roots {
            describe(root, 1, &mut lines);
        }
        lines.extend(self.traced_leaf());
        lines.push(format!(
            "  made from revision {} of workbook {}",
            self.explanation.revision_number, self.explanation.blob_sha256
        ));
        lines.push(format!("\nlogins (password {PASSWORD}):"));
        lines.extend(self.logins.iter().map(|(login, name)| format!("  {login:10} {name}")));
        lines.join("\n")
    }

    /// One indicator followed down to the cells it came from.
    fn traced_leaf(&self) -> Option<String> {
        let root = self.explanation.roots.first()?;
        let leaf = strongest(root, &root.code)?;
        let cells = leaf.questions.iter().filter_map(|code| {
            let evidence = self.explanation.evidence.get(code)?;
            let provenance = evidence.provenance.as_ref()?;
            let Place { sheet, cell } = &provenance.place;
            Some(format!("{code} = {} ({sheet}!{cell})", provenance.raw))
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        Some(format!("  {} {} comes from {cells}", leaf.code, leaf.label.zh))
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
                "bands": story.bands.iter().map(|(band, count)| json!({ "band": band, "enterprises": count })).collect::<Vec<_>>(),
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

/// The index of the county and of its classes.
fn told(region: &RegionScored) -> String {
    let shown = |index: Option<Fixed>| index.map_or_else(|| "-".to_owned(), |index| format!("{:.2}", index.to_f64()));
    let classes = region
        .classes
        .iter()
        .map(|class| format!("{} {}", class.label.zh, shown(class.index)));
    let classes = classes.collect::<Vec<_>>().join(", ");
    format!("index of the county: {} ({classes})", shown(region.total))
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
fn describe(node: &ExplainNode, depth: usize, lines: &mut Vec<String>) {
    let score = node
        .score
        .map_or_else(|| "-".to_owned(), |score| format!("{:.2}", score.to_f64()));
    let part = node
        .contribution
        .map_or_else(String::new, |part| format!(" (contributes {:.2})", part.to_f64()));
    lines.push(format!(
        "{}{} {} {score}{part}",
        "  ".repeat(depth),
        node.code,
        node.label.zh
    ));
    if depth < 3 {
        for child in &node.children {
            describe(child, depth + 1, lines);
        }
    }
}
