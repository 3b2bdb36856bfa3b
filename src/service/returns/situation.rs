//! Everything that an upload is read against.

use std::sync::Arc;

use chrono::NaiveDate;
use survey::{answer::Answers, survey::WantedConversion, text::Text};
use workbook::{extract::RawWorkbook, version};

use super::check_workbook::{CheckedWorkbook, Known, anchor_workbook, check};
use crate::{
    domain::{
        access::Principal,
        enterprise::Enterprise,
        round::Round,
        survey_return::{ReturnId, SurveyReturn},
    },
    service::{
        Service,
        blocking::blocking,
        documents::form::Form,
        error::{ServiceError, codes},
        rounds::last_answers::last_answers,
        templates::recognise::recognise,
    },
    store,
};

/// Everything that an upload is read against.
pub(crate) struct Situation {
    pub(crate) round: Round,
    pub(crate) enterprise: Enterprise,
    pub(crate) form: Arc<Form>,
    survey_return: ReturnId,
    previous: Option<Answers>,
}

impl Situation {
    pub(crate) async fn load(
        service: &Service,
        caller: &Principal,
        survey_return: &SurveyReturn,
    ) -> Result<Self, ServiceError> {
        let conn = service.db.read();
        let round = store::round::find_round(conn, survey_return.round).await?;
        let enterprise = store::enterprise::find_enterprise(conn, &caller.scope, survey_return.enterprise).await?;
        let form = service.form(&round).await?;
        let previous = last_answers(service, &round, &form, &[enterprise.id])
            .await?
            .remove(&enterprise.id);
        Ok(Self {
            round,
            enterprise,
            form,
            survey_return: survey_return.id,
            previous,
        })
    }

    /// The accepted answers of the round before, as those of the year before this round.
    pub(crate) fn previous(&self) -> Option<&Answers> {
        self.previous.as_ref()
    }

    /// What is known once round, enterprise, form and last answers are at hand: for many returns, read in few statements.
    pub(crate) fn of(
        round: Round,
        enterprise: Enterprise,
        form: Arc<Form>,
        survey_return: ReturnId,
        previous: Option<Answers>,
    ) -> Self {
        Self {
            round,
            enterprise,
            form,
            survey_return,
            previous,
        }
    }

    /// Proves that the workbook is the one issued here; finds its answers and everything that is wrong or doubtful.
    pub(crate) async fn check(
        &self,
        service: &Service,
        raw: RawWorkbook,
        conversions: Vec<WantedConversion>,
    ) -> Result<CheckedWorkbook, ServiceError> {
        let written_from = recognise(service, self, &raw).await?;
        let view = service
            .round_figures
            .view(&service.db, &self.round, &self.form, self.survey_return, service.now())
            .await?;
        let known = Known {
            previous: self.previous.clone(),
            registered: Some((&self.enterprise).into()),
            round: Some(view.of(&self.enterprise.facts.industry_code)),
        };
        let form = self.form.clone();
        blocking(move || {
            let mut returned = anchor_workbook(&raw, &written_from)?;
            if !Arc::ptr_eq(&form, &written_from) {
                returned = version::carry_over(
                    returned,
                    written_from.survey.questionnaire(),
                    form.survey.questionnaire(),
                    &form.options,
                );
            }
            Ok(check(&form, returned, &known, &conversions))
        })
        .await
    }
}

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
