//! A run as files that other programs read: a workbook to compute again, a plain table, COINr's pair of tables.

use std::collections::BTreeMap;

use index::{
    card::{Figure, Scored},
    exact::Fixed,
    outline::{OutlineNode, outline},
    region::RegionScored,
};
use survey::survey::Survey;

use super::{names::RunNames, read::get_run, region::region_of};
use crate::{
    domain::{
        access::Principal,
        enterprise::EnterpriseId,
        page::PageRequest,
        revision::RevisionContent,
        run::{RankingFilter, RankingRow, Run, RunId},
        survey_return::RevisionId,
    },
    service::{
        Service,
        access::permission::{Action, allowed},
        blocking::blocking,
        error::{ServiceError, codes},
    },
    store,
};

mod answer_sheets;
mod coinr;
mod csv_table;
pub(in crate::service::runs) mod look;
mod region_sheet;
mod workbook_tables;

/// In which form a run is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A workbook with all tables; block and total scores are formulas over the indicator scores and weights.
    Xlsx,
    /// One table: ranking, totals and indicator scores. UTF-8 with a byte order mark, as Excel and WPS want it.
    Csv,
    /// `iData.csv` and `iMeta.csv` for the R package COINr.
    Coinr,
}

impl ExportFormat {
    /// All forms.
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Coinr];

    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Coinr => "coinr",
        }
    }
}

