//! Results to print: of one enterprise, and of a run by town and industry.

use std::{collections::BTreeMap, sync::Arc};

use ::report::{
    league::{LeagueRow, LeagueSheet},
    result::{Certainty, PeerGroup, PeerRow, PeerTable, ResultSheet, Way},
};
use index::explain::ExplainNode;
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use survey::text::Text;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            download::{PrintedPage, WorkbookFound},
            failures::CompareFailure,
            language::PageLanguage,
        },
    },
    domain::{enterprise::EnterpriseId, run::RunId, size_class::size_class_name},
    service::{
        Service, runs,
        runs::{
            league::{League, Standings},
            names::state_name,
            result_summary::{Improved, RankCertainty, ResultSummary, WayUp},
            statistics::{Benchmark, PeerFigures},
        },
    },
};

/// Operations on results to print.
#[derive(Default)]
pub struct ResultPagesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl ResultPagesApi {
    /// Get the result of an enterprise as a printable page
    ///
    /// Returns one HTML file in A4 layout without external resources: score, level or stage and rank; the composition
    /// of the score; the comparison with peers (at least three other enterprises of the same industry and size);
    /// missing data; the distance to the next level or stage and the improvements that reach it; and, if the robustness
    /// of the run has been tested, the uncertainty of the rank.
    #[oai(
        path = "/runs/:run_id/results/:enterprise_id/result.html",
        method = "get",
        operation_id = "get_result_page"
    )]
    async fn get_result_page(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        enterprise_id: Path<Uuid>,
        /// Language of the page; `zh` by default.
        language: Query<Option<PageLanguage>>,
    ) -> Result<PrintedPage, CompareFailure> {
        let (run, enterprise) = (RunId(run_id.0), EnterpriseId(enterprise_id.0));
        let summary = runs::result_summary::result_summary(&service, auth.principal(), run, enterprise).await?;
        let page = ::report::result::write(&result_sheet(&summary), language.0.unwrap_or_default().into());
        Ok(PrintedPage::of(page))
    }

    /// Get the league table of a run as a printable page
    ///
    /// Returns, by town and by industry division, the enterprises surveyed, the returns received and the return rate,
    /// and the enterprises with a score and their mean, highest mean first; and the distribution of levels or stages.
    /// Limited to the caller's scope. Figures over fewer than three enterprises, and figures from which these could be
    /// deduced, are shown as `*`.
    #[oai(path = "/runs/:run_id/league.html", method = "get", operation_id = "get_league_page")]
    async fn get_league_page(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// Language of the page; `zh` by default.
        language: Query<Option<PageLanguage>>,
    ) -> Result<PrintedPage, CompareFailure> {
        let league = runs::league::league(&service, auth.principal(), RunId(run_id.0)).await?;
        let page = ::report::league::write(&league_sheet(&league), language.0.unwrap_or_default().into());
        Ok(PrintedPage::of(page))
    }

    /// Download the league table of a run as a workbook
    ///
    /// Returns the figures of the printable page: one sheet each for the distribution, the towns and the industries,
    /// suppressed in the same way.
    #[oai(
        path = "/runs/:run_id/league.xlsx",
        method = "get",
        operation_id = "get_league_workbook"
    )]
    async fn get_league_workbook(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<WorkbookFound, CompareFailure> {
        let (name, bytes) = runs::league_workbook::write_league(&service, auth.principal(), RunId(run_id.0)).await?;
        Ok(WorkbookFound::of(bytes, &name))
    }
}

