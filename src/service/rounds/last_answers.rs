//! What enterprises answered in the round before, by the years they spoke of.

use std::collections::BTreeMap;

use survey::{answer::Answers, carry::Carry};

use crate::{
    domain::{access::Scope, enterprise::EnterpriseId, round::Round},
    service::{Service, documents::form::Form, error::ServiceError},
    store,
};

/// Enterprises whose answers are read at once.
const AT_ONCE: usize = 1000;

/// The accepted answers of the round before, of enterprises that the caller may see, as answers of the year before this
/// round.
pub(crate) async fn last_answers(
    service: &Service,
    round: &Round,
    form: &Form,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, Answers>, ServiceError> {
    let mut found = BTreeMap::new();
    let Some(previous) = round.previous else {
        return Ok(found);
    };
    let conn = service.db.read();
    for enterprises in enterprises.chunks(AT_ONCE) {
        found.extend(
            store::survey_return::accepted_answers_of(
                conn,
                &Scope::whole_county("the enterprises are those that the scope has shown"),
                previous,
                enterprises,
            )
            .await?,
        );
    }
    if found.is_empty() {
        return Ok(found);
    }
    let last = store::round::find_round(conn, previous).await?;
    let last = service.form(&last).await?;
    let carry = Carry::between(last.survey.questionnaire(), form.survey.questionnaire());
    let carried = found.into_iter();
    Ok(carried.map(|(id, answers)| (id, carry.year_before(answers))).collect())
}
