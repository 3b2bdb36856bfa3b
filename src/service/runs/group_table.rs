//! A run by the groups of the registry: clusters, key enterprises, parks. An enterprise may stand in several of them.

use std::collections::BTreeMap;

use index::{disclosure::Told, overlap::told_overlapping};

use super::{
    read::get_run,
    statistics::{Group, GroupMean, Groups, LEAST, over_many, rounded},
};
use crate::{
    domain::{access::Principal, enterprise::EnterpriseId, run::RunId},
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// The enterprises of a run in the groups of a kind, within scope, by who belonged to them on the last day of the round: how
/// many, and the mean of their scores. Groups with fewer than three are not told, nor any from which they would follow.
pub async fn registered_groups(
    service: &Service,
    caller: &Principal,
    run: RunId,
    kind: &str,
) -> Result<Groups, ServiceError> {
    over_many(caller)?;
    let run = get_run(service, caller, run).await?;
    let conn = service.db.read();
    let round = store::round::find_round(conn, run.round).await?;
    let members = store::enterprise_group::members_by_group(conn, &caller.scope, kind, round.closes_on).await?;
    if members.is_empty() {
        return Err(ServiceError::new(codes::runs::NO_GROUPS));
    }
    let scores = store::run_result::scores(conn, &caller.scope, run.id).await?;
    let names: Vec<String> = members.keys().cloned().collect();
    let mut stands_in: BTreeMap<EnterpriseId, Vec<usize>> = BTreeMap::new();
    for (at, of) in members.values().enumerate() {
        for id in of {
            stands_in.entry(*id).or_default().push(at);
        }
    }
    let rows: Vec<(Vec<usize>, Option<f64>)> = scores
        .into_iter()
        .map(|(id, score)| (stands_in.get(&id).cloned().unwrap_or_default(), score))
        .collect();
    Ok(table(names, &rows))
}

fn table(names: Vec<String>, rows: &[(Vec<usize>, Option<f64>)]) -> Groups {
    let told_of = |scored: bool| -> Told {
        let own = rows.iter().filter(|(_, score)| !scored || score.is_some());
        let own: Vec<Vec<usize>> = own.map(|(own, _)| own.clone()).collect();
        told_overlapping(&own, names.len(), LEAST)
    };
    // A mean over one or two scores tells of them, however many have no score.
    let (told, means) = (told_of(false), told_of(true));
    let mean_of = |is_in: &dyn Fn(&[usize]) -> bool, mean_told: bool| -> GroupMean {
        let own = || rows.iter().filter(|(own, _)| is_in(own));
        let scores: Vec<f64> = own().filter_map(|(_, score)| *score).collect();
        let sum: f64 = scores.iter().sum();
        GroupMean {
            enterprises: own().count() as u64,
            scored: scores.len() as u64,
            mean: (mean_told && !scores.is_empty()).then(|| rounded(sum / scores.len() as f64)),
        }
    };
    let cells = told.cells.iter().zip(&means.cells);
    let groups = names.into_iter().zip(cells).enumerate();
    let groups = groups.map(|(at, (name, (told, mean_told)))| Group {
        key: Some(name),
        figures: told.then(|| mean_of(&|own| own.contains(&at), *mean_told)),
    });
    Groups {
        groups: groups.collect(),
        all: Group {
            key: None,
            figures: told.total.then(|| mean_of(&|_| true, means.total)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_overlap_are_told_as_long_as_nobody_follows() {
        // Enterprises and mean of each group that is told, with those of all at the end.
        type Shown = Option<(u64, Option<f64>)>;
        let check = |of: &[(&[usize], usize, f64)], expected: &[Shown]| {
            let rows: Vec<(Vec<usize>, Option<f64>)> = of
                .iter()
                .flat_map(|(own, count, score)| vec![(own.to_vec(), Some(*score)); *count])
                .collect();
            let found = table(vec!["甲".to_owned(), "乙".to_owned()], &rows);
            let all = found.groups.into_iter().chain([found.all]);
            let shown = all.map(|group| group.figures.map(|figures| (figures.enterprises, figures.mean)));
            assert_eq!(shown.collect::<Vec<Shown>>(), expected, "{of:?}");
        };
        check(
            &[(&[0], 3, 40.0), (&[0, 1], 3, 60.0), (&[], 4, 10.0)],
            &[Some((6, Some(50.0))), Some((3, Some(60.0))), Some((10, Some(34.0)))],
        );
        // One in the first alone would follow from both.
        check(
            &[(&[0], 1, 40.0), (&[0, 1], 3, 60.0), (&[], 4, 10.0)],
            &[Some((4, Some(55.0))), None, Some((8, Some(32.5)))],
        );
    }
}
