//! What the returns of a round are compared with: each other. Kept in memory, refreshed from the store.
//!
//! Edit rules of the macro class ask whether a return equals another, or stands out among its industry. Comparing needs
//! a few bytes of every return, not its documents; they are read once and afterwards only where a return has changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use chrono::{DateTime, Duration, Utc};
use survey::{
    answer::Answers,
    survey::{Neighbour, Neighbours, RoundContext, Survey},
};

use crate::{
    domain::{
        access::Scope,
        revision::ReturnChange,
        round::{Round, RoundId},
        survey_return::ReturnId,
    },
    service::{blocking::blocking, documents::form::Form, error::ServiceError},
    store,
    store::db::Database,
};

/// Another process may commit a change after a later one has been seen: changes are looked for this far back.
const OVERLAP: Duration = Duration::seconds(15);
/// What another process has changed is seen after this long.
const PATIENCE: Duration = Duration::seconds(30);

/// The figures of every round that a return was checked in.
#[derive(Default)]
pub struct RoundFigures {
    rounds: Mutex<BTreeMap<RoundId, Arc<Figures>>>,
}

/// The figures of one round.
#[derive(Default)]
struct Figures {
    /// Held while the store is asked, so that it is asked once.
    refreshing: tokio::sync::Mutex<()>,
    neighbours: RwLock<Neighbours<ReturnId>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The version in which each return was read.
    seen: BTreeMap<ReturnId, i64>,
    /// The latest change that was read.
    newest: Option<DateTime<Utc>>,
    /// When the store was asked last; absent once something has changed here since.
    asked_at: Option<DateTime<Utc>>,
}

/// The rest of a round as one of its returns sees it.
#[derive(Clone)]
pub struct RoundView {
    figures: Arc<Figures>,
    own: ReturnId,
    industry: Option<String>,
}

impl RoundFigures {
    /// The round as this return sees it, with all changes that the store knows of.
    pub(crate) async fn view(
        &self,
        db: &Database,
        round: &Round,
        form: &Arc<Form>,
        own: ReturnId,
        now: DateTime<Utc>,
    ) -> Result<RoundView, ServiceError> {
        let figures = lock(&self.rounds).entry(round.id).or_default().clone();
        figures.refresh(db, round.id, form, now).await?;
        Ok(RoundView {
            figures,
            own,
            industry: None,
        })
    }

    /// A return of the round has changed.
    pub(crate) fn changed(&self, round: RoundId) {
        if let Some(figures) = lock(&self.rounds).get(&round) {
            lock(&figures.state).asked_at = None;
        }
    }
}

impl Figures {
    async fn refresh(
        &self,
        db: &Database,
        round: RoundId,
        form: &Arc<Form>,
        now: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let _one_at_a_time = self.refreshing.lock().await;
        let since = {
            let mut state = lock(&self.state);
            if state.asked_at.is_some_and(|asked_at| now - asked_at < PATIENCE) {
                return Ok(());
            }
            // Whatever changes from here on is seen by the next refresh.
            state.asked_at = Some(now);
            state.newest.map(|newest| newest - OVERLAP)
        };
        let refreshed = self.read_changes(db, round, form, since).await;
        if refreshed.is_err() {
            lock(&self.state).asked_at = None;
        }
        refreshed
    }

    async fn read_changes(
        &self,
        db: &Database,
        round: RoundId,
        form: &Arc<Form>,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), ServiceError> {
        let changes = store::survey_return::changes_of(
            db.read(),
            &Scope::whole_county("a return is compared with all returns of its round"),
            round,
            since,
        )
        .await?;
        let changed: Vec<ReturnChange> = {
            let state = lock(&self.state);
            let is_new = |change: &ReturnChange| state.seen.get(&change.id) != Some(&change.version);
            changes.into_iter().filter(is_new).collect()
        };
        for chunk in changed.chunks(store::survey_return::COMPARED_AT_ONCE) {
            let ids: BTreeSet<ReturnId> = chunk.iter().map(|change| change.id).collect();
            let rows = store::survey_return::compared_returns(
                db.read(),
                &Scope::whole_county("a return is compared with all returns of its round"),
                &ids,
            )
            .await?;
            let form = form.clone();
            let neighbours = blocking(move || {
                // A return that was taken out of the round is compared with nobody: an empty one stands in its place.
                let found: BTreeSet<ReturnId> = rows.iter().map(|row| row.id).collect();
                let nothing = || Neighbour {
                    print: form.survey.fingerprint(&Answers::new()),
                    accepted: None,
                };
                let gone = ids.difference(&found).map(|id| (*id, nothing()));
                let gone = gone.collect::<Vec<_>>();
                Ok(rows
                    .into_iter()
                    .map(|row| {
                        let accepted = row.accepted.map(|answers| {
                            let evaluation = form.survey.evaluate(&answers, &RoundContext::new(), None);
                            form.survey.peer_figures(&row.industry_code, &evaluation)
                        });
                        let print = form.survey.fingerprint(&row.latest);
                        (row.id, Neighbour { print, accepted })
                    })
                    .chain(gone)
                    .collect::<Vec<_>>())
            })
            .await?;
            {
                let mut kept = self.neighbours.write().unwrap_or_else(PoisonError::into_inner);
                for (id, neighbour) in neighbours {
                    kept.put(id, neighbour);
                }
            }
            let mut state = lock(&self.state);
            state
                .seen
                .extend(chunk.iter().map(|change| (change.id, change.version)));
            state.newest = state.newest.max(chunk.iter().map(|change| change.updated_at).max());
        }
        Ok(())
    }
}

impl RoundView {
    /// Seen by an enterprise of this industry.
    #[must_use]
    pub(crate) fn of(mut self, industry: &str) -> Self {
        self.industry = Some(industry.to_owned());
        self
    }

    /// The round context of these answers.
    pub(crate) fn context(&self, survey: &Survey, answers: &Answers, previous: Option<&Answers>) -> RoundContext {
        let neighbours = self.figures.neighbours.read().unwrap_or_else(PoisonError::into_inner);
        let others = neighbours.others(&self.own);
        survey.context(answers, previous, self.industry.as_deref(), Some(others))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
