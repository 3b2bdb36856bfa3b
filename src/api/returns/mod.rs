//! Returns: upload, findings, submission and review.

pub mod energy;
pub mod justifications;
pub mod reports;
pub mod returns;

/// The operations of this folder.
pub(super) type Apis = (
    returns::ReturnsApi,
    justifications::JustificationsApi,
    reports::ReportsApi,
    energy::EnergyApi,
);
