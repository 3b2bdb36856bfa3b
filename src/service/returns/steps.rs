//! The record of every step of a return.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        access::{Principal, Role},
        return_step::{ReturnStep, StepRefused},
        survey_return::{
            Correction, CorrectionOrigin, CorrectionState, EventDetail, ReturnEvent, ReturnState, Revision, Standing,
            SurveyReturn,
        },
    },
    service::{Service, error::ServiceError},
    store,
    store::db::WriteTxn,
};

/// A step, with what is said of it.
pub(crate) struct Taken {
    pub(crate) step: ReturnStep,
    /// Why, where a reason is asked for.
    pub(crate) reason: Option<String>,
    pub(crate) detail: EventDetail,
}

impl Taken {
    /// A step of which nothing more is to be said.
    pub(crate) fn plain(step: ReturnStep) -> Self {
        Self {
            step,
            reason: None,
            detail: EventDetail::default(),
        }
    }
}

/// Who takes a step, and when.
pub(crate) struct By<'a> {
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    pub(crate) at: DateTime<Utc>,
}

/// Moves a return by a step; gives what is to be recorded of it under the next number. Nothing else moves a return.
pub(crate) fn take(
    survey_return: &mut SurveyReturn,
    by: &By<'_>,
    taken: Taken,
    last_number: i32,
) -> Result<ReturnEvent, StepRefused> {
    let Taken { step, reason, detail } = taken;
    let to = step.taken_by(by.role, survey_return.standing())?;
    let from = std::mem::replace(&mut survey_return.state, to.state);
    let before = survey_return.review.correction.take();
    survey_return.review.correction = to.correction.map(|state| match before {
        Some(correction) => Correction { state, ..correction },
        None => opened(state, by, step, reason.as_deref(), &detail),
    });
    survey_return.updated_at = by.at;
    let revision = survey_return.latest;
    if to == Standing::first(ReturnState::Accepted) {
        // Accepted, or a correction has ended otherwise: what is in force is the newest, and nothing is sent back.
        survey_return.latest = survey_return.accepted;
        survey_return.review.sent_back = None;
    }
    Ok(ReturnEvent {
        survey_return: survey_return.id,
        number: last_number + 1,
        from,
        to: to.state,
        revision,
        actor: by.name.to_owned(),
        at: by.at,
        reason,
        detail: EventDetail {
            step: step.name().to_owned(),
            correction: to.correction,
            ..detail
        },
    })
}

/// A correction that a step opens.
fn opened(
    state: CorrectionState,
    by: &By<'_>,
    step: ReturnStep,
    reason: Option<&str>,
    detail: &EventDetail,
) -> Correction {
    let announced = matches!(step, ReturnStep::RequestCorrection | ReturnStep::AnnounceCorrection);
    Correction {
        state,
        origin: match step {
            ReturnStep::RequestCorrection => CorrectionOrigin::Bureau,
            _ => CorrectionOrigin::Enterprise,
        },
        // A conversion has a reason of its own.
        reason: reason.filter(|_| announced).map(ToOwned::to_owned),
        due_on: detail.due_on,
        opened_by: by.name.to_owned(),
        opened_at: by.at,
    }
}

/// Takes a step of a return and records who did it, when and why.
pub(crate) async fn record_step(
    service: &Service,
    txn: &WriteTxn,
    caller: &Principal,
    mut survey_return: SurveyReturn,
    expected_version: i64,
    taken: Taken,
) -> Result<SurveyReturn, ServiceError> {
    let id = survey_return.id;
    let so_far = store::survey_return::last_event_numbers(txn, &caller.scope, &[id]).await?;
    let by = By {
        name: &caller.name,
        role: caller.role,
        at: service.now(),
    };
    let event = take(&mut survey_return, &by, taken, so_far.get(&id).copied().unwrap_or(0))?;
    survey_return.version =
        store::survey_return::update_return(txn, &caller.scope, &survey_return, expected_version).await?;
    store::survey_return::insert_event(txn, &caller.scope, &event).await?;
    Ok(survey_return)
}

/// The newest revision of a return in a state from which a role may take a step.
pub(crate) async fn revision_for(
    txn: &WriteTxn,
    caller: &Principal,
    survey_return: &SurveyReturn,
    step: ReturnStep,
) -> Result<Revision, ServiceError> {
    step.taken_by(caller.role, survey_return.standing())?;
    let latest = survey_return.latest.ok_or(StepRefused::NothingUploaded)?;
    Ok(store::survey_return::find_revision(txn, &caller.scope, latest).await?)
}
