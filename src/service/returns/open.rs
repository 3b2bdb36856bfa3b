//! Whether a round takes returns today.

use chrono::NaiveDate;
use survey::text::Text;

use crate::{
    domain::{round::Round, survey_return::SurveyReturn},
    service::{
        Service,
        error::{ServiceError, codes},
    },
};

/// Goes on only while the round takes this return, by the calendar of the county: a correction that the bureau has asked
/// for is taken until the day it has set, also after the round has closed.
pub(crate) fn require_open(service: &Service, round: &Round, survey_return: &SurveyReturn) -> Result<(), ServiceError> {
    let due_on = survey_return
        .review
        .correction
        .as_ref()
        .and_then(|correction| correction.due_on);
    match due_on {
        Some(due_on) if service.today() > due_on => Err(ServiceError::saying(
            codes::returns::CORRECTION_OVERDUE,
            Text::new(
                format!("本表的更正期限为 {due_on}，现已截止。需延期的，请联系主管部门撤销后重新提出更正要求。"),
                format!(
                    "The correction was due on {due_on}. To extend it, ask the bureau to close it and to request it again."
                ),
            ),
        )),
        Some(_) => Ok(()),
        None => require_round_open(service, round),
    }
}

/// Goes on only while the round takes returns, by the calendar of the county.
pub(crate) fn require_round_open(service: &Service, round: &Round) -> Result<(), ServiceError> {
    let today = service.today();
    if (round.opens_on..=round.closes_on).contains(&today) {
        Ok(())
    } else {
        Err(ServiceError::saying(
            codes::rounds::NOT_OPEN,
            not_open(service, round, today),
        ))
    }
}

/// When the round is open, and what to do outside of that time.
fn not_open(service: &Service, round: &Round, today: NaiveDate) -> Text {
    let (opens, closes) = (round.opens_on, round.closes_on);
    if today < opens {
        return Text::new(
            format!("填报期为 {opens} 至 {closes}，尚未开始。"),
            format!("The round is open from {opens} to {closes} and has not begun."),
        );
    }
    let telephone = match &service.settings.heading.telephone {
        Some(telephone) => (format!("（电话 {telephone}）"), format!(" (telephone {telephone})")),
        None => (String::new(), String::new()),
    };
    Text::new(
        format!(
            "填报期为 {opens} 至 {closes}，现已截止；需延期的，请联系主管部门{}。",
            telephone.0
        ),
        format!(
            "The round was open from {opens} to {closes} and is closed. Ask the bureau{} for an extension.",
            telephone.1
        ),
    )
}
