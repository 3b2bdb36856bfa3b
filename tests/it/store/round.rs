//! Rounds and their populations.

use chrono::NaiveDate;
use ronghe::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        round::{Population, Round, RoundId, RoundProgress},
        survey_return::{EventDetail, ReturnEvent, ReturnId, ReturnState},
    },
    store::{StoreError, enterprise, round, survey_return},
};

use super::sample::{CHANGKOU, County, county, first, fuchun, statements, walk};
use crate::database::on_both;

#[tokio::test]
async fn a_round_comes_back_as_it_was() {
    on_both(async |db| {
        let County {
            sample,
            questionnaire,
            paper,
            machines,
            round: before,
            ..
        } = county(&db).await;
        let mut next = sample.round("2027", questionnaire);
        next.population = Population::List(vec![machines.id, paper.id]);
        next.previous = Some(before.id);
        let txn = db.begin_write().await.unwrap();
        round::insert_round(&txn, &next).await.unwrap();
        txn.commit().await.unwrap();
        for expected in [&before, &next] {
            assert_eq!(round::find_round(db.read(), expected.id).await.as_ref(), Ok(expected));
            let by_code = round::find_round_by_code(db.read(), &expected.code).await.unwrap();
            assert_eq!(by_code.as_ref(), Some(expected));
        }
        assert_eq!(
            round::find_round(db.read(), RoundId(sample.id())).await,
            Err(StoreError::NotFound)
        );
        assert_eq!(round::find_round_by_code(db.read(), "1999").await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_unique() {
    on_both(async |db| {
        let County {
            sample, questionnaire, ..
        } = county(&db).await;
        let txn = db.begin_write().await.unwrap();
        let again = round::insert_round(&txn, &sample.round("2026", questionnaire)).await;
        assert_eq!(again, Err(StoreError::Duplicate { what: "round_code" }));
    })
    .await;
}

#[tokio::test]
async fn a_round_is_changed_at_the_version_that_was_read() {
    on_both(async |db| {
        let County {
            sample,
            questionnaire,
            round: mut changed,
            ..
        } = county(&db).await;
        changed.closes_on = NaiveDate::from_ymd_opt(2026, 5, 15).unwrap();
        changed.title = "延期".into();
        let txn = db.begin_write().await.unwrap();
        assert_eq!(round::update_round(&txn, &changed, 1).await, Ok(2));
        let stale = round::update_round(&txn, &changed, 1).await;
        assert_eq!(stale, Err(StoreError::VersionConflict { current: 2 }));
        let stranger = sample.round("2030", questionnaire);
        assert_eq!(round::update_round(&txn, &stranger, 1).await, Err(StoreError::NotFound));
        changed.version = 2;
        assert_eq!(round::find_round(&txn, changed.id).await, Ok(changed));
    })
    .await;
}

#[tokio::test]
async fn rounds_are_listed_newest_first() {
    on_both(async |db| {
        let County {
            sample,
            questionnaire,
            round: oldest,
            ..
        } = county(&db).await;
        let mut all = vec![oldest];
        let txn = db.begin_write().await.unwrap();
        for year in 2027..2077 {
            let next = sample.round(&year.to_string(), questionnaire);
            round::insert_round(&txn, &next).await.unwrap();
            all.insert(0, next);
        }
        txn.commit().await.unwrap();
        let walked: Vec<Round> = walk(20, async |page| round::list_rounds(db.read(), &page).await).await;
        assert_eq!(walked, all);
        for limit in [5, 50] {
            let sent = statements(&db, async || {
                drop(round::list_rounds(db.read(), &first(limit)).await.unwrap());
            });
            assert_eq!(sent.await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn every_member_has_a_return_that_is_not_started() {
    on_both(async |db| {
        let county = county(&db).await;
        let ids = [county.paper.id, county.machines.id, county.electronics.id];
        assert_eq!(
            round::members(db.read(), &Scope::County, county.round.id).await,
            Ok(ids.to_vec())
        );
        assert_eq!(
            round::members(db.read(), &fuchun(), county.round.id).await,
            Ok(vec![county.paper.id])
        );
        let own = Scope::Enterprise(county.machines.id);
        assert_eq!(
            round::members(db.read(), &own, county.round.id).await,
            Ok(vec![county.machines.id])
        );
        let fresh = county.return_of(&db, &county.paper).await;
        assert_eq!(
            (fresh.state, fresh.revision_number, fresh.version),
            (ReturnState::NotStarted, 0, 1)
        );
        assert_eq!(
            (fresh.latest, fresh.accepted, fresh.block, fresh.warn),
            (None, None, 0, 0)
        );
        assert_eq!(fresh.updated_at, county.sample.now);
        let txn = db.begin_write().await.unwrap();
        let twice = [(county.paper.id, ReturnId(county.sample.id()))];
        let added = round::add_members(&txn, county.round.id, &twice, county.sample.now).await;
        assert_eq!(added, Err(StoreError::Duplicate { what: "round_member" }));
    })
    .await;
}

#[tokio::test]
async fn a_member_that_is_taken_out_keeps_its_return_and_counts_no_longer() {
    on_both(async |db| {
        let county = county(&db).await;
        let (round_id, paper) = (county.round.id, county.paper.id);
        let mut out = county.return_of(&db, &county.paper).await;
        let event = |number, from, to, sample: &super::sample::Sample| ReturnEvent {
            survey_return: out.id,
            number,
            from,
            to,
            revision: None,
            actor: "bureau".into(),
            at: sample.now,
            reason: Some("迁出".into()),
            detail: EventDetail::default(),
        };
        let events = [
            event(1, ReturnState::NotStarted, ReturnState::Removed, &county.sample),
            event(2, ReturnState::Removed, ReturnState::NotStarted, &county.sample),
            event(3, ReturnState::Draft, ReturnState::Removed, &county.sample),
        ];
        let txn = db.begin_write().await.unwrap();
        out.state = ReturnState::Removed;
        survey_return::update_return(&txn, &Scope::County, &out, 1)
            .await
            .unwrap();
        survey_return::insert_events(&txn, &Scope::County, &events)
            .await
            .unwrap();
        round::remove_members(&txn, round_id, &[paper]).await.unwrap();
        txn.commit().await.unwrap();
        let members = async || round::members(db.read(), &Scope::County, round_id).await.unwrap();
        assert!(!members().await.contains(&paper));
        let progress = round::progress(db.read(), &Scope::County, round_id).await.unwrap();
        assert_eq!((progress.population, progress.removed), (2, 1));
        let before = survey_return::states_before_removal(db.read(), &Scope::County, &[out.id]).await;
        assert_eq!(before.unwrap()[&out.id], ReturnState::Draft, "the last time counts");
        let txn = db.begin_write().await.unwrap();
        round::restore_members(&txn, round_id, &[paper]).await.unwrap();
        txn.commit().await.unwrap();
        assert!(members().await.contains(&paper));
    })
    .await;
}

#[tokio::test]
async fn progress_counts_what_the_scope_shows_in_one_statement() {
    on_both(async |db| {
        let County {
            sample, questionnaire, ..
        } = county(&db).await;
        let many = sample.enterprises(10);
        let asked = sample.round("2027", questionnaire);
        let members: Vec<(EnterpriseId, ReturnId)> = many.iter().map(|one| (one.id, ReturnId(sample.id()))).collect();
        let txn = db.begin_write().await.unwrap();
        enterprise::insert_enterprises(&txn, &Scope::County, &many)
            .await
            .unwrap();
        round::insert_round(&txn, &asked).await.unwrap();
        round::add_members(&txn, asked.id, &members, sample.now).await.unwrap();
        let states = [
            (0, ReturnState::Draft),
            (1, ReturnState::Submitted),
            (2, ReturnState::Submitted),
        ];
        let ended = [
            (3, ReturnState::Returned),
            (4, ReturnState::Accepted),
            (5, ReturnState::Accepted),
        ];
        for (n, state) in states.into_iter().chain(ended) {
            let id = members[n].1;
            let mut one = survey_return::find_return(&txn, &Scope::County, id).await.unwrap();
            one.state = state;
            survey_return::update_return(&txn, &Scope::County, &one, 1)
                .await
                .unwrap();
        }
        txn.commit().await.unwrap();
        let expected = RoundProgress {
            population: 10,
            not_started: 4,
            draft: 1,
            submitted: 2,
            returned: 1,
            accepted: 2,
            removed: 0,
        };
        for scope in [Scope::County, fuchun()] {
            let sent = statements(&db, async || {
                assert_eq!(round::progress(db.read(), &scope, asked.id).await, Ok(expected));
            });
            assert_eq!(sent.await, 1);
        }
        let elsewhere = Scope::Town(CHANGKOU.into());
        assert_eq!(
            round::progress(db.read(), &elsewhere, asked.id).await,
            Ok(RoundProgress::default())
        );
        let own = Scope::Enterprise(many[4].id);
        let one = RoundProgress {
            population: 1,
            accepted: 1,
            ..RoundProgress::default()
        };
        assert_eq!(round::progress(db.read(), &own, asked.id).await, Ok(one));
    })
    .await;
}
