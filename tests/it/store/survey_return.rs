//! Returns, revisions and blobs.

use chrono::Duration;
use ronghe::{
    domain::{
        access::Scope,
        enterprise::{Enterprise, EnterpriseId},
        revision::RevisionSummary,
        run::{GroupBy, RunInput},
        survey_return::{
            Correction, CorrectionOrigin, CorrectionState, EventDetail, Evidence, RecordedSubmission, ReturnEvent,
            ReturnFilter, ReturnId, ReturnRow, ReturnState, RevisionId, SentBack, Standing, SurveyReturn,
        },
    },
    store::{Database, StoreError, blob, enterprise, round, survey_return as returns},
};

use super::sample::{CHANGKOU, County, FUCHUN, FUYANG, county, first, fuchun, statements, walk};
use crate::database::on_both;

#[tokio::test]
async fn each_scope_sees_its_own_returns() {
    on_both(async |db| {
        let county = county(&db).await;
        let paper = county.return_of(&db, &county.paper).await;
        let machines = county.return_of(&db, &county.machines).await;
        let own = Scope::Enterprise(county.paper.id);
        for scope in [fuchun(), own] {
            assert_eq!(
                returns::find_return(db.read(), &scope, paper.id).await.as_ref(),
                Ok(&paper)
            );
            assert_eq!(
                returns::find_return(db.read(), &scope, machines.id).await,
                Err(StoreError::NotFound)
            );
            let of = async |id| {
                returns::find_return_of(db.read(), &scope, county.round.id, id)
                    .await
                    .unwrap()
            };
            assert_eq!(of(county.paper.id).await.as_ref(), Some(&paper));
            assert_eq!(of(county.machines.id).await, None);
            let listed = returns::list_returns(db.read(), &scope, &ReturnFilter::default(), &first(9))
                .await
                .unwrap();
            assert_eq!(listed.items, [row(&county.paper, paper.clone())]);
        }
        let unknown = ReturnId(county.sample.id());
        assert_eq!(
            returns::find_return(db.read(), &Scope::County, unknown).await,
            Err(StoreError::NotFound)
        );
    })
    .await;
}

fn row(enterprise: &Enterprise, survey_return: ronghe::domain::survey_return::SurveyReturn) -> ReturnRow {
    ReturnRow {
        survey_return,
        uscc: enterprise.facts.uscc.clone(),
        enterprise_name: enterprise.facts.name.clone(),
        area_code: enterprise.facts.area_code.clone(),
        industry_code: enterprise.facts.industry_code.clone(),
    }
}

#[tokio::test]
async fn a_return_is_changed_at_the_version_that_was_read_and_within_scope() {
    on_both(async |db| {
        let county = county(&db).await;
        let mut changed = county.return_of(&db, &county.paper).await;
        changed.state = ReturnState::Submitted;
        changed.latest = Some(RevisionId(county.sample.id()));
        changed.accepted = Some(RevisionId(county.sample.id()));
        changed.revision_number = 3;
        changed.block = 2;
        changed.warn = 5;
        changed.review.sent_back = Some(SentBack {
            reason: "请核对用电量".into(),
            actor: "town".into(),
            at: county.sample.now,
            revision: RevisionId(county.sample.id()),
            justifications: 2,
            unchanged: true,
        });
        changed.review.correction = Some(Correction {
            state: CorrectionState::Returned,
            origin: CorrectionOrigin::Bureau,
            reason: Some("用电量与供电公司数据不符".into()),
            due_on: county.sample.now.date_naive().succ_opt(),
            opened_by: "bureau".into(),
            opened_at: county.sample.now,
        });
        changed.review.submissions.push(RecordedSubmission {
            revision: RevisionId(county.sample.id()),
            evidence: Evidence {
                sha256: "e".repeat(64),
                filename: "封面.pdf".into(),
                media_type: "application/pdf".into(),
                size_bytes: 9,
            },
            signed_by: "王总".into(),
            signed_on: county.sample.now.date_naive(),
            recorded_by: "bureau".into(),
            recorded_at: county.sample.now,
        });
        changed.updated_at += Duration::microseconds(1);
        let txn = db.begin_write().await.unwrap();
        let foreign = returns::update_return(&txn, &Scope::Enterprise(county.machines.id), &changed, 1).await;
        assert_eq!(foreign, Err(StoreError::NotFound));
        assert_eq!(returns::update_return(&txn, &fuchun(), &changed, 1).await, Ok(2));
        let stale = returns::update_return(&txn, &fuchun(), &changed, 1).await;
        assert_eq!(stale, Err(StoreError::VersionConflict { current: 2 }));
        txn.commit().await.unwrap();
        changed.version = 2;
        assert_eq!(county.return_of(&db, &county.paper).await, changed);
    })
    .await;
}

