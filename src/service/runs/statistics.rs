//! A run in groups: how many, what on the average, and where an enterprise stands among its peers. Nothing that would tell
//! of a single enterprise to somebody else.

use std::collections::{BTreeMap, BTreeSet};

use index::{
    disclosure::{Told, told, told_by_code},
    exact::Fixed,
    statistics::{kendall, pearson, quantile_of_sorted, spearman},
};
use serde_json::Value;

use super::{
    names::division,
    read::{get_run, shown_to},
};
use crate::{
    domain::{
        access::{Principal, Scope},
        enterprise::EnterpriseId,
        page::{Page, PageRequest},
        run::{GroupBy, GroupFigures, PastResult, RunFilter, RunId},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        error::{ServiceError, codes},
    },
    store,
};

/// Cells with fewer enterprises are not told: the rule of the statistics law for tables of enterprises.
pub(crate) const LEAST: u64 = 3;

/// Enterprises at a level or stage.
pub struct BandCount {
    /// Level or stage; absent for those without.
    pub band: Option<i32>,
    /// Enterprises; absent where that is not told.
    pub enterprises: Option<u64>,
}

/// A group of enterprises, or all of them.
pub struct Group {
    /// Area code, beginning of the industry code or size class; absent where it is not known, and for all.
    pub key: Option<String>,
    /// Figures; absent where they are not told.
    pub figures: Option<GroupMean>,
}

/// How many there are in a group and what they average.
pub struct GroupMean {
    /// Enterprises.
    pub enterprises: u64,
    /// Enterprises with a score.
    pub scored: u64,
    /// Mean of their main scores.
    pub mean: Option<f64>,
}

/// The groups of a run.
pub struct Groups {
    /// By key; the one without a key last.
    pub groups: Vec<Group>,
    /// All of them together.
    pub all: Group,
}

/// Where an enterprise stands among the others of its industry and size.
pub struct Benchmark {
    /// Division of the industry.
    pub industry: String,
    /// Size class.
    pub size_class: String,
    /// Its own score.
    pub score: f64,
    /// The others; absent when there are fewer than three.
    pub peers: Option<Peers>,
}

/// From so many on quartiles are told: of three figures they are the figures themselves, and of five still three of them.
const LEAST_FOR_QUARTILES: usize = 8;

/// Others of an industry and size, in figures.
pub struct Peers {
    /// How many.
    pub count: u64,
    /// How many of them score less.
    pub below: u64,
    /// Their main scores.
    pub score: PeerFigures,
    /// Each total by code, over those that have it; left out where fewer than three have.
    pub totals: BTreeMap<String, PeerFigures>,
}

/// The figures of at least three peers together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeerFigures {
    /// Their mean.
    pub mean: f64,
    /// Their quartiles, where there are enough of them that these tell of nobody.
    pub quartiles: Option<Quartiles>,
}

/// A measure of how two scores go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrelationKind {
    /// Along a straight line.
    Pearson,
    /// Of the ranks.
    Spearman,
    /// Kendall's tau-b.
    Kendall,
}

/// How nodes go together.
#[derive(Debug, PartialEq)]
pub struct Correlations {
    /// Codes of the nodes.
    pub codes: Vec<String>,
    /// Each pair once, row by row, with its correlation where it has one.
    pub pairs: Vec<(String, String, Option<f64>)>,
}

/// The quartiles of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// A quarter lies below.
    pub lower: f64,
    /// Half lie below.
    pub median: f64,
    /// Three quarters lie below.
    pub upper: f64,
}

/// How many enterprises of a run stand at each level or stage, within scope.
pub async fn distribution(service: &Service, caller: &Principal, run: RunId) -> Result<Vec<BandCount>, ServiceError> {
    over_many(caller)?;
    get_run(service, caller, run).await?;
    let counts = store::run_result::distribution(service.db.read(), &caller.scope, run).await?;
    let told = told(&counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), LEAST);
    let bands = counts
        .into_iter()
        .zip(told.cells)
        .map(|((band, count), told)| BandCount {
            band,
            enterprises: told.then_some(count),
        });
    Ok(bands.collect())
}

