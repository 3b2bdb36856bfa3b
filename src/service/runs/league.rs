//! The league table of a run: how many of each town and industry were asked and handed in, what they average, and how levels or
//! stages are distributed. Nothing of fewer than three enterprises is told, nor what it would follow from.

use std::collections::BTreeMap;

use index::disclosure::{told, told_by_code};
use survey::text::Text;

use super::{
    names::{DIVISION, RunNames},
    read::get_run,
    region::refuse_region,
    statistics::{BandCount, Groups, LEAST, distribution, groups},
};
use crate::{
    domain::{
        access::Principal,
        run::{GroupBy, GroupResponse, Run, RunId},
    },
    service::{Service, error::ServiceError},
    store,
};

/// The league table of a run.
pub struct League {
    /// The run.
    pub run: Run,
    /// What the codes are called.
    pub names: RunNames,
    /// When the run was made, as the county's clock showed it.
    pub made_at: String,
    /// Levels or stages from the highest down, those without one last, with how many have them; a number that is absent is not
    /// told.
    pub bands: Vec<(Text, Option<u64>)>,
    /// Towns, the highest mean first, and all together.
    pub towns: Standings,
    /// Divisions of industry, the highest mean first, and all together.
    pub industries: Standings,
}

/// Groups by their mean, and all together.
pub struct Standings {
    /// The groups.
    pub rows: Vec<Standing>,
    /// All of them.
    pub all: Standing,
}

/// A group of enterprises. A figure that is absent is not told.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Place by the mean: ties share a place; absent without a mean.
    pub place: Option<u32>,
    /// Name.
    pub name: Text,
    /// Enterprises that were asked.
    pub asked: Option<u64>,
    /// Those that have handed in.
    pub handed_in: Option<u64>,
    /// Those with a score.
    pub scored: Option<u64>,
    /// Mean of their scores.
    pub mean: Option<f64>,
}

impl Standing {
    /// How many of a hundred have handed in.
    pub fn response_percent(&self) -> Option<f64> {
        let (asked, handed_in) = (self.asked?, self.handed_in?);
        (asked > 0).then(|| handed_in as f64 / asked as f64 * 100.0)
    }
}

/// The league table of a run, within what the caller sees.
pub async fn league(service: &Service, caller: &Principal, id: RunId) -> Result<League, ServiceError> {
    let by_industry = GroupBy::Industry { length: DIVISION };
    // Refuses whoever may not see figures of many.
    let towns = groups(service, caller, id, GroupBy::Area).await?;
    let industries = groups(service, caller, id, by_industry).await?;
    let bands = distribution(service, caller, id).await?;
    let run = get_run(service, caller, id).await?;
    refuse_region(service, &run).await?;
    let conn = service.db.read();
    let round = store::round::find_round(conn, run.round).await?;
    let asked_in_towns = store::survey_return::response(conn, &caller.scope, run.round, GroupBy::Area).await?;
    let asked_in_industries = store::survey_return::response(conn, &caller.scope, run.round, by_industry).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let keys = |groups: &Groups, asked: &[GroupResponse]| -> Vec<String> {
        let keys = groups.groups.iter().filter_map(|group| group.key.clone());
        keys.chain(asked.iter().map(|group| group.key.clone())).collect()
    };
    let (areas, divisions) = (keys(&towns, &asked_in_towns), keys(&industries, &asked_in_industries));
    let codes = areas.iter().map(|area| (area.as_str(), ""));
    let codes = codes.chain(divisions.iter().map(|division| ("", division.as_str())));
    let names = RunNames::of(service, &run, &methodology, codes).await?;
    Ok(League {
        bands: labelled(&names, &bands),
        towns: standings(towns, &asked_in_towns, GroupBy::Area, |key| names.area(key).to_owned()),
        industries: standings(industries, &asked_in_industries, by_industry, |key| {
            names.industry(key).to_owned()
        }),
        made_at: service.local(run.created_at).format("%Y-%m-%d %H:%M").to_string(),
        names,
        run,
    })
}

/// Every level or stage of the methodology with its count, whether it occurs or not.
fn labelled(names: &RunNames, counts: &[BandCount]) -> Vec<(Text, Option<u64>)> {
    let count = |band: Option<i32>| {
        let found = counts.iter().find(|count| count.band == band);
        found.map_or(Some(0), |count| count.enterprises)
    };
    let bands = names
        .bands()
        .iter()
        .map(|(band, label)| (label.clone(), count(Some(*band))));
    let none = counts.iter().any(|count| count.band.is_none());
    let none = none.then(|| (Text::new("未评定", "Not rated"), count(None)));
    bands.chain(none).collect()
}

