//! Two runs beside each other: who moved, by how much, and why.

use std::collections::BTreeMap;

use index::region::RegionChange;

use super::{read::get_run, region::region_of};
use crate::{
    domain::{
        access::Principal,
        enterprise::EnterpriseId,
        page::{Cursor, Page, PageRequest},
        run::{RankingFilter, RankingRow, Run, RunId},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
};

/// Why a result differs, or may differ, between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It is computed from another revision: the enterprise has corrected its return, or it is another round's.
    Revision,
    /// The return of the round before is another.
    PreviousRevision,
    /// The methodology is another, or another version of it.
    Method,
    /// The engine is another version.
    Engine,
    /// The enterprise was not in the earlier run.
    Joined,
    /// The enterprise is not in the later run any more.
    Left,
    /// Nothing of its own changed: others moved past it.
    Others,
}

/// One enterprise in two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// In the run that is looked at; absent where it is not in it.
    pub now: Option<RankingRow>,
    /// In the run that it is compared with.
    pub before: Option<RankingRow>,
    /// Places won, negative for lost; absent where one rank is missing.
    pub places: Option<i32>,
    /// Why.
    pub causes: Vec<Cause>,
}

/// Two runs in figures, over what the caller sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Enterprises in both.
    pub both: u64,
    /// Enterprises in the run that is looked at alone.
    pub joined: u64,
    /// Enterprises in the other run alone.
    pub left: u64,
    /// Enterprises with a better rank.
    pub up: u64,
    /// Enterprises with a worse rank.
    pub down: u64,
    /// The most places that anybody moved.
    pub most_places: u32,
    /// Mean of the places moved, over those ranked in both.
    pub mean_places: Option<f64>,
    /// Mean change of the main score, over those scored in both.
    pub mean_score_change: Option<f64>,
    /// Enterprises computed from another revision.
    pub revised: u64,
    /// How many enterprises went from which level or stage to which.
    pub bands: BTreeMap<(Option<i32>, Option<i32>), u64>,
}

/// Two runs beside each other.
pub struct Comparison {
    /// The run that is looked at.
    pub run: Run,
    /// The run it is compared with.
    pub with: Run,
    /// The enterprises: by rank in the run, then those that are in the other alone, by credit code.
    pub page: Page<Compared>,
    /// In figures; on the first page alone.
    pub summary: Option<Summary>,
    /// How the index of the region moved, where both have one that the caller may see; on the first page alone.
    pub region: Option<RegionChange>,
}

/// Where the part of the list begins that is in the other run alone.
const LEFT: &str = "left:";

/// Compares a run with another; without one, with the run that it superseded.
pub async fn compare_runs(
    service: &Service,
    caller: &Principal,
    id: RunId,
    with: Option<RunId>,
    page: &PageRequest,
) -> Result<Comparison, ServiceError> {
    caller.may(Action::ReadResults)?;
    let (run, with) = run_and_other(service, caller, id, with).await?;
    let rows = compared(service, caller, &run, &with, page).await?;
    let (summary, region) = match page.after {
        None => (
            Some(summary(service, caller, &run, &with).await?),
            region_change(service, caller, &run, &with).await?,
        ),
        Some(_) => (None, None),
    };
    Ok(Comparison {
        run,
        with,
        page: rows,
        summary,
        region,
    })
}

/// A run and another; without one, the run that it superseded.
pub(super) async fn run_and_other(
    service: &Service,
    caller: &Principal,
    run: RunId,
    with: Option<RunId>,
) -> Result<(Run, Run), ServiceError> {
    let run = get_run(service, caller, run).await?;
    let with = with
        .or(run.supersedes)
        .ok_or_else(|| ServiceError::new(codes::runs::NOTHING_TO_COMPARE))?;
    let with = get_run(service, caller, with).await?;
    Ok((run, with))
}

async fn compared(
    service: &Service,
    caller: &Principal,
    run: &Run,
    with: &Run,
    page: &PageRequest,
) -> Result<Page<Compared>, ServiceError> {
    let conn = service.db.read();
    let mut rows = Vec::new();
    let mut left_after = page
        .after
        .as_ref()
        .and_then(|cursor| Some((cursor.key.strip_prefix(LEFT)?, cursor.id)))
        .map(|(uscc, id)| Cursor {
            key: uscc.to_owned(),
            id,
        });
    if left_after.is_none() {
        let here = store::run_result::ranking(conn, &caller.scope, run.id, &RankingFilter::default(), page).await?;
        let ids: Vec<EnterpriseId> = here.items.iter().map(|row| row.enterprise).collect();
        let there = store::run_result::results_of_enterprises(conn, &caller.scope, with.id, &ids).await?;
        let mut there: BTreeMap<_, _> = there.into_iter().map(|row| (row.enterprise, row)).collect();
        for row in here.items {
            let before = there.remove(&row.enterprise);
            rows.push(pair(run, with, Some(row), before));
        }
        if here.next.is_some() {
            return Ok(Page {
                items: rows,
                next: here.next,
            });
        }
    }
    // The rest of the page is filled with those that are in the other run alone.
    let room = page.limit.saturating_sub(rows.len() as u64);
    if room == 0 {
        // The next page begins with the first of them, if there is any.
        let one = PageRequest { limit: 1, after: None };
        let left = store::run_result::results_missing_in(conn, &caller.scope, with.id, run.id, &one).await?;
        let next = (!left.items.is_empty()).then(|| Cursor {
            key: LEFT.to_owned(),
            id: uuid::Uuid::nil(),
        });
        return Ok(Page { items: rows, next });
    }
    if left_after.as_ref().is_some_and(|cursor| cursor.key.is_empty()) {
        left_after = None;
    }
    let request = PageRequest {
        limit: room,
        after: left_after,
    };
    let left = store::run_result::results_missing_in(conn, &caller.scope, with.id, run.id, &request).await?;
    rows.extend(left.items.into_iter().map(|row| pair(run, with, None, Some(row))));
    let next = left.next.map(|cursor| Cursor {
        key: format!("{LEFT}{}", cursor.key),
        id: cursor.id,
    });
    Ok(Page { items: rows, next })
}