/// The enterprises of a run in groups, within scope: how many, and the mean of their scores.
pub async fn groups(service: &Service, caller: &Principal, run: RunId, by: GroupBy) -> Result<Groups, ServiceError> {
    over_many(caller)?;
    get_run(service, caller, run).await?;
    let found = store::run_result::groups(service.db.read(), &caller.scope, run, by).await?;
    Ok(grouped(found, by))
}

fn grouped(found: Vec<GroupFigures>, by: GroupBy) -> Groups {
    // Industries are told at several lengths of their codes.
    let told_of = |count: fn(&GroupFigures) -> u64| -> Told {
        let counts: Vec<u64> = found.iter().map(count).collect();
        match by {
            GroupBy::Industry { .. } => {
                let keys: Vec<Option<&str>> = found.iter().map(|group| group.key.as_deref()).collect();
                told_by_code(&keys, &counts, LEAST)
            }
            GroupBy::Area | GroupBy::SizeClass => told(&counts, LEAST),
        }
    };
    // A mean over one or two scores tells of them, however many have no score.
    let (told, means) = (told_of(|group| group.results), told_of(|group| group.scored));
    let all_scored = found.iter().map(|group| group.scored).sum();
    let sum: f64 = found
        .iter()
        .filter_map(|group| Some(group.mean? * group.scored as f64))
        .sum();
    let all = GroupMean {
        enterprises: found.iter().map(|group| group.results).sum(),
        scored: all_scored,
        mean: (means.total && all_scored > 0).then(|| rounded(sum / all_scored as f64)),
    };
    let cells = told.cells.into_iter().zip(means.cells);
    let groups = found.into_iter().zip(cells).map(|(group, (told, mean_told))| Group {
        key: group.key,
        figures: told.then_some(GroupMean {
            enterprises: group.results,
            scored: group.scored,
            mean: group.mean.filter(|_| mean_told).map(rounded),
        }),
    });
    Groups {
        groups: groups.collect(),
        all: Group {
            key: None,
            figures: told.total.then_some(all),
        },
    }
}

/// To nine decimals, so that a mean is the same in whatever order the database and we have added.
pub(super) fn rounded(mean: f64) -> f64 {
    Fixed::from_observed(mean, Fixed::DECIMALS).map_or(mean, Fixed::to_f64)
}

/// Where an enterprise that the caller sees stands among all others of its industry and size.
pub async fn benchmark(
    service: &Service,
    caller: &Principal,
    run: RunId,
    enterprise: EnterpriseId,
) -> Result<Benchmark, ServiceError> {
    get_run(service, caller, run).await?;
    let conn = service.db.read();
    let own = store::run_result::results_of_enterprises(conn, &caller.scope, run, &[enterprise]).await?;
    let own = own
        .into_iter()
        .next()
        .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
    let (Some(score), Some(size_class)) = (own.score, own.size_class) else {
        return Err(ServiceError::new(codes::runs::NOT_SCORED));
    };
    let industry = division(&own.industry_code);
    let peers = store::run_result::peer_totals(
        conn,
        &Scope::whole_county("the peers are those of the whole county; no figure over fewer than three is told"),
        run,
        &industry,
        &size_class,
        enterprise,
    )
    .await?;
    Ok(Benchmark {
        peers: peers_of(score, &peers),
        industry,
        size_class,
        score,
    })
}

/// The results of an enterprise over all runs, the newest first.
pub async fn history(
    service: &Service,
    caller: &Principal,
    enterprise: EnterpriseId,
    filter: &RunFilter,
    page: &PageRequest,
) -> Result<Page<PastResult>, ServiceError> {
    caller.may(Action::ReadResults)?;
    let conn = service.db.read();
    store::enterprise::find_enterprise(conn, &caller.scope, enterprise).await?;
    let filter = shown_to(caller, filter);
    Ok(store::run_result::history(conn, &caller.scope, enterprise, &filter, page).await?)
}

