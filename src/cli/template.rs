//! `ronghe template`

use std::path::{Path, PathBuf};

use serde_json::json;
use workbook::language::Language;

use super::{
    files, open, operator,
    output::{Failed, Output},
};
use crate::{
    config::DataPlace,
    domain::{
        page::PageRequest,
        round::Round,
        survey_return::{ReturnFilter, ReturnRow, ReturnState},
    },
    service::{
        Service,
        error::codes,
        returns::read::list_returns,
        rounds::read::round_by_code,
        templates::{
            issue::issue_template,
            issue_blank::issue_generic_template,
            issue_bulk::{BulkRequest, MOST_TABLE_ROWS, issue_bulk_template},
        },
    },
};

/// Write templates of a round as workbooks
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe template --round 2026 --out templates --data /var/lib/ronghe\n  ronghe template --round 2026 --search 91330111XY00010156 --language both --out . --data /var/lib/ronghe\n  ronghe template --round 2026 --bulk --area 330111117 --out . --data /var/lib/ronghe\n  ronghe template --round 2026 --blank --out . --data /var/lib/ronghe"
)]
pub(super) struct Template {
    /// Code of the round
    #[arg(long)]
    round: String,
    /// Part of a name or credit code; all enterprises of the round when absent
    #[arg(long)]
    search: Option<String>,
    /// Language of the workbooks
    #[arg(long, value_enum, default_value_t)]
    language: LanguageArg,
    /// One sheet with a row for each enterprise in place of one workbook each
    #[arg(long, conflicts_with_all = ["search", "blank"])]
    bulk: bool,
    /// With --bulk: only enterprises of this area, by its code
    #[arg(long, requires = "bulk")]
    area: Option<String>,
    /// With --bulk: rows of each table question that get columns
    #[arg(long, requires = "bulk", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_TABLE_ROWS)))]
    table_rows: Option<u32>,
    /// One form for an enterprise that is not in the registry yet
    #[arg(long, conflicts_with = "search")]
    blank: bool,
    /// Folder for the workbooks
    #[arg(long, value_name = "DIR", default_value = "templates")]
    out: PathBuf,
}

/// The language of a template
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum LanguageArg {
    /// Chinese
    #[default]
    Zh,
    /// English
    En,
    /// Chinese with English below
    Both,
}

impl From<LanguageArg> for Language {
    fn from(language: LanguageArg) -> Self {
        match language {
            LanguageArg::Zh => Self::Zh,
            LanguageArg::En => Self::En,
            LanguageArg::Both => Self::Both,
        }
    }
}

impl Template {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let round = find_round(&service, &self.round).await?;
        if self.bulk || self.blank {
            return self.write_one(&service, &round, output).await;
        }
        let rows = all_returns(&service, &round, self.search).await?;
        files::create_folder(&self.out)?;
        let bar = output.progress(output.choose("正在生成模板", "writing templates"), rows.len());
        let mut files = Vec::with_capacity(rows.len());
        for row in &rows {
            let template = issue_template(&service, &operator(), row.survey_return.id, self.language.into()).await?;
            let path = self.out.join(safe_name(&template.filename));
            files::write(&path, template.bytes)?;
            files.push(path.display().to_string());
            bar.inc(1);
        }
        bar.finish_and_clear();
        output.say(written(output, files.len(), &self.out), &json!({ "templates": files }))
    }

    /// Writes the bulk sheet or the blank form.
    async fn write_one(self, service: &Service, round: &Round, output: &Output) -> Result<(), Failed> {
        let language = self.language.into();
        let template = if self.bulk {
            let request = BulkRequest {
                area: self.area,
                language,
                table_rows: self.table_rows,
            };
            issue_bulk_template(service, &operator(), round.id, request).await?
        } else {
            issue_generic_template(service, &operator(), round.id, language).await?
        };
        files::create_folder(&self.out)?;
        let path = self.out.join(safe_name(&template.filename));
        files::write(&path, template.bytes)?;
        let path = path.display().to_string();
        let text = output.choose(format!("已写入 {path}"), format!("Wrote {path}"));
        output.say(text, &json!({ "templates": [path] }))
    }
}

/// How many templates were written, and where.
fn written(output: &Output, templates: usize, folder: &Path) -> String {
    let folder = folder.display();
    let noun = if templates == 1 { "template" } else { "templates" };
    output.choose(
        format!("已将 {templates} 份模板写入 {folder}"),
        format!("Wrote {templates} {noun} to {folder}"),
    )
}

/// The round with this code.
pub(super) async fn find_round(service: &Service, code: &str) -> Result<Round, Failed> {
    let found = round_by_code(service, &operator(), code).await?;
    found.ok_or_else(|| {
        Failed::new(
            codes::general::NOT_FOUND,
            format!("没有调查期 {code}"),
            format!("there is no round {code}"),
        )
    })
}

/// All returns of a round, page by page, but for those of enterprises that were taken out.
pub(super) async fn all_returns(
    service: &Service,
    round: &Round,
    search: Option<String>,
) -> Result<Vec<ReturnRow>, Failed> {
    let asked = ReturnState::ALL
        .into_iter()
        .filter(|state| *state != ReturnState::Removed);
    let filter = ReturnFilter {
        round: Some(round.id),
        states: asked.collect(),
        search,
        ..ReturnFilter::default()
    };
    let mut page = PageRequest {
        limit: PageRequest::MAX,
        after: None,
    };
    let mut rows = Vec::new();
    loop {
        let found = list_returns(service, &operator(), &filter, &page).await?;
        rows.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// A file name without separators or control characters.
pub(super) fn safe_name(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect()
}
