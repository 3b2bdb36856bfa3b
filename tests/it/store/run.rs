//! Frozen runs.

use ronghe::{
    domain::{
        access::Scope,
        document::{DocumentId, DocumentKind},
        enterprise::{Enterprise, EnterpriseId},
        page::{Cursor, PageRequest},
        round::RoundId,
        run::{RankingFilter, RankingRow, Run, RunId, RunResult},
        survey_return::{ReturnId, RevisionId},
    },
    store::{Database, StoreError, blob, document, enterprise, round, run, survey_return},
};
use serde_json::Value;

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
        area_code: enterprise.facts.area_code.clone(),
        industry_code: enterprise.facts.industry_code.clone(),
        enterprise_name: enterprise.facts.name.clone(),
        uscc: enterprise.facts.uscc.clone(),
        score: rank.map(|rank| 100.0 / f64::from(rank + 2)),
        rank,
        band,
        totals: serde_json::from_str(r#"{"total":33.333333333333336,"D":0.1,"A":null}"#).unwrap(),
        detail: serde_json::from_str(DETAIL).unwrap(),
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
    run::insert_results(&txn, &[electronics, machines, paper])
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
            let found = run::find_result(db.read(), &Scope::County, run.id, expected.enterprise)
                .await
                .unwrap();
            assert_eq!(&found, expected);
            assert_eq!(
                found.detail.to_string(),
                expected.detail.to_string(),
                "members keep their order"
            );
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
            let found = async |id: EnterpriseId| run::find_result(db.read(), &scope, run.id, id).await;
            assert_eq!(found(county.paper.id).await.as_ref(), Ok(&paper));
            assert_eq!(found(machines.enterprise).await, Err(StoreError::NotFound));
            let ranked = run::ranking(db.read(), &scope, run.id, &RankingFilter::default(), &first(9))
                .await
                .unwrap();
            assert_eq!(ranked.items, [row(&paper)]);
            assert_eq!(
                run::distribution(db.read(), &scope, run.id).await,
                Ok(vec![(Some(4), 1)])
            );
        }
        let all = run::distribution(db.read(), &Scope::County, run.id).await;
        assert_eq!(all, Ok(vec![(Some(2), 1), (Some(4), 1), (None, 1)]));
    })
    .await;
}

#[tokio::test]
async fn a_ranking_is_filtered() {
    on_both(async |db| {
        let (_, run, [paper, machines, electronics]) = three_results(&db).await;
        let any = RankingFilter::default;
        let cases: [(RankingFilter, &[&RunResult]); 6] = [
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
                    industry: Some("C".into()),
                    band: Some(3),
                    ..any()
                },
                &[],
            ),
        ];
        for (filter, expected) in cases {
            let page = run::ranking(db.read(), &Scope::County, run.id, &filter, &first(9))
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

/// Sixty results: ties of three, and every fifth without a rank.
#[tokio::test]
async fn a_walk_through_a_ranking_visits_every_result_once() {
    on_both(async |db| {
        let county = county(&db).await;
        let methodology = county
            .sample
            .document(DocumentKind::Methodology, "integration-index", "1.0.0");
        let run = new_run(&county, methodology.document.id);
        let many = county.sample.enterprises(60);
        let members: Vec<_> = many.iter().map(|one| (one.id, ReturnId(county.sample.id()))).collect();
        let workbook = county.sample.blob('e');
        let revision = county.sample.revision(members[0].1, 1, &workbook.sha256);
        let results: Vec<RunResult> = (0_i32..)
            .zip(&many)
            .map(|(n, one)| {
                result(
                    &run,
                    one,
                    revision.id,
                    (n % 5 != 0).then_some(60 - n / 3 * 3),
                    Some(n % 4),
                )
            })
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
        run::insert_results(&txn, &results).await.unwrap();
        txn.commit().await.unwrap();
        let mut expected = results;
        expected.sort_by_key(|result| (result.rank.is_none(), result.rank, result.uscc.clone()));
        let expected: Vec<RankingRow> = expected.iter().map(row).collect();
        let list = async |page| run::ranking(db.read(), &Scope::County, run.id, &RankingFilter::default(), &page).await;
        for limit in [1, 7, 48, 60, 200] {
            assert_eq!(walk(limit, list).await, expected, "{limit} a page");
        }
        for limit in [5, 50] {
            assert_eq!(
                statements(&db, async || drop(list(first(limit)).await.unwrap())).await,
                1
            );
        }
        let distribution = run::distribution(db.read(), &Scope::County, run.id).await.unwrap();
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
        let again = run::insert_results(
            &txn,
            &[RunResult {
                detail: Value::Null,
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
            async |round: Option<RoundId>| walk(20, async |page| run::list_runs(db.read(), round, &page).await).await;
        assert_eq!(list(None).await, all);
        all.retain(|run| run.round == other.id);
        assert_eq!(list(Some(other.id)).await, all);
        for limit in [5, 50] {
            let sent = statements(&db, async || {
                drop(run::list_runs(db.read(), None, &first(limit)).await.unwrap());
            });
            assert_eq!(sent.await, 1);
        }
    })
    .await;
}