/// How the blocks and aggregates of a run go together, within scope. Only correlations over at least three enterprises.
pub async fn correlations(
    service: &Service,
    caller: &Principal,
    run: RunId,
    kind: CorrelationKind,
) -> Result<Correlations, ServiceError> {
    over_many(caller)?;
    get_run(service, caller, run).await?;
    let rows = store::run_result::all_results(service.db.read(), &caller.scope, run).await?;
    let totals: Vec<Value> = rows.into_iter().map(|row| row.totals).collect();
    blocking(move || Ok(correlations_of(kind, &totals))).await
}

/// An enterprise, which would learn of others, is refused.
pub(super) fn over_many(caller: &Principal) -> Result<(), ServiceError> {
    caller.may(Action::ReadResults)?;
    match caller.scope {
        Scope::Enterprise(_) => Err(ServiceError::new(codes::access::FORBIDDEN)),
        Scope::County | Scope::Town(_) => Ok(()),
    }
}

/// Figures over peers, whose scores rise; none over fewer than three.
fn peers_of(own: f64, peers: &[(f64, Value)]) -> Option<Peers> {
    let scores: Vec<f64> = peers.iter().map(|(score, _)| *score).collect();
    let mut by_code: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (code, total) in peers.iter().filter_map(|(_, totals)| totals.as_object()).flatten() {
        by_code.entry(code).or_default().extend(total.as_f64());
    }
    let totals = by_code.into_iter().filter_map(|(code, mut figures)| {
        figures.sort_by(f64::total_cmp);
        Some((code.to_owned(), together(&figures)?))
    });
    Some(Peers {
        count: scores.len() as u64,
        below: scores.iter().filter(|score| **score < own).count() as u64,
        score: together(&scores)?,
        totals: totals.collect(),
    })
}

/// Rising figures together; nothing of fewer than three.
fn together(rising: &[f64]) -> Option<PeerFigures> {
    if (rising.len() as u64) < LEAST {
        return None;
    }
    Some(PeerFigures {
        mean: rising.iter().sum::<f64>() / rising.len() as f64,
        quartiles: quartiles(rising),
    })
}

fn quartiles(rising: &[f64]) -> Option<Quartiles> {
    if rising.len() < LEAST_FOR_QUARTILES {
        return None;
    }
    Some(Quartiles {
        lower: quantile_of_sorted(rising, 0.25)?,
        median: quantile_of_sorted(rising, 0.5)?,
        upper: quantile_of_sorted(rising, 0.75)?,
    })
}

