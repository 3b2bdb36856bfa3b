//! Adding enterprises to a round and taking them out: one or many, each with its outcome, all with one reason. Nothing is lost:
//! the return of an enterprise that is taken out stays, and stands again as it stood once the enterprise is put back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::named::{Named, NamedOne, find_named};
use crate::{
    domain::{
        access::{Principal, Scope},
        enterprise::{Enterprise, EnterpriseId},
        return_step::ReturnStep,
        round::RoundId,
        survey_return::{EventDetail, ReturnEvent, ReturnId, ReturnState, SurveyReturn},
    },
    service::{
        Service,
        access::permission::Action,
        error::{Fault, ServiceError, codes},
        returns::steps::{By, Taken, take},
    },
    store,
    store::db::{Connection, WriteTxn},
};

/// What is done to enterprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// They are asked from now on.
    Add,
    /// They are asked no longer.
    Remove {
        /// Those that have handed in something too.
        including_answered: bool,
    },
}

/// A change of who is asked.
pub struct ChangeRequest {
    /// What is done.
    pub change: MemberChange,
    /// To whom.
    pub named: Named,
    /// Why; kept with every return.
    pub reason: String,
    /// Report only, write nothing.
    pub dry_run: bool,
}

/// What became of each enterprise.
pub struct MemberReport {
    /// In the order of the list, or by credit code.
    pub outcomes: Vec<MemberOutcome>,
}

impl MemberReport {
    /// How many had this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.iter().filter(|one| one.outcome == outcome).count()
    }
}

/// What became of an enterprise.
pub struct MemberOutcome {
    /// Row of the list, where there is one.
    pub row: Option<usize>,
    /// The enterprise, where it is known.
    pub enterprise: Option<EnterpriseId>,
    /// Credit code as the registry has it, or as written.
    pub uscc: String,
    /// Name as the registry has it, or as written.
    pub name: String,
    /// Its return, where it has one.
    pub survey_return: Option<ReturnId>,
    /// Outcome.
    pub outcome: Outcome,
    /// Why it was refused.
    pub fault: Option<Box<Fault>>,
}

/// Outcome for an enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is asked from now on and has a return.
    Added,
    /// It was taken out before and is asked again; its return stands as it stood.
    Restored,
    /// It is asked no longer.
    Removed,
    /// It already was as wanted.
    Unchanged,
    /// Nothing was done.
    Refused,
}

/// Adds enterprises to a round or takes them out.
pub async fn change_members(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    request: ChangeRequest,
) -> Result<MemberReport, ServiceError> {
    caller.may(Action::ChangeMembers)?;
    let reason = request.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > 2000 {
        let fault = Fault::at("/reason", codes::rounds::MEMBER_REASON);
        return Err(ServiceError::new(codes::rounds::INVALID_MEMBERS).with_faults([fault]));
    }
    store::round::find_round(service.db.read(), round).await?;
    let named = find_named(service, caller, request.named).await?;
    if request.dry_run {
        let (report, _) = decide(service, service.db.read(), round, named, request.change).await?;
        return Ok(report);
    }
    let txn = service.db.begin_write().await?;
    let (report, plan) = decide(service, &txn, round, named, request.change).await?;
    let by = Recorded {
        caller,
        reason: &reason,
    };
    by.write(service, &txn, round, plan).await?;
    txn.commit().await?;
    service.round_figures.changed(round);
    Ok(report)
}

/// What is to be written.
#[derive(Default)]
struct Plan {
    added: Vec<(EnterpriseId, ReturnId)>,
    restored: Vec<SurveyReturn>,
    removed: Vec<SurveyReturn>,
}

async fn decide(
    service: &Service,
    conn: &impl Connection,
    round: RoundId,
    named: Vec<NamedOne>,
    change: MemberChange,
) -> Result<(MemberReport, Plan), ServiceError> {
    let ids: Vec<EnterpriseId> = named
        .iter()
        .filter_map(|one| Some(one.found.as_ref().ok()?.id))
        .collect();
    let returns = store::survey_return::find_returns_of(
        conn,
        &Scope::whole_county("who is asked in a round is changed for the whole county"),
        round,
        &ids,
    )
    .await?;
    let mut returns: BTreeMap<EnterpriseId, SurveyReturn> = returns
        .into_iter()
        .map(|(id, (survey_return, _))| (id, survey_return))
        .collect();
    let mut plan = Plan::default();
    let outcomes = named.into_iter().map(|one| match one.found {
        Err(fault) => MemberOutcome {
            row: one.row,
            enterprise: None,
            uscc: one.uscc,
            name: one.name,
            survey_return: None,
            outcome: Outcome::Refused,
            fault: Some(fault),
        },
        Ok(enterprise) => {
            let survey_return = returns.remove(&enterprise.id);
            let id = survey_return.as_ref().map(|survey_return| survey_return.id);
            let decided = match change {
                MemberChange::Add => plan.add(service, &enterprise, survey_return),
                MemberChange::Remove { including_answered } => plan.remove(survey_return, including_answered),
            };
            let (outcome, fault) = match decided {
                Ok(outcome) => (outcome, None),
                Err(fault) => (Outcome::Refused, Some(fault)),
            };
            let new = plan.added.last().filter(|(added, _)| *added == enterprise.id);
            MemberOutcome {
                row: one.row,
                survey_return: id.or(new.map(|(_, id)| *id)),
                enterprise: Some(enterprise.id),
                uscc: enterprise.facts.uscc,
                name: enterprise.facts.name,
                outcome,
                fault,
            }
        }
    });
    let report = MemberReport {
        outcomes: outcomes.collect(),
    };
    Ok((report, plan))
}

