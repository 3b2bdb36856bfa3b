//! Everything that a workbook is written from and an upload is read against.

use std::sync::Arc;

use survey::answer::Answers;

use crate::{
    domain::{
        access::Principal,
        enterprise::Enterprise,
        round::Round,
        survey_return::{ReturnId, SurveyReturn},
    },
    service::{Service, documents::form::Form, error::ServiceError, rounds::last_answers::last_answers},
    store,
};

/// Everything that a workbook is written from and an upload is read against.
pub(crate) struct Situation {
    pub(crate) round: Round,
    pub(crate) enterprise: Enterprise,
    pub(crate) form: Arc<Form>,
    pub(crate) survey_return: ReturnId,
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
}
