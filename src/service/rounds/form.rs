//! A round with its form.

use std::sync::Arc;

use crate::{
    domain::round::{Round, RoundId},
    service::{Service, documents::form::Form, error::ServiceError},
    store,
};

/// A round and the compiled questionnaire that it asks.
pub(crate) async fn round_and_form(service: &Service, round: RoundId) -> Result<(Round, Arc<Form>), ServiceError> {
    let round = store::round::find_round(service.db.read(), round).await?;
    let form = service.form(&round).await?;
    Ok((round, form))
}
