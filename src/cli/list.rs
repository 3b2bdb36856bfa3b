//! `ronghe rounds` and `ronghe runs`: what there is, with the codes and identifiers that other commands ask for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    open, operator,
    output::{Failed, Output},
    template::find_round,
};
use crate::{
    config::DataPlace,
    domain::{
        page::{Page, PageRequest},
        round::{Round, RoundId},
        run::{Run, RunFilter},
    },
    service::{Service, error::ServiceError, rounds::read::list_rounds, runs, runs::names::state_name},
};

/// List the rounds, newest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe rounds --data /var/lib/ronghe\n  ronghe rounds --format json --data /var/lib/ronghe"
)]
pub(super) struct Rounds {}

/// List the runs, newest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe runs --data /var/lib/ronghe\n  ronghe runs --round 2026 --methodology integration-index-2026 --data /var/lib/ronghe\n\n`ronghe export --run` takes the identifier in the first column."
)]
pub(super) struct Runs {
    /// Only this round, by its code
    #[arg(long)]
    round: Option<String>,
    /// Only this methodology, by its code
    #[arg(long)]
    methodology: Option<String>,
}

impl Rounds {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let rounds = all_rounds(&service).await?;
        let rows = rounds.iter().map(|round| {
            vec![
                round.code.clone(),
                round.year.to_string(),
                format!("{} – {}", round.opens_on, round.closes_on),
                round.title.clone(),
            ]
        });
        let heads = output.choose(["代码", "年份", "填报期", "名称"], ["code", "year", "open", "title"]);
        let text = table(&heads, &rows.collect::<Vec<_>>());
        let values: Vec<Value> = rounds
            .iter()
            .map(|round| {
                json!({
                    "id": round.id, "code": round.code, "title": round.title, "year": round.year,
                    "opens_on": round.opens_on, "closes_on": round.closes_on,
                })
            })
            .collect();
        output.say(listed(output, &rounds, text), &values)
    }
}

impl Runs {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let round = match &self.round {
            Some(code) => Some(find_round(&service, code).await?.id),
            None => None,
        };
        let filter = RunFilter {
            round,
            methodology_code: self.methodology,
            ..RunFilter::default()
        };
        let runs = pages(async |page| runs::read::list_runs(&service, &operator(), &filter, &page).await).await?;
        let rounds = all_rounds(&service).await?;
        let codes: BTreeMap<RoundId, &str> = rounds.iter().map(|round| (round.id, round.code.as_str())).collect();
        let code = |run: &Run| codes.get(&run.round).copied().unwrap_or_default().to_owned();
        let rows = runs.iter().map(|run| {
            let made = service.local(run.created_at);
            vec![
                run.id.to_string(),
                code(run),
                format!("{} {}", run.methodology_code, run.methodology_version),
                output.tongue().say(&state_name(run.state)).to_owned(),
                format!("{} / {}", run.scored, run.returns),
                made.format("%Y-%m-%d %H:%M").to_string(),
            ]
        });
        let heads = output.choose(
            ["测算编号", "调查期", "评价方法", "状态", "有得分 / 参加", "测算时间"],
            [
                "run",
                "round",
                "methodology",
                "state",
                "scored / returns",
                "computed at",
            ],
        );
        let text = table(&heads, &rows.collect::<Vec<_>>());
        let values: Vec<Value> = runs
            .iter()
            .map(|run| {
                json!({
                    "id": run.id, "round": code(run), "methodology_code": run.methodology_code,
                    "methodology_version": run.methodology_version, "state": run.state.name(),
                    "scored": run.scored, "returns": run.returns, "created_at": run.created_at,
                })
            })
            .collect();
        output.say(listed(output, &runs, text), &values)
    }
}

/// The table, or that there is nothing.
fn listed<T>(output: &Output, found: &[T], table: String) -> String {
    if found.is_empty() {
        output.choose("没有记录。", "None.").to_owned()
    } else {
        table
    }
}

async fn all_rounds(service: &Service) -> Result<Vec<Round>, ServiceError> {
    pages(async |page| list_rounds(service, &operator(), &page).await).await
}

/// Everything that a list has.
async fn pages<T>(list: impl AsyncFn(PageRequest) -> Result<Page<T>, ServiceError>) -> Result<Vec<T>, ServiceError> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let found = list(PageRequest {
            limit: PageRequest::MAX,
            after,
        })
        .await?;
        items.extend(found.items);
        match found.next {
            Some(next) => after = Some(next),
            None => return Ok(items),
        }
    }
}

/// Rows under their heads, in columns as wide as what they hold; Chinese characters are two columns wide.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let wide = |text: &str| {
        text.chars()
            .map(|c| if c < '\u{1100}' || c == '–' { 1 } else { 2 })
            .sum::<usize>()
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let lines: Vec<&Vec<String>> = [&heads].into_iter().chain(rows).collect();
    let width = |at: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(at))
            .map(|cell| wide(cell))
            .max()
    };
    let widths: Vec<usize> = (0..heads.len()).filter_map(width).collect();
    let told = |line: &&Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| {
            let blanks = " ".repeat(width - wide(cell));
            format!("{cell}{blanks}")
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let text = table(
            &["代码", "open", "title"],
            &[row(["2026", "a – b", "年度"]), row(["25", "c", "x"])],
        );
        assert_eq!(text, "代码  open   title\n2026  a – b  年度\n25    c      x");
    }
}
