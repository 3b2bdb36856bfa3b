//! Frozen runs.

use ronghe::{
    domain::{
        access::Scope,
        document::{DocumentId, DocumentKind},
        enterprise::{Enterprise, EnterpriseId},
        page::{Cursor, PageRequest},
        run::{GroupBy, RankingFilter, RankingRow, RegionResult, Run, RunEvent, RunFilter, RunId, RunResult, RunState},
        survey_return::{ReturnId, RevisionId},
    },
    store::{Database, StoreError, blob, document, enterprise, round, run, run_region, run_result, survey_return},
};

use super::sample::{CHANGKOU, County, FUYANG, county, first, fuchun, statements, walk};
use crate::database::on_both;

fn new_run(county: &County, methodology: DocumentId) -> Run {
    Run {
        id: RunId(county.sample.id()),
        round: county.round.id,
        methodology,
        methodology_code: "integration-index".into(),
        methodology_version: "1.0.0".into(),
        inputs_sha256: "1".repeat(64),
        results_sha256: "2".repeat(64),
        engine_version: "0.1.0".into(),
        seed: 7,
        state: RunState::Draft,
        version: 1,
        supersedes: None,
        returns: 3,
        scored: 2,
        created_by: "admin".into(),
        created_at: county.sample.now,
    }
}

/// Members in an order that is not that of their keys, and a number that only just survives.
const DETAIL: &str =
    r#"{"zeta":[{"code":"B","value":0.1},{"code":"A","value":1e-7}],"alpha":{"z":1,"a":null,"b":"两化"}}"#;

