//! Exports from which a run can be computed again.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde_json::Value;

use super::{INDEX, LEVEL, Round, at, number};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_exported_so_that_it_can_be_computed_again() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    for methodology in [INDEX, LEVEL] {
        let run = round.compute(methodology).await;
        let export = async |format: &str| {
            let path = format!("{}/export?format={format}", at(&run));
            round.bureau.get(&path).await.expect(StatusCode::OK)
        };
        let ranking = round.get(&format!("{}/results", at(&run))).await;
        let scored: Vec<&Value> = ranking["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row.get("score").is_some())
            .collect();
        the_formulas_give_the_scores(export("xlsx").await.body, &scored);
        let csv = String::from_utf8(export("csv").await.body).unwrap();
        assert!(csv.starts_with('\u{feff}'));
        assert_eq!(csv.lines().count(), 5, "a header and everybody");
        coinr_gives_the_scores(&export("coinr").await.body, &scored);
        let again = export("xlsx").await;
        assert_eq!(again.body, export("xlsx").await.body, "the same run, the same bytes");
        let sample = &round.county.samples[0];
        round.publish(&run).await;
        let own = round.fillers[&sample.id]
            .get(&format!("{}/export?format=csv", at(&run)))
            .await;
        let own = String::from_utf8(own.expect(StatusCode::OK).body).unwrap();
        assert!(
            own.lines().count() == 2 && own.contains(&sample.uscc),
            "an enterprise exports itself alone"
        );
    }
    app.end().await;
}

/// Computes every formula of the sheet of scores from the cells it names, and compares with what it holds.
pub(super) fn the_formulas_give_the_scores(bytes: Vec<u8>, ranking: &[&Value]) {
    use calamine::{Data, Reader as _};
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let values = book.worksheet_range("得分 Scores").unwrap();
    let formulas = book.worksheet_formula("得分 Scores").unwrap();
    let cell = |row: u32, column: u32| match values.get_value((row, column)) {
        Some(Data::Float(number)) => Some(*number),
        Some(Data::Int(number)) => Some(*number as f64),
        Some(Data::String(text)) => text.parse().ok(),
        _ => None,
    };
    let mut checked = 0;
    for (row, column, formula) in formulas.cells().filter(|(_, _, formula)| !formula.is_empty()) {
        let (start_row, start_column) = formulas.start().unwrap();
        let (row, column) = (
            start_row + u32::try_from(row).unwrap(),
            start_column + u32::try_from(column).unwrap(),
        );
        let inner = formula.trim_start_matches('=');
        let range = inner.split(['(', ',', ')']).find(|part| part.contains(':')).unwrap();
        let (first, last) = range.split_once(':').unwrap();
        let (first, last) = (column_of(first), column_of(last));
        let (mut sum, mut weights, mut plain) = (0.0, 0.0, 0.0);
        for at in first..=last {
            if let Some(score) = cell(row, at) {
                let weight = cell(2, at).unwrap();
                sum += score * weight;
                weights += weight;
                plain += score;
            }
        }
        let found = if inner.contains("SUMPRODUCT") {
            sum / weights
        } else {
            plain
        };
        let held = cell(row, column).unwrap();
        assert!((found - held).abs() <= 0.000_051, "{formula}: {found}, holds {held}");
        checked += 1;
    }
    assert!(checked >= 3 * ranking.len(), "{checked} formulas");
    // The ranking's score is that of the last root but topics, found by its value.
    for row in ranking {
        let of = |at: &u32| {
            let held = values.get_value((*at, 0)).map(ToString::to_string);
            held.as_deref() == row["uscc"].as_str()
        };
        let line = (3..=values.end().unwrap().0).find(of).unwrap();
        let scores = (2..=values.end().unwrap().1).filter_map(|column| cell(line, column));
        let score = number(&row["score"]);
        assert!(scores.into_iter().any(|found| (found - score).abs() < 1e-9), "{row}");
    }
}

/// The number of the column of a cell such as `AB4` or `AB$3`.
fn column_of(cell: &str) -> u32 {
    let letters = cell.bytes().take_while(u8::is_ascii_uppercase);
    letters.fold(0, |number, letter| number * 26 + u32::from(letter - b'A') + 1) - 1
}

/// Aggregates the pair of tables level by level as COINr does: the weighted mean over what is there.
pub(super) fn coinr_gives_the_scores(zip: &[u8], ranking: &[&Value]) {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut table = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows = reader.records().map(|record| {
            let record = record.unwrap();
            let fields = header.iter().zip(record.iter());
            fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>()
        });
        rows.collect::<Vec<_>>()
    };
    let (data, meta) = (table("iData.csv"), table("iMeta.csv"));
    let level = |row: &BTreeMap<String, String>| row["Level"].parse::<u32>().ok();
    let top = meta.iter().filter_map(level).max().unwrap();
    for row in &meta {
        let parent = meta.iter().find(|parent| parent["iCode"] == row["Parent"]);
        match level(row) {
            Some(own) if own < top => assert_eq!(parent.and_then(level), Some(own + 1), "{row:?}"),
            Some(_) => assert!(row["Parent"].is_empty(), "one at the top"),
            None => assert!(["Group", "Other"].contains(&row["Type"].as_str())),
        }
        assert!(level(row) != Some(1) || data[0].contains_key(&row["iCode"]), "{row:?}");
    }
    for unit in ranking {
        let own = data
            .iter()
            .find(|row| row["uCode"] == unit["uscc"].as_str().unwrap())
            .unwrap();
        let mut scores: BTreeMap<&str, f64> = BTreeMap::new();
        for row in meta.iter().filter(|row| level(row) == Some(1)) {
            if let Ok(score) = own[&row["iCode"]].parse() {
                scores.insert(&row["iCode"], score);
            }
        }
        for aggregate in 2..=top {
            for node in meta.iter().filter(|row| level(row) == Some(aggregate)) {
                let children = meta.iter().filter(|row| row["Parent"] == node["iCode"]);
                let terms = children.filter_map(|row| {
                    let score = scores.get(row["iCode"].as_str())?;
                    Some((row["Weight"].parse::<f64>().unwrap(), *score))
                });
                let (sum, weight) = terms.fold((0.0, 0.0), |(sum, all), (weight, score)| {
                    (sum + weight * score, all + weight)
                });
                if weight > 0.0 {
                    scores.insert(&node["iCode"], sum / weight);
                }
            }
        }
        let root = meta.iter().find(|row| level(row) == Some(top)).unwrap();
        let (found, expected) = (scores[root["iCode"].as_str()], number(&unit["score"]));
        // Blocks and totals are rounded to four decimals on the way here, in R they are not.
        assert!(
            (found - expected).abs() < 0.000_3,
            "{}: {found}, expected {expected}",
            unit["uscc"]
        );
    }
}
