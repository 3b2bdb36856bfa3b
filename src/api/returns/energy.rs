//! The energy account of a return.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{ApiResponse, OpenApi, param::Path, payload::Json};
use survey::accounting::EnergyAccount;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::CompareFailure, typed::Typed},
    },
    domain::survey_return::RevisionId,
    service::{Service, returns::energy::account_energy},
};

/// Energy operations.
#[derive(Default)]
pub struct EnergyApi;

/// An energy account.
#[derive(ApiResponse)]
enum EnergyAccountFound {
    /// `year` and `year_before` with their lines (quantity, factor, tce in equal and in equivalent value, CO2), totals and
    /// whether the lines agree with them; `figures` with intensities, savings and emissions; the factor set, edition and grid
    /// factor in force.
    #[oai(status = 200)]
    Found(Json<Typed<EnergyAccount>>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl EnergyApi {
    /// Get the energy account of a revision
    ///
    /// Calculates step by step with the factors frozen for the round: for each fuel the quantity, the factor, the coal
    /// equivalent in equal (当量) and equivalent (等价) value and the CO2 emissions; the totals; and the derived values:
    /// intensities, savings (positive for a saving) and the difference from the total reported by the enterprise.
    #[oai(
        path = "/revisions/:revision_id/energy",
        method = "get",
        operation_id = "get_revision_energy"
    )]
    async fn get_revision_energy(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        revision_id: Path<Uuid>,
    ) -> Result<EnergyAccountFound, CompareFailure> {
        let account = account_energy(&service, auth.principal(), RevisionId(revision_id.0)).await?;
        Ok(EnergyAccountFound::Found(Json(Typed::of(&account)?)))
    }
}