impl Plan {
    fn add(
        &mut self,
        service: &Service,
        enterprise: &Enterprise,
        survey_return: Option<SurveyReturn>,
    ) -> Result<Outcome, Box<Fault>> {
        match survey_return {
            Some(asked) if asked.state != ReturnState::Removed => Ok(Outcome::Unchanged),
            _ if !enterprise.facts.active => Err(Box::new(Fault::at("", codes::rounds::MEMBER_INACTIVE))),
            Some(removed) => {
                self.restored.push(removed);
                Ok(Outcome::Restored)
            }
            None => {
                self.added.push((enterprise.id, ReturnId(service.next_id())));
                Ok(Outcome::Added)
            }
        }
    }

    fn remove(&mut self, survey_return: Option<SurveyReturn>, including_answered: bool) -> Result<Outcome, Box<Fault>> {
        let Some(asked) = survey_return.filter(|asked| asked.state != ReturnState::Removed) else {
            return Ok(Outcome::Unchanged);
        };
        if asked.latest.is_some() && !including_answered {
            let (zh, en) = stands_as(asked.state);
            return Err(Box::new(Fault::saying(
                "",
                codes::rounds::MEMBER_HAS_RETURN,
                format!(
                    "该企业本期填报表{zh}，没有移出。确需移出的，请加 including_answered=true：已报数据保留备查，不再计入进度和测算。"
                ),
                format!(
                    "The return of this enterprise is {en} and it was not taken out. To take it out all the same, say including_answered=true: its data stays on record and no longer counts."
                ),
            )));
        }
        self.removed.push(asked);
        Ok(Outcome::Removed)
    }
}

/// A state as people call it.
fn stands_as(state: ReturnState) -> (&'static str, &'static str) {
    match state {
        ReturnState::NotStarted => ("尚未填报", "not started"),
        ReturnState::Draft => ("已暂存", "a draft"),
        ReturnState::Submitted => ("已提交", "submitted"),
        ReturnState::Returned => ("已退回", "sent back"),
        ReturnState::Accepted => ("已审核通过", "accepted"),
        ReturnState::Removed => ("已移出", "removed"),
    }
}

/// Who changes it, and why.
struct Recorded<'a> {
    caller: &'a Principal,
    reason: &'a str,
}

impl Recorded<'_> {
    async fn write(&self, service: &Service, txn: &WriteTxn, round: RoundId, plan: Plan) -> Result<(), ServiceError> {
        let scope = Scope::whole_county("who is asked in a round is changed for the whole county");
        let now = service.now();
        let changed = || plan.restored.iter().chain(&plan.removed).map(|one| one.id);
        let ids: Vec<ReturnId> = changed().collect();
        let so_far = store::survey_return::last_event_numbers(txn, &scope, &ids).await?;
        let before = store::survey_return::states_before_removal(txn, &scope, &ids).await?;
        store::round::add_members(txn, round, &plan.added, now).await?;
        let mut events: Vec<ReturnEvent> = plan.added.iter().map(|(_, id)| self.added(*id, now)).collect();
        let restored: Vec<EnterpriseId> = plan.restored.iter().map(|one| one.enterprise).collect();
        let removed: Vec<EnterpriseId> = plan.removed.iter().map(|one| one.enterprise).collect();
        let mut returns: Vec<SurveyReturn> = plan.restored.into_iter().chain(plan.removed).collect();
        let by = By {
            name: &self.caller.name,
            role: self.caller.role,
            at: now,
        };
        for survey_return in &mut returns {
            let id = survey_return.id;
            let step = match survey_return.state {
                ReturnState::Removed => {
                    let state = before.get(&id).copied();
                    ReturnStep::Restore(state.ok_or_else(|| ServiceError::internal("removed without an event"))?)
                }
                _ => ReturnStep::Remove,
            };
            let taken = Taken {
                reason: Some(self.reason.to_owned()),
                ..Taken::plain(step)
            };
            events.push(take(survey_return, &by, taken, so_far.get(&id).copied().unwrap_or(0))?);
        }
        store::survey_return::update_returns(txn, &scope, &mut returns.iter_mut().collect::<Vec<_>>()).await?;
        store::round::restore_members(txn, round, &restored).await?;
        store::round::remove_members(txn, round, &removed).await?;
        store::survey_return::insert_events(txn, &scope, &events).await?;
        Ok(())
    }

    /// The first event of a return that did not exist before.
    fn added(&self, id: ReturnId, at: DateTime<Utc>) -> ReturnEvent {
        ReturnEvent {
            survey_return: id,
            number: 1,
            from: ReturnState::NotStarted,
            to: ReturnState::NotStarted,
            revision: None,
            actor: self.caller.name.clone(),
            at,
            reason: Some(self.reason.to_owned()),
            detail: EventDetail::default(),
        }
    }
}