fn result(run: &Run, enterprise: &Enterprise, revision: RevisionId, rank: Option<i32>, band: Option<i32>) -> RunResult {
    RunResult {
        run: run.id,
        enterprise: enterprise.id,
        revision,
        previous: None,
        area_code: enterprise.facts.area_code.clone(),
        industry_code: enterprise.facts.industry_code.clone(),
        size_class: enterprise.size_class.clone(),
        enterprise_name: enterprise.facts.name.clone(),
        uscc: enterprise.facts.uscc.clone(),
        score: rank.map(|rank| 100.0 / f64::from(rank + 2)),
        rank,
        band,
        totals: serde_json::from_str(r#"{"total":33.333333333333336,"D":0.1,"A":null}"#).unwrap(),
        detail: DETAIL.to_owned(),
    }
}

/// A run over the three sample enterprises: two share the first rank, one has none.
async fn three_results(db: &Database) -> (County, Run, [RunResult; 3]) {
    let county = county(db).await;
    let methodology = county
        .sample
        .document(DocumentKind::Methodology, "integration-index", "1.0.0");
    let run = new_run(&county, methodology.document.id);
    let results = [
        result(
            &run,
            &county.paper,
            county.accept(db, &county.paper).await.id,
            Some(1),
            Some(4),
        ),
        result(
            &run,
            &county.machines,
            county.accept(db, &county.machines).await.id,
            Some(1),
            Some(2),
        ),
        result(
            &run,
            &county.electronics,
            county.accept(db, &county.electronics).await.id,
            None,
            None,
        ),
    ];
    let txn = db.begin_write().await.unwrap();
    document::insert_document(&txn, &methodology).await.unwrap();
    run::insert_run(&txn, &run).await.unwrap();
    // Not in the order of the ranking.
    let [paper, machines, electronics] = results.clone();
    run_result::insert_results(&txn, &[electronics, machines, paper])
        .await
        .unwrap();
    txn.commit().await.unwrap();
    (county, run, results)
}

fn row(result: &RunResult) -> RankingRow {
    RankingRow {
        enterprise: result.enterprise,
        uscc: result.uscc.clone(),
        enterprise_name: result.enterprise_name.clone(),
        area_code: result.area_code.clone(),
        industry_code: result.industry_code.clone(),
        size_class: result.size_class.clone(),
        revision: result.revision,
        previous: result.previous,
        score: result.score,
        rank: result.rank,
        band: result.band,
        totals: result.totals.clone(),
    }
}

#[tokio::test]
async fn a_result_comes_back_byte_for_byte() {
    on_both(async |db| {
        let (county, run, results) = three_results(&db).await;
        assert_eq!(run::find_run(db.read(), run.id).await.as_ref(), Ok(&run));
        assert_eq!(
            run::find_run(db.read(), RunId(county.sample.id())).await,
            Err(StoreError::NotFound)
        );
        for expected in &results {
            let found = run_result::find_result(db.read(), &Scope::County, run.id, expected.enterprise)
                .await
                .unwrap();
            assert_eq!(&found, expected);
            assert_eq!(found.detail, DETAIL, "members keep their order");
            assert_eq!(found.totals.to_string(), expected.totals.to_string());
        }
    })
    .await;
}

#[tokio::test]
async fn each_scope_sees_its_own_results() {
    on_both(async |db| {
        let (county, run, [paper, machines, _]) = three_results(&db).await;
        let own = Scope::Enterprise(county.paper.id);
        for scope in [fuchun(), own] {
            let found = async |id: EnterpriseId| run_result::find_result(db.read(), &scope, run.id, id).await;
            assert_eq!(found(county.paper.id).await.as_ref(), Ok(&paper));
            assert_eq!(found(machines.enterprise).await, Err(StoreError::NotFound));
            let ranked = run_result::ranking(db.read(), &scope, run.id, &RankingFilter::default(), &first(9))
                .await
                .unwrap();
            assert_eq!(ranked.items, [row(&paper)]);
            assert_eq!(
                run_result::distribution(db.read(), &scope, run.id).await,
                Ok(vec![(Some(4), 1)])
            );
        }
        let all = run_result::distribution(db.read(), &Scope::County, run.id).await;
        assert_eq!(all, Ok(vec![(Some(2), 1), (Some(4), 1), (None, 1)]));
    })
    .await;
}

#[tokio::test]
async fn a_ranking_is_filtered() {
    on_both(async |db| {
        let (_, run, [paper, machines, electronics]) = three_results(&db).await;
        let any = RankingFilter::default;
        let cases: [(RankingFilter, &[&RunResult]); 9] = [
            (any(), &[&paper, &machines, &electronics]),
            (
                RankingFilter {
                    area: Some(FUYANG.into()),
                    ..any()
                },
                &[&paper, &machines, &electronics],
            ),
            (
                RankingFilter {
                    area: Some(CHANGKOU.into()),
                    ..any()
                },
                &[&machines],
            ),
            (
                RankingFilter {
                    industry: Some("C2".into()),
                    ..any()
                },
                &[&paper],
            ),
            (RankingFilter { band: Some(2), ..any() }, &[&machines]),
            (
                RankingFilter {
                    size_class: Some("medium".into()),
                    ..any()
                },
                &[&paper, &electronics],
            ),
            (
                RankingFilter {
                    search: Some("精密".into()),
                    ..any()
                },
                &[&machines],
            ),
            (
                RankingFilter {
                    search: Some("ma2c".into()),
                    ..any()
                },
                &[&electronics],
            ),
            (
                RankingFilter {
                    industry: Some("C".into()),
                    band: Some(3),
                    ..any()
                },
                &[],
            ),
        ];
        for (filter, expected) in cases {
            let page = run_result::ranking(db.read(), &Scope::County, run.id, &filter, &first(9))
                .await
                .unwrap();
            assert_eq!(
                page.items,
                expected.iter().map(|result| row(result)).collect::<Vec<_>>(),
                "{filter:?}"
            );
        }
    })
    .await;
}

/// A run with a result of each rank and band.
async fn many_results(db: &Database, ranks: &[(Option<i32>, Option<i32>)]) -> (Run, Vec<RunResult>) {
    let county = county(db).await;
    let methodology = county
        .sample
        .document(DocumentKind::Methodology, "integration-index", "1.0.0");
    let run = new_run(&county, methodology.document.id);
    let many = county.sample.enterprises(ranks.len());
    let members: Vec<_> = many.iter().map(|one| (one.id, ReturnId(county.sample.id()))).collect();
    let workbook = county.sample.blob('e');
    let revision = county.sample.revision(members[0].1, 1, &workbook.sha256);
    let results: Vec<RunResult> = many
        .iter()
        .zip(ranks)
        .map(|(one, (rank, band))| result(&run, one, revision.id, *rank, *band))
        .collect();
    let txn = db.begin_write().await.unwrap();
    document::insert_document(&txn, &methodology).await.unwrap();
    enterprise::insert_enterprises(&txn, &Scope::County, &many)
        .await
        .unwrap();
    round::add_members(&txn, county.round.id, &members, county.sample.now)
        .await
        .unwrap();
    blob::record_blob(&txn, &workbook).await.unwrap();
    survey_return::insert_revision(&txn, &Scope::County, &revision)
        .await
        .unwrap();
    run::insert_run(&txn, &run).await.unwrap();
    run_result::insert_results(&txn, &results).await.unwrap();
    txn.commit().await.unwrap();
    (run, results)
}

#[tokio::test]
async fn how_many_lie_above_a_score_is_told_by_the_ranks() {
    on_both(async |db| {
        let ranks = [1, 2, 2, 4, 5, 5, 5, 8].map(|rank| (Some(rank), Some(1)));
        let ranks: Vec<_> = ranks.into_iter().chain([(None, None), (None, None)]).collect();
        let (run, results) = many_results(&db, &ranks).await;
        for own in &results {
            let others = results.iter().filter(|other| other.enterprise != own.enterprise);
            let scores: Vec<f64> = others.filter_map(|other| other.score).collect();
            for probe in results.iter().filter_map(|result| result.score) {
                for score in [probe, probe + 0.001, probe - 0.001, 0.0, 100.0] {
                    let above = scores.iter().filter(|other| **other > score).count() as u64;
                    let found = run_result::results_above(db.read(), run.id, score, &row(own)).await;
                    assert_eq!(found, Ok(above), "{score} in place of {:?}", own.score);
                }
            }
        }
        let own = row(&results[0]);
        let one = async || {
            let _above = run_result::results_above(db.read(), run.id, 20.0, &own).await.unwrap();
        };
        assert_eq!(statements(&db, one).await, 1);
    })
    .await;
}

/// Sixty results: ties of three, and every fifth without a rank.
#[tokio::test]
async fn a_walk_through_a_ranking_visits_every_result_once() {
    on_both(async |db| {
        let ranks = (0..60).map(|n| ((n % 5 != 0).then_some(60 - n / 3 * 3), Some(n % 4)));
        let (run, results) = many_results(&db, &ranks.collect::<Vec<_>>()).await;
        let mut expected = results;
        expected.sort_by_key(|result| (result.rank.is_none(), result.rank, result.uscc.clone()));
        let expected: Vec<RankingRow> = expected.iter().map(row).collect();
        let list =
            async |page| run_result::ranking(db.read(), &Scope::County, run.id, &RankingFilter::default(), &page).await;
        for limit in [1, 7, 48, 60, 200] {
            assert_eq!(walk(limit, list).await, expected, "{limit} a page");
        }
        for limit in [5, 50] {
            assert_eq!(
                statements(&db, async || drop(list(first(limit)).await.unwrap())).await,
                1
            );
        }
        let distribution = run_result::distribution(db.read(), &Scope::County, run.id)
            .await
            .unwrap();
        assert_eq!(distribution, (0..4).map(|band| (Some(band), 15)).collect::<Vec<_>>());
        for key in ["", "nonsense", "x/y", "99999999999999/"] {
            let after = Some(Cursor {
                key: key.into(),
                id: uuid::Uuid::nil(),
            });
            list(PageRequest { limit: 5, after }).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn an_enterprise_has_one_result_in_a_run() {
    on_both(async |db| {
        let (_, _, [paper, ..]) = three_results(&db).await;
        let txn = db.begin_write().await.unwrap();
        let again = run_result::insert_results(
            &txn,
            &[RunResult {
                detail: "null".to_owned(),
                ..paper
            }],
        )
        .await;
        assert_eq!(again, Err(StoreError::Duplicate { what: "run_result" }));
    })
    .await;
}

#[tokio::test]
async fn runs_are_listed_newest_first() {
    on_both(async |db| {
        let (county, oldest, _) = three_results(&db).await;
        let other = county.sample.round("2027", county.questionnaire);
        let txn = db.begin_write().await.unwrap();
        round::insert_round(&txn, &other).await.unwrap();
        let mut all = vec![oldest.clone()];
        for n in 0..50 {
            let mut next = new_run(&county, oldest.methodology);
            if n % 2 == 0 {
                next.round = other.id;
            }
            run::insert_run(&txn, &next).await.unwrap();
            all.insert(0, next);
        }
        txn.commit().await.unwrap();
        let list =
            async |filter: RunFilter| walk(20, async |page| run::list_runs(db.read(), &filter, &page).await).await;
        let any = RunFilter::default;
        assert_eq!(list(any()).await, all);
        let of_code = |code: &str| RunFilter {
            methodology_code: Some(code.into()),
            ..any()
        };
        assert_eq!(list(of_code("integration-index")).await, all);
        assert_eq!(list(of_code("another")).await, []);
        let frozen = RunFilter {
            state: Some(RunState::Frozen),
            ..any()
        };
        assert_eq!(list(frozen).await, []);
        all.retain(|run| run.round == other.id);
        let of_round = RunFilter {
            round: Some(other.id),
            ..any()
        };
        assert_eq!(list(of_round).await, all);
        for limit in [5, 50] {
            let sent = statements(&db, async || {
                drop(
                    run::list_runs(db.read(), &RunFilter::default(), &first(limit))
                        .await
                        .unwrap(),
                );
            });
            assert_eq!(sent.await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_is_seen_when_it_is_whole_and_what_was_abandoned_goes() {
    on_both(async |db| {
        let (county, shown, [paper, ..]) = three_results(&db).await;
        let mut computing = new_run(&county, shown.methodology);
        computing.state = RunState::Computing;
        computing.created_at = county.sample.now - chrono::Duration::days(2);
        let mut late = new_run(&county, shown.methodology);
        late.state = RunState::Computing;
        let txn = db.begin_write().await.unwrap();
        run::insert_run(&txn, &computing).await.unwrap();
        run::insert_run(&txn, &late).await.unwrap();
        let of_it = RunResult {
            run: computing.id,
            ..paper.clone()
        };
        run_result::insert_results(&txn, &[of_it]).await.unwrap();
        txn.commit().await.unwrap();
        assert_eq!(run::find_run(db.read(), computing.id).await, Err(StoreError::NotFound));
        let listed = run::list_runs(db.read(), &RunFilter::default(), &first(9))
            .await
            .unwrap();
        assert_eq!(listed.items, std::slice::from_ref(&shown));
        let (all, nine) = (RunFilter::default(), first(9));
        let past = run_result::history(db.read(), &Scope::County, paper.enterprise, &all, &nine).await;
        let past = past.unwrap().items;
        assert_eq!(past.len(), 1, "nor in the history of an enterprise");
        assert_eq!((&past[0].run, &past[0].result), (&shown, &row(&paper)));

        let txn = db.begin_write().await.unwrap();
        run::delete_unfinished(&txn, county.sample.now - chrono::Duration::days(1))
            .await
            .unwrap();
        late.state = RunState::Draft;
        late.results_sha256 = "9".repeat(64);
        run::complete_run(&txn, &late).await.unwrap();
        assert_eq!(run::complete_run(&txn, &late).await, Err(StoreError::NotFound), "once");
        txn.commit().await.unwrap();
        computing.state = RunState::Draft;
        let txn = db.begin_write().await.unwrap();
        assert_eq!(run::complete_run(&txn, &computing).await, Err(StoreError::NotFound));
        drop(txn);
        assert_eq!(run::find_run(db.read(), late.id).await.as_ref(), Ok(&late));
        run_result::find_result(db.read(), &Scope::County, shown.id, paper.enterprise)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_run_of_a_round_and_methodology_is_published() {
    on_both(async |db| {
        let (county, mut first_run, _) = three_results(&db).await;
        let mut second = new_run(&county, first_run.methodology);
        second.methodology_version = "2.0.0".into();
        let txn = db.begin_write().await.unwrap();
        run::insert_run(&txn, &second).await.unwrap();
        txn.commit().await.unwrap();
        let change = async |run: &Run, version| {
            let txn = db.begin_write().await.unwrap();
            let changed = run::update_run_state(&txn, run, version).await;
            if changed.is_ok() {
                txn.commit().await.unwrap();
            }
            changed
        };
        first_run.state = RunState::Published;
        assert_eq!(change(&first_run, 1).await, Ok(2));
        assert_eq!(
            change(&first_run, 1).await,
            Err(StoreError::VersionConflict { current: 2 })
        );
        second.state = RunState::Published;
        second.supersedes = Some(first_run.id);
        assert_eq!(
            change(&second, 1).await,
            Err(StoreError::Duplicate { what: "published_run" })
        );
        first_run.state = RunState::Superseded;
        assert_eq!(change(&first_run, 2).await, Ok(3));
        assert_eq!(change(&second, 1).await, Ok(2));
        second.version = 2;
        let published = run::published_run(db.read(), second.round, "integration-index").await;
        assert_eq!(published, Ok(Some(second.clone())));
        let event = |number| RunEvent {
            run: second.id,
            number,
            from: (number > 1).then_some(RunState::Frozen),
            to: RunState::Published,
            actor: "admin".into(),
            at: county.sample.now,
        };
        let txn = db.begin_write().await.unwrap();
        for number in [2, 1] {
            run::insert_run_event(&txn, &event(number)).await.unwrap();
        }
        txn.commit().await.unwrap();
        assert_eq!(
            run::run_events(db.read(), second.id).await,
            Ok(vec![event(1), event(2)])
        );
        let txn = db.begin_write().await.unwrap();
        let again = run::insert_run_event(&txn, &event(1)).await;
        assert_eq!(again, Err(StoreError::Duplicate { what: "event_number" }));
    })
    .await;
}

#[tokio::test]
async fn results_are_looked_at_in_groups_and_beside_another_run() {
    on_both(async |db| {
        let (county, run, [paper, machines, electronics]) = three_results(&db).await;
        let other = new_run(&county, run.methodology);
        let txn = db.begin_write().await.unwrap();
        run::insert_run(&txn, &other).await.unwrap();
        let there = RunResult {
            run: other.id,
            ..machines.clone()
        };
        run_result::insert_results(&txn, std::slice::from_ref(&there))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let conn = db.read();
        let groups = async |by| {
            let found = run_result::groups(conn, &Scope::County, run.id, by).await.unwrap();
            found
                .into_iter()
                .map(|group| (group.key, group.results, group.scored, group.mean))
                .collect::<Vec<_>>()
        };
        let key = |text: &str| Some(text.to_owned());
        assert_eq!(
            groups(GroupBy::SizeClass).await,
            [(key("medium"), 2, 1, paper.score), (None, 1, 1, machines.score)]
        );
        assert_eq!(
            groups(GroupBy::Industry { length: 1 }).await,
            [(key("C"), 2, 2, paper.score), (key("I"), 1, 0, None)]
        );
        assert_eq!(groups(GroupBy::Area).await.len(), 3);

        let missing = async |of: RunId, than: RunId| {
            let page = run_result::results_missing_in(conn, &Scope::County, of, than, &first(9)).await;
            page.unwrap().items
        };
        assert_eq!(missing(run.id, other.id).await, [row(&paper), row(&electronics)]);
        assert_eq!(missing(other.id, run.id).await, []);
        let ids = [machines.enterprise, paper.enterprise];
        let found = run_result::results_of_enterprises(conn, &fuchun(), run.id, &ids).await;
        assert_eq!(found, Ok(vec![row(&paper)]), "within scope");
        let all = run_result::all_results(conn, &Scope::County, run.id).await.unwrap();
        assert_eq!(all, [row(&paper), row(&machines), row(&electronics)], "by credit code");
        let inputs = run_result::inputs_of(conn, &Scope::County, run.id).await.unwrap();
        let went_in: Vec<_> = inputs.iter().map(|input| (input.enterprise, input.revision)).collect();
        assert_eq!(
            went_in,
            [&paper, &machines, &electronics].map(|result| (result.enterprise, result.revision))
        );
        assert!(inputs.iter().all(|input| input.blob_sha256 == "e".repeat(64)));

        let score = paper.score.unwrap();
        let peers = run_result::peer_totals(conn, &Scope::County, run.id, "C2", "medium", electronics.enterprise).await;
        assert_eq!(peers.unwrap(), [(score, paper.totals.clone())]);
        let details = run_result::details(conn, &fuchun(), run.id, &ids).await.unwrap();
        assert_eq!(
            details.into_iter().collect::<Vec<_>>(),
            [(paper.enterprise, DETAIL.to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn the_index_of_a_region_comes_back_as_it_was_kept() {
    on_both(async |db| {
        let county = county(&db).await;
        let methodology = county
            .sample
            .document(DocumentKind::Methodology, "region-index", "1.0.0");
        let run = new_run(&county, methodology.document.id);
        let kept = RegionResult {
            figures: serde_json::from_str(
                r#"{"base_from":"own_first_year","values":{"RG01":{"base":0.1,"value":1e-7}}}"#,
            )
            .unwrap(),
            outcome: serde_json::from_str(
                r#"{"methodology":"region-index","version":"1.0.0","indicators":[],"classes":[],"total":66.1401}"#,
            )
            .unwrap(),
        };
        let txn = db.begin_write().await.unwrap();
        document::insert_document(&txn, &methodology).await.unwrap();
        run::insert_run(&txn, &run).await.unwrap();
        run_region::insert_region(&txn, run.id, &kept).await.unwrap();
        txn.commit().await.unwrap();
        let conn = db.read();
        assert_eq!(run_region::find_region(conn, run.id).await.unwrap(), Some(kept));
        let nobody = RunId(county.sample.id());
        assert_eq!(run_region::find_region(conn, nobody).await.unwrap(), None);
    })
    .await;
}