/// Groups of results and of the population put together, by their mean.
fn standings(found: Groups, asked: &[GroupResponse], by: GroupBy, name: impl Fn(&str) -> String) -> Standings {
    let told_of = |count: fn(&GroupResponse) -> u64| {
        let counts: Vec<u64> = asked.iter().map(count).collect();
        match by {
            GroupBy::Industry { .. } => {
                let keys: Vec<Option<&str>> = asked.iter().map(|group| Some(group.key.as_str())).collect();
                told_by_code(&keys, &counts, LEAST)
            }
            GroupBy::Area | GroupBy::SizeClass => told(&counts, LEAST),
        }
    };
    let (asked_told, handed_told) = (told_of(|group| group.asked), told_of(|group| group.handed_in));
    let sum = |count: fn(&GroupResponse) -> u64| asked.iter().map(count).sum::<u64>();
    let all_figures = found.all.figures.as_ref();
    let all = Standing {
        place: None,
        name: Text::new("合计", "All"),
        asked: asked_told.total.then(|| sum(|group| group.asked)),
        handed_in: handed_told.total.then(|| sum(|group| group.handed_in)),
        scored: all_figures.map(|figures| figures.scored),
        mean: all_figures.and_then(|figures| figures.mean),
    };
    let named = |key: &str| match key {
        "" => Text::new("未分类", "Not classified"),
        key => Text::new(name(key), name(key)),
    };
    let mut rows: BTreeMap<String, Standing> = BTreeMap::new();
    let none = |key: &str| Standing {
        place: None,
        name: named(key),
        asked: None,
        handed_in: None,
        scored: None,
        mean: None,
    };
    for (group, (asked_told, handed_told)) in asked.iter().zip(asked_told.cells.into_iter().zip(handed_told.cells)) {
        let row = rows.entry(group.key.clone()).or_insert_with_key(|key| none(key));
        row.asked = asked_told.then_some(group.asked);
        row.handed_in = (asked_told && handed_told).then_some(group.handed_in);
    }
    for group in found.groups {
        let key = group.key.unwrap_or_default();
        let row = rows.entry(key).or_insert_with_key(|key| none(key));
        if let Some(figures) = group.figures {
            (row.scored, row.mean) = (Some(figures.scored), figures.mean);
        }
    }
    let mut rows: Vec<Standing> = rows.into_values().collect();
    // Those without a mean last; equal means by key, in whose order they stand.
    rows.sort_by(|a, b| {
        b.mean
            .unwrap_or(f64::NEG_INFINITY)
            .total_cmp(&a.mean.unwrap_or(f64::NEG_INFINITY))
    });
    let means: Vec<Option<f64>> = rows.iter().map(|row| row.mean).collect();
    for row in &mut rows {
        let better = means.iter().filter(|mean| **mean > row.mean).count();
        row.place = row.mean.and_then(|_| u32::try_from(better + 1).ok());
    }
    Standings { rows, all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::runs::statistics::{Group, GroupMean};

    #[test]
    fn groups_stand_by_their_means_and_few_are_not_told() {
        let group = |key: &str, figures: Option<(u64, f64)>| Group {
            key: Some(key.to_owned()),
            figures: figures.map(|(scored, mean)| GroupMean {
                enterprises: scored,
                scored,
                mean: Some(mean),
            }),
        };
        let groups = || Groups {
            groups: vec![
                group("A", Some((3, 40.0))),
                group("B", Some((4, 60.0))),
                group("C", None),
                group("D", Some((5, 60.0))),
            ],
            all: group("", Some((14, 50.0))),
        };
        let asked = |key: &str, asked, handed_in| GroupResponse {
            key: key.to_owned(),
            asked,
            handed_in,
        };
        let population = [asked("A", 6, 3), asked("B", 4, 4), asked("C", 2, 2), asked("D", 9, 6)];
        let found = standings(groups(), &population, GroupBy::Area, str::to_lowercase);
        let shown = found
            .rows
            .iter()
            .map(|row| (&*row.name.zh, row.place, row.asked, row.handed_in));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                // The four of B would give away the two of C.
                ("b", Some(1), None, None),
                ("d", Some(1), Some(9), Some(6)),
                ("a", Some(3), Some(6), None),
                ("c", None, None, None)
            ]
        );
        assert_eq!(found.rows[1].response_percent().map(f64::round), Some(67.0));
        assert_eq!((found.all.asked, found.all.handed_in), (Some(21), Some(15)));
    }
}