fn pair(run: &Run, with: &Run, now: Option<RankingRow>, before: Option<RankingRow>) -> Compared {
    let places = places(now.as_ref(), before.as_ref());
    let causes = match (&now, &before) {
        (Some(now), Some(before)) => causes(run, with, now, before),
        (Some(_), None) => vec![Cause::Joined],
        _ => vec![Cause::Left],
    };
    Compared {
        now,
        before,
        places,
        causes,
    }
}

/// Places won: from rank 7 to rank 3 are 4.
fn places(now: Option<&RankingRow>, before: Option<&RankingRow>) -> Option<i32> {
    before?.rank?.checked_sub(now?.rank?)
}

fn causes(run: &Run, with: &Run, now: &RankingRow, before: &RankingRow) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut add = |holds: bool, cause: Cause| {
        if holds {
            causes.push(cause);
        }
    };
    add(now.revision != before.revision, Cause::Revision);
    add(now.previous != before.previous, Cause::PreviousRevision);
    add(run.methodology != with.methodology, Cause::Method);
    add(run.engine_version != with.engine_version, Cause::Engine);
    let moved = (now.score, now.rank, now.band) != (before.score, before.rank, before.band);
    if !moved {
        return Vec::new();
    }
    if causes.is_empty() {
        causes.push(Cause::Others);
    }
    causes
}

async fn summary(service: &Service, caller: &Principal, run: &Run, with: &Run) -> Result<Summary, ServiceError> {
    let conn = service.db.read();
    let here = store::run_result::all_results(conn, &caller.scope, run.id).await?;
    let there = store::run_result::all_results(conn, &caller.scope, with.id).await?;
    let mut summary = summed_up(&here, &there);
    if run.methodology_code != with.methodology_code {
        // Scores and levels of two methodologies are not of one kind.
        summary.mean_score_change = None;
        summary.bands.clear();
    }
    Ok(summary)
}

async fn region_change(
    service: &Service,
    caller: &Principal,
    run: &Run,
    with: &Run,
) -> Result<Option<RegionChange>, ServiceError> {
    let now = region_of(service, caller, run).await?;
    let before = region_of(service, caller, with).await?;
    let both = now
        .map(|region| region.outcome)
        .zip(before.map(|region| region.outcome));
    Ok(both.map(|(mut now, mut before)| {
        // Indicators that are kept from the caller in one would seem to have come or gone.
        if now.indicators.is_empty() || before.indicators.is_empty() {
            now.indicators.clear();
            before.indicators.clear();
        }
        now.change_from(&before)
    }))
}

/// Two lists of results in figures.
pub(crate) fn summed_up(here: &[RankingRow], there: &[RankingRow]) -> Summary {
    let mut before: BTreeMap<EnterpriseId, &RankingRow> = there.iter().map(|row| (row.enterprise, row)).collect();
    let mut summary = Summary::default();
    let (mut ranked, mut moved, mut scored, mut change) = (0_u32, 0_u64, 0_u32, 0.0);
    for now in here {
        let Some(before) = before.remove(&now.enterprise) else {
            summary.joined += 1;
            continue;
        };
        summary.both += 1;
        summary.revised += u64::from(now.revision != before.revision);
        *summary.bands.entry((before.band, now.band)).or_default() += 1;
        if let Some(places) = places(Some(now), Some(before)) {
            ranked += 1;
            moved += u64::from(places.unsigned_abs());
            summary.most_places = summary.most_places.max(places.unsigned_abs());
            summary.up += u64::from(places > 0);
            summary.down += u64::from(places < 0);
        }
        if let (Some(now), Some(before)) = (now.score, before.score) {
            scored += 1;
            change += now - before;
        }
    }
    summary.left = before.len() as u64;
    summary.mean_places = (ranked > 0).then(|| moved as f64 / f64::from(ranked));
    summary.mean_score_change = (scored > 0).then(|| change / f64::from(scored));
    summary
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::survey_return::RevisionId;

    fn row(id: u128, score: f64, rank: i32, band: i32, revision: u128) -> RankingRow {
        RankingRow {
            enterprise: EnterpriseId(Uuid::from_u128(id)),
            uscc: id.to_string(),
            enterprise_name: String::new(),
            area_code: String::new(),
            industry_code: String::new(),
            size_class: None,
            revision: RevisionId(Uuid::from_u128(revision)),
            previous: None,
            score: Some(score),
            rank: Some(rank),
            band: Some(band),
            totals: serde_json::Value::Null,
        }
    }

    #[test]
    fn a_summary_counts_who_moved() {
        let before = [row(1, 90.0, 1, 3, 1), row(2, 80.0, 2, 2, 2), row(3, 70.0, 3, 2, 3)];
        let now = [row(2, 95.0, 1, 3, 9), row(1, 90.0, 2, 3, 1), row(4, 10.0, 3, 1, 4)];
        let summary = summed_up(&now, &before);
        assert_eq!(
            (summary.both, summary.joined, summary.left, summary.revised),
            (2, 1, 1, 1)
        );
        assert_eq!((summary.up, summary.down, summary.most_places), (1, 1, 1));
        assert_eq!((summary.mean_places, summary.mean_score_change), (Some(1.0), Some(7.5)));
        let bands = BTreeMap::from([((Some(2), Some(3)), 1), ((Some(3), Some(3)), 1)]);
        assert_eq!(summary.bands, bands);
    }
}