/// A file of an export.
pub struct ExportedFile {
    /// Name.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// The most results that a workbook takes: beyond them it would need more memory than a service should give to one request.
const MOST_IN_WORKBOOK: usize = 20_000;

/// A run as its tables need it.
struct Exported {
    run: Run,
    names: RunNames,
    /// When the run was made, as the county's clock showed it.
    made_at: String,
    nodes: Vec<OutlineNode>,
    rows: Vec<ExportedRow>,
    /// Questions whose answers are shown; empty for those who may not read returns.
    questions: Vec<String>,
    /// The index of a region, where the run computed one and the caller may see it.
    region: Option<ExportedRegion>,
}

/// The index of a region, and what is needed to compute it again.
struct ExportedRegion {
    scored: RegionScored,
    /// The k of `Z = k * log2(1 + X / X0)`.
    factor: f64,
    /// Decimals of an indicator, and of classes and the total.
    decimals: (u32, u32),
}

struct ExportedRow {
    ranked: RankingRow,
    /// Score of each node; none where it is left out.
    scores: Vec<Option<Fixed>>,
    /// Value of each node as it was scored.
    values: Vec<Option<Figure>>,
    /// The revision, where its answers are shown.
    content: Option<RevisionContent>,
}

/// Exports what the caller sees of a run: one file, or two for COINr.
pub async fn export_run(
    service: &Service,
    caller: &Principal,
    id: RunId,
    format: ExportFormat,
) -> Result<Vec<ExportedFile>, ServiceError> {
    let run = get_run(service, caller, id).await?;
    if format == ExportFormat::Xlsx && usize::try_from(run.returns).is_ok_and(|returns| returns > MOST_IN_WORKBOOK) {
        return Err(ServiceError::new(codes::runs::EXPORT_TOO_LARGE));
    }
    let round = store::round::find_round(service.db.read(), run.round).await?;
    let form = service.form(&round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    if methodology.region().is_some() && format != ExportFormat::Xlsx {
        return Err(ServiceError::new(codes::runs::EXPORT_OF_REGION));
    }
    let nodes = outline(&methodology);
    let region = match methodology.region() {
        Some(compiled) => region_of(service, caller, &run).await?.map(|result| ExportedRegion {
            factor: compiled.factor(),
            decimals: compiled.decimals(),
            scored: result.outcome,
        }),
        None => None,
    };
    let with_answers = format == ExportFormat::Xlsx && allowed(caller.role, Action::ReadReturns);
    let rows = rows(service, caller, &run, &nodes, with_answers).await?;
    let questions = if with_answers {
        questions(&form.survey, &nodes)
    } else {
        Vec::new()
    };
    let codes = rows
        .iter()
        .map(|row| (&*row.ranked.area_code, &*row.ranked.industry_code));
    let names = RunNames::of(service, &run, &methodology, codes).await?;
    let exported = Exported {
        made_at: service.local(run.created_at).format("%Y-%m-%d %H:%M").to_string(),
        names,
        run,
        nodes,
        rows,
        questions,
        region,
    };
    blocking(move || exported.files(format, &form.survey)).await
}

impl Exported {
    fn files(&self, format: ExportFormat, survey: &Survey) -> Result<Vec<ExportedFile>, ServiceError> {
        let run = &self.run;
        let name = |ending: &str| {
            format!(
                "{}-{}-{}.{ending}",
                run.methodology_code, run.methodology_version, run.id
            )
        };
        let file = |name: String, bytes: Vec<u8>| ExportedFile { name, bytes };
        Ok(match format {
            ExportFormat::Xlsx => vec![file(name("xlsx"), workbook_tables::write(self, survey)?)],
            ExportFormat::Csv => vec![file(name("csv"), csv_table::write(self)?)],
            ExportFormat::Coinr => vec![
                file("iData.csv".to_owned(), coinr::data(self)?),
                file("iMeta.csv".to_owned(), coinr::meta(self)?),
            ],
        })
    }
}

/// All results that the caller sees, by rank, with their nodes.
async fn rows(
    service: &Service,
    caller: &Principal,
    run: &Run,
    nodes: &[OutlineNode],
    with_answers: bool,
) -> Result<Vec<ExportedRow>, ServiceError> {
    let conn = service.db.read();
    let mut page = PageRequest {
        limit: PageRequest::MAX,
        after: None,
    };
    let mut rows = Vec::new();
    loop {
        let found = store::run_result::ranking(conn, &caller.scope, run.id, &RankingFilter::default(), &page).await?;
        let ids: Vec<EnterpriseId> = found.items.iter().map(|row| row.enterprise).collect();
        let details = store::run_result::details(conn, &caller.scope, run.id, &ids).await?;
        let mut contents = BTreeMap::new();
        if with_answers {
            let revisions: Vec<RevisionId> = found.items.iter().map(|row| row.revision).collect();
            contents = store::survey_return::contents_of(conn, &caller.scope, &revisions).await?;
        }
        for ranked in found.items {
            let detail = details.get(&ranked.enterprise);
            let detail = detail.ok_or_else(|| ServiceError::internal("a result without its nodes"))?;
            let scored: Scored = serde_json::from_str(detail).map_err(ServiceError::internal)?;
            let by_code: BTreeMap<&str, _> = scored.nodes.iter().map(|node| (&*node.code, node)).collect();
            let scores = nodes.iter().map(|node| by_code.get(&*node.code)?.score);
            let values = nodes.iter().map(|node| by_code.get(&*node.code)?.value.clone());
            let content = with_answers.then(|| {
                let content = contents.remove(&ranked.revision);
                content.ok_or_else(|| ServiceError::internal("a result without its revision"))
            });
            rows.push(ExportedRow {
                scores: scores.collect(),
                values: values.collect(),
                content: content.transpose()?,
                ranked,
            });
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// The questions behind all nodes, in the order of the questionnaire.
fn questions(survey: &Survey, nodes: &[OutlineNode]) -> Vec<String> {
    let mut found: Vec<&String> = nodes.iter().flat_map(|node| node.questions.iter()).collect();
    found.sort_by_key(|code| survey.position(code));
    found.dedup();
    found.into_iter().cloned().collect()
}

/// Text that a spreadsheet would take for a formula gets an apostrophe; a name keeps its meaning and runs nothing.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The cell of what may be missing: blank where there is nothing.
fn cell<T: ToString>(found: Option<T>) -> String {
    found.map_or_else(String::new, |found| found.to_string())
}

/// A figure as text: choices by their codes, yes and no as 1 and 0.
fn figure_text(figure: &Figure) -> String {
    match figure {
        Figure::Boolean(value) => u8::from(*value).to_string(),
        Figure::Number(number) => number.to_string(),
        Figure::Choice(code) => harmless(code),
        Figure::Choices(codes) => harmless(&codes.join(",")),
    }
}

/// A CSV file of records.
fn csv_file(records: impl IntoIterator<Item = Vec<String>>, mark: bool) -> Result<Vec<u8>, ServiceError> {
    let begin = if mark { "\u{feff}" } else { "" };
    let mut writer = csv::Writer::from_writer(begin.as_bytes().to_vec());
    for record in records {
        writer.write_record(record).map_err(ServiceError::internal)?;
    }
    writer.into_inner().map_err(ServiceError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("富春江纸业"), "富春江纸业");
    }
}