#[tokio::test]
async fn returns_are_changed_together_or_not_at_all() {
    on_both(async |db| {
        let county = county(&db).await;
        let changed = async || {
            let mut both = [
                county.return_of(&db, &county.paper).await,
                county.return_of(&db, &county.machines).await,
            ];
            for (survey_return, warn) in both.iter_mut().zip(1..) {
                survey_return.warn = warn;
            }
            both
        };
        let update = async |scope: Scope, returns: &mut [SurveyReturn]| {
            let txn = db.begin_write().await.unwrap();
            let mut returns: Vec<&mut SurveyReturn> = returns.iter_mut().collect();
            returns::update_returns(&txn, &scope, &mut returns).await?;
            txn.commit().await
        };
        let mut both = changed().await;
        assert_eq!(
            update(fuchun(), &mut both).await,
            Err(StoreError::NotFound),
            "one is of another town"
        );
        let mut both = changed().await;
        both[1].version = 7;
        let stale = update(Scope::County, &mut both).await;
        assert_eq!(stale, Err(StoreError::VersionConflict { current: 1 }));
        assert_eq!(county.return_of(&db, &county.paper).await.warn, 0, "nothing was kept");
        let mut both = changed().await;
        update(Scope::County, &mut both).await.unwrap();
        assert_eq!(both.each_ref().map(|survey_return| survey_return.version), [2, 2]);
        for (survey_return, enterprise) in both.iter().zip([&county.paper, &county.machines]) {
            assert_eq!(&county.return_of(&db, enterprise).await, survey_return);
        }
        update(Scope::County, &mut []).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn returns_are_filtered_by_everything_a_reviewer_asks() {
    on_both(async |db| {
        let county = county(&db).await;
        county.accept(&db, &county.machines).await;
        open_correction(&db, &county).await;
        let filter = ReturnFilter::default;
        let other_round = ronghe::domain::round::RoundId(county.sample.id());
        let cases: [(ReturnFilter, &[&Enterprise]); 11] = [
            (filter(), &[&county.paper, &county.machines, &county.electronics]),
            (
                ReturnFilter {
                    round: Some(county.round.id),
                    ..filter()
                },
                &[&county.paper, &county.machines, &county.electronics],
            ),
            (
                ReturnFilter {
                    round: Some(other_round),
                    ..filter()
                },
                &[],
            ),
            (
                ReturnFilter {
                    states: vec![ReturnState::Accepted],
                    ..filter()
                },
                &[&county.machines],
            ),
            (
                ReturnFilter {
                    states: vec![ReturnState::Draft, ReturnState::Submitted],
                    ..filter()
                },
                &[],
            ),
            (
                ReturnFilter {
                    corrections: vec![CorrectionState::Open, CorrectionState::Submitted],
                    ..filter()
                },
                &[&county.machines],
            ),
            (
                ReturnFilter {
                    corrections: vec![CorrectionState::Submitted],
                    ..filter()
                },
                &[],
            ),
            (
                ReturnFilter {
                    area: Some(CHANGKOU.into()),
                    ..filter()
                },
                &[&county.machines],
            ),
            (
                ReturnFilter {
                    enterprise: Some(county.paper.id),
                    ..filter()
                },
                &[&county.paper],
            ),
            (
                ReturnFilter {
                    search: Some("造纸厂".into()),
                    ..filter()
                },
                &[&county.paper],
            ),
            (
                ReturnFilter {
                    round: Some(county.round.id),
                    states: vec![ReturnState::NotStarted, ReturnState::Accepted],
                    area: Some(FUYANG.into()),
                    search: Some("电子".into()),
                    ..filter()
                },
                &[&county.electronics],
            ),
        ];
        for (filter, expected) in cases {
            let page = returns::list_returns(db.read(), &Scope::County, &filter, &first(9))
                .await
                .unwrap();
            let found: Vec<EnterpriseId> = page.items.iter().map(|row| row.survey_return.enterprise).collect();
            assert_eq!(
                found,
                expected.iter().map(|one| one.id).collect::<Vec<_>>(),
                "{filter:?}"
            );
        }
    })
    .await;
}

/// A correction of the accepted return of the machine works, announced and nothing more.
async fn open_correction(db: &Database, county: &County) {
    let mut accepted = county.return_of(db, &county.machines).await;
    accepted.review.correction = Some(Correction {
        state: CorrectionState::Open,
        origin: CorrectionOrigin::Enterprise,
        reason: None,
        due_on: None,
        opened_by: "filler".into(),
        opened_at: county.sample.now,
    });
    let txn = db.begin_write().await.unwrap();
    let version = accepted.version;
    returns::update_return(&txn, &Scope::County, &accepted, version)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn a_correction_stands_beside_the_revision_in_force_which_runs_use() {
    on_both(async |db| {
        let county = county(&db).await;
        let in_force = county.accept(&db, &county.machines).await;
        open_correction(&db, &county).await;
        let mut correcting = county.return_of(&db, &county.machines).await;
        let next = county.sample.revision(correcting.id, 2, &in_force.blob_sha256);
        let txn = db.begin_write().await.unwrap();
        returns::insert_revision(&txn, &Scope::County, &next).await.unwrap();
        correcting.latest = Some(next.id);
        let version = correcting.version;
        returns::update_return(&txn, &Scope::County, &correcting, version)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let found = county.return_of(&db, &county.machines).await;
        assert_eq!(found.standing(), Standing::correcting(CorrectionState::Open));
        assert_eq!((found.accepted, found.latest), (Some(in_force.id), Some(next.id)));
        let conn = db.read();
        let inputs = returns::accepted_inputs(conn, &Scope::County, county.round.id, None).await;
        let revisions = inputs.unwrap().into_iter().map(|input| input.revision);
        assert_eq!(revisions.collect::<Vec<_>>(), [in_force.id]);
        let progress = round::progress(conn, &Scope::County, county.round.id).await.unwrap();
        assert_eq!(progress.accepted, 1, "it counts as accepted");
        let both = returns::find_revisions(conn, &Scope::County, &[next.id, in_force.id]).await;
        assert_eq!(both.unwrap().into_keys().collect::<Vec<_>>(), [in_force.id, next.id]);
        let hidden = returns::find_revisions(conn, &fuchun(), &[next.id]).await;
        assert!(hidden.unwrap().is_empty(), "within scope");
    })
    .await;
}

#[tokio::test]
async fn a_walk_visits_every_return_once_in_one_statement_a_page() {
    on_both(async |db| {
        let County {
            sample, round: asked, ..
        } = county(&db).await;
        let many = sample.enterprises(60);
        let members: Vec<_> = many.iter().map(|one| (one.id, ReturnId(sample.id()))).collect();
        let txn = db.begin_write().await.unwrap();
        enterprise::insert_enterprises(&txn, &Scope::County, &many)
            .await
            .unwrap();
        round::add_members(&txn, asked.id, &members, sample.now).await.unwrap();
        txn.commit().await.unwrap();
        let filter = ReturnFilter {
            round: Some(asked.id),
            area: Some(FUYANG.into()),
            ..ReturnFilter::default()
        };
        let list = async |page| returns::list_returns(db.read(), &Scope::County, &filter, &page).await;
        for limit in [1, 8, 63, 200] {
            let walked = walk(limit, list).await;
            assert_eq!(walked.len(), 63);
            assert!(
                walked.is_sorted_by(|a, b| a.uscc < b.uscc),
                "by credit code, none twice"
            );
        }
        for limit in [5, 50] {
            assert_eq!(
                statements(&db, async || drop(list(first(limit)).await.unwrap())).await,
                1
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_revision_comes_back_exactly() {
    on_both(async |db| {
        let county = county(&db).await;
        let revision = county.accept(&db, &county.paper).await;
        let found = returns::find_revision(db.read(), &Scope::County, revision.id)
            .await
            .unwrap();
        assert_eq!(found, revision);
        let same =
            |value: &dyn Fn(&ronghe::domain::survey_return::Revision) -> String| value(&found) == value(&revision);
        assert!(
            same(&|revision| serde_json::to_string(&revision.answers).unwrap()),
            "the same bytes again"
        );
        assert!(same(&|revision| serde_json::to_string(&revision.provenance).unwrap()));
        assert!(same(&|revision| serde_json::to_string(&revision.findings).unwrap()));
    })
    .await;
}

#[tokio::test]
async fn revisions_are_found_within_scope_only() {
    on_both(async |db| {
        let county = county(&db).await;
        let survey_return = county.return_of(&db, &county.paper).await.id;
        let [first_blob, second_blob] = [county.sample.blob('1'), county.sample.blob('2')];
        let [one, two, three] = [
            county.sample.revision(survey_return, 1, &first_blob.sha256),
            county.sample.revision(survey_return, 2, &second_blob.sha256),
            county.sample.revision(survey_return, 3, &first_blob.sha256),
        ];
        let txn = db.begin_write().await.unwrap();
        for known in [&first_blob, &second_blob, &first_blob] {
            blob::record_blob(&txn, known).await.unwrap();
        }
        for revision in [&one, &two, &three] {
            returns::insert_revision(&txn, &fuchun(), revision).await.unwrap();
        }
        txn.commit().await.unwrap();
        let conn = db.read();
        for scope in [Scope::County, fuchun(), Scope::Enterprise(county.paper.id)] {
            assert_eq!(returns::find_revision(conn, &scope, two.id).await.as_ref(), Ok(&two));
            let newest = returns::find_revision_by_blob(conn, &scope, survey_return, &first_blob.sha256)
                .await
                .unwrap();
            assert_eq!(newest.as_ref(), Some(&three), "the newest of the same workbook");
            assert_eq!(
                returns::find_revision_by_blob(conn, &scope, survey_return, "none").await,
                Ok(None)
            );
            let listed = returns::revisions_of(conn, &scope, survey_return).await.unwrap();
            assert_eq!(listed, [&one, &two, &three].map(summary));
        }
        for scope in [Scope::Town(CHANGKOU.into()), Scope::Enterprise(county.machines.id)] {
            assert_eq!(
                returns::find_revision(conn, &scope, two.id).await,
                Err(StoreError::NotFound)
            );
            let other = returns::find_revision_by_blob(conn, &scope, survey_return, &first_blob.sha256).await;
            assert_eq!(other, Ok(None));
            assert_eq!(returns::revisions_of(conn, &scope, survey_return).await, Ok(vec![]));
        }
    })
    .await;
}

fn summary(revision: &ronghe::domain::survey_return::Revision) -> RevisionSummary {
    RevisionSummary {
        id: revision.id,
        survey_return: revision.survey_return,
        number: revision.number,
        blob_sha256: revision.blob_sha256.clone(),
        filename: revision.filename.clone(),
        created_by: revision.created_by.clone(),
        created_at: revision.created_at,
        import: revision.import,
    }
}

#[tokio::test]
async fn revisions_are_added_within_scope_once_and_with_a_known_blob() {
    on_both(async |db| {
        let county = county(&db).await;
        let revision = county.accept(&db, &county.paper).await;
        let add = async |scope: Scope, number, blob: &str| {
            let txn = db.begin_write().await.unwrap();
            let new = county.sample.revision(revision.survey_return, number, blob);
            returns::insert_revision(&txn, &scope, &new).await
        };
        let known = revision.blob_sha256.as_str();
        assert_eq!(add(fuchun(), 2, known).await, Ok(()));
        assert_eq!(
            add(Scope::Town(CHANGKOU.into()), 2, known).await,
            Err(StoreError::NotFound)
        );
        assert_eq!(
            add(Scope::Enterprise(county.machines.id), 2, known).await,
            Err(StoreError::NotFound)
        );
        let duplicate = Err(StoreError::Duplicate {
            what: "revision_number",
        });
        assert_eq!(add(Scope::County, 1, known).await, duplicate);
        assert_eq!(
            add(Scope::County, 2, &"f".repeat(64)).await,
            Err(StoreError::Referenced)
        );
    })
    .await;
}

#[tokio::test]
async fn a_blob_is_recorded_once() {
    on_both(async |db| {
        let sample = county(&db).await.sample;
        let known = sample.blob('9');
        let mut again = known.clone();
        again.created_at += Duration::days(1);
        let txn = db.begin_write().await.unwrap();
        blob::record_blob(&txn, &known).await.unwrap();
        blob::record_blob(&txn, &again).await.unwrap();
        txn.commit().await.unwrap();
        assert_eq!(blob::find_blob(db.read(), &known.sha256).await, Ok(Some(known)));
        assert_eq!(blob::find_blob(db.read(), "none").await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn the_history_of_a_return_is_kept_in_order() {
    on_both(async |db| {
        let county = county(&db).await;
        let revision = county.accept(&db, &county.paper).await;
        let event = |number, from, to, reason: Option<&str>| ReturnEvent {
            survey_return: revision.survey_return,
            number,
            from,
            to,
            revision: (number > 1).then_some(revision.id),
            actor: "wang".into(),
            at: county.sample.now + Duration::seconds(i64::from(number)),
            reason: reason.map(Into::into),
            detail: EventDetail {
                step: "submit".into(),
                unchanged: number == 2,
                correction: (number == 3).then_some(CorrectionState::Open),
                due_on: county.sample.now.date_naive().succ_opt(),
                submission: None,
            },
        };
        let history = [
            event(1, ReturnState::NotStarted, ReturnState::Draft, None),
            event(2, ReturnState::Draft, ReturnState::Submitted, None),
            event(3, ReturnState::Submitted, ReturnState::Returned, Some("F03 请核实")),
        ];
        let txn = db.begin_write().await.unwrap();
        for event in history.iter().rev() {
            returns::insert_event(&txn, &fuchun(), event).await.unwrap();
        }
        let stranger = returns::insert_event(&txn, &Scope::Enterprise(county.machines.id), &history[0]).await;
        assert_eq!(stranger, Err(StoreError::NotFound));
        txn.commit().await.unwrap();
        for scope in [Scope::County, fuchun(), Scope::Enterprise(county.paper.id)] {
            let found = returns::events_of(db.read(), &scope, revision.survey_return).await;
            assert_eq!(found.as_deref(), Ok(history.as_slice()));
        }
        let other = Scope::Town(CHANGKOU.into());
        assert_eq!(
            returns::events_of(db.read(), &other, revision.survey_return).await,
            Ok(vec![])
        );
        let txn = db.begin_write().await.unwrap();
        let again = returns::insert_event(&txn, &Scope::County, &history[0]).await;
        assert_eq!(again, Err(StoreError::Duplicate { what: "event_number" }));
    })
    .await;
}

#[tokio::test]
async fn a_run_takes_the_revisions_in_force_in_one_statement() {
    on_both(async |db| {
        let county = county(&db).await;
        let conn = db.read();
        let round = county.round.id;
        assert_eq!(
            returns::accepted_inputs(conn, &Scope::County, round, None).await,
            Ok(vec![])
        );
        let machines = county.accept(&db, &county.machines).await;
        let paper = county.accept(&db, &county.paper).await;
        let accepted = |enterprise: &Enterprise, revision: &ronghe::domain::survey_return::Revision| RunInput {
            enterprise: enterprise.id,
            uscc: enterprise.facts.uscc.clone(),
            name: enterprise.facts.name.clone(),
            area_code: enterprise.facts.area_code.clone(),
            industry_code: enterprise.facts.industry_code.clone(),
            size_class: enterprise.size_class.clone(),
            revision: revision.id,
            blob_sha256: revision.blob_sha256.clone(),
            previous: None,
        };
        let expected = [accepted(&county.paper, &paper), accepted(&county.machines, &machines)];
        let sent = statements(&db, async || {
            let found = returns::accepted_inputs(conn, &Scope::County, round, None)
                .await
                .unwrap();
            assert_eq!(found, expected, "by credit code");
        });
        assert_eq!(sent.await, 1);
        assert_eq!(
            returns::accepted_inputs(conn, &fuchun(), round, None).await.as_deref(),
            Ok(&expected[..1])
        );
        // As if the round before were this one.
        let again = returns::accepted_inputs(conn, &Scope::County, round, Some(round))
            .await
            .unwrap();
        assert_eq!(
            again.iter().map(|input| input.previous).collect::<Vec<_>>(),
            [Some(paper.id), Some(machines.id)]
        );
        let ids = [paper.id, machines.id];
        let contents = async |scope: &Scope| returns::contents_of(conn, scope, &ids).await.unwrap();
        assert_eq!(contents(&Scope::County).await.len(), 2);
        let own = contents(&fuchun()).await;
        assert_eq!(own.keys().collect::<Vec<_>>(), [&paper.id], "within scope");
        assert_eq!(
            (&own[&paper.id].answers, &own[&paper.id].claims),
            (&paper.answers, &paper.claims)
        );
        let sent = statements(&db, async || drop(contents(&Scope::County).await));
        assert_eq!(sent.await, 1);
        let answers = async |scope: &Scope, enterprise: &Enterprise| {
            let found = returns::accepted_answers_of(conn, scope, round, &[enterprise.id]).await;
            found.unwrap().remove(&enterprise.id)
        };
        assert_eq!(answers(&fuchun(), &county.paper).await.as_ref(), Some(&paper.answers));
        assert_eq!(answers(&fuchun(), &county.machines).await, None, "not its own");
        assert_eq!(
            answers(&Scope::County, &county.electronics).await,
            None,
            "nothing accepted yet"
        );
    })
    .await;
}

#[tokio::test]
async fn who_has_handed_in_is_counted_in_groups() {
    on_both(async |db| {
        let county = county(&db).await;
        county.accept(&db, &county.paper).await;
        // What was accepted has been handed in, even while a correction of it is under way.
        let mut corrected = county.return_of(&db, &county.paper).await;
        corrected.state = ReturnState::Draft;
        let mut submitted = county.return_of(&db, &county.machines).await;
        submitted.state = ReturnState::Submitted;
        let txn = db.begin_write().await.unwrap();
        for changed in [&corrected, &submitted] {
            returns::update_return(&txn, &Scope::County, changed, changed.version)
                .await
                .unwrap();
        }
        txn.commit().await.unwrap();
        let check = async |scope: &Scope, by: GroupBy, expected: &[(&str, u64, u64)]| {
            let found = returns::response(db.read(), scope, county.round.id, by).await.unwrap();
            let found = found.iter().map(|group| (&*group.key, group.asked, group.handed_in));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{by:?}");
        };
        let areas = [(FUYANG, 1, 0), (FUCHUN, 1, 1), (CHANGKOU, 1, 1)];
        check(&Scope::County, GroupBy::Area, &areas).await;
        check(&fuchun(), GroupBy::Area, &areas[1..2]).await;
        check(
            &Scope::County,
            GroupBy::Industry { length: 1 },
            &[("C", 2, 2), ("I", 1, 0)],
        )
        .await;
        // One has no size class.
        check(&Scope::County, GroupBy::SizeClass, &[("", 1, 1), ("medium", 2, 1)]).await;
    })
    .await;
}