/// What the page of a result tells.
fn result_sheet(summary: &ResultSummary) -> ResultSheet<'_> {
    let (explanation, names) = (&summary.explanation, &summary.names);
    let (run, result, scored) = (&explanation.run, &explanation.result, &explanation.scored);
    let size = result.size_class.as_deref().map(size_class_name).unwrap_or_default();
    let place = |size: &str| {
        let known = [
            names.area(&result.area_code),
            names.industry(&result.industry_code),
            size,
        ];
        known
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    };
    ResultSheet {
        enterprise: &result.enterprise_name,
        uscc: &result.uscc,
        place: Text::new(place(&size.zh), place(&size.en)),
        round: &names.round,
        methodology: &names.methodology,
        state: state_name(run.state),
        in_force: run.state.is_public(),
        made_at: &summary.made_at,
        decimals: names.decimals,
        score: result.score,
        band: result.band.map(|band| names.band(band)),
        until_confirmed: scored
            .attained
            .as_ref()
            .and_then(|attained| attained.until_confirmed.as_ref()),
        not_scored: scored.not_scored.as_ref().map(|reason| &reason.message),
        rank: result.rank.map(|rank| (rank, run.scored)),
        roots: &explanation.roots,
        next: explanation.next.as_ref(),
        missing: &explanation.missing,
        peers: summary
            .benchmark
            .as_ref()
            .map(|benchmark| peer_group(benchmark, summary)),
        way_up: summary.way_up.as_ref().map(way),
        certainty: summary.certainty.as_ref().and_then(certainty),
    }
}

fn peer_group(benchmark: &Benchmark, summary: &ResultSummary) -> PeerGroup {
    let names = &summary.names;
    let (industry, size) = (
        names.industry(&benchmark.industry),
        size_class_name(&benchmark.size_class),
    );
    let mut nodes = BTreeMap::new();
    let mut order = Vec::new();
    let mut open: Vec<&ExplainNode> = summary.explanation.roots.iter().rev().collect();
    while let Some(node) = open.pop() {
        order.push(&*node.code);
        nodes.insert(&*node.code, node);
        open.extend(node.children.iter().rev());
    }
    let row = |label: &Text, own: Option<f64>, figures: &PeerFigures| PeerRow {
        label: label.clone(),
        own,
        mean: figures.mean,
        median: figures.quartiles.map(|quartiles| quartiles.median),
    };
    let figures = benchmark.peers.as_ref().map(|peers| PeerTable {
        count: peers.count,
        below: peers.below,
        // In the order of the methodology.
        rows: order
            .iter()
            .filter_map(|code| {
                let (node, figures) = (nodes.get(code)?, peers.totals.get(*code)?);
                Some(row(&node.label, node.score.map(index::exact::Fixed::to_f64), figures))
            })
            .collect(),
    });
    PeerGroup {
        of: Text::new(
            format!("{industry}，{}", size.zh),
            format!("{industry}, {}", size.en.to_lowercase()),
        ),
        figures,
    }
}

fn way(way: &WayUp) -> Way {
    let told = |improved: &Improved| (improved.label.clone(), improved.from.clone(), improved.to.clone());
    Way {
        label: way.label.clone(),
        alone: way.alone.iter().map(told).collect(),
        together: way.together.iter().map(told).collect(),
    }
}

fn certainty(certainty: &RankCertainty) -> Option<Certainty> {
    let interval = certainty.interval()?;
    let levels = certainty.levels.iter().zip(&interval.levels);
    Some(Certainty {
        replications: certainty.replications,
        noise_percent: certainty.noise * 100.0,
        between: (interval.q5, interval.q95),
        levels: levels.map(|(label, share)| (label.clone(), share * 100.0)).collect(),
    })
}

/// What the page of a league table tells.
fn league_sheet(league: &League) -> LeagueSheet<'_> {
    LeagueSheet {
        round: &league.names.round,
        methodology: &league.names.methodology,
        state: state_name(league.run.state),
        made_at: &league.made_at,
        decimals: league.names.decimals,
        bands: &league.bands,
        towns: league_rows(&league.towns),
        industries: league_rows(&league.industries),
    }
}

fn league_rows(standings: &Standings) -> Vec<LeagueRow<'_>> {
    let rows = standings.rows.iter().chain([&standings.all]);
    rows.map(|standing| LeagueRow {
        place: standing.place,
        name: &standing.name,
        asked: standing.asked,
        handed_in: standing.handed_in,
        response_percent: standing.response_percent(),
        scored: standing.scored,
        mean: standing.mean,
    })
    .collect()
}