/// How the totals of all results go together, pair by pair.
fn correlations_of(kind: CorrelationKind, totals: &[Value]) -> Correlations {
    let codes: BTreeSet<&str> = totals
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|totals| totals.keys().map(String::as_str))
        .collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let cells = |code: &str| -> Vec<Option<f64>> { totals.iter().map(|of| of.get(code)?.as_f64()).collect() };
    let columns: Vec<Vec<Option<f64>>> = codes.iter().map(|code| cells(code)).collect();
    let mut pairs = Vec::new();
    for (at, (row, x)) in codes.iter().zip(&columns).enumerate() {
        for (column, y) in codes.iter().zip(&columns).skip(at + 1) {
            let both = x.iter().zip(y).filter(|(x, y)| x.is_some() && y.is_some()).count();
            let cells = (x.iter().copied(), y.iter().copied());
            let found = match kind {
                CorrelationKind::Pearson => pearson(cells.0, cells.1),
                CorrelationKind::Spearman => spearman(cells.0, cells.1),
                CorrelationKind::Kendall => kendall(cells.0, cells.1),
            };
            let found = found.filter(|_| both as u64 >= LEAST);
            pairs.push(((*row).to_owned(), (*column).to_owned(), found));
        }
    }
    Correlations {
        codes: codes.into_iter().map(str::to_owned).collect(),
        pairs,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The figures of groups of so many enterprises, of whom so many have a score, the mean of which is the number.
    fn groups_of(groups: &[(&str, u64, u64)]) -> Vec<GroupFigures> {
        let figures = groups.iter().map(|(key, results, scored)| GroupFigures {
            key: Some((*key).to_owned()),
            results: *results,
            scored: *scored,
            mean: (*scored > 0).then_some(*scored as f64),
        });
        figures.collect()
    }

    #[test]
    fn neither_counts_nor_means_of_few_follow_from_what_is_told() {
        // Enterprises and mean of each group that is told, with those of all at the end.
        type Shown = Option<(u64, Option<f64>)>;
        let check = |groups: &[(&str, u64, u64)], by: GroupBy, expected: &[Shown]| {
            let found = grouped(groups_of(groups), by);
            let all = found.groups.into_iter().chain([found.all]);
            let shown = all.map(|group| group.figures.map(|figures| (figures.enterprises, figures.mean)));
            assert_eq!(shown.collect::<Vec<Shown>>(), expected, "{groups:?}");
        };
        let table = [("X", 5, 1), ("Y", 6, 6), ("Z", 9, 4)];
        // The one score of X would be what the means of all and of the others leave.
        check(
            &table,
            GroupBy::Area,
            &[
                Some((5, None)),
                Some((6, Some(6.0))),
                Some((9, None)),
                Some((20, Some(4.818_181_818))),
            ],
        );
        let industries = [("C1", 5, 5), ("C2", 2, 2), ("D1", 4, 4)];
        let length = GroupBy::Industry { length: 2 };
        check(
            &industries,
            length,
            &[None, None, Some((4, Some(4.0))), Some((11, Some(4.090_909_091)))],
        );
    }

    #[test]
    fn quartiles_lie_on_straight_lines() {
        let check = |figures: &[f64], expected: Option<[f64; 3]>| {
            let found = quartiles(figures).map(|q| [q.lower, q.median, q.upper]);
            assert_eq!(found, expected, "{figures:?}");
        };
        // Of seven they would be three of the figures themselves.
        check(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], None);
        check(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], Some([1.75, 3.5, 5.25]));
        check(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], Some([2.0, 4.0, 6.0]));
    }

    #[test]
    fn correlations_need_three_of_both() {
        let totals = |rows: &[(f64, Option<f64>)]| -> Vec<Value> {
            let of = |(x, y): &(f64, Option<f64>)| match y {
                Some(y) => json!({ "B": x, "S": y }),
                None => json!({ "B": x }),
            };
            rows.iter().map(of).collect()
        };
        let found = correlations_of(
            CorrelationKind::Pearson,
            &totals(&[(1.0, Some(2.0)), (2.0, Some(4.0)), (3.0, Some(6.0)), (4.0, None)]),
        );
        assert_eq!(found.codes, ["B", "S"]);
        assert!(
            matches!(found.pairs.as_slice(), [(_, _, Some(r))] if (r - 1.0).abs() < 1e-12),
            "{found:?}"
        );
        let few = totals(&[(1.0, Some(2.0)), (2.0, Some(4.0)), (4.0, None)]);
        let found = correlations_of(CorrelationKind::Spearman, &few);
        assert_eq!(found.pairs, [("B".to_owned(), "S".to_owned(), None)]);
    }

    #[test]
    fn peers_are_told_from_three_on() {
        let peer = |score: f64| (score, json!({ "B": score / 2.0 }));
        assert!(peers_of(5.0, &[peer(1.0), peer(2.0)]).is_none());
        let mut three = vec![peer(1.0), peer(2.0), peer(9.0)];
        three[0].1 = json!({});
        let found = peers_of(5.0, &three).unwrap();
        assert_eq!((found.count, found.below, found.score.mean), (3, 2, 4.0));
        assert_eq!(found.score.quartiles, None, "of three they would be the three");
        assert!(found.totals.is_empty(), "two figures of B are not told");
    }
}
